# SPDX-License-Identifier: EUPL-1.2
"""What Sirene says of each company becomes the published answer, field by field."""

from datetime import datetime

import pytest

from connectors.kit import Answer, Siren, Siret
from connectors.kit.paris import PARIS
from tests.connectors.insee.insee_door import (
    ADVICE,
    ASSOCIATION,
    CEDEX,
    CLOSED,
    DUPLICATE,
    EVERY_VERSION,
    FORBIDDEN,
    HEALTHY,
    HIDDEN_PERSON,
    PARTIAL_PERSON,
    WORLD,
    ask,
    at_simulator,
    mismatches,
    number_of,
    outcome,
    raw_for,
    saying,
)

EVERY_COMPANY = [persona.siren for persona in WORLD.personas]


def midnight(year: int, month: int, day: int) -> int:
    return int(datetime(year, month, day, tzinfo=PARIS).timestamp())


@pytest.mark.parametrize("siren", EVERY_COMPANY)
@pytest.mark.parametrize(("product", "version"), EVERY_VERSION)
async def test_every_company_gets_the_published_shape_or_the_refusal_its_nature_calls_for(
    product: str, version: int, siren: str
) -> None:
    got = await outcome(product, version, number_of(product, siren), at_simulator())
    if product == "successions":
        expected = None if siren == CEDEX else "003"
    elif siren == FORBIDDEN:
        expected = "003" if product.startswith("siege") else "005"
    elif (siren == HIDDEN_PERSON and product.endswith("diffusible")) or (
        siren == DUPLICATE and product.startswith("siege")
    ):
        expected = "003"
    else:
        expected = None
    if isinstance(got, Answer):
        assert (expected, mismatches(product, version, got)) == (None, [])
    else:
        assert got == expected


async def test_a_company_in_full_v4() -> None:
    answer = await ask("unite_legale", 4, Siren(ADVICE), at_simulator())
    assert answer.data == {
        "siren": "999100332",
        "rna": None,
        "siret_siege_social": "99910033200017",
        "type": "personne_morale",
        "personne_morale_attributs": {"raison_sociale": "CABINET ORVEL CONSEIL", "sigle": None},
        "personne_physique_attributs": {
            "pseudonyme": None,
            "prenom_usuel": None,
            "prenom_1": None,
            "prenom_2": None,
            "prenom_3": None,
            "prenom_4": None,
            "nom_usage": None,
            "nom_naissance": None,
            "sexe": None,
        },
        "categorie_entreprise": "PME",
        "status_diffusion": "diffusible",
        "diffusable_commercialement": True,
        "forme_juridique": {"code": "6540", "libelle": "Société civile immobilière"},
        "activite_principale": {
            "code": "70.20Y",
            "nomenclature": "NAF2025",
            "libelle": "Activités de conseil pour les affaires et autre conseil de gestion",
        },
        "activite_principale_naf_rev2": {
            "code": "70.22Z",
            "nomenclature": "NAFRev2",
            "libelle": "Conseil pour les affaires et autres conseils de gestion",
        },
        "tranche_effectif_salarie": {
            "de": 1,
            "a": 2,
            "code": "01",
            "date_reference": "2024",
            "intitule": "1 ou 2 salariés",
        },
        "economie_sociale_et_solidaire": False,
        "date_creation": midnight(2018, 1, 8),
        "date_cessation": None,
        "etat_administratif": "A",
    }
    assert answer.links == {
        "siege_social": "/v4/insee/sirene/etablissements/99910033200017",
        "siege_social_adresse": "/v4/insee/sirene/etablissements/99910033200017/adresse",
    }
    assert answer.meta == {"date_derniere_mise_a_jour": midnight(2025, 3, 10), "redirect_from_siren": None}


async def test_v3_has_the_2008_activity_where_v4_has_both() -> None:
    company = (await ask("unite_legale", 3, Siren(HEALTHY), at_simulator())).data
    place = (await ask("etablissement", 3, Siret(f"{HEALTHY}00010"), at_simulator())).data
    newer = (await ask("etablissement", 4, Siret(f"{HEALTHY}00010"), at_simulator())).data
    for older in (company, place, place["unite_legale"]):
        assert older["activite_principale"]["code"] == "43.32A"
        assert "activite_principale_naf_rev2" not in older
    for both in (newer, newer["unite_legale"]):
        assert both["activite_principale"]["nomenclature"] == "NAF2025"
        assert both["activite_principale_naf_rev2"] == place["activite_principale"]


async def test_links_stay_in_the_version_that_was_asked() -> None:
    door = at_simulator()
    for version in (3, 4):
        company = await ask("unite_legale_diffusible", version, Siren(HEALTHY), door)
        place = await ask("siege_social", version, Siren(HEALTHY), door)
        assert company.links["siege_social"] == f"/v{version}/insee/sirene/etablissements/99910011800010"
        assert place.links == {"unite_legale": f"/v{version}/insee/sirene/unites_legales/{HEALTHY}"}


async def test_the_head_office_product_gives_exactly_the_establishment() -> None:
    door = at_simulator()
    for version in (3, 4):
        place = await ask("etablissement", version, Siret(f"{CEDEX}00012"), door)
        assert await ask("siege_social", version, Siren(CEDEX), door) == place
        assert place.data["siege_social"] is True
    query = next(asked.query for asked in door.asked if asked.query)
    assert query == {"q": f"etablissementSiege:true AND siren:{CEDEX}"}


async def test_a_secondary_establishment_is_no_head_office_and_carries_its_sign() -> None:
    place = (await ask("etablissement", 4, Siret(f"{CEDEX}00129"), at_simulator())).data
    assert (place["siege_social"], place["enseigne"]) == (False, "HAUTERIVE OUVRAGES D ART")
    assert place["unite_legale"]["siret_siege_social"] == f"{CEDEX}00012"
    assert place["tranche_effectif_salarie"]["code"] is None
    assert place["adresse"]["type_voie"] == "QUAI"


async def test_several_signs_are_joined_and_empty_ones_passed_over() -> None:
    body = raw_for("etablissement", HEALTHY)
    period = next(one for one in body["etablissement"]["periodesEtablissement"] if one["dateFin"] is None)
    period |= {"enseigne1Etablissement": "CHENE VERT", "enseigne3Etablissement": "LE COPEAU"}
    place = (await ask("etablissement", 3, Siret(f"{HEALTHY}00010"), saying(body))).data
    assert place["enseigne"] == "CHENE VERT, LE COPEAU"


async def test_a_closed_company_tells_when_it_and_its_head_office_closed() -> None:
    company = (await ask("unite_legale", 3, Siren(CLOSED), at_simulator())).data
    place = (await ask("etablissement", 3, Siret(f"{CLOSED}00017"), at_simulator())).data
    assert (company["etat_administratif"], company["date_cessation"]) == ("C", midnight(2023, 11, 30))
    assert (place["etat_administratif"], place["date_fermeture"]) == ("F", midnight(2023, 11, 30))
    assert place["unite_legale"]["etat_administratif"] == "C"
    assert company["tranche_effectif_salarie"]["intitule"] == "Unités non employeuses"


@pytest.mark.parametrize("latest_first", [True, False])
async def test_the_order_of_the_periods_changes_nothing(latest_first: bool) -> None:
    body = raw_for("unite_legale", CLOSED)
    body["uniteLegale"]["periodesUniteLegale"].sort(key=lambda one: one["dateDebut"], reverse=latest_first)
    company = (await ask("unite_legale", 4, Siren(CLOSED), saying(body))).data
    assert (company["etat_administratif"], company["date_cessation"]) == ("C", midnight(2023, 11, 30))


async def test_an_open_company_has_no_end_even_though_its_state_once_changed() -> None:
    company = (await ask("unite_legale", 4, Siren(HEALTHY), at_simulator())).data
    place = (await ask("etablissement", 4, Siret(f"{HEALTHY}00010"), at_simulator())).data
    assert (company["date_cessation"], place["date_fermeture"]) == (None, None)


async def test_an_association_has_its_rna_number_and_is_part_of_the_solidarity_economy() -> None:
    company = (await ask("unite_legale", 4, Siren(ASSOCIATION), at_simulator())).data
    assert (company["rna"], company["economie_sociale_et_solidaire"]) == ("W999104404", True)
    assert company["personne_morale_attributs"]["sigle"] == "JPS"


async def test_a_sole_trader_is_a_person_told_in_full_to_administrations() -> None:
    place = (await ask("etablissement", 4, Siret(f"{PARTIAL_PERSON}00013"), at_simulator())).data
    company = place["unite_legale"]
    assert company["type"] == "personne_physique"
    assert company["personne_physique_attributs"] == {
        "pseudonyme": None,
        "prenom_usuel": "ODILON",
        "prenom_1": "ODILON",
        "prenom_2": "MARIUS",
        "prenom_3": None,
        "prenom_4": None,
        "nom_usage": None,
        "nom_naissance": "TRESMONTANT",
        "sexe": "M",
    }
    assert place["enseigne"] == "ODILON RENOVATION"
    assert place["adresse"]["acheminement_postal"] == {
        "l1": "",
        "l2": "TRESMONTANT ODILON",
        "l3": "BAT C",
        "l4": "27 CHEMIN DES AMANDIERS",
        "l5": "",
        "l6": "30000 NIMES",
        "l7": "FRANCE",
    }


async def test_partial_diffusion_is_commercial_in_open_data_only() -> None:
    door = at_simulator()
    for product, told in (("unite_legale", False), ("unite_legale_diffusible", True)):
        company = (await ask(product, 3, Siren(PARTIAL_PERSON), door)).data
        assert (company["status_diffusion"], company["diffusable_commercialement"]) == (
            "partiellement_diffusible",
            told,
        )
    hidden = (await ask("unite_legale", 3, Siren(HIDDEN_PERSON), door)).data
    assert (hidden["status_diffusion"], hidden["diffusable_commercialement"]) == ("non_diffusible", False)


async def test_the_first_day_of_1900_is_no_birthday_of_a_company_but_one_of_an_establishment() -> None:
    body = raw_for("etablissement", HEALTHY)
    body["etablissement"]["dateCreationEtablissement"] = "1900-01-01"
    body["etablissement"]["uniteLegale"]["dateCreationUniteLegale"] = "1900-01-01"
    place = (await ask("etablissement", 3, Siret(f"{HEALTHY}00010"), saying(body))).data
    assert place["unite_legale"]["date_creation"] is None
    assert place["date_creation"] == midnight(1900, 1, 1)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("53", {"de": 10000, "a": None, "code": "53", "date_reference": "2024", "intitule": "10 000 salariés et plus"}),
        ("00", {"de": 0, "a": 0, "code": "00", "date_reference": "2024", "intitule": "0 salarié"}),
        ("99", {"de": None, "a": None, "code": "99", "date_reference": "2024", "intitule": "non référencé"}),
        (None, {"de": None, "a": None, "code": None, "date_reference": "2024", "intitule": None}),
    ],
)
async def test_a_headcount_bracket_has_bounds_when_its_code_is_known(code: str | None, expected: object) -> None:
    body = raw_for("unite_legale", HEALTHY)
    body["uniteLegale"]["trancheEffectifsUniteLegale"] = code
    assert (await ask("unite_legale", 4, Siren(HEALTHY), saying(body))).data["tranche_effectif_salarie"] == expected


async def test_what_sirene_lacks_is_null_and_unknown_codes_say_so() -> None:
    body = raw_for("unite_legale", HEALTHY)
    row = body["uniteLegale"]
    del row["activitePrincipaleNAF25UniteLegale"]
    row["dateDernierTraitementUniteLegale"] = None
    period = next(one for one in row["periodesUniteLegale"] if one["dateFin"] is None)
    period |= {
        "categorieJuridiqueUniteLegale": None,
        "nicSiegeUniteLegale": None,
        "economieSocialeSolidaireUniteLegale": None,
        "activitePrincipaleUniteLegale": "52.1B",
    }
    answer = await ask("unite_legale", 4, Siren(HEALTHY), saying(body))
    assert answer.data["type"] is None
    assert answer.data["forme_juridique"] == {"code": None, "libelle": "non référencé"}
    assert answer.data["siret_siege_social"] is None
    assert answer.data["economie_sociale_et_solidaire"] is None
    assert answer.data["activite_principale"] == {"code": None, "nomenclature": "NAF2025", "libelle": "non référencé"}
    assert answer.data["activite_principale_naf_rev2"]["libelle"] == "non référencé"
    assert answer.links == {"siege_social": None, "siege_social_adresse": None}
    assert answer.meta["date_derniere_mise_a_jour"] is None
    assert mismatches("unite_legale", 4, answer) == []


async def test_a_succession_is_seen_from_both_ends() -> None:
    link = {"date_succession": "2016-07-01", "transfert_siege": True, "continuite_economique": True}
    taken_over = await ask("successions", 3, Siret(f"{CEDEX}00012"), at_simulator())
    given_up = await ask("successions", 3, Siret(f"{CEDEX}00038"), at_simulator())
    assert taken_over.data == {"predecesseurs": [{"siret": f"{CEDEX}00038", **link}], "successeurs": []}
    assert given_up.data == {"predecesseurs": [], "successeurs": [{"siret": f"{CEDEX}00012", **link}]}
    assert (taken_over.links, taken_over.meta) == ({}, {})


async def test_the_former_head_office_closed_on_the_day_it_was_taken_over() -> None:
    place = (await ask("etablissement", 4, Siret(f"{CEDEX}00038"), at_simulator())).data
    assert (place["siege_social"], place["etat_administratif"]) == (False, "F")
    assert place["date_fermeture"] == midnight(2016, 7, 1)
