# SPDX-License-Identifier: EUPL-1.2
"""Whom a verifier trusts: which logs, and which witnesses must have seen a head before it counts.

    log <key> [<url>]
    witness <name> <key> [<url>]
    group <name> all|any|<k> <name>…      at least k of these, each of them a witness or a group
    quorum <name>|none                    exactly one such line

Names are used once, and belong to one group at most. Source: c2sp.org/tlog-policy.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from gateway.audit.cosignature import ML_DSA_44, Cosigner
from gateway.audit.note import ED25519, BadNote, Checkpoint, Verifier, key_parts, open_checkpoint, parts

MAX_BYTES = 256 * 1024
MAX_GROUPS = 256
NONE = "none"
_FORBIDDEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_COUNT = re.compile(r"[1-9][0-9]{0,5}", re.ASCII)

LogKey = Verifier | Cosigner
"""A log's key: Ed25519 (type 1), or ML-DSA-44 (type 6) in the form cosigners use."""


class BadPolicy(Exception):
    """A text is not a policy of witnesses. The message names the line, in French."""


@dataclass(frozen=True, slots=True)
class Group:
    """At least `least` of `members`, which are names of witnesses or groups."""

    least: int
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Seen:
    """A head that counts: which log's, who saw it, and when (epoch seconds; 0 when the signature tells no time)."""

    checkpoint: Checkpoint
    log: LogKey
    witnesses: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class WitnessPolicy:
    """`quorum`: the name that must be satisfied, or `none`."""

    logs: tuple[LogKey, ...]
    witnesses: Mapping[str, Cosigner]
    groups: Mapping[str, Group]
    quorum: str

    @classmethod
    def parse(cls, content: bytes) -> "WitnessPolicy":
        """Read a policy. Raises BadPolicy."""
        return _Reading().read(content)

    @classmethod
    def of_log(cls, key: LogKey) -> "WitnessPolicy":
        """The policy of whoever trusts one log, and asks for no witness."""
        return cls((key,), {}, {}, NONE)

    def only_log(self, key: LogKey) -> "WitnessPolicy":
        """The same witnesses and quorum, for the one log that has this key."""
        return replace(self, logs=(key,))

    def satisfied(self, present: frozenset[str]) -> bool:
        """Whether these witnesses are enough."""
        return self.quorum == NONE or self._holds(self.quorum, present)

    def check(self, note: str) -> Seen:
        """The head of this note, once it is signed by a log we know and seen by enough witnesses. Raises BadNote."""
        log, checkpoint = self._log_of(note)
        times = {name: witness.seen_at(note) for name, witness in self.witnesses.items()}
        seen = {name: at for name, at in times.items() if at is not None}
        if not self.satisfied(frozenset(seen)):
            found = ", ".join(sorted(seen)) or "aucun"
            raise BadNote(f"trop peu de témoins pour la règle « {self.quorum} » (témoins trouvés : {found})")
        return Seen(checkpoint, log, seen)

    def _holds(self, name: str, present: frozenset[str]) -> bool:
        group = self.groups.get(name)
        if group is None:
            return name in present
        return sum(self._holds(member, present) for member in group.members) >= group.least

    def _log_of(self, note: str) -> tuple[LogKey, Checkpoint]:
        text, signatures = parts(note)
        checkpoint = Checkpoint.parse(text)
        signers = {(one.name, one.key_id) for one in signatures}
        for key in self.logs:
            if key.name == checkpoint.origin and (key.name, key.key_id) in signers:
                return key, log_checkpoint(note, key)
        known = ", ".join(f"{key.name}+{key.key_id.hex()}" for key in self.logs) or "aucun"
        raise BadNote(f"non signé par un journal connu ({known}) ; il se dit de {checkpoint.origin}")


def log_key(text: str) -> LogKey:
    """A log's verifier key, of type 1 or 6. Raises BadNote."""
    name, kind, key = key_parts(text)
    if kind == ED25519:
        return Verifier(name, key)
    if kind == ML_DSA_44:
        return Cosigner(name, kind, key)
    raise BadNote("cette clé n'est pas celle d'un journal : on attend le type 1 (Ed25519) ou 6 (ML-DSA-44)")


def log_checkpoint(note: str, key: LogKey) -> Checkpoint:
    """The head that this log's key signed. Raises BadNote: not a note, not signed by it, of another log."""
    if isinstance(key, Verifier):
        return open_checkpoint(note, key)
    if key.seen_at(note) is None:
        raise BadNote(f"non signé par {key.name}+{key.key_id.hex()}")
    checkpoint = Checkpoint.parse(parts(note)[0])
    if checkpoint.origin != key.name:
        raise BadNote(f"point de contrôle d'un autre journal : {checkpoint.origin}")
    return checkpoint


class _Reading:
    """A policy being read, line after line."""

    def __init__(self) -> None:
        self._logs: list[LogKey] = []
        self._witnesses: dict[str, Cosigner] = {}
        self._groups: dict[str, Group] = {}
        self._quorum: str | None = None
        self._used: set[str] = set()

    def read(self, content: bytes) -> WitnessPolicy:
        text = content.decode("utf-8", "surrogateescape")  # bytes beyond ASCII are opaque
        lines = text.split("\n")
        if len(content) > MAX_BYTES or _FORBIDDEN.search(text):
            raise BadPolicy("trop long pour une politique de témoins, ou avec des caractères de contrôle")
        for number, line in enumerate(lines, 1):
            words = line.replace("\t", " ").split(" ")
            words = [word for word in words if word]
            if not words or words[0].startswith("#"):
                continue
            try:
                self._line(words)
            except (BadNote, BadPolicy) as error:
                raise BadPolicy(f"ligne {number} : {error}") from error
        if self._quorum is None:
            raise BadPolicy("il manque la ligne quorum")
        return WitnessPolicy(tuple(self._logs), self._witnesses, self._groups, self._quorum)

    def _line(self, words: list[str]) -> None:
        match words:
            case ["log", key] | ["log", key, _]:
                self._add_log(log_key(key))
            case ["witness", name, key] | ["witness", name, key, _]:
                self._add_witness(name, Cosigner.parse(key))
            case ["group", name, least, *members] if members:
                self._add_group(name, least, members)
            case ["quorum", name]:
                if self._quorum is not None:
                    raise BadPolicy("une seule ligne quorum")
                if name != NONE:
                    self._expect_known(name)
                self._quorum = name
            case _:
                raise BadPolicy("on attend log, witness, group ou quorum, et ce qui va avec")

    def _add_log(self, key: LogKey) -> None:
        if key.key in (other.key for other in self._logs):
            raise BadPolicy("ce journal est déjà nommé")
        self._logs.append(key)

    def _add_witness(self, name: str, witness: Cosigner) -> None:
        self._expect_new(name)
        if witness.key in (other.key for other in self._witnesses.values()):
            raise BadPolicy("un autre témoin a déjà cette clé")
        self._witnesses[name] = witness

    def _add_group(self, name: str, least: str, members: list[str]) -> None:
        self._expect_new(name)
        if len(self._groups) >= MAX_GROUPS:
            raise BadPolicy(f"plus de {MAX_GROUPS} groupes")
        for member in members:
            self._expect_known(member)
            if member in self._used:
                raise BadPolicy(f"« {member} » appartient déjà à un groupe")
            self._used.add(member)
        if least in ("all", "any"):
            count = len(members) if least == "all" else 1
        elif _COUNT.fullmatch(least) and int(least) <= len(members):
            count = int(least)
        else:
            raise BadPolicy("un groupe demande all, any ou un nombre de ses membres")
        self._groups[name] = Group(count, tuple(members))

    def _expect_new(self, name: str) -> None:
        if name == NONE or name in self._witnesses or name in self._groups:
            raise BadPolicy(f"le nom « {name} » est déjà pris")

    def _expect_known(self, name: str) -> None:
        if name not in self._witnesses and name not in self._groups:
            raise BadPolicy(f"« {name} » n'est pas défini plus haut")
