# SPDX-License-Identifier: EUPL-1.2
"""Recorded decisions taken again: under the policies they were taken under, or under others, before these are merged.

A decision is an answer, or a refusal by the policies. What it was taken from is in its record, in the register (what
its habilitation may ask) and in the kept policies of its digest. Whether the recipient was the company itself is told
by the month's key; without it, that one condition is taken as it came out.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from connectors.kit import Siret, siren_of
from connectors.kit.contract import Contract, ContractError, load_all
from gateway.audit.show import last_records, readable
from gateway.audit.snapshots import Snapshots
from gateway.audit.stores.address import Place
from gateway.audit.stores.keys import keys_at
from gateway.audit.subject import KeysUnavailable, Subjects
from gateway.identity.habilitation import Habilitation
from gateway.identity.keys import KeysMissing, load
from gateway.identity.register import Register, RegisterUnavailable, UnknownEntry
from gateway.problems import Problem
from gateway.purpose import decide
from gateway.purpose.expansion import restored
from gateway.purpose.load import load as load_policies
from gateway.purpose.model import Policies, PolicyError
from gateway.values import Consumer, Permit, Stated

UNUSABLE = (PolicyError, ContractError, RegisterUnavailable)
POLICY_CODES = frozenset(("00100", "00201", "00202", "00203", "00210", "00211", "00213", "00402"))
GRANTED = "accordé"
_SHOWN = 40

Who = tuple[str, str, str, int]
"""Consumer, purpose, product, version."""


@dataclass(slots=True)
class Replay:
    """What came of it. `judged`: decisions taken again; `same`: those that come out as they did; `unknown`: why not.

    `lost`, `gained`: per consumer, purpose, product and version, how many, and the code it now is or then was.
    `narrower`, `wider`: fields lost and gained by those that stay granted, each with how many decisions.
    """

    same: int = 0
    judged: int = 0
    unknown: Counter[str] = field(default_factory=Counter)
    lost: Counter[tuple[Who, str]] = field(default_factory=Counter)
    gained: Counter[tuple[Who, str]] = field(default_factory=Counter)
    otherwise: Counter[tuple[Who, str]] = field(default_factory=Counter)
    narrower: Counter[tuple[Who, str]] = field(default_factory=Counter)
    wider: Counter[tuple[Who, str]] = field(default_factory=Counter)

    @property
    def unchanged(self) -> bool:
        """Whether every decision that could be taken again came out as it did."""
        return not any(counted for _, counted in self._parts())

    def as_data(self) -> dict[str, Any]:
        """For programs."""
        names = ("consumer", "purpose", "product", "version")
        found: dict[str, Any] = {
            "judged": self.judged,
            "same": self.same,
            "unknown": dict(sorted(self.unknown.items())),
        }
        for (name, _), counted in self._parts():
            found[name] = [
                {**dict(zip(names, who, strict=True)), "what": what, "decisions": number}
                for (who, what), number in sorted(counted.items())
            ]
        return found

    def text(self) -> str:
        """For people, in French."""
        lines = [f"{self.judged} décisions prises à nouveau, dont {self.same} à l'identique."]
        lines += [f"{number} hors de portée : {why}." for why, number in sorted(self.unknown.items())]
        for (_, title), counted in self._parts():
            if not counted:
                continue
            lines += ["", f"{title} :"]
            for ((consumer, purpose, product, version), what), number in counted.most_common(_SHOWN):
                decisions = "1 décision" if number == 1 else f"{number} décisions"
                which = f"{readable(consumer)}  {readable(purpose)}  {readable(product)} v{version}"
                lines.append(f"  {which} : {what} ({decisions})")
            if len(counted) > _SHOWN:
                lines.append(f"  … et {len(counted) - _SHOWN} autres (--json les donne tous)")
        return "\n".join(lines)

    def _parts(self) -> Sequence[tuple[tuple[str, str], Counter[tuple[Who, str]]]]:
        return (
            (("lost", "Perdent l'accès"), self.lost),
            (("gained", "Gagnent l'accès"), self.gained),
            (("otherwise", "Refusés pour une autre raison"), self.otherwise),
            (("narrower", "Ne reçoivent plus"), self.narrower),
            (("wider", "Reçoivent en plus"), self.wider),
        )


def replayed(state: Path, log: Place, keys: Path | None, folder: Path | None, last: int) -> Replay:
    """Decide again what the last `last` records of a log decided; under the policies of `folder`, or under their own.

    Raises UNUSABLE, trouble.UNREADABLE.
    """
    contracts = load_all()
    tried = load_policies(folder, contracts) if folder else None
    if not (state / "register.db").exists():
        raise RegisterUnavailable(f"Il n'y a pas de registre dans « {state} » : les habilitations y sont lues.")
    register = Register(state / "register.db")
    try:
        bench = _Bench(
            contracts, Snapshots(state / "policies"), register, _subjects(keys or state / "keys", log), tried
        )
        found = Replay()
        for line in last_records(log, last):
            if line.record is not None and _is_decision(line.record):
                bench.judge(line.record, found)
        return found
    finally:
        register.close()


def _is_decision(record: Mapping[str, object]) -> bool:
    return record.get("event") == "answered" or (
        record.get("event") == "refused" and record.get("code") in POLICY_CODES and "habilitation" in record
    )


def _subjects(keys: Path, log: Place) -> Subjects | None:
    """The commitments' keys, for reading; None where they are not."""

    def never(_: int) -> bytes:
        raise KeysUnavailable("no key is made here")

    try:
        return Subjects(load(keys).subjects, keys_at(log), never, lambda: 0.0)
    except KeysMissing:
        return None


class _Unknown(Exception):
    """This decision cannot be taken again. The message says why, in French."""


class _Bench:
    """Where decisions are taken again, one after the other."""

    def __init__(
        self, contracts: Mapping[str, Contract], snapshots: Snapshots, register: Register, subjects: Subjects | None,
        tried: Policies | None,
    ) -> None:  # fmt: skip
        self._contracts = contracts
        self._products = {product.id: product for one in contracts.values() for product in one.products.values()}
        self._snapshots = snapshots
        self._register = register
        self._subjects = subjects
        self._tried = tried
        self._kept: dict[str, Policies | None] = {}
        self._habilitations: dict[str, Habilitation | None] = {}

    def judge(self, record: Mapping[str, Any], found: Replay) -> None:
        """Decide again, and count what came of it."""
        try:
            before = self._recorded(record)
            now = self._again(record, self._tried or self._policies(record))
        except _Unknown as why:
            found.unknown[str(why)] += 1
            return
        found.judged += 1
        who = (record["consumer"], record["purpose"], record["product"], record["version"])
        if isinstance(now, Permit) and isinstance(before, frozenset):
            found.same += before == now.release.fields
            lost, more = before - now.release.fields, now.release.fields - before
            found.narrower.update((who, group) for group in self._groups(record["product"], lost))
            found.wider.update((who, group) for group in self._groups(record["product"], more))
        elif isinstance(now, Permit):
            found.gained[who, str(before)] += 1
        elif isinstance(before, frozenset):
            found.lost[who, now] += 1
        elif before == now:
            found.same += 1
        else:
            found.otherwise[who, f"{before} devient {now}"] += 1

    def _recorded(self, record: Mapping[str, Any]) -> frozenset[str] | str:
        """The fields that were released, or the code of the refusal."""
        if record["event"] == "refused":
            return str(record["code"])
        rule = self._policies(record).rules.get((record["purpose"], record["product"]))
        release = rule.releases.get(record["version"]) if rule else None
        if release is None or release.digest != record["fields"]:
            raise _Unknown("les politiques de l'époque n'expliquent pas les champs transmis")
        return release.fields

    def _again(self, record: Mapping[str, Any], policies: Policies) -> Permit | str:
        product = self._products.get(record["product"])
        if product is None:
            raise _Unknown("le produit n'existe plus")
        habilitation = self._habilitation(record["habilitation"])
        consumer = Consumer(
            token_id=record["token"], habilitation_id=habilitation.id, siret=habilitation.siret, name=habilitation.name,
            purpose=record["purpose"], scopes=habilitation.scopes, recipients=habilitation.recipients, expires_at=0,
            basis=habilitation.basis,
        )  # fmt: skip
        stated = Stated(*(tuple(_texts(record, name)) for name in ("context", "object", "recipient")))
        try:
            rule = policies.rules.get((record["purpose"], product.id))
            granted = decide.grant(policies, consumer, rule.product if rule else product)
            return decide.permit(granted, record["version"], stated, self._called(record))
        except Problem as refused:
            return refused.code

    def _called(self, record: Mapping[str, Any]) -> str | None:
        """The company called when it is the recipient itself, which is all that a decision asks of it."""
        recipient = Siret.parse(str(record.get("recipient", "")))
        if self._subjects is None or recipient is None or "subject" not in record:
            return None
        siren, at = siren_of(recipient), datetime.fromisoformat(record["at"])
        try:
            return siren if record["subject"] in self._subjects.over(siren, at, at) else None
        except KeysUnavailable:  # as when they are not here
            return None

    def _groups(self, product_id: str, fields: frozenset[str]) -> Iterator[str]:
        """These fields, group by group."""
        for group, names in self._products[product_id].groups.items():
            if concerned := sorted(fields & set(names)):
                yield f"{group} ({', '.join(concerned)})"

    def _policies(self, record: Mapping[str, Any]) -> Policies:
        digest = record.get("policy")
        if not isinstance(digest, str):
            raise _Unknown("la décision ne dit pas sous quelles politiques")
        if digest not in self._kept:
            content = self._snapshots.read(digest)
            self._kept[digest] = None if content is None else restored(content, digest, self._contracts)
        kept = self._kept[digest]
        if kept is None:
            raise _Unknown(f"les politiques {digest[:12]}… n'ont pas été gardées")
        return kept

    def _habilitation(self, identifier: str) -> Habilitation:
        if identifier not in self._habilitations:
            try:
                self._habilitations[identifier] = self._register.habilitation(identifier)
            except UnknownEntry:
                self._habilitations[identifier] = None
        found = self._habilitations[identifier]
        if found is None:
            raise _Unknown("le registre n'a pas leur habilitation")
        return found


def _texts(record: Mapping[str, Any], name: str) -> list[str]:
    return [record[name]] if name in record else []
