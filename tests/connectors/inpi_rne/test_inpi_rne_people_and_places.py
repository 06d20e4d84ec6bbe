# SPDX-License-Identifier: EUPL-1.2
"""What becomes of officers, establishments and remarks in an extract."""

from typing import Any

import pytest

from connectors.kit import UnknownAnswer
from tests.connectors.inpi_rne.inpi_rne_door import company, extract, identity

WHO = {
    "descriptionPersonne": {"nom": "LUNEAU", "prenoms": ["ZOE", "ANNE"], "dateDeNaissance": "1974-09"},
    "adresseDomicile": {"commune": "BRUZ"},
}


async def officers(*powers: dict[str, Any], natural: bool = False) -> Any:
    body = company({"composition": {"pouvoirs": list(powers)}}, natural=natural)
    return (await extract(body))["dirigeants_et_associes"]


def power(**other: Any) -> dict[str, Any]:
    return {"typeDePersonne": "INDIVIDU", "roleEntreprise": "73", "individu": WHO, **other}


async def test_an_officer_is_told_with_the_month_of_birth_and_the_town() -> None:
    assert await officers(power()) == [
        {
            "qualite": "Président de SAS",
            "nom": "LUNEAU",
            "prenom": "ZOE",
            "date_naissance": "1974-09",
            "commune_residence": "BRUZ",
        }
    ]


@pytest.mark.parametrize(
    ("other", "kept"),
    [
        ({}, True),
        ({"typeDePersonne": "P"}, True),
        ({"actif": True}, True),
        ({"actif": None}, True),
        ({"actif": False}, False),
        ({"typeDePersonne": "ENTREPRISE"}, False),
        ({"typeDePersonne": None}, False),
        ({"individu": None}, False),
    ],
    ids=str,
)
async def test_natural_persons_in_office_are_kept_and_companies_dropped(other: dict[str, Any], kept: bool) -> None:
    assert len(await officers(power(**other))) == kept


@pytest.mark.parametrize(
    ("role", "shown"),
    [
        ("30", "Gérant"),
        ("4242", "4242"),
        ("", None),
        (None, None),
        ({"rolePersonne": "53"}, "Directeur Général"),
        ({"rolePersonne": 53}, "Directeur Général"),
        ({"rolePersonne": "4242", "denomination": "Grand sachem"}, "Grand sachem"),
        ({"rolePersonne": "4242"}, "4242"),
        ({"denomination": "Grand sachem"}, "Grand sachem"),
        ({}, None),
    ],
    ids=str,
)
async def test_the_office_is_the_label_else_the_name_else_the_code(role: object, shown: str | None) -> None:
    (officer,) = await officers(power(roleEntreprise=role))
    assert officer["qualite"] == shown


@pytest.mark.parametrize(("born", "shown"), [("1974-09-08", "1974-09"), ("1974", "1974"), (None, None)], ids=str)
async def test_the_day_of_birth_is_never_told(born: str | None, shown: str | None) -> None:
    (officer,) = await officers(power(individu={"descriptionPersonne": {"dateDeNaissance": born}}))
    assert officer["date_naissance"] == shown
    assert (officer["nom"], officer["prenom"], officer["commune_residence"]) == (None, None, None)


async def test_an_office_of_another_type_is_unknown() -> None:
    with pytest.raises(UnknownAnswer):
        await officers(power(roleEntreprise=7))


OPEN: dict[str, Any] = {"descriptionEtablissement": {"siret": "99910088600012", "statutPourFormalite": "5"}}
CLOSED: dict[str, Any] = {"descriptionEtablissement": {"siret": "99910088600038", "statutPourFormalite": "6"}}
ENDED: dict[str, Any] = {"descriptionEtablissement": {"siret": "99910088600046", "dateEffetFermeture": "2020-01-31"}}


async def places(main: dict[str, Any] | None, *others: dict[str, Any]) -> tuple[list[Any], int]:
    data = await extract(company({"etablissementPrincipal": main, "autresEtablissements": list(others)}))
    return data["etablissements"], data["etablissements_fermes_total"]


async def test_the_main_establishment_comes_first_then_the_others_closed_ones_included() -> None:
    found, closed = await places(OPEN, OPEN, CLOSED, ENDED)
    assert [(one["type_etablissement"], one["statut"]) for one in found] == [
        ("Siège et principal", "actif"),
        ("Secondaire", "actif"),
        ("Secondaire", "fermé"),
        ("Secondaire", "fermé"),
    ]
    assert (found[3]["siret"], closed) == ("99910088600046", 2)


@pytest.mark.parametrize(("main", "closed"), [(CLOSED, 1), (ENDED, 1), (None, 0)], ids=["closed", "ended", "missing"])
async def test_the_first_element_is_null_when_the_main_one_is_closed_or_missing(main: Any, closed: int) -> None:
    found, total = await places(main, OPEN)
    assert found[0] is None
    assert found[1]["type_etablissement"] == "Secondaire"
    assert total == closed


async def test_an_establishment_has_its_dates_activities_and_origin() -> None:
    place: dict[str, Any] = {
        "descriptionEtablissement": {"siret": "99910088600012", "codeApe": "4332A"},
        "activites": [
            {"descriptionDetaillee": "Pose"},
            {"indicateurPrincipal": True, "dateDebut": "2010-01-15", "formeExercice": "ARTISANALE",
             "descriptionDetaillee": "Menuiserie", "origine": {"typeOrigine": "2"}},
            {"descriptionDetaillee": "Vente"},
            {"codeApe": "4332A"},
        ],
    }  # fmt: skip
    (found,), _ = await places(place)
    assert found["date_debut_activite"] == "2010-01-15"
    assert found["code_APE"] == {"code": "4332A", "libelle": "Travaux de menuiserie bois et PVC"}
    assert found["nature_etablissement"] == "ARTISANALE"
    assert found["activite_principale"] == "Menuiserie"
    assert found["autre_activite"] == "Pose, Vente"
    assert found["origine_fonds"] == "Achat"
    place["descriptionEtablissement"]["dateEffet"] = "2009-05-04T00:00:00+02:00"
    assert (await places(place))[0][0]["date_debut_activite"] == "2009-05-04"


async def test_without_other_activities_there_is_no_other_activity() -> None:
    (found,), _ = await places({"activites": [{"indicateurPrincipal": True}]})
    assert (found["autre_activite"], found["activite_principale"], found["adresse"]) == (None, None, None)


@pytest.mark.parametrize(
    ("code", "origin"),
    [("1", "Création"), ("2", "Achat"), ("3", "Apport"), ("4", "Donation"), ("9", "Création"), (None, "Création")],
    ids=str,
)
async def test_each_origin_has_its_name(code: str | None, origin: str) -> None:
    activity = {"indicateurPrincipal": True, "origine": {"typeOrigine": code}}
    (found,), _ = await places({"activites": [activity]})
    assert found["origine_fonds"] == origin
    assert (await places({}))[0][0]["origine_fonds"] == "Création"


def trader(form: str, said: str | None, *places: dict[str, Any]) -> dict[str, Any]:
    person = {
        "identite": {"entreprise": {"formeJuridique": form, "dateDebutActiv": said}},
        "etablissementPrincipal": places[0],
        "autresEtablissements": list(places[1:]),
    }
    return company(person, natural=True)


RESTARTED: dict[str, Any] = {
    "descriptionEtablissement": {"dateDebutActivite": "2019-04-01"},
    "activites": [{"dateDebut": "2018-02-01"}, {"dateDebut": "2020-01-01"}],
}


@pytest.mark.parametrize(
    ("body", "begun"),
    [
        (trader("1000", "2010-01-01", OPEN, RESTARTED), "2010-01-01"),
        (trader("1000", "2010-01-01", CLOSED, RESTARTED), "2018-02-01"),
        (trader("1000", "2010-01-01", RESTARTED, ENDED), "2018-02-01"),
        (trader("1000", "2010-01-01", CLOSED, OPEN), None),
        (trader("1000", "2010-01-01", CLOSED), None),
        (trader("1000", None, CLOSED, RESTARTED), None),
        (trader("5710", "2010-01-01", CLOSED, RESTARTED), "2010-01-01"),
    ],
    ids=["none_closed", "main_closed", "other_closed", "no_date_left", "all_closed", "no_date", "company"],
)
async def test_a_sole_trader_who_closed_a_place_began_with_the_oldest_open_one(body: Any, begun: str | None) -> None:
    assert (await identity(body))["date_debut_activite"] == begun


async def test_remarks_of_both_registers_come_newest_first_undated_last() -> None:
    rcs = [
        {"numObservation": 7, "dateAjout": None, "texte": "sans date"},
        {"numObservation": "2021B18", "dateAjout": "2021-01-01", "texte": "vieille"},
    ]
    rnm = [{"dateEffet": "2023-05-20T00:00:00+02:00", "observationComplementaire": "récente"}]
    body = company({"observations": {"rcs": rcs}}, inscriptionsOffices=rnm)
    assert (await extract(body))["observations"] == [
        {"fournisseur": "rnm", "numero": None, "date": "2023-05-20", "texte": "récente"},
        {"fournisseur": "rcs", "numero": "2021B18", "date": "2021-01-01", "texte": "vieille"},
        {"fournisseur": "rcs", "numero": "7", "date": None, "texte": "sans date"},
    ]
