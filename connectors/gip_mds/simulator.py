# SPDX-License-Identifier: EUPL-1.2
"""The GIP-MDS as it speaks on the wire, for tests, the sandbox and the benchmark.

Headcounts are worked out of the persona's bracket in Sirene, and vary a little from month to month. The farm's people
depend on the agricultural scheme, everybody else's on the general one; the other scheme has nothing to communicate.
"""

import re
from collections.abc import Callable
from datetime import date, datetime

from connectors.kit.paris import PARIS, add_months, last_day_of_month
from connectors.kit.simulation import Asked, Handler, Persona, Said, World, json_said
from connectors.kit.simulation.tokens import Tokens

TOKEN = "/token"  # noqa: S105 an address
HEADCOUNTS = "/rcd-api/1.0.0/effectifs"
ASKING = "00000DINUM"

# Persons, for a bracket of Sirene.
BRACKETS = {"01": 1.5, "02": 4.0, "03": 7.25, "11": 14.5, "12": 31.0, "21": 74.0, "51": 3180.0}
# Shares of the average headcount: disabled workers, jobs that few can hold, the base of the duty to employ.
SHARES = {"01": 1.0, "02": 0.05, "03": 0.12, "04": 0.96}
FARM = "agriculture"
HEAD_OFFICE_SHARE = 0.8
"""Of a company's people, when it has other establishments; these share the rest."""

_NATURE = re.compile(r"([AM])(0[1-4])")
_PERIOD = re.compile(r"(19|20)[0-9]{6}", re.ASCII)
_DEPTH = re.compile(r"[0-9]|1[0-3]", re.ASCII)


def simulator(world: World, clock: Callable[[], datetime]) -> Handler:
    """The GIP-MDS of these personas, at the clock's time."""
    tokens = Tokens(clock)

    def handle(asked: Asked) -> Said:
        match asked.method, asked.path:
            case "POST", path if path == TOKEN:
                return tokens.client_credentials(asked)
            case "GET", path if path == HEADCOUNTS:
                if not tokens.known(asked):
                    return json_said({"code": "900901", "message": "Jeton invalide"}, 401)
                return _headcounts(world, asked, clock().astimezone(PARIS).date())
        return Said(404)

    return handle


def _headcounts(world: World, asked: Asked, today: date) -> Said:
    query = asked.query
    nature = _NATURE.fullmatch(query.get("nature", ""))
    period = _day(query.get("periode", ""))
    depth = _DEPTH.fullmatch(query.get("profondeurHistorique", "0"))
    if not nature or not period or not depth:
        return json_said({"code": "KO_FONCTIONNEL"}, 400)
    if query.get("codeOPSDemandeur") != ASKING or query.get("source") != "RA;RG" or "dateHeure" not in query:
        return json_said({"code": "KO_FONCTIONNEL"}, 400)
    yearly = nature[1] == "A"
    name = "siren" if yearly else "siret"
    number = query.get(name, "")
    persona = (world.by_siren if yearly else world.by_siret).get(number)
    if persona is None or persona.redirige_vers or persona.interdite:
        return Said(404)
    periods = [period] if yearly else [add_months(period, -back) for back in range(int(depth[0]) + 1)]
    items = []
    for one in periods:
        value = _value(persona, number, nature[2], one, today, yearly)
        farm = FARM in persona.traits
        for source, said in (("RA", value if farm else None), ("RG", None if farm else value)):
            items.append(_item({name: number, "periode": f"{one:%Y%m%d}", "nature": nature[0]}, source, said, one))
    return json_said(items)


def _day(written: str) -> date | None:
    try:
        return date.fromisoformat(written) if _PERIOD.fullmatch(written) else None
    except ValueError:
        return None


def _value(persona: Persona, number: str, nature: str, period: date, today: date, yearly: bool) -> float | None:
    """The headcount of a period that is over, while the company lived."""
    base = BRACKETS.get(persona.effectif or "")
    if base is None or last_day_of_month(period) >= today or period.isoformat() < persona.creation:
        return None
    if any(
        period.isoformat() >= one.fermeture
        for one in persona.etablissements
        if one.fermeture and persona.siren + one.nic == number
    ):
        return None
    if yearly:
        wave = (period.year % 5 - 2) / 100
    else:
        wave = (period.month * 7 % 12 - 6) / 100
        base *= _share(persona, number)
    return round(base * (1 + wave) * SHARES[nature], 2)


def _share(persona: Persona, siret: str) -> float:
    others = len(persona.etablissements)
    if not others:
        return 1.0
    return HEAD_OFFICE_SHARE if siret == persona.siret else (1 - HEAD_OFFICE_SHARE) / others


def _item(about: dict[str, str], source: str, value: float | None, period: date) -> dict[str, str]:
    if value is None:
        return {"effectifs": "NC", **about, "source": source}
    updated = add_months(period.replace(day=5), 1)
    return {"effectifs": f"{value:.2f}", "miseAJourRCD": updated.isoformat(), **about, "source": source}
