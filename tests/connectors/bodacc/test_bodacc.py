# SPDX-License-Identifier: EUPL-1.2
"""BODACC: its fields, its JSON inside texts, insolvency, every persona, hostile answers, the ping, a real answer."""

import json
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.bodacc.annonces import v1
from connectors.bodacc.ping import ping
from connectors.bodacc.simulator import simulator
from connectors.kit import Answer, NotFound, RegistryError, RegistryThrottled, Siren, UnknownAnswer
from connectors.kit.contract import load
from connectors.kit.simulation import Asked, Persona, load_world
from connectors.kit.simulation.door import SimulatedDoor
from tests.connectors.kit.doors import NOW, SHARED, STATUSES, answering, damaged, data_of, mismatches, outcome

CONTRACT = load("bodacc")
WORLD = load_world()
SIREN = Siren("999100118")
JUDGMENT = {"type": "initial", "famille": "F", "nature": "Liquidation judiciaire", "date": "2024-05-02",
            "complementJugement": "C"}  # fmt: skip
DEPOSIT = {"dateCloture": "2024-12-31", "typeDepot": "Comptes annuels", "descriptif": "D"}
COMPANY = {"typePersonne": "pm", "denomination": "ATELIERS DU GRAND CHENE", "formeJuridique": "SAS"}
ROW: dict[str, Any] = {
    "id": "A20240001",
    "publicationavis": "A",
    "familleavis": "collective",
    "familleavis_lib": "Procédures collectives",
    "typeavis": "annonce",
    "dateparution": "2024-05-06",
    "tribunal": "Greffe de Rennes",
    "registre": ["999100118", "999 100 118"],
    "commercant": "ATELIERS DU GRAND CHENE",
    "listepersonnes": json.dumps({"personne": COMPANY}),
    "jugement": json.dumps(JUDGMENT),
    "depot": json.dumps(DEPOSIT),
    "url_complete": "https://www.bodacc.fr/x",
}


def body_of(*rows: dict[str, Any], total: int | None = None) -> dict[str, Any]:
    return {"total_count": len(rows) if total is None else total, "results": list(rows)}


async def only(**changed: Any) -> Any:
    (notice,) = await data_of(v1(SIREN, answering(CONTRACT, body_of(ROW | changed))))
    return notice


def at_simulator() -> SimulatedDoor:
    return SimulatedDoor(CONTRACT, simulator(WORLD, lambda: NOW), NOW)


async def test_every_field_comes_from_the_field_of_the_portal() -> None:
    answer = await v1(SIREN, answering(CONTRACT, body_of(ROW, total=140)))
    assert mismatches(CONTRACT, "annonces", 1, answer) == []
    assert answer.meta == {"count": 1, "total": 140}
    assert answer.data == [
        {
            "identifiant": "A20240001",
            "date_parution": "2024-05-06",
            "bulletin": "A",
            "famille": {"code": "collective", "libelle": "Procédures collectives"},
            "type_avis": "annonce",
            "tribunal": "Greffe de Rennes",
            "commercant": "ATELIERS DU GRAND CHENE",
            "personnes_morales": [{"denomination": "ATELIERS DU GRAND CHENE", "forme_juridique": "SAS"}],
            "jugement": {
                "type": "initial",
                "famille": "F",
                "nature": "Liquidation judiciaire",
                "date": "2024-05-02",
                "complement": "C",
            },
            "defaillance_signalee": True,
            "depot": {"type": "Comptes annuels", "date_cloture": "2024-12-31", "descriptif": "D"},
            "url": "https://www.bodacc.fr/x",
        }
    ]


@pytest.mark.parametrize(
    ("bulletin", "judgment", "expected"),
    [
        ("A", {"nature": "Jugement de LIQUIDATION judiciaire"}, True),
        ("A", {"complementJugement": "prononçant la faillite personnelle"}, True),
        ("A", {"nature": "Interdiction de gérer"}, True),
        ("A", {"nature": "Plan de redressement"}, False),
        ("B", {"nature": "Liquidation judiciaire"}, False),
        ("A", None, False),
    ],
    ids=["liquidation", "bankruptcy", "ban", "recovery", "other_bulletin", "no_judgment"],
)
async def test_insolvency_is_read_in_judgments_of_bulletin_a_only(
    bulletin: str, judgment: object, expected: bool
) -> None:
    written = None if judgment is None else json.dumps(judgment)
    assert (await only(publicationavis=bulletin, jugement=written))["defaillance_signalee"] is expected


async def test_natural_persons_are_left_out_of_the_list_and_several_persons_are_an_array() -> None:
    persons = {"personne": [COMPANY, {"typePersonne": "pp", "nom": "INVENTE", "prenom": "ZELIE"}]}
    notice = await only(listepersonnes=json.dumps(persons))
    assert [one["denomination"] for one in notice["personnes_morales"]] == ["ATELIERS DU GRAND CHENE"]
    assert "INVENTE" not in str(notice)
    assert (await only(listepersonnes=None))["personnes_morales"] == []


@pytest.mark.parametrize(
    ("body", "status", "kind"),
    [
        (body_of(), 200, NotFound),
        (body_of(ROW | {"registre": "880878145,880 878 145"}), 200, UnknownAnswer),
        (body_of(ROW | {"registre": None}), 200, UnknownAnswer),
        (body_of(ROW | {"jugement": "{"}), 200, UnknownAnswer),
        (body_of(ROW | {"jugement": "[" * 100_000}), 200, UnknownAnswer),
        (body_of(ROW | {"listepersonnes": '"x"'}), 200, UnknownAnswer),
        (body_of(ROW | {"jugement": '{"nature":"\\ud800"}'}), 200, UnknownAnswer),
        (body_of(ROW | {"dateparution": None}), 200, UnknownAnswer),
        (body_of(ROW | {"id": None}), 200, UnknownAnswer),
        ({"results": [ROW]}, 200, UnknownAnswer),
        (body_of(ROW, total=0), 200, UnknownAnswer),
        ({"error_code": "ODSQLError"}, 400, UnknownAnswer),
        ({"error_code": "quota"}, 429, RegistryThrottled),
        (b"<html></html>", 200, UnknownAnswer),
    ],
    ids=[
        "none", "somebody_else", "nobody", "broken_json", "nested", "persons_text", "half_a_sign", "no_date",
        "no_id", "no_total", "wrong_total", "400", "429", "page",
    ],
)  # fmt: skip
async def test_no_notice_is_not_found_and_the_rest_is_an_error(
    body: object, status: int, kind: type[RegistryError]
) -> None:
    with pytest.raises(kind) as caught:
        await v1(SIREN, answering(CONTRACT, body, status))
    assert type(caught.value) is kind


async def test_the_latest_hundred_are_asked_for() -> None:
    door = at_simulator()
    await v1(SIREN, door)
    assert [dict(asked.query) for asked in door.asked] == [
        {"where": "registre='999100118'", "limit": "100", "order_by": "dateparution desc"}
    ]


@pytest.mark.parametrize("persona", WORLD.personas, ids=lambda persona: persona.siren)
async def test_every_persona_has_its_answer(persona: Persona) -> None:
    got = await outcome(v1(Siren(persona.siren), at_simulator()))
    silent = persona.natural_person or persona.redirige_vers or persona.interdite
    if silent or not (persona.ca or persona.fermeture):
        assert got == "003"
        return
    assert isinstance(got, Answer)
    assert mismatches(CONTRACT, "annonces", 1, got) == []
    days = [notice["date_parution"] for notice in got.data]
    assert days == sorted(days, reverse=True)
    assert any(notice["defaillance_signalee"] for notice in got.data) is bool(
        persona.etat == "C" or persona.liquidation
    )


def test_the_simulator_refuses_other_questions() -> None:
    handler = simulator(WORLD, lambda: NOW)
    path = "/api/explore/v2.1/catalog/datasets/annonces-commerciales/records"
    assert handler(Asked("GET", "/autre")).status == 404
    assert handler(Asked("GET", path, {"where": "1=1"})).status == 400


@settings(max_examples=200, deadline=None, derandomize=True, database=None)
@given(
    body=st.binary(max_size=40) | damaged(body_of(ROW), ("results", "registre")).map(lambda v: json.dumps(v).encode()),
    status=STATUSES | st.just(200),
)
async def test_a_hostile_answer_is_in_shape_or_an_error_of_a_registry(body: bytes, status: int) -> None:
    got = await outcome(v1(SIREN, answering(CONTRACT, body, status)))
    assert mismatches(CONTRACT, "annonces", 1, got) == [] if isinstance(got, Answer) else len(got) == 3


@settings(max_examples=200, deadline=None, derandomize=True, database=None)
@given(
    key=st.sampled_from(["listepersonnes", "jugement", "depot"]),
    inner=damaged({"personne": [COMPANY]}) | damaged(JUDGMENT),
)
async def test_hostile_json_inside_a_text_is_held_too(key: str, inner: object) -> None:
    got = await outcome(v1(SIREN, answering(CONTRACT, body_of(ROW | {key: json.dumps(inner)}))))
    assert mismatches(CONTRACT, "annonces", 1, got) == [] if isinstance(got, Answer) else len(got) == 3


async def test_ping_takes_an_empty_list_for_a_sign_of_life() -> None:
    await ping(at_simulator())
    with pytest.raises(UnknownAnswer):
        await ping(answering(CONTRACT, {}, 404))


async def test_the_notices_of_a_real_answer_are_read_when_one_is_at_hand() -> None:
    path = SHARED / "open" / "fixtures" / "bodacc_annonces_v1.json"
    fields = [row["fields"] for row in orjson.loads(path.read_bytes())["records"]] if path.exists() else [ROW]
    siren = Siren(fields[0]["registre"][:9] if path.exists() else SIREN)
    answer = await v1(siren, answering(CONTRACT, body_of(*fields)))
    assert mismatches(CONTRACT, "annonces", 1, answer) == []
    assert all(notice["personnes_morales"] for notice in answer.data)
