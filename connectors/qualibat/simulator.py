# SPDX-License-Identifier: EUPL-1.2
"""Qualibat as it speaks on the wire, for tests, the sandbox and the benchmark.

The head offices of the builder and of the masons have ordinary qualifications and one that is RGE, the joinery two
ordinary ones; the builder's
other establishments have a certificate about asbestos, a form in which nothing is read.
"""

import base64
import binascii
import re
from collections.abc import Callable
from datetime import date, datetime

from connectors.kit.paris import PARIS
from connectors.kit.simulation import Asked, Handler, Persona, Said, World, json_said
from connectors.kit.simulation.pdf import pdf
from connectors.kit.simulation.tokens import Tokens

TOKEN = "/token"  # noqa: S105  # an address
LIFE_S = 1800
BUILDER = "grand_constructeur"
JOINERY = "saine"
MASONS = "qualibat"
_PATH = re.compile(r"/certificat/([0-9]{14})")
_MASONRY = "2112 Maçonnerie et ouvrages en béton armé (Technicité confirmée)"
_EARTHWORKS = "1312 Terrassements - fouilles (Technicité confirmée)"
_INSULATION = "7131 Isolation thermique par l'extérieur (Technicité courante)"
_FITTINGS = "4322 Fabrication et pose de menuiserie intérieure en bois (Technicité confirmée)"
_WINDOWS = "3512 Fourniture et pose de menuiseries extérieures dans tout type de bâtiment"
_APART = " " * 40  # the columns of the form


def simulator(world: World, clock: Callable[[], datetime]) -> Handler:
    """Qualibat for these personas, at the clock's time."""
    tokens = Tokens(clock, LIFE_S)

    def handle(asked: Asked) -> Said:
        if (asked.method, asked.path) == ("POST", TOKEN):
            return _login(tokens, asked)
        match = _PATH.fullmatch(asked.path)
        if asked.method != "GET" or match is None:
            return _no("Adresse inconnue", 404)
        if not tokens.known(asked):
            return _no("Jeton refusé", 401)
        content = _certificate(world.by_siret.get(match[1]), match[1], clock().astimezone(PARIS).date())
        if content is None:
            # It says so in the body, under a status that means the contrary.
            return json_said({"status_code": 404, "error": "Not Found", "message": "Établissement sans certificat"})
        disposition = {"content-disposition": f'attachment; filename="certificat-{match[1]}.pdf"'}
        return Said(200, content, "application/pdf", disposition)

    return handle


def _login(tokens: Tokens, asked: Asked) -> Said:
    kind, _, text = asked.headers.get("authorization", "").partition(" ")
    try:
        name, _, password = base64.b64decode(text, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        name = password = ""
    if kind.lower() != "basic" or not name or not password or asked.body:
        return _no("Identifiants refusés", 401)
    return json_said({"access_token": tokens.issue(), "token_type": "bearer", "expires_in": float(LIFE_S)})


def _no(message: str, status: int) -> Said:
    return json_said({"status_code": status, "message": message}, status)


def _certificate(persona: Persona | None, siret: str, today: date) -> bytes | None:
    if persona is None or persona.etat != "A" or persona.redirige_vers:
        return None
    if BUILDER in persona.traits:
        if siret != persona.siret:
            return pdf(_page(persona, today, "CERTIFICAT QUALIBAT", "TRAITEMENT DE L'AMIANTE", ()))
        ordinary = _page(persona, today, "CERTIFICAT QUALIBAT", "QUALIFICATION", (_MASONRY, _EARTHWORKS, _INSULATION))
        return pdf(ordinary, _page(persona, today, "CERTIFICAT QUALIBAT « RGE »", "QUALIFICATION", (_INSULATION,)))
    if MASONS in persona.traits and siret == persona.siret:
        ordinary = _page(persona, today, "CERTIFICAT QUALIBAT", "QUALIFICATION", (_MASONRY, _INSULATION))
        return pdf(ordinary, _page(persona, today, "CERTIFICAT QUALIBAT « RGE »", "QUALIFICATION", (_INSULATION,)))
    if JOINERY in persona.traits and siret == persona.siret:
        return pdf(_page(persona, today, "CERTIFICAT QUALIBAT", "QUALIFICATION", (_FITTINGS, _WINDOWS)))
    return None


def _page(persona: Persona, today: date, title: str, kind: str, works: tuple[str, ...]) -> str:
    rows = "\n".join(f"{work} 15/03/{today.year - 2}" for work in works)
    return f"""SIMULATEUR - document sans valeur
{title}
NUMÉRO E-{persona.siren[-6:]} VALABLE JUSQU'AU 31/12/{today.year}
ÉDITÉ LE 02/01/{today.year}
Raison sociale : {persona.name}
Assurance Responsabilité Travaux :
SMABTP T{persona.siren}{_APART}Siret : {persona.siret}
Assurance Responsabilité Civile :
SMABTP C{persona.siren}
{kind}
Code - Qualification en cours de validité - Date d'attribution
{rows}
Nombre total de qualifications : {len(works)}"""
