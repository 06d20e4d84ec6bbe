# SPDX-License-Identifier: EUPL-1.2
"""A failing registry: asked once for many, left alone after failures, replaced by what it said before where allowed."""

import asyncio
import json
import sqlite3
from pathlib import Path

from connectors.insee.simulator import simulator
from connectors.kit.contract import load_all
from connectors.kit.simulation import Asked, load_world
from gateway.app import utc_now
from tests.story.test_misbehaving_registries import PARAMETERS, PATH, Writer, gateway_before, http

COMPANY = simulator(load_world(), utc_now)


def company() -> bytes:
    """INSEE's own answer about the healthy company."""
    token = COMPANY(
        Asked(
            "POST",
            "/token",
            {},
            {},
            b"grant_type=password&client_id=sandbox-client_id&client_secret=sandbox-client_secret"
            b"&username=sandbox-username&password=sandbox-password",
        )
    ).body.decode()
    bearer = token.split('"access_token":"')[1].split('"')[0]
    return COMPANY(
        Asked("GET", "/api-sirene/prive/3.11/siren/999100118", {}, {"authorization": f"Bearer {bearer}"})
    ).body


class Registry:
    """Answers well until told to fail; counts."""

    def __init__(self, *, slowly: bool = False) -> None:
        self.calls = 0
        self.failing = False
        self.slowly = slowly
        self.asked = asyncio.Event()
        self.body = company()

    async def __call__(self, writer: Writer) -> None:
        self.calls += 1
        self.asked.set()
        if self.slowly:
            await asyncio.sleep(0.3)
        writer.write(http(b"{}", status="503 Service Unavailable") if self.failing else http(self.body))
        await writer.drain()


async def test_the_same_question_of_several_is_put_once_and_each_has_its_records(tmp_path: Path) -> None:
    registry = Registry(slowly=True)
    async with gateway_before(tmp_path, registry) as client:
        asked = [client.get(PATH, params={**PARAMETERS, "object": f"dossier {rank}"}) for rank in range(10)]
        answers = await asyncio.gather(*asked)
        assert {answer.status_code for answer in answers} == {200}
        assert registry.calls == 1
        alone = await client.get(PATH, params=PARAMETERS, headers={"Cache-Control": "no-cache"})
        assert (alone.status_code, registry.calls) == (200, 2)
        with sqlite3.connect(f"file:{tmp_path}/audit.db?mode=ro", uri=True) as log:
            entries = [row[0].decode() for row in log.execute("SELECT entry FROM record")]
    assert sum('"event":"asked"' in entry for entry in entries) == 11
    assert sum('"event":"answered"' in entry for entry in entries) == 11


async def test_what_vies_says_is_not_valid_is_told_again_for_a_day_and_says_since_when(tmp_path: Path) -> None:
    said = Registry()
    said.body = b'{"isValid":false,"userError":"INVALID"}'
    later = {"seconds": 0.0}
    path = "/v3/european_commission/unites_legales/999100118/numero_tva"
    async with gateway_before(tmp_path, said, later=later, registry="vies") as client:
        first = await client.get(path, params=PARAMETERS)
        (error,) = first.json()["errors"]
        assert (first.status_code, error["code"], error["meta"]) == (
            404,
            "28003",
            {"provider": "Commission Européenne"},
        )
        assert (first.headers["x-response-cached"], first.headers["x-cache-expires-in"]) == ("false", "")
        later["seconds"] = 23 * 3600
        again = await client.get(path, params=PARAMETERS)
        (error,) = again.json()["errors"]
        assert (again.status_code, error["code"], said.calls) == (404, "28003", 1)
        dated = error["meta"]["passerelle"]
        assert dated["en_cache"] is True
        assert dated["obtenu_le"] < dated["valable_jusqu_au"]
        assert again.headers["x-response-cached"] == "true"
        assert 0 < int(again.headers["x-cache-expires-in"]) <= 3600
        insisting = await client.get(path, params=PARAMETERS, headers={"Cache-Control": "no-cache"})
        assert (insisting.status_code, said.calls) == (404, 2)
        assert "passerelle" not in insisting.json()["errors"][0]["meta"]
        later["seconds"] = 24 * 3600 + 1
        assert (await client.get(path, params=PARAMETERS)).status_code == 404
        assert said.calls == 3
        with sqlite3.connect(f"file:{tmp_path}/audit.db?mode=ro", uri=True) as log:
            entries = [json.loads(row[0]) for row in log.execute("SELECT entry FROM record ORDER BY seq")]
    outcomes = [(entry["event"], entry["code"], entry.get("cached")) for entry in entries if "code" in entry]
    assert outcomes == [("failed", "28003", flag) for flag in (None, True, None, None)]
    assert sum(entry["event"] == "asked" for entry in entries) == 3  # what is kept asks nobody


async def test_a_passing_not_found_is_asked_again_each_time(tmp_path: Path) -> None:
    said = Registry()
    said.body = b""
    path = "/v3/dgfip/unites_legales/999100118/liens_capitalistiques/2024"
    async with gateway_before(tmp_path, said, registry="dgfip") as client:
        for calls, body in ((1, b"null"), (2, b"null"), (3, b'{"declarations":[{"numero_imprime":"2050"}]}')):
            said.body = body
            answer = await client.get(path, params=PARAMETERS)
            assert (answer.json()["errors"][0]["code"], said.calls) == ("03003", calls)
        assert (await client.get(path, params=PARAMETERS)).json()["errors"][0]["meta"]["passerelle"]["en_cache"] is True
        assert said.calls == 3  # a return without either form will not grow one within the hour


async def test_a_registry_that_keeps_failing_is_left_alone_and_the_caller_told_for_how_long(tmp_path: Path) -> None:
    registry = Registry()
    registry.failing = True
    limit = load_all()["insee"].breaker.failures
    async with gateway_before(tmp_path, registry) as client:
        for rank in range(limit):
            answer = await client.get(PATH, params={**PARAMETERS, "object": str(rank)})
            assert answer.json()["errors"][0]["code"] == "01001"
        assert (await client.get("/health/registries")).json() == {"insee": "open"}
        refused = (await client.get(PATH, params=PARAMETERS)).json()["errors"][0]
        assert registry.calls == limit
        assert (refused["code"], 0 < refused["meta"]["retry_in"] <= 10) == ("01001", True)


async def test_an_older_answer_is_served_only_when_the_registry_is_silent_and_says_so(tmp_path: Path) -> None:
    registry = Registry()
    later = {"seconds": 0.0}
    async with gateway_before(tmp_path, registry, later=later) as client:
        assert (await client.get(PATH, params=PARAMETERS)).status_code == 200
        registry.failing = True
        later["seconds"] = 2 * 3600
        older = await client.get(PATH, params=PARAMETERS)
        said = older.json()["meta"]["passerelle"]
        assert (older.status_code, said["en_cache"], said["perime_faute_de_reponse"]) == (200, True, "01001")
        assert said["valable_jusqu_au"] > said["obtenu_le"]
        insisting = await client.get(PATH, params=PARAMETERS, headers={"Cache-Control": "no-cache"})
        assert insisting.status_code == 502
        later["seconds"] = 26 * 3600
        assert (await client.get(PATH, params=PARAMETERS)).status_code == 502
        registry.failing = False
        fresh = await client.get(PATH, params=PARAMETERS)
        assert "perime_faute_de_reponse" not in fresh.json()["meta"]["passerelle"]


async def test_a_flood_of_unknown_tokens_is_refused_and_counted_without_filling_the_log(tmp_path: Path) -> None:
    registry = Registry()
    async with gateway_before(tmp_path, registry) as client:
        shown = {"Authorization": "Bearer inconnu"}
        for _ in range(10):
            answers = await asyncio.gather(*[client.get(PATH, params=PARAMETERS, headers=shown) for _ in range(30)])
            assert {answer.status_code for answer in answers} == {401}
        assert (await client.get(PATH, params=PARAMETERS)).status_code == 200
    with sqlite3.connect(f"file:{tmp_path}/audit.db?mode=ro", uri=True) as log:
        entries = [json.loads(row[0]) for row in log.execute("SELECT entry FROM record ORDER BY seq")]
    refused = [entry for entry in entries if entry["event"] == "refused"]
    assert sum(entry.get("count", 1) for entry in refused) == 300  # the service has stopped: nothing is left to write
    counted = [entry for entry in refused if "count" in entry]
    assert 60 <= len(refused) - len(counted) <= 120  # one minute's, or two minutes' when one ended meanwhile
    assert {(entry["status"], entry["code"], entry["address"]) for entry in counted} == {(401, "00101", "127.0.0.1")}
    assert [entry["event"] for entry in entries if "habilitation" in entry and "product" in entry] == [
        "asked",
        "answered",
    ]


async def test_operators_are_told_what_each_registry_goes_through(tmp_path: Path) -> None:
    registry = Registry(slowly=True)
    later = {"seconds": 0.0}

    async with gateway_before(tmp_path, registry, later=later) as client:

        async def told() -> dict[str, object]:
            answer = await client.get("/health/registries/details")
            assert answer.status_code == 200
            found: dict[str, object] = answer.json()["insee"]
            return found

        before = await told()
        assert (before["state"], before["in_flight"], before["concurrency"]) == ("closed", 0, 64)
        assert (before["last_success_at"], before["last_failure_at"], before["last_failure_code"]) == (None, None, None)
        assert (before["connect_timeout_s"], before["timeout_s"], before["stale_for_s"]) == (2, 4, 86_400)
        asking = asyncio.create_task(client.get(PATH, params=PARAMETERS))
        async with asyncio.timeout(10):
            await registry.asked.wait()  # the registry takes its time
        assert (await told())["in_flight"] == 1
        assert (await asking).status_code == 200
        answered = await told()
        assert (answered["in_flight"], answered["last_failure_at"]) == (0, None)
        assert answered["last_success_at"]
        registry.failing, later["seconds"] = True, 7200.0
        failed = await client.get(PATH.replace("999100118", "999100225"), params=PARAMETERS)
        assert failed.status_code == 502
        after = await told()
        assert (after["last_success_at"], after["last_failure_code"]) == (answered["last_success_at"], "01001")
        assert str(after["last_failure_at"]) > str(after["last_success_at"])
        assert (await client.get("/health/registries")).json() == {"insee": "closed"}  # for programs that read it
