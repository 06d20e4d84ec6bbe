# SPDX-License-Identifier: EUPL-1.2
"""What becomes of each field of a headcount, and what is asked of the GIP-MDS."""

from typing import Any

import pytest

from connectors.gip_mds import effectifs_annuels, effectifs_mensuels
from connectors.kit import UnknownAnswer
from tests.connectors.gip_mds.gip_mds_door import (
    BUILDER,
    BUILDER_OFFICE,
    CONTRACT,
    at_simulator,
    item,
    monthly,
    yearly,
)
from tests.connectors.kit.doors import answering, data_of

MONTH = {"periode": "20240601", "nature": "M01"}


async def test_a_year_has_a_headcount_by_scheme() -> None:
    items = [item("RA", "NC", miseAJourRCD=""), item("RG", "56.78", nature="A02")]
    assert await data_of(yearly(answering(CONTRACT, items))) == {
        "siren": BUILDER,
        "annee": "2024",
        "effectifs_annuel": [
            {
                "regime": "regime_agricole",
                "nature": "effectif_moyen_annuel",
                "value": None,
                "date_derniere_mise_a_jour": None,
            },
            {
                "regime": "regime_general",
                "nature": "effectif_boeth_annuel",
                "value": 56.78,
                "date_derniere_mise_a_jour": "2025-01-15",
            },
        ],
    }


async def test_a_month_has_its_year_and_month_and_keeps_the_order_of_several() -> None:
    july = {"periode": "20240701", "nature": "M04"}
    items = [item("RG", "3", **july), item("RA", "NC", **july), item("RG", "2.5", **MONTH), item("RA", "1", **MONTH)]
    data = await data_of(monthly(answering(CONTRACT, items), depth="1"))
    assert data["siret"] == BUILDER_OFFICE
    found = [(row["annee"], row["mois"], row["regime"], row["value"]) for row in data["effectifs_mensuels"]]
    assert found == [
        ("2024", "07", "regime_general", 3.0),
        ("2024", "07", "regime_agricole", None),
        ("2024", "06", "regime_general", 2.5),
        ("2024", "06", "regime_agricole", 1.0),
    ]
    natures = [row["nature"] for row in data["effectifs_mensuels"]]
    assert natures == ["effectif_assujettissement_oeth_mensuel"] * 2 + ["effectif_moyen_mensuel"] * 2


@pytest.mark.parametrize(
    ("code", "kind"),
    [("01", "moyen"), ("02", "boeth"), ("03", "ecap"), ("04", "assujettissement_oeth")],
)
async def test_each_nature_has_its_code_both_ways(code: str, kind: str) -> None:
    door = at_simulator()
    year, month = await data_of(yearly(door, nature=kind)), await data_of(monthly(door, nature=kind))
    assert [asked.query["nature"] for asked in door.asked] == [f"A{code}", f"M{code}"]
    assert {row["nature"] for row in year["effectifs_annuel"]} == {f"effectif_{kind}_annuel"}
    assert {row["nature"] for row in month["effectifs_mensuels"]} == {f"effectif_{kind}_mensuel"}
    assert set(effectifs_annuels.NATURES) == {f"A0{n}" for n in range(1, 5)}
    assert set(effectifs_mensuels.NATURES) == {f"M0{n}" for n in range(1, 5)}


@pytest.mark.parametrize("nature", [None, "", "inconnue", "BOETH", "A02"])
async def test_an_unknown_nature_is_read_as_moyen(nature: str | None) -> None:
    door = at_simulator()
    await yearly(door, nature=nature)
    await monthly(door, nature=nature)
    assert [asked.query["nature"] for asked in door.asked] == ["A01", "M01"]


async def test_the_questions_are_those_of_the_sheet() -> None:
    door = at_simulator()
    await yearly(door)
    await monthly(door)
    await monthly(door, depth="13")
    common = {"codeOPSDemandeur": "00000DINUM", "dateHeure": "2026-03-17T10:30:00+01:00", "source": "RA;RG"}
    month = {**common, "nature": "M01", "siret": BUILDER_OFFICE, "periode": "20240601"}
    assert [(asked.method, asked.path) for asked in door.asked] == [("GET", "/rcd-api/1.0.0/effectifs")] * 3
    assert [asked.query for asked in door.asked] == [
        {**common, "nature": "A01", "siren": BUILDER, "periode": "20241231"},
        month,
        {**month, "profondeurHistorique": "13"},
    ]


@pytest.mark.parametrize(
    "other",
    [
        {"source": "XX"},
        {"source": None},
        {"effectifs": "douze"},
        {"effectifs": "-1"},
        {"effectifs": "1e9"},
        {"effectifs": "9" * 400},
        {"effectifs": None},
        {"effectifs": 12.5},
        {"miseAJourRCD": "hier"},
        {"miseAJourRCD": 20250115},
        {"nature": "Z01"},
        {"nature": None},
    ],
    ids=str,
)
@pytest.mark.parametrize("ask", [yearly, monthly], ids=["annual", "monthly"])
async def test_what_is_not_of_the_announced_shape_is_unknown(ask: Any, other: dict[str, Any]) -> None:
    base = MONTH if ask is monthly else {}
    items = [item("RA", **base), item("RG", **base), {**item("RG", **base), **other}]
    with pytest.raises(UnknownAnswer):
        await ask(answering(CONTRACT, items))


@pytest.mark.parametrize("period", ["2024", "20241301", "2024-06-01", ""])
async def test_a_month_that_cannot_be_read_is_unknown(period: str) -> None:
    items = [item("RA", **MONTH), item("RG", **{**MONTH, "periode": period})]
    with pytest.raises(UnknownAnswer):
        await monthly(answering(CONTRACT, items))


async def test_a_year_is_that_of_the_first_item_and_must_be_readable() -> None:
    items = [item("RA", periode="20231231"), item("RG", periode="20241231")]
    assert (await data_of(yearly(answering(CONTRACT, items))))["annee"] == "2023"
    with pytest.raises(UnknownAnswer):
        await yearly(answering(CONTRACT, [item("RA", periode="?"), item("RG")]))


async def test_nc_is_null_for_the_date_too() -> None:
    items = [item("RA"), item("RG", "NC", miseAJourRCD="NC")]
    (_, second) = (await data_of(yearly(answering(CONTRACT, items))))["effectifs_annuel"]
    assert (second["value"], second["date_derniere_mise_a_jour"]) == (None, None)


async def test_a_list_without_end_is_unknown() -> None:
    with pytest.raises(UnknownAnswer):
        await yearly(answering(CONTRACT, [item("RA"), item("RG")] * 200))
