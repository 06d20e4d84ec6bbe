# SPDX-License-Identifier: EUPL-1.2
"""Another engine, Cedar, decides as ours does: for every purpose, product, version and field that is shipped.

It reads the policy files through another translation (`cedar.py`), so that a mistake in our loader shows as well.
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from itertools import chain

import cedarpy
import pytest

from connectors.kit.contract import Product, Version, load_all
from gateway.problems import Problem
from gateway.purpose.decide import grant, permit
from gateway.purpose.load import default_folder, load
from gateway.purpose.model import Policies
from gateway.values import Consumer, Stated
from tests.gateway.purpose import cedar
from tests.gateway.purpose.purpose_world import CALLED, RECIPIENT

PRODUCTS: Mapping[str, Product] = {
    product.id: product for contract in load_all().values() for product in contract.products.values()
}
EVERY_SCOPE = frozenset().union(*(product.scopes for product in PRODUCTS.values()))
OTHER = "99910011800010"
"""The SIRET of the company that is asked about."""


@dataclass(frozen=True)
class Situation:
    """Who asks, and what they state."""

    says: str
    scopes: frozenset[str] = EVERY_SCOPE
    recipients: frozenset[str] | None = None
    basis: tuple[str, ...] = ("Délibération d'essai",)
    context: str | None = None
    recipient: str = RECIPIENT


USUAL = Situation("everything is in order")
OTHERS = (
    Situation("no scope", scopes=frozenset()),
    Situation("a scope that opens nothing", scopes=frozenset({"autre_chose"})),
    Situation("open data only", scopes=frozenset({"open_data"})),
    Situation("the recipient is one of theirs", recipients=frozenset({RECIPIENT})),
    Situation("the recipient is not one of theirs", recipients=frozenset({OTHER})),
    Situation("they have no recipient", recipients=frozenset()),
    Situation("they cite no text", basis=()),
    Situation("they cite an empty text", basis=(" ",)),
    Situation("the context is another", context="Autre chose"),
    Situation("they are the company that is asked about", recipient=OTHER),
)


@pytest.fixture(scope="module")
def ours() -> Policies:
    return load(default_folder(), load_all())


@pytest.fixture(scope="module")
def theirs() -> cedarpy.PolicySet:
    return cedarpy.PolicySet.from_str(cedar.policies(default_folder(), PRODUCTS))


def consumer(purpose: str, situation: Situation) -> Consumer:
    return Consumer(
        token_id="t", habilitation_id="h", siret=RECIPIENT, name="Essai", purpose=purpose, scopes=situation.scopes,
        recipients=situation.recipients, expires_at=0, basis=situation.basis,
    )  # fmt: skip


@cache
def context_of(purpose: str, situation: Situation) -> str:
    """What is stated: the situation's own, or one that the purpose accepts."""
    path = default_folder() / "purposes" / f"{purpose}.toml"
    accepted = tomllib.loads(path.read_text("utf-8")).get("contexts") if path.exists() else None
    return situation.context or (accepted or ["Marchés publics"])[0]


def released(ours: Policies, purpose: str, situation: Situation, product: Product, version: Version) -> frozenset[str]:
    """The fields that our engine lets out."""
    stated = Stated((context_of(purpose, situation),), ("Dossier",), (situation.recipient,))
    try:
        found = grant(ours, consumer(purpose, situation), product)
        return permit(found, version.number, stated, CALLED).release.fields
    except Problem:
        return frozenset()


def allowed(
    theirs: cedarpy.PolicySet,
    entities: cedarpy.Entities,
    purpose: str,
    situation: Situation,
    fields: list[tuple[Product, Version, str]],
) -> list[bool]:
    """What Cedar says of these fields, each by itself."""
    context = {
        "context": context_of(purpose, situation),
        "recipient": situation.recipient[:9],
        "recipient_siret": situation.recipient,
        "called": CALLED,
    }
    asked = [cedar.request("h", cedar.field_id(*field), context) for field in fields]
    found = cedarpy.is_authorized_batch(asked, theirs, entities)
    assert not [one.diagnostics.errors for one in found if one.diagnostics.errors], "every policy could be evaluated"
    return [one.allowed for one in found]


def entities(purpose: str, situation: Situation, products: list[Product]) -> cedarpy.Entities:
    attributes = {
        "id": "h",
        "purpose": purpose,
        "scopes": sorted(situation.scopes),
        "recipients": sorted(situation.recipients or ()),
        "any_recipient": situation.recipients is None,
        "basis": any(text.strip() for text in situation.basis),
    }
    return cedarpy.Entities.from_json_str(cedar.entities([attributes], products))


PURPOSES = sorted(path.stem for path in (default_folder() / "purposes").glob("*.toml"))


def versions() -> Iterator[tuple[Product, Version]]:
    return ((product, version) for product in PRODUCTS.values() for version in product.versions.values())


@pytest.mark.parametrize("purpose", [*PURPOSES, "inconnue"])
def test_both_engines_let_out_the_same_fields(ours: Policies, theirs: cedarpy.PolicySet, purpose: str) -> None:
    asked = [(product, version, name) for product, version in versions() for name in version.fields]
    said = allowed(theirs, entities(purpose, USUAL, list(PRODUCTS.values())), purpose, USUAL, asked)
    by_cedar = {cedar.field_id(*field) for field, yes in zip(asked, said, strict=True) if yes}
    by_us = {
        cedar.field_id(product, version, name)
        for product, version in versions()
        for name in released(ours, purpose, USUAL, product, version)
    }
    assert by_cedar == by_us
    assert bool(by_us) == (purpose != "inconnue")


@pytest.mark.parametrize("situation", OTHERS, ids=lambda situation: situation.says)
def test_both_engines_refuse_the_same_situations(
    ours: Policies, theirs: cedarpy.PolicySet, situation: Situation
) -> None:
    for purpose in PURPOSES:
        asked = list(chain.from_iterable(_telling(ours, purpose, *one) for one in versions()))
        said = allowed(theirs, entities(purpose, situation, list(PRODUCTS.values())), purpose, situation, asked)
        for (product, version, name), yes in zip(asked, said, strict=True):
            fields = released(ours, purpose, situation, product, version)
            assert yes == (name in fields), f"{purpose}: {cedar.field_id(product, version, name)}"


def _telling(
    ours: Policies, purpose: str, product: Product, version: Version
) -> Iterator[tuple[Product, Version, str]]:
    """A field that comes out when all is in order and one that does not, where there are such."""
    fields = released(ours, purpose, USUAL, product, version)
    for wanted in (True, False):
        yield from [(product, version, name) for name in version.fields if (name in fields) is wanted][:1]


def test_a_change_that_one_engine_alone_would_see_is_noticed(ours: Policies, theirs: cedarpy.PolicySet) -> None:
    """The comparison can fail: a rule that is gone from our side alone makes a difference."""
    rules = {key: rule for key, rule in ours.rules.items() if key != ("marches_publics", "insee/unite_legale")}
    poorer = replace(ours, rules=rules)
    product = PRODUCTS["insee/unite_legale"]
    version = product.versions[4]
    (yes,) = allowed(
        theirs, entities("marches_publics", USUAL, [product]), "marches_publics", USUAL, [(product, version, "siren")]
    )
    assert yes
    assert released(poorer, "marches_publics", USUAL, product, version) == frozenset()
