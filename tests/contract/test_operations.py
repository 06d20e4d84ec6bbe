# SPDX-License-Identifier: EUPL-1.2
"""Our products against API Entreprise's: paths, versions, scopes, limits, lifetimes, pings, kinds of answer.

The facts of its 53 operations stand in `official_operations.toml`; where the material they were read from is at hand,
the table is held against it as well.
"""

import csv
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from connectors.kit.contract import Contract, Product, Version, load_all
from connectors.kit.freshness import Freshness

HERE = Path(__file__).parent
OFFICIAL = tomllib.loads((HERE / "official_operations.toml").read_text("utf-8"))
POOLS = tomllib.loads((HERE.parents[1] / "policies" / "pools.toml").read_text("utf-8"))
ENDPOINTS = HERE.parents[2] / "shared" / "contract" / "endpoints.csv"
OURS: dict[str, tuple[Contract, Product, Version]] = {
    version.operation: (contract, product, version)
    for contract in load_all().values()
    for product in contract.products.values()
    for version in product.versions.values()
}
BY_NAME = frozenset({"api_entreprise_v3_inpi_rne_actes_bilans", "api_entreprise_v3_mi_documents_associations"})
"""Documents that are listed, each with its address, rather than filed as the answer's own."""
OWN_PINGS = {
    "carif_oref/qualiopi", "data_subvention/subventions", "probtp/cotisations_retraite", "dgfip/numero_tva",
}  # fmt: skip
"""Pings that the table of operations does not give: of the running service's own list, and one of ours."""


@pytest.mark.parametrize("operation", OFFICIAL)
def test_an_operation_is_what_its_clients_know(operation: str) -> None:
    wanted: dict[str, Any] = OFFICIAL[operation]
    contract, product, version = OURS[operation]
    pool = POOLS[product.pool]
    assert f"/v{version.number}{version.path}" == wanted["path"]
    assert product.scopes == set(wanted["scopes"])
    assert (pool["limit"], pool["period_s"]) == (wanted["limit"], 60)
    assert pool["counted"] == {"together": "ensemble", "each": "séparément"}[wanted["counted"]]
    assert product.freshness == Freshness.parse(wanted["kept"])
    assert product.open_data == wanted["open"]
    assert set(product.query) == set(wanted.get("query", ()))
    assert version.deprecated == wanted.get("deprecated", False)
    if "ping" in wanted:
        assert wanted["ping"] in contract.pings
    listed = operation in BY_NAME
    if wanted["kind"] == "document":
        assert version.document is not None or listed
    elif version.document is not None:  # v4 says more than v3, and still has the document
        assert version.number == 4
    if listed:
        assert any(field.rpartition(".")[2] == "url" for field in version.fields)


def test_every_operation_is_there_and_what_we_add_says_so() -> None:
    assert len(OFFICIAL) == 53
    assert OFFICIAL.keys() <= OURS.keys()
    added = OURS.keys() - OFFICIAL.keys()
    assert all(name.startswith("dlnuf_v1_") for name in added)
    assert all(OURS[name][2].number == 1 for name in added)


def test_pings_are_those_of_the_running_service_and_of_what_we_add() -> None:
    known = {row["ping"] for row in OFFICIAL.values() if "ping" in row} | OWN_PINGS
    added = {OURS[name][0].registry for name in OURS.keys() - OFFICIAL.keys()}
    found = {ping for contract in load_all().values() if contract.registry not in added for ping in contract.pings}
    assert found - known <= {"inpi/rne/actes_bilans"}
    assert known - found == set()


def test_the_table_says_what_the_inventory_at_hand_says() -> None:
    if not ENDPOINTS.exists():
        pytest.skip("the inventory of the public contract is not at hand: the committed table alone is compared")
    with ENDPOINTS.open(encoding="utf-8", newline="") as file:
        rows = {row["id"]: row for row in csv.DictReader(file)}
    # The running service itself answers for `siaf` from examples only: there is no registry to speak to yet.
    left_out = {name for name in rows if name == "api_entreprise_privileges" or "_siaf_" in name}
    assert rows.keys() - left_out == OFFICIAL.keys()
    for name, wanted in OFFICIAL.items():
        row = rows[name]
        limit, group = re.fullmatch(r"(\d+)/60s (group|endpoint):\w+", row["rate_limit"]).groups()  # type: ignore[union-attr]  # or it fails
        assert (row["path"], row["kind"], int(limit)) == (wanted["path"], wanted["kind"], wanted["limit"]), name
        assert set(filter(None, row["scope"].split("|"))) == set(wanted["scopes"]), name
        assert wanted["counted"] == {"group": "together", "endpoint": "each"}[group], name
        assert set(re.findall(r"\?(\w+)", row["param"])) == set(wanted.get("query", ())), name
