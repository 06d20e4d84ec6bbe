-- SPDX-License-Identifier: EUPL-1.2
-- The log's tables, in a schema of their own; the columns are those of gateway/audit/layout.py.

CREATE TABLE dlnuf_log.record (
    seq bigint PRIMARY KEY,
    leaf bytea NOT NULL,
    entry bytea,
    chain bytea NOT NULL
);

CREATE TABLE dlnuf_log.tile (
    level smallint NOT NULL,
    idx bigint NOT NULL,
    hashes bytea NOT NULL,
    PRIMARY KEY (level, idx)
);

-- One row, rewritten with every batch: room is left on its page, so that no index has to follow.
CREATE TABLE dlnuf_log.head (
    size bigint NOT NULL,
    root bytea NOT NULL,
    chain bytea NOT NULL,
    frontier bytea NOT NULL,
    note text NOT NULL
) WITH (fillfactor = 20);

CREATE TABLE dlnuf_log.published (
    size bigint PRIMARY KEY,
    note text NOT NULL,
    at bigint NOT NULL
);
