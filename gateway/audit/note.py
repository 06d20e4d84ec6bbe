# SPDX-License-Identifier: EUPL-1.2
"""The signed head of the log, in public formats: C2SP signed note and tlog-checkpoint, Ed25519.

A note is a text and the lines of those who sign it. A checkpoint is a note whose text is the log's name (its origin),
the number of records, and the root of their tree. Sources: c2sp.org/signed-note, c2sp.org/tlog-checkpoint.
"""

import base64
import binascii
import re
from dataclasses import dataclass, field
from hashlib import sha256
from typing import NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

ED25519 = 1
"""The type of a log's Ed25519 key (C2SP signed-note)."""
_KEY_BYTES = 32
_ROOT_BYTES = 32
_ID_BYTES = 4
_MAX_NOTE = 65536
_MAX_SIGNATURES = 64
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")
_NAME = re.compile(r"[^\s+\x00-\x1f]+")
_SIZE = re.compile(r"0|[1-9][0-9]{0,18}", re.ASCII)


class BadNote(Exception):
    """A note, a checkpoint or a key is not one, or not signed by whom it should be. The message says why, in French."""


@dataclass(frozen=True, slots=True)
class Verifier:
    """The public half of a log's key: `name` as in the signature's line, `key` the 32 bytes of Ed25519."""

    name: str
    key: bytes
    key_id: bytes = field(init=False)

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise BadNote("le nom d'une clé a au moins un caractère, sans espace ni « + »")
        if len(self.key) != _KEY_BYTES:
            raise BadNote("une clé publique Ed25519 compte 32 octets")
        object.__setattr__(self, "key_id", key_id(self.name, ED25519, self.key))

    @classmethod
    def parse(cls, text: str) -> "Verifier":
        """Read a verifier key, `name+id+base64`. Raises BadNote."""
        name, kind, key = key_parts(text)
        if kind != ED25519:
            raise BadNote("cette clé de vérification n'est pas une clé Ed25519")
        return cls(name, key)

    def text(self) -> str:
        """The verifier key as people hand it around: `name+id+base64`."""
        return key_text(self.name, ED25519, self.key)

    def open(self, note: str) -> str:
        """The text of a note signed by this key. Signatures of others are ignored. Raises BadNote."""
        text, signatures = parts(note)
        ours = [one.mark for one in signatures if one.name == self.name and one.key_id == self.key_id]
        if not ours:
            raise BadNote(f"non signé par {self.name}+{self.key_id.hex()}")
        try:
            public = Ed25519PublicKey.from_public_bytes(self.key)
            for mark in ours:
                public.verify(mark, text.encode())
        except (InvalidSignature, ValueError) as error:
            raise BadNote(f"signature fausse de {self.name}+{self.key_id.hex()}") from error
        return text


@dataclass(frozen=True, slots=True)
class Signer:
    """The log's key: it signs heads under `name`, which is also the log's origin."""

    name: str
    key: Ed25519PrivateKey = field(repr=False)
    verifier: Verifier = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "verifier", Verifier(self.name, self.key.public_key().public_bytes_raw()))

    @classmethod
    def from_seed(cls, name: str, seed: bytes) -> "Signer":
        """The signer whose Ed25519 private key is these 32 bytes. Raises BadNote for another length or a bad name."""
        if len(seed) != _KEY_BYTES:
            raise BadNote("une clé privée Ed25519 compte 32 octets")
        return cls(name, Ed25519PrivateKey.from_private_bytes(seed))

    def sign(self, text: str) -> str:
        """The note of this text (which ends in a new line), signed."""
        return f"{text}\n{Signature(self.name, self.verifier.key_id, self.key.sign(text.encode())).line()}"


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a log's head says: `origin` the log's name, `size` in records, `root` 32 bytes."""

    origin: str
    size: int
    root: bytes

    def text(self) -> str:
        """The note's text: three lines."""
        return f"{self.origin}\n{self.size}\n{to_base64(self.root)}\n"

    @classmethod
    def parse(cls, text: str) -> "Checkpoint":
        """Read a note's text; extension lines are allowed and ignored. Raises BadNote."""
        lines = text.split("\n")
        if len(lines) < 4 or lines[-1] or not all(lines[:-1]):
            raise BadNote("un point de contrôle a au moins trois lignes, dont aucune vide")
        origin, size, root = lines[:3]
        if not _SIZE.fullmatch(size):
            raise BadNote("la deuxième ligne d'un point de contrôle est sa taille")
        content = from_base64(root)
        if len(content) != _ROOT_BYTES:
            raise BadNote("la troisième ligne d'un point de contrôle est une racine de 32 octets")
        return cls(origin, int(size), content)


def open_checkpoint(note: str, verifier: Verifier) -> Checkpoint:
    """The checkpoint of the log whose key this is. Raises BadNote: not a note, not signed, of another log."""
    checkpoint = Checkpoint.parse(verifier.open(note))
    if checkpoint.origin != verifier.name:
        raise BadNote(f"point de contrôle d'un autre journal : {checkpoint.origin}")
    return checkpoint


class Signature(NamedTuple):
    """One line of those who sign: the key's name, its id (4 bytes), and what follows, as the key's type defines it."""

    name: str
    key_id: bytes
    mark: bytes

    def line(self) -> str:
        """The line as it stands in a note, with its new line."""
        return f"— {self.name} {to_base64(self.key_id + self.mark)}\n"


def key_id(name: str, kind: int, key: bytes) -> bytes:
    """The id of a key, 4 bytes: a short name for it, which proves nothing."""
    return sha256(name.encode() + b"\n" + bytes([kind]) + key).digest()[:_ID_BYTES]


def key_parts(text: str) -> tuple[str, int, bytes]:
    """Name, type and value of a verifier key written `name+id+base64`, once its id is checked. Raises BadNote."""
    fields = text.strip().split("+", 2)
    if len(fields) != 3:
        raise BadNote("une clé de vérification s'écrit nom+identifiant+base64")
    name, identity, encoded = fields
    content = from_base64(encoded)
    if not content or not _NAME.fullmatch(name):
        raise BadNote("une clé de vérification a un nom, sans espace ni « + », et une valeur")
    if key_id(name, content[0], content[1:]).hex() != identity:
        raise BadNote("l'identifiant de la clé de vérification ne va pas avec son nom et sa valeur")
    return name, content[0], content[1:]


def key_text(name: str, kind: int, key: bytes) -> str:
    """A verifier key as people hand it around: `name+id+base64`."""
    return f"{name}+{key_id(name, kind, key).hex()}+{to_base64(bytes([kind]) + key)}"


def parts(note: str) -> tuple[str, list[Signature]]:
    """The note's text with its last new line, and its signatures, none of them checked. Raises BadNote."""
    if len(note) > _MAX_NOTE or _CONTROL.search(note):
        raise BadNote("trop long pour une note, ou avec des caractères de contrôle")
    head, blank, tail = note.rpartition("\n\n")
    if not blank or not head or not tail.endswith("\n"):
        raise BadNote("une note est un texte, une ligne vide et des lignes de signature")
    lines = tail[:-1].split("\n")
    if len(lines) > _MAX_SIGNATURES:
        raise BadNote("trop de signatures")
    signatures = []
    for line in lines:
        dash, _, rest = line.partition(" ")
        name, _, encoded = rest.partition(" ")
        if dash != "—" or not _NAME.fullmatch(name):
            raise BadNote("une ligne de signature est un tiret, un nom et une signature")
        mark = from_base64(encoded)
        if len(mark) <= _ID_BYTES:
            raise BadNote("une signature est trop courte")
        signatures.append(Signature(name, mark[:_ID_BYTES], mark[_ID_BYTES:]))
    return head + "\n", signatures


def to_base64(content: bytes) -> str:
    """Standard base64."""
    return base64.b64encode(content).decode("ascii")


def from_base64(text: str) -> bytes:
    """Standard base64, in its one canonical spelling: another would be a change that nobody sees. Raises BadNote."""
    try:
        content = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadNote("ce n'est pas du base64") from error
    if to_base64(content) != text:
        raise BadNote("base64 écrit autrement que sous sa forme unique")
    return content
