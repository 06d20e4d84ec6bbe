# SPDX-License-Identifier: EUPL-1.2
"""The policies in force as bytes that outlive them: whoever keeps these decides again, years later, as was decided.

Their SHA-256 is the digest that every record of a decision carries. Down to the single field, without wildcard nor
reference; summaries and examples are left out: they explain and prove the rules, they change none.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, NoReturn

import orjson

from connectors.kit import Answer
from connectors.kit.contract import Contract
from gateway.purpose.model import HABILITATION, LegalText, Policies, PolicyError, Pool, Purpose, Rule
from gateway.values import Release


def expanded(
    purposes: Mapping[str, Purpose], rules: Mapping[tuple[str, str], Rule], pools: Mapping[str, Pool]
) -> bytes:
    """Canonical JSON of all that is granted, on what basis and how often."""
    expansion = {
        "purposes": {
            purpose.id: {
                "title": purpose.title,
                "basis": HABILITATION if purpose.basis is None else [str(text) for text in purpose.basis],
                "retention_months": purpose.retention_months,
                "trace_months": purpose.trace_months,
                "contexts": sorted(purpose.contexts),
                "self_lookup": purpose.self_lookup,
                "natural_persons": purpose.natural_persons,
                "open_data_only": purpose.open_data_only,
                "forbidden": sorted(purpose.forbidden),
                "dossier_pool": purpose.dossier_pool,
                "embargo_days": purpose.embargo_days,
                "rules": {
                    rule.product.id: {
                        "need": rule.need,
                        "scopes": sorted(rule.product.scopes),
                        "fields": {f"v{number}": sorted(release.fields) for number, release in rule.releases.items()},
                    }
                    for (owner, _), rule in rules.items()
                    if owner == purpose.id
                },
            }
            for purpose in purposes.values()
        },
        "pools": {
            pool.name: {"limit": pool.limit, "period_s": pool.period_s, "each": pool.each} for pool in pools.values()
        },
    }
    return orjson.dumps(expansion, option=orjson.OPT_SORT_KEYS)


def digest_of(expansion: bytes) -> str:
    """The digest of policies that are written like this."""
    return hashlib.sha256(expansion).hexdigest()


def restored(expansion: bytes, digest: str, contracts: Mapping[str, Contract]) -> Policies:
    """The policies that were written down: they decide as they did, and narrow no answer.

    A product that no contract knows any more is left out. Raises PolicyError when the bytes are not those of `digest`,
    or not policies.
    """
    if digest_of(expansion) != digest:
        raise PolicyError(digest, "", "ce ne sont pas les politiques de cette empreinte")
    products = {product.id: product for contract in contracts.values() for product in contract.products.values()}
    try:
        told = orjson.loads(expansion)
        purposes = {name: _purpose(name, kept) for name, kept in told["purposes"].items()}
        rules = {
            (name, product): Rule(
                purposes[name],
                # The scopes that opened it then, not those of today's contract.
                replace(products[product], scopes=frozenset(rule["scopes"])),
                rule["need"],
                (),
                {int(version[1:]): _release(fields) for version, fields in rule["fields"].items()},
            )
            for name, kept in told["purposes"].items()
            for product, rule in kept["rules"].items()
            if product in products
        }
        pools = {
            name: Pool(name, pool["limit"], pool["period_s"], pool["each"]) for name, pool in told["pools"].items()
        }
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise PolicyError(digest, "", "ce ne sont pas des politiques telles que nous les écrivons") from error
    return Policies(purposes, rules, pools, digest, expansion)


def _purpose(name: str, kept: Mapping[str, Any]) -> Purpose:
    basis = kept["basis"]
    return Purpose(
        id=name,
        file="",
        title=kept["title"],
        summary="",
        basis=None if basis == HABILITATION else tuple(LegalText(*text.rsplit(", article ", 1)) for text in basis),
        retention_months=kept["retention_months"],
        trace_months=kept["trace_months"],
        contexts=tuple(kept["contexts"]),
        self_lookup=kept["self_lookup"],
        natural_persons=kept["natural_persons"],
        open_data_only=kept["open_data_only"],
        forbidden=frozenset(kept["forbidden"]),
        examples=(),
        dossier_pool=kept.get("dossier_pool", ""),  # policies written down before there were files have none
        embargo_days=kept.get("embargo_days", 0),
    )


def _release(fields: list[str]) -> Release:
    def narrow(_: Answer[Any]) -> NoReturn:
        raise ValueError("policies that were written down decide, and narrow nothing")

    digest = hashlib.sha256(orjson.dumps(sorted(fields))).hexdigest()
    return Release((), frozenset(fields), digest, (), narrow)
