# SPDX-License-Identifier: EUPL-1.2
"""The log's public files and receipts over HTTP: right bytes, right caching, and nothing beyond what was published."""

import asyncio
import uuid
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import httpx
import pytest
from fastapi import FastAPI

from gateway.audit.note import open_checkpoint
from gateway.audit.reader import LogUnreadable
from gateway.audit.receipts import Receipts
from gateway.audit.stamps import Stamps, StoredStamp
from gateway.audit.tiles import Tiles
from gateway.edge.log import KEPT_TILES, LogRoom, add_log
from gateway.edge.pages import add_pages
from gateway.exchange import House
from gateway.problems import problem
from gateway.values import Consumer, Credential
from gateway.verify import verify
from tests.gateway.audit.audit_world import SIGNER, entry, identity
from tests.gateway.audit.authority import Authority
from tests.gateway.audit.evidence_world import ANSWER, OWN, POLICY, exchanges
from tests.gateway.audit.memory_log import MemoryLog

PARTY = {"authorization": "Bearer partie"}


class Door:
    """Who a bearer is: « partie » holds the habilitation of the records, « autre » another one."""

    def identify(self, shown: Credential) -> Consumer:
        if shown.token not in ("partie", "autre"):
            raise problem("00101")
        habilitation = str(OWN["habilitation"]) if shown.token == "partie" else "hab-2"
        return Consumer("jeton", habilitation, "13002526500013", "", "", frozenset(), None, 2**40)

    def confirm(self, consumer: Consumer) -> None:
        """Still valid."""


class Client:
    """Requests to an application, without a server."""

    def __init__(self, app: FastAPI) -> None:
        self._app = app

    def get(self, path: str, headers: dict[str, str] | None = None, method: str = "GET") -> httpx.Response:
        """The answer."""

        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(self._app, raise_app_exceptions=False)
            async with httpx.AsyncClient(transport=transport, base_url="http://passerelle.test") as client:
                return await client.request(method, path, headers=headers)

        return asyncio.run(ask())

    def head(self, path: str) -> httpx.Response:
        """The answer, without its body."""
        return self.get(path, method="HEAD")


@dataclass
class World:
    """A log, and a client of its routes."""

    log: MemoryLog
    client: Client
    room: LogRoom


@pytest.fixture
def world(tmp_path: Path) -> World:
    log = exchanges(700)
    log.publish(600)
    room = LogRoom(log, Receipts(log, log.located), Stamps(tmp_path / "stamps.db"), SIGNER.verifier)
    app = FastAPI()
    house = cast(House, SimpleNamespace(identity=Door(), public_url="http://passerelle.test"))
    add_pages(app, lambda: house, cast(Any, None), lambda: None, dict, ())
    add_log(app, lambda: room, lambda: house, ())
    return World(log, Client(app), room)


def test_the_checkpoint_is_the_published_one_for_a_moment(world: World) -> None:
    reply = world.client.get("/log/checkpoint")
    assert (reply.status_code, reply.text) == (200, world.log.published)
    assert open_checkpoint(reply.text, SIGNER.verifier).size == 600
    assert reply.headers["content-type"] == "text/plain; charset=utf-8"
    assert reply.headers["cache-control"] == "public, max-age=2"
    assert reply.headers["access-control-allow-origin"] == "*"


def test_any_auditor_rebuilds_the_published_root_from_the_tiles_alone(world: World) -> None:
    def read(level: int, index: int, width: int) -> bytes:
        partial = "" if width == 256 else f".p/{width}"
        reply = world.client.get(f"/log/tile/{level}/{index:03}{partial}")
        assert reply.status_code == 200
        assert reply.headers["content-type"] == "application/octet-stream"
        wanted = "max-age=31536000, immutable" if width == 256 else "max-age=86400, immutable"
        assert wanted in reply.headers["cache-control"]
        return reply.content

    tiles = Tiles(read, 600)
    assert tiles.root() == open_checkpoint(world.client.get("/log/checkpoint").text, SIGNER.verifier).root
    assert tiles.inclusion(599) == world.log.tiles(600).inclusion(599)


@pytest.mark.parametrize(
    "path",
    [
        "0/002.p/89", "0/002", "0/003", "1/000.p/3", "2/000.p/1", "0/001.p/0", "0/001.p/256", "0/01", "64/000",
        "0/000/", "0/x000/001", "0/%2e%2e/001", "0/-01", "0/x999/x999/x999/x999/x999/999",
        "63/x999/x999/x999/x999/x999/x999/999", "0/000.p/9999999999999999999999", "", "0", "a/000",
    ],
)  # fmt: skip
def test_what_is_beyond_the_published_head_or_no_tile_is_not_found_nor_kept(world: World, path: str) -> None:
    reply = world.client.get(f"/log/tile/{path}")
    assert reply.status_code == 404
    assert "immutable" not in reply.headers.get("cache-control", "")


def test_a_tile_appears_when_it_is_published(world: World) -> None:
    assert world.client.get("/log/tile/0/002.p/100").status_code == 404
    world.log.publish(700)
    reply = world.client.get("/log/tile/0/002.p/100")
    assert reply.content == b"".join(world.log.levels[0][512:612])
    assert world.client.get("/log/tile/0/002.p/88").status_code == 200  # of the former head, for whoever still has it


def test_an_unchanged_file_is_not_sent_again(world: World) -> None:
    for path in ("/log/checkpoint", "/log/tile/0/000", "/log/tile/0/002.p/88", "/log/consistency/12", "/log/key"):
        first = world.client.get(path)
        tag = first.headers["etag"]
        again = world.client.get(path, headers={"if-none-match": f'"autre", W/{tag}'})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
        assert again.headers["cache-control"] == first.headers["cache-control"]
        assert world.client.get(path, headers={"if-none-match": '"autre"'}).content == first.content
        head = world.client.head(path)
        assert (head.status_code, head.content) == (200, b"")
        assert head.headers["content-length"] == str(len(first.content))


def test_records_are_not_public(world: World) -> None:
    for path in ("entries/000", "entries/002.p/88"):
        assert world.client.get(f"/log/tile/{path}").status_code == 404


def test_tiles_kept_in_memory_have_a_limit(world: World) -> None:
    for width in range(1, 256):
        for index in (0, 1):
            assert world.client.get(f"/log/tile/0/{index:03}.p/{width}").status_code == 200
    for width in range(1, 89):
        world.client.get(f"/log/tile/0/002.p/{width}")
    assert len(world.room.kept) == KEPT_TILES
    before = len(world.log.reads)
    world.client.get("/log/tile/0/002.p/88")
    assert len(world.log.reads) == before


@pytest.mark.parametrize("old", [0, 1, 255, 256, 599, 600])
def test_growth_is_proved_from_any_older_head(world: World, old: int) -> None:
    reply = world.client.get(f"/log/consistency/{old}")
    assert verify(reply.content, POLICY, kept=world.log.head(old).encode()).facts["size"] == 600


@pytest.mark.parametrize("old", ["601", "-1", "01", "x", "9" * 30, ""])
def test_no_growth_is_proved_from_what_was_not_published(world: World, old: str) -> None:
    assert world.client.get(f"/log/consistency/{old}").status_code == 404


@pytest.mark.parametrize("number", [0, 1, 131, 299])
def test_a_party_has_its_receipt(world: World, number: int) -> None:
    reply = world.client.get(f"/receipts/{identity(number)}", headers=PARTY)
    assert reply.status_code == 200
    findings = verify(reply.content, POLICY, answer=ANSWER)
    assert findings.facts["index"] == 2 * number + 1
    assert reply.headers["cache-control"] == "private, no-store"
    assert f'filename="{identity(number)}.tlog-proof"' in reply.headers["content-disposition"]


def codes(reply: Any) -> tuple[int, str]:
    """Status and code of a refusal in the contract's shape."""
    return reply.status_code, reply.json()["errors"][0]["code"]


def test_a_receipt_is_for_nobody_else(world: World) -> None:
    path = f"/receipts/{identity(3)}"
    assert codes(world.client.get(path)) == (401, "00101")
    assert codes(world.client.get(path, headers={"authorization": "Bearer faux"})) == (401, "00101")
    stranger = world.client.get(path, headers={"authorization": "Bearer autre"})
    nobody = world.client.get(f"/receipts/{uuid.UUID(int=99_999)}", headers={"authorization": "Bearer autre"})
    assert codes(stranger) == codes(nobody) == (404, "00405")
    assert stranger.content == nobody.content


def test_a_receipt_that_is_not_published_yet_says_when_to_come_back(world: World) -> None:
    reply = world.client.get(f"/receipts/{identity(300)}", headers=PARTY)
    assert codes(reply) == (404, "00405")
    assert int(reply.headers["retry-after"]) > 0
    world.log.publish()
    assert world.client.get(f"/receipts/{identity(300)}", headers=PARTY).status_code == 200


@pytest.mark.parametrize(
    "exchange", ["x", "%00", "é", "' OR 1=1", identity(3)[:-1] + "g", identity(3) + "0", "a" * 5_000]
)
def test_what_is_no_identifier_is_no_receipt(world: World, exchange: str) -> None:
    assert world.client.get(f"/receipts/{exchange}", headers=PARTY).status_code == 404


def test_an_erased_record_has_no_receipt_any_more_and_says_so(world: World) -> None:
    world.log.erase(7)
    world.log.erase(6)
    assert codes(world.client.get(f"/receipts/{identity(3)}", headers=PARTY)) == (410, "00406")


def test_a_refusal_has_a_receipt_too(world: World) -> None:
    world.log.append(entry(5_000, habilitation=OWN["habilitation"]))
    world.log.publish()
    reply = world.client.get(f"/receipts/{identity(5_000)}", headers=PARTY)
    assert "un refus" in verify(reply.content, POLICY).proved[0]


def test_no_false_receipt_is_given_when_the_log_contradicts_its_head(world: World) -> None:
    world.log.levels[0][7] = bytes(32)
    for path in (f"/receipts/{identity(3)}", "/log/consistency/12"):
        reply = world.client.get(path, headers=PARTY)
        assert reply.status_code == 503
        assert reply.headers["retry-after"]
        assert "tlog-proof" not in reply.text


def test_a_log_that_cannot_be_read_is_said_without_its_reasons(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> str:
        raise LogUnreadable("secret : /chemin/audit.db est abîmé")

    monkeypatch.setattr(world.log, "checkpoint", broken)
    for path in ("/log/checkpoint", "/log/tile/0/000", "/log/consistency/1", f"/receipts/{identity(3)}"):
        reply = world.client.get(path, headers=PARTY)
        assert reply.status_code == 503
        assert "secret" not in reply.text
        assert reply.headers["cache-control"] == "no-store"


def test_time_stamps_are_served_and_a_receipt_can_be_had_under_a_stamped_head(world: World) -> None:
    authority = Authority()
    note = world.log.head(400)
    stamp = authority.stamp(sha256(note.split("\n\n")[0].encode() + b"\n").digest())
    world.room.stamps.keep(StoredStamp(400, note, stamp, 1))
    assert world.client.get("/log/timestamps").json() == {"sizes": [400]}
    reply = world.client.get("/log/timestamps/400.tsr")
    assert (reply.content, reply.headers["content-type"]) == (stamp, "application/timestamp-reply")
    assert world.client.get("/log/timestamps/400.checkpoint").text == note
    for absent in ("401", "x", "0400"):
        assert world.client.get(f"/log/timestamps/{absent}.checkpoint").status_code == 404
        assert world.client.get(f"/log/timestamps/{absent}.tsr").status_code == 404
    receipt = world.client.get(f"/receipts/{identity(3)}?size=400", headers=PARTY)
    assert verify(receipt.content, POLICY, answer=ANSWER).facts["size"] == 400
    for size, exchange in (("401", 3), ("x", 3), ("400", 250)):
        found = world.client.get(f"/receipts/{identity(exchange)}?size={size}", headers=PARTY)
        assert codes(found) == (404, "00405")
