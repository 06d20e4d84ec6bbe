# SPDX-License-Identifier: EUPL-1.2
"""PRO BTP as it speaks on the wire, for tests, the sandbox and the benchmark; client certificates are not looked at.

It knows the building companies that employ people. One that is not up to date with the Urssaf is not here either.
"""

import base64
from collections.abc import Callable
from datetime import date, datetime

import orjson

from connectors.kit.paris import PARIS
from connectors.kit.simulation import Asked, Handler, Persona, Said, World, json_said
from connectors.kit.simulation.pdf import pdf

SERVICES = "/ws_ext/rest/certauth/mpsservices/"
BUILDING = ("41.", "42.", "43.")


def simulator(world: World, clock: Callable[[], datetime]) -> Handler:
    """PRO BTP for these personas, at the clock's time."""

    def handle(asked: Asked) -> Said:
        if asked.method != "POST" or not asked.path.startswith(SERVICES):
            return Said(404)
        siret = _wanted(asked.body)
        if siret is None:
            return _said("4", "La demande ne porte pas de SIRET")
        persona = world.by_siret.get(siret)
        match asked.path.removeprefix(SERVICES):
            case "getAttestationCotisation":
                return _certificate(persona, siret, clock().astimezone(PARIS).date())
            case "getStatutCotisation":
                return _status(persona, siret)
            case _:
                return Said(404)

    return handle


def _wanted(body: bytes) -> str | None:
    try:
        question = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
    siret = question.get("corps") if isinstance(question, dict) else None
    return siret if isinstance(siret, str) and len(siret) == 14 else None


def _member(persona: Persona | None) -> Persona | None:
    """The persona, when it is an employer of the building trades."""
    if persona is None or persona.redirige_vers or persona.etat != "A" or not persona.effectif:
        return None
    return persona if persona.naf.startswith(BUILDING) else None


def _status(persona: Persona | None, siret: str) -> Said:
    member = _member(persona)
    if member is None:
        return _said("8", f"Le SIRET {siret} n'est pas connu")
    sentence = "00 Compte à jour" if member.urssaf == "a_jour" else "01 Compte qui n'est pas à jour"
    return json_said({"entete": {"code": "0"}, "corps": sentence})


def _certificate(persona: Persona | None, siret: str, today: date) -> Said:
    member = _member(persona)
    if member is None or member.urssaf != "a_jour":
        return _said("8", f"Aucune attestation pour le SIRET {siret}")
    text = f"""SIMULATEUR - document sans valeur
PRO BTP - attestation de cotisations retraite
Entreprise : {member.name}
SIRET : {siret}
Cotisations de retraite complémentaire à jour au {today:%d/%m/%Y}"""
    return json_said({"entete": {"code": "0"}, "data": base64.b64encode(pdf(text)).decode()})


def _said(code: str, message: str) -> Said:
    return json_said({"entete": {"code": code, "message": message}})
