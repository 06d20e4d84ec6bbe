# SPDX-License-Identifier: EUPL-1.2
"""Hostile input: a clear error in the contract's shape, quickly, and the service goes on."""

import contextlib
import json
import socket
import time
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

PATH = "/v4/insee/sirene/unites_legales/999100118"
QUERY = "context=Essai&object=essai&recipient=13002526500013"


def raw(sandbox: Any, request: bytes, patience: float = 10) -> bytes:
    """What comes back on a plain socket, until the other side closes or `patience` is over."""
    place = urlsplit(sandbox.address)
    with socket.create_connection((place.hostname, place.port), timeout=patience) as connection:
        with contextlib.suppress(OSError):  # refused before the end: what was said is still there to be read
            connection.sendall(request)
        received = b""
        try:
            while chunk := connection.recv(65536):
                received += chunk
                if b"\r\n\r\n" in received and len(received.partition(b"\r\n\r\n")[2]) >= announced(received):
                    break
        except (TimeoutError, ConnectionResetError):
            pass
        return received


def announced(received: bytes) -> int:
    head = received.partition(b"\r\n\r\n")[0].lower()
    return int(head.partition(b"content-length:")[2].partition(b"\r\n")[0] or 0)


def get_raw(sandbox: Any, target: bytes, token: str, more: bytes = b"") -> tuple[int, Any]:
    answer = raw(
        sandbox,
        b"GET "
        + target
        + b" HTTP/1.1\r\nhost: x\r\nauthorization: Bearer "
        + token.encode()
        + b"\r\n"
        + more
        + b"\r\n",
    )
    status = int(answer.split(b" ", 2)[1])
    body = answer.partition(b"\r\n\r\n")[2]
    return status, json.loads(body) if body.startswith(b"{") else body.decode()


def test_ten_megabytes_of_query_are_refused_before_they_are_read(sandbox: Any, bearer: Any) -> None:
    started = time.monotonic()
    status, body = get_raw(sandbox, (PATH + "?" + QUERY + "&x=").encode() + b"a" * 10_000_000, bearer.text)
    assert (status, body["errors"][0]["code"]) == (400, "00401")
    assert time.monotonic() - started < 5
    assert httpx.get(sandbox.address + "/health/ready").status_code == 200


def test_a_query_above_the_limit(sandbox: Any, bearer: Any) -> None:
    status, body = get_raw(sandbox, (PATH + "?" + QUERY + "&x=" + "a" * 20_000).encode(), bearer.text)
    assert (status, body["errors"][0]["code"]) == (400, "00401")


def test_a_header_above_the_limit(sandbox: Any, bearer: Any) -> None:
    status, body = get_raw(sandbox, (PATH + "?" + QUERY).encode(), bearer.text, b"x-long: " + b"a" * 100_000 + b"\r\n")
    assert (status, body["errors"][0]["code"]) == (400, "00401")


def test_too_many_parameters(get: Any) -> None:
    answer = get(PATH, [("context", "Essai")] + [(f"p{rank}", "x") for rank in range(500)])
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, "00401")


@pytest.mark.parametrize("text", [b"%FF%FE", b"%C3", b"%ED%A0%80"])
def test_invalid_utf8_in_a_parameter(sandbox: Any, bearer: Any, text: bytes) -> None:
    status, body = get_raw(
        sandbox, PATH.encode() + b"?context=" + text + b"&object=x&recipient=13002526500013", bearer.text
    )
    assert (status, body["errors"][0]["code"]) == (400, "00401")


@pytest.mark.parametrize(
    "siren", [b"%FF%FE", b"%00", b"..%2f..", b"%0d%0aX-Injected:1", b"\xff\xfe", b"{siren}", b"'OR'1'='1"]
)
def test_invalid_bytes_in_a_path(sandbox: Any, bearer: Any, siren: bytes) -> None:
    status, body = get_raw(sandbox, b"/v4/insee/sirene/unites_legales/" + siren + b"?" + QUERY.encode(), bearer.text)
    assert status in (400, 404, 422)
    assert "Traceback" not in str(body)


@pytest.mark.parametrize("text", ["a\x00b", "a\nb", "\x1b[31m", "\u2028", "x" * 1001])
def test_a_context_that_would_spoil_a_record(get: Any, text: str) -> None:
    answer = get(PATH, {"context": text, "object": "x", "recipient": "13002526500013"})
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "00201")


@pytest.mark.parametrize("text", ["é" * 900, "🦔" * 500, '"' * 1000, "\\" * 1000, "<script>alert(1)</script>"])
def test_a_long_or_odd_context_is_accepted_and_recorded_within_bounds(get: Any, text: str) -> None:
    assert get(PATH, {"context": text, "object": text, "recipient": "13002526500013"}).status_code == 200


def test_a_path_with_many_segments(client: httpx.Client) -> None:
    assert client.get("/v4" + "/a" * 5000).status_code == 404


def test_garbage_instead_of_http(sandbox: Any) -> None:
    assert raw(sandbox, b"\x16\x03\x01\x00\xa5\x01\x00\r\n\r\n").startswith(b"HTTP/1.1 400")
    assert httpx.get(sandbox.address + "/health/live").status_code == 200


def test_two_credentials_that_contradict_each_other(client: httpx.Client, bearer: Any, sandbox: Any) -> None:
    other = sandbox.token()
    headers = [("Authorization", f"Bearer {bearer.text}"), ("Authorization", f"Bearer {other.text}")]
    answer = client.get(f"{PATH}?{QUERY}", headers=headers)
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (401, "00101")


def test_a_body_on_a_get_is_not_waited_for(client: httpx.Client, bearer: Any) -> None:
    answer = client.request("GET", f"{PATH}?{QUERY}", headers=bearer.header, content=b"x" * 200_000)
    assert answer.status_code == 200


def test_pipelined_requests_are_each_answered(sandbox: Any, bearer: Any) -> None:
    one = f"GET {PATH}?{QUERY}&n=%d HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {bearer.text}\r\n\r\n".encode()
    place = urlsplit(sandbox.address)
    with socket.create_connection((place.hostname, place.port), timeout=10) as connection:
        connection.sendall(one * 3)
        received = b""
        while received.count(b"HTTP/1.1 ") < 3:
            received += connection.recv(65536)
    assert received.count(b"HTTP/1.1 200") == 3
