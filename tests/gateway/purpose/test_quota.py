# SPDX-License-Identifier: EUPL-1.2
"""Rate pools: windows, what shares a counter, a habilitation's own limit, and what the caller is told."""

import pytest

from connectors.kit.contract import Product
from gateway.problems import Problem
from gateway.purpose.model import Pool
from gateway.purpose.quota import Quotas
from gateway.values import Quota
from tests.gateway.purpose.purpose_world import FACT, FREE, YEARS, consumer, product_of

POOLS = {"commune": Pool("commune", 3, 60, each=False), "chacun": Pool("chacun", 2, 10, each=True)}
OTHER_YEARS = product_of("other_years", YEARS.versions, YEARS.groups, pool="chacun")


class Clock:
    """Epoch seconds that a test moves."""

    def __init__(self, now: float) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock(600_000.0)


@pytest.fixture
def quotas(clock: Clock) -> Quotas:
    return Quotas(POOLS, clock)


def refusal(quotas: Quotas, product: Product, **changes: object) -> Problem:
    with pytest.raises(Problem) as caught:
        quotas.spend(consumer(**changes), product)
    assert (caught.value.status, caught.value.code) == (429, "00429")
    return caught.value


def test_every_call_tells_the_limit_what_is_left_and_the_end_of_the_window(quotas: Quotas, clock: Clock) -> None:
    clock.now += 59.5
    assert [quotas.spend(consumer(), FACT) for _ in range(3)] == [
        Quota(3, 2, 600_060),
        Quota(3, 1, 600_060),
        Quota(3, 0, 600_060),
    ]


def test_one_call_too_many_is_429_with_figures_and_the_seconds_to_wait(quotas: Quotas, clock: Clock) -> None:
    clock.now += 12.3
    for _ in range(3):
        quotas.spend(consumer(), FACT)
    problem = refusal(quotas, FACT)
    assert problem.quota == Quota(3, 0, 600_060)
    assert problem.headers == ((b"retry-after", b"48"),)


def test_the_wait_is_never_told_as_zero(quotas: Quotas, clock: Clock) -> None:
    clock.now += 59.9999
    for _ in range(3):
        quotas.spend(consumer(), FACT)
    assert refusal(quotas, FACT).headers == ((b"retry-after", b"1"),)


def test_windows_are_aligned_on_their_period_and_start_anew(quotas: Quotas, clock: Clock) -> None:
    clock.now += 59
    for _ in range(3):
        quotas.spend(consumer(), FACT)
    refusal(quotas, FACT)
    clock.now += 1
    assert quotas.spend(consumer(), FACT) == Quota(3, 2, 600_120)


def test_products_of_a_shared_pool_spend_the_same_counter(quotas: Quotas) -> None:
    quotas.spend(consumer(), FACT)
    assert quotas.spend(consumer(), FREE) == Quota(3, 1, 600_060)


def test_products_of_a_pool_counted_apart_do_not(quotas: Quotas) -> None:
    for _ in range(2):
        quotas.spend(consumer(), YEARS)
    refusal(quotas, YEARS)
    assert quotas.spend(consumer(), OTHER_YEARS) == Quota(2, 1, 600_010)


def test_tokens_do_not_spend_for_each_other(quotas: Quotas) -> None:
    for _ in range(3):
        quotas.spend(consumer(), FACT)
    assert quotas.spend(consumer(token_id="autre"), FACT) == Quota(3, 2, 600_060)


def test_a_safe_listed_token_is_neither_limited_nor_counted(quotas: Quotas) -> None:
    assert [quotas.spend(consumer(safe_listed=True), FACT) for _ in range(9)] == [None] * 9
    assert quotas.spend(consumer(), FACT) == Quota(3, 2, 600_060)


def test_a_habilitations_own_limit_shows_in_place_of_the_pools_and_counts_over_all_pools(quotas: Quotas) -> None:
    assert quotas.spend(consumer(rate_limit=2), FACT) == Quota(2, 1, 600_060)
    assert quotas.spend(consumer(rate_limit=2), YEARS) == Quota(2, 0, 600_060)
    assert refusal(quotas, FACT, rate_limit=2).quota == Quota(2, 0, 600_060)


def test_the_pool_still_holds_under_a_larger_own_limit_and_tells_its_own_figures(quotas: Quotas, clock: Clock) -> None:
    for _ in range(2):
        assert quotas.spend(consumer(rate_limit=99), YEARS) is not None
    problem = refusal(quotas, YEARS, rate_limit=99)
    assert problem.quota == Quota(2, 0, 600_010)
    assert problem.headers == ((b"retry-after", b"10"),)


def test_a_refused_call_spends_nothing_of_the_other_counter(quotas: Quotas) -> None:
    for _ in range(2):
        quotas.spend(consumer(rate_limit=4), YEARS)
    refusal(quotas, YEARS, rate_limit=4)
    assert quotas.spend(consumer(rate_limit=4), FACT) == Quota(4, 1, 600_060)


def test_an_own_limit_of_zero_lets_nothing_through(quotas: Quotas) -> None:
    assert refusal(quotas, FACT, rate_limit=0).quota == Quota(0, 0, 600_060)


def test_a_clock_set_back_does_not_open_a_window_anew(quotas: Quotas, clock: Clock) -> None:
    for _ in range(3):
        quotas.spend(consumer(), FACT)
    clock.now -= 120
    refusal(quotas, FACT)


def test_memory_holds_the_current_window_only(quotas: Quotas, clock: Clock) -> None:
    for number in range(500):
        quotas.spend(consumer(token_id=str(number), rate_limit=5), FACT)
    clock.now += 60
    quotas.spend(consumer(), FACT)
    assert quotas.counters() == 1


def test_an_unknown_pool_never_lets_a_call_through(quotas: Quotas) -> None:
    with pytest.raises(KeyError):
        quotas.spend(consumer(), product_of("lost", YEARS.versions, YEARS.groups, pool="inconnue"))


def test_messages_at_mcp_have_a_pool_of_their_own_and_take_nothing_from_the_others(clock: Clock) -> None:
    quotas = Quotas({**POOLS, "mcp": Pool("mcp", 2, 60, each=False)}, clock)
    tools = quotas.of_tools()
    assert [tools.spend(consumer(rate_limit=1)) for _ in range(2)] == [Quota(2, 1, 600_060), Quota(2, 0, 600_060)]
    with pytest.raises(Problem) as caught:
        tools.spend(consumer())
    assert (caught.value.code, caught.value.quota) == ("00429", Quota(2, 0, 600_060))
    assert quotas.spend(consumer(), FACT) == Quota(3, 2, 600_060)
    assert tools.spend(consumer(safe_listed=True)) is None
    assert tools.spend(consumer(token_id="autre")) == Quota(2, 1, 600_060)


def test_without_its_pool_a_door_is_closed(quotas: Quotas) -> None:
    for pool in (quotas.of_tools(), quotas.of_portals()):
        with pytest.raises(Problem) as caught:
            pool.spend(consumer())
        assert (caught.value.status, caught.value.code) == (403, "00100")


def test_requests_of_portals_have_a_pool_of_their_own(clock: Clock) -> None:
    portals = Quotas({**POOLS, "portails": Pool("portails", 1, 60, each=False)}, clock).of_portals()
    assert portals.spend(consumer()) == Quota(1, 0, 600_060)
    with pytest.raises(Problem) as caught:
        portals.spend(consumer())
    assert (caught.value.code, caught.value.quota) == ("00429", Quota(1, 0, 600_060))
