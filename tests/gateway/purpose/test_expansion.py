# SPDX-License-Identifier: EUPL-1.2
"""Policies that were written down decide as those they were written from, and nothing else passes for them."""

import hashlib

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.kit import Answer
from connectors.kit.contract import load_all
from gateway.problems import Problem
from gateway.purpose import decide
from gateway.purpose.expansion import digest_of, restored
from gateway.purpose.load import default_folder, load
from gateway.purpose.model import Policies, PolicyError
from gateway.values import Consumer, Permit, Stated

CONTRACTS = load_all()
POLICIES = load(default_folder(), CONTRACTS)
KEPT = restored(POLICIES.expansion, POLICIES.digest, CONTRACTS)
PRODUCTS = {product.id: product for contract in CONTRACTS.values() for product in contract.products.values()}
SCOPES = sorted(frozenset().union(*(product.scopes for product in PRODUCTS.values())))
RECIPIENT, CALLED = "13002526500013", "999100118"


def decided(policies: Policies, consumer: Consumer, product: str, version: int, stated: Stated, called: str) -> object:
    """Everything that a decision says, or the code of its refusal."""
    try:
        granted = decide.grant(policies, consumer, PRODUCTS[product])
        permit = decide.permit(granted, version, stated, called)
    except Problem as refused:
        return refused.code
    assert isinstance(permit, Permit)
    return (permit.policy, permit.basis, permit.recipient, permit.release.fields, permit.release.digest)


@given(
    purpose=st.sampled_from([*POLICIES.purposes, "inconnue"]),
    product=st.sampled_from(sorted(PRODUCTS)),
    version=st.integers(1, 5),
    scopes=st.frozensets(st.sampled_from(SCOPES), max_size=4) | st.just(frozenset(SCOPES)),
    recipients=st.sampled_from([None, frozenset({RECIPIENT}), frozenset({"99900000300015"})]),
    basis=st.sampled_from([(), ("Délibération",), (" ",)]),
    context=st.sampled_from([(), ("Marchés publics",), ("Préremplissage",), ("a", "b")]),
    called=st.sampled_from([CALLED, RECIPIENT[:9]]),
)
def test_kept_policies_decide_as_those_in_force(
    purpose: str, product: str, version: int, scopes: frozenset[str], recipients: frozenset[str] | None,
    basis: tuple[str, ...], context: tuple[str, ...], called: str,
) -> None:  # fmt: skip
    consumer = Consumer("t", "h", RECIPIENT, "Essai", purpose, scopes, recipients, 0, basis=basis)
    asked = (consumer, product, version, Stated(context, ("essai",), (RECIPIENT,)), called)
    assert decided(KEPT, *asked) == decided(POLICIES, *asked)


def test_every_rule_and_pool_is_kept_to_the_field() -> None:
    assert KEPT.pools == POLICIES.pools
    assert KEPT.rules.keys() == POLICIES.rules.keys()
    for key, rule in POLICIES.rules.items():
        kept = {number: (one.fields, one.digest) for number, one in KEPT.rules[key].releases.items()}
        assert kept == {number: (one.fields, one.digest) for number, one in rule.releases.items()}


def test_kept_policies_narrow_no_answer() -> None:
    release = next(iter(next(iter(KEPT.rules.values())).releases.values()))
    with pytest.raises(ValueError, match="narrow nothing"):
        release.narrow(Answer({}))


def test_a_product_that_is_gone_opens_nothing() -> None:
    without = {name: contract for name, contract in CONTRACTS.items() if name != "insee"}
    kept = restored(POLICIES.expansion, POLICIES.digest, without)
    assert {product for _, product in kept.rules} == {
        product for _, product in POLICIES.rules if not product.startswith("insee/")
    }


def test_other_bytes_do_not_pass_for_the_policies() -> None:
    changed = POLICIES.expansion.replace(b'"self_lookup":true', b'"self_lookup":false', 1)
    assert changed != POLICIES.expansion
    with pytest.raises(PolicyError, match="empreinte"):
        restored(changed, POLICIES.digest, CONTRACTS)


@pytest.mark.parametrize(
    "content", [b"", b"[]", b"{}", b'{"purposes":{"a":{}},"pools":{}}', b'{"purposes":[],"pools":1}']
)
def test_bytes_that_are_no_policies_are_said_to_be_none(content: bytes) -> None:
    with pytest.raises(PolicyError, match="telles que nous"):
        restored(content, digest_of(content), CONTRACTS)


def test_the_digest_is_that_of_the_bytes() -> None:
    assert hashlib.sha256(POLICIES.expansion).hexdigest() == POLICIES.digest
    assert orjson.dumps(orjson.loads(POLICIES.expansion), option=orjson.OPT_SORT_KEYS) == POLICIES.expansion


def test_traces_are_kept_36_months_unless_the_purpose_says_otherwise() -> None:
    assert {purpose.trace_months for purpose in POLICIES.purposes.values()} == {36}
