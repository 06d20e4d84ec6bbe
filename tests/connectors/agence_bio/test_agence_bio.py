# SPDX-License-Identifier: EUPL-1.2
"""The Agence Bio: its fields, every persona, hostile answers, the ping, a real answer."""

import json
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.agence_bio.certifications import v1
from connectors.agence_bio.ping import ping
from connectors.agence_bio.simulator import simulator
from connectors.kit import Answer, NotFound, RegistryError, RegistryThrottled, Siret, UnknownAnswer
from connectors.kit.contract import load
from connectors.kit.simulation import Asked, Persona, load_world
from connectors.kit.simulation.door import SimulatedDoor
from tests.connectors.kit.doors import NOW, SHARED, STATUSES, answering, damaged, mismatches, outcome

CONTRACT = load("agence_bio")
WORLD = load_world()
SIRET = Siret("99910044900019")
ROW: dict[str, Any] = {
    "siret": SIRET,
    "numeroBio": 104404,
    "raisonSociale": "LES JARDINS",
    "denominationcourante": "JPS",
    "telephone": "00 00 00 00 00",
    "gerant": "Zélie Invente",
    "dateMaj": "2026-02-01",
    "reseau": "R",
    "categories": [{"id": 4, "nom": "Producteurs"}],
    "adressesOperateurs": [
        {
            "lieu": "3 PLACE DU MARCHE",
            "codePostal": "54000",
            "ville": "NANCY",
            "codeCommune": "54395",
            "active": True,
            "typeAdresseOperateurs": ["Siège social"],
        }
    ],
    "productions": [{"id": 1, "code": "01.13.4", "nom": "Légumes"}],
    "activites": [{"id": 3, "nom": "Production"}],
    "certificats": [
        {
            "numeroControleEu": "FR-BIO-01",
            "organisme": "Ecocert France",
            "etatCertification": "ENGAGEE",
            "dateSuspension": None,
            "dateArret": None,
            "dateEngagement": "2018-02-15",
            "dateNotification": "2020-05-20T10:25:27.284Z",
            "url": "https://certificats.example.org/1",
        }
    ],
    "mixite": "",
    "datePremierEngagement": "2018-02-15",
}


def body_of(*rows: dict[str, Any]) -> dict[str, Any]:
    return {"nbTotal": str(len(rows)), "items": list(rows)}


def at_simulator() -> SimulatedDoor:
    return SimulatedDoor(CONTRACT, simulator(WORLD, lambda: NOW), NOW)


async def test_every_field_comes_from_the_agency_and_nobody_s_name_or_telephone_does() -> None:
    answer = await v1(SIRET, answering(CONTRACT, body_of(ROW)))
    assert mismatches(CONTRACT, "certifications", 1, answer) == []
    assert answer.data == [
        {
            "siret": SIRET,
            "numero_bio": 104404,
            "raison_sociale": "LES JARDINS",
            "denomination_courante": "JPS",
            "reseau": "R",
            "date_premier_engagement": "2018-02-15",
            "date_mise_a_jour": "2026-02-01",
            "mixite": None,
            "certificats": [
                {
                    "organisme": "Ecocert France",
                    "numero_controle": "FR-BIO-01",
                    "etat": "ENGAGEE",
                    "date_engagement": "2018-02-15",
                    "date_suspension": None,
                    "date_arret": None,
                    "date_notification": "2020-05-20",
                    "url": "https://certificats.example.org/1",
                }
            ],
            "activites": ["Production"],
            "categories": ["Producteurs"],
            "productions": [{"code": "01.13.4", "libelle": "Légumes"}],
            "adresses": [
                {
                    "lieu": "3 PLACE DU MARCHE",
                    "code_postal": "54000",
                    "ville": "NANCY",
                    "code_commune": "54395",
                    "types": ["Siège social"],
                    "actif": True,
                }
            ],
        }
    ]


@pytest.mark.parametrize(
    ("body", "status", "kind"),
    [
        (body_of(), 200, NotFound),
        (b"", 404, NotFound),
        (body_of(ROW | {"siret": "99910088600012"}), 200, UnknownAnswer),
        (body_of(ROW | {"numeroBio": "1"}), 200, UnknownAnswer),
        (body_of(ROW | {"certificats": [None]}), 200, UnknownAnswer),
        (body_of(ROW | {"dateMaj": "hier"}), 200, UnknownAnswer),
        ({"nbTotal": "0"}, 200, UnknownAnswer),
        (b"<html></html>", 200, UnknownAnswer),
        (body_of(ROW), 500, UnknownAnswer),
        (b"", 429, RegistryThrottled),
    ],
    ids=["none", "404", "somebody_else", "text", "null", "no_date", "no_items", "page", "500", "429"],
)
async def test_no_operator_is_not_found_and_the_rest_is_an_error(
    body: object, status: int, kind: type[RegistryError]
) -> None:
    with pytest.raises(kind) as caught:
        await v1(SIRET, answering(CONTRACT, body, status))
    assert type(caught.value) is kind


STATES = {"999100449": "ENGAGEE", "999100886": "ARRETEE", "999102098": "ENGAGEE"}


@pytest.mark.parametrize("persona", WORLD.personas, ids=lambda persona: persona.siren)
async def test_every_persona_has_its_answer(persona: Persona) -> None:
    got = await outcome(v1(Siret(persona.siret), at_simulator()))
    if persona.siren not in STATES:
        assert got == "003"
        return
    assert isinstance(got, Answer)
    assert mismatches(CONTRACT, "certifications", 1, got) == []
    assert got.data[0]["certificats"][0]["etat"] == STATES[persona.siren]


async def test_only_the_establishment_asked_about_is_told() -> None:
    assert await outcome(v1(Siret("99910088600129"), at_simulator())) == "003"
    assert simulator(WORLD, lambda: NOW)(Asked("GET", "/autre")).status == 404


@settings(max_examples=200, deadline=None, derandomize=True, database=None)
@given(
    body=st.binary(max_size=40) | damaged(body_of(ROW), ("items", "siret")).map(lambda v: json.dumps(v).encode()),
    status=STATUSES | st.just(200),
)
async def test_a_hostile_answer_is_in_shape_or_an_error_of_a_registry(body: bytes, status: int) -> None:
    got = await outcome(v1(SIRET, answering(CONTRACT, body, status)))
    assert mismatches(CONTRACT, "certifications", 1, got) == [] if isinstance(got, Answer) else len(got) == 3


async def test_ping_takes_an_empty_list_for_a_sign_of_life() -> None:
    await ping(at_simulator())
    with pytest.raises(UnknownAnswer):
        await ping(answering(CONTRACT, b"<html></html>"))


async def test_the_operators_of_a_real_answer_are_read_when_one_is_at_hand() -> None:
    path = SHARED / "open" / "fixtures" / "agence_bio_operateurs.json"
    body = orjson.loads(path.read_bytes()) if path.exists() else body_of(ROW)
    answer = await v1(Siret(body["items"][0]["siret"]), answering(CONTRACT, body))
    assert mismatches(CONTRACT, "certifications", 1, answer) == []
    assert answer.data[0]["certificats"][0]["etat"] == "ENGAGEE"
