# SPDX-License-Identifier: EUPL-1.2
"""The Urssaf as it speaks on the wire, for tests, the sandbox and the benchmark."""

import base64
import hashlib
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from functools import lru_cache

import orjson

from connectors.kit.paris import PARIS
from connectors.kit.simulation import Asked, Handler, Said, World, json_said
from connectors.kit.simulation.pdf import pdf
from connectors.kit.simulation.tokens import Tokens

TOKEN = "/api/oauth/v1/token"  # noqa: S105 an address
SCOPE = "attn.api_entreprise"
DEMAND = "/attn/entreprise/v1/demandes/api_entreprise"
JSON_UTF8 = "application/json;charset=UTF-8"  # said of everything, base64 included

# The codes are the Urssaf's, the words ours. The code of a malformed demand is not known: an internal one is lent.
WORDS = {
    "FUNC502": "La situation de ce compte ne permet pas de délivrer le document",
    "FUNC503": "Ce compte doit être examiné par un agent",
    "FUNC510": "La demande est incomplète ou mal écrite",
    "FUNC517": "Aucun compte n'est connu sous ce numéro",
}


def simulator(world: World, clock: Callable[[], datetime]) -> Handler:
    """The Urssaf of these personas, at the clock's time."""
    tokens = Tokens(clock)

    def handle(asked: Asked) -> Said:
        match asked.method, asked.path:
            case "POST", path if path == TOKEN:
                return tokens.client_credentials(asked, scope=SCOPE)
            case "POST", path if path == DEMAND:
                if not tokens.known(asked):
                    return json_said({"error": "invalid_token"}, 401)
                return _demand(world, asked.body, clock().astimezone(PARIS).date())
        return Said(404, b"<html><body>Page introuvable</body></html>", "text/html")

    return handle


def _demand(world: World, body: bytes, today: date) -> Said:
    wanted = _wanted(body)
    if wanted is None:
        return _errors("FUNC510", 400)
    persona = world.by_siren.get(wanted)
    if persona is None or persona.redirige_vers or persona.urssaf == "inconnu":
        return _errors("FUNC517", 400)
    match persona.urssaf:
        case "refus":
            return _errors("FUNC502", 200)
        case "analyse":
            return _errors("FUNC503", 200)
        case _:
            assessed = today.replace(day=1) - timedelta(days=1)
            return Said(200, _certificate(persona.siren, persona.name, persona.natural_person, assessed), JSON_UTF8)


def _wanted(body: bytes) -> str | None:
    """The SIREN of a well-formed demand."""
    try:
        demand = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
    if not isinstance(demand, Mapping) or demand.get("typeAttestation") != "AVG_UR":
        return None
    lengths = {"siren": 9, "idClient": 36, "beneficiaire": 14}
    if any(not isinstance(demand.get(key), str) or len(demand[key]) != size for key, size in lengths.items()):
        return None
    return str(demand["siren"])


def _errors(code: str, status: int) -> Said:
    array = [{"code": code, "message": WORDS[code], "description": WORDS[code]}]
    return Said(status, orjson.dumps(array), JSON_UTF8)


@lru_cache(maxsize=256)
def _certificate(siren: str, name: str, self_employed: bool, assessed: date) -> bytes:
    """The base64 of a two-page certificate about contributions due on the day `assessed`."""
    code = base64.b32encode(hashlib.sha256(f"{siren} {assessed}".encode()).digest()).decode()[:15]
    day = f"{assessed:%d/%m/%Y}"
    first = f"""SIMULATEUR - document sans valeur
Attestation de vigilance
Entreprise : {name}
SIREN : {siren}
Code de sécurité
{code}
Page 1 sur 2"""
    if self_employed:
        # The wording about self-employed people is another one, and it breaks over lines too.
        sentence = f"""Cette personne a payé ses contributions (dont celle à la formation
professionnelle - CFP) exigibles
au {day}."""
    else:
        sentence = f"""Cette entreprise remplit ses obligations de déclaration et de paiement à la
date du {day}."""
    second = f"""SIMULATEUR - document sans valeur
{name}, SIREN {siren}
{sentence}
Page 2 sur 2"""
    return base64.b64encode(pdf(first, second))
