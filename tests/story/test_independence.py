# SPDX-License-Identifier: EUPL-1.2
"""A registry that hangs holds up nobody who asks another one, and shows on the page of registries."""

import asyncio
from pathlib import Path

from connectors.kit.contract import load_all
from connectors.kit.simulation import load_world
from gateway.app import utc_now
from gateway.cli.running import listen, server
from gateway.source.simulated import simulators
from tests.gateway.running_gateway import PARAMETERS, running

SIREN = next(persona.siren for persona in load_world().personas if "grand_constructeur" in persona.traits)
SIRET = next(persona.siret for persona in load_world().personas if "grand_constructeur" in persona.traits)
HANGING = f"/v3/opqibi/unites_legales/{SIREN}/certification_ingenierie"
OTHERS = (
    f"/v4/insee/sirene/unites_legales/{SIREN}",
    f"/v4/urssaf/unites_legales/{SIREN}/attestation_vigilance",
    f"/v3/european_commission/unites_legales/{SIREN}/numero_tva",
    f"/v3/msa/etablissements/{SIRET}/conformite_cotisations",
    f"/v3/fntp/unites_legales/{SIREN}/carte_professionnelle_travaux_publics",
)
REGISTRIES = ("opqibi", "insee", "urssaf", "vies", "msa", "fntp")


async def test_others_are_answered_while_one_registry_hangs_with_all_its_places_taken(tmp_path: Path) -> None:
    goes_on = asyncio.Event()
    full = asyncio.Event()
    held = 0

    places = load_all()["opqibi"].concurrency
    pretending = simulators(REGISTRIES, utc_now)

    async def hangs(scope: object, receive: object, send: object) -> None:
        nonlocal held
        if isinstance(scope, dict) and scope["type"] == "http" and scope["path"].startswith("/opqibi/"):
            held += 1
            if held == places:
                full.set()
            await goes_on.wait()
        await pretending(scope, receive, send)

    listening = listen("127.0.0.1", 0)
    behind = server(hangs, "127.0.0.1", 0, companion=True)
    serving = asyncio.create_task(behind.serve(sockets=[listening]))
    base = f"http://127.0.0.1:{listening.getsockname()[1]}"
    try:
        async with running(tmp_path / "state", base, REGISTRIES) as house:

            async def ask(path: str, about: str) -> int:
                fresh = {"Cache-Control": "no-cache"}
                params = {**PARAMETERS, "object": about}
                return (await house.client.get(path, params=params, headers=fresh)).status_code

            waiting = [asyncio.create_task(ask(HANGING, f"dossier {rank}")) for rank in range(places + 4)]
            await full.wait()  # each of its connections hangs, and some questions wait for one
            answered = await asyncio.gather(*(ask(path, f"autre {rank}") for path in OTHERS for rank in range(6)))
            assert set(answered) <= {200, 404}
            assert 200 in answered
            assert held == places  # not one more than its contract allows
            assert not any(task.done() for task in waiting)  # and all that while it was hanging still
            assert (await house.client.get("/health/ready")).status_code == 200
            goes_on.set()
            assert set(await asyncio.gather(*waiting)) == {200}
    finally:
        goes_on.set()
        behind.should_exit = True
        await serving
