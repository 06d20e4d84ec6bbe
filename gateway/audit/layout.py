# SPDX-License-Identifier: EUPL-1.2
"""The shape of `audit.db`, shared by those who write it and those who verify it.

record  seq    0, 1, 2… without a hole
        entry  the record's canonical bytes: the leaf of the tree
        chain  SHA-256(chain before it ‖ hash of the leaf); before the first record, 32 zero bytes
head    one row: what the records amount to
        size, root, chain      of all the records
        frontier               what is needed to go on with the tree (merkle.Frontier)
        note                   the signed checkpoint of `size` and `root`
"""

from hashlib import sha256

USER_VERSION = 1
CHAIN_START = bytes(32)
RECORD_TABLE = "CREATE TABLE record(seq INTEGER PRIMARY KEY, entry BLOB NOT NULL, chain BLOB NOT NULL) STRICT"
HEAD_TABLE = (
    "CREATE TABLE head(size INTEGER NOT NULL, root BLOB NOT NULL, chain BLOB NOT NULL, frontier BLOB NOT NULL, "
    "note TEXT NOT NULL) STRICT"
)
SCHEMA = {"record": RECORD_TABLE, "head": HEAD_TABLE}


def chained(before: bytes, leaf: bytes) -> bytes:
    """The chain value of a record, from that of the record before it and the hash of its leaf."""
    return sha256(before + leaf).digest()
