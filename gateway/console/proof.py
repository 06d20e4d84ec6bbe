# SPDX-License-Identifier: EUPL-1.2
"""The proof that a record is in the log, worked out from the published tiles and checked here before it is shown.

The browser and the offline verifier check it again, each with code of its own.
"""

from dataclasses import dataclass

from gateway.audit.merkle import BadProof, verify_inclusion
from gateway.audit.note import BadNote, Verifier, open_checkpoint
from gateway.audit.proof import ProofFile
from gateway.audit.reader import Entry, LogReader, NotThere
from gateway.audit.tiles import BadTile, Tiles


@dataclass(frozen=True, slots=True)
class Proof:
    """A record's way to a signed root. `complaint`: why it does not hold, in French; empty when it does.

    `checkpoint`: the signed note; empty while none counts the record. `size`: how many records it counts.
    """

    seq: int
    leaf: bytes
    hashes: tuple[bytes, ...] = ()
    size: int = 0
    root: bytes = b""
    checkpoint: str = ""
    complaint: str = ""

    @property
    def published(self) -> bool:
        """Whether a published checkpoint counts the record."""
        return bool(self.checkpoint)

    def file(self, entry: bytes | None) -> str:
        """The receipt's file. Raises ValueError while nothing is published."""
        if not self.published:
            raise ValueError("no checkpoint counts this record yet")
        return ProofFile(self.seq, self.hashes, self.checkpoint, entry).text()


def proof_of(record: Entry, log: LogReader, verifier: Verifier) -> Proof:
    """The proof of a record under the last published checkpoint. Raises LogUnreadable."""
    note = log.checkpoint()
    try:
        point = open_checkpoint(note, verifier)
    except BadNote as error:
        return Proof(record.seq, record.leaf, complaint=f"le point de contrôle publié ne se vérifie pas : {error}")
    if record.seq >= point.size:
        return Proof(record.seq, record.leaf)
    try:
        hashes = tuple(Tiles(log.tile, point.size).inclusion(record.seq))
        found = Proof(record.seq, record.leaf, hashes, point.size, point.root, note)
        verify_inclusion(record.leaf, record.seq, point.size, hashes, point.root)
    except BadProof as error:
        return Proof(record.seq, record.leaf, hashes, point.size, point.root, note, f"{error}")
    except (NotThere, BadTile) as error:
        return Proof(record.seq, record.leaf, complaint=f"une tuile de l'arbre manque : {error}")
    return found
