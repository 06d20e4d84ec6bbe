# SPDX-License-Identifier: EUPL-1.2
"""A witness of our log, seen from the gateway: it is shown each published head with the proof that it only grew.

What it answers is checked before it is believed. When it knows another size than we thought, the proof starts from
there. When it knows more records than we have, or other ones, our store is an old copy or a rewritten one: `Diverged`.
Source: c2sp.org/tlog-witness.
"""

from collections.abc import Callable, Sequence
from typing import Any

from gateway.audit.addition import MAX_BYTES, PATH, Addition, BadAddition, parse_size
from gateway.audit.cosignature import Cosigner, CosigningKey
from gateway.audit.countersign import Diverged, Failed
from gateway.audit.fetching import Reply, post
from gateway.audit.merkle import BadProof, verify_consistency
from gateway.audit.note import BadNote, Checkpoint, parts
from gateway.audit.reader import LogReader, LogUnreadable, NotThere
from gateway.audit.tiles import BadTile, Tiles

_ATTEMPTS = 3

Post = Callable[[str, bytes, str, int], Reply]


class Witness:
    """One witness. `name`: ours for it. `url`: its submission prefix."""

    def __init__(self, name: str, url: str, cosigner: Cosigner, send: Post = post) -> None:
        self._name = name
        self._url = url.rstrip("/") + PATH
        self._cosigner = cosigner
        self._post = send
        self._size = 0
        self._at: int | None = None

    @property
    def name(self) -> str:
        """See Outsider."""
        return self._name

    def state(self) -> dict[str, Any]:
        """What it signed last: `size` in records, `at` in epoch seconds."""
        return {"kind": "witness", "size": self._size, "at": self._at}

    def countersign(self, note: str, reader: LogReader) -> Sequence[str]:
        """See Outsider."""
        head = Checkpoint.parse(parts(note)[0])
        old = min(self._size, head.size)
        for _ in range(_ATTEMPTS):
            reply = self._present(note, head, old, reader)
            if reply.status == 200:
                return [self._accepted(note, head, reply)]
            if reply.status == 409:
                known = self._told_size(reply)
                if known > head.size:
                    self._ahead(known, reader)
                    return ()
                if known == old:
                    raise Diverged(
                        f"le témoin {self._name} a signé une autre histoire de ce journal, de {known} enregistrements"
                    )
                old = known
            elif reply.status == 422:
                raise Diverged(
                    f"le témoin {self._name} n'a pas vu les mêmes {old} premiers enregistrements : le journal a été "
                    "réécrit"
                )
            else:
                raise Failed(f"refus du témoin (HTTP {reply.status})")
        raise Failed("le témoin change sans cesse de taille")

    def _present(self, note: str, head: Checkpoint, old: int, reader: LogReader) -> Reply:
        """Present the head, with a proof that we have checked ourselves."""
        try:
            tiles = Tiles(reader.tile, head.size)
            proof = tiles.consistency(old)
            verify_consistency(old, head.size, Tiles(reader.tile, old).root(), head.root, proof)
        except (BadProof, BadTile, NotThere, LogUnreadable) as error:
            raise Failed(f"le journal ne donne pas la preuve à présenter ({error})") from error
        return self._post(self._url, Addition(old, tuple(proof), note).text().encode(), "text/plain", MAX_BYTES)

    def _accepted(self, note: str, head: Checkpoint, reply: Reply) -> str:
        """The witness's line, once it is checked; what others signed in its name is left out."""
        try:
            added = reply.content.decode("utf-8")
            _, signatures = parts(note + added)
            ours = [one for one in signatures if (one.name, one.key_id) == (self._cosigner.name, self._cosigner.key_id)]
            if not ours:
                raise Failed("le témoin n'a pas signé avec la clé attendue")
            text, _ = parts(note)
            line = ours[-1].line()
            at = self._cosigner.seen_at(f"{text}\n{line}")
        except (BadNote, UnicodeDecodeError) as error:
            raise Failed(f"la signature du témoin ne se vérifie pas ({error})") from error
        self._size, self._at = head.size, at
        return line

    def _told_size(self, reply: Reply) -> int:
        try:
            return parse_size(reply.content)
        except BadAddition as error:
            raise Failed(str(error)) from error

    def _ahead(self, known: int, reader: LogReader) -> None:
        """It knows more than the head shows: another gateway showed it a later one, or our store has forgotten."""
        try:
            size = reader.size()
        except LogUnreadable as error:
            raise Failed(f"le journal ne peut pas être lu ({error})") from error
        if known > size:
            raise Diverged(
                f"le témoin {self._name} a vu {known} enregistrements et le journal n'en compte que {size} : "
                "c'est une copie plus ancienne"
            )


class SecondSignature:
    """The log's own second signature, with a key that a quantum computer does not find (ML-DSA-44)."""

    name = "ml-dsa-44"
    """As health calls it."""

    def __init__(self, key: CosigningKey) -> None:
        self._key = key
        self._size: int | None = None

    def state(self) -> dict[str, Any]:
        """What it signed last: `size` in records."""
        return {"kind": "second signature", "size": self._size}

    def countersign(self, note: str, reader: LogReader) -> Sequence[str]:
        """See Outsider. It tells no time: it is the log's, not a witness's."""
        text, _ = parts(note)
        line = self._key.cosign(text, 0)
        self._size = Checkpoint.parse(text).size
        return [line]
