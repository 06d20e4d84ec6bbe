-- SPDX-License-Identifier: EUPL-1.2
-- The subjects' monthly keys, wrapped by the master key; a row without one is a month whose key was destroyed. In a
-- schema of their own: their copies live shorter than those of the log.

CREATE SCHEMA IF NOT EXISTS dlnuf_subjects;

CREATE TABLE IF NOT EXISTS dlnuf_subjects.subject_key (
    month text PRIMARY KEY,
    wrapped bytea
);
