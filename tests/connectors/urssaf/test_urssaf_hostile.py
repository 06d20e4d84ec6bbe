# SPDX-License-Identifier: EUPL-1.2
"""Whatever the Urssaf sends, a conversation ends in the published shape or in an error of a registry."""

import base64
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.kit import Caller, RegistryError, Siren
from connectors.kit.simulation.door import SimulatedDoor
from connectors.urssaf.attestation_vigilance import AttestationV3, AttestationV4, v3, v4

SHARED = Path(__file__).resolve().parents[3] / ".." / "shared" / "registries" / "urssaf" / "fixtures"

CODES = st.sampled_from(["FUNC501", "FUNC502", "FUNC503", "FUNC504", "FUNC429", "FUNC511", "FUNC517", "FUNC999", ""])
JSON = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.integers() | st.text(max_size=8) | CODES,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.just("code") | st.text(max_size=4), inner, max_size=4)
    ),
    max_leaves=12,
)
BODIES = (
    st.binary(max_size=64)
    | st.binary(max_size=64).map(lambda content: base64.b64encode(b"%PDF-" + content))
    | JSON.map(lambda value: json.dumps(value).encode())
    | st.lists(st.fixed_dictionaries({"code": CODES}), max_size=4).map(orjson.dumps)
)


async def outcome(conversation: Awaitable[Any]) -> Any:
    """What a conversation ends in; any exception but a registry's error goes through."""
    try:
        return await conversation
    except RegistryError as error:
        return error


@settings(max_examples=300, deadline=None, derandomize=True, database=None)
@given(body=BODIES, status=st.sampled_from([200, 204, 400, 401, 404, 429, 500]))
async def test_a_hostile_answer_is_an_answer_in_shape_or_an_error_of_a_registry(
    body: bytes, status: int, answering: Callable[..., SimulatedDoor], caller: Caller
) -> None:
    door = answering(body, status)
    for ask, shape in ((v3, AttestationV3), (v4, AttestationV4)):
        end = await outcome(ask(Siren("999100118"), caller, door))
        if isinstance(end, RegistryError):
            assert len(end.suffix) == 3
            assert orjson.dumps(end.provider_errors)
        else:
            assert end.data.keys() == shape.__annotations__.keys()


async def test_nesting_without_end_is_unknown(answering: Callable[..., SimulatedDoor], caller: Caller) -> None:
    with pytest.raises(RegistryError) as caught:
        await v4(Siren("999100118"), caller, answering(b"[" * 200_000))
    assert caught.value.suffix == "999"


@dataclass(frozen=True)
class Recorded:
    """A recorded exchange: the registry's answer, and what our own must be, in the words of its sheet."""

    name: str
    status: int
    content_type: str
    body: bytes
    expected: str


def recorded(path: Path) -> Recorded:
    """The exchange of a fixture file."""
    fixture = json.loads(path.read_text("utf-8"))
    response = fixture["exchanges"][0]["response"]
    if "body_file" in response:
        body = (path.parent / response["body_file"]).read_bytes()
    elif "body_text" in response:
        body = response["body_text"].encode()
    else:
        body = orjson.dumps(response["body"])
    kind = response["headers"].get("content-type", "")
    return Recorded(path.stem, response["status"], kind, body, fixture["expected"])


@pytest.mark.parametrize(
    "fixture",
    [recorded(path) for path in sorted(SHARED.glob("*.json")) if path.stem != "auth_token"],
    ids=lambda fixture: fixture.name,
)
async def test_recorded_exchanges_give_what_is_expected_of_them(
    fixture: Recorded, answering: Callable[..., SimulatedDoor], caller: Caller
) -> None:
    door = answering(fixture.body, fixture.status, fixture.content_type)
    for number, ask in ((3, v3), (4, v4)):
        end = await outcome(ask(Siren("999100118"), caller, door))
        if isinstance(end, RegistryError):
            assert f"04{end.suffix}" in fixture.expected
            if "with meta.provider_errors" in fixture.expected:
                assert end.provider_errors == orjson.loads(fixture.body)
        else:
            assert f"v{number}: 200" in fixture.expected
            if number == 3:
                assert list(end.data) == ["document_url", "expires_in"]
                continue
            read = ("code_securite", "date_debut_validite", "date_fin_validite")
            said = [end.data["entity_status"]["code"], *(end.data[key] or "null" for key in read)]
            assert all(value in fixture.expected for value in said)
