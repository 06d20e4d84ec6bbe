# SPDX-License-Identifier: EUPL-1.2
"""Data.Subvention as it speaks on the wire, for tests, the sandbox and the benchmark.

The association applied twice and was paid twice; nobody else has subsidies.
"""

import re
import secrets
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import orjson

from connectors.kit.paris import PARIS
from connectors.kit.simulation import Asked, Handler, Persona, Said, World, json_said

LOGIN = "/auth/login"
LIFE = timedelta(hours=1)
REMEMBERED = 4096
_GRANTS = re.compile(r"/association/([A-Z0-9]{9,14})/grants", re.ASCII)


class Sessions:
    """The tokens that were given, each with its end."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._ends: dict[str, datetime] = {}

    def login(self, body: bytes) -> Said:
        """The answer to a login."""
        try:
            account = orjson.loads(body)
        except orjson.JSONDecodeError:
            account = None
        if not isinstance(account, dict) or not account.get("email") or not account.get("password"):
            return json_said({"message": "identifiants refusés", "code": 1}, 401)
        token = secrets.token_urlsafe(24)
        while len(self._ends) >= REMEMBERED:
            del self._ends[next(iter(self._ends))]
        end = self._ends[token] = self._clock() + LIFE
        written = end.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
        user = {"email": account["email"], "active": True, "jwt": {"token": token, "expirateDate": written}}
        return json_said({"user": user})

    def known(self, asked: Asked) -> bool:
        """Whether the request carries a living token of ours."""
        end = self._ends.get(asked.headers.get("x-access-token", ""))
        return end is not None and self._clock() < end


def simulator(world: World, clock: Callable[[], datetime]) -> Handler:
    """Data.Subvention for these personas, at the clock's time."""
    sessions = Sessions(clock)

    def handle(asked: Asked) -> Said:
        if (asked.method, asked.path) == ("POST", LOGIN):
            return sessions.login(asked.body)
        found = _GRANTS.fullmatch(asked.path)
        if asked.method != "GET" or not found:
            return json_said({"message": "adresse inconnue", "code": 2}, 404)
        if not sessions.known(asked):
            return json_said({"message": "jeton refusé", "code": 3}, 401)
        persona = _association(world, found[1])
        if persona is None:
            return json_said({"message": "association inconnue", "code": 4}, 404)
        return json_said({"subventions": _subsidies(persona, clock().astimezone(PARIS).date())})

    return handle


def _association(world: World, number: str) -> Persona | None:
    by_rna = {persona.rna: persona for persona in world.personas if persona.rna}
    found = world.by_siren.get(number) or world.by_siret.get(number) or by_rna.get(number)
    return found if found and found.rna else None


def _subsidies(persona: Persona, today: date) -> list[dict[str, object]]:
    last, now = today.year - 1, today.year
    granted = f"{last % 100:02d}/0099104"
    return [
        {"application": _granted(persona, last, granted), "payments": [_payment(persona, last, granted, 4200, "163")]},
        {"application": _pending(persona, now), "payments": None},
        {"application": None, "payments": [_payment(persona, last, "2199104404", 1500.5, None)]},
    ]


def _leaf(value: object, provider: str, year: int, kind: str = "string") -> dict[str, object]:
    return {"value": value, "provider": provider, "last_update": f"{year}-01-31T00:00:00.000Z", "type": kind}


def _application(persona: Persona, year: int, said: dict[str, object], amounts: dict[str, int]) -> dict[str, object]:
    texts = {"siret": persona.siret, "service_instructeur": f"DD{persona.adresse.code_postal[:2]}", **said}
    return {
        **{key: _leaf(value, "OSIRIS", year) for key, value in texts.items()},
        "annee_demande": _leaf(year, "OSIRIS", year, "number"),
        "contact": {"email": _leaf("contact@example.org", "OSIRIS", year)},
        "montants": {key: _leaf(value, "OSIRIS", year, "number") for key, value in amounts.items()},
        "actions_proposee": [],
    }


def _granted(persona: Persona, year: int, key: str) -> dict[str, object]:
    texts = {
        "intitule": "Un potager par école",
        "objectifs": "Faire cultiver un potager par les élèves de quatre écoles du quartier.",
        "objectifs_operationnels": "Éducation à l'environnement",
        "description": "Vingt séances par école, avec les enseignants, de mars à octobre.",
        "nature_aide": "Projet local",
        "modalite_aide": "Aide au projet",
        "modalite_ou_dispositif": "Initiatives de quartier",
        "indicateurs": "Nombre d'élèves, surface cultivée",
    }
    action: dict[str, object] = {name: _leaf(value, "OSIRIS", year) for name, value in texts.items()}
    action["rang"] = _leaf(1, "OSIRIS", year, "number")
    action["cofinanceurs"] = {"noms": _leaf("Ville de Nancy;Métropole du Grand Nancy;", "OSIRIS", year)}
    said: dict[str, object] = {
        "dispositif": "Fonds pour la vie associative",
        "sous_dispositif": "Projets innovants",
        "statut_label": "Accordé",
        "ej": key,
        "versementKey": key,
        "date_commision": f"{year}-06-12T00:00:00.000Z",
    }
    amounts = {"total": 11_600, "demande": 5_000, "accorde": 4_200}
    return _application(persona, year, said, amounts) | {"actions_proposee": [action]}


def _pending(persona: Persona, year: int) -> dict[str, object]:
    said: dict[str, object] = {
        "dispositif": "Fonds pour la vie associative",
        "sous_dispositif": "Fonctionnement",
        "statut_label": "En instruction",
    }
    return _application(persona, year, said, {"demande": 3_000})


def _payment(persona: Persona, year: int, key: str, amount: float, programme: str | None) -> dict[str, object]:
    texts: dict[str, object] = {
        "ej": key,
        "versementKey": key,
        "siret": persona.siret,
        "dateOperation": f"{year}-09-15T00:00:00.000Z",
        "centreFinancier": "UO Région Grand Est",
        "domaineFonctionnel": "vie associative",
        "activitee": "développement de la vie associative",
    }
    row: dict[str, object] = {name: _leaf(value, "Chorus", year) for name, value in texts.items()}
    row["amount"] = _leaf(amount, "Chorus", year, "number")
    if programme:
        row |= {"bop": _leaf(programme, "Chorus", year), "programme": _leaf(programme, "Data Bretagne", year)}
        row["libelleProgramme"] = _leaf("Jeunesse et vie associative", "Data Bretagne", year)
    return row
