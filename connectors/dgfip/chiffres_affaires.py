# SPDX-License-Identifier: EUPL-1.2
"""Chiffres d'affaires: the turnovers an establishment's company declared, as Adélie lists them."""

import re
from datetime import date
from typing import TypedDict

from connectors.dgfip.adelie import ask
from connectors.kit import Answer, Caller, NotFound, Registry, Reply, Siret, UnknownAnswer

_AMOUNT = re.compile(r"(-?[0-9]{1,15})(?:\.[0-9]+)?")  # euros; more digits than a State's budget has are junk
_DAY = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?![0-9])")


class ChiffreAffaires(TypedDict):
    """One closed year: euros, and its last day as `YYYY-MM-DD`."""

    chiffre_affaires: int
    date_fin_exercice: str


class Meta(TypedDict):
    """Of the list: how many years it has."""

    count: int


async def v3(siret: Siret, caller: Caller, dgfip: Registry) -> Answer[list[ChiffreAffaires]]:
    """The turnovers, in Adélie's order. Raises NotFound when it has none."""
    reply = await ask("chiffreAffaires", {"siret": siret}, caller, dgfip)
    years = [_year(item) for item in _items(reply)]
    return Answer(years, meta={"count": len(years)})


def _items(reply: Reply) -> list[object]:
    if reply.status in (204, 404):
        raise NotFound
    if reply.status != 200:
        raise UnknownAnswer
    if not reply.body.strip():
        raise NotFound
    body = reply.json()
    if body is None or body == "":
        raise NotFound
    if not isinstance(body, dict) or "liste_ca" not in body:
        raise UnknownAnswer
    match body["liste_ca"]:
        case None | "" | []:
            raise NotFound
        case dict() as only:
            if not only:
                raise NotFound
            return [only]
        case list() as items:
            return items
        case _:
            raise UnknownAnswer


def _year(item: object) -> ChiffreAffaires:
    if not isinstance(item, dict):
        raise UnknownAnswer
    return ChiffreAffaires(chiffre_affaires=_euros(item.get("ca")), date_fin_exercice=_day(item.get("dateFinExercice")))


def _euros(written: object) -> int:
    """Whole euros of an amount, written as text; cents are dropped. An amount that is not there is not zero."""
    text = str(written) if isinstance(written, int) and not isinstance(written, bool) else written
    found = _AMOUNT.fullmatch(text) if isinstance(text, str) else None
    if not found:
        raise UnknownAnswer
    return int(found[1])


def _day(written: object) -> str:
    """The day of a date written with an offset: as written, without moving it to another time zone."""
    found = _DAY.match(written) if isinstance(written, str) else None
    if not found:
        raise UnknownAnswer
    try:
        return date.fromisoformat(found[1]).isoformat()
    except ValueError:
        raise UnknownAnswer from None
