# SPDX-License-Identifier: EUPL-1.2
"""`dlnuf demo`: a sandbox, one real call, and the evidence it left, in the terminal."""

import argparse
import asyncio
import json
import os
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

STATE = Path(".sandbox")
LOG = "sandbox.log"
PARAMETERS = {"context": "Marchés publics", "object": "marche-127", "recipient": "13002526500013"}


def register(commands: Any) -> None:
    """Add the command."""
    command = commands.add_parser(
        "demo",
        help="démarre un bac à sable et montre un appel et sa trace",
        epilog="Exemple : dlnuf demo --port 8080",
    )
    command.add_argument("--port", type=int, default=8000, help="port d'écoute (8000)")
    command.add_argument("--state", type=Path, default=STATE, help=f"dossier du bac à sable ({STATE})")
    command.set_defaults(run=run)


def run(chosen: argparse.Namespace) -> int:
    """Start, show, and stay until told to stop."""
    import uvloop

    from gateway.cli.sandbox import stay

    chosen.host, chosen.payloads, chosen.public_url = "127.0.0.1", None, None
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(stay(chosen, lambda address: _ready(address, chosen.state)))


def _ready(address: str, state: Path) -> Coroutine[Any, Any, None]:
    """From here on the service's lines go to a file: the terminal is for the demonstration."""
    log = os.open(state / LOG, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(log, 2)
    os.close(log)
    return _show(address, state)


async def _show(address: str, state: Path) -> None:
    import httpx

    from gateway.audit.show import last_records

    token = (state / "demo.token").read_text("utf-8")
    persona = json.loads((state / "personas.json").read_text("utf-8"))[0]
    paths = (
        f"/v4/insee/sirene/etablissements/{persona['siret']}",
        f"/v4/urssaf/unites_legales/{persona['siren']}/attestation_vigilance",
        f"/v4/dgfip/unites_legales/{persona['siren']}/attestation_fiscale",
    )
    print(f"\n{persona['name']} (SIRET {persona['siret']}), pour un marché public :\n")
    async with httpx.AsyncClient(
        base_url=address, headers={"Authorization": f"Bearer {token}"}, trust_env=False
    ) as client:
        for path in paths:
            answer = await client.get(path, params=PARAMETERS)
            print(f"GET {path} → {answer.status_code}")
            print(_indented(_summary(answer.json())))
            document = (answer.json().get("data") or {}).get("document_url")
            if document:
                fetched = await client.get(document, headers={"Authorization": ""})
                print(f"    document : {len(fetched.content)} octets, {fetched.headers['content-type']}\n")
    print("La trace qu'ils ont laissée (dlnuf audit show) :\n")
    for line in await asyncio.to_thread(lambda: list(last_records(state / "audit.db", 8))):
        print(f"    {line.text()}")
    print(f"\nVérifiez-la :  .venv/bin/dlnuf audit verify --state {state}")
    print("À vous :\n")
    query = "context=March%C3%A9s%20publics&object=marche-127&recipient=13002526500013"
    print(f'curl -H "Authorization: Bearer $(cat {state}/demo.token)" \\\n  "{address}{paths[0]}?{query}"\n')
    print(f"Les pages, avec des personnes inventées (auditrice, instructeur, dirigeants…) :  {address}/connexion\n")
    print(f"Une candidature avec un seul SIRET :  {address}/candidature\n")
    print(f"Les lignes de service vont dans {state / LOG}. Ctrl-C arrête le bac à sable.", flush=True)
    await _tender(address, state)


async def _tender(address: str, state: Path) -> None:
    """Two companies apply in the background, for whoever wants to see the buyer's side."""
    import httpx

    from gateway.cli.demo_tender import play
    from gateway.cli.dossier_example import Refused

    try:
        when = await asyncio.to_thread(play, address, state)
    except (httpx.HTTPError, Refused) as error:
        print(f"\nLa consultation d'essai n'a pas pu être jouée : {type(error).__name__}.", flush=True)
        return
    print(
        f"\nDeux entreprises viennent de candidater. Leur acheteuse, Solène Marchadour, ouvre leurs dossiers une fois "
        f"la date limite passée, le {when} :  {address}/acheteur",
        flush=True,
    )


def _summary(body: dict[str, Any]) -> dict[str, Any]:
    data = body.get("data") or {}
    company = data.get("unite_legale", data)
    wanted = ("siren", "siret", "personne_morale_attributs", "forme_juridique", "entity_status", "date_fin_validite")
    shown = {key: company[key] for key in wanted if key in company}
    shown |= {key: data[key] for key in ("document_url", "date_delivrance_attestation") if data.get(key)}
    if status := shown.get("entity_status"):
        shown["entity_status"] = status["code"]
    return shown | {"meta.passerelle": (body.get("meta") or {}).get("passerelle")}


def _indented(value: dict[str, Any]) -> str:
    text = json.dumps(value, ensure_ascii=False, indent=2)
    return "\n".join(f"    {line}" for line in text.splitlines()) + "\n"
