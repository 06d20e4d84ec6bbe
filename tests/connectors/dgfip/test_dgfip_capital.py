# SPDX-License-Identifier: EUPL-1.2
"""Liens capitalistiques: every figure of the forms 2059F and 2059G, and who each of them is about."""

from typing import Any

import pytest

from connectors.dgfip.liens_capitalistiques import v3
from connectors.kit import Caller
from tests.connectors.dgfip.dgfip_returns import CONTRACT, SIREN, alone, form, liasse, ranked
from tests.connectors.kit.doors import Recorded, answering, data_of, mismatches, outcome, recorded

NOBODY = {
    "civilite": None,
    "nom_patronymique_et_prenoms": None,
    "nom_marital": None,
    "date_naissance": {"annee": None, "mois": None},
}
NO_COMPANY = {"siren": None, "denomination": None, "complement_denomination": None, "forme_juridique": None}
NOWHERE = dict.fromkeys(("numero", "voie", "lieu_dit_hameau", "code_postal", "ville", "pays"))


async def links(caller: Caller, *forms: object) -> Any:
    """The data for a return of these forms."""
    answer = await v3(SIREN, "2024", caller, liasse(*forms))
    assert mismatches(CONTRACT, "liens_capitalistiques", 3, answer) == []
    return answer.data


async def owners(caller: Caller, *figures: object) -> Any:
    """The owners that form 2059F names with these figures."""
    return (await links(caller, form(*figures, number="2059F")))["capital"]["actionnaires"]


async def owned(caller: Caller, *figures: object) -> Any:
    """What form 2059G says with these figures."""
    return (await links(caller, form(*figures, number="2059G")))["participations"]


def row(rank: int, **figures: object) -> list[dict[str, object]]:
    return [ranked(code.removeprefix("n"), str(rank), value) for code, value in figures.items()]


@pytest.mark.parametrize("numbers", [["2033F"], ["2059E", "2050"], ["2059f"]], ids=str)
async def test_a_return_without_either_form_is_a_not_found(numbers: list[str], caller: Caller) -> None:
    door = liasse(*(form(alone("304868", "X"), number=number) for number in numbers))
    assert await outcome(v3(SIREN, "2024", caller, door)) == "003"


async def test_every_figure_of_a_company_that_owns(caller: Caller) -> None:
    figures = row(
        1, n304859="999102007", n304857="HAUTERIVE PARTICIPATIONS", n304858="HOLDING", n306875="SAS",
        n304861="5100", n304860="51000", n304862="0057", n304863="RUE DES CARRIERS", n304864="LE BOURG",
        n304865="69003", n304866="LYON", n304867="FR",
    )  # fmt: skip
    assert await owners(caller, *figures) == [
        {
            "type": "personne_morale",
            "pourcentage": 51.0,
            "nombre_parts": 510,
            "personne_physique_attributes": NOBODY,
            "personne_morale_attributes": {
                "siren": "999102007",
                "denomination": "HAUTERIVE PARTICIPATIONS",
                "complement_denomination": "HOLDING",
                "forme_juridique": "SAS",
            },
            "adresse": {
                "numero": "0057",
                "voie": "RUE DES CARRIERS",
                "lieu_dit_hameau": "LE BOURG",
                "code_postal": "69003",
                "ville": "LYON",
                "pays": "FR",
            },
        }
    ]


async def test_every_figure_of_a_person_who_owns_but_the_day_and_the_place_of_birth(caller: Caller) -> None:
    figures = row(
        1, n306874="MME", n304868="MONTREVAULT CLARISSE", n304869="NS", n304878="19700228", n304871="2450",
        n304870="24599", n304872="0001", n304873="RUE DE L EXEMPLE", n304874="LES PRES", n304875="99999",
        n304876="VILLE-EXEMPLE", n304877="FR", n905900="ANNECY", n905901="74", n905902="FR",
    )  # fmt: skip
    found = await owners(caller, *figures)
    assert found == [
        {
            "type": "personne_physique",
            "pourcentage": 24.5,
            "nombre_parts": 245,
            "personne_physique_attributes": {
                "civilite": "MME",
                "nom_patronymique_et_prenoms": "MONTREVAULT CLARISSE",
                "nom_marital": "NS",
                "date_naissance": {"annee": "1970", "mois": "02"},
            },
            "personne_morale_attributes": NO_COMPANY,
            "adresse": {
                "numero": "0001",
                "voie": "RUE DE L EXEMPLE",
                "lieu_dit_hameau": "LES PRES",
                "code_postal": "99999",
                "ville": "VILLE-EXEMPLE",
                "pays": "FR",
            },
        }
    ]
    assert not any(hidden in str(found) for hidden in ("0228", "ANNECY", "74"))


@pytest.mark.parametrize(
    ("written", "born"),
    [
        ("19700228", ("1970", "02")),
        ("197002", ("1970", "02")),
        ("", (None, None)),
        ("   ", (None, None)),
        (None, (None, None)),
        ("28/02/1970", (None, None)),
        ("1970", (None, None)),
    ],
    ids=str,
)
async def test_a_birth_is_a_year_and_a_month(
    written: str | None, born: tuple[str | None, str | None], caller: Caller
) -> None:
    (found,) = await owners(caller, *row(1, n304868="X", n304878=written))
    date = found["personne_physique_attributes"]["date_naissance"]
    assert (date["annee"], date["mois"]) == born


@pytest.mark.parametrize(
    ("written", "percent", "shares"),
    [
        ("5100", 51.0, 51), ("5", 0.05, 0), ("10000", 100.0, 100), ("3333.5", 33.335, 33), ("0", 0.0, 0),
        ("", None, None), (None, None, None), ("moitié", None, None), ("-100", None, None), ("9" * 16, None, None),
    ],
    ids=str,
)  # fmt: skip
async def test_numbers_are_written_times_a_hundred(
    written: str | None, percent: float | None, shares: int | None, caller: Caller
) -> None:
    (found,) = await owners(caller, *row(1, n304868="X", n304871=written, n304870=written))
    assert (found["pourcentage"], found["nombre_parts"]) == (percent, shares)


async def test_companies_come_before_persons_each_in_the_order_of_their_ranks(caller: Caller) -> None:
    figures = [
        *row(2, n304868="B", n304878="19800101"),
        *row(1, n304868="A"),
        *row(2, n304859="2"),
        *row(1, n304859="1"),
    ]
    found = await owners(caller, *figures)
    names = [
        one["personne_morale_attributes"]["siren"] or one["personne_physique_attributes"]["nom_patronymique_et_prenoms"]
        for one in found
    ]
    assert names == ["1", "2", "A", "B"]
    assert [one["type"] for one in found] == ["personne_morale"] * 2 + ["personne_physique"] * 2


async def test_what_is_said_once_belongs_to_its_rank_and_to_nobody_else(caller: Caller) -> None:
    first, second = await owners(caller, *row(1, n304868="A"), *row(2, n304868="B", n304878="19800131"))
    assert first["personne_physique_attributes"]["date_naissance"] == {"annee": None, "mois": None}
    assert second["personne_physique_attributes"]["date_naissance"] == {"annee": "1980", "mois": "01"}


async def test_a_rank_where_nothing_stands_is_nobody(caller: Caller) -> None:
    found = await owners(
        caller, *row(1, n304868="A"), *row(4, n304868="D"), *row(2, n304873="RUE"), *row(3, n304868=" ")
    )
    assert [one["personne_physique_attributes"]["nom_patronymique_et_prenoms"] for one in found] == ["A", None, "D"]
    assert found[1]["adresse"]["voie"] == "RUE"


async def test_an_owner_is_one_value_of_the_figure_that_names_them(caller: Caller) -> None:
    assert await owners(caller, *row(1, n304857="SANS NUMERO"), *row(1, n304878="19700101")) == []


async def test_shares_between_natural_and_legal_persons(caller: Caller) -> None:
    figures = [alone("309326", "49000"), alone("309325", "200"), alone("309324", "51000"), alone("309323", "100")]
    data = await links(caller, form(*figures, number="2059F"))
    assert data["capital"]["repartition"] == {
        "personnes_physiques": {"total_actions": 490, "nombre": 2},
        "personnes_morales": {"total_actions": 510, "nombre": 1},
    }


async def test_every_figure_of_a_company_that_is_owned(caller: Caller) -> None:
    figures = row(
        1, n304960="999102015", n304958="HAUTERIVE TERRASSEMENT", n304959="SUD", n306876="SAS", n304967="4200",
        n304961="0150", n304962="BOULEVARD DES BATISSEURS", n304963="LA PLAINE", n304964="69003", n304965="LYON",
        n304966="FR",
    )  # fmt: skip
    assert await owned(caller, alone("309327", "100"), *figures) == {
        "filiales": [
            {
                "siren": "999102015",
                "denomination": "HAUTERIVE TERRASSEMENT",
                "complement_denomination": "SUD",
                "forme_juridique": "SAS",
                "pourcentage_detention": 42.0,
                "adresse": {
                    "numero": "0150",
                    "voie": "BOULEVARD DES BATISSEURS",
                    "lieu_dit_hameau": "LA PLAINE",
                    "code_postal": "69003",
                    "ville": "LYON",
                    "pays": "FR",
                },
            }
        ],
        "nombre_filiales": 1,
        "depose_neant": False,
    }


async def test_a_company_that_is_owned_may_be_known_by_its_number_only(caller: Caller) -> None:
    (found,) = (await owned(caller, *row(1, n304960="999102015")))["filiales"]
    assert found["denomination"] is None
    assert found["adresse"] == NOWHERE


async def test_a_form_filed_blank_is_told_from_one_that_was_not_filed(caller: Caller) -> None:
    blank = await links(caller, form(alone("305767", "X"), number="2059F"))
    assert blank["capital"]["depose_neant"] is True
    assert blank["participations"] == {"filiales": [], "nombre_filiales": None, "depose_neant": None}
    other = await links(caller, form(imprime={"donnees": alone("305768", "X")}, number="2059G"))
    assert other["participations"]["depose_neant"] is True
    assert other["capital"]["depose_neant"] is None
    assert other["capital"]["actionnaires"] == []
    assert other["capital"]["repartition"] == {
        "personnes_physiques": {"total_actions": None, "nombre": None},
        "personnes_morales": {"total_actions": None, "nombre": None},
    }
    filled = await links(caller, form(alone("305767", ""), number="2059F"))
    assert filled["capital"]["depose_neant"] is False


async def test_the_first_form_of_a_number_counts(caller: Caller) -> None:
    data = await links(
        caller,
        form(*row(1, n304868="A"), number="2059F"),
        form(*row(1, n304868="B"), number="2059F"),
    )
    (found,) = data["capital"]["actionnaires"]
    assert found["personne_physique_attributes"]["nom_patronymique_et_prenoms"] == "A"


async def test_no_answer_shares_anything_with_another(caller: Caller) -> None:
    figures = row(1, n304859="1") + row(2, n304859="2")
    first, second = await owners(caller, *figures)
    first["personne_physique_attributes"]["date_naissance"]["annee"] = "1900"
    assert second["personne_physique_attributes"] == NOBODY


def test_what_is_about_natural_persons_can_be_withheld() -> None:
    version = CONTRACT.products["dgfip/liens_capitalistiques"].versions[3]
    product = CONTRACT.products["dgfip/liens_capitalistiques"]
    assert product.natural_persons == {"personnes_physiques", "adresse_actionnaires"}
    about = [name for group in product.natural_persons for name in product.fields_of(group, 3)]
    assert len(about) == 5 + 6
    assert all(version.fields[name].withholdable for name in about)
    assert CONTRACT.products["dgfip/liasses_fiscales"].natural_persons == {"donnees"}


RECORDED = [fixture for name, fixture in recorded("dgfip").items() if name == "liens_capitalistiques"]


@pytest.mark.parametrize("fixture", RECORDED, ids=lambda fixture: fixture.name)
async def test_the_recorded_exchange_gives_what_is_expected_of_it(fixture: Recorded, caller: Caller) -> None:
    data = await data_of(v3(SIREN, "2023", caller, answering(CONTRACT, fixture.body, fixture.status)))
    company, *people = data["capital"]["actionnaires"]
    assert (company["personne_morale_attributes"]["siren"], company["pourcentage"], company["nombre_parts"]) == (
        "110001013",
        51.0,
        510,
    )
    assert [(one["pourcentage"], one["nombre_parts"]) for one in people] == [(24.0, 240), (25.0, 250)]
    assert data["capital"]["repartition"] == {
        "personnes_physiques": {"total_actions": 490, "nombre": 2},
        "personnes_morales": {"total_actions": 510, "nombre": 1},
    }
    (only,) = data["participations"]["filiales"]
    assert (only["siren"], only["pourcentage_detention"], data["participations"]["nombre_filiales"]) == (
        "130007669",
        42.0,
        1,
    )


@pytest.mark.parametrize(
    ("name", "scopes"),
    [("liasses_fiscales", {"liasse_fiscale", "liasses_fiscales_dgfip"}),
     ("liens_capitalistiques", {"liasse_fiscale", "liasses_fiscales_dgfip", "liens_capitalistiques_dgfip"})],
)  # fmt: skip
def test_the_contract_says_what_the_sheet_says(name: str, scopes: set[str]) -> None:
    product = CONTRACT.products[f"dgfip/{name}"]
    assert product.versions[3].path == f"/dgfip/unites_legales/{{siren}}/{name}/{{year}}"
    assert product.versions[3].operation == f"api_entreprise_v3_dgfip_{name}"
    assert product.scopes == scopes
    assert product.kinds == {"siren": "siren", "year": "fiscal_year"}
    assert (product.pool, product.cache_key) == ("json_resources_entreprise", ("siren", "year"))
    assert product.freshness.hours == 1
    assert not product.open_data
