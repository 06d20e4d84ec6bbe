# SPDX-License-Identifier: EUPL-1.2
"""Keys of months are kept alike in a file and in a database: the first one stands, a destroyed one stays destroyed."""

import threading
from pathlib import Path

import pytest

from gateway.audit.stores.address import BadPlace, Place
from gateway.audit.stores.keys import keys_at
from gateway.audit.subject import KeysUnavailable
from tests.gateway.audit.subject_world import NOVEMBER, subjects

SIREN = "999100118"


def test_the_first_key_of_a_month_stands(place: Place) -> None:
    store = keys_at(place)
    assert store.read("2026-11") == (None, False)
    store.create("2026-12", b"d" * 60)
    store.create("2026-11", b"n" * 60)
    store.create("2026-11", b"x" * 60)
    assert keys_at(place).read("2026-11") == (b"n" * 60, True)
    assert list(store.all().items()) == [("2026-11", b"n" * 60), ("2026-12", b"d" * 60)]


def test_a_destroyed_key_stays_destroyed(place: Place) -> None:
    store = keys_at(place)
    assert store.destroy("2026-11") is False
    store.create("2026-11", b"n" * 60)
    assert store.destroy("2026-11") is True
    assert store.destroy("2026-11") is False
    store.create("2026-11", b"x" * 60)
    assert store.read("2026-11") == (None, True)
    assert store.all() == {"2026-11": None}


def test_gateways_that_make_the_same_months_key_at_once_agree(place: Place, tmp_path: Path) -> None:
    together, found = threading.Barrier(5), list[str]()

    def ask(name: str) -> None:
        mine = subjects(tmp_path, name, keys_at(place))
        together.wait()
        found.append(mine.commitment(SIREN, NOVEMBER))

    threads = [threading.Thread(target=ask, args=(f"gateway {number}",)) for number in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 5
    assert len(set(found)) == 1
    assert subjects(tmp_path, "later", keys_at(place)).over(SIREN, NOVEMBER, NOVEMBER) == found[:1]


def test_a_database_that_does_not_answer_is_said_in_words_and_without_its_password() -> None:
    store = keys_at("postgresql://dlnuf:tres-secret@127.0.0.1:9/rien")
    with pytest.raises(KeysUnavailable, match="clés des sujets") as said:
        store.read("2026-11")
    assert "tres-secret" not in str(said.value)
    with pytest.raises(BadPlace):
        keys_at("mysql://ailleurs")
