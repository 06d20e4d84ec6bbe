# SPDX-License-Identifier: EUPL-1.2
"""`/opendata` is open to all, and says the same in each of its forms."""

import csv
import io
from pathlib import Path

import httpx
import pytest

from gateway.audit.closing import Closings
from gateway.opendata.usage import Usage
from gateway.web.opendata import router
from tests.gateway.company.conftest import World, policies, tomorrow
from tests.gateway.pages_world import ADDRESS


@pytest.fixture
def usage(world: World, tmp_path: Path) -> Usage:
    found = Usage(tmp_path / "opendata", world.reader, Closings(world.reader), 5)
    world.app.include_router(router(lambda: found, policies(), ADDRESS))
    return found


async def _get(client: httpx.AsyncClient, path: str, media_type: str) -> httpx.Response:
    answer = await client.get(path)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith(media_type)
    assert "public" in answer.headers["cache-control"]
    return answer


async def test_before_any_month_and_after(world: World, usage: Usage) -> None:
    client = world.browser()
    assert "Aucun mois entier" in (await _get(client, "/opendata", "text/html")).text
    for number in range(6):
        await world.wrote(f"99910{number:04}")
    tomorrow(world, 8)
    await world.closed_days()
    await usage.refresh()
    page = await _get(client, "/opendata", "text/html")
    assert "2026-11" in page.text
    assert "Marchés publics" in page.text
    rows = list(csv.DictReader(io.StringIO((await _get(client, "/opendata/usage.csv", "text/csv")).text)))
    assert [(row["finalite"], row["registre"], row["consultations"]) for row in rows] == [
        ("marches_publics", "insee", "6")
    ]
    told = (await _get(client, "/opendata/usage.json", "application/json")).json()
    assert told["months"][0]["usage"][0]["companies"] == 6
    found = (await _get(client, "/opendata/catalog.jsonld", "application/ld+json")).json()
    assert found["@type"] == "dcat:Catalog"
