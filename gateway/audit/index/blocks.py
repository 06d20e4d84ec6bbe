# SPDX-License-Identifier: EUPL-1.2
"""The lines that meet a plan, block by block: bits of the full blocks, and the few lines after them, simply read."""

import sqlite3
from collections.abc import Iterable, Iterator

from gateway.audit.index.bits import BLOCK, BLOCK_BITS, bits_of, unpacked
from gateway.audit.index.criteria import Plan
from gateway.audit.index.schema import ANY, TERM_SHIFT

_CHUNK = 64
_SPARSE = 4


class Blocks:
    """The blocks of an index, read through one connection."""

    def __init__(self, connection: sqlite3.Connection, full: int) -> None:
        """`full`: how many blocks are full."""
        self._db = connection
        self.full = full

    def wanted(self, plan: Plan, below: int | None) -> list[int]:
        """The full blocks where a line may match, newest first."""
        if plan.rare is not None:
            return sorted((block for block in plan.rare if block < self.full), reverse=True)
        top = self.full if below is None else min(self.full, (below + BLOCK - 1) >> BLOCK_BITS)
        return list(range(top - 1, (plan.floor >> BLOCK_BITS) - 1, -1))

    def counted(self, plan: Plan) -> int | None:
        """How many lines of full blocks match, when that is known without looking at them: one field, no period."""
        if plan.rare is not None or plan.since is not None or plan.until is not None or len(plan.terms) > 1:
            return None
        numbers = plan.terms[0][1] if plan.terms else (ANY,)  # values of one field exclude each other
        total = "SELECT coalesce(sum(n), 0) FROM posting WHERE key >= ? AND key < ?"
        spans = [(number << TERM_SHIFT, (number << TERM_SHIFT) + self.full) for number in numbers]
        return sum(int(self._db.execute(total, span).fetchone()[0]) for span in spans)

    def tail(self, plan: Plan) -> Iterator[tuple[int, int]]:
        """The lines after the last full block that match, newest block first."""
        clauses, values = plan.conditions()
        rows = self._db.execute(
            f"SELECT seq FROM line WHERE seq >= ? {clauses}",  # noqa: S608 — our own column names, question marks
            (max(self.full << BLOCK_BITS, plan.floor), *values),
        )
        yield from sorted(by_block(number for (number,) in rows).items(), reverse=True)

    def matching(self, plan: Plan, blocks: list[int]) -> Iterator[tuple[int, int]]:
        """Those of these full blocks with lines that match, in their order."""
        start, width = 0, 1
        while start < len(blocks):  # a first page seldom needs many
            yield from self._some(plan, blocks[start : start + width])
            start, width = start + width, min(4 * width, _CHUNK)

    def _some(self, plan: Plan, blocks: list[int]) -> Iterator[tuple[int, int]]:
        period = plan.since is not None or plan.until is not None
        spans = self._spans(blocks) if period else {}
        kept = None if plan.rare is None else {block: plan.rare[block] for block in blocks}
        for _, numbers in plan.terms:
            found = self._any_of(numbers, blocks)
            kept = found if kept is None else {block: kept[block] & found[block] for block in kept.keys() & found}
        if kept is None:
            kept = self._bits(ANY, blocks)
        for block in blocks:
            bits = kept.get(block, 0)
            if bits and period:
                bits &= self._within(plan, block, spans.get(block))
            if bits and block == plan.floor >> BLOCK_BITS:
                bits &= -1 << (plan.floor & (BLOCK - 1))
            if bits:
                yield block, bits

    def _any_of(self, numbers: Iterable[int], blocks: list[int]) -> dict[int, int]:
        united: dict[int, int] = {}
        for number in numbers:
            for block, bits in self._bits(number, blocks).items():
                united[block] = united.get(block, 0) | bits
        return united

    def _bits(self, term: int, blocks: list[int]) -> dict[int, int]:
        """The bits of a term in these blocks."""
        base = term << TERM_SHIFT
        low, high = min(blocks), max(blocks)
        if high - low < _SPARSE * len(blocks):
            rows = self._db.execute(
                "SELECT key, bits FROM posting WHERE key BETWEEN ? AND ?", (base | low, base | high)
            ).fetchall()
        else:
            one = "SELECT key, bits FROM posting WHERE key = ?"
            rows = [row for block in blocks for row in self._db.execute(one, (base | block,))]
        wanted = set(blocks)
        return {key - base: unpacked(content) for key, content in rows if key - base in wanted}

    def _spans(self, blocks: list[int]) -> dict[int, tuple[int, int]]:
        rows = self._db.execute(
            "SELECT block, first_at, last_at FROM block WHERE block BETWEEN ? AND ? AND n > 0",
            (min(blocks), max(blocks)),
        )
        return {block: (first, last) for block, first, last in rows}

    def _within(self, plan: Plan, block: int, span: tuple[int, int] | None) -> int:
        """The lines of a block within the period; all ones when the whole block is."""
        if span is None:
            return 0
        since = span[0] if plan.since is None else plan.since
        until = span[1] + 1 if plan.until is None else plan.until
        if since <= span[0] and span[1] < until:
            return -1
        if span[1] < since or until <= span[0]:
            return 0
        first = block << BLOCK_BITS
        rows = self._db.execute(
            "SELECT seq FROM line WHERE seq BETWEEN ? AND ? AND at >= ? AND at < ?",
            (first, first + BLOCK - 1, since, until),
        )
        return bits_of(number - first for (number,) in rows)


def by_block(numbers: Iterable[int]) -> dict[int, int]:
    """Line numbers as bits, by block."""
    offsets: dict[int, list[int]] = {}
    for number in numbers:
        offsets.setdefault(number >> BLOCK_BITS, []).append(number & (BLOCK - 1))
    return {block: bits_of(found) for block, found in offsets.items()}
