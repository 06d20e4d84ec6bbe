# SPDX-License-Identifier: EUPL-1.2
"""Tax returns of the personas, as simulated Adélie gives them: the same accounts and people as everywhere."""

from typing import Any

import orjson
import pytest

from connectors.dgfip import liasses_fiscales, liens_capitalistiques
from connectors.dgfip.simulator import NORMAL_REGIME
from connectors.kit import Caller, Siren, luhn
from connectors.kit.contract import load
from connectors.kit.simulation import Asked, Handler, Persona, load_world
from connectors.kit.simulation.accounts import accounts
from connectors.kit.simulation.door import SimulatedDoor
from tests.connectors.kit.doors import data_of, mismatches, outcome

CONTRACT = load("dgfip")
PERSONAS = load_world().personas
PERSONA = pytest.mark.parametrize("persona", PERSONAS, ids=lambda persona: persona.siren)
BUILDER = Siren("999100886")


def figures(data: Any) -> dict[str, list[str | None]]:
    return {one["code_nref"]: one["valeurs"] for form in data["declarations"] for one in form["donnees"]}


def asked(operation: str, query: dict[str, str], door: SimulatedDoor, caller: Caller) -> Asked:
    headers = {**door.headers, "x-correlation-id": caller.request_id, "x-request-id": caller.request_id}
    return Asked("GET", f"/adelie/v1/{operation}", {"userId": caller.token_id, **query}, headers)


@PERSONA
async def test_a_persona_has_a_return_for_the_years_of_its_turnovers(
    persona: Persona, door: SimulatedDoor, caller: Caller
) -> None:
    for year in range(2020, 2026):
        end = await outcome(liasses_fiscales.v3(Siren(persona.siren), str(year), caller, door))
        known = accounts(persona).get(year)
        if known is None:
            assert end == "003"
            continue
        assert not isinstance(end, str)
        assert mismatches(CONTRACT, "liasses_fiscales", 3, end) == []
        found = figures(end.data)
        code, total = ("300506", "300476") if known.turnover >= NORMAL_REGIME else ("304451", "304407")
        assert (found[code], found[total]) == ([str(known.turnover)], [str(known.total)])
        assert all(one["intitule"] for form in end.data["declarations"] for one in form["donnees"])
        assert end.data["obligations_fiscales"][0]["code"] == ("BIC" if persona.natural_person else "IS")


@PERSONA
async def test_a_persona_of_the_normal_regime_tells_who_owns_it(
    persona: Persona, door: SimulatedDoor, caller: Caller
) -> None:
    end = await outcome(liens_capitalistiques.v3(Siren(persona.siren), "2024", caller, door))
    known = accounts(persona).get(2024)
    if known is None or known.turnover < NORMAL_REGIME:
        assert end == "003"
        return
    assert not isinstance(end, str)
    assert mismatches(CONTRACT, "liens_capitalistiques", 3, end) == []
    people = [one for one in end.data["capital"]["actionnaires"] if one["type"] == "personne_physique"]
    assert [one["personne_physique_attributes"]["nom_patronymique_et_prenoms"] for one in people] == [
        f"{officer.nom} {officer.prenom}" for officer in persona.dirigeants if officer.naissance
    ]
    assert 99 <= sum(one["pourcentage"] for one in end.data["capital"]["actionnaires"]) <= 100


async def test_the_builder_has_a_holding_and_companies_of_its_own(door: SimulatedDoor, caller: Caller) -> None:
    data = await data_of(liens_capitalistiques.v3(BUILDER, "2024", caller, door))
    holding = data["capital"]["actionnaires"][0]
    assert holding["personne_morale_attributes"]["denomination"] == "HAUTERIVE PARTICIPATIONS"
    assert (holding["pourcentage"], data["capital"]["depose_neant"]) == (50.0, False)
    assert data["participations"]["nombre_filiales"] == 2
    assert [one["pourcentage_detention"] for one in data["participations"]["filiales"]] == [100.0, 65.25]
    numbers = [one["siren"] for one in data["participations"]["filiales"]]
    numbers.append(holding["personne_morale_attributes"]["siren"])
    assert all(luhn(number) for number in numbers)
    assert not set(numbers) & {persona.siren for persona in PERSONAS}


async def test_a_small_company_owns_nothing_and_says_so(door: SimulatedDoor, caller: Caller) -> None:
    data = await data_of(liens_capitalistiques.v3(Siren("999100118"), "2024", caller, door))
    assert data["participations"] == {"filiales": [], "nombre_filiales": None, "depose_neant": True}


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({"siren": "999100118", "annee": "2024"}, 200),
        ({"siren": "999100118", "annee": "2019"}, 200),
        ({"siren": "130025265", "annee": "2024"}, 404),
        ({"siren": "999100993", "annee": "2024"}, 404),
        ({"siren": "999100118", "annee": "9" * 5000}, 404),
        ({"siren": "999100118"}, 404),
    ],
    ids=["known", "another_year", "stranger", "duplicate", "no_such_year", "no_year"],
)
def test_no_return_is_a_200_without_declarations_and_a_stranger_is_a_404(
    query: dict[str, str], status: int, door: SimulatedDoor, caller: Caller, handler: Handler
) -> None:
    said = handler(asked("getLiasseFiscale", query, door, caller))
    assert said.status == status
    if status == 200:
        assert ("declarations" in orjson.loads(said.body)) == (query["annee"] == "2024")


@pytest.mark.parametrize(("year", "forms"), [("2024", 41), ("2025", 41), ("2026", 0), ("", 0)])
def test_the_dictionary_of_a_year(year: str, forms: int, door: SimulatedDoor, caller: Caller, handler: Handler) -> None:
    said = handler(asked("dictionnaire", {"annee": year}, door, caller))
    found = orjson.loads(said.body)["dictionnaire"]
    assert (said.status, len(found)) == (200, forms)
    names = {"code_nref", "code", "code_EDI", "code_absolu", "intitule", "code_type_donnee"}
    assert all(row.keys() == names for form in found for row in form["millesimes"]["declaration"])
