# SPDX-License-Identifier: EUPL-1.2
"""A registry's JSON is read with suspicion: the announced type, null, or an unknown answer."""

from collections.abc import Callable

import pytest

from connectors.kit import UnknownAnswer
from connectors.kit.wire import LARGEST, an_object, day, flag, needed, number, objects, text, whole

Read = Callable[[dict[str, object], str], object]


@pytest.mark.parametrize(
    ("read", "value", "expected"),
    [
        (text, "bonjour", "bonjour"),
        (text, "", None),
        (needed, "bonjour", "bonjour"),
        (flag, False, False),
        (whole, 12, 12),
        (number, 12.5, 12.5),
        (number, -LARGEST, -LARGEST),
        (day, "2024-02-29", "2024-02-29"),
        (day, "2019-06-15T00:00:00.000Z", "2019-06-15"),
        (day, "", None),
    ],
    ids=lambda value: getattr(value, "__name__", repr(value)),
)
def test_the_announced_type_is_given_as_it_is(read: Read, value: object, expected: object) -> None:
    assert read({"cle": value}, "cle") == expected


@pytest.mark.parametrize("read", [text, flag, whole, number, day], ids=lambda read: read.__name__)
def test_null_and_a_missing_key_are_the_same(read: Read) -> None:
    assert read({"cle": None}, "cle") is None
    assert read({}, "cle") is None


@pytest.mark.parametrize(
    ("read", "value"),
    [
        (text, 1),
        (text, ["a"]),
        (needed, None),
        (needed, ""),
        (flag, 0),
        (flag, "true"),
        (whole, 1.5),
        (whole, True),
        (whole, "1"),
        (number, True),
        (number, "1"),
        (number, float("inf")),
        (number, LARGEST + 1),
        (day, "31/12/2024"),
        (day, "2024-02-30"),
        (day, 20240101),
    ],
    ids=lambda value: getattr(value, "__name__", repr(value)),
)
def test_another_type_is_an_unknown_answer(read: Read, value: object) -> None:
    with pytest.raises(UnknownAnswer):
        read({"cle": value}, "cle")


def test_objects_and_lists_of_objects_are_told_from_the_rest() -> None:
    assert an_object({"a": 1}) == {"a": 1}
    assert objects([{"a": 1}, {}]) == [{"a": 1}, {}]
    assert objects([]) == []
    for junk in (None, [], "a", 1):
        with pytest.raises(UnknownAnswer):
            an_object(junk)
    for junk in (None, {}, "a", [1], [{}, None], [{}, {}, {}]):
        with pytest.raises(UnknownAnswer):
            objects(junk, most=2)
