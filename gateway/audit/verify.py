# SPDX-License-Identifier: EUPL-1.2
"""The verification of an audit log, apart from those who write it: everything is computed again from the records.

It reads any copy of the store and believes nothing in it: each record's bytes, its leaf, its place in the chain and in
the tree, the story it belongs to, the tiles, the heads that were published, the head column by column, its signature,
and checkpoints kept elsewhere. It stops at the first record that does not hold and names it. Bytes of a file that
belong to no row are not looked at: they say nothing.
"""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from gateway.audit.canonical import NotCanonical, parse
from gateway.audit.erasures import Erasures
from gateway.audit.layout import chained
from gateway.audit.merkle import leaf_hash
from gateway.audit.note import BadNote, Checkpoint, Verifier, open_checkpoint
from gateway.audit.report import Problem, Report
from gateway.audit.stores.address import Place
from gateway.audit.stores.places import source_at
from gateway.audit.stores.rows import Rows, Source
from gateway.audit.stories import Stories
from gateway.audit.tree import Tree
from gateway.audit.trouble import described, unreadable
from gateway.audit.vocabulary import BadRecord, check

_COLUMNS = ("size", "root", "chain", "frontier", "note")
_ATTEMPTS = 3
SKEW = timedelta(minutes=5)
"""How far the clocks of honest writers may differ."""
_ERASED = type(None)


def verify(place: Place, verifier: Verifier, kept: Sequence[str] = ()) -> Report:
    """Verify the log at `place`, which has this key, and that it continues the checkpoints `kept` elsewhere.

    `kept` holds signed notes. Never raises for what the store or the notes contain.
    """
    with closing(source_at(place)) as source:
        for _ in range(_ATTEMPTS):
            report, disturbed = _attempt(source, verifier, kept)
            if not disturbed:
                break
    return report


@dataclass(frozen=True, slots=True)
class _Expected:
    """A checkpoint that the records must lead to. `kept`: it comes from elsewhere, not from the store itself."""

    checkpoint: Checkpoint
    kept: bool

    @property
    def name(self) -> str:
        """As a sentence calls it."""
        return "le point de contrôle gardé ailleurs" if self.kept else "une tête publiée"


@dataclass(slots=True)
class _Reading:
    """How far a reading has come. `ahead`: checkpoints still to be met, the nearest last; `met`: size of the last."""

    stories: Stories
    erasures: Erasures = field(default_factory=Erasures)
    tree: Tree = field(default_factory=Tree)
    ahead: list[_Expected] = field(default_factory=list)
    last_at: str | None = None
    latest_at: str | None = None
    found: int = 0
    met: int = 0

    def report(self, problem: Problem | None) -> Report:
        return Report(self.tree.size, self.tree.root().hex(), self.last_at, self.found, problem, self.erasures.count)


def _attempt(source: Source, verifier: Verifier, kept: Sequence[str]) -> tuple[Report, bool]:
    """One reading, and whether what it found wrong may come from a writer moving the file under it."""
    with ExitStack() as stack:
        reading = _Reading(stack.enter_context(closing(Stories())))
        try:
            state = source.state()
            problem = _problem(stack.enter_context(source.reading()), reading, verifier, kept)
            return reading.report(problem), problem is not None and source.state() != state
        except unreadable() as error:
            after = f", après l'enregistrement {reading.tree.size - 1}" if reading.tree.size else ""
            problem = Problem("file", None, f"{source.name} ne peut pas être lu{after} : {described(error)}")
            return reading.report(problem), False


def _problem(rows: Rows, reading: _Reading, verifier: Verifier, kept: Sequence[str]) -> Problem | None:
    if complaint := rows.schema_complaint():
        return Problem("schema", None, complaint)
    heads = rows.heads()
    try:
        expected = [_Expected(open_checkpoint(note, verifier), kept=True) for note in kept]
    except BadNote as error:
        return Problem("checkpoint", None, f"le point de contrôle gardé ailleurs ne va pas avec cette clé : {error}")
    for published in _published(rows, verifier):
        if isinstance(published, Problem):
            return _unsigned(heads, verifier) or published
        expected.append(published)
    reading.ahead = sorted(expected, key=lambda one: one.checkpoint.size, reverse=True)
    problem = _records(rows, reading)
    # A story that is told twice is only noticed later: it comes first when its record does.
    if (told := reading.stories.finish()) and (problem is None or problem.record is None or told[0] < problem.record):
        return _told(told)
    return (
        problem
        or _shortened(reading)
        or _head(heads, reading.tree, verifier)
        or _tiles(rows, reading.tree)
        or _erased(reading.erasures)
    )


def _published(rows: Rows, verifier: Verifier) -> Iterator[_Expected | Problem]:
    """Each head that the store says was shown to others."""
    count = 0
    for size, note, at in rows.published():
        count += 1
        if type(size) is not int or type(note) is not str or type(at) is not int:
            yield Problem("published", None, f"tête publiée {size!r} : une colonne n'est pas du type attendu")
            return
        try:
            checkpoint = open_checkpoint(note, verifier)
        except BadNote as error:
            yield Problem(
                "published", None, f"la tête publiée de taille {size} n'est pas signée par cette clé ({error})"
            )
            return
        if checkpoint.size != size:
            yield Problem("published", None, f"la tête publiée de taille {size} en signe une autre, {checkpoint.size}")
            return
        yield _Expected(checkpoint, kept=False)
    if not count:
        yield Problem("published", None, "aucune tête publiée : la table published est vide")


def _records(rows: Rows, reading: _Reading) -> Problem | None:
    tree = reading.tree
    if problem := _met(reading):
        return problem
    for number, (seq, leaf, entry, chain) in enumerate(rows.records()):
        if seq != number or type(leaf) is not bytes or type(chain) is not bytes or type(entry) not in (bytes, _ERASED):
            return _misplaced(number, seq, leaf, entry)
        if chained(tree.chain, leaf) != chain or (type(entry) is bytes and leaf_hash(entry) != leaf):
            return Problem("chain", number, f"l'enregistrement {number} n'est pas celui qui a été écrit à cette place")
        if type(entry) is bytes:
            if problem := _entry(number, entry, reading):
                return problem
        else:
            reading.erasures.missing(number)
        tree.add(leaf)
        if reading.ahead and (problem := _met(reading)):
            return problem
    return None


def _entry(number: int, entry: bytes, reading: _Reading) -> Problem | None:
    """What a record says, by itself and after those before it."""
    try:
        record = parse(entry)
        check(record)
    except (NotCanonical, BadRecord) as error:
        return Problem("entry", number, f"l'enregistrement {number} est mal formé : {error}")
    if told := reading.stories.follow(number, record):
        return _told(told)
    reading.erasures.follow(number, record)
    return _time(number, str(record["at"]), reading)


def _time(number: int, at: str, reading: _Reading) -> Problem | None:
    """Writers' clocks differ a little; one that goes back further was set back, or a record was made up afterwards."""
    reading.last_at = at
    if reading.latest_at is None or at >= reading.latest_at:
        reading.latest_at = at
        return None
    try:
        back = datetime.fromisoformat(reading.latest_at) - datetime.fromisoformat(at)
    except ValueError:
        return Problem("entry", number, f"l'enregistrement {number} est mal formé : {at} n'est pas une date")
    if back <= SKEW:
        return None
    return Problem(
        "clock",
        number,
        f"l'horloge a reculé : l'enregistrement {number} se dit du {at}, après un autre du {reading.latest_at}",
    )


def _misplaced(number: int, seq: object, leaf: object, entry: object) -> Problem:
    if type(seq) is int and seq > number:
        return Problem("missing", number, f"l'enregistrement {number} a été retiré : le suivant porte le numéro {seq}")
    if seq != number:
        return Problem("extra", number, f"avant l'enregistrement {number}, un de trop porte le numéro {seq}")
    column = "leaf" if type(leaf) is not bytes else "chain" if type(entry) in (bytes, _ERASED) else "entry"
    return Problem("type", number, f"l'enregistrement {number} : la colonne {column} n'est pas du type BLOB")


def _told(told: tuple[int, str]) -> Problem:
    number, complaint = told
    return Problem("story", number, f"l'enregistrement {number} ne suit pas les précédents : {complaint}")


def _met(reading: _Reading) -> Problem | None:
    """Compare with every checkpoint of this very size."""
    while reading.ahead and reading.ahead[-1].checkpoint.size == reading.tree.size:
        expected = reading.ahead.pop()
        if expected.checkpoint.root != reading.tree.root():
            span = f"des enregistrements {reading.met} à {reading.tree.size - 1}, au moins un"
            return Problem("rewritten", None, f"{span} n'est pas celui que {expected.name} a signé")
        reading.found += expected.kept
        reading.met = reading.tree.size
    return None


def _shortened(reading: _Reading) -> Problem | None:
    if not reading.ahead:
        return None
    size, nearest = reading.tree.size, reading.ahead[-1]
    promised = f"{nearest.name} en compte {nearest.checkpoint.size}"
    return Problem("truncated", size, f"le journal s'arrête avant l'enregistrement {size} : {promised}")


def _tiles(rows: Rows, tree: Tree) -> Problem | None:
    """The inner nodes that proofs are made of, against those of the records."""
    expected = dict(sorted(tree.grown.items()))
    for level, index, hashes in rows.tiles():
        if type(level) is not int or type(index) is not int or expected.pop((level, index), None) != hashes:
            return Problem("tile", None, f"la tuile {index!r} du niveau {level!r} n'est pas celle des enregistrements")
    for level, index in expected:
        return Problem("tile", None, f"la tuile {index} du niveau {level} manque")
    return None


def _erased(erasures: Erasures) -> Problem | None:
    if found := erasures.finish():
        number, complaint = found
        return Problem("erased", number, f"l'enregistrement {number} : {complaint}")
    return None


def _unsigned(heads: Sequence[tuple[object, ...]], verifier: Verifier) -> Problem | None:
    """The head by itself: one row, whose note this key signed."""
    if len(heads) != 1:
        return Problem("head", None, f"la table head a {len(heads)} lignes au lieu d'une")
    note = heads[0][-1]
    if not isinstance(note, str):
        return Problem("head", None, "tête : la colonne note n'est pas du type TEXT")
    try:
        open_checkpoint(note, verifier)
    except BadNote as error:
        return Problem(
            "signature", None, f"tête : la colonne note n'est pas un point de contrôle de cette clé ({error})"
        )
    return None


def _head(heads: Sequence[tuple[object, ...]], tree: Tree, verifier: Verifier) -> Problem | None:
    """The head against the records, which hold together by themselves."""
    if problem := _unsigned(heads, verifier):
        return problem
    head = dict(zip(_COLUMNS, heads[0], strict=True))
    signed = open_checkpoint(str(head["note"]), verifier)
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
