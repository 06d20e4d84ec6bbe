# SPDX-License-Identifier: EUPL-1.2
"""No code that a registry can cause is missing from `provider_codes.toml`, and none of the contract's catalogue.

Three sides are held against one another: what the shipped catalogue and the registries' contracts can say, what the
table makes happen, and the contract's catalogue as committed facts; those, against its text where it can be read.
"""

import re
from collections import Counter
from itertools import chain
from pathlib import Path
from typing import Any

import pytest

from connectors.kit.contract import Contract
from gateway.edge.openapi.errors import of_files, of_product
from gateway.problems import PLATFORM, PROVIDER
from tests.contract.causes import CONTRACTS, cases, causes, file_cases, inventory, table

OURS = frozenset(("00404", "00405", "00406", "00510"))
"""Codes of this service that the contract's catalogue does not have."""
TEXT = Path(__file__).resolve().parents[3] / "shared" / "contract" / "INVENTORY.md"

EACH_CONTRACT = pytest.mark.parametrize("contract", CONTRACTS.values(), ids=CONTRACTS)


def announced(contract: Contract) -> set[str]:
    """Every code with this registry's prefixes that the published contract announces for its products."""
    return {
        code
        for product in contract.products.values()
        for version in product.versions.values()
        for code in of_product(contract, product, version)
        if not code.startswith("00")
    }


def provoked(contract: Contract) -> set[str]:
    """Every code with this registry's prefixes that the table makes happen on one of its products."""
    return {case.code for case in cases() if case.contract is contract and not case.code.startswith("00")}


def never(contract: Contract) -> set[str]:
    """The codes that the table says no answer of this registry leads to."""
    rows = [row for row in table()["never"] if row["registry"] == contract.registry]
    return {contract.error_prefix + suffix for row in rows for suffix in row["suffixes"]}


@EACH_CONTRACT
def test_whatever_a_registry_s_contract_announces_is_provoked_or_said_to_be_out_of_reach(contract: Contract) -> None:
    assert announced(contract) == provoked(contract) | never(contract)
    assert provoked(contract) & never(contract) == set()


@EACH_CONTRACT
def test_whatever_happens_between_us_and_a_registry_is_tried_on_every_version_of_its_products(
    contract: Contract,
) -> None:
    everywhere = {"000", "001", "002", "003", "004", "009", "999"}
    for product in contract.products.values():
        for version in product.versions.values():
            tried = {case.code for case in cases() if case.product is product and case.version is version}
            assert tried >= {product.error_prefix + suffix for suffix in everywhere} | {"00501"}, version.operation


@EACH_CONTRACT
def test_every_refusal_of_a_contract_is_provoked_in_its_own_words(contract: Contract) -> None:
    tried = {case.cause.row.get("refusal"): case.cause.row for case in cases() if case.contract is contract}
    tried.pop(None, None)
    assert set(tried) == set(contract.refusals)
    for name, refusal in contract.refusals.items():
        row = tried[name]
        assert (row["suffix"], row["status"]) == (refusal.suffix, refusal.status)
        if refusal.retry_in is not None:
            assert row["retry_in"] == refusal.retry_in


def test_every_window_of_maintenance_is_provoked() -> None:
    closed = {case.product.id for case in cases() if "at" in case.cause.row}
    assert closed == {
        product.id for contract in CONTRACTS.values() if contract.maintenance for product in contract.products.values()
    }


def test_every_code_of_a_file_s_own_address_is_provoked() -> None:
    (contract,) = [one for one in CONTRACTS.values() if one.relay.address]
    tried = {case.code for case in file_cases() if case.contract is contract}
    ours = {code for code in of_files(contract) if code.startswith("00")}
    assert tried == set(of_files(contract)) - ours | {"00501"}


def test_every_suffix_of_the_catalogue_is_provoked_somewhere_with_the_catalogue_s_status() -> None:
    rows = [cause.row for cause in causes() if "suffix" in cause.row and "refusal" not in cause.row]
    assert {row["suffix"] for row in rows} == set(PROVIDER)
    for row in rows:
        assert row["status"] == PROVIDER[row["suffix"]].status


def test_every_code_of_this_service_is_either_the_caller_s_or_provoked_here_or_ours() -> None:
    caused = {code for code in chain((c.code for c in cases()), (c.code for c in file_cases())) if code[:2] == "00"}
    caller = set(inventory()["caller"])
    assert set(PLATFORM) == caller | caused | OURS
    assert caller & caused == set()


def test_nothing_of_the_contract_s_catalogue_is_missing() -> None:
    facts, gone = inventory(), unreachable()
    prefixes = {product.error_prefix for one in CONTRACTS.values() for product in one.products.values()}
    assert set(facts["prefixes"]) == {code for code in prefixes if code < "90"} | set(gone["prefixes"]) | {"00"}
    assert set(facts["suffixes"]) == set(PROVIDER) | set(gone["suffixes"])
    caused = {case.code for case in cases()} | {case.code for case in file_cases()}
    specific = set(facts["specific"])
    assert specific == (specific & caused) | (specific & set(gone["codes"]))
    assert caused & set(gone["codes"]) == set()
    platform = set(facts["platform"])
    assert platform == (set(PLATFORM) - OURS) | (platform & set(gone["codes"]))
    assert set(PLATFORM) & set(gone["codes"]) == set()
    assert set(gone["codes"]) <= platform | specific


def test_a_registry_s_own_codes_are_those_of_the_catalogue_or_of_registries_it_does_not_know() -> None:
    """Nothing is invented behind a prefix of the contract, but where its sheet has a code that the catalogue misses."""
    own = {case.code for case in cases() if "refusal" in case.cause.row and case.code[:2] < "90"}
    known = {prefix + suffix for prefix in inventory()["prefixes"] for suffix in PROVIDER}
    assert own <= set(inventory()["specific"]) | known


def test_each_row_that_says_never_says_why_and_says_it_once() -> None:
    rows = [*table()["never"], *inventory()["never"]]
    assert all(row["reason"].endswith(".") and len(row["reason"]) > 20 for row in rows)
    counted = Counter(value for key in ("codes", "prefixes", "suffixes") for value in unreachable()[key])
    assert set(counted.values()) == {1}


def unreachable() -> dict[str, list[str]]:
    """What the committed facts say is raised nowhere here, by kind."""
    rows = inventory()["never"]
    return {key: [value for row in rows for value in row.get(key, ())] for key in ("codes", "prefixes", "suffixes")}


@pytest.mark.skipif(not TEXT.exists(), reason="the contract's text is not here; the committed facts are")
def test_the_committed_facts_are_those_of_the_contract_s_text() -> None:
    section = TEXT.read_text("utf-8").split("### 2.5", 1)[1].split("\n### ", 1)[0]
    platform, _, rest = section.partition("**Provider subcodes")
    suffixes, _, rest = rest.partition("**Prefixes**")
    prefixes, _, specific = rest.partition("**Provider-specific**")
    facts: dict[str, Any] = inventory()
    assert set(spread(re.findall(r"\b00\d{3}(?:(?:[–/]| / )\d{2,5})*", platform))) == set(facts["platform"])
    said = re.sub(r"\([^)]*\)|All others \d+", "", suffixes)
    assert set(spread(re.findall(r"\b\d{3}(?:–\d{3})?\b", said))) == set(facts["suffixes"])
    assert set(re.findall(r"\b\d\d\b", prefixes)) == set(facts["prefixes"])
    assert set(spread(re.findall(r"\b\d{5}(?:[–/]\d{5})*|\b5000\d", specific + prefixes))) == set(facts["specific"])


def spread(written: list[str]) -> list[str]:
    """Codes written one by one: `00201/02/03` are three, `00351–00356` are six."""
    found = []
    for text in written:
        first, *more = re.split(r" / |/|–", text)
        found.append(first)
        for part in more:
            code = first[: len(first) - len(part)] + part
            low = int(found[-1]) + 1 if "–" in text else int(code)
            found += [f"{number:0{len(first)}d}" for number in range(low, int(code) + 1)]
    return found
