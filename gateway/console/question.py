# SPDX-License-Identifier: EUPL-1.2
"""What an auditor looks for: read from a form or an address, said again in an address, and told in the log.

A form is posted and answered by an address in which companies and agents are sealed: it can be kept and shared, and no
proxy's log ever holds a SIREN. In the audit log a search stands with commitments and digests in their place.
"""

import hashlib
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import UTC, date, datetime, time, timedelta
from urllib.parse import urlencode

from connectors.kit import siren_of
from connectors.kit.parameters import Rna
from connectors.kit.paris import PARIS
from gateway.audit.index.criteria import Criteria
from gateway.audit.subject import PREFIX, Subjects, agent_of
from gateway.console.seal import Seal

KINDS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "echanges": ("Échanges", ("answered", "refused", "failed", "downloaded")),
    "reponses": ("Réponses", ("answered",)),
    "refus": ("Refus", ("refused",)),
    "echecs": ("Échecs", ("failed",)),
    "telechargements": ("Téléchargements de documents", ("downloaded",)),
    "sans_issue": ("Questions restées sans issue", ()),
    "droits": (
        "Habilitations et jetons",
        ("habilitation_created", "habilitation_changed", "habilitation_closed", "token_issued", "token_revoked"),
    ),
    "lectures": ("Lectures du journal", ("log_read", "exported")),
    "tout": ("Tous les enregistrements", ()),
}
"""What may be looked for, with its words and the events it stands for."""

_LONGEST = {"objet": 200, "agent": 200, "du": 10, "au": 10, "echange": 36, "quoi": 20}
_ANY_LENGTH = 100
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_SEALED = ("entreprise", "agent")
_TERMS = {
    "consommateur": "consumer",
    "destinataire": "recipient",
    "finalite": "purpose",
    "registre": "registry",
    "produit": "product",
    "code": "code",
    "habilitation": "habilitation",
}
_FIRST = date(2020, 1, 1)


@dataclass(frozen=True, slots=True)
class Question:
    """A search as it was written, each field "" when it is not used. `agent`: as its organisation calls it."""

    quoi: str = "echanges"
    entreprise: str = ""
    agent: str = ""
    consommateur: str = ""
    destinataire: str = ""
    finalite: str = ""
    registre: str = ""
    produit: str = ""
    code: str = ""
    habilitation: str = ""
    objet: str = ""
    echange: str = ""
    du: str = ""
    au: str = ""

    @property
    def used(self) -> dict[str, str]:
        """The fields that say something."""
        found = {one.name: str(getattr(self, one.name)) for one in fields(self)}
        return {name: value for name, value in found.items() if value and (name, value) != ("quoi", "echanges")}

    def address(self, seal: Seal, **more: str) -> str:
        """The query string of this search, with identifiers sealed."""
        told = self.used
        for name in _SEALED:
            if name in told:
                told[name] = seal.close(name, told[name])
        return urlencode({**told, **{name: value for name, value in more.items() if value}})

    def period(self) -> tuple[datetime | None, datetime | None]:
        """From the first day's beginning to the last day's end, in Paris."""
        since = datetime.combine(date.fromisoformat(self.du), time(), PARIS) if self.du else None
        until = datetime.combine(date.fromisoformat(self.au) + timedelta(days=1), time(), PARIS) if self.au else None
        return since, until

    def criteria(self, subjects: Subjects, now: datetime) -> Criteria:
        """The search as the index understands it. Raises KeysUnavailable."""
        since, until = self.period()
        first = since or datetime.combine(_FIRST, time(), UTC)
        last = until or now + timedelta(days=1)
        terms: dict[str, tuple[str, ...]] = {
            _TERMS[name]: (value,) for name, value in self.used.items() if name in _TERMS
        }
        if events := KINDS[self.quoi][1]:
            terms["event"] = events
        return Criteria(
            subjects=tuple(subjects.over(self.entreprise, first, last)) if self.entreprise else None,
            agents=self._agents(subjects, first, last),
            exchange=self.echange or None,
            object=self.objet or None,
            since=None if since is None else int(since.timestamp() * 1000),
            until=None if until is None else int(until.timestamp() * 1000),
            terms=terms,
            unanswered=self.quoi == "sans_issue",
        )

    def told(self, subjects: Subjects, now: datetime) -> str:
        """The search as the log keeps it: no identifier of a company or a person, nothing that was typed freely."""
        said = self.used
        if self.entreprise:
            said["entreprise"] = subjects.commitment(self.entreprise, now)[:31]
        if self.agent:
            said["agent"] = self.agent[:31] if self.agent.startswith(PREFIX) else _digest(self.agent)
        if self.objet:
            said["objet"] = _digest(self.objet)
        return " ".join(f"{name}={value}" for name, value in said.items()) or "tous les échanges"

    def _agents(self, subjects: Subjects, first: datetime, last: datetime) -> tuple[str, ...] | None:
        if not self.agent:
            return None
        if self.agent.startswith(PREFIX):
            return (self.agent,)
        return tuple(subjects.person_over("agent", agent_of(self.consommateur, self.agent), first, last))


@dataclass(frozen=True, slots=True)
class Read:
    """A question, and what is wrong with it: a French sentence by field."""

    question: Question
    faults: Mapping[str, str]


def read(given: Mapping[str, str], seal: Seal, *, sealed: bool) -> Read:
    """A question from a form, or from an address, where identifiers are `sealed`. Whatever is given, never raises."""
    faults: dict[str, str] = {}
    kept: dict[str, str] = {}
    for one in fields(Question):
        text = given.get(one.name, "")
        if sealed and one.name in _SEALED and text:
            opened = seal.open(one.name, text)
            if opened is None:
                faults[one.name] = "Cette adresse ne vient pas de ce service : saisissez l'identifiant à nouveau."
            text = opened or ""
        text = text.strip()
        if len(text) > _LONGEST.get(one.name, _ANY_LENGTH) and not text.startswith(PREFIX):
            faults[one.name] = f"Ce champ accepte {_LONGEST.get(one.name, _ANY_LENGTH)} caractères au plus."
            text = ""
        elif any(unicodedata.category(letter)[0] == "C" for letter in text):
            faults[one.name] = "Ce champ contient des caractères invisibles ou de contrôle."
            text = ""
        kept[one.name] = text
    question = Question(**kept)
    if question.quoi not in KINDS:
        question = replace(question, quoi="echanges")
    question = _identified(question, faults)
    return Read(_dated(question, faults), faults)


def _identified(question: Question, faults: dict[str, str]) -> Question:
    changed: dict[str, str] = {}
    company = re.sub(r"[\s.]", "", question.entreprise).upper()
    if company:
        if company.isascii() and company.isdigit() and len(company) in (9, 14):
            changed["entreprise"] = siren_of(company)
        elif Rna.parse(company):
            changed["entreprise"] = company
        else:
            faults["entreprise"] = "Donnez un SIREN (9 chiffres), un SIRET (14 chiffres) ou un numéro RNA."
            changed["entreprise"] = ""
    for name in ("consommateur", "destinataire"):
        siret = re.sub(r"\s", "", getattr(question, name))
        if siret and not (siret.isascii() and siret.isdigit() and len(siret) == 14):
            faults[name] = "Donnez un SIRET : 14 chiffres."
            siret = ""
        changed[name] = siret
    if question.echange and not _UUID.fullmatch(question.echange.lower()):
        faults["echange"] = "Un identifiant d'échange s'écrit comme un UUID : 36 caractères."
    changed["echange"] = "" if "echange" in faults else question.echange.lower()
    if question.agent and not question.agent.startswith(PREFIX) and not changed["consommateur"]:
        faults["agent"] = "Un agent se cherche avec le SIRET de son organisation : remplissez aussi « consommateur »."
        changed["agent"] = ""
    return replace(question, **changed)


def _dated(question: Question, faults: dict[str, str]) -> Question:
    changed: dict[str, str] = {}
    for name in ("du", "au"):
        text = getattr(question, name)
        try:
            if text and not _FIRST <= date.fromisoformat(text) <= date(2200, 1, 1):
                raise ValueError
        except ValueError:
            faults[name] = "Donnez un jour : année-mois-jour, par exemple 2026-11-24."
            changed[name] = ""
    question = replace(question, **changed)
    if question.du and question.au and question.au < question.du:
        faults["au"] = "Cette date vient avant la première."
        question = replace(question, au="")
    return question


def _digest(text: str) -> str:
    return f"sha256:{hashlib.sha256(text.encode('utf-8', 'surrogatepass')).hexdigest()[:16]}"
