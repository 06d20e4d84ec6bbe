# SPDX-License-Identifier: EUPL-1.2
"""The wire to a registry, before a real server on loopback: its troubles in the kit's words, and its limits kept."""

import asyncio
import gzip
import socket
import time
import zlib
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from connectors.kit import (
    RegistryError,
    RegistryTimeout,
    RegistryUnavailable,
    Reply,
    UnknownAnswer,
)
from connectors.kit.errors import RegistryClosed
from gateway.source.wire import Wire
from tests.gateway.source.loopback import Received, Registry, Script, contract, http, registry, says, wire


async def answered(script: Script, **limits: float) -> Reply:
    """What the wire makes of one question to a registry that behaves so."""
    async with registry(script) as there, wire(contract(**limits)) as opened:  # type: ignore[arg-type]  # whole or not
        return await opened.send("GET", there.address + "/fiche", {})


async def never(_: Received) -> bytes:
    """A registry that does not answer."""
    await asyncio.sleep(30)
    return b""


async def test_an_answer_comes_with_its_status_its_headers_in_lower_case_and_its_body() -> None:
    reply = await answered(says(http(b"corps", "418 Je suis une theiere", "X-Essai: Oui", "Content-Type: text/xml")))
    assert (reply.status, reply.body) == (418, b"corps")
    assert (reply.headers["x-essai"], reply.headers["content-type"]) == ("Oui", "text/xml")


async def test_a_question_arrives_as_it_was_asked() -> None:
    async with registry(says(http())) as there, wire(contract()) as opened:
        await opened.send("POST", there.address + "/a%2Fb?c=%C3%A9+d", {"content-type": "text/xml"}, b"\x00<x/>")
    (received,) = there.received
    assert (received.method, received.target, received.body) == ("POST", "/a%2Fb?c=%C3%A9+d", b"\x00<x/>")
    assert received.values("content-type") == ["text/xml"]


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


async def test_nobody_listens() -> None:
    async with wire(contract()) as opened:
        with pytest.raises(RegistryUnavailable):
            await opened.send("GET", f"http://127.0.0.1:{free_port()}/", {})


async def with_writer(behave: Callable[[asyncio.StreamWriter], Awaitable[None]]) -> Reply:
    """What the wire makes of a registry that does this to the connection once it has read the question."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        await behave(writer)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        async with wire(contract()) as opened:
            address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
            return await opened.send("POST", address, {}, b"")
    finally:
        server.close()


async def test_a_reset_is_unavailable() -> None:
    async def reset(writer: asyncio.StreamWriter) -> None:
        linger = b"\x01\0\0\0\0\0\0\0"
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        writer.transport.abort()

    with pytest.raises(RegistryUnavailable):
        await with_writer(reset)


@pytest.mark.parametrize("begun", [b"", b"HTTP/1.1 200 OK\r\n", http(b"court", length=500)])
async def test_an_end_before_the_end_is_a_time_out(begun: bytes) -> None:
    async def stop(writer: asyncio.StreamWriter) -> None:
        writer.write(begun)
        await writer.drain()

    with pytest.raises(RegistryTimeout):
        await with_writer(stop)


@pytest.mark.parametrize("begun", [b"", b"HTTP/1.1 200 OK\r\n", http(b"court", length=500)])
async def test_a_registry_that_stops_in_the_middle_is_left_after_its_time(begun: bytes) -> None:
    async def pause(request: Received) -> bytes:
        return begun or await never(request)

    started = time.monotonic()
    with pytest.raises(RegistryTimeout):
        await answered(pause, timeout_s=0.2)
    assert time.monotonic() - started < 2


async def test_waiting_for_a_place_counts_in_the_time() -> None:
    async with registry(never) as there, wire(contract(timeout_s=0.2, concurrency=1)) as opened:
        asked = [opened.send("GET", there.address, {}) for _ in range(3)]
        started = time.monotonic()
        told = await asyncio.gather(*asked, return_exceptions=True)
    assert {type(error) for error in told} == {RegistryTimeout}
    assert time.monotonic() - started < 2


@pytest.mark.parametrize("limit", [1, 3])
async def test_a_registry_never_sees_more_questions_at_once_than_its_contract_says(limit: int) -> None:
    under_way: list[int] = [0]
    most: list[int] = [0]

    async def count(_: Received) -> bytes:
        under_way[0] += 1
        most[0] = max(most[0], under_way[0])
        await asyncio.sleep(0.01)
        under_way[0] -= 1
        return http(b"ok")

    async with registry(count) as there, wire(contract(concurrency=limit)) as opened:
        replies = await asyncio.gather(*(opened.send("GET", there.address, {}) for _ in range(12)))
    assert [reply.body for reply in replies] == [b"ok"] * 12
    assert (most[0], there.connections) == (limit, limit)


async def test_a_slow_registry_does_not_take_another_s_place() -> None:
    async with (
        registry(never) as slow,
        registry(says(http(b"ok"))) as other,
        wire(contract(timeout_s=0.5, concurrency=1)) as first,
        wire(contract(concurrency=1)) as second,
    ):
        waiting = asyncio.create_task(first.send("GET", slow.address, {}))
        await asyncio.sleep(0.05)
        assert (await second.send("GET", other.address, {})).body == b"ok"
        assert not waiting.done()
        with pytest.raises(RegistryTimeout):
            await waiting


@pytest.mark.parametrize(
    ("status", "kind"),
    [(502, RegistryUnavailable), (503, RegistryClosed), (504, RegistryTimeout)],
)
async def test_a_gateway_s_own_statuses_are_troubles_before_any_connector_sees_them(
    status: int, kind: type[RegistryError]
) -> None:
    with pytest.raises(RegistryError) as raised:
        await answered(says(http(b"{}", f"{status} X")))
    assert type(raised.value) is kind
    assert raised.value.suffix == ("002" if status == 504 else "001")


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_handed_over_and_never_followed(status: int) -> None:
    async with registry(says(http(b"ailleurs"))) as elsewhere:
        reply = await answered(says(http(b"", f"{status} X", f"location: {elsewhere.address}/")))
    assert (reply.status, reply.headers["location"]) == (status, f"{elsewhere.address}/")
    assert elsewhere.received == []


async def test_no_cookie_is_kept() -> None:
    async with registry(says(http(b"", "200 OK", "set-cookie: suivi=1; path=/"))) as there, wire(contract()) as opened:
        for _ in range(2):
            await opened.send("GET", there.address, {})
    assert [request.values("cookie") for request in there.received] == [[], []]


async def test_the_machine_s_proxy_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{free_port()}")
    assert (await answered(says(http(b"direct")))).body == b"direct"


@pytest.mark.parametrize(
    ("name", "content"), [("gzip", gzip.compress(b"corps" * 100, mtime=0)), ("deflate", zlib.compress(b"corps" * 100))]
)
async def test_a_compressed_answer_is_read(name: str, content: bytes) -> None:
    assert (await answered(says(http(content, "200 OK", f"content-encoding: {name}")))).body == b"corps" * 100


CHUNKED = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"


@pytest.mark.parametrize(
    "answer",
    [
        http(b"x" * 1001),
        http(b"", length=1001),
        http(b"", length=10**15),
        CHUNKED + b"3e9\r\n" + b"x" * 1001 + b"\r\n0\r\n\r\n",
        http(gzip.compress(b"x" * 5_000_000), "200 OK", "content-encoding: gzip"),
    ],
    ids=["too long", "announced too long", "announced huge", "chunked", "a bomb"],
)
async def test_a_body_above_the_limit_is_refused_and_the_next_one_read_from_its_beginning(answer: bytes) -> None:
    async with registry(says(answer, http(b"y" * 1000))) as there, wire(contract(max_body_bytes=1000)) as opened:
        with pytest.raises(UnknownAnswer):
            await opened.send("GET", there.address, {})
        assert (await opened.send("GET", there.address, {})).body == b"y" * 1000


@pytest.mark.parametrize(
    "answer", [CHUNKED + b"3e8\r\n" + b"x" * 1000 + b"\r\n0\r\n\r\n", http(b"x" * 1000)], ids=["chunked", "announced"]
)
async def test_a_body_at_the_limit_is_read_whole(answer: bytes) -> None:
    assert (await answered(says(answer), max_body_bytes=1000)).body == b"x" * 1000


@pytest.mark.parametrize(
    "answer",
    [
        b"SSH-2.0-OpenSSH_9\r\n\r\n",
        b"HTTP/1.1 999999 X\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: 3\r\ncontent-length: 4\r\n\r\nabcd",
        b"HTTP/1.1 200 OK\r\nx: " + b"a" * 100_000 + b"\r\n\r\n",
        CHUNKED + b"zz\r\n",
        http(b"pas du gzip", "200 OK", "content-encoding: gzip"),
    ],
    ids=["ssh", "status", "negative length", "two lengths", "huge header", "chunk", "gzip"],
)
async def test_what_is_not_http_is_a_registry_s_error_and_never_ours(answer: bytes) -> None:
    with pytest.raises(RegistryError):
        await answered(says(answer), timeout_s=1)


async def test_extra_headers_go_with_every_question() -> None:
    faults = {"x-simulator-fault": "slow"}
    opened = Wire(contract(), lambda: faults)
    await opened.open()
    async with registry(says(http())) as there:
        await opened.send("GET", there.address, {})
        faults.clear()
        await opened.send("GET", there.address, {})
        await opened.close()
    assert [request.values("x-simulator-fault") for request in there.received] == [["slow"], []]


async def test_a_closed_wire_asks_nothing_and_can_be_closed_again() -> None:
    async with registry(says(http())) as there, wire(contract()) as opened:
        await opened.close()
        with pytest.raises(RuntimeError):
            await opened.send("GET", there.address, {})
    assert there.received == []


async def test_a_connection_is_used_again() -> None:
    async with registry(says(http(b"ok"))) as there, wire(contract()) as opened:
        for _ in range(3):
            await opened.send("GET", there.address, {})
    assert isinstance(there, Registry)
    assert (len(there.received), there.connections) == (3, 1)


async def test_too_often_comes_before_any_connector_with_the_seconds_to_wait() -> None:
    with pytest.raises(UnknownAnswer) as raised:
        await answered(says(http(b"{}", "429 X", "Retry-After: 12")))
    assert (raised.value.throttles, raised.value.retry_in) == (True, 12)
    with pytest.raises(RegistryClosed) as closed:
        await answered(says(http(b"{}", "503 X", "Retry-After: 30")))
    assert closed.value.retry_in == 30


async def test_a_contract_may_leave_the_reading_of_429_to_its_connector() -> None:
    async with registry(says(http(b"plus tard", "429 X"))) as there, wire(replace(contract(), on_429="read")) as read:
        assert (await read.send("GET", there.address + "/fiche", {})).body == b"plus tard"
