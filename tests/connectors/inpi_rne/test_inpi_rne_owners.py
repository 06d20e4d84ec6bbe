# SPDX-License-Identifier: EUPL-1.2
"""What becomes of each field of a beneficial owner, and of those about whom the registry says nothing."""

from typing import Any

import pytest

from connectors.inpi_rne.simulator import MARKS, NUMBERS
from connectors.kit import UnknownAnswer
from tests.connectors.inpi_rne.inpi_rne_door import CONTRACT, ask, company
from tests.connectors.kit.doors import answering

PRODUCT = "beneficiaires_effectifs"
OPEN = "beneficiaires_effectifs_open_data"
NAMED = {
    "descriptionPersonne": {
        "nom": "Luneau", "nomUsage": "d'Ambre", "prenoms": ["Zoé", "Anne"], "dateDeNaissance": "1961-02",
        "nationalite": "Française",
    },
    "adresseDomicile": {"pays": "SUISSE"},
}  # fmt: skip


def owner(modalite: Any = None, **other: Any) -> dict[str, Any]:
    return {"beneficiaireId": "u1", "beneficiaire": NAMED, "modalite": {} if modalite is None else modalite, **other}


async def published(*owners: dict[str, Any]) -> Any:
    return await ask(PRODUCT, answering(CONTRACT, company({"beneficiairesEffectifs": list(owners)})))


async def test_who_an_owner_is_in_capitals_and_without_the_day_of_birth() -> None:
    (found,) = (await published(owner())).data
    del found["modalites"]
    assert found == {
        "beneficiaire_uuid": "u1",
        "nom": "LUNEAU",
        "nom_usage": "D'AMBRE",
        "prenoms": ["ZOÉ", "ANNE"],
        "date_naissance": {"annee": "1961", "mois": "02"},
        "nationalite": "Française",
        "pays_residence": "SUISSE",
    }


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("1961-02-28", {"annee": "1961", "mois": "02"}),
        ("1961", {"annee": "1961", "mois": None}),
        ("1961-13", {"annee": "1961", "mois": None}),
        ("février", {"annee": None, "mois": None}),
        (None, {"annee": None, "mois": None}),
    ],
    ids=str,
)
async def test_a_birth_is_a_year_and_a_month_or_nothing(written: str | None, shown: dict[str, str | None]) -> None:
    (found,) = (await published(owner(beneficiaire={"descriptionPersonne": {"dateDeNaissance": written}}))).data
    assert found["date_naissance"] == shown
    assert (found["nom"], found["nom_usage"], found["prenoms"]) == (None, None, [])


async def test_owners_without_means_are_left_out_and_their_identifiers_listed() -> None:
    silent = [owner(beneficiaireId="u2") | {"modalite": None}, {"beneficiaireId": "u3"}, {"modalite": None}]
    answer = await published(owner(), *silent)
    assert answer.meta == {"count": 1, "beneficiaires_sans_modalites_uuids": ["u2", "u3"]}
    assert [one["beneficiaire_uuid"] for one in answer.data] == ["u1"]
    alone = await published(silent[0])
    assert (alone.data, alone.meta["count"]) == ([], 0)


PLACES = {
    "detention_de_capital": {
        "parts_totale": "detentionPartTotale",
        "parts_directes.detention": "detentionPartDirecte",
        "parts_directes.pleine_propriete": "partsDirectesPleinePropriete",
        "parts_directes.nue_propriete": "partsDirectesNuePropriete",
        "parts_indirectes.detention": "detentionPartIndirecte",
        "parts_indirectes.par_indivision.total": "partsIndirectesIndivision",
        "parts_indirectes.par_indivision.pleine_propriete": "partsIndirectesIndivisionPleinePropriete",
        "parts_indirectes.par_indivision.nue_propriete": "partsIndirectesIndivisionNuePropriete",
        "parts_indirectes.via_personnes_morales.total": "partsIndirectesPersonnesMorales",
        "parts_indirectes.via_personnes_morales.pleine_propriete": "partsIndirectesPmoralesPleinePropriete",
        "parts_indirectes.via_personnes_morales.nue_propriete": "partsIndirectesPmoralesNuePropriete",
    },
    "vocation_a_devenir_titulaire_de_parts": {
        "parts_directes.pleine_propriete": "vocationTitulaireDirectePleinePropriete",
        "parts_directes.nue_propriete": "vocationTitulaireDirecteNuePropriete",
        "parts_indirectes.par_indivision.total": "vocationTitulaireIndirecteIndivision",
        "parts_indirectes.par_indivision.pleine_propriete": "vocationTitulaireIndirectePleinePropriete",
        "parts_indirectes.par_indivision.nue_propriete": "vocationTitulaireIndirecteNuePropriete",
        "parts_indirectes.via_personnes_morales.total": "vocationTitulaireIndirectePersonnesMorales",
        "parts_indirectes.via_personnes_morales.pleine_propriete": "vocationTitulaireIndirectePmoralesPleinePropriete",
        "parts_indirectes.via_personnes_morales.nue_propriete": "vocationTitulaireIndirectePmoralesNuePropriete",
    },
    "droits_de_vote": {
        "total": "detentionVoteTotal",
        "directes.detention": "detentionVoteDirecte",
        "directes.pleine_propriete": "voteDirectePleinePropriete",
        "directes.nue_propriete": "voteDirecteNuePropriete",
        "directes.usufruit": "voteDirecteUsufruit",
        "indirectes.detention": "detentionVoteIndirecte",
        "indirectes.par_indivision.total": "voteIndirecteIndivision",
        "indirectes.par_indivision.pleine_propriete": "voteIndirecteIndivisionPleinePropriete",
        "indirectes.par_indivision.nue_propriete": "voteIndirecteIndivisionNuePropriete",
        "indirectes.par_indivision.usufruit": "voteIndirecteIndivisionUsufruit",
        "indirectes.via_personnes_morales.total": "voteIndirectePersonnesMorales",
        "indirectes.via_personnes_morales.pleine_propriete": "voteIndirectePmoralesPleinePropriete",
        "indirectes.via_personnes_morales.nue_propriete": "voteIndirectePmoralesNuePropriete",
        "indirectes.via_personnes_morales.usufruit": "voteIndirectePmoralesUsufruit",
    },
    "pouvoirs_de_controle": {
        "decision_ag": "detentionPouvoirDecisionAG",
        "nommage_membres_conseil_administratif": "detentionPouvoirNommageMembresConseilAdmin",
        "autres": "detentionAutresMoyensControle",
    },
    "": {
        "representant_legal": "beneficiaireRepresentantLegal",
        "representant_legal_placement_sans_gestion_deleguee": "representantLegalPlacementSansGestionDelegue",
    },
}
ROWS = [(f"{top}.{path}".strip("."), key) for top, rows in PLACES.items() for path, key in rows.items()]


def at(value: Any, path: str) -> Any:
    for key in path.split("."):
        value = value[key]
    return value


def set_leaves(value: Any, path: str = "") -> set[str]:
    """The paths of the leaves that are not null."""
    if isinstance(value, dict):
        return {one for key, inner in value.items() for one in set_leaves(inner, f"{path}.{key}".strip("."))}
    return {path} if value is not None else set()


@pytest.mark.parametrize(("path", "key"), ROWS, ids=[key for _, key in ROWS])
async def test_each_means_of_control_goes_to_its_own_place_and_to_no_other(path: str, key: str) -> None:
    value = 12.5 if key in NUMBERS else True
    (found,) = (await published(owner({key: value}))).data
    assert at(found["modalites"], path) == value
    assert set_leaves(found["modalites"]) == {path}


def test_the_table_above_names_every_means_the_registry_writes() -> None:
    assert {key for _, key in ROWS} == {*NUMBERS, *MARKS}


@pytest.mark.parametrize("key", ["detentionPartTotale", "detentionPartDirecte"])
@pytest.mark.parametrize("value", ["49", [], {}, 1e300], ids=repr)
async def test_a_means_of_another_type_is_unknown(key: str, value: object) -> None:
    with pytest.raises(UnknownAnswer):
        await published(owner({key: value}))


async def test_both_addresses_tell_the_same() -> None:
    body = company({"beneficiairesEffectifs": [owner({"detentionPartTotale": 51.0})]})
    assert await ask(PRODUCT, answering(CONTRACT, body)) == await ask(OPEN, answering(CONTRACT, body))
