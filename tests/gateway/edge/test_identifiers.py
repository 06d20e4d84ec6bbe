# SPDX-License-Identifier: EUPL-1.2
"""Identifiers of exchanges: random, never the same twice, and drawn from the system for many at once."""

import os
import uuid

from gateway.edge.identifiers import AT_ONCE, Identifiers


def test_each_is_a_random_uuid_of_its_own() -> None:
    identifiers = Identifiers()
    drawn = [identifiers.next() for _ in range(3 * AT_ONCE)]
    assert len(set(drawn)) == len(drawn)
    assert {one.version for one in drawn} == {4}
    assert {one.variant for one in drawn} == {uuid.RFC_4122}


def test_the_system_is_asked_once_for_many() -> None:
    asked: list[int] = []

    def random(size: int) -> bytes:
        asked.append(size)
        return os.urandom(size)

    identifiers = Identifiers(random)
    for _ in range(AT_ONCE):
        identifiers.next()
    assert asked == [16 * AT_ONCE]
    identifiers.next()
    assert asked == [16 * AT_ONCE] * 2


def test_every_byte_that_is_drawn_names_one_exchange() -> None:
    identifiers = Identifiers(lambda size: b"".join(n.to_bytes(16, "big") for n in range(size // 16)))
    drawn = {identifiers.next().bytes for _ in range(AT_ONCE)}
    assert drawn == {uuid.UUID(int=n, version=4).bytes for n in range(AT_ONCE)}
