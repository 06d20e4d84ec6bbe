# SPDX-License-Identifier: EUPL-1.2
"""Qualifelec as it speaks on the wire, for tests, the sandbox and the benchmark.

The head offices of the builder and of the electricians have two certificates, the builder's other establishments are
known and have none. Tokens are JSON Web
Tokens whose signature nobody but Qualifelec could check.
"""

import base64
import re
import secrets
from collections.abc import Callable
from datetime import date, datetime, time

import orjson

from connectors.kit.paris import PARIS
from connectors.kit.simulation import Asked, Handler, Said, World, json_said
from connectors.kit.simulation.tokens import Tokens

LOGIN = "/token"
LIFE_S = 3600
TRAITS = {"grand_constructeur", "electricite"}
_PATH = re.compile(r"/([0-9]{14})")


def simulator(world: World, clock: Callable[[], datetime]) -> Handler:
    """Qualifelec for these personas, at the clock's time."""
    tokens = Tokens(clock, LIFE_S)

    def handle(asked: Asked) -> Said:
        if (asked.method, asked.path) == ("POST", LOGIN):
            return _login(tokens, asked.body, int(clock().timestamp()))
        match = _PATH.fullmatch(asked.path)
        if asked.method != "GET" or match is None:
            return _no(404, "Adresse inconnue")
        if not tokens.known(asked):
            return _no(401, "Jeton refusé")
        persona = world.by_siret.get(match[1])
        if persona is None or not TRAITS & {*persona.traits}:
            return _no(404, "Établissement inconnu")
        return json_said(_certificates(clock().astimezone(PARIS).date()) if persona.siret == match[1] else [])

    return handle


def _login(tokens: Tokens, body: bytes, now: int) -> Said:
    try:
        asked = orjson.loads(body)
    except orjson.JSONDecodeError:
        asked = None
    if not isinstance(asked, dict) or not asked.get("username") or not asked.get("password"):
        return _no(401, "Identifiants refusés")
    parts = ({"alg": "RS256", "typ": "JWT"}, {"iat": now, "exp": now + LIFE_S, "jti": secrets.token_hex(8)})
    written = [*map(orjson.dumps, parts), secrets.token_bytes(256)]
    return json_said({"token": tokens.issue(".".join(map(_base64, written)))})


def _base64(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def _no(status: int, message: str) -> Said:
    return json_said({"code": status, "message": message}, status)


def _certificates(today: date) -> list[dict[str, object]]:
    start, end = date(today.year, 1, 1), date(today.year, 12, 31)
    later = date(today.year + 3, 12, 31)
    insurances = {
        "decennial_insurance": "Mutuelle d'essai du bâtiment",
        "decennial_insurance_start_date": _seconds(start),
        "decennial_insurance_end_date": _seconds(end),
        "liability_insurance": "Assurances d'essai",
        "liability_insurance_start_date": None,
        "liability_insurance_end_date": None,
    }
    dates = {
        "start_date": _seconds(start),
        "end_date": _seconds(end),
        "qualification_start_date": _seconds(start),
        "qualification_end_date": _seconds(later),
    }
    return [
        {
            "url": "https://qualifelec.example/certificats/48101.pdf",
            "label": "Installations électriques moyen et gros tertiaire, industrie",
            "num": 48101,
            "rge": False,
            **dates,
            "classification": {"label": "Classe 5 - de 50 à 250 exécutants", "code": 5},
            "indexes": [{"label": "MGTI", "code": "MGTI"}],
            "mentions": [{"label": "Études", "code": "ET"}, {"label": "Maintenance", "code": "MA"}],
            "domains": [{"label": "Courants forts", "code": "CF"}],
            **insurances,
        },
        {
            "url": "https://qualifelec.example/certificats/48102.pdf",
            "label": "Solaire photovoltaïque",
            "num": 48102,
            "rge": True,
            **dates,
            "classification": [],
            "indexes": [{"label": "Solaire photovoltaïque, indice 2", "code": "SPV2"}],
            "mentions": [{"label": "Reconnu garant de l'environnement", "code": "RGE"}],
            "domains": [],
            **insurances,
        },
    ]


def _seconds(day: date) -> int:
    return int(datetime.combine(day, time.min, PARIS).timestamp())
