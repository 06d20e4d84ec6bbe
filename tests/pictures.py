# SPDX-License-Identifier: EUPL-1.2
"""Small whole images, as people join them to what they declare."""

import zlib


def chunk(kind: bytes, body: bytes) -> bytes:
    """A chunk of a PNG."""
    return len(body).to_bytes(4) + kind + body + zlib.crc32(body, zlib.crc32(kind)).to_bytes(4)


def png(width: int = 2, height: int = 2) -> bytes:
    """A grey picture."""
    head = width.to_bytes(4) + height.to_bytes(4) + bytes((8, 0, 0, 0, 0))
    rows = zlib.compress((b"\0" + b"\x80" * width) * height)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def segment(marker: int, body: bytes) -> bytes:
    """A segment of a JPEG."""
    return bytes((0xFF, marker)) + (len(body) + 2).to_bytes(2) + body


def jpeg() -> bytes:
    """A photograph's segments around a few bytes of picture, with a thumbnail among what the camera says."""
    camera = segment(0xE1, b"Exif\0\0" + b"\xff\xd8\xff\xd9")
    frame = segment(0xC0, bytes((8, 0, 2, 0, 2, 1, 1, 0x11, 0)))
    scan = segment(0xDA, bytes((1, 1, 0, 0, 63, 0))) + b"\x12\xff\x00\x34\xff\xd0\x56"
    return b"\xff\xd8" + camera + segment(0xDB, bytes(65)) + frame + b"\xff" + scan + b"\xff\xd9"
