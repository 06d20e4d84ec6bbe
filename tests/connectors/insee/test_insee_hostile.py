# SPDX-License-Identifier: EUPL-1.2
"""Whatever JSON stands in Sirene's place, the published shape comes out, or a registry error: never anything else."""

import asyncio
import copy
from functools import lru_cache
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.kit import Answer
from tests.connectors.insee.insee_door import (
    CEDEX,
    CLOSED,
    EVERY_VERSION,
    PARTIAL_PERSON,
    mismatches,
    number_of,
    outcome,
    raw_for,
    saying,
)

COMPANIES = (CEDEX, CLOSED, PARTIAL_PERSON)
SOUP = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from(["", "O", "P", "N", "A", "C", "F", "1000", "1900-01-01", "0000-00-00", "9999-12-31", "[ND]"])
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["siren", "dateFin", "x"]), inner),
    max_leaves=4,
)  # fmt: skip


@lru_cache(maxsize=64)
def genuine(product: str, siren: str) -> Any:
    return raw_for(product, CEDEX if product == "successions" else siren)


def spots(value: Any) -> list[tuple[Any, Any]]:
    """Every place in a JSON value that can be changed: the container and the key or rank."""
    keys = list(value) if isinstance(value, dict) else list(range(len(value))) if isinstance(value, list) else []
    return [spot for key in keys for spot in ((value, key), *spots(value[key]))]


def mutate(body: Any, data: st.DataObject) -> None:
    """Replace, remove or double something somewhere."""
    container, key = data.draw(st.sampled_from(spots(body) or [({"x": 0}, "x")]), label="where")
    match data.draw(st.sampled_from(["replace", "remove", "double"]), label="how"):
        case "remove":
            del container[key]
        case "double" if isinstance(container, list):
            container.append(copy.deepcopy(container[key]))
        case _:
            container[key] = data.draw(SOUP, label="what")


@pytest.mark.parametrize(("product", "version"), EVERY_VERSION)
@settings(max_examples=50, derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_any_change_to_a_genuine_answer_gives_the_published_shape_or_a_registry_error(
    product: str, version: int, data: st.DataObject
) -> None:
    siren = data.draw(st.sampled_from(COMPANIES), label="company")
    body = copy.deepcopy(genuine(product, siren))
    number = number_of(product, CEDEX if product == "successions" else siren)
    for _ in range(data.draw(st.integers(1, 3), label="changes")):
        mutate(body, data)
    got = asyncio.run(outcome(product, version, number, saying(body)))
    if isinstance(got, Answer):
        assert mismatches(product, version, got) == []
    else:
        assert got in {"003", "501", "999"}


WRONG: tuple[object, ...] = (None, True, 7, 1.5, "", "texte", [], {}, [{}], {"a": []})


@pytest.mark.parametrize(("product", "version"), EVERY_VERSION)
def test_each_field_in_turn_missing_or_of_a_wrong_type_gives_the_shape_or_a_registry_error(
    product: str, version: int
) -> None:
    siren = CEDEX if product == "successions" else PARTIAL_PERSON
    body = copy.deepcopy(genuine(product, siren))
    number = number_of(product, siren)
    asyncio.run(_each_field(product, version, number, body))


async def _each_field(product: str, version: int, number: str, body: Any) -> None:
    allowed = {"003", "999"}
    for container, key in spots(body):
        kept = container[key]
        for wrong in WRONG:
            container[key] = wrong
            got = await outcome(product, version, number, saying(body))
            assert got in allowed if isinstance(got, str) else not mismatches(product, version, got), (key, wrong)
        container[key] = kept
        if isinstance(container, dict):
            order = list(container)
            del container[key]
            got = await outcome(product, version, number, saying(body))
            assert got in allowed if isinstance(got, str) else not mismatches(product, version, got), (key, "missing")
            container[key] = kept
            assert container.keys() == set(order)
