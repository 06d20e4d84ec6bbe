# SPDX-License-Identifier: EUPL-1.2
"""The shape of the log's store, shared by those who write it and those who verify it; here as `audit.db` has it.

record     seq     0, 1, 2… without a hole
           leaf    hash of the record's bytes: the leaf of the tree, kept for ever
           entry   the record's canonical bytes; NULL once erased, as an `erased` record says
           chain   SHA-256(chain before it ‖ leaf); before the first record, 32 zero bytes
tile       inner nodes of the tree, 256 next to each other (c2sp.org/tlog-tiles); level 0 is the leaves themselves
           level, idx, hashes      from level 1 up; a tile grows until it holds 256 hashes, then never changes
head       one row: what the records amount to
           size, root, chain      of all the records
           frontier               what is needed to go on with the tree (merkle.Frontier)
           note                   the signed checkpoint of `size` and `root`
published  heads that were shown to others, the last one being what `/log/checkpoint` says
           size, note, at         `at` in epoch seconds
"""

from hashlib import sha256

USER_VERSION = 2
CHAIN_START = bytes(32)
TILE_WIDTH = 256
RECORD_TABLE = (
    "CREATE TABLE record(seq INTEGER PRIMARY KEY, leaf BLOB NOT NULL, entry BLOB, chain BLOB NOT NULL) STRICT"
)
TILE_TABLE = (
    "CREATE TABLE tile(level INTEGER NOT NULL, idx INTEGER NOT NULL, hashes BLOB NOT NULL, "
    "PRIMARY KEY (level, idx)) STRICT, WITHOUT ROWID"
)
HEAD_TABLE = (
    "CREATE TABLE head(size INTEGER NOT NULL, root BLOB NOT NULL, chain BLOB NOT NULL, frontier BLOB NOT NULL, "
    "note TEXT NOT NULL) STRICT"
)
PUBLISHED_TABLE = "CREATE TABLE published(size INTEGER PRIMARY KEY, note TEXT NOT NULL, at INTEGER NOT NULL) STRICT"
SCHEMA = {"record": RECORD_TABLE, "tile": TILE_TABLE, "head": HEAD_TABLE, "published": PUBLISHED_TABLE}


def chained(before: bytes, leaf: bytes) -> bytes:
    """The chain value of a record, from that of the record before it and the hash of its leaf."""
    return sha256(before + leaf).digest()
