# SPDX-License-Identifier: EUPL-1.2
"""Which lines of a block carry a value: one whole number whose bit i stands for line i of the block.

Two conditions at once are `&`, either of them is `|`, how many is `bit_count()`: a few microseconds for 65,536 lines,
whatever the conditions. In the file, few lines are their offsets, and many a deflated bitmap.
"""

import array
import sys
import zlib
from collections.abc import Iterable, Iterator, Sequence

BLOCK_BITS = 16
BLOCK = 1 << BLOCK_BITS
_FEW = 512
_OFFSETS, _DEFLATED = b"o", b"z"
_BYTES = BLOCK // 8


def bits_of(offsets: Iterable[int]) -> int:
    """The number whose bits these are, each below BLOCK."""
    content = bytearray(_BYTES)
    for offset in offsets:
        content[offset >> 3] |= 1 << (offset & 7)
    return int.from_bytes(content, "little")


def offsets_of(bits: int) -> Iterator[int]:
    """The bits that are set, the highest first."""
    while bits:
        top = bits.bit_length() - 1
        yield top
        bits ^= 1 << top


def packed(offsets: Sequence[int]) -> bytes:
    """The offsets as the file keeps them."""
    if len(offsets) <= _FEW:
        few = array.array("H", offsets)
        if sys.byteorder == "big":
            few.byteswap()
        return _OFFSETS + few.tobytes()
    return _DEFLATED + zlib.compress(bits_of(offsets).to_bytes(_BYTES, "little"), 1)


def unpacked(content: bytes) -> int:
    """The number that `packed` wrote. Raises ValueError for anything else."""
    kind, rest = content[:1], content[1:]
    if kind == _OFFSETS and len(rest) % 2 == 0:
        few = array.array("H")
        few.frombytes(rest)
        if sys.byteorder == "big":
            few.byteswap()
        return bits_of(few)
    if kind == _DEFLATED:
        try:
            return int.from_bytes(zlib.decompress(rest, bufsize=_BYTES), "little")
        except zlib.error as error:
            raise ValueError("not a bitmap") from error
    raise ValueError("not a bitmap")
