# SPDX-License-Identifier: EUPL-1.2
"""Liasses fiscales: Adélie's rules in their order, every field, and the values of repeated figures."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.dgfip import liasses_fiscales, liens_capitalistiques
from connectors.dgfip.liasse import HIGHEST_RANK, MOST_FORMS
from connectors.kit import Caller, RegistryError, RegistryTimeout, RegistryUnavailable
from connectors.kit.simulation.door import SimulatedDoor
from tests.connectors.dgfip.dgfip_returns import BODY, COMPANY, CONTRACT, SIREN, alone, form, liasse, ranked
from tests.connectors.kit.doors import (
    STATUSES,
    Recorded,
    answering,
    damaged,
    data_of,
    json_values,
    mismatches,
    outcome,
    recorded,
)

HTML = b"<html>\n<body>Une erreur applicative s'est\n produite sur le serveur ADELIE.</body></html>"
BOTH = pytest.mark.parametrize("ask", [liasses_fiscales.v3, liens_capitalistiques.v3], ids=["liasses", "liens"])


async def values(caller: Caller, *figures: object) -> dict[str, list[str | None]]:
    """The values of each figure of a form, in the order of the answer."""
    (only,) = (await data_of(liasses_fiscales.v3(SIREN, "2024", caller, liasse(form(*figures)))))["declarations"]
    assert len({one["code_nref"] for one in only["donnees"]}) == len(only["donnees"])
    return {one["code_nref"]: one["valeurs"] for one in only["donnees"]}


@BOTH
@pytest.mark.parametrize(
    ("body", "status", "suffix"),
    [
        (HTML, 200, "000"),
        (HTML, 404, "000"),
        (HTML, 500, "000"),
        (BODY, 404, "003"),
        (b"", 404, "003"),
        ({"entreprise": COMPANY}, 200, "003"),
        ({"declarations": []}, 200, "003"),
        ({"declarations": None}, 200, "003"),
        ({"declarations": ""}, 200, "003"),
        ({"declarations": {}}, 200, "003"),
        ({}, 200, "003"),
        (b"null", 200, "003"),
        ({"erreur": {"code": 303001, "message": "Runtime Error"}}, 500, "003"),
        (b"{", 200, "999"),
        (b"", 200, "999"),
        (b"", 204, "999"),
        (b"<html></html>", 200, "999"),
        (b"<html></html>", 500, "999"),
        (BODY, 500, "999"),
        (BODY, 201, "999"),
        ([BODY], 200, "999"),
        ("texte", 200, "999"),
        ({"declarations": "texte"}, 200, "999"),
        ({"declarations": [None]}, 200, "999"),
        (BODY | {"entreprise": "texte"}, 200, "999"),
        ({"declarations": [form()] * (MOST_FORMS + 1)}, 200, "999"),
    ],
    ids=[
        "page_of_ADELIE", "page_of_ADELIE_404", "page_of_ADELIE_500", "404", "404_empty", "no_key", "no_item", "null",
        "empty_text", "empty_object", "empty", "json_null", "json_500_is_a_not_found", "not_json", "nothing", "204",
        "page", "page_500", "500_with_declarations", "201", "array", "text", "declarations_text", "a_null",
        "company_text", "forms_without_end",
    ],
)  # fmt: skip
async def test_the_table_in_its_order(ask: Any, body: object, status: int, suffix: str, caller: Caller) -> None:
    assert await outcome(ask(SIREN, "2024", caller, answering(CONTRACT, body, status))) == suffix


@BOTH
@pytest.mark.parametrize(
    ("status", "kind"), [(502, RegistryUnavailable), (503, RegistryUnavailable), (504, RegistryTimeout)], ids=str
)
async def test_gateway_statuses_come_before_any_rule(
    ask: Any, status: int, kind: type[RegistryError], caller: Caller
) -> None:
    with pytest.raises(kind):
        await ask(SIREN, "2024", caller, answering(CONTRACT, HTML, status))


async def test_a_year_without_a_dictionary_is_unavailable_once_the_return_is_there(caller: Caller) -> None:
    with pytest.raises(RegistryUnavailable):
        await liasses_fiscales.v3(SIREN, "2026", caller, answering(CONTRACT, BODY))
    assert await outcome(liasses_fiscales.v3(SIREN, "2026", caller, answering(CONTRACT, {}))) == "003"
    without_names = await data_of(liens_capitalistiques.v3(SIREN, "2026", caller, answering(CONTRACT, BODY)))
    assert without_names["capital"]["depose_neant"] is True


async def test_the_fields_of_a_return(caller: Caller) -> None:
    answer = await liasses_fiscales.v3(SIREN, "2024", caller, liasse(form(alone("305683", "X"), number="2033G")))
    assert answer.data == {
        "obligations_fiscales": [
            {
                "id": "200999100886",
                "code": "IS",
                "libelle": "Impôt sur les sociétés",
                "reference": "IS1",
                "regime": "RN",
            }
        ],
        "declarations": [
            {
                "numero_imprime": "2033G",
                "regime": {"code": "RS", "libelle": "Régime simplifié"},
                "date_declaration": "2025-05-02",
                "date_fin_exercice": "2024-12-31",
                "duree_exercice": 365,
                "millesime": "202401",
                "donnees": [
                    {
                        "code_nref": "305683",
                        "valeurs": ["X"],
                        "code": "GS",
                        "code_EDI": "GS:C889:7111:1:TBX",
                        "code_absolu": "2006743",
                        "intitule": "Déposé néant",
                        "code_type_donnee": "CCI",
                    }
                ],
            }
        ],
    }
    assert answer.meta == {"internal_id_itip": "100999100886"}
    assert mismatches(CONTRACT, "liasses_fiscales", 3, answer) == []


@pytest.mark.parametrize(
    ("code", "label"),
    [
        ("IS", "Impôt sur les sociétés"),
        ("BIC", "Bénéfices industriels et commerciaux"),
        ("IS GROUPE", "Impôt sur les sociétés dû par le groupe"),
        ("BA", "Bénéfices agricoles"),
        ("BNC", "Bénéfices non commerciaux"),
        ("ISGROUPE", None),
        ("XX", None),
        (None, None),
    ],
    ids=str,
)
async def test_the_label_of_an_obligation(code: str | None, label: str | None, caller: Caller) -> None:
    door = liasse(form(), company={"setOcfis": {"codeObf": code}})
    (found,) = (await data_of(liasses_fiscales.v3(SIREN, "2024", caller, door)))["obligations_fiscales"]
    assert (found["code"], found["libelle"], found["id"]) == (code, label, None)


@pytest.mark.parametrize(
    ("code", "label"),
    [
        ("RN", "Réel normal"),
        ("RS", "Régime simplifié"),
        ("RSI", "Régime simplifié"),
        ("RNMEMBRE", "Réel normal groupe (groupe)"),
        ("RNGROUPE", "Réel normal groupe (tête)"),
        ("DECC", "Déclaration contrôlée"),
        ("XX", None),
        (None, None),
    ],
    ids=str,
)
async def test_the_label_of_a_regime(code: str | None, label: str | None, caller: Caller) -> None:
    door = liasse(form(code_regime=code))
    (found,) = (await data_of(liasses_fiscales.v3(SIREN, "2024", caller, door)))["declarations"]
    assert found["regime"] == {"code": code, "libelle": label}


@pytest.mark.parametrize(
    ("obligations", "ids"),
    [
        ({"numOcfi": "1"}, ["1"]),
        ([{"numOcfi": "1"}, {"numOcfi": 2}], ["1", "2"]),
        ([], []),
        (None, []),
        ("", []),
        (..., []),
    ],
    ids=["object", "array", "no_item", "null", "empty_text", "absent"],
)
async def test_obligations_come_in_several_shapes(obligations: object, ids: list[str], caller: Caller) -> None:
    company = {} if obligations is ... else {"setOcfis": obligations}
    data = await data_of(liasses_fiscales.v3(SIREN, "2024", caller, liasse(form(), company=company)))
    assert [one["id"] for one in data["obligations_fiscales"]] == ids


async def test_a_reference_is_only_read_in_capitals(caller: Caller) -> None:
    door = liasse(form(), company={"setOcfis": {"rof": "IS1"}})
    (found,) = (await data_of(liasses_fiscales.v3(SIREN, "2024", caller, door)))["obligations_fiscales"]
    assert found["reference"] is None


@pytest.mark.parametrize(
    ("written", "days"), [("365 jours", 365), ("92 jours", 92), (180, 180), ("un an", None), (None, None)], ids=str
)
async def test_a_duration_is_its_leading_number(written: object, days: int | None, caller: Caller) -> None:
    door = liasse(form(duree_exercice=written))
    (found,) = (await data_of(liasses_fiscales.v3(SIREN, "2024", caller, door)))["declarations"]
    assert found["duree_exercice"] == days


async def test_a_millesime_written_as_a_number_is_a_text(caller: Caller) -> None:
    (found,) = (await data_of(liasses_fiscales.v3(SIREN, "2024", caller, liasse(form(millesime=201601)))))[
        "declarations"
    ]
    assert found["millesime"] == "201601"


async def test_a_single_form_and_a_single_figure_come_as_objects(caller: Caller) -> None:
    for figure in (alone("305683", "X"), ranked("305683", "1", "X")):
        only = form(imprime={"donnees": figure})
        door = answering(CONTRACT, {"entreprise": COMPANY, "declarations": only})
        (found,) = (await data_of(liasses_fiscales.v3(SIREN, "2024", caller, door)))["declarations"]
        assert [(one["code_nref"], one["valeurs"]) for one in found["donnees"]] == [("305683", ["X"])]


@pytest.mark.parametrize("printed", [None, "", {}, {"donnees": None}, {"donnees": []}], ids=str)
async def test_a_form_may_have_no_figure(printed: object, caller: Caller) -> None:
    (found,) = (await data_of(liasses_fiscales.v3(SIREN, "2024", caller, liasse(form(imprime=printed)))))[
        "declarations"
    ]
    assert found["donnees"] == []


@pytest.mark.parametrize(
    ("figures", "expected"),
    [
        ([alone("1", "71")], ["71"]),
        ([alone("1", None)], [None]),
        ([alone("1", 71)], ["71"]),
        ([ranked("1", "1", "71")], ["71"]),
        ([ranked("1", "3", "73")], ["73"]),
        ([ranked("1", "1", "71"), ranked("1", "3", "73")], ["71", None, "73"]),
        ([ranked("1", 2, "72"), ranked("1", 1, "71")], ["71", "72"]),
        ([alone("1", "a"), alone("1", "b")], ["a", "b"]),
        ([ranked("1", "1", "a"), alone("1", "b")], ["a", "b"]),
    ],
    ids=["one", "null", "number", "one_ranked", "one_ranked_3", "gap_is_null", "any_order", "no_rank", "mixed"],
)
async def test_the_values_of_a_figure(figures: list[object], expected: list[str | None], caller: Caller) -> None:
    assert await values(caller, *figures) == {"1": expected}


async def test_a_repeated_figure_is_given_once_in_its_first_place(caller: Caller) -> None:
    found = await values(caller, ranked("b", "1", "x"), alone("a", "y"), ranked("b", "2", "z"))
    assert list(found.items()) == [("b", ["x", "z"]), ("a", ["y"])]


async def test_a_figure_the_dictionary_does_not_have_is_given_without_names(caller: Caller) -> None:
    door = liasse(form(alone("999999", "1"), number="2033A"))
    (found,) = (await data_of(liasses_fiscales.v3(SIREN, "2024", caller, door)))["declarations"]
    assert found["donnees"] == [
        {
            "code_nref": "999999",
            "valeurs": ["1"],
            "code": None,
            "code_EDI": None,
            "code_absolu": None,
            "intitule": None,
            "code_type_donnee": None,
        }
    ]


@pytest.mark.parametrize(
    "broken",
    [
        form(number=""),
        form(alone("", "1")),
        form(alone(None, "1")),
        form(alone("1", ["1"])),
        form(alone("1", True)),
        form(alone("1", 1e300)),
        form("texte"),
        form(imprime="texte"),
        form(imprime={"donnees": "texte"}),
        form({"code_nref": "1", "valeurs": "texte"}),
        form(ranked("1", "0", "x")),
        form(ranked("1", "-1", "x")),
        form(ranked("1", "²", "x")),
        form(ranked("1", str(HIGHEST_RANK + 1), "x")),
        form(date_declaration=[]),
        form(*(ranked(str(code), rank, "x") for code in range(11) for rank in ("1", "5000"))),
    ],
    ids=[
        "no_number", "no_code", "null_code", "list", "boolean", "beyond_measure", "figure_text", "printed_text",
        "figures_text", "values_text", "rank_0", "rank_negative", "rank_no_digit", "rank_too_high", "date_list",
        "gaps_without_end",
    ],
)  # fmt: skip
async def test_what_cannot_be_read_is_unknown(broken: object, caller: Caller) -> None:
    assert await outcome(liasses_fiscales.v3(SIREN, "2024", caller, liasse(broken))) == "999"


async def test_adelie_is_asked_for_a_year_of_a_company(door: SimulatedDoor, caller: Caller) -> None:
    for ask in (liasses_fiscales.v3, liens_capitalistiques.v3):
        await ask(SIREN, "2024", caller, door)
        asked = door.asked[-1]
        assert (asked.method, asked.path) == ("GET", "/adelie/v1/getLiasseFiscale")
        assert asked.query == {"userId": caller.token_id, "annee": "2024", "siren": SIREN}
        assert asked.headers["x-correlation-id"] == caller.request_id
        assert asked.headers["x-request-id"] == caller.request_id


HOSTILE = json_values("declarations", "imprime", "donnees", "valeurs", "entreprise") | damaged(
    {
        "entreprise": COMPANY,
        "declarations": [
            form(alone("309325", "200"), ranked("304868", "1", "X"), ranked("304868", "2", "Y"), number="2059F"),
            form(ranked("304960", "2", "999102015"), number="2059G"),
        ],
    },
    ("valeurs", "indiceRepetition", "donnees"),
)


@settings(max_examples=200, deadline=None, derandomize=True, database=None)
@given(body=st.binary(max_size=32) | HOSTILE.map(lambda value: json.dumps(value).encode()), status=STATUSES)
async def test_a_hostile_answer_is_an_answer_in_shape_or_an_error_of_a_registry(
    body: bytes, status: int, caller: Caller
) -> None:
    for product, ask in (
        ("liasses_fiscales", liasses_fiscales.v3),
        ("liens_capitalistiques", liens_capitalistiques.v3),
    ):
        end = await outcome(ask(SIREN, "2024", caller, answering(CONTRACT, body, status)))
        if isinstance(end, str):
            assert len(end) == 3
        else:
            assert mismatches(CONTRACT, product, 3, end) == []


@BOTH
async def test_nesting_without_end_is_unknown(ask: Any, caller: Caller) -> None:
    door = answering(CONTRACT, b'{"declarations":' * 100_000)
    assert await outcome(ask(SIREN, "2024", caller, door)) == "999"


LIASSES = [fixture for name, fixture in recorded("dgfip").items() if name.startswith("liasse_")]


@pytest.mark.parametrize("fixture", LIASSES, ids=lambda fixture: fixture.name)
async def test_recorded_exchanges_give_what_is_expected_of_them(fixture: Recorded, caller: Caller) -> None:
    door = answering(CONTRACT, fixture.body, fixture.status)
    end = await outcome(liasses_fiscales.v3(SIREN, "2017", caller, door))
    if isinstance(end, str):
        assert f"03{end}" in fixture.expected
        return
    assert fixture.expected.startswith("200")
    assert mismatches(CONTRACT, "liasses_fiscales", 3, end) == []
    declarations = end.data["declarations"]
    if "2 declarations" in fixture.expected:
        assert (len(declarations), len(end.data["obligations_fiscales"])) == (2, 1)
    else:
        (repeated,) = [
            one["valeurs"]
            for one_form in declarations
            for one in one_form["donnees"]
            if (one_form["numero_imprime"], one["code_nref"]) == ("2033F", "905895")
        ]
        assert repeated == ["71", None, "73"]
