# SPDX-License-Identifier: EUPL-1.2
"""Receipts: for the party to an exchange, its record and the path from it to the published head, in one file.

Whoever keeps it needs neither us nor our log any more. A proof is checked before it leaves: when it does not lead to
the published root, the log contradicts what it published, and nobody is given a false receipt.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from gateway.audit.addition import Addition
from gateway.audit.canonical import NotCanonical, parse
from gateway.audit.merkle import BadProof, verify_consistency, verify_inclusion
from gateway.audit.note import BadNote, Checkpoint, parts
from gateway.audit.proof import ProofFile
from gateway.audit.reader import LogReader, LogUnreadable, NotThere
from gateway.audit.tiles import BadTile, Tiles
from gateway.audit.vocabulary import OUTCOMES

Locate = Callable[[str], Sequence[int]]
"""The numbers of the records that may belong to an exchange. Raises LogUnreadable."""


class NoReceipt(Exception):
    """There is no such receipt: no such exchange, another party's, or not published yet."""


class ReceiptErased(Exception):
    """The record was erased at the end of its retention: only a receipt kept until then can still prove it."""


class Receipts:
    """The receipts and proofs of a log. Waits for the disk: call it in a thread."""

    def __init__(self, reader: LogReader, locate: Locate) -> None:
        self._reader = reader
        self._locate = locate

    def head(self) -> tuple[str, Checkpoint]:
        """The published note, and what it says. Raises LogUnreadable."""
        note = self._reader.checkpoint()
        try:
            return note, Checkpoint.parse(parts(note)[0])
        except BadNote as error:
            raise LogUnreadable(f"la tête publiée ne se lit pas : {error}") from error

    def receipt(self, exchange: str, habilitation: str, note: str | None = None) -> str:
        """The receipt of an exchange's outcome, for the habilitation it was made under.

        `note`: another published head than the last. Raises NoReceipt, ReceiptErased, LogUnreadable.
        """
        if note is None:
            note, head = self.head()
        else:
            head = Checkpoint.parse(parts(note)[0])
        return self._proved(*self._outcome(exchange, habilitation), note, head)

    def of_record(self, number: int, says: Mapping[str, object]) -> str:
        """The receipt of a record by its number, which must say all this.

        A number that is another record's, of a log that was restored for one, has none. Raises NoReceipt,
        ReceiptErased, LogUnreadable.
        """
        note, head = self.head()
        if number >= head.size:
            raise NoReceipt(str(number))
        for found in self._reader.entries(number, number + 1):
            if found.entry is None:
                raise ReceiptErased(str(number))
            record = _parsed(number, found.entry)
            if all(record.get(key) == value for key, value in says.items()):
                return self._proved(number, found.entry, note, head)
        raise NoReceipt(str(number))

    def _proved(self, number: int, entry: bytes, note: str, head: Checkpoint) -> str:
        """The file of a record under a published head, proved before it is given."""
        if number >= head.size:
            raise NoReceipt(str(number))
        try:
            tiles = Tiles(self._reader.tile, head.size)
            proof = tiles.inclusion(number)
            (leaf,) = self._reader.leaves(number, number + 1)
            verify_inclusion(leaf, number, head.size, proof, head.root)
        except (BadProof, BadTile, NotThere) as error:
            raise LogUnreadable(f"le journal contredit la tête publiée, à l'enregistrement {number}") from error
        return ProofFile(number, tuple(proof), note, entry).text()

    def growth(self, old: int) -> str:
        """The proof that the published head continues the tree of the first `old` records. Raises NoReceipt, too.

        Raises LogUnreadable.
        """
        note, head = self.head()
        if old > head.size:
            raise NoReceipt(str(old))
        try:
            tiles = Tiles(self._reader.tile, head.size)
            proof = tiles.consistency(old)
            root = Tiles(self._reader.tile, old).root()
            verify_consistency(old, head.size, root, head.root, proof)
        except (BadProof, BadTile, NotThere) as error:
            raise LogUnreadable("le journal contredit la tête publiée") from error
        return Addition(old, tuple(proof), note).text()

    def _outcome(self, exchange: str, habilitation: str) -> tuple[int, bytes]:
        """The record of what became of the exchange."""
        erased = False
        for number in sorted(self._locate(exchange), reverse=True):
            for found in self._reader.entries(number, number + 1):
                if found.entry is None:
                    erased = True
                    continue
                record = _parsed(number, found.entry)
                if record["id"] == exchange and record["event"] in OUTCOMES:
                    if record.get("habilitation") != habilitation:
                        raise NoReceipt(exchange)
                    return number, found.entry
        if erased:
            raise ReceiptErased(exchange)
        raise NoReceipt(exchange)


def _parsed(number: int, entry: bytes) -> Mapping[str, Any]:
    try:
        return parse(entry)
    except NotCanonical as error:
        raise LogUnreadable(f"l'enregistrement {number} ne se lit pas") from error
