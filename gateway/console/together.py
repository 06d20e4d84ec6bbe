# SPDX-License-Identifier: EUPL-1.2
"""One proof for many records at once: with them, it leads to the root of a signed checkpoint.

    dlnuf-export-proof@v1
    size <records in the tree>
    <first record> <rank> <base64>     the root of 2^rank neighbouring records that are not in the export, in order

Between two records of the export lie full subtrees that are not; their roots are all that is missing to work out the
root of the whole tree. Both writing and checking go through the export once, in order, and keep a few hashes only.
"""

import re
from collections.abc import Iterable, Iterator

from gateway.audit.merkle import node_hash
from gateway.audit.note import BadNote, from_base64, to_base64
from gateway.audit.tiles import ReadTile, Tiles

HEADER = "dlnuf-export-proof@v1"
_LINE = re.compile(r"([0-9]{1,19}) ([0-9]{1,2}) ([A-Za-z0-9+/=]{44})", re.ASCII)
_SIZE = re.compile(r"size ([0-9]{1,19})", re.ASCII)
_FRESH = 256


class BadExport(Exception):
    """An export does not hold together. The message says why, in French."""


def lines_of(numbers: Iterable[int], size: int, read: ReadTile) -> Iterator[str]:
    """The proof's lines for these records, in ascending order, each below `size`. Raises what `read` raises."""
    yield HEADER
    yield f"size {size}"
    for number, (start, rank) in enumerate(_gaps(numbers, size)):
        if number % _FRESH == 0:
            tiles = Tiles(read, size)  # which keeps every tile it has read: begun anew, to stay small
        yield f"{start} {rank} {to_base64(tiles.subtree(range(start, start + (1 << rank))))}"


def root_of(leaves: Iterable[tuple[int, bytes]], lines: Iterable[str]) -> tuple[int, bytes]:
    """The size and root that records' leaves, in order, and a proof's lines lead to. Raises BadExport."""
    told = iter(lines)
    size = _head(told)
    subtrees = (_read(line) for line in told)
    peaks: list[tuple[int, bytes]] = []
    reached = 0
    subtree = next(subtrees, None)
    leaf = next(both := iter(leaves), None)
    while subtree is not None or leaf is not None:
        if leaf is not None and leaf[0] == reached:
            rank, found = 0, leaf[1]
            leaf = next(both, None)
        elif subtree is not None and subtree[0] == reached:
            _, rank, found = subtree
            subtree = next(subtrees, None)
        else:
            raise BadExport(f"l'enregistrement {reached} n'est ni dans l'export ni dans sa preuve")
        if reached & ((1 << rank) - 1):
            raise BadExport(f"la preuve place mal ce qui commence à l'enregistrement {reached}")
        reached += 1 << rank
        while peaks and peaks[-1][0] == rank:
            found = node_hash(peaks.pop()[1], found)
            rank += 1
        peaks.append((rank, found))
    if reached != size or not peaks:
        raise BadExport(f"la preuve s'arrête à {reached} enregistrements sur {size}")
    root = peaks.pop()[1]
    while peaks:
        root = node_hash(peaks.pop()[1], root)
    return size, root


def _gaps(numbers: Iterable[int], size: int) -> Iterator[tuple[int, int]]:
    """Full subtrees, (first record, rank), that together are all records but these."""
    at = 0
    for number in _then(numbers, size):
        while at < number:
            room = number - at
            rank = min(room.bit_length() - 1, (at & -at).bit_length() - 1 if at else 63)
            yield at, rank
            at += 1 << rank
        at = number + 1


def _then(numbers: Iterable[int], last: int) -> Iterator[int]:
    yield from numbers
    yield last


def _head(told: Iterator[str]) -> int:
    if next(told, "").rstrip("\n") != HEADER:
        raise BadExport(f"la preuve d'un export commence par {HEADER}")
    found = _SIZE.fullmatch(next(told, "").rstrip("\n"))
    if found is None:
        raise BadExport("la deuxième ligne de la preuve est la taille de l'arbre")
    return int(found[1])


def _read(line: str) -> tuple[int, int, bytes]:
    found = _LINE.fullmatch(line.rstrip("\n"))
    if found is None or int(found[2]) > 62:
        raise BadExport("une ligne de la preuve ne se lit pas")
    try:
        return int(found[1]), int(found[2]), from_base64(found[3])
    except BadNote as error:
        raise BadExport("une ligne de la preuve ne se lit pas") from error
