# SPDX-License-Identifier: EUPL-1.2
"""A buyer's tenders are found by their files: a portal's own, by its reference, with the latest deadline stated."""

import sqlite3
from dataclasses import replace
from pathlib import Path

from gateway.dossier.received import Mailroom
from gateway.dossier.values import Candidature
from gateway.dossier.words import Source, Standing
from tests.gateway.dossier.files_world import NOW, Time, dossier, opened

BUYER = "99910077900019"
SOON = int(NOW) + 86_400


def filed(number: int, *, sealed: bool = True, habilitation: str = "h", **tender: object) -> Candidature:
    """A file for the tender « M-1 », due tomorrow."""
    found = dossier(sealed=sealed, identifier=f"{number:036}")
    return replace(found, habilitation_id=habilitation, tender=replace(found.tender, **tender))  # type: ignore[arg-type]  # the tests name the fields


async def test_a_tender_opens_to_its_buyer_when_its_last_stated_deadline_is_past(tmp_path: Path) -> None:
    time = Time()
    files = opened(tmp_path, time)
    for one in (filed(1), filed(2, sealed=False), filed(3, deadline=SOON + 60)):
        files.create(one, "", "")
    room = Mailroom(files, lambda: time.at)
    key = files.store.tenders.of(filed(1))
    time.at = SOON + 59
    assert await room.tenders(BUYER) == []
    assert await room.tender(BUYER, key) is None
    assert room.file(BUYER, key, filed(1).id) is None
    time.at += 1
    (listed,) = await room.tenders(BUYER)
    assert (listed.key, listed.deadline, listed.deposited) == (key, SOON + 60, 2)
    found = await room.tender(BUYER, key)
    assert found is not None
    assert list(found.files) == [filed(1).id, filed(3).id]
    assert room.file(BUYER, key, filed(2).id) is None  # never deposited
    for stranger in ("13002526500013", "99910077900027", ""):
        assert await room.tenders(stranger) == []
        assert await room.tender(stranger, key) is None
        assert room.file(stranger, key, filed(1).id) is None
    files.store.close()


async def test_two_portals_with_the_same_reference_do_not_meet(tmp_path: Path) -> None:
    time = Time(SOON + 1.0)
    files = opened(tmp_path, time)
    files.create(filed(1), "", "")
    files.create(filed(2, habilitation="autre", deadline=SOON + 10**6), "", "")
    room = Mailroom(files, lambda: time.at)
    (listed,) = await room.tenders(BUYER)  # the other portal's deadline does not close this one
    assert listed.deposited == 1
    files.store.close()


def test_a_reference_is_the_same_however_it_is_spaced_and_another_source_is_another_tender(
    tmp_path: Path,
) -> None:
    files = opened(tmp_path, Time())
    key = files.store.tenders.key
    assert key("h", BUYER, Source.PROFILE, " m-1  LOT a ") == key("h", BUYER, Source.PROFILE, "M-1 lot A")
    assert len({key("h", BUYER, one, "M-1") for one in Source}) == len(Source)
    files.store.close()


async def test_a_deadline_that_is_read_later_and_a_withdrawal_are_followed(tmp_path: Path) -> None:
    time = Time(SOON + 1.0)
    files = opened(tmp_path, time)
    files.create(filed(1, deadline=None), "", "")
    room = Mailroom(files, lambda: time.at)
    assert await room.tenders(BUYER) == []  # no deadline is known: nothing opens

    def read(before: Candidature) -> tuple[Candidature, list[tuple[str, dict[str, object]]]]:
        return replace(before, tender=replace(before.tender, deadline=SOON)), []

    files.change(filed(1).id, read)
    (listed,) = await room.tenders(BUYER)

    def withdrawn(before: Candidature) -> tuple[Candidature, list[tuple[str, dict[str, object]]]]:
        return replace(before, standing=Standing.WITHDRAWN, items=()), []

    files.change(filed(1).id, withdrawn)
    assert await room.tenders(BUYER) == []
    left = await room.tender(BUYER, listed.key)
    assert left is not None
    assert (left.files, left.withdrawn) == ((), (filed(1).number,))
    files.erase(filed(1).id)
    assert await room.tender(BUYER, listed.key) is None
    files.store.close()


async def test_files_of_a_store_that_knew_no_tenders_are_found_again(tmp_path: Path) -> None:
    files = opened(tmp_path, Time())
    files.create(filed(1), "", "")
    files.store.close()
    with sqlite3.connect(tmp_path / "dossiers.db") as old:
        old.execute("DROP TABLE tender")
    old.close()
    again = opened(tmp_path, Time(SOON + 1.0))
    assert len(await Mailroom(again, lambda: SOON + 1.0).tenders(BUYER)) == 1
    again.store.close()


def test_neither_buyer_nor_reference_is_in_the_clear_on_disk(tmp_path: Path) -> None:
    files = opened(tmp_path, Time())
    files.create(filed(1, reference="REFERENCE-SECRETE"), "", "")
    files.store.close()
    content = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert BUYER.encode() not in content
    assert b"REFERENCE-SECRETE" not in content
