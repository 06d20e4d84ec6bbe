# SPDX-License-Identifier: EUPL-1.2
"""The digest in a record is that of the whole answer, however long it is."""

import hashlib

import pytest

from gateway.audit.digest import PIECE, SMALL, digest_of


@pytest.mark.parametrize("size", [0, 1, PIECE - 1, PIECE, PIECE + 1, 2 * PIECE, 2 * PIECE + 1, SMALL, SMALL + 1])
def test_it_is_sha_256_of_every_byte(size: int) -> None:
    content = (b"une fois, " * (size // 10 + 1))[:size]
    assert digest_of(content) == hashlib.sha256(content).hexdigest()


@pytest.mark.parametrize("place", [0, PIECE - 1, PIECE, 3 * PIECE, 5 * PIECE])
def test_a_byte_that_changes_changes_it(place: int) -> None:
    content = bytearray(5 * PIECE + 1)
    before = digest_of(bytes(content))
    content[place] = 1
    assert digest_of(bytes(content)) != before
