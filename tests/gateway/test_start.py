# SPDX-License-Identifier: EUPL-1.2
"""What a gateway that was started and asked carries: nothing heavy that it has not been asked for."""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

HEAVY = (
    "authlib",
    "httpx",
    "joserfc",
    "psycopg",
    "pyarrow",
    "pypdfium2",
    "rfc3161_client",
    "typst",
    "yaml",
    "gateway.edge.openapi.document",
)
"""Each is megabytes, or tens of milliseconds, that only some of the gateway's work needs: that work loads it."""

PROGRAM = """
import asyncio, json, secrets, sys, time
from pathlib import Path

from connectors.kit.contract import load_all
from gateway.app import create_app
from gateway.cli import running, serve
from gateway.identity.keys import create_missing, load
from gateway.purpose.load import default_folder
from gateway.settings import Settings
from gateway.source.simulated import addresses


async def one_life(app):
    steps, said, answered = asyncio.Queue(), asyncio.Queue(), []

    async def send(message):
        answered.append(message["type"])
        said.put_nowait(message)

    life = asyncio.create_task(app({"type": "lifespan", "state": {}}, steps.get, send))
    steps.put_nowait({"type": "lifespan.startup"})
    assert (await said.get())["type"] == "lifespan.startup.complete"
    path = "/v3/insee/sirene/unites_legales/552049447"
    scope = {"type": "http", "method": "GET", "path": path, "query_string": b"", "headers": [], "client": ("::1", 1)}
    await app(scope, steps.get, send)
    statuses = [(await said.get()).get("status") for _ in range(2)]
    steps.put_nowait({"type": "lifespan.shutdown"})
    await life
    return statuses[0]


state, loaded = Path(sys.argv[1]), load_all()
create_missing(state / "keys", secrets.token_bytes)
settings = Settings(
    state=state,
    keys=state / "keys",
    policies=default_folder(),
    public_url="http://127.0.0.1",
    registry=addresses(loaded, "http://127.0.0.1:9"),
)
status = asyncio.run(one_life(create_app(settings, load(state / "keys"))))
print(json.dumps({"status": status, "modules": sorted(sys.modules)}))
"""


def test_a_gateway_that_answers_carries_nothing_heavy_it_was_not_asked_for(tmp_path: Path) -> None:
    found = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(tmp_path)],
        cwd=ROOT, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert found.returncode == 0, found.stderr
    told = json.loads(found.stdout.splitlines()[-1])
    assert told["status"] == 401  # it opened, heard a request and recorded that it refused it
    modules = set(told["modules"])
    assert {"gateway.exchange", "gateway.dossier.office", "gateway.web.pages"} <= modules
    assert sorted(modules.intersection(HEAVY)) == []
