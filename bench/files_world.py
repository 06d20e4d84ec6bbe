# SPDX-License-Identifier: EUPL-1.2
"""`python -m bench.files_world PORT COMPANIES`: all simulated registries, as slow and as strict as they are last told.

They are told at `/banc`: how long each waits before it answers, and how many questions a second one lets through.
"""

import asyncio
import json
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import httpx

from bench.proc import NotReady
from bench.world import invented
from connectors.kit.contract import load_all
from gateway.source.simulated import simulators

CONTROL = "/banc"


def registries(port: int, companies: int) -> None:
    """Serve all simulators, with a time to wait for each and a quota for one, as last told at `/banc`."""
    import uvicorn

    app = simulators(load_all(), lambda: datetime.now(UTC), invented(companies))
    told: dict[str, Any] = {"lags": {}, "quota": {}}
    seen: dict[str, tuple[int, int]] = {}

    async def lagging(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http" and scope["path"] == CONTROL:
            told.update(json.loads((await receive())["body"]))
            await _said(send, 200, b"{}")
            return
        if scope["type"] == "http" and "token" not in scope["path"] and "oauth" not in scope["path"]:
            name = scope["path"].split("/", 2)[1]
            if (limit := told["quota"].get(name)) is not None:
                second = int(time.time())
                last, count = seen.get(name, (0, 0))
                count = count + 1 if last == second else 1
                seen[name] = (second, count)
                if count > limit:
                    await _said(send, 429, b"{}")
                    return
            await asyncio.sleep(told["lags"].get(name, told["lags"].get("", 0)))
        await app(scope, receive, send)

    uvicorn.run(lagging, port=port, log_level="warning", lifespan="off")


async def _said(send: Any, status: int, body: bytes) -> None:
    fields = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": status, "headers": fields})
    await send({"type": "http.response.body", "body": body})


@contextmanager
def child(words: list[str], env: dict[str, str], url: str) -> Iterator[None]:
    """A process that answers at an address for the time of the block."""
    with tempfile.TemporaryFile() as log, subprocess.Popen(words, env=env, stdout=log, stderr=log) as process:
        try:
            end = time.monotonic() + 40
            while True:
                try:
                    httpx.get(url, timeout=1)
                    break
                except httpx.HTTPError:
                    if time.monotonic() > end or process.poll() is not None:
                        log.seek(0)
                        raise NotReady(log.read().decode()[-2000:]) from None
                    time.sleep(0.1)
            yield
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(30)


if __name__ == "__main__":
    registries(int(sys.argv[1]), int(sys.argv[2]))
