# SPDX-License-Identifier: EUPL-1.2
"""Whatever Adélie sends, a conversation ends in the published shape or in an error of a registry."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.dgfip import attestation_fiscale, chiffres_affaires
from connectors.kit import Caller, RegistryError, Siren, Siret
from connectors.kit.simulation.door import SimulatedDoor

SHARED = Path(__file__).resolve().parents[3] / ".." / "shared" / "registries" / "dgfip" / "fixtures"
OURS = ("attestation_", "chiffres_affaires", "erreur_runtime")
SIREN, SIRET = Siren("999100118"), Siret("99910011800010")

KEYS = st.sampled_from(["liste_ca", "ca", "dateFinExercice", "erreur", "code", ""])
JSON = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.integers() | st.text(max_size=8) | KEYS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)
ITEM = st.fixed_dictionaries(
    {"ca": st.integers().map(str) | JSON, "dateFinExercice": st.dates().map(lambda day: f"{day}T00:00:00+01:00") | JSON}
)
BODIES = (
    st.binary(max_size=64)
    | st.binary(max_size=64).map(lambda content: b"%PDF-" + content)
    | JSON.map(lambda value: json.dumps(value).encode())
    | st.lists(ITEM, max_size=3).map(lambda items: json.dumps({"liste_ca": items}).encode())
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
    turnovers = await outcome(chiffres_affaires.v3(SIRET, caller, door))
    if isinstance(turnovers, RegistryError):
        assert len(turnovers.suffix) == 3
    else:
        assert turnovers.meta == {"count": len(turnovers.data)}
        for item in turnovers.data:
            assert item.keys() == chiffres_affaires.ChiffreAffaires.__annotations__.keys()
            assert type(item["chiffre_affaires"]) is int
            assert len(item["date_fin_exercice"]) == 10
    for ask in (attestation_fiscale.v3, attestation_fiscale.v4):
        assert isinstance(await outcome(ask(SIREN, caller, door)), RegistryError)


async def test_nesting_without_end_is_unknown(answering: Callable[..., SimulatedDoor], caller: Caller) -> None:
    for status in (200, 500):
        end = await outcome(chiffres_affaires.v3(SIRET, caller, answering(b'{"liste_ca":' * 100_000, status)))
        assert end.suffix == "999"


@dataclass(frozen=True)
class Recorded:
    """A recorded exchange: the registry's answer, and what our own must be, in the words of its sheet."""

    name: str
    status: int
    body: bytes
    product: str
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
    return Recorded(path.stem, response["status"], body, fixture["product"], fixture["expected"])


@pytest.mark.parametrize(
    "fixture",
    [recorded(path) for path in sorted(SHARED.glob("*.json")) if path.stem.startswith(OURS)],
    ids=lambda fixture: fixture.name,
)
async def test_recorded_exchanges_give_what_is_expected_of_them(
    fixture: Recorded, answering: Callable[..., SimulatedDoor], caller: Caller
) -> None:
    door = answering(fixture.body, fixture.status)
    ends = []
    if "chiffres_affaires" in fixture.product:
        ends.append(await outcome(chiffres_affaires.v3(SIRET, caller, door)))
    if "attestation_fiscale" in fixture.product:
        ends.append(await outcome(attestation_fiscale.v3(SIREN, caller, door)))
        ends.append(await outcome(attestation_fiscale.v4(SIREN, caller, door)))
    assert ends
    for end in ends:
        if isinstance(end, RegistryError):
            assert f"03{end.suffix}" in fixture.expected
        else:
            assert fixture.expected.startswith("200")
        if "3 items" in fixture.expected:
            assert end.meta == {"count": 3}
            assert end.data[0] == {"chiffre_affaires": 648374448, "date_fin_exercice": "2016-12-31"}
