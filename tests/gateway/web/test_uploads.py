# SPDX-License-Identifier: EUPL-1.2
"""Forms with files: what was typed survives a file that is too large, and nothing is read without the token."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest

from gateway.web.door import BadForm
from gateway.web.uploads import (
    AT_ONCE_EACH,
    FIELD_BYTES,
    FILE_BYTES,
    FILES,
    KEPT_BYTES,
    TOO_LARGE,
    TOO_MUCH,
    Places,
    Sent,
    csrf_with_file,
)

BOUNDARY = b"frontiere"
PERSON: Any = SimpleNamespace(id="p", csrf="le-bon-jeton")


@dataclass
class Sending:
    """A request that sends these bytes piece by piece, and counts what was asked of it."""

    body: bytes
    headers: dict[str, str] = field(default_factory=dict)
    read: int = 0
    piece: int = 65_536

    def __post_init__(self) -> None:
        self.headers.setdefault("content-type", "multipart/form-data; boundary=frontiere")
        self.app = SimpleNamespace(state=SimpleNamespace(web=SimpleNamespace(origin="https://ici.example")))

    async def stream(self) -> AsyncIterator[bytes]:
        for start in range(0, len(self.body), self.piece):
            self.read += self.piece
            yield self.body[start : start + self.piece]


def part(name: str, content: bytes, file: str = "") -> bytes:
    about = f'; filename="{file}"' if file else ""
    head = f'Content-Disposition: form-data; name="{name}"{about}\r\n\r\n'.encode()
    return b"--" + BOUNDARY + b"\r\n" + head + content + b"\r\n"


def form(*parts: bytes, token: bytes = b"le-bon-jeton") -> Sending:
    return Sending(part("jeton", token) + b"".join(parts) + b"--" + BOUNDARY + b"--\r\n")


async def read(sending: Sending) -> Sent:
    request: Any = sending
    return await csrf_with_file(request, PERSON)


async def test_fields_and_files_are_read() -> None:
    found = await read(form(part("q.a", "é\r\nà".encode()), part("f.a", b"%PDF-1", "a.pdf"), part("q.b", b"2")))
    assert (found.fields["q.a"], found.fields["q.b"]) == ("é\r\nà", "2")
    assert found.files == {"f.a": [("a.pdf", b"%PDF-1")]}
    assert found.faults == {}


async def test_a_file_that_is_too_large_leaves_what_was_typed() -> None:
    """Also what was typed after it."""
    found = await read(form(part("q.a", b"avant"), part("f.a", bytes(FILE_BYTES + 1), "a.pdf"), part("q.b", b"apres")))
    assert dict(found.fields) == {"q.a": "avant", "q.b": "apres"}
    assert found.files == {}
    assert found.faults == {"f.a": TOO_LARGE}
    fits = await read(form(part("f.a", bytes(FILE_BYTES), "a.pdf")))
    assert fits.faults == {}


async def test_files_are_limited_together() -> None:
    found = await read(form(*(part(f"f.{rank}", bytes(FILE_BYTES), "a.pdf") for rank in range(3))))
    assert list(found.files) == ["f.0", "f.1"]
    assert found.faults == {"f.2": TOO_MUCH}
    assert 2 * FILE_BYTES <= KEPT_BYTES < 3 * FILE_BYTES


async def test_a_wrong_token_stops_the_reading() -> None:
    """Nothing of what follows is read."""
    large = form(part("f.a", bytes(4 * FILE_BYTES), "a.pdf"), token=b"un-autre-jeton")
    with pytest.raises(BadForm) as refused:
        await read(large)
    assert refused.value.status == 403
    assert large.read == large.piece


@pytest.mark.parametrize(
    ("sending", "status"),
    [
        (Sending(part("q.a", b"1") + b"--frontiere--\r\n"), 403),
        (Sending(b"--frontiere--\r\n"), 403),
        (Sending(part("jeton", b"le-bon-jeton")), 400),
        (Sending(b"n'importe quoi"), 400),
        (Sending(b""), 400),
        (form(part("q.a", b"\xff\xfe")), 400),
        (form(part("q.a", bytes(FIELD_BYTES + 1))), 413),
        (form(*(part("f.a", b"x", "a") for _ in range(FILES + 1))), 413),
        (form(*(part("q.a", b"x") for _ in range(700))), 413),
        (Sending(b"a=1", {"content-type": "application/x-www-form-urlencoded"}), 415),
        (Sending(b"", {"content-type": "multipart/form-data"}), 415),
        (Sending(b"", {"content-type": f"multipart/form-data; boundary={'x' * 300}"}), 415),
        (form(token=b""), 403),
    ],
)
async def test_what_is_no_form_of_ours_is_refused(sending: Sending, status: int) -> None:
    with pytest.raises(BadForm) as refused:
        await read(sending)
    assert refused.value.status == status


async def test_an_announced_size_beyond_everything_is_refused_at_once() -> None:
    sending = form()
    sending.headers["content-length"] = "9999999999999"
    with pytest.raises(BadForm) as refused:
        await read(sending)
    assert (refused.value.status, sending.read) == (413, 0)


async def test_another_site_s_form_is_refused() -> None:
    sending = form()
    sending.headers["origin"] = "https://ailleurs.example"
    with pytest.raises(BadForm) as refused:
        await read(sending)
    assert (refused.value.status, sending.read) == (403, 0)


def test_a_person_has_few_places() -> None:
    places = Places()
    held = [places.one("p") for _ in range(AT_ONCE_EACH)]
    for one in held:
        one.__enter__()
    with pytest.raises(BadForm, match="Trop d'envois"), places.one("p"):
        raise AssertionError("one place too many")
    with places.one("q"):
        held.pop().__exit__(None, None, None)
    with places.one("p"):
        pass
    for one in held:
        one.__exit__(None, None, None)
