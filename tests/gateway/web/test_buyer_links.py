# SPDX-License-Identifier: EUPL-1.2
"""A portal's link lets its buyer in once, within a quarter of an hour, to one tender; each refusal says which it is."""

import sqlite3
from pathlib import Path

import pytest

from gateway.people.database import Database, PeopleUnavailable
from gateway.people.person import Role
from gateway.people.sessions import IDLE_S, LINK_S, MOST_LINKS, SENT_S, TooManyLinks
from gateway.web import acheteur_lien
from tests.gateway.web.conftest import House

BUYER, TENDER = "13002526500013", "a" * 32
PORTAL = "urn:dlnuf:portail:essai"


@pytest.fixture
def door(house: House) -> House:
    """The pages, with the portal's link."""
    house.app.include_router(acheteur_lien.router)
    return house


async def sent(house: House, sub: str = "agent-7") -> str:
    """A link that a portal asked for."""
    secret = await house.people.send_buyer(PORTAL, sub, "Solène Marchadour", BUYER, TENDER, habilitation="h")
    return f"/acheteur/lien/{secret}"


async def test_a_link_opens_a_session_for_one_tender_once(door: House) -> None:
    link = await sent(door)
    async with door.browser() as browser:
        shown = await browser.get(link)
        assert (shown.status_code, "Solène Marchadour" in shown.text) == (200, True)
        assert "set-cookie" not in shown.headers  # a program that opens the links of a message spends nothing
        used = await browser.post(link)
        assert (used.status_code, used.headers["location"]) == (303, f"/acheteur/{TENDER}")
        person = await door.people.person(browser.cookies["__Host-dlnuf-session"])
        assert person is not None
        assert (person.roles, person.buyer, person.tender) == (frozenset((Role.BUYER,)), BUYER, TENDER)
        for again in (await browser.get(link), await browser.post(link)):
            assert (again.status_code, "déjà servi" in again.text) == (410, True)
    assert door.journal.names == ["buyer_invited", "signed_in", "sign_in_refused"]
    assert door.journal.events[0][1]["recipient"] == door.journal.events[1][1]["recipient"] == BUYER


async def test_a_link_that_is_late_or_forged_says_so(door: House) -> None:
    link = await sent(door)
    forged = link[:-1] + ("A" if link[-1] != "A" else "B")
    door.clock.at += LINK_S
    async with door.browser() as browser:
        for path, status, words in (
            (link, 410, "plus ancien"),
            (forged, 404, "mal recopié"),
            (link + "x" * 900, 404, "mal"),
        ):
            for answer in (await browser.get(path), await browser.post(path)):
                assert (answer.status_code, words in answer.text) == (status, True), path
                assert "set-cookie" not in answer.headers


async def test_links_of_portals_and_of_operators_do_not_stand_for_each_other(door: House) -> None:
    portal = (await sent(door)).rpartition("/")[2]
    account = door.people.accounts.remember("local", "Audrey", "Audrey", door.people.new_id(), int(door.clock.at))
    operator = door.people.sessions.make_link(account.id, int(door.clock.at))
    async with door.browser() as browser:
        for path in (f"/connexion/lien/{portal}", f"/acheteur/lien/{operator}"):
            for answer in (await browser.get(path), await browser.post(path)):
                assert answer.status_code == 404, path
        assert (await browser.post(f"/connexion/lien/{operator}")).status_code == 303


async def test_whom_a_portal_sent_stays_two_hours_at_most(door: House) -> None:
    link = await sent(door)
    async with door.browser() as browser:
        secret = (await browser.post(link)).cookies["__Host-dlnuf-session"]
    step = IDLE_S - 60
    for _ in range(SENT_S // step):
        door.clock.at += step
        assert await door.people.person(secret) is not None
    door.clock.at += step
    assert await door.people.person(secret) is None


async def test_nothing_is_given_that_is_not_recorded_and_not_without_end(
    door: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert MOST_LINKS >= 100
    monkeypatch.setattr("gateway.people.sessions.MOST_LINKS", 3)
    for number in range(3):
        await sent(door, f"agent-{number}")
    with pytest.raises(TooManyLinks):
        await sent(door, "agent-9")
    door.clock.at += LINK_S
    await sent(door, "agent-9")  # those that are over no longer count


@pytest.mark.parametrize(
    ("acr", "siret", "role", "buys"),
    [
        ("eidas2", BUYER, None, True),
        ("eidas1", BUYER, None, False),
        ("eidas2", "", None, False),
        ("eidas3", BUYER, Role.AUDITOR, False),
        ("eidas2", BUYER, Role.OPERATOR, False),
    ],
)
async def test_the_provider_s_word_and_a_sure_sign_in_make_a_buyer(
    house: House, acr: str, siret: str, role: Role | None, buys: bool
) -> None:
    reader = await house.known("Solène", *([role] if role else []), acr=acr, siret=siret)
    person = await house.people.person(reader.secret)
    assert person is not None
    assert (Role.BUYER in person.roles, bool(person.buyer)) == (buys, buys)
    assert person.tender == ""


def test_a_people_s_file_of_the_version_before_is_carried_over(tmp_path: Path) -> None:
    path = tmp_path / "people.db"
    Database(path).close()
    with sqlite3.connect(path) as old:
        for table in ("session", "link"):
            for column in ("buyer", "tender"):
                old.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
        old.execute("INSERT INTO account VALUES ('a', 'i', 's', 'n', 1)")
        old.execute("INSERT INTO session VALUES (x'00', 'a', 'eidas2', NULL, 1, 1, NULL)")
        old.execute("PRAGMA user_version = 1")
    old.close()
    found = Database(path)
    assert found.rows("SELECT acr, buyer, tender FROM session") == [("eidas2", "", "")]
    found.close()
    Database(path).close()
    with sqlite3.connect(path) as later:
        later.execute("PRAGMA user_version = 99")
    later.close()
    with pytest.raises(PeopleUnavailable):
        Database(path)
