# SPDX-License-Identifier: EUPL-1.2
"""No key to commit under, no record, so no data: the gateway says 503, asks no registry, and heals by itself."""

import asyncio
from pathlib import Path

from gateway.audit.subject import RETRY_S
from tests.gateway.running_gateway import PARAMETERS, running
from tests.promises.accounts import records

UNIT = "/v4/insee/sirene/unites_legales/999100118"
NOBODY = "http://127.0.0.1:9"
"""Where no registry listens: a gateway that asks it says so, with a code of that registry."""
GARBAGE = b"ce fichier n'est pas une base de cles\n" * 300
EXCHANGE = {"asked", "answered", "refused", "failed"}


async def test_without_a_key_nothing_leaves_and_once_it_can_be_had_all_is_recorded_again(tmp_path: Path) -> None:
    keys = tmp_path / "subjects.db"
    keys.write_bytes(GARBAGE)
    async with running(tmp_path, NOBODY) as gateway:
        for parameters in (PARAMETERS, {}):
            asked = await gateway.client.get(UNIT, params=parameters)
            assert (asked.status_code, asked.json()["errors"][0]["code"]) == (503, "00510")
        assert not [record for record in records(tmp_path) if record["event"] in EXCHANGE]
        assert keys.read_bytes() == GARBAGE  # nobody's file is replaced

        keys.unlink()
        await asyncio.sleep(RETRY_S + 0.1)  # a store in trouble is left alone for so long
        answer = await gateway.client.get(UNIT, params=PARAMETERS)
        assert answer.json()["errors"][0]["code"].startswith("01")
        told = [record for record in records(tmp_path) if record["event"] in EXCHANGE]
        assert [record["event"] for record in told] == ["asked", "failed"]
        assert {str(record["subject"])[:12] for record in told} == {"hmac-sha256:"}
