# SPDX-License-Identifier: EUPL-1.2
"""Immatriculations EORI: the customs registration behind a SIRET or an EORI number.

A registration that is no longer active is an answer. Source: the Union's regulation 952/2013, article 9.
"""

from typing import TypedDict
from urllib.parse import quote

from connectors.kit import Answer, MayLack, NotFound, Registry, Reply, UnknownAnswer
from connectors.kit.wire import Wire, an_object, flag, needed, text


class Immatriculation(TypedDict):
    """The published shape: number, whether it is active, and who and where its holder is, as the customs write it."""

    id: str
    actif: bool
    code_pays: MayLack[str]
    code_postal: MayLack[str]
    libelle: MayLack[str]
    pays: MayLack[str]
    rue: MayLack[str]
    ville: MayLack[str]


async def ask(number: str, douanes: Registry) -> Reply:
    """Put the question as the caller put it: a bare SIRET stays bare. A foreign number may hold any sign."""
    return await douanes.get(f"/{quote(number, safe='')}")


async def v3(siret_or_eori: str, douanes: Registry) -> Answer[Immatriculation]:
    """The registration. Raises NotFound when the customs do not know the number."""
    reply = await ask(siret_or_eori, douanes)
    if reply.status == 404:
        raise NotFound
    if reply.status != 200:
        raise UnknownAnswer
    return Answer(_registration(an_object(an_object(reply.json()).get("EORI"))))


def _registration(row: Wire) -> Immatriculation:
    active = flag(row, "actif")
    if active is None:
        raise UnknownAnswer
    return Immatriculation(
        id=needed(row, "identifiant"),
        actif=active,
        code_pays=text(row, "codePays"),
        code_postal=text(row, "codePostal"),
        libelle=text(row, "libelle"),
        pays=text(row, "pays"),
        rue=text(row, "rue"),
        ville=text(row, "ville"),
    )
