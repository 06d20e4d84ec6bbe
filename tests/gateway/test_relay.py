# SPDX-License-Identifier: EUPL-1.2
"""Files that stay at their registry: an address opens what was sealed in it, for a while, and nothing else."""

import asyncio
import re
import secrets
import sqlite3
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote, unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.kit import NotFound, RegistryError, RegistryInternal, RegistryThrottled, RegistryTimeout, Reply
from connectors.kit.contract import load
from connectors.kit.errors import BadCertificate, NetworkDown
from gateway.exchange import relayed
from gateway.problems import Problem, problem
from gateway.relay import MAX_LIFE_S, Relay
from gateway.source.door import Door, Lent
from gateway.source.wire import sorted_out
from tests.gateway.running_gateway import PUBLIC, running
from tests.gateway.source.loopback import Received, contract, http, registry, says

START = 1_700_000_000
FILE = Reply(200, {"content-type": "application/pdf"}, b"%PDF-1.7")


@dataclass
class There:
    """A registry behind its real door, whose wire gives this answer."""

    told: Reply | RegistryError = field(default_factory=lambda: FILE)
    asked: list[str] = field(default_factory=list)

    @property
    def door(self) -> Door:
        """The door files are fetched through."""
        urls = {"": "https://registre.test", "pieces": "https://pieces.test/v1"}
        return Door(contract(), Lent(urls, self._send, lambda: datetime.now(UTC), lambda *_: ""))

    async def _send(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None) -> Reply:
        self.asked.append(f"{method} {url}")
        if isinstance(self.told, RegistryError):
            raise self.told
        return sorted_out(self.told, on_429="999")


class Hand:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.seconds = float(START)

    def __call__(self) -> float:
        return self.seconds


def relay(there: There, clock: Hand | None = None, key: bytes = b"k" * 32) -> Relay:
    """A relay to that registry."""
    made = Relay(key, PUBLIC, clock or Hand(), secrets.token_bytes)
    made.through({"insee": there.door})
    return made


def capability(address: str) -> str:
    """What stands for the file in an address."""
    found = re.fullmatch(re.escape(PUBLIC) + r"/proxy/files/([\w-]+)/([\w.%~-]+)", address, re.ASCII)
    assert found
    return found[1]


async def refused(opened: Relay, written: str) -> tuple[int, str]:
    """Status and code of a refusal to open."""
    with pytest.raises(Problem) as raised:
        await opened.fetch(written)
    return raised.value.status, raised.value.code


async def test_an_address_opens_the_file_it_was_made_for() -> None:
    there = There()
    opened = relay(there)
    found = await opened.fetch(capability(opened.link("insee", "pieces", "/actes/1?f=pdf", "acte.pdf", 60)))
    assert there.asked == ["GET https://pieces.test/v1/actes/1?f=pdf"]
    assert (found.filename, found.media_type, found.content) == ("acte.pdf", "application/pdf", b"%PDF-1.7")
    assert re.fullmatch(r"[0-9a-f]{32}", found.id)


def test_an_address_says_nothing_of_the_registry_s_and_is_never_twice_the_same() -> None:
    opened = relay(There())
    first, second = (opened.link("insee", "", "/secret/1", "acte.pdf", 60) for _ in range(2))
    assert first != second
    assert "secret" not in first
    assert "registre" not in first


@pytest.mark.parametrize("name", ["acte à jour.pdf", "a/b.pdf", "a?b#c.pdf", "100%.pdf", "é" * 100])
async def test_an_address_holds_any_file_name_as_one_segment(name: str) -> None:
    opened = relay(There())
    address = opened.link("insee", "", "/1", name, 60)
    assert unquote(address.rpartition("/")[2]) == name
    assert quote(name, safe="") == address.rpartition("/")[2]
    assert (await opened.fetch(capability(address))).filename == name


@pytest.mark.parametrize(("life_s", "lives_s"), [(60, 60), (MAX_LIFE_S, MAX_LIFE_S), (10**9, MAX_LIFE_S), (0, 0)])
async def test_an_address_works_for_its_time_and_a_day_at_most(life_s: int, lives_s: int) -> None:
    there, clock = There(), Hand()
    opened = relay(there, clock)
    written = capability(opened.link("insee", "", "/1", "a.pdf", life_s))
    if lives_s:
        clock.seconds = START + lives_s - 0.1
        assert (await opened.fetch(written)).content == b"%PDF-1.7"
    clock.seconds = START + lives_s
    there.asked.clear()
    assert await refused(opened, written) == (410, "00403")
    assert there.asked == []


async def test_no_changed_address_opens_anything() -> None:
    there = There()
    opened = relay(there)
    written = capability(opened.link("insee", "", "/1", "a.pdf", 60))
    for rank, letter in enumerate(written):
        for other in {"A", "B", "_"} - {letter}:
            assert await refused(opened, written[:rank] + other + written[rank + 1 :]) == (404, "00404")
    for spoilt in (written[:-1], written + "A", written + "=", f" {written}", f"{written}\n", written.swapcase()):
        assert await refused(opened, spoilt) == (404, "00404")
    assert there.asked == []


@given(st.text(max_size=60) | st.text("ABCabc019-_=+/", max_size=200) | st.just("A" * 3000))
def test_no_text_that_was_not_sealed_here_opens_anything(written: str) -> None:
    there = There()
    with pytest.raises(Problem) as raised:
        relay(there).fetch(written).send(None)  # refused before anything is waited for
    assert (raised.value.status, raised.value.code) == (404, "00404")
    assert there.asked == []


async def test_another_gateway_s_address_opens_nothing() -> None:
    written = capability(relay(There(), key=b"x" * 32).link("insee", "", "/1", "a.pdf", 60))
    assert await refused(relay(There()), written) == (404, "00404")


async def test_a_registry_that_is_no_longer_in_use_has_no_file() -> None:
    opened = relay(There())
    assert await refused(opened, capability(opened.link("ancien", "", "/1", "a.pdf", 60))) == (404, "00404")


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (403, "00601"), (429, "00602"), (500, "00603"), (502, "00604"), (503, "00605"), (504, "00606"),
        (404, "00404"), (400, "00603"), (401, "00603"), (204, "00603"), (206, "00603"), (302, "00502"),
    ],
)  # fmt: skip
async def test_each_status_of_the_registry_has_its_code(status: int, code: str) -> None:
    opened = relay(There(Reply(status, {"location": "https://ailleurs.test"}, b"le detail")))
    told = await refused(opened, capability(opened.link("insee", "", "/1", "a.pdf", 60)))
    assert told == (404 if code == "00404" else 502, code)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (RegistryTimeout(), "00606"), (NetworkDown(), "00502"), (BadCertificate(), "00502"), (NotFound(), "00404"),
        (RegistryInternal(), "00502"), (RegistryThrottled(), "00602"),
    ],
    ids=lambda value: value if isinstance(value, str) else type(value).__name__,
)  # fmt: skip
async def test_each_trouble_of_the_wire_has_its_code(error: RegistryError, code: str) -> None:
    opened = relay(There(error))
    told = await refused(opened, capability(opened.link("insee", "", "/1", "a.pdf", 60)))
    assert told == (404 if code == "00404" else 502, code)


@pytest.mark.parametrize("said", ["", "application/pdf\r\nx: y", "application/é", "texte\u2028"])
async def test_a_media_type_that_cannot_stand_in_a_header_is_left_out(said: str) -> None:
    opened = relay(There(Reply(200, {"content-type": said} if said else {}, b"x")))
    found = await opened.fetch(capability(opened.link("insee", "", "/1", "a.pdf", 60)))
    assert found.media_type == "application/octet-stream"


async def test_a_file_whose_handing_out_cannot_be_recorded_is_not_handed_out() -> None:
    recorded: list[tuple[object, ...]] = []

    async def downloaded(*what: object) -> None:
        recorded.append(what)
        raise problem("00510")

    opened = relay(There())
    house: Any = SimpleNamespace(relay=opened, audit=SimpleNamespace(downloaded=downloaded))
    with pytest.raises(Problem) as raised:
        await relayed(capability(opened.link("insee", "", "/1", "a.pdf", 60)), "192.0.2.1", house)
    assert raised.value.code == "00510"
    assert [row[2:] for row in recorded] == [(8, "192.0.2.1")]


def downloads(state: Path) -> list[str]:
    """The records of downloads that are durable by now."""
    with sqlite3.connect(f"file:{state}/audit.db?mode=ro", uri=True) as log:
        rows = log.execute("SELECT CAST(entry AS TEXT) FROM record").fetchall()
    log.close()
    return [text for (text,) in rows if '"downloaded"' in text]


async def test_through_the_application_it_is_recorded_before_its_first_byte_leaves(tmp_path: Path) -> None:
    async def behave(request: Received) -> bytes:
        if request.target.endswith("/token"):
            return http(b'{"access_token":"jeton","expires_in":3600}')
        return http(b"%PDF-1.7 contenu", "200 OK", "content-type: application/pdf", "set-cookie: suivi=1")

    async with registry(behave) as there, running(tmp_path, there.address) as house:
        made = Relay(house.keys.links, PUBLIC, time.time, secrets.token_bytes)
        address = made.link("insee", "", "/pieces/1", "acte été.pdf", 60).removeprefix(PUBLIC)
        reader, writer = await asyncio.open_connection("127.0.0.1", int(house.address.rpartition(":")[2]))
        writer.write(f"GET {address} HTTP/1.1\r\nhost: x\r\n\r\n".encode())
        first = await reader.readexactly(1)
        (record,) = downloads(tmp_path)  # as soon as anything is heard, it is durable
        head = first + await reader.readuntil(b"\r\n\r\n")
        body = await reader.readexactly(16)
        writer.close()
        unknown = await house.client.get(address.replace("/proxy/files/", "/proxy/files/A"))
        assert len(downloads(tmp_path)) == 1
    assert head.startswith(b"HTTP/1.1 200")
    assert body == b"%PDF-1.7 contenu"
    for expected in (b"application/pdf", b"nosniff", b"no-store", b"filename*=UTF-8''acte%20%C3%A9t%C3%A9.pdf"):
        assert expected in head
    assert b"suivi" not in head
    assert '"size":16' in record
    assert (unknown.status_code, unknown.json()["errors"][0]["code"]) == (404, "00404")
    asked = there.received[-1]
    assert (asked.target, asked.values("authorization")) == ("/insee/pieces/1", ["Bearer jeton"])


async def test_through_the_application_a_registry_s_trouble_is_said_and_leaves_no_download(tmp_path: Path) -> None:
    token = http(b'{"access_token":"jeton","expires_in":3600}')
    async with registry(says(token, http(b"", "503 X"))) as there, running(tmp_path, there.address) as house:
        made = Relay(house.keys.links, PUBLIC, time.time, secrets.token_bytes)
        answer = await house.client.get(made.link("insee", "", "/1", "a.pdf", 60).removeprefix(PUBLIC))
        assert downloads(tmp_path) == []
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (502, "00605")


async def test_what_an_address_says_can_be_read_back_and_nobody_else_s_can() -> None:
    opened = relay(There())
    url = opened.link("insee", "", "/1", "a.pdf", 60)
    sealed, where = opened.sealed(url) or ("", "nowhere")
    assert (await opened.fetch(sealed, where)).filename == "a.pdf"
    for other in ("https://ailleurs.test/proxy/files/x/a.pdf", "/documents/x/a.pdf", "", url.removeprefix("http")):
        assert opened.sealed(other) is None
    own = relay(There())
    own.through({}, {"inpi_rne": load("inpi_rne")})
    sealed, where = own.sealed(own.link("inpi_rne", "", "/1", "a.pdf", 60)) or ("", "nowhere")
    assert (where, "/" in sealed) == ("/proxy/inpi/download", False)
