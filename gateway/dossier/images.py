# SPDX-License-Identifier: EUPL-1.2
"""Whether a file that begins like an image is one, whole, and nothing else besides. Pure; nothing is decoded.

A PNG is followed chunk by chunk, each with its checksum, to the end of the file. A JPEG is followed segment by segment
to its picture and its end; phones add thumbnails and clips of their own after it, archives are not among them.
"""

import zlib

_PNG = b"\x89PNG\r\n\x1a\n"
_CHUNKS = 100_000
_SEGMENTS = 10_000
_BARE = frozenset((0x01, *range(0xD0, 0xD9)))
"""JPEG markers that have no length."""
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
"""JPEG markers that tell the size of a picture."""
_ARCHIVES = (b"PK\x03\x04", b"PK\x05\x06", b"Rar!\x1a\x07", b"7z\xbc\xaf\x27\x1c")


def whole(content: bytes) -> bool:
    """Whether it is a whole image. What is neither a PNG nor a JPEG is not."""
    return _png(content) if content.startswith(_PNG) else _jpeg(content)


def _png(content: bytes) -> bool:
    at, kinds = len(_PNG), set()
    for rank in range(_CHUNKS):
        size = int.from_bytes(content[at : at + 4])
        kind, body = content[at + 4 : at + 8], content[at + 8 : at + 8 + size]
        check = content[at + 8 + size : at + 12 + size]
        if len(check) < 4 or (rank == 0 and (kind != b"IHDR" or size != 13 or not any(body[:4]) or not any(body[4:8]))):
            return False
        if zlib.crc32(body, zlib.crc32(kind)) != int.from_bytes(check):
            return False
        kinds.add(kind)
        at += 12 + size
        if kind == b"IEND":
            return b"IDAT" in kinds and at == len(content)
    return False


def _jpeg(content: bytes) -> bool:
    at, framed = 2, False
    if content[:2] != b"\xff\xd8":
        return False
    for _ in range(_SEGMENTS):
        while content[at : at + 2] == b"\xff\xff":  # fill bytes
            at += 1
        if len(content) < at + 4 or content[at] != 0xFF:
            return False
        marker = content[at + 1]
        if marker in _BARE:
            at += 2
            continue
        size = int.from_bytes(content[at + 2 : at + 4])
        if marker in (0x00, 0xD9) or size < 2:
            return False
        framed |= marker in _FRAMES
        at += 2 + size
        if marker == 0xDA:
            end = content.find(b"\xff\xd9", at)  # within a picture no such pair occurs
            return framed and end > at and not any(one in content[end:] for one in _ARCHIVES)
    return False
