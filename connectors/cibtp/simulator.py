# SPDX-License-Identifier: EUPL-1.2
"""The CIBTP network as it speaks on the wire, for tests, the sandbox and the benchmark.

It knows the personas of the building trades that have employees. One that does not pay the Urssaf does not pay it
either; and the fund of the establishments outside head offices is not connected yet.
"""

from collections.abc import Callable
from datetime import date, datetime

import orjson

from connectors.kit.paris import PARIS
from connectors.kit.simulation import Asked, Handler, Persona, Said, World, json_said
from connectors.kit.simulation.pdf import pdf
from connectors.kit.simulation.tokens import Tokens

TOKEN = "/apientreprise/token"  # noqa: S105  # an address
PATH = "/apientreprise/attestationmarche"
BUILDING = ("41.", "43.")
LIFE_S = 3599


def simulator(world: World, clock: Callable[[], datetime]) -> Handler:
    """The network of these personas, at the clock's time."""
    tokens = Tokens(clock, LIFE_S)

    def handle(asked: Asked) -> Said:
        match asked.method, asked.path:
            case "POST", path if path == TOKEN:
                return _login(tokens, asked.body)
            case "GET", path if path == PATH:
                if not tokens.known(asked):
                    return _no("Technique", "Jeton refusé", 401)
                return _certificate(world, asked.query.get("siret", ""), clock().astimezone(PARIS).date())
        return _no("Technique", "Adresse inconnue", 404)

    return handle


def _login(tokens: Tokens, body: bytes) -> Said:
    try:
        asked = orjson.loads(body)
    except orjson.JSONDecodeError:
        asked = None
    if not isinstance(asked, dict) or asked.keys() != {"client_id", "client_secret"} or not all(asked.values()):
        return _no("Technique", "Identifiants refusés", 401)
    life = {"expires_in": LIFE_S, "ext_expires_in": LIFE_S}
    return json_said({"token_type": "Bearer", **life, "access_token": tokens.issue()})


def _certificate(world: World, siret: str, today: date) -> Said:
    persona = world.by_siret.get(siret)
    if persona is None or not _member(persona):
        return _no("Fonctionnelle", "Aucune caisse du réseau ne connaît cet établissement", 404)
    if siret != persona.siret:
        return _no("Fonctionnelle", "La caisse de cet établissement n'est pas encore raccordée", 404)
    if persona.urssaf == "refus":
        return _no("Fonctionnelle", "Établissement connu, cotisations non à jour", 422)
    return Said(200, _pdf(persona, today), "application/pdf", {"content-disposition": "attachment; filename=adc.pdf"})


def _member(persona: Persona) -> bool:
    in_business = persona.etat == "A" and persona.redirige_vers is None
    return in_business and persona.effectif is not None and persona.naf.startswith(BUILDING)


def _no(kind: str, message: str, status: int) -> Said:
    return json_said({"type": kind, "message": message}, status)


def _pdf(persona: Persona, today: date) -> bytes:
    return pdf(f"""SIMULATEUR - document sans valeur
Attestation congés payés et chômage intempéries - bâtiment
Entreprise : {persona.name}
SIRET : {persona.siret}
Les cotisations dues sont payées.
Document établi le {today:%d/%m/%Y}""")
