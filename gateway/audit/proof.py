# SPDX-License-Identifier: EUPL-1.2
"""A receipt's file: one record's place in the tree, the path from it to a signed head, and that head.

    c2sp.org/tlog-proof@v1
    extra <base64>            the record itself: its hash is the leaf, so that it is as sure as the proof
    index <n>
    <base64 of a hash>        one a line, from the leaf's neighbour up
                              an empty line
    <signed checkpoint>       verbatim

Whatever follows `extra` is believed only because its hash is the leaf. Source: c2sp.org/tlog-proof.
"""

import re
from dataclasses import dataclass

from gateway.audit.note import BadNote, from_base64, to_base64

HEADER = "c2sp.org/tlog-proof@v1"
EXTENSION = ".tlog-proof"
MEDIA_TYPE = "text/plain; charset=utf-8"
MAX_BYTES = 256 * 1024
MAX_HASHES = 63
_INDEX = re.compile(r"0|[1-9][0-9]{0,18}", re.ASCII)
_HASH_BYTES = 32


class BadProofFile(Exception):
    """A text is not a tlog-proof. The message says why, in French."""


@dataclass(frozen=True, slots=True)
class ProofFile:
    """`extra`: opaque bytes, None when there are none. `hashes`: the inclusion proof. `checkpoint`: a signed note."""

    index: int
    hashes: tuple[bytes, ...]
    checkpoint: str
    extra: bytes | None = None

    def text(self) -> str:
        """The file's text."""
        lines = [HEADER]
        if self.extra is not None:
            lines.append(f"extra {to_base64(self.extra)}")
        lines.append(f"index {self.index}")
        lines.extend(to_base64(one) for one in self.hashes)
        return "\n".join(lines) + f"\n\n{self.checkpoint}"

    @classmethod
    def parse(cls, text: str) -> "ProofFile":
        """Read a file's text; the checkpoint is not looked at. Raises BadProofFile."""
        if len(text) > MAX_BYTES:
            raise BadProofFile("trop long pour un reçu")
        head, blank, checkpoint = text.partition("\n\n")
        lines = head.split("\n")
        if not blank or lines.pop(0) != HEADER:
            raise BadProofFile(f"un reçu commence par {HEADER}, et son point de contrôle suit une ligne vide")
        try:
            extra = from_base64(lines.pop(0)[6:]) if lines and lines[0].startswith("extra ") else None
            index = _index(lines.pop(0) if lines else "")
            if len(lines) > MAX_HASHES:
                raise BadProofFile("trop de lignes de preuve")
            hashes = tuple(from_base64(line) for line in lines)
        except BadNote as error:
            raise BadProofFile(f"une ligne du reçu ne se lit pas : {error}") from error
        if any(len(one) != _HASH_BYTES for one in hashes):
            raise BadProofFile("une ligne de preuve est une empreinte de 32 octets")
        return cls(index, hashes, checkpoint, extra)


def _index(line: str) -> int:
    word, _, number = line.partition(" ")
    if word != "index" or not _INDEX.fullmatch(number):
        raise BadProofFile("le numéro de l'enregistrement manque, ou n'est pas un nombre entier")
    return int(number)
