# SPDX-License-Identifier: EUPL-1.2
"""A token names its rights in both vocabularies, and no name it did not have opens anything new."""

import csv
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.identity.scopes import OPEN_DATA, OPENED_BY, expand

ROOT = Path(__file__).resolve().parents[3]
EVERY_NAME = sorted({name for names in OPENED_BY.values() for name in names})


def opened(scopes: frozenset[str] | set[str], table: dict[str, tuple[str, ...]]) -> set[str]:
    return {endpoint for endpoint, names in table.items() if not scopes.isdisjoint(names)}


@given(st.sets(st.sampled_from(EVERY_NAME)))
def test_no_added_name_opens_anything(scopes: set[str]) -> None:
    found = expand(scopes)
    assert scopes <= found
    assert opened(found, OPENED_BY) == opened(scopes, OPENED_BY)
    assert expand(found) == found


@given(st.sets(st.sampled_from(EVERY_NAME)), st.sampled_from(EVERY_NAME))
def test_more_rights_never_lose_a_name(scopes: set[str], other: str) -> None:
    assert expand(scopes) <= expand(scopes | {other})


@pytest.mark.parametrize(
    ("one", "twin"),
    [
        ("attestations_sociales", "attestation_sociale_urssaf"),
        ("attestations_fiscales", "attestation_fiscale_dgfip"),
        ("bilans_entreprise_bdf", "bilans_bdf"),
        ("exercices", "chiffre_affaires_dgfip"),
        ("liasse_fiscale", "liasses_fiscales_dgfip"),
        ("msa_cotisations", "cotisations_msa"),
        ("probtp", "cotisations_probtp"),
        ("certificat_cnetp", "certification_cnetp"),
        ("associations_donnees_protegees", "associations_djepva"),
    ],
)
def test_true_twins_come_together_both_ways(one: str, twin: str) -> None:
    assert twin in expand({one})
    assert one in expand({twin})


@pytest.mark.parametrize(
    ("scope", "wider"),
    [
        ("etablissements", "unites_legales_etablissements_insee"),
        ("unites_legales_etablissements_insee", "etablissements"),
        ("entreprises", "unites_legales_etablissements_insee"),
        ("mandataires_sociaux_infogreffe", "entreprises"),
        ("extraits_rcs", OPEN_DATA),
        ("liens_capitalistiques_dgfip", "liasses_fiscales_dgfip"),
        (OPEN_DATA, "etablissements"),
        (OPEN_DATA, "entreprises"),
    ],
)
def test_a_wider_name_is_not_given(scope: str, wider: str) -> None:
    assert wider not in expand({scope})


def test_open_data_brings_the_old_names_of_open_products() -> None:
    assert {"extraits_rcs", "associations", "eori_douanes", "qualibat"} <= expand({OPEN_DATA})


@pytest.mark.parametrize("scope", ["open_data_extrait_rcs_infogreffe", "open_data_certifications_rge_ademe"])
def test_any_open_data_scope_stands_for_open_data(scope: str) -> None:
    assert expand({scope}) == expand({OPEN_DATA}) | {scope}


def test_an_unknown_name_brings_nothing() -> None:
    assert expand({"somewhere_else"}) == {"somewhere_else"}
    assert expand(()) == frozenset()


@pytest.mark.parametrize("contract", sorted(ROOT.glob("connectors/*/contract.toml")), ids=lambda path: path.parent.name)
def test_no_product_of_a_registry_is_opened_by_an_added_name(contract: Path) -> None:
    products = tomllib.loads(contract.read_text("utf-8"))["products"]
    for name, product in products.items():
        scopes = set(product["scopes"])
        known = [set(names) for names in OPENED_BY.values()]
        assert not scopes or scopes in known, f"{name}: the table does not know what opens it"
        for held in EVERY_NAME:
            assert scopes.isdisjoint(expand({held})) or not scopes.isdisjoint({held}), f"{name} opened by {held}"


def test_the_table_covers_every_endpoint_that_asks_for_a_scope() -> None:
    assert len(OPENED_BY) == 45
    assert all(names and len(set(names)) == len(names) for names in OPENED_BY.values())


@pytest.mark.parametrize(
    "inventory", [path for path in [ROOT / ".." / "shared/contract/endpoints.csv"] if path.exists()]
)
def test_the_table_is_that_of_the_running_service(inventory: Path) -> None:
    with inventory.open(encoding="utf-8") as lines:
        rows = {row["path"][3:]: frozenset(row["scope"].split("|")) for row in csv.DictReader(lines) if row["scope"]}
    assert sorted(map(sorted, rows.values())) == sorted(map(sorted, OPENED_BY.values()))
