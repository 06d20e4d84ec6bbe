# SPDX-License-Identifier: EUPL-1.2
"""The digest of an answer, as its record says it: SHA-256, in hexadecimal digits.

Python lets another thread take the interpreter while it hashes 2,048 bytes or more. An answer of a few thousand takes
two microseconds; to have the interpreter back from the log's writer or the index takes a hundred times as long. So what
is small is hashed in pieces that are smaller than that.
"""

from hashlib import sha256

PIECE = 2047
SMALL = 65_536


def digest_of(content: bytes) -> str:
    """The digest of these bytes."""
    if len(content) > SMALL:  # others may well work meanwhile
        return sha256(content).hexdigest()
    found = sha256()
    for start in range(0, len(content), PIECE):
        found.update(content[start : start + PIECE])
    return found.hexdigest()
