# SPDX-License-Identifier: EUPL-1.2
"""`python -m bench.files`: application files on one core: how soon one is complete, what many do to plain calls.

single      one file while registries answer in 50 ms to 5 s: from the SIRET to the complete file, beside the slowest
crowd       two hundred files at once: how long until all are complete, and plain calls' times before and meanwhile
quota       half as many while a registry refuses what exceeds its quota: how far apart the first and last files end,
            and how long one waits that came when they were all in line

The gateway is the shipped one on a core of its own; the registries are its simulators, made slow in another process.
"""

import argparse
import asyncio
import contextlib
import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from bench.files_world import CONTROL, child
from bench.proc import cores, free_port, on_core
from bench.state import clean, command, dlnuf, prepared
from bench.world import sirets
from connectors.kit.contract import load_all
from gateway.source.simulated import addresses

BUYER = "99910077900019"
PERSON = {"prenom": "Eloïse", "nom": "Vercheny", "qualite": "présidente"}
FASTEST_S, SLOWEST_S = 0.05, 5.0
QUIET_S = 0.02
PATIENCE_S = 300
LONGER, STARVED = 1.10, 10.0
"""The goals: a file takes at most so many times its slowest registry; a plain call, so many times its usual time."""
PLAIN_COMPANIES = 1_000
RATIONED = "inpi_rne"
"""The registry whose contract says how it tells that it is asked too often: two questions of each file."""
PLAIN = "/v4/insee/sirene/etablissements/{}?context=banc&object=banc&recipient=13002526500013"


def opening(siret: str, reference: str) -> dict[str, Any]:
    """What a portal sends."""
    return {
        "siret": siret,
        "acheteur": {"siret": BUYER},
        "consultation": {
            "source": "profil",
            "reference": reference,
            "objet": "Mesure",
            "date_limite": "2033-01-01T12:00:00Z",
        },
        "type_marche": "travaux",
        "certificats_anticipes": True,
        "consentement": {"par": PERSON, "certificats_anticipes": True},
    }


class Driver:
    """The portal of the measurement, and a plain caller beside it."""

    def __init__(self, address: str, control: str, portal: str, plain: str) -> None:
        limits = httpx.Limits(max_connections=300)
        self.client = httpx.AsyncClient(base_url=address, timeout=60, limits=limits)
        self._address, self._token = address, plain
        self.complete: set[str] = set()
        self.looked = asyncio.Condition()
        self._control = control + CONTROL
        self._portal = {"authorization": f"Bearer {portal}"}

    async def told(self, lags: dict[str, float], quota: dict[str, int] | None = None) -> None:
        """How slow the registries are from now on."""
        await self.client.put(self._control, json={"lags": lags, "quota": quota or {}})

    async def file(self, siret: str, reference: str) -> float:
        """Open a file; seconds until it is complete. Raises TimeoutError when it never is."""
        async with asyncio.timeout(PATIENCE_S):
            return await self._file(siret, reference)

    async def _file(self, siret: str, reference: str) -> float:
        began = time.perf_counter()
        opened = await self.client.post("/v1/candidatures", json=opening(siret, reference), headers=self._portal)
        opened.raise_for_status()
        path = f"/v1/candidatures/{opened.json()['data']['id']}/events"
        async with self.client.stream("GET", path, headers=self._portal, timeout=PATIENCE_S) as stream:
            if stream.status_code == 200:
                async for line in stream.aiter_lines():
                    if line == "event: dossier.complet":
                        return time.perf_counter() - began
        # More files than may be listened to at once: one list of all of them is looked at now and then.
        identifier = opened.json()["data"]["id"]
        await self.completed(identifier)
        return time.perf_counter() - began

    async def completed(self, identifier: str) -> None:
        """Return once the watch has seen a file complete."""
        async with self.looked:
            await self.looked.wait_for(lambda: identifier in self.complete)

    async def watch(self) -> None:
        """Note which files are complete, page by page."""
        while True:
            await asyncio.sleep(0.5)
            page: str | None = "/v1/candidatures"
            while page is not None:
                found = (await self.client.get(page, headers=self._portal)).raise_for_status().json()
                page = found["links"]["suite"]
                async with self.looked:
                    self.complete |= {row["id"] for row in found["data"] if row["complet"]}
                    self.looked.notify_all()

    @contextmanager
    def plain(self, seconds: float, companies: range) -> Iterator[list[float]]:
        """A caller in a process of its own, so that only the gateway makes it wait; milliseconds of each call.

        Each window asks about companies of its own: an answer that was kept is no measure of a registry's.
        """
        found: list[float] = []
        ranks = (str(companies.start), str(companies.stop))
        words = [sys.executable, "-m", "bench.files", "--plain", str(seconds), self._address, self._token, *ranks]
        with subprocess.Popen(words, env=clean(), stdout=subprocess.PIPE) as process:
            yield found
            process.send_signal(signal.SIGINT)
            found += json.loads(process.communicate()[0])


def plain_calls(seconds: float, address: str, token: str, companies: range) -> list[float]:
    """Plain calls, one after the other, 20 ms apart, for so long or until interrupted; milliseconds each."""
    found: list[float] = []
    end = time.perf_counter() + seconds
    headers = {"authorization": f"Bearer {token}"}
    with contextlib.suppress(KeyboardInterrupt), httpx.Client(base_url=address, timeout=60, headers=headers) as client:
        for siret in sirets(companies.stop)[companies.start :]:
            if time.perf_counter() > end:
                break
            began = time.perf_counter()
            client.get(PLAIN.format(siret)).raise_for_status()
            found.append((time.perf_counter() - began) * 1000)
            time.sleep(0.02)
    return found


def times(found: list[float]) -> dict[str, float]:
    """Median and 99th percentile, in milliseconds."""
    ordered = sorted(found)
    return {
        "n": len(ordered),
        "p50": round(statistics.median(ordered), 2),
        "p99": round(ordered[-1 - len(ordered) // 100], 2),
    }


async def measured(driver: Driver, files: int, names: list[str]) -> dict[str, Any]:
    """All three measurements."""
    known = sirets(2 * files)
    await driver.told({"": QUIET_S})
    await driver.file(known[0], "échauffement")
    others = [name for name in names if name not in ("insee", "dgfip")]
    step = (SLOWEST_S - FASTEST_S) / len(others)
    lags = {name: FASTEST_S + rank * step for rank, name in enumerate(others)}
    await driver.told({**lags, "insee": FASTEST_S, "dgfip": SLOWEST_S})
    single = await driver.file(known[1], "seul")

    await driver.told({"": QUIET_S})
    ours = 2 * files
    with driver.plain(PATIENCE_S, range(ours, ours + PLAIN_COMPANIES // 2)) as quiet:
        await asyncio.sleep(4)
    watching = asyncio.create_task(driver.watch())
    with driver.plain(PATIENCE_S, range(ours + PLAIN_COMPANIES // 2, ours + PLAIN_COMPANIES)) as busy:
        await asyncio.sleep(1)
        began = time.perf_counter()
        crowd = await asyncio.gather(*(driver.file(siret, f"foule-{siret}") for siret in known[2 : 2 + files]))
        crowd_s = time.perf_counter() - began

    await driver.told({"": QUIET_S}, {RATIONED: max(2, files // 5)})
    began = time.perf_counter()

    async def latecomer() -> float:
        await asyncio.sleep(1)
        return await driver.file(known[-1], "quota-dernier")

    *rationed, late = await asyncio.gather(
        *(driver.file(siret, f"quota-{siret}") for siret in known[2 + files : 2 + files + files // 2]), latecomer()
    )
    quota_s = time.perf_counter() - began
    watching.cancel()
    return {
        "single": {
            "slowest_registry_s": SLOWEST_S,
            "complete_s": round(single, 2),
            "ratio": round(single / SLOWEST_S, 3),
        },
        "crowd": {
            "files": files,
            "all_complete_s": round(crowd_s, 1),
            "median_s": round(statistics.median(crowd), 1),
            "plain_alone_ms": times(quiet),
            "plain_meanwhile_ms": times(busy),
        },
        "quota": {
            "files": files // 2,
            "questions_a_second": max(2, files // 5),
            "all_complete_s": round(quota_s, 1),
            "first_s": round(min(rationed), 1),
            "median_s": round(statistics.median(rationed), 1),
            "last_s": round(max(rationed), 1),
            "latecomer_s": round(late, 1),
        },
    }


def goals(found: dict[str, Any]) -> Iterator[str]:
    """Which goals were met, in words."""
    single, crowd, quota = found["single"], found["crowd"], found["quota"]
    met = single["ratio"] <= LONGER
    yield f"a file in {single['ratio']:.2f} times its slowest registry (at most {LONGER:.2f}): {_said_met(met)}"
    times_slower = crowd["plain_meanwhile_ms"]["p50"] / crowd["plain_alone_ms"]["p50"]
    met = times_slower <= STARVED
    yield f"plain calls, median, {times_slower:.1f} times slower meanwhile (at most {STARVED:.0f}): {_said_met(met)}"
    met = quota["latecomer_s"] <= quota["last_s"]
    yield f"whoever came last under a quota waited {quota['latecomer_s']} s, the crowd up to {quota['last_s']} s: " + (
        _said_met(met)
    )


def _said_met(met: bool) -> str:
    return "met" if met else "missed"


def run(files: int, folder: Path) -> dict[str, Any]:
    """Start the registries and the gateway, measure, and stop them."""
    contracts = load_all()
    state = prepared(folder, 10)
    where = ("--state", str(state.folder))
    right = ("--siret", "13002526500013", "--name", "Portail", "--purpose", "candidature_marches_publics")
    holder = dlnuf("habilitation", "create", *right, "--scopes", "all", "--recipients", "any", *where).strip()
    portal = dlnuf("token", "issue", "--habilitation", holder, *where).strip()
    behind, front = free_port(), free_port()
    base, address = f"http://127.0.0.1:{behind}", f"http://127.0.0.1:{front}"
    env = clean(
        {
            "DLNUF_STATE": str(state.folder),
            "DLNUF_PORT": str(front),
            "DLNUF_PUBLIC_URL": address,
            **addresses(contracts, base),
        }
    )
    companies = str(2 * files + PLAIN_COMPANIES)
    pretending = [sys.executable, "-m", "bench.files_world", str(behind), companies]
    place = cores()
    with on_core(place.registry):
        simulated = child(pretending, clean(), base + "/rien")
        with simulated, on_core(place.system), child([command(), "serve"], env, address + "/v4/ping"):
            os.sched_setaffinity(0, {place.load})
            driver = Driver(address, base, portal, state.token.read_text("ascii").strip())
            with asyncio.Runner() as runner:
                return runner.run(measured(driver, files, list(contracts)))


def main() -> int:
    """Run it; the exit status."""
    parser = argparse.ArgumentParser(prog="python -m bench.files", description=__doc__)
    parser.add_argument("--files", type=int, default=200, help="combien de dossiers à la fois")
    parser.add_argument("--out", type=Path, help="fichier JSON des résultats")
    parser.add_argument("--plain", nargs=5, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.plain:
        seconds, address, token, first, last = chosen.plain
        print(json.dumps(plain_calls(float(seconds), address, token, range(int(first), int(last)))))
        return 0
    with tempfile.TemporaryDirectory(prefix="dlnuf-bench-files-") as folder:
        found = run(chosen.files, Path(folder))
    print(json.dumps(found, indent=2, ensure_ascii=False))
    for goal in goals(found):
        print(goal)
    if chosen.out:
        chosen.out.write_text(json.dumps(found, indent=2, ensure_ascii=False) + "\n", "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
