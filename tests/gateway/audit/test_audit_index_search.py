# SPDX-License-Identifier: EUPL-1.2
"""A search of the index finds exactly the records that a reading of the whole log would find, newest first."""

import random
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from gateway.audit.index.bits import BLOCK, bits_of, offsets_of, packed, unpacked
from gateway.audit.index.criteria import Criteria
from gateway.audit.index.lines import instant
from gateway.audit.index.search import Search
from gateway.audit.index.store import Store, reading

from .index_world import SIRETS, START, commitment, exchange, kept

COUNT = 2 * BLOCK + 5_000
"""Two full blocks and a tail."""


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[dict[str, Any]]]:
    """An index of invented records, and the records."""
    path = tmp_path_factory.mktemp("index") / "index.db"
    records = [exchange(number) for number in range(COUNT)]
    store = Store(path)
    whole = kept(records)
    for start in range(0, COUNT, 20_000):
        store.take(whole[start : start + 20_000])
    store.close()
    return path, records


@pytest.fixture
def search(world: tuple[Path, list[dict[str, Any]]]) -> Iterator[Search]:
    """Searches of that index."""
    connection = reading(world[0])
    yield Search(connection)
    connection.close()


def expected(records: list[dict[str, Any]], criteria: Criteria) -> list[int]:
    """What a reading of all records finds."""
    return [
        number
        for number in reversed(range(len(records)))
        if all(records[number].get(name) in wanted for name, wanted in criteria.terms.items())
        and (criteria.subjects is None or records[number]["subject"] in criteria.subjects)
        and (criteria.agents is None or records[number]["agent"] in criteria.agents)
        and (criteria.object is None or records[number]["object"] == criteria.object)
        and (criteria.exchange is None or records[number]["id"] == criteria.exchange)
        and (criteria.since is None or (instant(records[number]["at"]) or 0) >= criteria.since)
        and (criteria.until is None or (instant(records[number]["at"]) or 0) < criteria.until)
    ]


def drawn(world: random.Random, records: list[dict[str, Any]]) -> Criteria:
    """Filters drawn at random, about a record drawn at random or about nothing."""
    one, other = world.choice(records), world.choice(records)
    at = [START + timedelta(seconds=world.randrange(-10, COUNT * 2 + 10)) for _ in range(2)]
    since, until = (int(moment.timestamp() * 1000) for moment in sorted(at))
    names = ("consumer", "recipient", "purpose", "registry", "product", "event", "code", "habilitation")
    terms = {
        name: tuple(
            {str(one.get(name, "00100")), str(other.get(name, "00100"))}
            if world.random() < 0.3
            else {str(one.get(name, "00100"))}
        )
        for name in names
        if world.random() < 0.25
    }
    return Criteria(
        subjects=(one["subject"], commitment("nobody")) if world.random() < 0.2 else None,
        agents=(one["agent"],) if world.random() < 0.2 else None,
        object=one["object"] if world.random() < 0.15 else None,
        exchange=one["id"] if world.random() < 0.05 else None,
        since=since if world.random() < 0.4 else None,
        until=until if world.random() < 0.4 else None,
        terms=terms,
    )


def test_every_combination_of_filters_finds_what_a_full_reading_finds(
    world: tuple[Path, list[dict[str, Any]]], search: Search
) -> None:
    seed = random.SystemRandom().randrange(1 << 32)
    choices = random.Random(seed)  # noqa: S311 — which filters to try; the seed is told when one fails
    for _ in range(40):
        criteria = drawn(choices, world[1])
        wanted = expected(world[1], criteria)
        page = search.page(criteria)
        assert [line.seq for line in page.lines] == wanted[:50], (seed, criteria)
        assert (page.count, page.exact) == (len(wanted), True), (seed, criteria)
        assert list(search.numbers(criteria)) == wanted, (seed, criteria)


def test_pages_follow_each_other_without_a_gap_or_a_repetition(
    world: tuple[Path, list[dict[str, Any]]], search: Search
) -> None:
    criteria = Criteria(
        terms={"event": ("refused",), "registry": ("insee",)},
        subjects=(commitment("company 5"), commitment("company 8")),
    )
    seen: list[int] = []
    before: int | None = None
    while True:
        page = search.page(criteria, before, 3)
        seen += [line.seq for line in page.lines]
        if page.older is None:
            break
        before = page.older
    assert seen == expected(world[1], criteria)
    assert len(seen) > 9


def test_a_search_that_meets_its_bound_says_so_and_can_be_continued(
    world: tuple[Path, list[dict[str, Any]]],
) -> None:
    connection = reading(world[0])
    bounded = Search(connection, rare_lines=1_000, most_blocks=1)
    for criteria in (Criteria(agents=(commitment("agent 3"),)), Criteria(terms={"code": ("00100",)})):
        seen: list[int] = []
        before: int | None = None
        page = bounded.page(criteria)
        assert not page.exact
        for _ in range(1_000):
            seen += [line.seq for line in page.lines]
            if page.older is None:
                break
            before = page.older
            page = bounded.page(criteria, before, 500)
        assert seen == expected(world[1], criteria)
    connection.close()


def test_a_line_says_what_its_record_says(world: tuple[Path, list[dict[str, Any]]], search: Search) -> None:
    (line,) = search.page(Criteria(exchange=world[1][70_001]["id"])).lines
    record = world[1][70_001]
    assert line.seq == 70_001
    assert line.terms["consumer"] == record["consumer"] in SIRETS
    assert line.terms["product"] == record["product"]
    assert (line.status, line.latency_ms, line.at) == (record["status"], record["latency_ms"], instant(record["at"]))


def test_values_nobody_has_find_nothing(search: Search) -> None:
    for criteria in (
        Criteria(subjects=()),
        Criteria(subjects=("not a commitment",)),
        Criteria(terms={"consumer": ()}),
        Criteria(terms={"consumer": ("99999999999999",)}),
        Criteria(terms={"registry": ("insee' OR 1=1 --",)}),
        Criteria(exchange="x" * 36),
        Criteria(object="   "),
    ):
        page = search.page(criteria)
        assert (page.lines, page.count, page.exact, page.older) == ((), 0, True, None), criteria


def test_bits_survive_the_file_few_or_many() -> None:
    for offsets in (
        [],
        [0],
        [BLOCK - 1],
        list(range(0, BLOCK, 3)),
        list(range(BLOCK)),
        list(range(512)),
        list(range(513)),
    ):
        bits = unpacked(packed(offsets))
        assert bits == bits_of(offsets)
        assert list(offsets_of(bits)) == offsets[::-1]


@pytest.mark.parametrize("content", [b"", b"o1", b"zzzz", b"?"])
def test_bits_that_are_none_are_refused(content: bytes) -> None:
    with pytest.raises(ValueError, match="not a bitmap"):
        unpacked(content)
