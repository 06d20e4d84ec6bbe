# SPDX-License-Identifier: EUPL-1.2
"""A page of what an auditor looks for: newest first, in a time that hardly depends on how large the log is.

Every condition gives, for a block of 65,536 records, one number whose bits are the lines that meet it; all conditions
together are `&`. A rare value (a company, an agent, an object, an exchange) is read from its own index and says by
itself which blocks matter. Two bounds keep any search short, lines read for a rare value and blocks looked at: one that
meets them says « more than », and the next page goes on from there.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from gateway.audit.index.bits import BLOCK, BLOCK_BITS, offsets_of
from gateway.audit.index.blocks import Blocks, by_block
from gateway.audit.index.criteria import NOTHING, Criteria, Found, Page, Plan
from gateway.audit.index.lines import OTHER, TERMS, commitment_key, exchange_key, term, text_key
from gateway.audit.index.schema import COLUMNS

PAGE = 50
RARE_LINES = 20_000
"""How many lines are read for one rare value, before a search says « more than »."""
MOST_BLOCKS = 2_048
"""How many blocks a search looks at: 134 million records."""
_BEYOND = 1 << 62
_PART = 500
_COLUMNS = ", ".join(COLUMNS)
_EXCHANGE = "SELECT seq, asked FROM line WHERE exchange = ? UNION ALL SELECT seq, asked FROM pending WHERE exchange = ?"


class Search:
    """Searches through one reading connection, each over one state of the file. Not for several threads at once."""

    def __init__(
        self, connection: sqlite3.Connection, rare_lines: int = RARE_LINES, most_blocks: int = MOST_BLOCKS
    ) -> None:
        self._db = connection
        self._rare_lines = rare_lines
        self._most_blocks = most_blocks
        self._texts: dict[int, str] = {}

    def page(self, criteria: Criteria, before: int | None = None, limit: int = PAGE) -> Page:
        """The newest lines that meet the criteria; with `before`, those below that number, which alone are counted."""
        with self._one_state():
            plan = self._plan(criteria, before)
            if plan is None:
                return NOTHING
            if criteria.unanswered:
                return self._unanswered(plan, before, limit)
            blocks = Blocks(self._db, self.size() >> BLOCK_BITS)
            wanted = blocks.wanted(plan, before)
            floor = plan.floor
            if len(wanted) > self._most_blocks:
                floor = max(floor, wanted[self._most_blocks - 1] << BLOCK_BITS)
                del wanted[self._most_blocks :]
            counted = blocks.counted(plan) if before is None else None
            numbers: list[int] = []
            count = 0
            for found in (blocks.tail(plan), blocks.matching(plan, wanted)):
                for block, bits in found:
                    mine = _below(block, bits, before)
                    if block >= blocks.full or counted is None:
                        count += mine.bit_count()
                    if len(numbers) <= limit:
                        numbers += _numbers(block, mine, limit + 1 - len(numbers))
                    if len(numbers) > limit and (counted is not None or before is not None):
                        break  # nothing is left to count
            older = numbers[limit - 1] if len(numbers) > limit else floor or None
            lines = self.lines(numbers[:limit])
            if before is not None:
                return Page(lines, older, len(lines), False)
            return Page(lines, older, count + (counted or 0), not floor)

    def numbers(self, criteria: Criteria, below: int | None = None) -> Iterator[int]:
        """Every record number that meets the criteria, newest first, for an export; no bound but the log's size."""
        while below is None or below:
            plan = self._plan(criteria, below)
            if plan is None:
                return
            if criteria.unanswered:
                yield from (line.seq for line in self._unanswered(plan, below, self._rare_lines).lines)
                return
            blocks = Blocks(self._db, self.size() >> BLOCK_BITS)
            for found in (blocks.tail(plan), blocks.matching(plan, blocks.wanted(plan, below))):
                for block, bits in found:
                    yield from _numbers(block, _below(block, bits, below), BLOCK)
            below = plan.floor

    def blocks(self, criteria: Criteria) -> list[tuple[int, int]]:
        """Every record that meets the criteria, as bits by block, oldest first: a bit a record of the log at most."""
        found: dict[int, int] = {}
        below: int | None = None
        while below is None or below:
            plan = self._plan(criteria, below)
            if plan is None:
                break
            if criteria.unanswered:
                return sorted(by_block(self.numbers(criteria)).items())
            blocks = Blocks(self._db, self.size() >> BLOCK_BITS)
            for part in (blocks.tail(plan), blocks.matching(plan, blocks.wanted(plan, below))):
                for block, bits in part:
                    found[block] = found.get(block, 0) | _below(block, bits, below)
            below = plan.floor
        return sorted(found.items())

    def lines(self, numbers: list[int]) -> tuple[Found, ...]:
        """The lines of these record numbers, in their order; those that are not in the index are left out."""
        found: dict[int, Found] = {}
        for start in range(0, len(numbers), _PART):
            part = numbers[start : start + _PART]
            places = ",".join("?" * len(part))
            rows = self._db.execute(f"SELECT {_COLUMNS} FROM line WHERE seq IN ({places})", part)  # noqa: S608 — marks
            found.update({row[0]: self._found(row) for row in rows})
        return tuple(found[number] for number in numbers if number in found)

    def exchange(self, identity: str) -> list[int]:
        """The numbers of all records of an exchange, oldest first. Another exchange may share its key: compare ids."""
        key = exchange_key(identity)
        rows = self._db.execute(_EXCHANGE, (key, key)).fetchmany(1_000)
        return sorted({number for row in rows for number in row if number is not None})

    def size(self) -> int:
        """How many records of the log the index has read."""
        (found,) = self._db.execute("SELECT size FROM state").fetchone()
        return int(found)

    def values(self, name: str, most: int = 1_000) -> list[str]:
        """The values that a field of lines.TERMS has had, sorted: what a form offers."""
        rows = self._db.execute(
            "SELECT text FROM term WHERE field = ? ORDER BY text LIMIT ?", (TERMS.index(name), most)
        ).fetchall()
        return [text for (text,) in rows]

    @contextmanager
    def _one_state(self) -> Iterator[None]:
        self._db.execute("BEGIN")
        try:
            yield
        finally:
            self._db.execute("ROLLBACK")

    def _plan(self, criteria: Criteria, before: int | None) -> Plan | None:
        """The criteria in numbers; None when nothing can meet them."""
        terms = tuple((name, self._numbered(name, wanted)) for name, wanted in criteria.terms.items())
        keys = tuple(
            (name, tuple(key for key in found if key is not None))
            for name, found in _keys(criteria)
            if found is not None
        )
        if not all(wanted for _, wanted in (*terms, *keys)):
            return None
        plan = Plan(terms, keys, None, 0, criteria.since, criteria.until)
        if criteria.unanswered:
            return plan
        for name, wanted in keys:
            bits, floor = self._rare(name, wanted, before)
            both = bits if plan.rare is None else {key: plan.rare[key] & bits[key] for key in plan.rare.keys() & bits}
            plan = replace(plan, rare=both, floor=max(plan.floor, floor))
        return plan

    def _numbered(self, name: str, wanted: tuple[str, ...]) -> tuple[int, ...]:
        """The numbers of these values; one that has none may be among those that came after too many others."""
        place = TERMS.index(name)
        one = "SELECT id FROM term WHERE field = ? AND text = ?"
        found = []
        for text in wanted:
            row = self._db.execute(one, (place, term(name, text))).fetchone()
            row = row or self._db.execute(one, (place, OTHER)).fetchone()
            if row is not None:
                found.append(int(row[0]))
        return tuple(dict.fromkeys(found))

    def _rare(self, name: str, wanted: tuple[int, ...], before: int | None) -> tuple[dict[int, int], int]:
        """The lines of a rare value, by block; and below which number they were not read.

        Months come last to first: the newest lines are read, and of the others those that are newer than the floor.
        """
        numbers: list[int] = []
        floor = 0
        for key in reversed(wanted):
            rows = self._db.execute(
                f"SELECT seq FROM line WHERE {name} = ? AND seq < ? AND seq >= ? ORDER BY seq DESC LIMIT ?",  # noqa: S608 — a column
                (key, _BEYOND if before is None else before, floor, self._rare_lines - len(numbers) + 1),
            ).fetchall()
            numbers += [number for (number,) in rows]
            if len(numbers) > self._rare_lines:
                (unread,) = rows[-1]
                floor = unread + 1
                numbers = [number for number in numbers if number >= floor]
        return by_block(numbers), floor

    def _unanswered(self, plan: Plan, before: int | None, limit: int) -> Page:
        clauses, values = plan.conditions()
        rows = self._db.execute(
            f"SELECT {_COLUMNS} FROM pending WHERE seq < ? {clauses} ORDER BY seq DESC LIMIT ?",  # noqa: S608 — columns
            (_BEYOND if before is None else before, *values, self._rare_lines),
        ).fetchall()
        older = rows[limit - 1][0] if len(rows) > limit else None
        shown = tuple(self._found(row) for row in rows[:limit])
        return Page(shown, older, len(rows), len(rows) < self._rare_lines)

    def _found(self, row: tuple[int, ...]) -> Found:
        seq, asked, at, *rest = row
        numbers: list[int | None] = list(rest[: len(TERMS)])
        terms = {name: self._text(number) for name, number in zip(TERMS, numbers, strict=True) if number is not None}
        status, latency, cached = rest[-3:]
        return Found(seq, asked, at, terms, status, latency, bool(cached))

    def _text(self, number: int) -> str:
        text = self._texts.get(number)
        if text is None:
            row = self._db.execute("SELECT text FROM term WHERE id = ?", (number,)).fetchone()
            text = self._texts[number] = str(row[0]) if row else OTHER
        return text


def _keys(criteria: Criteria) -> tuple[tuple[str, list[int | None] | None], ...]:
    return (
        ("subject", None if criteria.subjects is None else [commitment_key(text) for text in criteria.subjects]),
        ("agent", None if criteria.agents is None else [commitment_key(text) for text in criteria.agents]),
        ("exchange", None if criteria.exchange is None else [exchange_key(criteria.exchange)]),
        ("object", None if criteria.object is None else [text_key(criteria.object)]),
    )


def _below(block: int, bits: int, before: int | None) -> int:
    """These lines, without those from `before` on."""
    first = block << BLOCK_BITS
    if before is None or before - first >= BLOCK:
        return bits
    return bits & ((1 << (before - first)) - 1) if before > first else 0


def _numbers(block: int, bits: int, most: int) -> list[int]:
    first = block << BLOCK_BITS
    found: list[int] = []
    for offset in offsets_of(bits):
        if len(found) == most:
            break
        found.append(first + offset)
    return found
