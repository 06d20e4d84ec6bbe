# SPDX-License-Identifier: EUPL-1.2
"""Our limits on a request's head, on a real connection: its time, its size, however it is cut."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from gateway.cli.running import listen, server
from gateway.edge import protocol
from gateway.edge.protocol import MAX_HEAD_BYTES

TIMEOUT_S = 0.3
BODY_TIMEOUT_S = 1.0
REQUEST = b"GET /a?b=c HTTP/1.1\r\nhost: x\r\nx-essai: oui\r\n\r\n"


async def application(scope: Any, receive: Any, send: Any) -> None:
    """Answers with the path, after the whole body was read when there is one; `/lent` takes its time."""
    size = 0
    while True:
        message = await receive()
        size += len(message.get("body", b""))
        if not message.get("more_body"):
            break
    if scope["path"] == "/lent":
        await asyncio.sleep(TIMEOUT_S * 2)
    body = f"{scope['path']} {size} ".encode()
    headers = [(b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


@pytest.fixture(autouse=True)
def short_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protocol, "HEAD_TIMEOUT_S", TIMEOUT_S)
    monkeypatch.setattr(protocol, "BODY_TIMEOUT_S", BODY_TIMEOUT_S)


@asynccontextmanager
async def served() -> AsyncIterator[int]:
    """A server for the time of the block, which is not long; its port."""
    listening = listen("127.0.0.1", 0)
    running = server(application, "127.0.0.1", 0, companion=True)
    task = asyncio.create_task(running.serve(sockets=[listening]))
    while not running.started:
        assert not task.done()
        await asyncio.sleep(0.005)
    try:
        async with asyncio.timeout(10):
            yield listening.getsockname()[1]
    finally:
        running.should_exit = True
        await task


async def conversation(port: int, *parts: bytes, until: bytes | None = None) -> bytes:
    """What comes back when these parts are sent one after the other; until `until`, or the other side's end."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    received = b""
    try:
        for part in parts:
            writer.write(part)
            await writer.drain()
            await asyncio.sleep(0.001)
        async with asyncio.timeout(5):
            while until is None or not received.endswith(until):
                chunk = await reader.read(65_536)
                if not chunk:
                    break
                received += chunk
    except ConnectionResetError:
        pass
    finally:
        writer.close()
    return received


def refusal(received: bytes) -> tuple[bytes, str, str]:
    """Status line, code and detail of a refusal in the contract's shape."""
    head, _, body = received.partition(b"\r\n\r\n")
    (error,) = json.loads(body)["errors"]
    assert b"connection: close" in head
    assert b"content-type: application/json" in head
    return head.split(b"\r\n")[0], error["code"], error["detail"]


@pytest.mark.parametrize(
    "begun",
    [(), (b"G",), (REQUEST[:-1],), (REQUEST[:-2], b"x: y\r\n"), (b"\r\n",)],
    ids=["nothing", "a letter", "all but a byte", "one more line", "an empty line"],
)
async def test_whoever_does_not_finish_a_head_is_hung_up_on(begun: tuple[bytes, ...]) -> None:
    async with served() as port:
        started = time.monotonic()
        assert await conversation(port, *begun) == b""
        assert TIMEOUT_S - 0.05 <= time.monotonic() - started < 2


async def test_a_head_sent_drop_by_drop_does_not_buy_time() -> None:
    async with served() as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        started = time.monotonic()

        async def drip() -> None:
            for letter in b"GET / HTTP/1.1\r\n" + b"x: y\r\n" * 1000:
                writer.write(bytes([letter]))
                await asyncio.sleep(0.02)

        dripping = asyncio.create_task(drip())
        assert await reader.read() == b""
        assert time.monotonic() - started < TIMEOUT_S + 0.5
        dripping.cancel()
        writer.close()


async def test_the_second_request_of_a_connection_has_its_time_too_and_no_more() -> None:
    async with served() as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for _ in range(3):  # longer in all than one head may take
            await asyncio.sleep(TIMEOUT_S * 0.6)
            writer.write(REQUEST)
            assert (await reader.readuntil(b"/a 0 ")).startswith(b"HTTP/1.1 200")
        writer.write(REQUEST[:10])
        assert await reader.read() == b""
        writer.close()


async def test_an_answer_may_take_longer_than_a_head() -> None:
    async with served() as port:
        found = await conversation(port, b"GET /lent HTTP/1.1\r\nhost: x\r\n\r\n", until=b"/lent 0 ")
        assert found.startswith(b"HTTP/1.1 200")


async def test_a_body_may_take_longer_than_a_head_and_be_larger() -> None:
    size = MAX_HEAD_BYTES * 3
    async with served() as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"POST /b HTTP/1.1\r\nhost: x\r\ncontent-length: %d\r\n\r\n" % size)
        for _ in range(3):
            await asyncio.sleep(TIMEOUT_S * 0.5)
            writer.write(b"x" * (size // 3))
        assert (await reader.readuntil(b"/b %d " % size)).startswith(b"HTTP/1.1 200")
        writer.close()


async def test_whoever_does_not_finish_a_body_is_hung_up_on_even_drop_by_drop() -> None:
    async with served() as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"POST /b HTTP/1.1\r\nhost: x\r\ncontent-length: 100000\r\n\r\n")

        async def drip() -> None:
            while True:
                writer.write(b"x")
                await asyncio.sleep(0.02)

        dripping = asyncio.create_task(drip())
        assert await reader.read() == b""
        dripping.cancel()
        writer.close()


async def test_each_body_of_a_connection_has_its_time() -> None:
    async with served() as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for _ in range(3):  # longer in all than one body may take
            writer.write(b"POST /b HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n\r\nx")
            await asyncio.sleep(BODY_TIMEOUT_S * 0.5)
            writer.write(b"x")
            assert (await reader.readuntil(b"/b 2 ")).startswith(b"HTTP/1.1 200")
        writer.close()


async def test_a_head_cut_at_any_byte_is_the_same_request() -> None:
    async with served() as port:
        cuts = [(REQUEST[:rank], REQUEST[rank:]) for rank in range(1, len(REQUEST))]
        found = await asyncio.gather(*(conversation(port, *cut, until=b"/a 0 ") for cut in cuts))
    assert all(answer.startswith(b"HTTP/1.1 200") for answer in found)
    assert len(found) == len(REQUEST) - 1


async def test_a_head_cut_at_any_byte_does_not_count_its_body() -> None:
    body = b"x" * (MAX_HEAD_BYTES + 1)
    head = b"POST /b HTTP/1.1\r\nhost: x\r\ncontent-length: %d\r\n\r\n" % len(body)
    async with served() as port:
        cuts = [(head[:rank], head[rank:] + body) for rank in range(len(head) - 5, len(head) + 1)]
        found = await asyncio.gather(*(conversation(port, *cut, until=b"/b %d " % len(body)) for cut in cuts))
    assert all(answer.startswith(b"HTTP/1.1 200") for answer in found)


async def test_pipelined_requests_are_answered_in_order_wherever_they_are_cut() -> None:
    several = b"".join(b"GET /%d HTTP/1.1\r\nhost: x\r\n\r\n" % rank for rank in range(4))
    async with served() as port:
        cuts = [(several[:rank], several[rank:]) for rank in range(0, len(several), 3)]
        found = await asyncio.gather(*(conversation(port, *cut, until=b"/3 0 ") for cut in cuts))
    for answer in found:
        assert [answer.index(b"/%d 0 " % rank) for rank in range(4)] == sorted(
            answer.index(b"/%d 0 " % rank) for rank in range(4)
        )
        assert answer.count(b"HTTP/1.1 200") == 4


@pytest.mark.parametrize("chunk", [1_000, 20_000, 200_000])
async def test_a_head_above_the_limit_is_told_so_in_whatever_pieces_it_comes(chunk: int) -> None:
    head = b"GET /a HTTP/1.1\r\nhost: x\r\nx-long: " + b"a" * MAX_HEAD_BYTES + b"\r\n\r\n"
    parts = [head[start : start + chunk] for start in range(0, len(head), chunk)]
    async with served() as port:
        line, code, detail = refusal(await conversation(port, *parts))
    assert (line, code) == (b"HTTP/1.1 400 Bad Request", "00401")
    assert "64 Kio" in detail


async def test_a_head_at_the_limit_is_read() -> None:
    start = b"GET /a HTTP/1.1\r\nhost: x\r\nx-long: "
    head = start + b"a" * (MAX_HEAD_BYTES - len(start) - 4) + b"\r\n\r\n"
    assert len(head) == MAX_HEAD_BYTES
    async with served() as port:
        assert (await conversation(port, head, until=b"/a 0 ")).startswith(b"HTTP/1.1 200")
        assert b"00401" in await conversation(port, head.replace(b"x-long", b"x-longer"))


@pytest.mark.parametrize(
    "garbage",
    [
        b"\x16\x03\x01\x00\xa5\x01\x00\r\n\r\n",
        b"SSH-2.0-OpenSSH\r\n\r\n",
        b"GET /a HTTP/1.1\r\nhost x\r\n\r\n",
        b"GET /a HTTP/1.1\r\ncontent-length: -1\r\n\r\n",
        b"POST /a HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n",
        b"GET /a\x00 HTTP/1.1\r\n\r\n",
    ],
    ids=["tls", "ssh", "a header without a colon", "a negative length", "two lengths", "a null"],
)
async def test_what_is_not_http_is_told_so_in_the_contract_s_shape(garbage: bytes) -> None:
    async with served() as port:
        line, code, _ = refusal(await conversation(port, garbage))
    assert (line, code) == (b"HTTP/1.1 400 Bad Request", "00401")


async def test_a_caller_that_leaves_in_the_middle_of_a_head_leaves_nothing_behind() -> None:
    lost: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: lost.append(context))
    async with served() as port:
        for _ in range(5):
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(REQUEST[:20])
            writer.transport.abort()
        await asyncio.sleep(TIMEOUT_S * 1.5)
        assert (await conversation(port, REQUEST, until=b"/a 0 ")).startswith(b"HTTP/1.1 200")
    assert lost == []
