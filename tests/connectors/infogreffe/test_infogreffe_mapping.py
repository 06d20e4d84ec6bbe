# SPDX-License-Identifier: EUPL-1.2
"""Every row of Infogreffe's two mappings, on answers written by hand."""

import pytest

from connectors.infogreffe import extrait_kbis, mandataires_sociaux
from connectors.infogreffe.schemas import Extrait
from connectors.kit.paris import epoch
from connectors.kit.simulation.door import SimulatedDoor
from tests.connectors.infogreffe.infogreffe_answers import CONTRACT, SIREN, extract
from tests.connectors.kit.doors import mismatches

PERSON = (
    '<pp nationalite="BELGE" codeNationalite="BE" adresse="AD3"><nom>TRESMONTANT</nom><prenom>ODILON</prenom>'
    '<naissance pays="FRANCE" codePays="FR"><date dateISO="1988-04-17">17 AVRIL 1988</date><lieu>ALES</lieu>'
    "</naissance></pp>"
)
SOCIETY = (
    '<pm><denomination>AUDIT DES TROIS RIVES</denomination><greffe code="9201">NANTERRE</greffe>'
    "<num_ident>999109028</num_ident></pm>"
)
LISTED = (
    f'<liste_dirigeant><dirigeant type="PP"><qualite code="GERH">GERANT</qualite>{PERSON}</dirigeant>'
    f'<dirigeant type="PM"><qualite>COMMISSAIRE AUX COMPTES</qualite>{SOCIETY}</dirigeant></liste_dirigeant>'
)


async def extrait(door: SimulatedDoor) -> Extrait:
    answer = await extrait_kbis.v3(SIREN, door)
    assert mismatches(CONTRACT, "extrait_kbis", 3, answer) == []
    return answer.data


async def test_an_empty_file_has_every_key_and_empty_texts() -> None:
    data = await extrait(extract())
    assert data["siren"] == "999100118"
    assert (data["date_extrait"], data["date_immatriculation"]) == ("10 MAI 2025", "2013-07-09")
    assert data["date_radiation"] is None
    assert (data["mandataires_sociaux"], data["observations"], data["nom_commercial"]) == ([], [], "")
    assert set(data["etablissement_principal"].values()) == {None}
    assert data["capital"] == {"montant": 0.0, "devise": "", "code_devise": ""}
    assert data["greffe"] == {"valeur": "", "code": ""}
    assert set(data["personne_physique"]["adresse"].values()) == {""}
    assert (data["personne_physique"]["nom"], data["personne_physique"]["naissance"]["date"]) == ("", "")
    assert data["personne_morale"] == {
        "forme_juridique": {"valeur": "", "code": ""},
        "denomination": "",
        "date_cloture_exercice_comptable": "",
        "date_fin_de_vie": "",
    }


@pytest.mark.parametrize("place", ["<radiation>{}</radiation>", "<fin><radiation>{}</radiation></fin>"])
async def test_a_company_struck_off_says_when(place: str) -> None:
    data = await extrait(extract(place.format('<date_radiation dateISO="2023-11-30"/>')))
    assert data["date_radiation"] == "2023-11-30"


async def test_observations_have_a_number_a_day_and_a_trimmed_text() -> None:
    one = '<observation numero="12" dateISO="2001-02-12"><libelle position=" "> TRANSFERT DU SIEGE </libelle>'
    data = await extrait(extract(f"<liste_observations>{one}</observation><observation/></liste_observations>"))
    assert data["observations"] == [
        {"numero": "12", "libelle": "TRANSFERT DU SIEGE", "date": "2001-02-12"},
        {"numero": "", "libelle": "", "date": ""},
    ]


async def test_the_main_establishment_gives_trade_name_and_activity() -> None:
    other = '<etablissement type="2"><nom_commercial>AUTRE</nom_commercial><codeAPE>0000Z</codeAPE></etablissement>'
    main = (
        '<etablissement type="1"><nom_commercial>LE CHENE</nom_commercial><activite>MENUISERIE</activite>'
        "<origine_fonds>ACHAT</origine_fonds><mode_exploit>EXPLOITATION DIRECTE</mode_exploit><codeAPE>4332A</codeAPE>"
        "</etablissement>"
    )
    data = await extrait(extract(other + main))
    assert data["nom_commercial"] == "LE CHENE"
    assert data["etablissement_principal"] == {
        "activite": "MENUISERIE",
        "origine_fonds": "ACHAT",
        "mode_exploitation": "EXPLOITATION DIRECTE",
        "code_ape": "4332A",
    }
    assert (await extrait(extract(other + '<etablissement type="1"/>')))["nom_commercial"] == ""


async def test_without_a_main_establishment_the_trade_names_are_glued_together() -> None:
    places = "".join(
        f'<etablissement type="2"><nom_commercial>{name}</nom_commercial></etablissement>' for name in "AB"
    )
    data = await extrait(extract(places))
    assert data["nom_commercial"] == "AB"
    assert data["etablissement_principal"]["code_ape"] is None


@pytest.mark.parametrize(
    ("written", "amount"),
    [("1 000,00", 1000.0), ("234 567,80", 234567.8), ("12\u00a0000\u202f000", 12e6), ("", 0.0), (" ", 0.0),
     ("mille", None), ("1,2,3", None), ("9" * 40, None), ("-5", None), ("1e9", None), ("\u0661", None)],
)  # fmt: skip
async def test_the_capital_is_a_number_of_its_currency_and_null_when_it_cannot_be_read(
    written: str, amount: float | None
) -> None:
    company = f'<pm><capital><montant devise="EUROS" codeDevise="EUR">{written}</montant></capital></pm>'
    data = await extrait(extract(company=company))
    assert data["capital"] == {"montant": amount, "devise": "EUROS", "code_devise": "EUR"}


async def test_a_company_is_described_by_its_form_name_and_dates() -> None:
    company = (
        '<greffe code="3501">RENNES</greffe><pm forme_juridique="SOCIETE ANONYME" codeFormeJuridique="SAh">'
        '<denomination>GRAND CHENE</denomination><date_cloture dateISO="12-31"/><duree_ste>'
        '<valeur_duree dateISO="2099-01-15"/></duree_ste></pm>'
    )
    data = await extrait(extract(company=company))
    assert data["greffe"] == {"valeur": "RENNES", "code": "3501"}
    assert data["personne_morale"] == {
        "forme_juridique": {"valeur": "SOCIETE ANONYME", "code": "SAh"},
        "denomination": "GRAND CHENE",
        "date_cloture_exercice_comptable": "12-31",
        "date_fin_de_vie": "2099-01-15",
    }


async def test_a_sole_trader_is_described_with_the_address_the_file_refers_to() -> None:
    tags = ("nompostal", "numero", "type", "voie", "ligne1", "ligne2", "localite", "code_postal",
            "bureau_distributeur", "pays")  # fmt: skip
    inside = "".join(f"<{tag}>{rank}</{tag}>" for rank, tag in enumerate(tags))
    beside = f'<adresse id="AD2"/><adresse id="AD3">{inside}</adresse>'
    data = (await extrait(extract(company=PERSON, beside=beside)))["personne_physique"]
    assert (data["nom"], data["prenom"]) == ("TRESMONTANT", "ODILON")
    assert data["nationalite"] == {"valeur": "BELGE", "code": "BE"}
    assert data["naissance"] == {"pays": {"valeur": "FRANCE", "code": "FR"}, "date": "1988-04-17", "lieu": "ALES"}
    assert list(data["adresse"].values()) == [str(rank) for rank in range(len(tags))]
    assert list(data["adresse"]) == [
        "nom_postal", "numero", "type", "voie", "ligne_1", "ligne_2", "localite", "code_postal", "bureau_distributeur",
        "pays",
    ]  # fmt: skip


async def test_the_extract_names_officers_without_their_day_of_birth() -> None:
    data = await extrait(extract(LISTED))
    person, company = data["mandataires_sociaux"]
    assert person == {
        "type": "personne_physique", "numero_identification": None, "fonction": "GERANT", "nom": "TRESMONTANT",
        "prenom": "ODILON", "date_naissance": "1988-04", "raison_sociale": None,
    }  # fmt: skip
    assert company == {
        "type": "personne_morale", "numero_identification": "999109028", "fonction": "COMMISSAIRE AUX COMPTES",
        "nom": None, "prenom": None, "date_naissance": None, "raison_sociale": "AUDIT DES TROIS RIVES",
    }  # fmt: skip


async def test_mandataires_tells_officers_in_full_and_counts_them() -> None:
    answer = await mandataires_sociaux.v3(SIREN, extract(LISTED))
    assert mismatches(CONTRACT, "mandataires_sociaux", 3, answer) == []
    person, company = answer.data
    assert person == {
        "type": "personne_physique", "numero_identification": None, "fonction": "GERANT", "nom": "TRESMONTANT",
        "prenom": "ODILON", "date_naissance": "1988-04-17", "date_naissance_timestamp": epoch("1988-04-17"),
        "lieu_naissance": "ALES", "pays_naissance": "FRANCE", "code_pays_naissance": "FR", "nationalite": "BELGE",
        "code_nationalite": "BE", "raison_sociale": None, "code_greffe": None, "libelle_greffe": None,
    }  # fmt: skip
    assert {key: value for key, value in company.items() if value is not None} == {
        "type": "personne_morale", "numero_identification": "999109028", "fonction": "COMMISSAIRE AUX COMPTES",
        "raison_sociale": "AUDIT DES TROIS RIVES", "code_greffe": "9201", "libelle_greffe": "NANTERRE",
    }  # fmt: skip
    assert answer.meta == {"personnes_physiques_count": 1, "personnes_morales_count": 1, "count": 2}


async def test_a_sole_trader_is_the_only_officer_without_office_nor_nationality() -> None:
    door = extract(company=PERSON)
    (trader,) = (await mandataires_sociaux.v3(SIREN, door)).data
    assert (trader["nom"], trader["fonction"], trader["type"]) == ("TRESMONTANT", None, "personne_physique")
    assert (trader["nationalite"], trader["code_nationalite"]) == (None, None)
    assert (trader["date_naissance"], trader["lieu_naissance"]) == ("1988-04-17", "ALES")
    (named,) = (await extrait(door))["mandataires_sociaux"]
    assert (named["nom"], named["date_naissance"]) == ("TRESMONTANT", "1988-04")


async def test_a_list_of_officers_wins_over_the_trader() -> None:
    answer = await mandataires_sociaux.v3(SIREN, extract(LISTED, company=PERSON))
    assert answer.meta["count"] == 2


async def test_empty_texts_of_officers_are_null_and_an_officer_without_kind_is_a_person() -> None:
    empty = '<pp nationalite=""><nom> </nom><prenom/><naissance pays=""><date dateISO=""/></naissance></pp>'
    listed = f'<liste_dirigeant><dirigeant>{empty}</dirigeant><dirigeant type="XX"/></liste_dirigeant>'
    person, other = (await mandataires_sociaux.v3(SIREN, extract(listed))).data
    assert (person["type"], other["type"]) == ("personne_physique", "personne_morale")
    for officer in (person, other):
        assert {value for key, value in officer.items() if key != "type"} == {None}
