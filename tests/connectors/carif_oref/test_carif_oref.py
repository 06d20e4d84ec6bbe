# SPDX-License-Identifier: EUPL-1.2
"""Qualiopi: every row of the sheet's table of answers and of its mapping."""

from typing import Any

import pytest

from connectors.carif_oref.qualiopi import v3
from connectors.kit import NotFound, RegistryError, RegistryTimeout, Siret, UnknownAnswer
from tests.connectors.carif_oref.carif_oref_answers import BODY, CONTRACT, NDA, RIGHT
from tests.connectors.kit.doors import answering, data_of, mismatches

SIRET = Siret("99910088600012")


async def told(**changed: Any) -> Any:
    return await data_of(v3(SIRET, answering(CONTRACT, BODY | changed)))


async def test_every_field_comes_from_the_field_the_sheet_names() -> None:
    answer = await v3(SIRET, answering(CONTRACT, BODY))
    assert mismatches(CONTRACT, "qualiopi", 3, answer) == []
    assert answer.data == {
        "siret": "99910088600129",
        "code_uai": "0699886H",
        "unite_legale_avec_plusieurs_nda": True,
        "declarations_activites_etablissement": [
            {
                "numero_de_declaration": "69999100886",
                "actif": True,
                "date_derniere_declaration": "2025-05-31",
                "date_debut_exercice": "2025-01-01",
                "date_fin_exercice": "2025-12-31",
                "certification_qualiopi": {
                    "action_formation": True,
                    "bilan_competences": False,
                    "validation_acquis_experience": False,
                    "apprentissage": True,
                    "obtention_via_unite_legale": False,
                },
                "specialites": {
                    "specialite_1": {"code": "230", "libelle": "Génie civil"},
                    "specialite_2": {"code": None, "libelle": None},
                    "specialite_3": {"code": "255", "libelle": "Électricité"},
                },
            }
        ],
        "habilitations_france_competence": [
            {
                "code": "RNCP99886",
                "actif": True,
                "date_actif": "2024-02-10",
                "date_fin_enregistrement": "2028-06-01",
                "date_decision": None,
                "habilitation_pour_former": True,
                "habilitation_pour_organiser_l_evaluation": False,
                "sirets_organismes_certificateurs": ["99910088600012"],
            }
        ],
    }


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("Qualiopi direct sur le NDA", False),
        ("Qualiopi par propagation via le SIREN", True),
        ("Autre chose", None),
        ("", None),
        (None, None),
    ],
    ids=["own", "spread", "other_words", "empty", "null"],
)
async def test_where_the_label_comes_from_is_read_in_a_sentence(words: str | None, expected: bool | None) -> None:
    (declaration,) = (await told(nda=[NDA | {"obtention_qualiopi": words}]))["declarations_activites_etablissement"]
    assert declaration["certification_qualiopi"]["obtention_via_unite_legale"] is expected


async def test_rights_that_were_removed_are_left_out() -> None:
    rights = [RIGHT, RIGHT | {"etat_habilitation": "Supprimé"}, RIGHT | {"etat_habilitation": "Inactif"}]
    assert len((await told(habilitations=rights))["habilitations_france_competence"]) == 2


async def test_a_list_of_one_item_full_of_nulls_is_empty() -> None:
    nothing = {
        "nda": [dict.fromkeys(NDA)],
        "habilitations": [dict.fromkeys(RIGHT) | {"certificateur": [{"siret": None}]}],
    }
    data = await told(**nothing)
    assert (data["declarations_activites_etablissement"], data["habilitations_france_competence"]) == ([], [])


@pytest.mark.parametrize("key", ["nda", "habilitations", "etablissement", "unite_legale"])
async def test_a_part_that_is_null_says_nothing(key: str) -> None:
    data = await told(**{key: None})
    assert data["siret"] == "99910088600129"


@pytest.mark.parametrize(
    ("body", "status", "kind"),
    [
        (b"", 404, NotFound),
        (BODY | {"siret_actif": None}, 200, NotFound),
        ({"message": "x"}, 200, UnknownAnswer),
        (BODY, 500, UnknownAnswer),
        (BODY, 401, UnknownAnswer),
        (b"<html></html>", 200, UnknownAnswer),
        ([], 200, UnknownAnswer),
        (BODY | {"siret_actif": 1}, 200, UnknownAnswer),
        (BODY | {"nda": [NDA | {"nda": None}]}, 200, UnknownAnswer),
        (BODY | {"nda": "x"}, 200, UnknownAnswer),
        (BODY | {"habilitations": [RIGHT | {"date_decision": "31/02/2025"}]}, 200, UnknownAnswer),
        (BODY | {"habilitations": [RIGHT | {"date_decision": "bientôt"}]}, 200, UnknownAnswer),
        (BODY, 504, RegistryTimeout),
    ],
    ids=[
        "404", "unknown_200_all_null", "no_key", "500", "401", "page", "array", "siret_number", "no_number",
        "text_for_list", "no_such_day", "no_date", "timeout",
    ],
)  # fmt: skip
async def test_each_row_of_the_table_of_answers(body: object, status: int, kind: type[RegistryError]) -> None:
    with pytest.raises(kind) as caught:
        await v3(SIRET, answering(CONTRACT, body, status))
    assert type(caught.value) is kind
