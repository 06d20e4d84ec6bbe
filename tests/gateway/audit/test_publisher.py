# SPDX-License-Identifier: EUPL-1.2
"""Publishing goes on by itself, and nobody who countersigns, slow, broken or gone, ever holds it up."""

import asyncio
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from gateway.audit.ledger import LogUnavailable, Published
from gateway.audit.log import AuditLog
from gateway.audit.note import Signer, open_checkpoint
from gateway.audit.publisher import EVERY_S, PATIENCE_S, Publisher
from gateway.audit.reader import StoreReader
from gateway.audit.stores.address import Place
from tests.gateway.audit.audit_world import SIGNER, entry, verified

WITNESS = Signer.from_seed("temoin.test", b"w" * 32)


@dataclass
class Someone:
    """Who signs, or does not."""

    name: str
    error: Exception | None = None
    waits: bool = False
    asked: int = 0

    async def countersign(self, published: Published) -> Sequence[str]:
        self.asked += 1
        if self.waits:
            await asyncio.Event().wait()
        if self.error is not None:
            raise self.error
        signed = WITNESS.sign(published.note.rpartition("\n\n")[0] + "\n")
        return signed.rpartition("\n\n")[2].splitlines()


async def until(reader: StoreReader, size: int) -> str:
    """The published note, once it counts so many records."""
    for _ in range(2000):
        note = await asyncio.to_thread(reader.checkpoint)
        if open_checkpoint(note, SIGNER.verifier).size >= size:
            return note
        await asyncio.sleep(0.01)
    raise AssertionError("nothing is published")


def test_a_checkpoint_comes_at_least_every_ten_seconds() -> None:
    assert EVERY_S + PATIENCE_S < 10, "one try, and those who countersign, before the next"
    assert EVERY_S * 2 < 10, "a try that leaves it at the publication of another, and the next"


async def test_what_is_written_is_published_without_being_asked(place: Place) -> None:
    log = AuditLog.open(place, SIGNER)
    with closing(StoreReader.at(place)) as reader:
        async with Publisher(log, every_s=0.05).running() as publisher:
            for number in range(3):
                await log.append(entry(number))
                await until(reader, number + 1)
            assert publisher.last is not None
            assert publisher.troubles == {}
            await log.append(entry(3))
        assert open_checkpoint(reader.checkpoint(), SIGNER.verifier).size == 4, "once more at the end"
    log.close()
    assert verified(place).problem is None


async def test_cosignatures_are_put_under_the_note_and_the_slow_and_the_broken_are_named(place: Place) -> None:
    log = AuditLog.open(place, SIGNER)
    crowd = [Someone("bon"), Someone("lent", waits=True), Someone("cassé", error=OSError("rien à cette adresse"))]
    publisher = Publisher(log, crowd, patience_s=0.2)
    await log.append(entry(0))
    await publisher.publish(age_s=0)
    with closing(StoreReader.at(place)) as reader:
        note = await asyncio.to_thread(reader.checkpoint)
        assert open_checkpoint(note, SIGNER.verifier).size == 1
        assert WITNESS.verifier.open(note)
    assert publisher.troubles == {"lent": "pas de réponse en 0.2 s", "cassé": "rien à cette adresse"}
    crowd[1].waits, crowd[2].error = False, None
    await log.append(entry(1))
    await publisher.publish(age_s=0)
    assert publisher.troubles == {}
    log.close()


async def test_of_two_gateways_one_publishes_and_one_asks_the_witnesses(place: Place) -> None:
    left, right = AuditLog.open(place, SIGNER), AuditLog.open(place, SIGNER)
    someone = Someone("bon")
    publishers = [Publisher(log, [someone]) for log in (left, right)]
    await left.append(entry(0))
    await asyncio.gather(*(publisher.publish(age_s=2) for publisher in publishers))
    await right.append(entry(1))
    await asyncio.gather(*(publisher.publish(age_s=3600) for publisher in publishers))
    assert someone.asked <= 1
    for publisher in publishers:
        await publisher.publish(age_s=0)
    assert 1 <= someone.asked <= 2
    assert [publisher.last and publisher.last.size for publisher in publishers] == [2, 2]
    left.close()
    right.close()


async def test_a_log_that_cannot_be_written_is_a_trouble_and_not_the_end_of_the_publisher(tmp_path: Path) -> None:
    log = AuditLog.open(tmp_path / "absent" / "audit.db", SIGNER)
    publisher = Publisher(log)
    await publisher.publish(age_s=0)
    assert "publication" in publisher.troubles
    (tmp_path / "absent").mkdir()
    await log.append(entry(0))
    await publisher.publish(age_s=0)
    assert publisher.troubles == {}
    log.close()
    with pytest.raises(LogUnavailable, match="fermé"):
        await log.publish()
