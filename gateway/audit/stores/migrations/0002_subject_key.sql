-- SPDX-License-Identifier: EUPL-1.2
-- The subjects' monthly keys, wrapped by the master key; a row without one is a month whose key was destroyed.

CREATE TABLE dlnuf_log.subject_key (
    month text PRIMARY KEY,
    wrapped bytea
);
