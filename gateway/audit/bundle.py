# SPDX-License-Identifier: EUPL-1.2
"""A month of the log in one file that proves itself: records, their place in the tree, and the signed head above them.

A ZIP, laid out as a log is published (c2sp.org/tlog-tiles), so that any tool for such logs reads it:

    checkpoint               the signed head
    tile/<L>/<N>[.p/<W>]     the tiles from the month's records up to that head, and the last tile of each level
    tile/entries/<N>[.p/<W>] records, 256 next to each other, each after its length (two bytes); of other months, or
                             already erased: a length of zero
    manifest.json            what it is, for people and programs; nothing in it is believed

Reading one verifies it: the signature, every tile from the leaves to the root, and every record against its leaf.
"""

import json
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from gateway.audit.canonical import MAX_BYTES
from gateway.audit.merkle import leaf_hash, root_of
from gateway.audit.note import BadNote, Checkpoint, Verifier, open_checkpoint
from gateway.audit.tiles import HASH_BYTES, HEIGHT, WIDTH, BadTile, Tile, Tiles, parse_path, tiles_of

FORMAT = "dlnuf-export@1"
CHECKPOINT, MANIFEST, TILES, ENTRIES = "checkpoint", "manifest.json", "tile/", "tile/entries/"
_LENGTH = struct.Struct(">H")
_MOST_BYTES = {CHECKPOINT: 64 * 1024, MANIFEST: 64 * 1024, TILES: WIDTH * HASH_BYTES, ENTRIES: WIDTH * (MAX_BYTES + 2)}


class BadExport(Exception):
    """The file is not an export that holds. The message says why, in French."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an export says of itself. `first`, `last`: numbers of its first and last record."""

    month: str
    origin: str
    size: int
    count: int
    first: int
    last: int

    def content(self) -> bytes:
        """As it is written."""
        told = {"format": FORMAT} | {name: getattr(self, name) for name in self.__slots__}
        return json.dumps(told, ensure_ascii=True, indent=1).encode() + b"\n"


def packed(entries: list[bytes | None]) -> bytes:
    """A bundle of entries; None is one that is not here."""
    return b"".join(_LENGTH.pack(len(entry or b"")) + (entry or b"") for entry in entries)


def needed(first_tiles: list[int], size: int) -> list[Tile]:
    """The tiles that lead from these tiles of level 0 to the root of a tree of `size` records."""
    found = {(tile.level, tile.index): tile for tile in tiles_of(size)}
    level, indices = 0, first_tiles
    while indices and (count := size >> (HEIGHT * level)):
        for index in indices:
            if (width := min(WIDTH, count - index * WIDTH)) > 0:
                found[level, index] = Tile(level, index, width)
        level, indices = level + 1, list(dict.fromkeys(index // WIDTH for index in indices))
    return [found[place] for place in sorted(found)]


class Export:
    """An export that was opened. `verify` before anything else is believed."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._checked: set[tuple[int, int]] = set()

    def records(self) -> Iterator[tuple[int, bytes]]:
        """Each record with its number, in the file's order. Raises BadExport."""
        for name in self._archive.namelist():
            if not name.startswith(ENTRIES):
                continue
            tile = self._tile(name)
            content, place = self._read(name, ENTRIES), 0
            for number in range(tile.index * WIDTH, tile.index * WIDTH + tile.width):
                if len(content) < place + _LENGTH.size:
                    raise BadExport(f"{name} est tronqué")
                (length,) = _LENGTH.unpack_from(content, place)
                place += _LENGTH.size
                entry = content[place : place + length]
                place += length
                if len(entry) != length:
                    raise BadExport(f"{name} est tronqué")
                if entry:
                    yield number, entry
            if place != len(content):
                raise BadExport(f"{name} contient plus que ses enregistrements")

    def verify(self, verifier: Verifier) -> dict[int, bytes]:
        """The leaf of every record of the file, by number, once all of it holds under this key. Raises BadExport."""
        try:
            checkpoint = open_checkpoint(self.note(), verifier)
        except BadNote as error:
            raise BadExport(f"le point de contrôle n'est pas signé par cette clé : {error}") from error
        return self.verify_under(checkpoint)

    def note(self) -> str:
        """The signed head, as it stands in the file. Raises BadExport."""
        try:
            return self._read(CHECKPOINT, CHECKPOINT).decode("utf-8")
        except UnicodeDecodeError as error:
            raise BadExport("le point de contrôle n'est pas du texte") from error

    def verify_under(self, checkpoint: Checkpoint) -> dict[int, bytes]:
        """The same, under a head that somebody else has checked. Raises BadExport."""
        tree = Tiles(self._tile_of, checkpoint.size)
        try:
            if tree.root() != checkpoint.root:
                raise BadExport("les tuiles ne mènent pas à la racine signée")
            leaves: dict[int, bytes] = {}
            for number, entry in self.records():
                if not 0 <= number < checkpoint.size:
                    raise BadExport(f"l'enregistrement {number} n'est pas sous le point de contrôle")
                leaf = leaf_hash(entry)
                self._attached(tree, 0, number // WIDTH)
                if number in leaves or tree.subtree(range(number, number + 1)) != leaf:
                    raise BadExport(f"l'enregistrement {number} n'est pas celui du journal")
                leaves[number] = leaf
        except (BadTile, ValueError) as error:
            raise BadExport(f"une tuile n'est pas lisible : {error}") from error
        return leaves

    def manifest(self) -> Manifest:
        """What the file says of itself. Raises BadExport."""
        try:
            told = json.loads(self._read(MANIFEST, MANIFEST))
            if told.pop("format") != FORMAT:
                raise BadExport("ce n'est pas un export de cette version")
            found = Manifest(**told)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise BadExport("manifest.json ne se lit pas") from error
        return found

    def _attached(self, tree: Tiles, level: int, index: int) -> None:
        """Check that a full tile is what the tile above says; one that is not full is part of the root itself."""
        if (level, index) in self._checked or index >= tree.size >> (HEIGHT * (level + 1)):
            return
        content, span = self._tile_of(level, index, WIDTH), 1 << (HEIGHT * (level + 1))
        hashes = [content[at : at + HASH_BYTES] for at in range(0, len(content), HASH_BYTES)]
        if root_of(hashes) != tree.subtree(range(index * span, (index + 1) * span)):
            raise BadExport(f"la tuile {Tile(level, index).path()} n'est pas celle que dit la tuile au-dessus")
        self._checked.add((level, index))
        self._attached(tree, level + 1, index // WIDTH)

    def _tile_of(self, level: int, index: int, width: int) -> bytes:
        return self._read(TILES + Tile(level, index, width).path(), TILES)

    def _tile(self, name: str) -> Tile:
        try:
            return parse_path(name.removeprefix(TILES))
        except BadTile as error:
            raise BadExport(f"{name} : {error}") from error

    def _read(self, name: str, kind: str) -> bytes:
        """A member of the file, which has a size that it may have."""
        most = _MOST_BYTES[kind]
        try:
            with self._archive.open(name) as member:
                content = member.read(most + 1)
        except (KeyError, zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
            raise BadExport(f"{name} manque, ou ne se lit pas") from error
        if len(content) > most:
            raise BadExport(f"{name} est trop long")
        return content


@contextmanager
def opened_export(path: Path) -> Iterator[Export]:
    """An export file, for the time of a block. Raises BadExport, OSError."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
            if len(set(names)) != len(names):
                raise BadExport("un nom y figure deux fois")
            yield Export(archive)
    except (zipfile.BadZipFile, UnicodeDecodeError, NotImplementedError) as error:
        raise BadExport("ce n'est pas un fichier ZIP lisible") from error
