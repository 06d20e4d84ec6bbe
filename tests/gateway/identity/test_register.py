# SPDX-License-Identifier: EUPL-1.2
"""The register keeps rights as they were given, refuses empty ones, and tells when it has changed."""

import sqlite3
import stat
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from gateway.identity.bearer import capped
from gateway.identity.habilitation import Habilitation, InvalidHabilitation, Refused, Token, networks
from gateway.identity.register import Register, RegisterUnavailable, UnknownEntry

NOBODY = "99999999-9999-4999-8999-999999999999"


def test_what_was_given_is_what_is_read(register: Register, habilitation: Habilitation, path: Path) -> None:
    full = replace(
        habilitation,
        recipients=frozenset({habilitation.siret}),
        basis=("CGCT, article L. 1411-5",),
        allowed_ips=networks(["192.0.2.0/24", "2001:db8::/32"]),
        rate_limit=30,
        valid_until=habilitation.created_at + 10_000,
    )
    register.create(full)
    register.create(replace(habilitation, id=NOBODY, created_at=habilitation.created_at + 1))
    assert register.habilitation(full.id) == full
    register.close()
    again = Register(path)
    assert again.habilitations() == [full, replace(habilitation, id=NOBODY, created_at=habilitation.created_at + 1)]
    again.close()


def test_tokens_are_found_with_their_habilitation(register: Register, habilitation: Habilitation, entry: Token) -> None:
    register.create(habilitation)
    register.issue(entry)
    register.issue(replace(entry, id=NOBODY, issued_at=entry.issued_at + 1, safe_listed=True))
    assert register.find(entry.id) == (entry, habilitation)
    assert [token.id for token in register.tokens(habilitation.id)] == [entry.id, NOBODY]
    assert [token.safe_listed for token in register.tokens()] == [False, True]
    assert register.tokens(NOBODY) == []
    assert register.find(habilitation.id) is None


def test_several_threads_may_read_and_write_it_as_pages_and_exchanges_do(
    register: Register, habilitation: Habilitation
) -> None:
    names = [f"{number:08d}-9999-4999-8999-999999999999" for number in range(120)]

    def work(name: str) -> str:
        register.create(replace(habilitation, id=name))
        register.version()
        assert register.habilitation(name).id == name
        return register.habilitations()[0].id

    with ThreadPoolExecutor(6) as threads:
        assert len(list(threads.map(work, names))) == len(names)
    assert [one.id for one in register.habilitations()] == names


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"scopes": frozenset()}, "au moins un scope"),
        ({"scopes": frozenset({""})}, "au moins un scope"),
        ({"recipients": frozenset()}, "sans destinataire"),
        ({"recipients": frozenset({"12345678901234"})}, "SIRET"),
        ({"siret": "12345678901234"}, "SIRET"),
        ({"siret": ""}, "SIRET"),
        ({"name": " "}, "titulaire"),
        ({"purpose": ""}, "finalité"),
        ({"rate_limit": 0}, "limite"),
        ({"valid_until": 5}, "fini"),
    ],
)
def test_emptiness_and_nonsense_are_refused(habilitation: Habilitation, change: dict[str, Any], said: str) -> None:
    with pytest.raises(InvalidHabilitation, match=said):
        replace(habilitation, **change)


@pytest.mark.parametrize("text", ["", "everywhere", "192.0.2.1/24", "192.0.2.0/33", "2001:db8::/200"])
def test_a_network_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(InvalidHabilitation, match="CIDR"):
        networks([text])


@pytest.mark.parametrize("change", [{"id": "x"}, {"title": ""}, {"expires_at": 0}])
def test_a_token_that_is_none_is_refused(entry: Token, change: dict[str, Any]) -> None:
    with pytest.raises(Refused, match=r"[a-zé]+"):
        replace(entry, **change)


def test_no_token_without_a_living_habilitation(register: Register, habilitation: Habilitation, entry: Token) -> None:
    with pytest.raises(UnknownEntry):
        register.issue(entry)
    register.create(replace(habilitation, valid_until=entry.issued_at))
    with pytest.raises(Refused, match="terme"):
        register.issue(entry)
    register.create(replace(habilitation, id=NOBODY))
    register.close_habilitation(NOBODY, entry.issued_at)
    with pytest.raises(Refused, match="close"):
        register.issue(replace(entry, habilitation_id=NOBODY))
    assert register.tokens() == []


def test_a_token_ends_no_later_than_its_habilitation(habilitation: Habilitation, entry: Token) -> None:
    assert capped(entry, habilitation) == entry
    assert capped(entry, replace(habilitation, valid_until=entry.expires_at + 1)) == entry
    assert capped(entry, replace(habilitation, valid_until=entry.expires_at - 1)).expires_at == entry.expires_at - 1


def test_a_revocation_is_never_put_off(register: Register, habilitation: Habilitation, entry: Token) -> None:
    register.create(habilitation)
    register.issue(entry)
    for at, kept in ((500, 500), (900, 500), (300, 300)):
        register.revoke(entry.id, at)
        assert [token.revoked_at for token in register.tokens()] == [kept]
    with pytest.raises(UnknownEntry):
        register.revoke(NOBODY, 300)


def test_a_closed_habilitation_keeps_its_date(register: Register, habilitation: Habilitation) -> None:
    register.create(habilitation)
    register.close_habilitation(habilitation.id, 500)
    register.close_habilitation(habilitation.id, 900)
    assert register.habilitation(habilitation.id).closed_at == 500
    with pytest.raises(UnknownEntry):
        register.close_habilitation(NOBODY, 500)


def test_an_identifier_serves_once(register: Register, habilitation: Habilitation, entry: Token) -> None:
    register.create(habilitation)
    with pytest.raises(Refused, match="pris"):
        register.create(habilitation)
    register.issue(entry)
    with pytest.raises(Refused, match="pris"):
        register.issue(entry)
    assert len(register.habilitations()) == len(register.tokens()) == 1


def test_the_version_moves_with_every_change_and_only_then(
    register: Register, elsewhere: Register, habilitation: Habilitation, entry: Token
) -> None:
    seen = [register.version()]
    register.create(habilitation)
    seen.append(register.version())
    elsewhere.issue(entry)
    seen.append(register.version())
    elsewhere.revoke(entry.id, 500)
    seen.append(register.version())
    register.close_habilitation(habilitation.id, 500)
    seen.append(register.version())
    assert len(set(seen)) == 5
    register.find(entry.id)
    elsewhere.tokens()
    assert register.version() == seen[-1]


def test_only_its_owner_reads_the_register(register: Register, path: Path, habilitation: Habilitation) -> None:
    register.create(habilitation)
    for file in path.parent.glob("register.db*"):
        assert stat.S_IMODE(file.stat().st_mode) == 0o600, file.name


def test_what_was_acknowledged_survives_a_power_cut(register: Register) -> None:
    assert register._db.execute("PRAGMA synchronous").fetchone() == (2,)
    assert register._db.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert register._db.execute("PRAGMA foreign_keys").fetchone() == (1,)


def test_a_file_that_is_no_register_is_refused(tmp_path: Path) -> None:
    (tmp_path / "other.db").write_bytes(b"not a database at all, but long enough to be looked at" * 40)
    with pytest.raises(RegisterUnavailable):
        Register(tmp_path / "other.db")
    with pytest.raises(RegisterUnavailable):
        Register(tmp_path / "nowhere" / "register.db")


def test_a_register_of_a_later_version_is_refused(register: Register, path: Path) -> None:
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA user_version = 99")
    db.close()
    with pytest.raises(RegisterUnavailable, match="version"):
        Register(path)


@pytest.mark.parametrize(("version", "lacks"), [(1, ("mcp", "adopted")), (2, ("adopted",))])
def test_a_register_of_an_earlier_version_gains_what_it_lacks_and_gives_it_to_nobody(
    register: Register, habilitation: Habilitation, entry: Token, path: Path, version: int, lacks: tuple[str, ...]
) -> None:
    register.create(habilitation)
    register.issue(entry)
    register.close()
    with sqlite3.connect(path) as db:
        for column in lacks:
            db.execute(f"ALTER TABLE token DROP COLUMN {column}")
        db.execute(f"PRAGMA user_version = {version}")
    db.close()
    again = Register(path)
    assert again.find(entry.id) == (entry, habilitation)
    again.issue(replace(entry, id=NOBODY, issued_at=entry.issued_at + 1, mcp=True, adopted=True))
    assert [(token.mcp, token.adopted) for token in again.tokens()] == [(False, False), (True, True)]
    before = again.version()
    again.close()
    once_more = Register(path)
    assert once_more.version()[1] == 0, f"opening it again writes nothing ({before})"
    once_more.close()
