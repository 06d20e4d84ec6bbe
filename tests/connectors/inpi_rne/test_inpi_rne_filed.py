# SPDX-License-Identifier: EUPL-1.2
"""What becomes of each deed and of each set of accounts, and of the links to their files."""

from typing import Any

import pytest

from tests.connectors.inpi_rne.inpi_rne_door import CONTRACT, ask
from tests.connectors.kit.doors import answering

LINK = "https://passerelle.test/proxy/files/"
ID = "63e7e2e3998acaecf81b485e"
DEED = {
    "id": ID,
    "nomDocument": "statuts",
    "dateDepot": "2024-01-29",
    "updatedAt": "2024-06-07T04:55:39+02:00",
    "deleted": False,
    "typeRdd": [{"typeActe": "Statuts mis à jour"}, {"typeActe": "Décision", "decision": "Cession"}],
}
ACCOUNTS = {"id": ID, "nomDocument": "bilan", "dateDepot": "2024-03-01", "dateCloture": "2023-08-31", "typeBilan": "C"}


async def filed(actes: list[Any], bilans: list[Any]) -> Any:
    return (await ask("actes_bilans", answering(CONTRACT, {"actes": actes, "bilans": bilans}))).data


async def test_a_deed_has_its_dates_its_kinds_and_a_link_for_an_hour() -> None:
    assert await filed([DEED], []) == {
        "actes": [
            {
                "id": ID,
                "nom_document": "statuts",
                "date_depot": "2024-01-29",
                "date_mise_a_jour": "2024-06-07",
                "types_actes": [
                    {"type_acte": "Statuts mis à jour", "type_decision": None},
                    {"type_acte": "Décision", "type_decision": "Cession"},
                ],
                "url": f"{LINK}/api/actes/{ID}/download#3600/acte_inpi_{ID}.pdf",
            }
        ],
        "bilans": [],
    }


@pytest.mark.parametrize("kinds", [None, []], ids=repr)
async def test_a_deed_without_kinds_has_null(kinds: object) -> None:
    assert (await filed([{**DEED, "typeRdd": kinds}], []))["actes"][0]["types_actes"] is None


@pytest.mark.parametrize(
    ("code", "label"),
    [
        ("C", "bilan complet"),
        ("S", "bilan simplifié"),
        ("K", "bilan consolidé"),
        ("B", "bilan de type banque"),
        ("A", "bilan de type assurance"),
        ("AS", "bilan de type agricole simplifié"),
        ("Z", None),
        (None, None),
    ],
    ids=str,
)
async def test_each_kind_of_accounts_has_its_name(code: str | None, label: str | None) -> None:
    (found,) = (await filed([], [{**ACCOUNTS, "typeBilan": code}]))["bilans"]
    assert found["type"] == label
    assert (found["date_cloture"], found["date_mise_a_jour"]) == ("2023-08-31", None)
    assert found["url"] == f"{LINK}/api/bilans/{ID}/download#3600/bilan_inpi_{ID}.pdf"


async def test_what_was_withdrawn_is_left_out_even_when_nothing_else_was_filed() -> None:
    withdrawn = {"deleted": True}
    assert await filed([{**DEED, **withdrawn}], []) == {"actes": [], "bilans": []}
    found = await filed([DEED, {**DEED, **withdrawn}], [ACCOUNTS, {**ACCOUNTS, **withdrawn}])
    assert (len(found["actes"]), len(found["bilans"])) == (1, 1)


@pytest.mark.parametrize(
    "document",
    ["", "../../companies", ID.upper(), ID[:-1], f"{ID}0", f"{ID}\n", None],
    ids=["empty", "path", "capitals", "short", "long", "newline", "null"],
)
async def test_an_identifier_that_is_not_24_hexadecimal_digits_opens_nothing(document: str | None) -> None:
    found = await filed([{**DEED, "id": document}], [{**ACCOUNTS, "id": document}])
    assert (found["actes"][0]["url"], found["bilans"][0]["url"]) == (None, None)


async def test_accounts_that_were_typed_in_are_not_told() -> None:
    body = {"actes": [], "bilans": [ACCOUNTS], "bilansSaisis": [{"id": "x"}]}
    assert set((await ask("actes_bilans", answering(CONTRACT, body))).data) == {"actes", "bilans"}
