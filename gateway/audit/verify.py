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
from gateway.audit.layout import SCHEMA, USER_VERSION
from gateway.audit.note import BadNote, Checkpoint, Verifier, open_checkpoint
from gateway.audit.reading import opened, state_of
from gateway.audit.report import Kind, Problem, Report
from gateway.audit.stories import Stories
from gateway.audit.tree import Tree
from gateway.audit.trouble import described
from gateway.audit.vocabulary import BadRecord, check

_COLUMNS = (("size", int), ("root", bytes), ("chain", bytes), ("frontier", bytes), ("note", str))
_ATTEMPTS = 3


def verify(path: Path, verifier: Verifier, kept: Sequence[str] = ()) -> Report:
    """Verify the audit file at `path`, whose log has this key, and that it continues the checkpoints `kept` elsewhere.

    `kept` holds signed notes. Never raises for what the file or the notes contain.
    """
    report = _attempt(path, verifier, kept)
    for _ in range(_ATTEMPTS - 1):
        if report is not None:
            break
        report = _attempt(path, verifier, kept)
    return report or _stopped(_Reading(), Problem("file", None, f"{path.name} change pendant la lecture"))


def _attempt(path: Path, verifier: Verifier, kept: Sequence[str]) -> Report | None:
    """One reading; None when it found something wrong while a writer was moving the file under it."""
    reading = _Reading()
    state = None
    try:
        state = state_of(path)
        with opened(path) as connection, closing(reading.stories):
            problem = _problem(connection, reading, verifier, kept)
    except (sqlite3.Error, OSError) as error:
        problem = Problem("file", None, _where(reading, f"{path.name} ne peut pas être lu : {described(error)}"))
    if problem is not None and state is not None and path.exists() and state_of(path) != state:
        return None
    return _stopped(reading, problem)


@dataclass(slots=True)
class _Reading:
    """How far the reading has come."""

    tree: Tree = field(default_factory=Tree)
    stories: Stories = field(default_factory=Stories)
    last_at: str | None = None
    found: int = 0
    since: int = 0


def _stopped(reading: _Reading, problem: Problem | None) -> Report:
    tree = reading.tree
    return Report(tree.size, tree.root().hex(), reading.last_at, reading.found, problem)


def _where(reading: _Reading, complaint: str) -> str:
    return f"{complaint}, après l'enregistrement {reading.tree.size - 1}" if reading.tree.size else complaint


def _problem(
    connection: sqlite3.Connection, reading: _Reading, verifier: Verifier, kept: Sequence[str]
) -> Problem | None:
    if problem := _schema(connection):
        return problem
    try:
        checkpoints = sorted((open_checkpoint(note, verifier) for note in kept), key=lambda point: point.size)
    except BadNote as error:
        return Problem("checkpoint", None, f"le point de contrôle gardé ailleurs ne va pas avec cette clé : {error}")
    heads = connection.execute("SELECT size, root, chain, frontier, note FROM head").fetchall()
    return (
        _records(connection, reading, checkpoints)
        or _shortened(reading, checkpoints)
        or _head(heads, reading.tree, verifier)
    )


def _schema(connection: sqlite3.Connection) -> Problem | None:
    found = connection.execute("SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY rowid").fetchall()
    unknown = [name for kind, name, table, sql in found if (kind, table, sql) != ("table", name, SCHEMA.get(name))]
    if unknown:
        return Problem("schema", None, f"le fichier contient autre chose que nos tables, ou autrement : {unknown[0]!r}")
    if lacking := SCHEMA.keys() - {name for _, name, _, _ in found}:
        return Problem("schema", None, f"il manque la table {min(lacking)}")
    if len(found) != len(SCHEMA):
        return Problem("schema", None, "une table est déclarée deux fois")
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version != USER_VERSION:
        return Problem("schema", None, f"version {version} du format, au lieu de {USER_VERSION}")
    return None


def _records(connection: sqlite3.Connection, reading: _Reading, checkpoints: Sequence[Checkpoint]) -> Problem | None:
    tree, stories = reading.tree, reading.stories
    ahead = list(reversed(checkpoints))
    if problem := _met(reading, ahead):
        return problem
    for number, (seq, entry, chain) in enumerate(connection.execute("SELECT seq, entry, chain FROM record ORDER BY seq")):
        if problem := _row(number, seq, entry, chain):
            return _first(stories, problem)
        before = tree.copy() if ahead else None
        if tree.append(entry) != chain:
            return _first(stories, _unlinked(number))
        try:
            record = parse(entry)
            check(record)
        except (NotCanonical, BadRecord) as error:
            return _first(stories, Problem("entry", number, f"l'enregistrement {number} est mal formé : {error}"))
        if told := stories.follow(number, record):
            return _told(told)
        reading.last_at = str(record["at"])
        if ahead and ahead[-1].size == tree.size and (problem := _met(reading, ahead)):
            return problem
    return _told(told) if (told := stories.finish()) else None
