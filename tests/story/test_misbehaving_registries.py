# SPDX-License-Identifier: EUPL-1.2
"""A registry may do anything: its caller gets a code of the catalogue, in time, and the record says what happened."""

import asyncio
import gzip
import json
import secrets
import socket
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from connectors.kit.contract import load_all
from gateway.app import Surroundings, create_app, utc_now
from gateway.cli.running import listen, server
from gateway.identity.bearer import issue
from gateway.identity.habilitation import Habilitation, Token
from gateway.identity.keys import create_missing, load
from gateway.identity.register import Register
from gateway.purpose.load import default_folder
from gateway.settings import Settings
from gateway.source.simulated import addresses
from tests.contract.reading import nonconformity

PATH = "/v4/insee/sirene/unites_legales/999100118"
PARAMETERS = {"context": "Essai", "object": "essai", "recipient": "13002526500013"}
SCOPES = frozenset(
    {
        "entreprises",
        "etablissements",
        "attestation_sociale_urssaf",
        "attestation_fiscale_dgfip",
        "chiffre_affaires_dgfip",
        "liens_capitalistiques_dgfip",
    }
)
TOKEN = b'{"access_token":"jeton","expires_in":3600}'

Writer = asyncio.StreamWriter


async def conforms(answer: httpx.Response) -> None:
    """Whatever a registry does, what leaves is what the published contract announces."""
    await answer.aread()
    assert nonconformity(answer.request.method, answer.request.url.path, answer) is None


HOOKS = {"response": [conforms]}
Behaviour = Callable[[Writer], Awaitable[None]]


def http(
    body: bytes, *, status: str = "200 OK", kind: str = "application/json", length: int | None = None, more: str = ""
) -> bytes:
    size = len(body) if length is None else length
    return f"HTTP/1.1 {status}\r\ncontent-type: {kind}\r\ncontent-length: {size}\r\n{more}\r\n".encode() + body


def says(content: bytes) -> Behaviour:
    async def behave(writer: Writer) -> None:
        writer.write(content)
        await writer.drain()

    return behave


def resets() -> Behaviour:
    async def behave(writer: Writer) -> None:
        sock = writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")  # close with a reset
        writer.transport.abort()

    return behave


def hangs() -> Behaviour:
    async def behave(writer: Writer) -> None:
        await asyncio.sleep(30)

    return behave


def trickles() -> Behaviour:
    async def behave(writer: Writer) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 100000\r\n\r\n{")
        while True:
            writer.write(b" ")
            await writer.drain()
            await asyncio.sleep(0.2)

    return behave


@asynccontextmanager
async def gateway_before(
    folder: Path,
    behave: Behaviour,
    login: Behaviour | None = None,
    later: dict[str, float] | None = None,
    *,
    registry: str = "insee",
    base: str = "",
    maintenance: bool = False,
    policies: Path | None = None,
) -> AsyncIterator[httpx.AsyncClient]:
    """The shipped application before a registry that behaves so; a client with a token.

    `later["seconds"]`: how far ahead of the real time the application's dates are. `base`: the registry's address, when
    it is not the one that behaves so.
    """
    ahead = later if later is not None else {"seconds": 0.0}
    around = Surroundings(
        clock=lambda: utc_now() + timedelta(seconds=ahead["seconds"]), now=lambda: time.time() + ahead["seconds"]
    )
    contracts = {registry: load_all()[registry]}
    create_missing(folder / "keys", secrets.token_bytes)
    keys = load(folder / "keys")
    register = Register(folder / "register.db")
    now = int(time.time())
    habilitation = Habilitation(str(uuid.uuid4()), "13002526500013", "Essai", "marches_publics", SCOPES, None, now)
    token = Token(str(uuid.uuid4()), habilitation.id, "essai", now, now + 200_000)
    register.create(habilitation)
    register.issue(token)
    register.close()

    async def serve(reader: asyncio.StreamReader, writer: Writer) -> None:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            is_login = head.startswith(b"POST") and head.split(b" ")[1].endswith(b"/token")
            answer = (login or says(http(TOKEN))) if is_login else behave
            await answer(writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    behaving = await asyncio.start_server(serve, "127.0.0.1", 0)
    base = base or f"http://127.0.0.1:{behaving.sockets[0].getsockname()[1]}"
    settings = Settings(
        state=folder, keys=folder / "keys", policies=policies or default_folder(), public_url="http://passerelle.test",
        registries=(registry,), maintenance=maintenance, registry=addresses(contracts, base),
    )  # fmt: skip
    listening = listen("127.0.0.1", 0)
    running = server(create_app(settings, keys, around), "127.0.0.1", 0)
    task = asyncio.create_task(running.serve(sockets=[listening]))
    while not running.started:
        assert not task.done()
        await asyncio.sleep(0.01)
    header = {"Authorization": f"Bearer {issue(token, habilitation, keys)}"}
    address = f"http://127.0.0.1:{listening.getsockname()[1]}"
    try:
        async with httpx.AsyncClient(base_url=address, headers=header, timeout=20, event_hooks=HOOKS) as client:
            yield client
    finally:
        running.should_exit = True
        await task
        behaving.close()


UNIT = json.dumps({"uniteLegale": {"siren": "999100118"}}).encode()

CASES = {
    "hangs up at once": (says(b""), 504, "01002"),
    "resets the connection": (resets(), 502, "01001"),
    "lies about the length": (says(http(UNIT, length=5000)), 504, "01002"),
    "announces fifty megabytes": (says(http(b"x", length=50_000_000)), 502, "01999"),
    "answers HTML": (says(http(b"<html></html>", kind="text/html")), 502, "01999"),
    "answers nothing": (says(http(b"")), 502, "01999"),
    "answers null": (says(http(b"null")), 502, "01999"),
    "answers a list": (says(http(b"[]")), 502, "01999"),
    "answers another shape": (says(http(b'{"uniteLegale":[1,2]}')), 502, "01999"),
    "answers an error inside a 200": (says(http(b'{"header":{"statut":500,"message":"?"}}')), 502, "01999"),
    "answers invalid UTF-8": (says(http(b'{"uniteLegale":"\xff\xfe"}')), 502, "01999"),
    "answers something that is not HTTP": (says(b"SSH-2.0-OpenSSH\r\n\r\n"), 502, "01999"),
    "answers 500": (says(http(b"{}", status="500 Internal Server Error")), 502, "01000"),
    "answers 502": (says(http(UNIT, status="502 Bad Gateway")), 502, "01001"),
    "answers 503": (says(http(UNIT, status="503 Service Unavailable")), 502, "01001"),
    "answers 504": (says(http(UNIT, status="504 Gateway Timeout")), 504, "01002"),
    "answers 429": (says(http(b"{}", status="429 Too Many Requests")), 502, "01999"),
    "redirects elsewhere": (says(http(b"", status="302 Found", more="location: http://192.0.2.1/x\r\n")), 502, None),
    "answers 401 for ever": (says(http(b"{}", status="401 Unauthorized")), 502, "01011"),
    "lies about its encoding": (says(http(UNIT, more="content-encoding: gzip\r\n")), 502, None),
    "sends a decompression bomb": (
        says(http(gzip.compress(b" " * 60_000_000), more="content-encoding: gzip\r\n")), 502, "01999",
    ),
    "nests without end": (says(http(b'{"uniteLegale":' + b"[" * 100_000 + b"]" * 100_000 + b"}")), 502, "01999"),
}  # fmt: skip


@pytest.mark.parametrize(("behave", "status", "code"), CASES.values(), ids=CASES.keys())
async def test_a_registry_that(tmp_path: Path, behave: Behaviour, status: int, code: str | None) -> None:
    async with gateway_before(tmp_path, behave) as client:
        answer = await client.get(PATH, params=PARAMETERS)
        (error,) = answer.json()["errors"]
        assert answer.status_code in (status, 504) if code is None else answer.status_code == status, answer.text
        assert error["code"].startswith("01") if code is None else error["code"] == code
        assert error["meta"]["provider"] == "INSEE"
        assert "Traceback" not in answer.text


@pytest.mark.parametrize("behave", [hangs(), trickles()], ids=["hangs", "trickles"])
async def test_a_registry_that_never_ends_is_left_after_its_time(tmp_path: Path, behave: Behaviour) -> None:
    async with gateway_before(tmp_path, behave) as client:
        started = time.monotonic()
        answer = await client.get(PATH, params=PARAMETERS)
        assert time.monotonic() - started < 8
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (504, "01002")


async def test_a_slow_registry_lets_the_others_and_the_health_page_answer(tmp_path: Path) -> None:
    async with gateway_before(tmp_path, hangs()) as client:
        waiting = asyncio.create_task(client.get(PATH, params=PARAMETERS))
        await asyncio.sleep(0.2)
        started = time.monotonic()
        assert (await client.get("/health/ready")).status_code == 200
        assert time.monotonic() - started < 1
        assert (await waiting).status_code == 504


async def test_the_same_request_under_way_is_refused_00015(tmp_path: Path) -> None:
    async with gateway_before(tmp_path, hangs()) as client:
        first = asyncio.create_task(client.get(PATH, params=PARAMETERS))
        await asyncio.sleep(0.3)
        second = await client.get(PATH, params=PARAMETERS)
        other = asyncio.create_task(client.get(PATH, params={**PARAMETERS, "object": "autre"}))
        assert (second.status_code, second.json()["errors"][0]["code"]) == (409, "00015")
        assert (await first).status_code == 504
        assert (await other).status_code == 504


async def test_a_refused_request_gives_its_claim_back(tmp_path: Path) -> None:
    async with gateway_before(tmp_path, says(http(b"{}", status="404 Not Found"))) as client:
        for _ in range(3):
            assert (await client.get(PATH.replace("118", "119"), params=PARAMETERS)).status_code == 422


@pytest.mark.parametrize(
    "login",
    [
        says(http(b"<html>", kind="text/html")),
        says(http(b"{}")),
        says(http(b'{"access_token":12}')),
        says(http(b'{"access_token":"a\\r\\nb: c"}')),
        says(http(b'{"error":"invalid_client"}', status="401 Unauthorized")),
        resets(),
    ],
    ids=["html", "no token", "a number", "a header injected", "refused", "reset"],
)
async def test_a_login_that_fails_is_said_in_insee_s_own_code(tmp_path: Path, login: Behaviour) -> None:
    async with gateway_before(tmp_path, says(http(UNIT)), login) as client:
        answer = await client.get(PATH, params=PARAMETERS)
        (error,) = answer.json()["errors"]
        assert (answer.status_code, error["code"], error["meta"]["retry_in"]) == (502, "01011", 10)


async def test_a_registry_nobody_listens_for_is_unavailable(tmp_path: Path) -> None:
    async def closes(writer: Writer) -> None:
        raise ConnectionError

    async with gateway_before(tmp_path, closes) as client:
        answer = await client.get(PATH, params=PARAMETERS)
        assert answer.json()["errors"][0]["code"] in ("01001", "01002")
