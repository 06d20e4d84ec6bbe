# SPDX-License-Identifier: EUPL-1.2
"""What becomes of each field of a company in its extract: names, form, dates, capital, activity, head office."""

from typing import Any

import pytest

from connectors.kit import UnknownAnswer
from tests.connectors.inpi_rne.inpi_rne_door import BUILDER, CONTRACT, ask, company, extract, identity, said
from tests.connectors.kit.doors import mismatches

ADDRESS = {"numVoie": "12", "typeVoie": "rue", "voie": "des Lilas", "codePostal": "35000", "commune": "Rennes"}


def declared(**entreprise: Any) -> dict[str, Any]:
    return company({"identite": {"entreprise": entreprise}})


def described(**description: Any) -> dict[str, Any]:
    return company({"identite": {"description": description}})


async def test_an_empty_person_gives_an_extract_with_all_its_keys() -> None:
    answer = await ask("extrait_rne", said(b'{"formality": {"siren": "999100886", "content": {}}}'))
    assert mismatches(CONTRACT, "extrait_rne", 3, answer) == []
    assert answer.data["etablissements"] == answer.data["dirigeants_et_associes"] == answer.data["observations"] == []
    assert answer.data["identite_entreprise"]["adresse_siege_social"] is None
    assert answer.data["identite_entreprise"]["forme_juridique"] == {"code": None, "libelle": None}


async def test_the_document_is_a_link_of_ours_to_the_public_site_for_an_hour() -> None:
    url = (await extract(company({})))["document_url"]
    path = "/export/companies?format=pdf&ids=%5B%22999100886%22%5D"
    assert url == f"https://passerelle.test/proxy/files/data_inpi{path}#3600/extrait_rne_999100886.pdf"


async def test_the_number_is_that_of_the_formality_else_of_the_root() -> None:
    assert (await identity({"formality": {"siren": "1"}, "siren": "2"}))["siren"] == "1"
    assert (await identity({"formality": {}, "siren": "2"}))["siren"] == "2"
    with pytest.raises(UnknownAnswer):
        await extract({"formality": {}})


async def test_the_legal_person_comes_before_the_natural_one() -> None:
    both = company({"identite": {"entreprise": {"denomination": "SOCIETE"}}}, personnePhysique={"identite": {}})
    assert (await identity(both))["denomination"] == "SOCIETE"
    trader = {"identite": {"entrepreneur": {"descriptionPersonne": {"nom": "LUNEAU", "prenoms": ["ZOE", "ANNE"]}}}}
    found = await identity(company(trader, natural=True))
    assert (found["denomination"], found["nom"], found["prenoms"]) == (None, "LUNEAU", ["ZOE", "ANNE"])
    assert ((await identity(both))["nom"], (await identity(both))["prenoms"]) == (None, None)


@pytest.mark.parametrize(
    ("code", "label"),
    [("5710", "SAS, société par actions simplifiée"), ("9999", "Forme juridique 9999")],
)
async def test_the_legal_form_has_its_label(code: str, label: str) -> None:
    assert (await identity(declared(formeJuridique=code)))["forme_juridique"] == {"code": code, "libelle": label}
    created = company({}, natureCreation={"formeJuridique": code})
    assert (await identity(created))["forme_juridique"] == {"code": code, "libelle": label}


@pytest.mark.parametrize(
    ("code", "shown"),
    [
        ("4332A", {"code": "4332A", "libelle": "Travaux de menuiserie bois et PVC"}),
        ("0000X", {"code": "0000X", "libelle": "Activité 0000X"}),
        (None, {"code": None, "libelle": "Activité "}),
    ],
    ids=str,
)
async def test_the_activity_has_its_label_even_without_a_code(code: str | None, shown: dict[str, Any]) -> None:
    assert (await identity(declared(codeApe=code)))["code_APE"] == shown


@pytest.mark.parametrize(
    ("code", "shown"),
    [
        ("4334ZC", {"code": "4334ZC", "libelle": "Travaux de peinture intérieure et peinture plâtrerie"}),
        ("0000XX", {"code": "0000XX", "libelle": "Activité Art 0000XX"}),
        (None, {"code": None, "libelle": None}),
    ],
    ids=str,
)
async def test_the_craft_is_that_of_the_main_establishment_s_main_activity(
    code: str | None, shown: dict[str, Any]
) -> None:
    activities = [{"indicateurPrincipal": False, "codeAprm": "1320ZA"}, {"indicateurPrincipal": True, "codeAprm": code}]
    body = company({"etablissementPrincipal": {"activites": activities}})
    assert (await identity(body))["code_APRM"] == shown
    assert (await extract(body))["etablissements"][0]["code_APRM"] == shown


async def test_the_purpose_is_told_else_the_label_of_the_activity() -> None:
    key = "activite_principales_objet_social"
    assert (await identity(described(objet="Tout faire")))[key] == "Tout faire"
    assert (await identity(declared(codeApe="4332A")))[key] == "Travaux de menuiserie bois et PVC"
    assert (await identity(declared()))[key] is None


@pytest.mark.parametrize(
    ("written", "shown"),
    [("3112", "12-31"), ("3006", "06-30"), ("31/12", "31/12"), ("311", "311"), (None, None)],
    ids=str,
)
async def test_the_closing_day_is_turned_round(written: str | None, shown: str | None) -> None:
    assert (await identity(described(dateClotureExerciceSocial=written)))["date_cloture_exercice"] == shown


@pytest.mark.parametrize(
    ("key", "field"),
    [("dateFinExistence", "date_fin_personne"), ("datePremiereCloture", "date_premiere_cloture_exercice")],
)
@pytest.mark.parametrize(
    ("written", "shown"),
    [("2117-03-14T00:00:00+02:00", "2117-03-14"), ("2117-03-14", "2117-03-14"), ("2117-02-30", None), ("", None)],
    ids=["date_time", "date", "no_such_day", "empty"],
)
async def test_dates_are_days_as_written(key: str, field: str, written: str, shown: str | None) -> None:
    assert (await identity(described(**{key: written})))[field] == shown


async def test_the_registration_date_is_that_of_the_company_else_of_its_creation() -> None:
    both = {**declared(dateImmat="2021-06-10T00:00:00+02:00")}
    both["formality"]["content"]["natureCreation"] = {"dateCreation": "2020-01-01"}
    assert (await identity(both))["date_immatriculation_rne"] == "2021-06-10"
    created = company({}, natureCreation={"dateCreation": "2020-01-01"})
    assert (await identity(created))["date_immatriculation_rne"] == "2020-01-01"


async def test_dissolution_and_end_keep_the_fields_that_are_never_told() -> None:
    body = described(dateDissolutionDisparition="2023-05-20", indicateurPoursuiteActivite=True)
    found = await identity(body)
    assert found["dissolution"] == {"date": "2023-05-20", "poursuite_activite": True, "avec_liquidation": None}
    assert found["detail_cessation"] is None
    empty = (await identity(described()))["dissolution"]
    assert empty == {"date": None, "poursuite_activite": False, "avec_liquidation": None}


async def test_capital_is_in_euros_unless_it_says_otherwise() -> None:
    assert (await identity(described(montantCapital=9001.5)))["capital_social"] == {"montant": 9001.5, "devise": "EUR"}
    foreign = described(montantCapital=1, deviseCapital="CHF")
    assert (await identity(foreign))["capital_social"] == {"montant": 1, "devise": "CHF"}
    assert (await identity(described()))["capital_social"]["montant"] is None


async def test_marks_are_false_when_missing() -> None:
    whole, found = await extract(declared()), await identity(declared())
    assert (found["associe_unique"], whole["diffusion_commerciale"], whole["diffusion_insee"]) == (False, False, False)
    assert (await identity(declared(indicateurAssocieUnique=True)))["associe_unique"] is True


@pytest.mark.parametrize(("written", "shown"), [("O", True), ("N", False), ("P", False), (None, False)], ids=str)
async def test_only_o_means_that_insee_may_publish(written: str | None, shown: bool) -> None:
    body = company({})
    body["formality"] |= {"diffusionINSEE": written, "diffusionCommerciale": True}
    data = await extract(body)
    assert (data["diffusion_insee"], data["diffusion_commerciale"]) == (shown, True)


async def test_the_nature_is_as_the_registry_writes_it() -> None:
    body = company({}, formeExerciceActivitePrincipale="LIBERALE_REGLEMENTEE")
    assert (await identity(body))["nature_entreprise"] == "LIBERALE_REGLEMENTEE"


@pytest.mark.parametrize(
    ("changed", "shown"),
    [
        ({}, {}),
        ({"pays": "Belgique", "complementLocalisation": "Bat. B"}, {"pays": "Belgique", "complement": "Bat. B"}),
        ({"numVoie": None}, {"voie": "RUE DES LILAS"}),
        ({"numVoie": 12}, {}),
        ({"numVoie": None, "typeVoie": None, "voie": None}, {"voie": None}),
    ],
    ids=["plain", "abroad", "no_number", "number", "no_street"],
)
async def test_addresses_are_in_capitals_and_french_by_default(changed: dict[str, Any], shown: dict[str, Any]) -> None:
    plain = {
        "voie": "12 RUE DES LILAS", "code_postal": "35000", "commune": "RENNES", "pays": "FRANCE", "complement": None,
    }  # fmt: skip
    head = company({"adresseEntreprise": {"adresse": {**ADDRESS, **changed}}})
    assert (await identity(head))["adresse_siege_social"] == {**plain, **shown}
    place = company({"etablissementPrincipal": {"adresse": {**ADDRESS, **changed}}})
    assert (await extract(place))["etablissements"][0]["adresse"] == {**plain, **shown}


async def test_latin_1_in_the_middle_of_utf_8_is_read() -> None:
    body = '{"formality": {"siren": "%s", "content": {"personneMorale": {"identite": {"description": {"objet": "Élec'
    raw = (body % BUILDER).encode() + b"tricit\xe9" + b'"}}}}}}'
    assert (await identity_of(raw))["activite_principales_objet_social"] == "Électricité"


async def identity_of(raw: bytes) -> Any:
    return (await ask("extrait_rne", said(raw))).data["identite_entreprise"]
