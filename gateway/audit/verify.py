# SPDX-License-Identifier: EUPL-1.2
"""The verification of an audit file, apart from those who write it: everything is computed again from the records.

It reads any copy of the file and believes nothing in it: each record's bytes, its place in the chain and in the tree,
the story it belongs to, the head column by column, the signature, and checkpoints kept elsewhere. It stops at the first
record that does not hold and names it. Bytes of the file that belong to no row are not looked at: they say nothing.
"""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from gateway.audit.canonical import NotCanonical, parse
from gateway.audit.layout import SCHEMA, USER_VERSION, chained
from gateway.audit.merkle import leaf_hash
from gateway.audit.note import BadNote, Checkpoint, Verifier, open_checkpoint
from gateway.audit.reading import opened, state_of
from gateway.audit.report import Problem, Report
from gateway.audit.stories import Stories
from gateway.audit.tree import Tree
from gateway.audit.trouble import UNREADABLE, described
from gateway.audit.vocabulary import BadRecord, check

_COLUMNS = ("size", "root", "chain", "frontier", "note")
_ATTEMPTS = 3


def verify(path: Path, verifier: Verifier, kept: Sequence[str] = ()) -> Report:
    """Verify the audit file at `path`, whose log has this key, and that it continues the checkpoints `kept` elsewhere.

    `kept` holds signed notes. Never raises for what the file or the notes contain.
    """
    for _ in range(_ATTEMPTS):
        report, disturbed = _attempt(path, verifier, kept)
        if not disturbed:
            break
    return report


@dataclass(slots=True)
class _Reading:
    """How far a reading has come. `ahead`: checkpoints still to be met, the nearest last; `met`: size of the last."""

    tree: Tree = field(default_factory=Tree)
    ahead: list[Checkpoint] = field(default_factory=list)
    last_at: str | None = None
    found: int = 0
    met: int = 0

    def report(self, problem: Problem | None) -> Report:
        return Report(self.tree.size, self.tree.root().hex(), self.last_at, self.found, problem)


def _attempt(path: Path, verifier: Verifier, kept: Sequence[str]) -> tuple[Report, bool]:
    """One reading, and whether what it found wrong may come from a writer moving the file under it."""
    reading = _Reading()
    state = None
    try:
        state = state_of(path)
        with opened(path) as connection, closing(Stories()) as stories:
            problem = _problem(connection, reading, stories, verifier, kept)
        return reading.report(problem), problem is not None and state_of(path) != state
    except UNREADABLE as error:
        after = f", après l'enregistrement {reading.tree.size - 1}" if reading.tree.size else ""
        problem = Problem("file", None, f"{path.name} ne peut pas être lu{after} : {described(error)}")
        return reading.report(problem), False


def _problem(
    connection: sqlite3.Connection, reading: _Reading, stories: Stories, verifier: Verifier, kept: Sequence[str]
) -> Problem | None:
    if problem := _schema(connection):
        return problem
    try:
        checkpoints = [open_checkpoint(note, verifier) for note in kept]
    except BadNote as error:
        return Problem("checkpoint", None, f"le point de contrôle gardé ailleurs ne va pas avec cette clé : {error}")
    reading.ahead = sorted(checkpoints, key=lambda point: point.size, reverse=True)
    heads = connection.execute("SELECT size, root, chain, frontier, note FROM head").fetchall()
    problem = _records(connection, reading, stories)
    # A story that is told twice is only noticed later: it comes first when its record does.
    if (told := stories.finish()) and (problem is None or problem.record is None or told[0] < problem.record):
        return _told(told)
    return problem or _shortened(reading) or _head(heads, reading.tree, verifier)


def _schema(connection: sqlite3.Connection) -> Problem | None:
    found = connection.execute("SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY rowid").fetchall()
    for kind, name, table, sql in found:
        if (kind, table, sql) != ("table", name, SCHEMA.get(name)):
            return Problem("schema", None, f"le fichier contient autre chose que nos tables, ou autrement : {name!r}")
    names = [name for _, name, _, _ in found]
    if sorted(names) != sorted(SCHEMA):
        return Problem("schema", None, f"tables trouvées : {names!r}, au lieu de {sorted(SCHEMA)!r}")
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version != USER_VERSION:
        return Problem("schema", None, f"version {version} du format, au lieu de {USER_VERSION}")
    return None


def _records(connection: sqlite3.Connection, reading: _Reading, stories: Stories) -> Problem | None:
    tree = reading.tree
    if problem := _met(reading):
        return problem
    rows = connection.execute("SELECT seq, entry, chain FROM record ORDER BY seq")
    for number, (seq, entry, chain) in enumerate(rows):
        if seq != number or type(entry) is not bytes or type(chain) is not bytes:
            return _misplaced(number, seq, entry)
        leaf = leaf_hash(entry)
        if chained(tree.chain, leaf) != chain:
            return Problem("chain", number, f"l'enregistrement {number} n'est pas celui qui a été écrit à cette place")
        try:
            record = parse(entry)
            check(record)
        except (NotCanonical, BadRecord) as error:
            return Problem("entry", number, f"l'enregistrement {number} est mal formé : {error}")
        if told := stories.follow(number, record):
            return _told(told)
        tree.frontier.append(leaf)
        tree.chain = chain
        reading.last_at = str(record["at"])
        if reading.ahead and (problem := _met(reading)):
            return problem
    return None


def _misplaced(number: int, seq: object, entry: object) -> Problem:
    if type(seq) is int and seq > number:
        return Problem("missing", number, f"l'enregistrement {number} a été retiré : le suivant porte le numéro {seq}")
    if seq != number:
        return Problem("extra", number, f"avant l'enregistrement {number}, un de trop porte le numéro {seq}")
    column = "chain" if type(entry) is bytes else "entry"
    return Problem("type", number, f"l'enregistrement {number} : la colonne {column} n'est pas du type BLOB")


def _told(told: tuple[int, str]) -> Problem:
    number, complaint = told
    return Problem("story", number, f"l'enregistrement {number} ne suit pas les précédents : {complaint}")


def _met(reading: _Reading) -> Problem | None:
    """Compare with every checkpoint kept elsewhere for this very size."""
    while reading.ahead and reading.ahead[-1].size == reading.tree.size:
        checkpoint = reading.ahead.pop()
        if checkpoint.root != reading.tree.root():
            span = f"des enregistrements {reading.met} à {checkpoint.size - 1}, au moins un"
            return Problem("rewritten", None, f"{span} n'est pas celui que le point de contrôle gardé ailleurs a signé")
        reading.found += 1
        reading.met = checkpoint.size
    return None


def _shortened(reading: _Reading) -> Problem | None:
    if not reading.ahead:
        return None
    size, promised = reading.tree.size, reading.ahead[-1].size
    return Problem(
        "truncated",
        size,
        f"le journal s'arrête avant l'enregistrement {size} : le point de contrôle en compte {promised}",
    )


def _head(heads: Sequence[tuple[object, ...]], tree: Tree, verifier: Verifier) -> Problem | None:
    """The head against the records, which hold together by themselves."""
    if len(heads) != 1:
        return Problem("head", None, f"la table head a {len(heads)} lignes au lieu d'une")
    head = dict(zip(_COLUMNS, heads[0], strict=True))
    note = head["note"]
    if not isinstance(note, str):
        return Problem("head", None, "tête : la colonne note n'est pas du type TEXT")
    try:
        signed = open_checkpoint(note, verifier)
    except BadNote as error:
        return Problem(
            "signature", None, f"tête : la colonne note n'est pas un point de contrôle de cette clé ({error})"
        )
    if tree.size < signed.size:
        complaint = f"l'enregistrement {tree.size} a été retiré : la tête signée en compte {signed.size}"
        return Problem("missing", tree.size, complaint)
    if tree.size > signed.size:
        complaint = f"l'enregistrement {signed.size} est de trop : la tête signée en compte {signed.size}"
        return Problem("extra", signed.size, complaint)
    if tree.root() != signed.root:
        return Problem("rewritten", None, "les enregistrements ne sont pas ceux que la tête a signés")
    computed: dict[str, object] = {
        "size": tree.size,
        "root": tree.root(),
        "chain": tree.chain,
        "frontier": tree.frontier.to_bytes(),
    }
    for column, value in computed.items():
        if type(head[column]) is not type(value) or head[column] != value:
            return Problem("head", None, f"tête : la colonne {column} n'est pas celle des enregistrements")
    return None
