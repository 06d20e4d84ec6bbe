# SPDX-License-Identifier: EUPL-1.2
"""Open data of the usage: each count is about k companies at least, none can be subtracted back, a month comes once."""

import csv
import io
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.audit.closing import Closings, DayCloser
from gateway.opendata.catalog import catalogue, data, table
from gateway.opendata.cells import OTHERS, anonymous
from gateway.opendata.usage import Usage
from tests.gateway.audit.index_world import commitment, exchange, spelled
from tests.gateway.audit.memory_log import MemoryLog

NEXT_MONTH = datetime(2026, 12, 1, 1, tzinfo=UTC)
names = st.sampled_from(["a", "b", "c", "d"])
counts = st.dictionaries(
    st.tuples(names, names), st.dictionaries(st.sampled_from("stuvwxyz"), st.integers(1, 9), max_size=8), max_size=12
)


@settings(max_examples=200, deadline=None)
@given(counts=counts, k=st.integers(2, 6))
def test_every_published_count_is_about_k_companies_and_all_is_counted_once(
    counts: dict[tuple[str, str], dict[str, int]], k: int
) -> None:
    cells = anonymous(counts, k)
    everybody = {who for found in counts.values() for who in found}
    assert all(cell.companies >= k for cell in cells)
    assert len({(cell.purpose, cell.registry) for cell in cells}) == len(cells)
    if cells:
        assert sum(cell.count for cell in cells) == sum(sum(found.values()) for found in counts.values())
    else:
        assert len(everybody) < k
    for cell in cells:
        if cell.registry != OTHERS:
            found = counts[cell.purpose, cell.registry]
            assert (cell.count, cell.companies) == (sum(found.values()), len(found))


def test_a_single_small_count_takes_a_larger_one_with_it() -> None:
    many, few = Counter("stuvw"), Counter("s")
    cells = anonymous({("p", "insee"): many, ("p", "urssaf"): few, ("p", "dgfip"): Counter("stuvwxy")}, 5)
    assert [(cell.registry, cell.count) for cell in cells] == [(OTHERS, 6), ("dgfip", 7)]


def test_a_k_that_protects_nobody_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 2"):
        anonymous({}, 1)


class World:
    """A log in memory with a month of answers, its days closed, its head published."""

    def __init__(self, folder: Path) -> None:
        self.log = MemoryLog()
        self.folder = folder

    def answer(self, company: int, **changed: object) -> None:
        at = datetime(2026, 11, 3, tzinfo=UTC) + timedelta(minutes=self.log.size())
        facts = exchange(0, event="answered", at=spelled(at), subject=commitment(f"{company}"), **changed)
        self.log.append(orjson.dumps(facts, option=orjson.OPT_SORT_KEYS))

    async def event(self, name: str, **facts: object) -> int:
        told = {"v": 1, "event": name, "id": "x", "at": spelled(NEXT_MONTH), **facts}
        kept = {key: value for key, value in told.items() if value is not None}
        self.log.append(orjson.dumps(kept, option=orjson.OPT_SORT_KEYS))
        return self.log.size() - 1

    async def close(self, until: datetime = NEXT_MONTH) -> None:
        closer = DayCloser(self.log, self.event, (), lambda: until)
        while await closer.step():
            pass

    def usage(self, k: int = 5) -> Usage:
        return Usage(self.folder, self.log, Closings(self.log), k)


@pytest.fixture
def world(tmp_path: Path) -> World:
    found = World(tmp_path / "opendata")
    for company in range(6):
        found.answer(company)
    found.answer(1, registry="urssaf", product="urssaf/attestation_vigilance")
    return found


async def test_a_month_is_published_once_its_last_day_is_closed_under_its_checkpoint(world: World) -> None:
    usage = world.usage()
    await world.close(NEXT_MONTH - timedelta(days=2))
    world.log.publish()
    await usage.refresh()
    assert usage.months() == []
    await world.close()
    await usage.refresh()  # the published head does not count the whole month yet, or it does: never before
    world.log.publish()
    await usage.refresh()
    (month,) = usage.months()
    assert month.month == "2026-11"
    assert month.head.size >= month.stop >= 7
    assert [(cell.registry, cell.count) for cell in month.cells] == [(OTHERS, 7)]


async def test_what_was_published_stays_whatever_k_becomes_and_whatever_is_erased(world: World) -> None:
    await world.close()
    world.log.publish()
    first = world.usage()
    await first.refresh()
    world.log.erase(0)
    again = world.usage(k=2)
    await again.refresh()
    assert again.months() == first.months()
    (world.folder / "2026-10.json").write_text("{", "utf-8")  # a file of somebody else's is no month
    other = world.usage()
    await other.refresh()
    assert other.months() == first.months()


async def test_a_month_with_erased_records_is_not_published(world: World) -> None:
    await world.close()
    world.log.publish()
    world.log.erase(0)
    usage = world.usage()
    await usage.refresh()
    assert usage.months() == []


async def test_the_files_carry_the_counts_and_the_checkpoint(world: World) -> None:
    await world.close()
    world.log.publish()
    usage = world.usage()
    await usage.refresh()
    titles = {"marches_publics": "Marchés publics"}
    (row,) = csv.DictReader(io.StringIO(table(usage.months(), titles)))
    assert row["consultations"] == "7"
    assert row["entreprises"] == "6"
    assert row["journal_racine"] == usage.months()[0].head.root.hex()
    told = data(usage.months(), titles)
    assert orjson.loads(orjson.dumps(told))["months"][0]["log"]["checkpoint"] == world.log.published
    assert commitment("1") not in orjson.dumps(told).decode()
    found = catalogue(usage.months(), "https://passerelle.example")
    dataset = found["dcat:dataset"][0]  # type: ignore[index]  # JSON-LD
    urls = [one["dcat:downloadURL"]["@id"] for one in dataset["dcat:distribution"]]
    assert urls == [f"https://passerelle.example/opendata/usage.{kind}" for kind in ("csv", "json")]
    assert dataset["dct:temporal"]["dcat:endDate"]["@value"] == "2026-11"
