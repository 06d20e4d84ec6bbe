# SPDX-License-Identifier: EUPL-1.2
"""Coming back to the portal: a return is proved, used once, and bound to its file."""

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from gateway.dossier.files import Files
from gateway.dossier.returns import LIFE_S, Returns
from gateway.problems import Problem
from tests.gateway.dossier.files_world import KEY, Time, dossier, opened

FILE = dossier(sealed=True)
OTHER = replace(dossier(identifier="1" * 36), number="2")


@pytest.fixture
def world(tmp_path: Path) -> Iterator[tuple[Returns, Time, Files]]:
    """Two files, and the returns they may have."""
    time = Time()
    files = opened(tmp_path, time)
    for one in (FILE, OTHER):
        files.create(one, "", "")
    yield Returns(files, KEY, lambda: time.at, os.urandom), time, files
    files.store.close()


def token(address: str) -> str:
    """The proof a browser carries."""
    return parse_qs(urlsplit(address).query)["jeton"][0]


def test_a_return_says_where_it_comes_from_once(world: tuple[Returns, Time, Files]) -> None:
    """The portal's own query stays; a replay is refused."""
    returns, _, _ = world
    address = returns.address(FILE)
    assert address.startswith("https://portail.example/retour?x=1&")
    assert returns.spend(FILE, token(address)) == "depose"
    with pytest.raises(Problem) as refused:
        returns.spend(FILE, token(address))
    assert (refused.value.status, refused.value.code) == (410, "00726")


def test_a_forged_late_or_borrowed_return_is_refused(world: tuple[Returns, Time, Files]) -> None:
    """Whichever it is, with the same words."""
    returns, time, _ = world
    good = token(returns.address(FILE))
    nonce, until, _, signature = good.split(".")
    forged = [
        f"{nonce}.{until}.depose.{'B' if signature[0] == 'A' else 'A'}{signature[1:]}",
        f"{nonce}.{until}.ouvert.{signature}",
        f"{nonce}.{int(until) + 9}.depose.{signature}",
        "",
    ]
    for one in forged:
        with pytest.raises(Problem):
            returns.spend(FILE, one)
    with pytest.raises(Problem):
        returns.spend(OTHER, good)
    time.at += LIFE_S
    with pytest.raises(Problem):
        returns.spend(FILE, good)


def test_a_portal_without_an_address_has_no_return(world: tuple[Returns, Time, Files]) -> None:
    """Nobody is sent anywhere."""
    returns, _, _ = world
    assert returns.address(replace(FILE, return_url="")) == ""
