# SPDX-License-Identifier: EUPL-1.2
"""One exchange, end to end: its records in order, each with its proof, and what their codes and digests stand for.

Only what the records say, and what the policies and contracts of today say about it; where those of today are not
those of the record, the story says so instead of guessing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from connectors.kit.contract import Contract
from gateway.audit.reader import Entry
from gateway.audit.show import readable
from gateway.console.desk import Desk
from gateway.console.proof import Proof, proof_of
from gateway.problems import PLATFORM, PROVIDER, Wording
from gateway.purpose.model import LegalText, Policies

MOST_RECORDS = 40


@dataclass(frozen=True, slots=True)
class Told:
    """One record with its proof. `facts`: what it says, None once erased. `text`: its canonical bytes as text."""

    seq: int
    facts: Mapping[str, Any] | None
    text: str
    proof: Proof


@dataclass(frozen=True, slots=True)
class Rule:
    """Under which rule: the purpose as today's policies say it. `same`: they are those of the record."""

    title: str
    summary: str
    basis: Sequence[LegalText | str]
    retention_months: int | None
    digest: str
    same: bool
    fields: Sequence[str] | None
    withheld: Sequence[str]


@dataclass(frozen=True, slots=True)
class Story:
    """An exchange. `question`, `outcome`: its records, when there are. `others`: downloads, and any other event."""

    id: str
    records: Sequence[Told]
    question: Told | None
    outcome: Told | None
    others: Sequence[Told]
    facts: Mapping[str, Any]
    rule: Rule | None
    registry: Contract | None
    product: str
    wording: Wording | None
    instead_of: Wording | None
    cut: bool = field(default=False)

    @property
    def subject(self) -> str | None:
        """Whom the exchange is about, as its record names it."""
        return self.facts.get("subject")


def story_of(identity: str, numbers: Sequence[int], desk: Desk) -> Story | None:
    """The exchange of this id among these record numbers. None when no record has it. Raises LogUnreadable."""
    found = [entry for number in numbers[:MOST_RECORDS] if (entry := desk.entry(number)) is not None]
    records = [told for told in (_told(entry, desk) for entry in found) if _belongs(told, identity)]
    if not records:
        return None
    question = next((told for told in records if _event(told) == "asked"), None)
    outcome = next((told for told in records if _event(told) in ("answered", "refused", "failed")), None)
    others = [told for told in records if told is not question and told is not outcome]
    facts = next((told.facts for told in (outcome, question, *others) if told and told.facts), {})
    registry = desk.contracts.get(str(facts.get("registry", "")))
    product = registry.products.get(str(facts.get("product", ""))) if registry else None
    return Story(
        identity,
        records,
        question,
        outcome,
        others,
        facts,
        _rule(facts, desk.policies),
        registry,
        product.title if product else "",
        wording(str(facts.get("code", "")), desk.contracts),
        wording(str(facts.get("instead_of", "")), desk.contracts),
        len(numbers) > MOST_RECORDS,
    )


def wording(code: str, contracts: Mapping[str, Contract]) -> Wording | None:
    """What a code says to a caller."""
    if code in PLATFORM:
        return PLATFORM[code]
    for contract in contracts.values():
        if (
            code
            and code.startswith(contract.error_prefix)
            and (found := PROVIDER.get(code[len(contract.error_prefix) :]))
        ):
            return found
    return None


def printable(value: object) -> str:
    """A value of a record as a page shows it: what a reader could not see is written out."""
    return readable(value)


def _told(entry: Entry, desk: Desk) -> Told:
    proof = proof_of(entry, desk.log, desk.verifier)
    if entry.entry is None:
        return Told(entry.seq, None, "", proof)
    try:
        facts = orjson.loads(entry.entry)
    except orjson.JSONDecodeError:
        facts = None
    return Told(entry.seq, facts if isinstance(facts, dict) else None, entry.entry.decode("utf-8", "replace"), proof)


def _belongs(told: Told, identity: str) -> bool:
    """An erased record keeps its number and no id: the index no longer knows it, so it is not shown here."""
    return told.facts is not None and told.facts.get("id") == identity


def _event(told: Told) -> str:
    return str((told.facts or {}).get("event", ""))


def _rule(facts: Mapping[str, Any], policies: Policies) -> Rule | None:
    purpose = policies.purposes.get(str(facts.get("purpose", "")))
    if purpose is None:
        return None
    stated = facts.get("basis") or []
    basis: Sequence[LegalText | str] = purpose.basis or ([stated] if isinstance(stated, str) else list(stated))
    rule = policies.rules.get((purpose.id, str(facts.get("product", ""))))
    release = rule.releases.get(facts.get("version", 0)) if rule else None
    known = release is not None and release.digest == facts.get("fields")
    return Rule(
        purpose.title,
        purpose.summary,
        basis,
        purpose.retention_months,
        str(facts.get("policy", "")),
        facts.get("policy") == policies.digest,
        sorted(release.fields) if release and known else None,
        release.withheld if release and known else (),
    )
