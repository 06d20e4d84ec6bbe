# SPDX-License-Identifier: EUPL-1.2
"""How long a registry wants to be left alone: seconds or a date, within bounds, and nothing when it cannot be read."""

import pytest

from connectors.kit import RegistryThrottled, Reply, UnknownAnswer
from connectors.kit.throttling import throttled
from connectors.kit.waiting import LONGEST_S, retry_after

AT = "Fri, 20 Nov 2026 10:30:00 GMT"


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "7"}, 7),
        ({"retry-after": " 120 "}, 120),
        ({"retry-after": "0"}, 1),
        ({"retry-after": "86400"}, LONGEST_S),
        ({"retry-after": "Fri, 20 Nov 2026 10:31:30 GMT", "date": AT}, 90),
        ({"retry-after": "Fri, 20 Nov 2026 10:29:00 GMT", "date": AT}, 1),
        ({"retry-after": "Tue, 01 Jan 2999 00:00:00 GMT", "date": AT}, LONGEST_S),
        ({"retry-after": "Fri, 20 Nov 2026 10:31:30 -0000", "date": AT}, 90),
        ({"retry-after": "Fri, 20 Nov 2026 10:31:30 GMT"}, None),
        ({"retry-after": "Fri, 20 Nov 2026 10:31:30 GMT", "date": "hier"}, None),
        ({"retry-after": "Fri, 99 Nov 99999999 10:31:30 GMT", "date": AT}, None),
        ({"retry-after": "-5"}, None),
        ({"retry-after": "1.5"}, None),
        ({"retry-after": "٧"}, None),
        ({"retry-after": "9" * 5_000}, None),
        ({"retry-after": "bientôt"}, None),
        ({"retry-after": ""}, None),
        ({}, None),
    ],
    ids=lambda value: str(value)[:60],
)
def test_what_a_registry_says_of_the_time_to_wait(headers: dict[str, str], seconds: int | None) -> None:
    assert retry_after(headers) == seconds


def test_too_often_is_said_with_the_seconds() -> None:
    for suffix, kind in (("008", RegistryThrottled), ("999", UnknownAnswer)):
        found = throttled(Reply(429, {"retry-after": "7"}), suffix)
        assert (type(found), found.suffix, found.retry_in, found.throttles) == (kind, suffix, 7, True)
    assert not UnknownAnswer().throttles
