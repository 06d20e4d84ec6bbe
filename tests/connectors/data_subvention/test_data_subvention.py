# SPDX-License-Identifier: EUPL-1.2
"""Subsidies: every row of the sheet's table of answers and of its two mappings."""

from typing import Any

import pytest

from connectors.data_subvention.subventions import v3
from connectors.kit import NotFound, RegistryError, RegistryUnavailable, UnknownAnswer
from tests.connectors.data_subvention.data_subvention_answers import (
    ACTION,
    APPLICATION,
    CONTRACT,
    PAYMENT,
    body_of,
    leaf,
)
from tests.connectors.kit.doors import answering, data_of, mismatches

SIREN = "999100449"


async def only(application: object = None, payments: object = None) -> Any:
    (item,) = await data_of(v3(SIREN, answering(CONTRACT, body_of(application, payments))))
    return item


async def test_every_field_of_an_application_comes_from_the_field_the_sheet_names() -> None:
    assert (await only(APPLICATION))["demande_subvention"] == {
        "fournisseur": "OSIRIS",
        "date_mise_a_jour_information": "2025-01-31T00:00:00.000Z",
        "annee_exercice_demande": 2025,
        "identifiant_engagement_juridique": "25/0099104",
        "jointure_demandes_et_versements": "25/0099104-1",
        "subvention_demandee": {"dispositif": "Fonds", "sous_dispositif": "Projets", "montant_demande": 5000},
        "description_des_projets": {
            "estimation_cout_total": 11600,
            "projet": [
                {
                    "rang": 1,
                    "intitule": "Un potager",
                    "objectifs": "Cultiver",
                    "objectifs_operationnels": "Éduquer",
                    "description": "Vingt séances",
                    "aide": {"nature": "Projet local", "modalite": "Aide au projet"},
                    "modalite_ou_dispositif": "Quartier",
                    "indicateurs": "Surface",
                    "cofinanceurs": "Ville;Métropole;",
                }
            ],
        },
        "instruction": {
            "service_instructeur": "DD54",
            "date_commission": "2025-06-12T00:00:00.000Z",
            "statut_demande": "Accordé",
            "montant_accorde": 4200.5,
        },
    }


async def test_every_field_of_a_payment_comes_from_the_field_the_sheet_names() -> None:
    assert (await only(payments=[PAYMENT]))["paiements"] == [
        {
            "fournisseur": "Chorus",
            "date_mise_a_jour_information": "2025-09-16T00:00:00.000Z",
            "jointure_demandes_et_versements": "25/0099104-1",
            "montant_verse": 4200.5,
            "date_versement": "2025-09-15T00:00:00.000Z",
            "centre_financier": "UO Grand Est",
            "domaine_fonctionnel": "vie associative",
            "activitee": "développement",
            "numero_bop": "163",
            "programme": {
                "numero": "163",
                "libelle": "Jeunesse et vie associative",
                "fournisseur": "Data Bretagne",
                "date_mise_a_jour_information": "2025-02-01T00:00:00.000Z",
            },
        }
    ]


async def test_an_application_without_payments_and_payments_without_application() -> None:
    assert (await only(APPLICATION))["paiements"] == []
    assert (await only(APPLICATION, "rien"))["paiements"] == []
    assert (await only(payments=[PAYMENT]))["demande_subvention"] is None


async def test_what_is_not_told_is_null_and_projects_are_none_by_default() -> None:
    application = (await only({}))["demande_subvention"]
    assert application["description_des_projets"] == {"estimation_cout_total": None, "projet": []}
    assert application["instruction"]["date_commission"] is None
    (project,) = (await only({"actions_proposee": [{}]}))["demande_subvention"]["description_des_projets"]["projet"]
    assert (project["aide"], project["cofinanceurs"]) == ({"nature": None, "modalite": None}, None)


@pytest.mark.parametrize("key", ["programme", "libelleProgramme", "bop"])
async def test_a_programme_is_told_as_soon_as_one_of_its_three_leaves_is(key: str) -> None:
    bare = {name: value for name, value in PAYMENT.items() if name not in ("programme", "libelleProgramme", "bop")}
    assert (await only(payments=[bare]))["paiements"][0]["programme"] is None
    assert (await only(payments=[bare | {key: PAYMENT[key]}]))["paiements"][0]["programme"] is not None


async def test_the_contact_of_an_application_never_leaves() -> None:
    assert "contact" not in str(await only(APPLICATION))


@pytest.mark.parametrize(
    ("body", "status", "kind"),
    [
        ({"message": "string", "code": 0}, 404, NotFound),
        ({"message": "string", "code": 0}, 400, NotFound),
        ({"subventions": []}, 200, NotFound),
        (body_of(APPLICATION), 401, UnknownAnswer),
        (body_of(APPLICATION), 500, UnknownAnswer),
        (b"<html></html>", 200, UnknownAnswer),
        ({}, 200, UnknownAnswer),
        ({"subventions": {}}, 200, UnknownAnswer),
        ([], 200, UnknownAnswer),
        (body_of("x"), 200, UnknownAnswer),
        (body_of({"siret": "99910044900019"}), 200, UnknownAnswer),
        (body_of({"ej": leaf(1)}), 200, UnknownAnswer),
        (body_of({"actions_proposee": [ACTION, 1]}), 200, UnknownAnswer),
        (body_of({"montants": {"demande": leaf("5000")}}), 200, UnknownAnswer),
        (body_of(APPLICATION, [None]), 200, UnknownAnswer),
        (body_of(APPLICATION), 502, RegistryUnavailable),
    ],
    ids=[
        "404", "400", "none", "401", "500", "page", "no_key", "object", "array", "application_text", "bare_leaf",
        "number_for_text", "project_number", "text_for_number", "null_payment", "unavailable",
    ],
)  # fmt: skip
async def test_each_row_of_the_table_of_answers(body: object, status: int, kind: type[RegistryError]) -> None:
    with pytest.raises(kind) as caught:
        await v3(SIREN, answering(CONTRACT, body, status))
    assert type(caught.value) is kind


async def test_the_answer_has_the_published_shape_and_no_meta() -> None:
    answer = await v3(SIREN, answering(CONTRACT, body_of(APPLICATION, [PAYMENT])))
    assert mismatches(CONTRACT, "subventions", 3, answer) == []
    assert answer.meta == {}
