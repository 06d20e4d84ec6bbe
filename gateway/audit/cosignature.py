# SPDX-License-Identifier: EUPL-1.2
"""Signatures of those who only say « I have seen this head, and nothing it contradicts »: witnesses, with the time.

Two types: Ed25519 over the whole text under a line that tells the time, and ML-DSA-44, which a quantum computer does
not forge; a log may add the second to its own, under its own name. Source: c2sp.org/tlog-cosignature.
"""

import struct
from dataclasses import dataclass, field
from types import ModuleType
from typing import TYPE_CHECKING, cast

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from gateway.audit.note import (
    BadNote,
    Checkpoint,
    Signature,
    from_base64,
    key_id,
    key_parts,
    key_text,
    parts,
    to_base64,
)

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey

ED25519, ML_DSA_44 = 4, 6
_KEY_BYTES = {ED25519: 32, ML_DSA_44: 1312}
_MARK_BYTES = {ED25519: 8 + 64, ML_DSA_44: 8 + 2420}
_SEED_BYTES = 32
_LABEL = b"subtree/v1\n\0"
_LATEST = 2**63 - 1
_NAME_BYTES = 255


@dataclass(frozen=True, slots=True)
class Cosigner:
    """The public half of a cosigner's key. `kind`: ED25519 or ML_DSA_44."""

    name: str
    kind: int
    key: bytes = field(repr=False)
    key_id: bytes = field(init=False)

    def __post_init__(self) -> None:
        if self.kind not in _KEY_BYTES:
            raise BadNote("cette clé n'est pas celle d'un témoin : on attend le type 4 (Ed25519) ou 6 (ML-DSA-44)")
        if len(self.key) != _KEY_BYTES[self.kind]:
            raise BadNote(f"cette clé de témoin ne compte pas {_KEY_BYTES[self.kind]} octets")
        object.__setattr__(self, "key_id", key_id(self.name, self.kind, self.key))

    @classmethod
    def parse(cls, text: str) -> "Cosigner":
        """Read a verifier key of a cosigner, `name+id+base64`. Raises BadNote."""
        return cls(*key_parts(text))

    def text(self) -> str:
        """The verifier key as people hand it around."""
        return key_text(self.name, self.kind, self.key)

    def seen_at(self, note: str) -> int | None:
        """When this cosigner signed the note (epoch seconds; 0 tells no time); None when it did not.

        Raises BadNote for a note that is none, and for a signature of this key that is false.
        """
        text, signatures = parts(note)
        marks = [one.mark for one in signatures if (one.name, one.key_id) == (self.name, self.key_id)]
        times = [self._checked(text, mark) for mark in marks]
        return max(times, default=None)

    def _checked(self, text: str, mark: bytes) -> int:
        at = int.from_bytes(mark[:8], "big")
        if len(mark) != _MARK_BYTES[self.kind] or at > _LATEST:
            raise BadNote(f"la signature de {self.name} n'a pas la forme d'une signature de témoin")
        message = _message(self.kind, self.name, text, at)
        try:
            if self.kind == ED25519:
                Ed25519PublicKey.from_public_bytes(self.key).verify(mark[8:], message)
            else:
                _mldsa().MLDSA44PublicKey.from_public_bytes(self.key).verify(mark[8:], message)
        except (InvalidSignature, ValueError) as error:
            raise BadNote(f"signature fausse de {self.name}+{self.key_id.hex()}") from error
        except UnsupportedAlgorithm as error:
            raise BadNote("cette installation ne sait pas vérifier ML-DSA-44") from error
        return at


@dataclass(frozen=True, slots=True)
class CosigningKey:
    """A cosigner's key, made from a seed of 32 bytes."""

    name: str
    kind: int
    seed: bytes = field(repr=False)
    cosigner: Cosigner = field(init=False)

    def __post_init__(self) -> None:
        if len(self.seed) != _SEED_BYTES:
            raise BadNote("la graine d'une clé de témoin compte 32 octets")
        if self.kind == ED25519:
            public = Ed25519PrivateKey.from_private_bytes(self.seed).public_key().public_bytes_raw()
        elif self.kind == ML_DSA_44:
            public = self._mldsa_key().public_key().public_bytes_raw()
        else:
            raise BadNote("une clé de témoin est de type 4 (Ed25519) ou 6 (ML-DSA-44)")
        object.__setattr__(self, "cosigner", Cosigner(self.name, self.kind, public))

    @classmethod
    def parse(cls, text: str) -> "CosigningKey":
        """Read a secret key, `PRIVATE+KEY+name+id+base64(type, seed)`. Raises BadNote, which never quotes it."""
        word, _, rest = text.strip().partition("+KEY+")
        fields = rest.split("+", 2)
        if word != "PRIVATE" or len(fields) != 3:
            raise BadNote("une clé secrète s'écrit PRIVATE+KEY+nom+identifiant+base64")
        name, identity, encoded = fields
        content = from_base64(encoded)
        key = cls(name, content[0] if content else 0, content[1:])
        if key.cosigner.key_id.hex() != identity:
            raise BadNote("l'identifiant de la clé secrète ne va pas avec son nom et sa valeur")
        return key

    def text(self) -> str:
        """The secret key as it is kept in a file."""
        return f"PRIVATE+KEY+{self.name}+{self.cosigner.key_id.hex()}+{to_base64(bytes([self.kind]) + self.seed)}"

    def cosign(self, text: str, at: int) -> str:
        """The signature line for a checkpoint's text. `at`: epoch seconds; 0 tells no time. Raises BadNote."""
        message = _message(self.kind, self.name, text, at)
        if self.kind == ED25519:
            mark = Ed25519PrivateKey.from_private_bytes(self.seed).sign(message)
        else:
            mark = self._mldsa_key().sign(message)
        return Signature(self.name, self.cosigner.key_id, at.to_bytes(8, "big") + mark).line()

    def _mldsa_key(self) -> "MLDSA44PrivateKey":
        try:
            return cast("MLDSA44PrivateKey", _mldsa().MLDSA44PrivateKey.from_seed_bytes(self.seed))
        except UnsupportedAlgorithm as error:
            raise BadNote("cette installation ne sait pas signer avec ML-DSA-44") from error


def _message(kind: int, name: str, text: str, at: int) -> bytes:
    """What is signed: the text with its time, or for ML-DSA-44 the checkpoint's facts with the cosigner's name."""
    if kind == ED25519:
        return f"cosignature/v1\ntime {at}\n{text}".encode()
    checkpoint = Checkpoint.parse(text)
    if checkpoint.text() != text:
        raise BadNote("une signature ML-DSA-44 ne couvre pas les lignes d'extension d'un point de contrôle")
    cosigner, origin = name.encode(), checkpoint.origin.encode()
    if not (0 < len(cosigner) <= _NAME_BYTES and 0 < len(origin) <= _NAME_BYTES):
        raise BadNote("un nom de plus de 255 octets ne peut pas être signé avec ML-DSA-44")
    return b"".join(
        (
            _LABEL,
            bytes([len(cosigner)]) + cosigner,
            struct.pack(">Q", at),
            bytes([len(origin)]) + origin,
            struct.pack(">QQ", 0, checkpoint.size),
            checkpoint.root,
        )
    )


def _mldsa() -> ModuleType:
    """The library's module for ML-DSA, which old releases lack. Raises BadNote."""
    try:
        from cryptography.hazmat.primitives.asymmetric import mldsa
    except ImportError as error:
        raise BadNote("cette installation ne connaît pas ML-DSA-44") from error
    return mldsa
