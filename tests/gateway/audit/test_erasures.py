# SPDX-License-Identifier: EUPL-1.2
"""A record may be gone only where another says so; which ones it says is exact, and counted."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.audit.erasures import MAX_RUNS_BYTES, Erasures, read_runs, write_runs
from gateway.audit.fitting import fitted
from gateway.audit.vocabulary import check
from tests.gateway.audit.audit_world import HEX, identity

NUMBERS = st.sets(st.integers(0, 400)) | st.sets(st.integers(0, 2**40), max_size=40)


def said(told: dict[str, object]) -> dict[str, object]:
    """The record that says it."""
    base = {"v": 1, "event": "erased", "id": identity(1), "at": "2026-11-22T10:00:00.123Z"}
    record = {**base, "month": "2020-02", "digest": HEX, **told}
    check(record)
    return record


@given(NUMBERS)
def test_what_is_written_of_numbers_is_read_back(numbers: set[int]) -> None:
    told = list(write_runs(sorted(numbers)))
    found = [number for one in told for part in read_runs(said(one)) for number in part]
    assert found == sorted(numbers)
    assert all(len(str(one["runs"])) <= MAX_RUNS_BYTES + 40 for one in told)


def test_the_longest_record_of_an_erasure_is_written_whole() -> None:
    scattered = [number * 10**12 for number in range(600)]
    told = list(write_runs(scattered))
    assert len(told) > 1
    for one in told:
        assert str(one["runs"]).encode() in fitted(said(one) | {"operator": "x" * 40, "reason": "é" * 200})


@given(NUMBERS, NUMBERS)
def test_a_gap_is_accounted_for_exactly_when_it_is_among_what_was_said(gone: set[int], named: set[int]) -> None:
    following = Erasures()
    for number in sorted(gone):
        following.missing(number)
    for told in write_runs(sorted(named)):
        following.follow(2**60, said(told))
    found = following.finish()
    if gone <= named:
        assert found is None
    else:
        assert found is not None
        assert found[0] == min(gone - named)
    assert following.count == len(gone)


@pytest.mark.parametrize(
    ("told", "complaint"),
    [
        ({"seq": 0, "size": 3, "count": 3, "runs": "2"}, "au compte"),
        ({"seq": 0, "size": 3, "count": 2, "runs": "3"}, "au compte"),
        ({"seq": 0, "size": 3, "count": 1, "runs": "1,2"}, "au compte"),
        ({"seq": 8, "size": 3, "count": 3, "runs": "3"}, "n'existaient pas encore"),
    ],
)
def test_a_record_that_misleads_is_at_fault_itself(told: dict[str, object], complaint: str) -> None:
    following = Erasures()
    following.follow(10, said(told))
    found = following.finish()
    assert found is not None
    assert found[0] == 10
    assert complaint in found[1]
