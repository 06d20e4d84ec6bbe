# SPDX-License-Identifier: EUPL-1.2
"""Open data never tells what partial diffusion or non-diffusion keeps back."""

from typing import Any

import orjson
import pytest

from connectors.kit import Siren, Siret
from tests.connectors.insee.insee_door import (
    HEALTHY,
    HIDDEN_PERSON,
    PARTIAL_PERSON,
    ask,
    at_simulator,
    number_of,
    outcome,
    raw_for,
    saying,
)

OPEN = [
    ("unite_legale_diffusible", 3),
    ("unite_legale_diffusible", 4),
    ("siege_social_diffusible", 3),
    ("siege_social_diffusible", 4),
    ("etablissement_diffusible", 3),
    ("etablissement_diffusible", 4),
    ("adresse_diffusible", 3),
]
OPEN_PLACES = [one for one in OPEN if not one[0].startswith("unite")]
SECRETS = (b"ODILON", b"MARIUS", b"TRESMONTANT", b"AMANDIERS", b"BAT C", b"30000", b"CHEMIN")
NOBODY = dict.fromkeys(
    (
        "pseudonyme", "prenom_usuel", "prenom_1", "prenom_2", "prenom_3", "prenom_4", "nom_usage", "nom_naissance",
        "sexe",
    ),
    "[ND]",
)  # fmt: skip
HIDDEN_ADDRESS = dict.fromkeys(
    (
        "complement_adresse", "numero_voie", "indice_repetition_voie", "type_voie", "libelle_voie", "code_postal",
        "distribution_speciale", "code_cedex", "libelle_cedex",
    ),
    "[ND]",
)  # fmt: skip


def place_with(siren: str, product: str, place: str, company: str) -> Any:
    """A registry's establishment whose two diffusion statuses are these."""
    body = raw_for(product, siren)
    row = body["etablissements"][0] if product.startswith("siege") else body["etablissement"]
    row["statutDiffusionEtablissement"] = place
    row["uniteLegale"]["statutDiffusionUniteLegale"] = company
    return body


@pytest.mark.parametrize(("product", "version"), OPEN)
async def test_nothing_of_a_partly_diffusible_person_is_in_any_open_answer(product: str, version: int) -> None:
    answer = await ask(product, version, number_of(product, PARTIAL_PERSON), at_simulator())
    told = orjson.dumps([answer.data, answer.links, answer.meta])
    assert [secret for secret in SECRETS if secret in told] == []


@pytest.mark.parametrize(("product", "version"), OPEN)
async def test_a_non_diffusible_company_is_not_found_in_open_data_and_told_to_administrations(
    product: str, version: int
) -> None:
    number = number_of(product, HIDDEN_PERSON)
    assert await outcome(product, version, number, at_simulator()) == "003"
    entitled = await ask(product.removesuffix("_diffusible"), version, number, at_simulator())
    assert b"non_diffusible" in orjson.dumps(entitled.data)


async def test_a_partly_diffusible_person_keeps_only_what_does_not_name_him() -> None:
    place = (await ask("etablissement_diffusible", 4, Siret(f"{PARTIAL_PERSON}00013"), at_simulator())).data
    assert place["enseigne"] == "[ND]"
    assert place["unite_legale"]["personne_physique_attributs"] == NOBODY
    assert {key: place["adresse"][key] for key in HIDDEN_ADDRESS} == HIDDEN_ADDRESS
    lines = dict.fromkeys(("l1", "l2", "l3", "l4", "l5", "l6"), "[ND]") | {"l7": "FRANCE"}
    assert place["adresse"]["acheminement_postal"] == lines
    assert (place["adresse"]["libelle_commune"], place["adresse"]["code_commune"]) == ("NIMES", "30189")
    assert place["activite_principale_naf_rev2"]["code"] == "43.34Z"


@pytest.mark.parametrize("version", [3, 4])
async def test_a_partly_diffusible_legal_person_keeps_its_name_and_hides_its_acronym(version: int) -> None:
    body = raw_for("unite_legale", HEALTHY)
    body["uniteLegale"]["statutDiffusionUniteLegale"] = "P"
    company = (await ask("unite_legale_diffusible", version, Siren(HEALTHY), saying(body))).data
    assert company["personne_morale_attributs"] == {"raison_sociale": "ATELIERS DU GRAND CHENE", "sigle": "[ND]"}
    assert set(company["personne_physique_attributs"].values()) == {None}


async def test_a_company_of_unknown_kind_hides_both_the_person_and_the_acronym() -> None:
    body = raw_for("unite_legale", HEALTHY)
    body["uniteLegale"]["statutDiffusionUniteLegale"] = "P"
    for period in body["uniteLegale"]["periodesUniteLegale"]:
        period["categorieJuridiqueUniteLegale"] = None
    company = (await ask("unite_legale_diffusible", 4, Siren(HEALTHY), saying(body))).data
    assert company["personne_morale_attributs"]["sigle"] == "[ND]"
    assert company["personne_physique_attributs"] == NOBODY


@pytest.mark.parametrize(("product", "version"), OPEN_PLACES)
async def test_an_establishment_in_full_diffusion_does_not_give_its_partly_diffusible_company_away(
    product: str, version: int
) -> None:
    body = place_with(PARTIAL_PERSON, product, place="O", company="P")
    answer = await ask(product, version, number_of(product, PARTIAL_PERSON), saying(body))
    told = orjson.dumps([answer.data, answer.links, answer.meta])
    assert [secret for secret in SECRETS if secret in told] == []
    assert answer.data["status_diffusion"] == "diffusible"


@pytest.mark.parametrize(("product", "version"), OPEN_PLACES)
async def test_an_establishment_of_a_non_diffusible_company_is_not_found(product: str, version: int) -> None:
    body = place_with(PARTIAL_PERSON, product, place="O", company="N")
    assert await outcome(product, version, number_of(product, PARTIAL_PERSON), saying(body)) == "003"


async def test_a_partly_diffusible_establishment_hides_its_address_not_its_fully_diffusible_company() -> None:
    body = place_with(HEALTHY, "etablissement", place="P", company="O")
    place = (await ask("etablissement_diffusible", 4, Siret(f"{HEALTHY}00010"), saying(body))).data
    assert place["unite_legale"]["personne_morale_attributs"]["sigle"] == "AGC"
    assert place["adresse"]["libelle_voie"] == "[ND]"
    assert place["enseigne"] is None
    assert (place["unite_legale"]["diffusable_commercialement"], place["diffusable_commercialement"]) == (True, True)


@pytest.mark.parametrize(("product", "version"), OPEN)
async def test_full_diffusion_hides_nothing(product: str, version: int) -> None:
    number = number_of(product, HEALTHY)
    told = await ask(product, version, number, at_simulator())
    assert told == await ask(product.removesuffix("_diffusible"), version, number, at_simulator())
    assert b"[ND]" not in orjson.dumps(told.data)


@pytest.mark.parametrize("status", [None, "", "X", "o", 1, [], {}])
@pytest.mark.parametrize(("product", "version"), OPEN)
async def test_without_a_known_diffusion_status_nothing_is_told(product: str, version: int, status: object) -> None:
    body = raw_for(product, HEALTHY)
    if "uniteLegale" in body:
        body["uniteLegale"]["statutDiffusionUniteLegale"] = status
    else:
        row = body["etablissements"][0] if "etablissements" in body else body["etablissement"]
        row["uniteLegale"]["statutDiffusionUniteLegale"] = status
    assert await outcome(product, version, number_of(product, HEALTHY), saying(body)) == "999"
