# SPDX-License-Identifier: EUPL-1.2
"""What a log says to a witness: a new head, and the proof that it continues the one the witness saw last.

    old <size>
    <base64 of a hash>       one a line: the consistency proof
                             an empty line
    <signed checkpoint>

Source: c2sp.org/tlog-witness, `add-checkpoint`. Both sides read it here.
"""

import re
from dataclasses import dataclass

from gateway.audit.note import BadNote, from_base64, to_base64

PATH = "/add-checkpoint"
SIZE_TYPE = "text/x.tlog.size"
MAX_BYTES = 72 * 1024
MAX_HASHES = 63
_HASH_BYTES = 32
_SIZE = re.compile(r"0|[1-9][0-9]{0,18}", re.ASCII)


class BadAddition(Exception):
    """A text is not a request of this form. The message says why, in French."""


@dataclass(frozen=True, slots=True)
class Addition:
    """`old`: size of the head the witness is thought to know. `proof`: from there to the head of `note`."""

    old: int
    proof: tuple[bytes, ...]
    note: str

    def text(self) -> str:
        """The request's body."""
        return "\n".join((f"old {self.old}", *(to_base64(one) for one in self.proof))) + f"\n\n{self.note}"

    @classmethod
    def parse(cls, content: bytes) -> "Addition":
        """Read a request's body; the note is not looked at. Raises BadAddition."""
        if len(content) > MAX_BYTES:
            raise BadAddition("requête trop longue")
        try:
            head, blank, note = content.decode("utf-8").partition("\n\n")
        except UnicodeDecodeError as error:
            raise BadAddition("ce n'est pas du texte UTF-8") from error
        first, *lines = head.split("\n")
        word, _, size = first.partition(" ")
        if not blank or word != "old" or not _SIZE.fullmatch(size):
            raise BadAddition("on attend « old », une taille, la preuve, une ligne vide et un point de contrôle")
        if len(lines) > MAX_HASHES:
            raise BadAddition(f"plus de {MAX_HASHES} lignes de preuve")
        try:
            proof = tuple(from_base64(line) for line in lines)
        except BadNote as error:
            raise BadAddition(f"une ligne de preuve ne se lit pas : {error}") from error
        if any(len(one) != _HASH_BYTES for one in proof):
            raise BadAddition("une ligne de preuve est une empreinte de 32 octets")
        return cls(int(size), proof, note)


def parse_size(content: bytes) -> int:
    """The size that a witness answers when it knows another head. Raises BadAddition."""
    text = content.decode("ascii", "replace").removesuffix("\n")
    if not _SIZE.fullmatch(text):
        raise BadAddition("le témoin n'a pas répondu une taille")
    return int(text)
