# SPDX-License-Identifier: EUPL-1.2
"""The search engine: a company by its number, companies by words, refusals, hostile answers, ping, a real answer."""

import json
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.kit import Answer, NotFound, RegistryError, RegistryRefusal, RegistryThrottled, Siren, UnknownAnswer
from connectors.kit.contract import load
from connectors.kit.simulation import Asked, Persona, load_world
from connectors.kit.simulation.door import SimulatedDoor
from connectors.recherche_entreprises import recherche, unite_legale
from connectors.recherche_entreprises.ping import ping
from connectors.recherche_entreprises.schemas import Signes
from connectors.recherche_entreprises.simulator import simulator
from tests.connectors.kit.doors import NOW, SHARED, STATUSES, answering, damaged, data_of, mismatches, outcome

CONTRACT = load("recherche_entreprises")
WORLD = load_world()
SIREN = Siren("999100118")
SIGNS = {key: key == "est_rge" for key in Signes.__annotations__} | {"identifiant_association": "W999104404"}
ROW: dict[str, Any] = {
    "siren": SIREN,
    "nom_complet": "ATELIERS DU GRAND CHENE (AGC)",
    "nom_raison_sociale": "ATELIERS DU GRAND CHENE",
    "sigle": "AGC",
    "nombre_etablissements": 2,
    "nombre_etablissements_ouverts": 1,
    "siege": {
        "siret": "99910011800010",
        "adresse": "12 RUE DES CHARPENTIERS 35000 RENNES",
        "code_postal": "35000",
        "commune": "35238",
        "libelle_commune": "RENNES",
        "departement": "35",
        "region": "53",
        "latitude": "48.1",
        "longitude": "-1.6",
        "etat_administratif": "A",
    },
    "activite_principale": "43.32A",
    "activite_principale_naf25": "43.32G",
    "categorie_entreprise": "PME",
    "date_creation": "2009-03-02",
    "date_fermeture": None,
    "dirigeants": [{"nom": "INVENTE", "prenoms": "ZELIE"}],
    "etat_administratif": "A",
    "nature_juridique": "5710",
    "section_activite_principale": "F",
    "tranche_effectif_salarie": "12",
    "statut_diffusion": "O",
    "complements": SIGNS,
}


def body_of(*rows: dict[str, Any], total: int | None = None) -> dict[str, Any]:
    return {"results": list(rows), "total_results": len(rows) if total is None else total}


def at_simulator() -> SimulatedDoor:
    return SimulatedDoor(CONTRACT, simulator(WORLD, lambda: NOW), NOW)


async def test_every_field_comes_from_the_field_of_the_engine_and_officers_never_leave() -> None:
    answer = await unite_legale.v1(SIREN, answering(CONTRACT, body_of(ROW)))
    assert mismatches(CONTRACT, "unite_legale", 1, answer) == []
    same = [key for key in answer.data if key not in ("siege", "signes")]
    assert {key: answer.data[key] for key in same} == {key: ROW[key] for key in same}
    assert answer.data["signes"] == SIGNS
    place = answer.data["siege"]
    assert (place["code_commune"], place["commune"]) == ("35238", "RENNES")
    assert {key: place[key] for key in place if "commune" not in key} == {
        key: ROW["siege"][key] for key in place if "commune" not in key
    }
    assert "INVENTE" not in str(answer)


async def test_another_company_that_the_number_brings_up_is_not_the_company() -> None:
    with pytest.raises(NotFound):
        await unite_legale.v1(SIREN, answering(CONTRACT, body_of(ROW | {"siren": "999100886"})))


@pytest.mark.parametrize(
    ("body", "status", "kind"),
    [
        (body_of(), 200, NotFound),
        ({"erreur": "x"}, 400, RegistryRefusal),
        ({"erreur": "x"}, 429, RegistryThrottled),
        ({"erreur": "x"}, 404, UnknownAnswer),
        (body_of(ROW, total=0), 200, UnknownAnswer),
        ({"results": [ROW]}, 200, UnknownAnswer),
        (body_of(ROW | {"siege": "x"}), 200, UnknownAnswer),
        (body_of(ROW | {"complements": {"est_rge": "oui"}}), 200, UnknownAnswer),
        (b"<html></html>", 200, UnknownAnswer),
    ],
    ids=["none", "refused_400", "429", "404", "wrong_total", "no_total", "head_office", "sign", "page"],
)
async def test_no_company_is_not_found_and_the_rest_is_an_error(
    body: object, status: int, kind: type[RegistryError]
) -> None:
    for conversation in (unite_legale.v1(SIREN, answering(CONTRACT, body, status)),
                         recherche.v1("chene", None, None, answering(CONTRACT, body, status))):  # fmt: skip
        with pytest.raises(kind) as caught:
            await conversation
        assert type(caught.value) is kind


async def test_a_question_is_put_with_its_criteria_and_a_total() -> None:
    door = at_simulator()
    answer = await recherche.v1("grand chene", "35000", "43.32A", door)
    assert mismatches(CONTRACT, "recherche", 1, answer) == []
    assert ([one["siren"] for one in answer.data], answer.meta) == ([SIREN], {"count": 1, "total": 1})
    assert dict(door.asked[0].query) == {
        "q": "grand chene", "code_postal": "35000", "code_naf": "43.32A", "page": "1", "per_page": "25",
    }  # fmt: skip
    assert await outcome(recherche.v1("grand chene", "75001", None, at_simulator())) == "003"


async def test_a_question_too_short_is_a_refusal_a_caller_can_mend() -> None:
    with pytest.raises(RegistryRefusal) as caught:
        await recherche.v1("ab", None, None, at_simulator())
    assert (caught.value.suffix, caught.value.status) == ("501", 422)


@pytest.mark.parametrize("persona", WORLD.personas, ids=lambda persona: persona.siren)
async def test_every_persona_has_its_answer(persona: Persona) -> None:
    got = await outcome(unite_legale.v1(Siren(persona.siren), at_simulator()))
    if persona.diffusion == "N" or persona.interdite or persona.redirige_vers:
        assert got == "003"
        return
    assert isinstance(got, Answer)
    assert mismatches(CONTRACT, "unite_legale", 1, got) == []
    assert got.data["etat_administratif"] == persona.etat
    if persona.diffusion == "P":
        assert persona.name not in str(got.data)


async def test_the_large_builder_has_its_signs() -> None:
    signs = (await data_of(unite_legale.v1(Siren("999100886"), at_simulator())))["signes"]
    assert (signs["est_rge"], signs["est_qualiopi"], signs["est_association"]) == (True, True, False)


@settings(max_examples=200, deadline=None, derandomize=True, database=None)
@given(
    body=st.binary(max_size=40) | damaged(body_of(ROW), ("results", "siren")).map(lambda v: json.dumps(v).encode()),
    status=STATUSES | st.just(200),
)
async def test_a_hostile_answer_is_in_shape_or_an_error_of_a_registry(body: bytes, status: int) -> None:
    for name, conversation in (
        ("unite_legale", unite_legale.v1(SIREN, answering(CONTRACT, body, status))),
        ("recherche", recherche.v1("chene", None, None, answering(CONTRACT, body, status))),
    ):
        got = await outcome(conversation)
        assert mismatches(CONTRACT, name, 1, got) == [] if isinstance(got, Answer) else len(got) == 3


async def test_ping_asks_for_the_state_of_the_sources() -> None:
    door = at_simulator()
    await ping(door)
    assert door.asked[0].path == "/sources/last_modified"
    assert simulator(WORLD, lambda: NOW)(Asked("GET", "/autre")).status == 404
    with pytest.raises(UnknownAnswer):
        await ping(answering(CONTRACT, {}, 404))


async def test_the_companies_of_a_real_answer_are_read_when_one_is_at_hand() -> None:
    path = SHARED / "open" / "fixtures" / "recherche_entreprises.json"
    body = orjson.loads(path.read_bytes()) if path.exists() else body_of(ROW)
    answer = await unite_legale.v1(Siren(body["results"][0]["siren"]), answering(CONTRACT, body))
    assert mismatches(CONTRACT, "unite_legale", 1, answer) == []
    assert answer.data["siege"]["siret"]
