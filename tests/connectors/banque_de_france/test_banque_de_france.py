# SPDX-License-Identifier: EUPL-1.2
"""The conversation with the Banque de France: its rules in their order, every figure, every persona."""

import json
from datetime import datetime, time
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.banque_de_france.bilans import v3
from connectors.banque_de_france.ping import ping
from connectors.banque_de_france.simulator import simulator
from connectors.kit import RegistryError, RegistryTimeout, RegistryUnavailable, Siren, UnknownAnswer
from connectors.kit.contract import load
from connectors.kit.paris import PARIS
from connectors.kit.simulation import Asked, Persona, load_world
from connectors.kit.simulation.door import SimulatedDoor
from tests.connectors.kit.doors import (
    NOW,
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

CONTRACT = load("banque_de_france")
WORLD = load_world()
HANDLER = simulator(WORLD, lambda: NOW)
SIREN = Siren("999100886")
FOLLOWED = {
    "999100118": 3, "999100886": 3, "999101215": 1, "999101546": 2, "999101652": 2,
    "999101769": 1, "999101876": 2, "999101983": 2, "999102205": 2,
}  # fmt: skip
BODY = orjson.loads(HANDLER(Asked("GET", f"/{SIREN}")).body)
SHEET: dict[str, str] = BODY["bilans"][0]

# code → form, the bank's key, and the key of its change when the rule does not give it
FIGURES = {
    "300476": ("2051", "totalPassif", ""),
    "300438": ("2051", "capitauxPropresEtAssimiles", ""),
    "300414": ("2051", "dontCapitalSocial", ""),
    "302359": ("2051", "totalProvisionsPourRisquesEtCharges", ""),
    "300451": ("2051", "dettes1EmpruntsObligatairesEtConvertibles", ""),
    "300453": ("2051", "dettes2AutresEmpruntsObligataires", ""),
    "300455": (
        "2051",
        "dettes3EmruntsEtDettesAupresDesEtablissementsdeCredit",
        "evolutionDettes3EmpruntsEtDettesAupresDesEtablissementsdeCredit",
    ),
    "300458": ("2051", "empruntsEtDettesFinancieresDivers", ""),
    "300506": ("2052", "caHT", ""),
    "300606": ("2053", "resultatExercice", ""),
    "301195": ("2057", "groupesEtAssocies", ""),
}
WORKED_OUT = {
    "disponibilites": ("disponibilites", ""),
    "total_dettes_stables": ("totalDettesStables", "evolutionTotaltotalDettesStables"),
    "valeur_ajoutee_bdf": ("valeurAjouteeBdf", ""),
    "besoin_en_fonds_de_roulement": ("besoinEnFondsDeRoulement", ""),
    "excedent_brut_exploitation": ("ebe", ""),
    "capacite_autofinancement": ("caf", ""),
    "fonds_roulement_net_global": ("frng", ""),
    "dettes4_maturite_a_un_an_au_plus": ("dettes4DontAUnAnAuPlus", ""),
}
HOSTILE = json_values("bilans", "code-retour") | damaged(BODY | {"bilans": [SHEET]}, ("dateArrete", "caHT"))
RATIO = "ratio_fonds_roulement_net_global_sur_besoin_en_fonds_de_roulement"


def saying(**changed: Any) -> Any:
    """A door to a bank that has one balance sheet, with these keys changed; `...` takes a key away."""
    sheet = {key: value for key, value in (SHEET | changed).items() if value is not ...}
    return answering(CONTRACT, BODY | {"bilans": [sheet]})


def change_key(key: str, other: str) -> str:
    return other or f"evolution{key[0].upper()}{key[1:]}"


async def only(door: SimulatedDoor) -> Any:
    """The data of the only balance sheet."""
    (sheet,) = await data_of(v3(SIREN, door))
    return sheet


def datum(sheet: Any, code: str) -> Any:
    (found,) = [one for form in sheet["declarations"] for one in form["donnees"] if one["code_nref"] == code]
    return found


@pytest.mark.parametrize(("code", "where"), FIGURES.items(), ids=list(FIGURES))
async def test_a_figure_of_a_form_is_in_euros_with_its_change(code: str, where: tuple[str, str, str]) -> None:
    form, key, other = where
    sheet = await only(saying(**{key: "1234", change_key(key, other): "+9.45%"}))
    found = datum(sheet, code)
    assert (found["valeurs"], found["evolution"]) == (["1234000"], 9.45)
    assert code in [one["code_nref"] for one in next(d for d in sheet["declarations"] if d["numero_imprime"] == form)[
        "donnees"
    ]]  # fmt: skip


@pytest.mark.parametrize(("name", "where"), WORKED_OUT.items(), ids=list(WORKED_OUT))
async def test_a_figure_of_the_bank_is_in_euros_with_its_change(name: str, where: tuple[str, str]) -> None:
    key, other = where
    sheet = await only(saying(**{key: "-57", change_key(key, other): "-23.00%"}))
    (worked_out,) = sheet["valeurs_calculees"]
    assert worked_out[name] == {"valeur": "-57000", "evolution": -23.0}


async def test_the_ratio_is_a_percentage_with_its_change() -> None:
    sheet = await only(saying(**{"frng/bfr": "101.26%", "evolutionFrng/Bfr": "-0.54%"}))
    assert sheet["valeurs_calculees"][0][RATIO] == {"valeur": 101.26, "evolution": -0.54}


@pytest.mark.parametrize(
    ("written", "euros"),
    [("", "0"), (None, "0"), ("0", "0"), ("007", "7000"), ("+12", "12000"), (12, "12000")],
    ids=str,
)
async def test_an_empty_amount_is_zero_as_clients_are_used_to(written: object, euros: str) -> None:
    assert datum(await only(saying(caHT=written)), "300506")["valeurs"] == [euros]


@pytest.mark.parametrize(
    ("written", "percent"),
    [
        ("+9.45%", 9.45), ("-0.54%", -0.54), ("0.00%", 0.0), ("+1234.5678%", 1234.57), ("12,5 %", 12.5), ("7", 7.0),
        ("", None), (None, None), ("n.s.", None), ("%", None), (9.45, None), (..., None),
    ],
    ids=str,
)  # fmt: skip
async def test_a_percentage_is_its_leading_number_to_two_decimals(written: object, percent: float | None) -> None:
    assert datum(await only(saying(evolutionCaHT=written)), "300506")["evolution"] == percent


@pytest.mark.parametrize("key", [key for _, key, _ in FIGURES.values()] + [key for key, _ in WORKED_OUT.values()])
async def test_an_amount_that_is_not_there_is_never_invented(key: str) -> None:
    assert await outcome(v3(SIREN, saying(**{key: ...}))) == "999"


@pytest.mark.parametrize("written", ["12 000", "1e3", "12.5", "beaucoup", "9" * 16, 1.5, True, [], {}, "１２"], ids=str)
async def test_an_amount_that_cannot_be_read_is_never_invented(written: object) -> None:
    assert await outcome(v3(SIREN, saying(caHT=written))) == "999"


@pytest.mark.parametrize(
    ("written", "year", "month"), [("202112", "2021", "2021-12"), ("20200630", "2020", "2020-06")], ids=str
)
async def test_a_balance_sheet_has_a_year_and_a_month(written: str, year: str, month: str) -> None:
    sheet = await only(saying(dateArrete=written))
    assert (sheet["annee"], sheet["date_arrete_exercice"]) == (year, month)


@pytest.mark.parametrize("written", [..., None, "", "2021", "202113", "2021-12", 202112, []], ids=str)
async def test_a_balance_sheet_without_a_date_is_unknown(written: object) -> None:
    assert await outcome(v3(SIREN, saying(dateArrete=written))) == "999"


async def test_a_balance_sheet_of_unknown_duration_is_given_like_the_others() -> None:
    assert (await only(saying(dureeExercice="-")))["annee"] == "2024"


async def test_figures_carry_the_labels_of_the_tax_forms() -> None:
    assert datum(await only(saying()), "300414") == {
        "code_nref": "300414",
        "valeurs": ["52656000"],
        "evolution": 7.24,
        "code": "DA",
        "code_EDI": "DA:C516:5004:1",
        "code_absolu": "2000472",
        "intitule": "Capital social ou individuel n",
        "code_type_donnee": "MOA",
    }


@pytest.mark.parametrize(
    ("written", "code", "label"),
    [
        ("200512", "300414", None),
        ("200612", "300414", "DA"),
        ("202512", "300414", "DA"),
        ("202612", "300414", None),
        ("201312", "300506", None),
        ("201412", "300506", "FL"),
        ("201412", "300606", None),
        ("201512", "300606", "HN"),
    ],
    ids=str,
)
async def test_a_year_without_labels_keeps_its_figures(written: str, code: str, label: str | None) -> None:
    found = datum(await only(saying(dateArrete=written)), code)
    assert (found["code"], found["intitule"] is None) == (label, label is None)
    assert found["valeurs"] != []


@pytest.mark.parametrize("registered", [200, 204, 500, None], ids=str)
async def test_balance_sheets_are_an_answer_whatever_the_code_beside_them(registered: object) -> None:
    answer = await v3(SIREN, answering(CONTRACT, BODY | {"code-retour": registered}))
    assert answer.meta == {"count": 3}
    assert [sheet["annee"] for sheet in answer.data] == ["2024", "2023", "2022"]
    assert mismatches(CONTRACT, "bilans", 3, answer) == []


@pytest.mark.parametrize("bilans", [None, []], ids=["null", "empty"])
@pytest.mark.parametrize(
    ("code", "suffix"),
    [(204, "003"), (400, "003"), (500, "000"), (200, "999"), (404, "999"), ("204", "999"), (None, "999"), ([], "999")],
    ids=str,
)
async def test_the_code_in_the_body_says_why_there_is_nothing(bilans: object, code: object, suffix: str) -> None:
    door = answering(CONTRACT, BODY | {"bilans": bilans, "code-retour": code})
    assert await outcome(v3(SIREN, door)) == suffix


@pytest.mark.parametrize(
    ("body", "status", "suffix"),
    [
        (BODY, 408, "000"),
        (BODY, 500, "000"),
        (BODY, 404, "999"),
        (BODY, 204, "999"),
        (BODY, 401, "999"),
        (b"<html></html>", 200, "999"),
        (b"", 200, "999"),
        ([], 200, "999"),
        ({}, 200, "999"),
        (BODY | {"bilans": "aucun"}, 200, "999"),
        (BODY | {"bilans": SHEET}, 200, "999"),
        (BODY | {"bilans": [SHEET, None]}, 200, "999"),
    ],
    ids=[
        "408", "500", "404", "204", "401", "page", "nothing", "array", "empty_object", "text", "one_object", "a_null",
    ],
)  # fmt: skip
async def test_the_rest_of_the_table(body: object, status: int, suffix: str) -> None:
    assert await outcome(v3(SIREN, answering(CONTRACT, body, status))) == suffix


@pytest.mark.parametrize(
    ("status", "kind"), [(502, RegistryUnavailable), (503, RegistryUnavailable), (504, RegistryTimeout)], ids=str
)
async def test_gateway_statuses_come_before_any_rule(status: int, kind: type[RegistryError]) -> None:
    with pytest.raises(kind):
        await v3(SIREN, answering(CONTRACT, BODY, status))


@pytest.mark.parametrize("persona", WORLD.personas, ids=lambda persona: persona.siren)
async def test_the_bank_follows_the_personas_with_a_large_turnover(persona: Persona) -> None:
    door = SimulatedDoor(CONTRACT, HANDLER, NOW)
    end = await outcome(v3(Siren(persona.siren), door))
    (asked,) = door.asked
    assert (asked.method, asked.path, asked.query) == ("GET", f"/{persona.siren}", {})
    if persona.siren not in FOLLOWED:
        assert end == "003"
        return
    assert not isinstance(end, str)
    assert end.meta == {"count": FOLLOWED[persona.siren]}
    turnovers = [datum(sheet, "300506")["valeurs"] for sheet in end.data]
    assert turnovers == [[str(euros // 1000 * 1000)] for _, euros in persona.ca]
    assert mismatches(CONTRACT, "bilans", 3, end) == []


async def test_a_change_is_that_of_the_turnover() -> None:
    sheets = await data_of(v3(SIREN, SimulatedDoor(CONTRACT, HANDLER, NOW)))
    assert [datum(sheet, "300506")["evolution"] for sheet in sheets] == [7.24, 8.63, None]


@pytest.mark.parametrize(("method", "path"), [("GET", "/"), ("GET", "/9991008860"), ("POST", f"/{SIREN}")])
def test_other_addresses_are_unknown_to_the_simulator(method: str, path: str) -> None:
    assert HANDLER(Asked(method, path)).status == 404


async def test_ping_takes_having_nothing_as_a_sign_of_life() -> None:
    door = SimulatedDoor(CONTRACT, HANDLER, NOW)
    await ping(door)
    await ping(answering(CONTRACT, BODY))
    assert [asked.path for asked in door.asked] == ["/130025265"]


async def test_ping_fails_on_anything_else() -> None:
    with pytest.raises(UnknownAnswer):
        await ping(answering(CONTRACT, b"{}"))
    with pytest.raises(RegistryUnavailable):
        await ping(answering(CONTRACT, BODY, 503))


@settings(max_examples=150, deadline=None, derandomize=True, database=None)
@given(
    body=st.binary(max_size=32) | HOSTILE.map(lambda value: json.dumps(value).encode()),
    status=STATUSES,
)
async def test_a_hostile_answer_is_an_answer_in_shape_or_an_error_of_a_registry(body: bytes, status: int) -> None:
    end = await outcome(v3(SIREN, answering(CONTRACT, body, status)))
    if isinstance(end, str):
        assert len(end) == 3
    else:
        assert mismatches(CONTRACT, "bilans", 3, end) == []
        assert orjson.dumps(end.data)


async def test_nesting_without_end_is_unknown() -> None:
    assert await outcome(v3(SIREN, answering(CONTRACT, b'{"bilans":' * 100_000))) == "999"


@pytest.mark.parametrize("fixture", recorded("banque_de_france").values(), ids=lambda fixture: fixture.name)
async def test_recorded_exchanges_give_what_is_expected_of_them(fixture: Recorded) -> None:
    end = await outcome(v3(SIREN, answering(CONTRACT, fixture.body, fixture.status)))
    if isinstance(end, str):
        assert f"17{end}" in fixture.expected
        return
    assert fixture.expected == f"200, {end.meta['count']} items"
    assert mismatches(CONTRACT, "bilans", 3, end) == []
    assert [sheet["date_arrete_exercice"] for sheet in end.data] == ["2021-12", "2020-12"]
    assert datum(end.data[0], "300455")["valeurs"] == ["45000"]
    assert end.data[0]["valeurs_calculees"][0][RATIO] == {"valeur": 101.26, "evolution": -0.54}


def test_the_contract_says_what_the_sheet_says() -> None:
    product = CONTRACT.products["banque_de_france/bilans"]
    assert (CONTRACT.provider, CONTRACT.error_prefix, CONTRACT.access.kind) == ("Banque de France", "17", "none")
    assert CONTRACT.tls is not None
    assert (CONTRACT.tls.certificate, CONTRACT.tls.key) == ("BDF_CERTIFICATE", "BDF_KEY")
    assert CONTRACT.pings == ("banque_de_france/bilans",)
    assert (CONTRACT.connect_timeout_s, CONTRACT.timeout_s) == (10, 10)
    assert [(window.start, window.end, window.weekday) for window in CONTRACT.maintenance] == [
        (time(22, 4), time(22, 8), None)
    ]
    assert product.scopes == {"bilans_entreprise_bdf", "bilans_bdf"}
    assert (product.pool, product.cache_key) == ("json_resources_entreprise", ("siren",))
    assert product.freshness.seconds(datetime(2026, 3, 17, 23, 59, tzinfo=PARIS)) == 60
    assert product.versions[3].collection
    assert not product.open_data
