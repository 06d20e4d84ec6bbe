# SPDX-License-Identifier: EUPL-1.2
"""An image that people send is one from its first byte to its last: cut off, disguised or stuffed, it is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from gateway.dossier.checking import received
from gateway.dossier.images import whole
from gateway.problems import Problem
from tests.pictures import chunk, jpeg, png, segment

SIGNATURE = b"\x89PNG\r\n\x1a\n"


@pytest.mark.parametrize("content", [png(), png(300, 1), jpeg(), jpeg() + jpeg(), jpeg() + b"\0" * 64])
async def test_a_whole_image_is_taken(content: bytes) -> None:
    """A phone puts a second picture, or nothings, after the first."""
    assert (await received(content, "photo")).size == len(content)


@pytest.mark.parametrize(
    "content",
    [
        *(SIGNATURE, SIGNATURE + b"ceci n'est pas une image", png()[:-1], png()[:-13], png() + b"MZ"),
        SIGNATURE + chunk(b"IDAT", b""),  # no size
        SIGNATURE + chunk(b"IHDR", bytes(13)) + chunk(b"IDAT", b"") + chunk(b"IEND", b""),  # of no size
        png().replace(chunk(b"IEND", b""), b""),
        png()[:40] + b"\0" + png()[41:],  # another checksum
        png().replace(b"IDAT", b"tEXt"),
        *(jpeg()[:-1], jpeg()[:-2], jpeg()[:30], b"\xff\xd8\xff", b"\xff\xd8\xff\xd9", b"\xff\xd8\xff\xe0\0\0"),
        jpeg() + b"PK\x03\x04word/vbaProject.bin",
        b"\xff\xd8" + segment(0xDA, b"") + b"x\xff\xd9",  # no size
        b"\xff\xd8\xff<?php",
    ],
)
async def test_what_only_begins_like_an_image_is_refused(content: bytes) -> None:
    with pytest.raises(Problem) as refused:
        await received(content, "photo.png")
    assert refused.value.status == 415


@given(some.integers(0, 80), some.binary(max_size=6), some.sampled_from([png(), jpeg()]))
def test_any_bytes_have_an_answer(at: int, hole: bytes, image: bytes) -> None:
    assert whole(image[:at] + hole + image[at + len(hole) :]) in (True, False)
    assert whole(image[:at]) is False or at >= len(image)
