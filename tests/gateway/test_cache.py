# SPDX-License-Identifier: EUPL-1.2
"""Fresh answers: never past their time, never under another key, never changed, never beyond their memory."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.kit import Answer, Caller
from connectors.kit.contract import load
from gateway.cache import OVERHEAD_BYTES, Cache
from gateway.exchange import put_into_words
from gateway.problems import Problem, provider_problem
from gateway.values import Ask, Consumer, FiledDocument, Permit, Question, Release, Released, Sourced

PRODUCT = load("insee").products["insee/unite_legale"]
START = 1_000_000


class Hand:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.seconds = float(START)

    def __call__(self) -> float:
        return self.seconds


def question(name: str) -> Question:
    """A question kept under this name; nothing outlives its freshness."""
    product = replace(PRODUCT, stale_for_s=0)
    return Question(product, PRODUCT.versions[4], {}, Caller("", "", ""), (PRODUCT.id, "v4", name))


def sourced(value: object = "x", life: int = 3600, document: FiledDocument | None = None) -> Sourced:
    """An answer that is fresh for so many seconds."""
    answer = Answer({"valeur": value}, {"lien": "/a"}, {"note": [1]})
    return Sourced(answer, "INSEE", START, START + life, document)


def test_what_is_kept_is_given_back_as_it_was_and_says_so() -> None:
    cache = Cache(1 << 20, Hand())
    filed = FiledDocument("a" * 32, "a.pdf", START + 60)
    cache.keep(question("a"), sourced(document=filed))
    found = cache.fresh(question("a"))
    assert found is not None
    assert (found.answer, found.provider, found.document) == (sourced().answer, "INSEE", filed)
    assert (found.obtained_at, found.fresh_until, found.cached) == (START, START + 3600, True)
    assert cache.fresh(question("b")) is None


def test_an_answer_is_given_until_its_last_second_and_not_at_its_end() -> None:
    clock = Hand()
    cache = Cache(1 << 20, clock)
    cache.keep(question("a"), sourced(life=60))
    clock.seconds = START + 59.9
    assert cache.fresh(question("a")) is not None
    clock.seconds = START + 60
    assert cache.fresh(question("a")) is None
    clock.seconds = START
    assert cache.fresh(question("a")) is None  # it is gone, not hidden


@pytest.mark.parametrize("life", [0, -1])
def test_an_answer_that_may_not_be_kept_is_not(life: int) -> None:
    cache = Cache(1 << 20, Hand())
    cache.keep(question("a"), sourced(life=life))
    assert cache.fresh(question("a")) is None


def test_changing_what_is_given_or_what_was_kept_changes_nothing() -> None:
    cache = Cache(1 << 20, Hand())
    given_in = Answer({"liste": [1, {"a": 1}]}, {"lien": "/a"}, {"note": [1]})
    cache.keep(question("a"), replace(sourced(), answer=given_in))
    given_in.data["liste"].clear()
    for _ in range(2):
        found = cache.fresh(question("a"))
        assert found is not None
        assert (found.answer.data, found.answer.links) == ({"liste": [1, {"a": 1}]}, {"lien": "/a"})
        found.answer.data["liste"][1]["a"] = "changé"
        assert isinstance(found.answer.links, dict)
        found.answer.links["lien"] = "changé"


def test_a_newer_answer_takes_the_place_of_the_older() -> None:
    cache = Cache(1 << 20, Hand())
    cache.keep(question("a"), sourced("ancien"))
    cache.keep(question("a"), sourced("nouveau"))
    found = cache.fresh(question("a"))
    assert found is not None
    assert found.answer.data == {"valeur": "nouveau"}


SIZE = len(b'[{"valeur":"x"},{"lien":"/a"},{"note":[1]}]') + OVERHEAD_BYTES


def test_the_least_recently_used_leaves_first() -> None:
    cache = Cache(SIZE * 10, Hand())
    for rank in range(10):
        cache.keep(question(str(rank)), sourced())
    assert cache.fresh(question("0")) is not None
    cache.keep(question("10"), sourced())
    kept = [rank for rank in range(11) if cache.fresh(question(str(rank))) is not None]
    assert kept == [0, *range(2, 11)]


@pytest.mark.parametrize("limit", [0, 1, SIZE * 8 - 1])
def test_an_answer_above_an_eighth_of_the_memory_is_not_kept(limit: int) -> None:
    cache = Cache(limit, Hand())
    cache.keep(question("a"), sourced())
    assert cache.fresh(question("a")) is None


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 400), st.booleans()), max_size=60))
def test_no_use_goes_beyond_the_memory_or_loses_count(uses: list[tuple[int, int, bool]]) -> None:
    limit, clock = 8 * (OVERHEAD_BYTES + 300), Hand()
    cache = Cache(limit, clock)
    said: dict[int, int] = {}
    for key, length, late in uses:
        clock.seconds += 700 if late else 0
        life = int(clock.seconds) - START + 3600
        cache.keep(question(str(key)), sourced("x" * length, life=life))
        said[key] = length if length + SIZE - 1 <= limit // 8 else said.get(key, -1)
        held = 0
        for name, size in said.items():
            found = cache.fresh(question(str(name)))
            if found is not None:
                assert found.answer.data == {"valeur": "x" * size}
                held += size + SIZE - 1
        assert held <= limit


def asked(product_id: str, version: int, siren: str, recipient: str, token: str) -> Question:
    """The question that a request becomes."""
    registry = product_id.partition("/")[0]
    product = load(registry).products[product_id]
    ask = Ask("demande", product, version, {"siren": siren})
    consumer = Consumer(token, "h", "13002526500013", "", "", frozenset(), None, 0)
    release = Release((), frozenset(), "", (), lambda answer: Released(answer.data, {}, {}))
    permit = Permit("", "", (), "", recipient, "", "", product.versions[version], release)
    return put_into_words(ask, consumer, permit)


INSEE, URSSAF = "insee/unite_legale", "urssaf/attestation_vigilance"
HERE, THERE = "13002526500013", "99910077900019"


def test_versions_products_and_companies_are_never_mixed() -> None:
    cache = Cache(1 << 20, Hand())
    cache.keep(asked(INSEE, 4, "999100118", HERE, "un"), sourced())
    for other in (
        asked(INSEE, 3, "999100118", HERE, "un"),
        asked(INSEE, 4, "999100225", HERE, "un"),
        asked("insee/unite_legale_diffusible", 4, "999100118", HERE, "un"),
    ):
        assert cache.fresh(other) is None


def test_the_recipient_counts_exactly_where_the_registry_is_told_it() -> None:
    cache = Cache(1 << 20, Hand())
    cache.keep(asked(URSSAF, 4, "999100118", HERE, "un"), sourced())
    assert cache.fresh(asked(URSSAF, 4, "999100118", THERE, "un")) is None
    assert cache.fresh(asked(URSSAF, 4, "999100118", HERE, "deux")) is not None
    cache.keep(asked(INSEE, 4, "999100118", HERE, "un"), sourced())
    assert cache.fresh(asked(INSEE, 4, "999100118", THERE, "deux")) is not None


def absence(lasts_s: int) -> Problem:
    """A registry's « there is nothing », which holds for so many seconds."""
    found = provider_problem("28", "Commission Européenne", "003")
    found.lasts_s = lasts_s
    return found


def test_a_firm_absence_is_told_again_until_its_end_and_says_when_it_was_obtained() -> None:
    clock = Hand()
    cache = Cache(1 << 20, clock)
    cache.keep_absence(question("a"), absence(60))
    clock.seconds = START + 59
    told = []
    for _ in range(2):
        with pytest.raises(Problem) as raised:
            cache.fresh(question("a"))
        told.append(raised.value)
    assert told[0] is not told[1]  # each caller's own: it will carry that caller's counters
    assert (told[0].status, told[0].code, told[0].from_registry) == (404, "28003", True)
    assert told[0].again is not None
    assert (told[0].again.obtained_at, told[0].again.fresh_until, told[0].again.left_s) == (START, START + 60, 1)
    clock.seconds = START + 60
    assert cache.fresh(question("a")) is None


def test_an_absence_without_a_life_is_not_kept_and_an_answer_takes_its_place() -> None:
    cache = Cache(1 << 20, Hand())
    cache.keep_absence(question("a"), absence(0))
    assert cache.fresh(question("a")) is None
    cache.keep_absence(question("a"), absence(60))
    cache.keep(question("a"), sourced("venu depuis"))
    found = cache.fresh(question("a"))
    assert found is not None
    assert found.answer.data == {"valeur": "venu depuis"}
    cache.keep_absence(question("a"), absence(60))
    trouble = provider_problem("28", "Commission Européenne", "001")
    with pytest.raises(Problem) as raised:
        cache.stale(question("a"), trouble)
    assert raised.value is trouble  # an absence never stands in for an answer


def test_absences_count_in_the_memory_that_is_lent() -> None:
    cache = Cache(OVERHEAD_BYTES * 10, Hand())
    for number in range(100):
        cache.keep_absence(question(str(number)), absence(60))
    kept = 0
    for number in range(100):
        try:
            cache.fresh(question(str(number)))
        except Problem:
            kept += 1
    assert kept == 10
    nothing = Cache(0, Hand())
    nothing.keep_absence(question("a"), absence(60))
    assert nothing.fresh(question("a")) is None
