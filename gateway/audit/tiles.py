# SPDX-License-Identifier: EUPL-1.2
"""The tree cut into tiles, as it is published: where a hash stands, and every proof worked out from tiles alone.

A tile holds up to 256 neighbouring hashes. At level 0 they are those of the records; at each further level, one hash
stands for a full tile of the level below. Full tiles never change; the last of a level is partial, and its address
says how wide it is. Source: c2sp.org/tlog-tiles.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from gateway.audit.merkle import EMPTY_ROOT, consistency_ranges, inclusion_ranges, node_hash

HEIGHT = 8
WIDTH = 1 << HEIGHT
HASH_BYTES = 32
MAX_LEVEL = 63
MAX_SIZE = 1 << 62

ReadTile = Callable[[int, int, int], bytes]
"""The hashes of a tile: level, index in the level, how many of them. Raises what its store raises."""

_INDEX = re.compile(r"(?:x[0-9]{3}/)*[0-9]{3}", re.ASCII)
_NUMBER = re.compile(r"0|[1-9][0-9]{0,2}", re.ASCII)
_MAX_GROUPS = 7  # 10^21 tiles are more than 2^62 records need


class BadTile(ValueError):
    """An address that is not one of a tile, or a tile whose bytes cannot be one. The message is in French."""


@dataclass(frozen=True, slots=True)
class Tile:
    """A tile's place: `level`, `index` in it, and `width`, how many hashes (or entries) it holds."""

    level: int
    index: int
    width: int = WIDTH

    @property
    def full(self) -> bool:
        """Whether it will never grow."""
        return self.width == WIDTH

    def path(self) -> str:
        """`<level>/<index>` with `.p/<width>` when partial, as it follows `tile/` in an address."""
        return f"{self.level}/{index_path(self.index)}{'' if self.full else f'.p/{self.width}'}"

    def within(self, size: int) -> bool:
        """Whether a tree of `size` leaves has all these hashes."""
        return self.index * WIDTH + self.width <= size >> (HEIGHT * self.level)


def index_path(index: int) -> str:
    """An index in groups of three digits, all but the last after an x: 1234067 is `x001/x234/067`."""
    groups = [f"{index % 1000:03}"]
    while index >= 1000:
        index //= 1000
        groups.append(f"x{index % 1000:03}")
    return "/".join(reversed(groups))


def parse_path(path: str) -> Tile:
    """The tile that `<level>/<index>[.p/<width>]` names; `entries` in place of the level is level 0. Raises BadTile."""
    level, _, rest = path.partition("/")
    if level == "entries":
        level = "0"
    where, partial, width = rest.partition(".p/")
    if not _NUMBER.fullmatch(level) or int(level) > MAX_LEVEL:
        raise BadTile("le niveau d'une tuile est un nombre de 0 à 63")
    if not _INDEX.fullmatch(where) or where.count("/") >= _MAX_GROUPS:
        raise BadTile("le numéro d'une tuile s'écrit par groupes de trois chiffres, précédés de x sauf le dernier")
    if partial and (not _NUMBER.fullmatch(width) or not 0 < int(width) < WIDTH):
        raise BadTile("la largeur d'une tuile partielle est un nombre de 1 à 255")
    index = int(where.replace("x", "").replace("/", ""))
    if index_path(index) != where:
        raise BadTile("le numéro d'une tuile s'écrit sans groupe de zéros inutile")
    return Tile(int(level), index, int(width) if partial else WIDTH)


def tiles_of(size: int) -> list[Tile]:
    """The last tile of each level in a tree of `size` leaves, when it is partial, and no other."""
    found = []
    for level in range(MAX_LEVEL + 1):
        count = size >> (HEIGHT * level)
        if not count:
            break
        if count % WIDTH:
            found.append(Tile(level, count // WIDTH, count % WIDTH))
    return found


class Tiles:
    """The tree of `size` leaves, read by its tiles; each tile is read once. Not for a tree that may be rewritten."""

    def __init__(self, read: ReadTile, size: int) -> None:
        if not 0 <= size <= MAX_SIZE:
            raise ValueError(f"no tree of {size} leaves")
        self._read = read
        self.size = size
        self._kept: dict[tuple[int, int], bytes] = {}

    def root(self) -> bytes:
        """The root of the tree."""
        return self.subtree(range(self.size))

    def inclusion(self, index: int) -> list[bytes]:
        """The proof that leaf `index` is in the tree. Raises ValueError when there is no such leaf."""
        return [self.subtree(part) for part in inclusion_ranges(index, self.size)]

    def consistency(self, old: int) -> list[bytes]:
        """The proof that the tree begins with that of `old` leaves. Raises ValueError when it cannot."""
        return [self.subtree(part) for part in consistency_ranges(old, self.size)]

    def subtree(self, part: range) -> bytes:
        """The root over leaves of `part`, which begins where a full subtree of its size could."""
        start, peaks = part.start, []
        while start < part.stop:
            rank = (part.stop - start).bit_length() - 1
            peaks.append(self._full(rank, start >> rank))
            start += 1 << rank
        if not peaks:
            return EMPTY_ROOT
        root = peaks.pop()
        while peaks:
            root = node_hash(peaks.pop(), root)
        return root

    def _full(self, rank: int, number: int) -> bytes:
        """The root of the full subtree `number` of 2^rank leaves: some neighbouring hashes of one tile, folded."""
        level, height = divmod(rank, HEIGHT)
        first = number << height
        tile = self._tile(level, first // WIDTH)
        place = first % WIDTH * HASH_BYTES
        hashes = [tile[at : at + HASH_BYTES] for at in range(place, place + (HASH_BYTES << height), HASH_BYTES)]
        while len(hashes) > 1:
            hashes = [node_hash(hashes[at], hashes[at + 1]) for at in range(0, len(hashes), 2)]
        return hashes[0]

    def _tile(self, level: int, index: int) -> bytes:
        if (kept := self._kept.get((level, index))) is not None:
            return kept
        width = min(WIDTH, (self.size >> (HEIGHT * level)) - index * WIDTH)
        content = self._read(level, index, width)
        if len(content) != width * HASH_BYTES:
            raise BadTile(f"la tuile {Tile(level, index, width).path()} compte {len(content)} octets")
        self._kept[level, index] = content
        return content
