# SPDX-License-Identifier: EUPL-1.2
"""The breaker leaves a failing registry alone, tries it again once, and never counts a good answer against it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.kit import (
    NotFound,
    RegistryError,
    RegistryRefusal,
    RegistryThrottled,
    RegistryTimeout,
    RegistryUnavailable,
    UnknownAnswer,
)
from connectors.kit.contract import load
from gateway.source.breaker import QUIET_S, Breaker


class Clock:
    def __init__(self) -> None:
        self.time = 100.0

    def __call__(self) -> float:
        return self.time


def failing(clock: Clock, times: int) -> Breaker:
    breaker = Breaker(3, 10, clock)
    for _ in range(times):
        breaker.before()
        breaker.after(RegistryTimeout())
    return breaker


def test_it_opens_after_failures_in_a_row_and_says_when_it_will_try_again() -> None:
    clock = Clock()
    breaker = failing(clock, 3)
    clock.time += 2.5
    with pytest.raises(RegistryUnavailable) as refused:
        breaker.before()
    assert refused.value.retry_in == 8
    assert breaker.state == "open"


def test_a_good_answer_in_between_closes_the_count() -> None:
    clock = Clock()
    breaker = failing(clock, 2)
    breaker.before()
    breaker.after(NotFound())
    assert failing_once_more(breaker) == "closed"


def failing_once_more(breaker: Breaker) -> str:
    breaker.before()
    breaker.after(RegistryTimeout())
    return breaker.state


def test_after_the_pause_one_question_tries_and_the_others_wait() -> None:
    clock = Clock()
    breaker = failing(clock, 3)
    clock.time += 10
    breaker.before()
    with pytest.raises(RegistryUnavailable):
        breaker.before()
    breaker.after(None)
    assert breaker.state == "closed"
    breaker.before()


def test_a_failed_try_opens_it_again() -> None:
    clock = Clock()
    breaker = failing(clock, 3)
    clock.time += 10
    breaker.before()
    breaker.after(RegistryUnavailable())
    assert breaker.state == "open"


def test_a_try_that_was_cancelled_lets_another_try() -> None:
    clock = Clock()
    breaker = failing(clock, 3)
    clock.time += 10
    breaker.before()
    breaker.after(KeyboardInterrupt())
    breaker.before()


@given(st.lists(st.sampled_from([None, NotFound(), UnknownAnswer(), RegistryTimeout(), RegistryUnavailable()])))
def test_it_is_open_only_after_three_troubles_in_a_row(outcomes: list[Exception | None]) -> None:
    breaker = Breaker(3, 10, Clock())
    in_a_row = 0
    for outcome in outcomes:
        if in_a_row >= 3:
            with pytest.raises(RegistryUnavailable):
                breaker.before()
            return
        breaker.before()
        breaker.after(outcome)
        in_a_row = in_a_row + 1 if isinstance(outcome, RegistryTimeout | RegistryUnavailable) else 0


def after(breaker: Breaker, error: RegistryError) -> Breaker:
    breaker.before()
    breaker.after(error)
    return breaker


def test_a_registry_that_says_too_often_is_left_alone_for_as_long_as_it_says() -> None:
    clock = Clock()
    breaker = after(Breaker(3, 10, clock), RegistryThrottled(retry_in=5, provider_errors=["trop"]))
    clock.time += 1.5
    with pytest.raises(RegistryThrottled) as refused:
        breaker.before()
    assert (refused.value.retry_in, refused.value.provider_errors) == (4, None)
    assert breaker.state == "closed"
    clock.time += 3.5
    after(breaker, RegistryTimeout())


def test_it_is_refused_in_the_registry_s_own_words() -> None:
    quota = load("gip_mds").refusal("quota_atteint", retry_in=30)
    clock = Clock()
    breaker = after(Breaker(3, 10, clock), quota)
    with pytest.raises(RegistryRefusal) as refused:
        breaker.before()
    assert (refused.value.suffix, refused.value.title) == (quota.suffix, quota.title)


def test_no_registry_silences_itself_for_more_than_a_minute() -> None:
    clock = Clock()
    breaker = after(Breaker(3, 10, clock), RegistryThrottled(retry_in=3_600))
    clock.time += QUIET_S - 0.5
    with pytest.raises(RegistryThrottled):
        breaker.before()
    clock.time += 0.5
    breaker.before()


@pytest.mark.parametrize("error", [RegistryThrottled(), NotFound(retry_in=5)], ids=["no seconds", "another error"])
def test_it_is_asked_on_when_it_does_not_say_for_how_long(error: RegistryError) -> None:
    after(Breaker(3, 10, Clock()), error).before()


def test_of_those_who_were_told_together_the_longest_wait_counts() -> None:
    clock = Clock()
    breaker = Breaker(3, 10, clock)
    for seconds in (20, 2):
        breaker.after(RegistryThrottled(retry_in=seconds))
    clock.time += 10
    with pytest.raises(RegistryThrottled):
        breaker.before()
