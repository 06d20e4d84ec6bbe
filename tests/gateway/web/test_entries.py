# SPDX-License-Identifier: EUPL-1.2
"""Records in bundles: for auditors, with a record of each reading, and never without it."""

import struct
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from fastapi import FastAPI

from connectors.kit.contract import load_all
from gateway.audit.merkle import leaf_hash
from gateway.audit.receipts import Receipts
from gateway.audit.stamps import Stamps
from gateway.edge.log import LogRoom, add_log
from gateway.edge.pages import add_pages
from gateway.exchange import House as Rooms
from gateway.people.people import People
from gateway.people.person import Assurance, Person, Role
from gateway.purpose.load import default_folder
from gateway.purpose.load import load as load_policies
from gateway.web.entries import entries_router
from gateway.web.pages import add_web, open_web
from tests.gateway.audit.audit_world import SIGNER
from tests.gateway.audit.evidence_world import exchanges
from tests.gateway.audit.memory_log import MemoryLog
from tests.gateway.web.conftest import Clock, House, Journal


@pytest.fixture
def log() -> MemoryLog:
    found = exchanges(700)
    found.publish(600)
    return found


@pytest.fixture
def house(tmp_path: Path, log: MemoryLog) -> House:
    """The pages and the log's public files, as `app.py` puts them together."""
    journal, clock = Journal(), Clock()
    counter = iter(range(1, 10_000))
    people = People(tmp_path / "people.db", journal, Assurance(), clock, lambda size: next(counter).to_bytes(size))
    room = LogRoom(log, Receipts(log, log.located), Stamps(tmp_path / "stamps.db"), SIGNER.verifier)
    rooms = cast(Rooms, SimpleNamespace(public_url="https://passerelle.example"))

    async def looked(person: Person, role: Role, query: str) -> None:
        await journal.event("log_read", actor=journal.person(person.id), role=role.value, query=query)

    app = FastAPI()
    add_pages(app, lambda: rooms, cast(Any, None), lambda: None, dict, ())
    add_web(app, load_all(), load_policies(default_folder(), load_all()), [entries_router(lambda: room, looked)])
    add_log(app, lambda: room, lambda: rooms, ())
    open_web(app, people, "https://passerelle.example")
    return House(app, people, journal, clock, "https://passerelle.example")


def unpacked(content: bytes) -> list[bytes]:
    """The records of a bundle."""
    found, place = [], 0
    while place < len(content):
        (length,) = struct.unpack_from(">H", content, place)
        found.append(content[place + 2 : place + 2 + length])
        place += 2 + length
    return found


async def test_an_auditor_reads_a_bundle_and_the_log_knows_it(house: House, log: MemoryLog) -> None:
    reader = await house.known("Audrey Lestang", Role.AUDITOR)
    for path, numbers in (("000", range(256)), ("001", range(256, 512)), ("002.p/88", range(512, 600))):
        before = len(house.journal.events)
        answer = await reader.browser.get(f"/log/tile/entries/{path}")
        assert answer.status_code == 200
        assert answer.headers["cache-control"] == "private, no-store"
        assert [leaf_hash(entry) for entry in unpacked(answer.content)] == [log.levels[0][number] for number in numbers]
        ((name, facts),) = house.journal.events[before:]
        assert (name, facts["role"]) == ("log_read", "auditeur")
        assert facts == {"actor": f"personne:{reader.account_id}", "role": "auditeur", "query": f"liasse {path}"}


async def test_nobody_else_reads_records(house: House) -> None:
    nobody = house.browser()
    assert (await nobody.get("/log/tile/entries/000")).status_code in (302, 303)
    for role in (Role.INSTRUCTOR, Role.OPERATOR):
        reader = await house.known(f"Personne {role}", role)
        assert (await reader.browser.get("/log/tile/entries/000")).status_code == 403
    assert "log_read" not in house.journal.names


async def test_a_reading_that_cannot_be_recorded_shows_nothing(house: House) -> None:
    reader = await house.known("Audrey Lestang", Role.AUDITOR)
    house.journal.closed = True
    answer = await reader.browser.get("/log/tile/entries/000")
    assert answer.status_code == 503
    assert "00510" in answer.text
    assert b"marche-127" not in answer.content


@pytest.mark.parametrize("path", ["002", "002.p/89", "003", "00", "x", "000.p/0", ""])
async def test_what_is_not_published_or_no_bundle_is_not_found_and_not_recorded(house: House, path: str) -> None:
    reader = await house.known("Audrey Lestang", Role.AUDITOR)
    answer = await reader.browser.get(f"/log/tile/entries/{path}")
    assert answer.status_code == 404
    assert "log_read" not in house.journal.names


async def test_a_bundle_with_an_erased_record_is_gone(house: House, log: MemoryLog) -> None:
    log.erase(300)
    reader = await house.known("Audrey Lestang", Role.AUDITOR)
    assert (await reader.browser.get("/log/tile/entries/001")).status_code == 410
    assert (await reader.browser.get("/log/tile/entries/000")).status_code == 200
