# SPDX-License-Identifier: EUPL-1.2
"""Whatever stands in the RNE's place, the published shape comes out or a registry error; real answers when at hand."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.kit import Answer
from tests.connectors.inpi_rne.inpi_rne_door import BUILDER, CONTRACT, PRODUCTS, ask, raw
from tests.connectors.kit.doors import (
    STATUSES,
    Recorded,
    answering,
    damaged,
    json_values,
    mismatches,
    outcome,
    recorded,
)

GENUINE = {
    product: raw(f"/api/companies/{siren}{'/attachments' if product == 'actes_bilans' else ''}")
    for product, siren in {
        "extrait_rne": "999100555",
        "beneficiaires_effectifs": BUILDER,
        "beneficiaires_effectifs_open_data": BUILDER,
        "actes_bilans": BUILDER,
    }.items()
}
KEYS = ("formality", "content", "personneMorale", "actes", "bilans", "siren", "code")


@pytest.mark.parametrize("product", PRODUCTS)
@settings(max_examples=100, deadline=None, derandomize=True, database=None)
@given(data=st.data(), status=STATUSES)
async def test_a_hostile_answer_is_in_shape_or_an_error_of_a_registry(
    product: str, data: st.DataObject, status: int
) -> None:
    body = data.draw(
        st.binary(max_size=40)
        | json_values(*KEYS).map(lambda value: json.dumps(value).encode())
        | damaged(GENUINE[product], KEYS).map(lambda value: json.dumps(value).encode())
    )
    got: Any = await outcome(ask(product, answering(CONTRACT, body, status)))
    if isinstance(got, Answer):
        assert mismatches(CONTRACT, product, 3, got) == []
    else:
        assert len(got) == 3


WRONG: tuple[object, ...] = (None, True, 7, 1.5, "", "texte", [], {}, [{}], [None], {"a": []})


def spots(value: Any) -> list[tuple[Any, Any]]:
    """Every place in a JSON value that can be changed: the container and the key or rank."""
    keys = list(value) if isinstance(value, dict) else list(range(len(value))) if isinstance(value, list) else []
    return [spot for key in keys for spot in ((value, key), *spots(value[key]))]


@pytest.mark.parametrize("product", ["extrait_rne", "beneficiaires_effectifs", "actes_bilans"])
async def test_each_field_in_turn_of_a_wrong_type_gives_the_shape_or_a_registry_error(product: str) -> None:
    body = json.loads(json.dumps(GENUINE[product]))
    for container, key in spots(body):
        kept = container[key]
        for wrong in WRONG:
            container[key] = wrong
            got = await outcome(ask(product, answering(CONTRACT, body)))
            if isinstance(got, Answer):
                assert mismatches(CONTRACT, product, 3, got) == [], (key, wrong)
            else:
                assert got in {"003", "999"}, (key, wrong)
        container[key] = kept


def product_of(fixture: Recorded) -> tuple[str, ...]:
    if fixture.url.endswith("/attachments"):
        return ("actes_bilans",)
    owners = ("beneficiaires_effectifs", "beneficiaires_effectifs_open_data")
    if fixture.name in ("company_beneficiaires_effectifs", "company_exploitation", "company_sans_beneficiaires"):
        return owners
    return ("extrait_rne",) if fixture.name.startswith("company_") else ("extrait_rne", *owners)


@pytest.mark.parametrize(
    "fixture",
    [
        one
        for name, one in recorded("inpi_rne").items()
        if name not in ("acte_telechargement", "auth_401", "auth_token")
    ],
    ids=lambda fixture: fixture.name,
)
async def test_recorded_exchanges_give_what_is_expected_of_them(fixture: Recorded) -> None:
    for product in product_of(fixture):
        got = await outcome(ask(product, answering(CONTRACT, fixture.body, fixture.status)))
        if isinstance(got, Answer):
            assert fixture.expected.startswith("200")
            assert mismatches(CONTRACT, product, 3, got) == []
            assert all(check(got) for check in PROMISED.get(fixture.name, ()))
        else:
            assert f"34{got}" in fixture.expected


PROMISED: dict[str, tuple[Any, ...]] = {
    "attachments": (
        lambda got: len(got.data["actes"]) == 2,
        lambda got: [one["type"] for one in got.data["bilans"]] == ["bilan complet"],
    ),
    "attachments_acte_supprime": (lambda got: got.data["actes"] == [],),
    "company_beneficiaires_effectifs": (lambda got: got.meta["count"] == 2,),
    "company_personne_morale_observations_rcs": (
        lambda got: {one["fournisseur"] for one in got.data["observations"]} == {"rcs"},
        lambda got: got.data["identite_entreprise"]["date_cloture_exercice"] == "12-31",
    ),
    "company_personne_physique_artisan": (
        lambda got: got.data["identite_entreprise"]["code_APRM"]["code"] == "3213ZZ",
        lambda got: got.data["observations"] == [],
    ),
}
