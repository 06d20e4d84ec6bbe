# SPDX-License-Identifier: EUPL-1.2
"""Who is let in at `/mcp`, how often, and what else comes to its door: hostile messages, many at once or together."""

import asyncio
import time
from collections.abc import Callable
from typing import Any

import aiohttp
import httpx
import pytest

from tests.conftest import Sandbox
from tests.story.models import COMPANY, STATED, TOOL, Connect, errors, records


def test_a_token_that_was_not_issued_for_it_opens_nothing_here_and_everything_elsewhere(
    connect: Connect, sandbox: Sandbox, client: httpx.Client
) -> None:
    model = connect(mcp=False)
    for method, params in (
        ("initialize", {}),
        ("tools/list", {}),
        ("tools/call", {"name": TOOL, "arguments": COMPANY}),
    ):
        answer = model.send(method, params)
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (403, "00100")
        assert "/mcp" in answer.json()["errors"][0]["detail"]
    (record,) = records(sandbox, model.bearer.id)
    assert (record["event"], record["status"], record["code"]) == ("refused", 403, "00100")
    path = "/v4/insee/sirene/unites_legales/999100118"
    assert client.get(path, params=STATED, headers=model.bearer.header).status_code == 200


def test_a_token_that_opens_mcp_opens_the_paths_as_well(connect: Connect, client: httpx.Client) -> None:
    header = connect().bearer.header
    assert client.get("/v4/insee/sirene/unites_legales/999100118", params=STATED, headers=header).status_code == 200


@pytest.mark.parametrize(
    ("terms", "status", "code"),
    [({"days": -0.5}, 401, "00103"), ({"allowed_ips": ("192.0.2.0/24",)}, 403, "00107")],
)
def test_who_is_not_let_in_is_told_by_http_and_a_call_is_recorded(
    connect: Connect, sandbox: Sandbox, terms: dict[str, Any], status: int, code: str
) -> None:
    model = connect(**terms)
    for method in ("tools/list", "tools/call"):
        answer = model.send(method, {"name": TOOL, "arguments": COMPANY})
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (status, code)
    assert [(row["event"], row["code"]) for row in records(sandbox, model.bearer.id)] == [("refused", code)]


def test_nobody_is_let_in_without_a_token_nor_with_one_in_the_address(client: httpx.Client, connect: Connect) -> None:
    body = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
    answer = client.post("/mcp", json=body)
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
    disclosed = client.post("/mcp", json=body, params={"token": connect().bearer.text}, headers=connect().bearer.header)
    assert (disclosed.status_code, disclosed.json()["errors"][0]["code"]) == (401, "00101")


def test_a_revoked_token_is_not_let_in(connect: Connect, sandbox: Sandbox) -> None:
    model = connect()
    sandbox.register.revoke(model.bearer.id, 1)
    answer = model.send("tools/call", {"name": TOOL, "arguments": COMPANY})
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (401, "00105")
    assert [row["code"] for row in records(sandbox, model.bearer.id)] == ["00105"]


def test_a_hundred_messages_a_minute_and_no_more(connect: Connect, sandbox: Sandbox) -> None:
    model = connect()
    answers = [model.send("tools/list") for _ in range(201)]  # two hundred fit where the minute turns in between
    assert answers[0].headers["ratelimit-limit"] == "100"
    refused = next(answer for answer in answers if answer.status_code == 429)
    assert refused.json()["errors"][0]["code"] == "00429"
    assert 0 < int(refused.headers["retry-after"]) <= 60
    assert refused.headers["ratelimit-remaining"] == "0"
    assert {answer.status_code for answer in answers} == {200, 429}


def test_the_limit_of_a_product_is_told_in_the_result_with_the_time_to_wait(connect: Connect) -> None:
    model = connect()
    results = [model.call("dgfip_attestation_fiscale", STATED | {"siren": "999100332"}) for _ in range(11)]
    refused = next(result for result in results if errors(result) == ["00429"])
    assert "Réessayez dans" in refused["content"][1]["text"]


def test_a_habilitation_s_own_limit_counts_calls_and_not_messages(connect: Connect) -> None:
    model = connect(rate_limit=1)
    for _ in range(4):
        assert model.send("tools/list").status_code == 200
    assert ["00429"] in [
        errors(result) for result in (model.call(TOOL, COMPANY) for _ in range(3)) if result["isError"]
    ]


@pytest.fixture
def batch(connect: Connect) -> Callable[..., httpx.Response]:
    """Sends several messages together: (messages, revision)."""
    model = connect()

    def sent(messages: list[Any], **headers: str) -> httpx.Response:
        return model.client.post("/mcp", json=messages, headers={**model.bearer.header, **headers})

    return sent


def test_the_first_revision_takes_several_messages_together(batch: Callable[..., httpx.Response]) -> None:
    call = {"name": TOOL, "arguments": COMPANY}
    answer = batch(
        [
            {"jsonrpc": "2.0", "id": "a", "method": "ping"},
            {"jsonrpc": "2.0", "method": "notifications/progress", "params": {}},
            {"jsonrpc": "2.0", "id": "b", "method": "tools/call", "params": call},
            {"jsonrpc": "2.0", "id": "c", "method": "inconnue"},
        ]
    )
    assert answer.status_code == 200
    told = {one["id"]: one for one in answer.json()}
    assert told["a"]["result"] == {}
    assert told["b"]["result"]["structuredContent"]["data"]["siren"] == "999100118"
    assert told["c"]["error"]["code"] == -32601
    assert len(told) == len(answer.json()) == 3
    assert answer.headers["ratelimit-remaining"] == "96", "each message counts"


def test_later_revisions_take_one_message_at_a_time(batch: Callable[..., httpx.Response]) -> None:
    ping = {"jsonrpc": "2.0", "id": 1, "method": "ping"}
    for version in ("2025-06-18", "2025-11-25", "2026-07-28"):
        answer = batch([ping], **{"MCP-Protocol-Version": version})
        assert (answer.status_code, answer.json()["error"]["code"]) == (400, -32600)
    assert batch([{"jsonrpc": "2.0", "method": "notifications/initialized"}]).status_code == 202


@pytest.mark.parametrize("messages", [[], [1], [[]], [{"jsonrpc": "2.0", "id": 1, "method": "ping"}] * 11])
def test_a_batch_that_is_none_is_refused(batch: Callable[..., httpx.Response], messages: list[Any]) -> None:
    answer = batch(messages)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, -32600)


Post = Callable[..., httpx.Response]


@pytest.fixture
def post(connect: Connect) -> Post:
    """Sends any body: (content, headers…)."""
    model = connect()

    def sent(content: bytes, **headers: str) -> httpx.Response:
        given = {"Content-Type": "application/json", **model.bearer.header, **headers}
        return model.client.post("/mcp", content=content, headers=given)

    return sent


PING = b'{"jsonrpc":"2.0","id":1,"method":"ping"}'


def told(answer: httpx.Response) -> tuple[int, int]:
    """The status and the code of a fault."""
    return answer.status_code, answer.json()["error"]["code"]


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "", "http://127.0.0.1:1", "https://127.0.0.1"])
def test_a_page_of_another_site_is_refused_whatever_it_sends(post: Post, origin: str) -> None:
    assert told(post(PING, Origin=origin)) == (403, -32600)
    assert told(post(b"{", Origin=origin)) == (403, -32600)


def test_a_page_of_our_own_site_is_answered(post: Post, sandbox: Sandbox) -> None:
    assert post(PING, Origin=sandbox.address).status_code == 200


def test_whoever_takes_no_json_or_sends_none_is_refused(post: Post) -> None:
    assert told(post(PING, Accept="text/event-stream")) == (406, -32600)
    for kind in ("text/plain", "", "application/x-www-form-urlencoded", "application/json-seq"):
        assert told(post(PING, **{"Content-Type": kind})) == (415, -32600)
    assert post(PING, **{"Content-Type": "Application/JSON; charset=utf-8"}).status_code == 200


@pytest.mark.parametrize("method", ["GET", "HEAD", "DELETE", "PUT", "PATCH", "OPTIONS"])
def test_there_is_neither_a_stream_nor_a_session(client: httpx.Client, connect: Connect, method: str) -> None:
    header = connect().bearer.header
    answer = client.request(method, "/mcp", headers={**header, "Accept": "text/event-stream"})
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")


def test_a_session_that_somebody_names_is_nothing_to_us(post: Post) -> None:
    answer = post(PING, **{"Mcp-Session-Id": "celle-d-un-autre", "Last-Event-ID": "7"})
    assert answer.status_code == 200
    assert "mcp-session-id" not in answer.headers


@pytest.mark.parametrize(
    ("content", "status", "code"),
    [
        (b"", 400, -32700),
        (b"{", 400, -32700),
        (b"\xff\xfe{}", 400, -32700),
        (b"[" * 60_000, 400, -32700),
        (b'{"a":' * 5_000 + b"1" + b"}" * 5_000, 400, -32700),
        (b"[" * 20 + b"]" * 20, 400, -32600),
        (b"null", 400, -32600),
        (b'{"jsonrpc":"2.0","id":null,"method":"ping"}', 400, -32600),
        (b'{"jsonrpc":"1.0","id":1,"method":"ping"}', 400, -32600),
        (b'{"jsonrpc":"2.0","id":1e400,"method":"ping"}', 400, -32700),
        (b'{"jsonrpc":"2.0","id":123456789012345678901234567890,"method":"ping"}', 400, -32600),
        (b'{"jsonrpc":"2.0","id":1,"method":"ping","params":[1]}', 400, -32602),
    ],
)
def test_a_message_that_is_none_is_told_so(post: Post, content: bytes, status: int, code: int) -> None:
    assert told(post(content)) == (status, code)


def test_a_body_has_a_limit_whether_it_is_announced_or_not(connect: Connect, client: httpx.Client) -> None:
    big = b'{"jsonrpc":"2.0","id":1,"method":"ping","params":{"a":"' + b"a" * 65_536 + b'"}}'
    headers = {"Content-Type": "application/json", **connect().bearer.header}
    for content in (big, iter([big[:40_000], big[40_000:]])):
        answer = client.post("/mcp", content=content, headers=headers)
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (413, "00713")
    within = big.replace(b"a" * 65_536, b"a" * 60_000)
    assert client.post("/mcp", content=within, headers=headers).status_code == 200


def test_the_same_identifier_twice_is_two_calls_and_two_traces(connect: Connect, sandbox: Sandbox) -> None:
    model = connect()
    results = []
    for _ in range(2):
        model.last = 6
        results.append(model.call(TOOL, COMPANY)["structuredContent"]["meta"]["passerelle"]["identifiant"])
    answered = [row["id"] for row in records(sandbox, model.bearer.id) if row["event"] == "answered"]
    assert answered == results
    assert len(set(results)) == 2


def test_a_caller_that_hangs_up_leaves_the_outcome_of_its_call_in_the_log(connect: Connect, sandbox: Sandbox) -> None:
    model = connect()
    call = {"name": TOOL, "arguments": COMPANY}
    body = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": call}
    slow = {"X-Sandbox-Fault": "insee=slow", "Cache-Control": "no-cache", **model.bearer.header}
    with pytest.raises(httpx.ReadTimeout):
        httpx.post(f"{sandbox.address}/mcp", json=body, headers=slow, timeout=1)
    assert model.call("infogreffe_extraits_rcs", COMPANY)["isError"] is False, "the others go on meanwhile"
    deadline = time.monotonic() + 30  # the registry's own time-out is 4 s
    found: list[Any] = []
    while len(found) < 2 and time.monotonic() < deadline:
        found = [row for row in records(sandbox, model.bearer.id) if row["product"] == "insee/unite_legale"]
        time.sleep(0.2)
    assert [(row["event"], row.get("code")) for row in found] == [("asked", None), ("failed", "01002")]


def test_a_thousand_messages_at_once_are_each_answered_and_each_call_is_recorded(
    connect: Connect, sandbox: Sandbox
) -> None:
    model = connect(safe_listed=True)

    async def all_at_once() -> list[Any]:
        connector = aiohttp.TCPConnector(limit=0)
        async with aiohttp.ClientSession(sandbox.address, connector=connector, headers=model.bearer.header) as session:

            async def sent(rank: int) -> Any:
                call = {"name": TOOL, "arguments": COMPANY | {"object": f"lot-{rank}"}}
                body = {"jsonrpc": "2.0", "id": rank, "method": "tools/call", "params": call}
                async with session.post("/mcp", json=body) as answer:
                    assert answer.status == 200
                    return await answer.json()

            return await asyncio.gather(*map(sent, range(1000)))

    answers = asyncio.run(all_at_once())
    assert [answer["id"] for answer in answers] == list(range(1000))
    results = [answer["result"] for answer in answers]
    assert not all(result["isError"] for result in results)
    # A question that is still under way for the same token is refused, as on its path.
    assert {errors(result)[0] for result in results if result["isError"]} <= {"00015"}
    outcomes = [row for row in records(sandbox, model.bearer.id) if row["event"] in ("answered", "refused")]
    assert len(outcomes) == 1000
    assert sum(row["event"] == "answered" for row in outcomes) == sum(not result["isError"] for result in results)
