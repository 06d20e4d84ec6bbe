# SPDX-License-Identifier: EUPL-1.2
"""Adélie as it speaks on the wire, for tests, the sandbox and the benchmark; its tokens do not tell their life."""

from collections.abc import Callable
from datetime import date, datetime
from uuid import UUID

from connectors.kit.paris import PARIS
from connectors.kit.simulation import Asked, Handler, Persona, Said, World, json_said
from connectors.kit.simulation.pdf import pdf
from connectors.kit.simulation.tokens import Tokens

TOKEN = "/token"  # noqa: S105 an address
BASE = "/adelie/v1/"


def simulator(world: World, clock: Callable[[], datetime]) -> Handler:
    """Adélie for these personas, at the clock's time."""
    tokens = Tokens(clock)

    def handle(asked: Asked) -> Said:
        if (asked.method, asked.path) == ("POST", TOKEN):
            return tokens.client_credentials(asked, tells_life=False)
        if asked.method != "GET" or not asked.path.startswith(BASE):
            return _error(404, "Adresse inconnue")
        if not tokens.known(asked):
            return json_said({"error": "invalid_token"}, 401)
        operation = asked.path.removeprefix(BASE)
        if operation == "etatSante":
            return json_said({"etat": "disponible"})
        if not _identified(asked):
            return _error(400, "userId, X-Correlation-ID et X-Request-ID sont des UUID")
        match operation:
            case "attestationFiscale":
                return _certificate(world, asked, clock().astimezone(PARIS).date())
            case "chiffreAffaires":
                return _turnovers(world, asked)
            case _:
                return _error(404, "Adresse inconnue")

    return handle


def _identified(asked: Asked) -> bool:
    """Whether the question says who asks, and under which number, as Adélie wants it."""
    headers = {name.lower(): value for name, value in asked.headers.items()}
    try:
        UUID(asked.query["userId"])
        return UUID(headers["x-correlation-id"]) == UUID(headers["x-request-id"])
    except (KeyError, ValueError):
        return False


def _known(persona: Persona | None) -> Persona | None:
    """The persona, unless it is a duplicate: Adélie knows companies under one number only."""
    return persona if persona and not persona.redirige_vers else None


def _certificate(world: World, asked: Asked, today: date) -> Said:
    if asked.query.get("groupeIS") != "NON" or asked.query.get("groupeTVA") != "NON":
        return _error(400, "groupeIS et groupeTVA valent NON")
    persona = _known(world.by_siren.get(asked.query.get("siren", "")))
    if persona is None or persona.dgfip in ("hors_perimetre", "inconnu"):
        return Said(404)
    wording = _refusal if persona.dgfip == "refus" else _delivery
    return Said(200, pdf(wording(persona, today)), "application/pdf")


def _delivery(persona: Persona, today: date) -> str:
    return f"""SIMULATEUR - document sans valeur
Attestation de régularité fiscale
Entreprise : {persona.name}
SIREN : {persona.siren}
Ses déclarations de résultats et de TVA sont déposées, ses impôts sont payés.
Document établi le {today:%d/%m/%Y}"""


def _refusal(persona: Persona, today: date) -> str:
    # The first two lines are one sentence, by which a refusal is recognised.
    return f"""Impossible de délivrer votre attestation
de régularité fiscale
SIMULATEUR - document sans valeur
SIREN : {persona.siren}
Des obligations fiscales ne sont pas remplies.
Document établi le {today:%d/%m/%Y}"""


def _turnovers(world: World, asked: Asked) -> Said:
    persona = _known(world.by_siret.get(asked.query.get("siret", "")))
    if persona is None:
        return Said(404)
    years = [{"ca": str(euros), "dateFinExercice": f"{year}-12-31T00:00:00+01:00"} for year, euros in persona.ca]
    if not years:
        return Said(404) if persona.dgfip == "inconnu" else json_said(None)
    # A single turnover comes as an object, several as an array.
    return json_said({"liste_ca": years if len(years) > 1 else years[0]})


def _error(status: int, message: str) -> Said:
    return json_said({"erreur": {"code": status, "message": message}}, status)
