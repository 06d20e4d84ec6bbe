# SPDX-License-Identifier: EUPL-1.2
"""Every row of the GIP-MDS's table of answers, in its order."""

from typing import Any

import pytest

from connectors.kit import (
    NotFound,
    RegistryError,
    RegistryInternal,
    RegistryRefusal,
    RegistryTimeout,
    RegistryUnavailable,
    UnknownAnswer,
)
from tests.connectors.gip_mds.gip_mds_door import CONTRACT, item, monthly, yearly
from tests.connectors.kit.doors import answering

BOTH = pytest.mark.parametrize("ask", [yearly, monthly], ids=["annual", "monthly"])
PAIR = [item("RA"), item("RG")]


async def fails(ask: Any, body: object, status: int = 200) -> RegistryError:
    with pytest.raises(RegistryError) as caught:
        await ask(answering(CONTRACT, body, status))
    return caught.value


@BOTH
@pytest.mark.parametrize("status", [204, 404])
async def test_204_and_404_are_not_found(ask: Any, status: int) -> None:
    assert type(await fails(ask, b"", status)) is NotFound
    assert type(await fails(ask, PAIR, status)) is NotFound


@BOTH
@pytest.mark.parametrize("status", [401, 403])
async def test_401_and_403_mean_come_back_in_ten_seconds(ask: Any, status: int) -> None:
    error = await fails(ask, b"", status)
    assert isinstance(error, RegistryRefusal)
    assert (error.suffix, error.status, error.retry_in) == ("502", 502, 10)


@BOTH
@pytest.mark.parametrize(
    ("body", "seconds"),
    [
        (b"code=900803&nextAccessTime=2026-Mar-17+09%3A35%3A00%2B0000+UTC", 300),
        (b"nextAccessTime=2026-Mar-18+10%3A30%3A00%2B0100", 86_400),
        (b"nextAccessTime=2023-Oct-12+20%3A43%3A00%2B0000+UTC", 0),
        (b"nextAccessTime=demain", None),
        (b"nextAccessTime=2026-Mai-17+09%3A35%3A00%2B0000+UTC", None),
        (b"nextAccessTime=2026-Feb-30+09%3A35%3A00%2B0000+UTC", None),
        (b"nextAccessTime=0000-Feb-01+09%3A35%3A00%2B0000+UTC", None),
        (b'{"nextAccessTime": "2026-Mar-17 09:35:00+0000 UTC"}', None),
        (b"a=1&" * 50, None),
        (b"", None),
    ],
    ids=[
        "utc", "paris", "past", "words", "french_month", "no_such_day", "year_zero", "json", "too_many_fields", "empty",
    ],
)  # fmt: skip
async def test_429_says_in_a_form_when_access_reopens(ask: Any, body: bytes, seconds: int | None) -> None:
    error = await fails(ask, body, 429)
    assert isinstance(error, RegistryRefusal)
    assert (error.suffix, error.status, error.retry_in) == ("503", 502, seconds)


@BOTH
async def test_500_is_an_internal_error(ask: Any) -> None:
    assert type(await fails(ask, PAIR, 500)) is RegistryInternal


@BOTH
@pytest.mark.parametrize("body", [b"", b"<html></html>", b"null", b"{}", b"[]", b"[1]", b'"KO_TECHNIQUE"'], ids=repr)
async def test_invalid_or_empty_json_is_unknown(ask: Any, body: bytes) -> None:
    assert type(await fails(ask, body)) is UnknownAnswer


@BOTH
async def test_a_technical_incident_is_an_object_with_status_200(ask: Any) -> None:
    error = await fails(ask, {"code": "KO_TECHNIQUE"})
    assert isinstance(error, RegistryRefusal)
    assert (error.suffix, error.status) == ("501", 502)
    assert type(await fails(ask, {"code": "KO_AUTRE"})) is UnknownAnswer


@BOTH
@pytest.mark.parametrize("present", ["RA", "RG"])
async def test_an_array_needs_both_schemes(ask: Any, present: str) -> None:
    assert type(await fails(ask, [item(present), item(present)])) is UnknownAnswer


@BOTH
async def test_nothing_but_nc_is_a_not_found(ask: Any) -> None:
    bare = {"siren": "999100886", "periode": "20241231", "nature": "A01", "effectifs": "NC"}
    assert type(await fails(ask, [{**bare, "source": "RA"}, {**bare, "source": "RG"}])) is NotFound


async def test_another_status_is_unknown() -> None:
    assert type(await fails(yearly, PAIR, 400)) is UnknownAnswer
    assert type(await fails(monthly, PAIR, 201)) is UnknownAnswer


@pytest.mark.parametrize(
    ("status", "kind"),
    [(502, RegistryUnavailable), (503, RegistryUnavailable), (504, RegistryTimeout), (301, RegistryInternal)],
    ids=str,
)
async def test_transport_rules_come_first(status: int, kind: type[RegistryError]) -> None:
    assert isinstance(await fails(yearly, PAIR, status), kind)
