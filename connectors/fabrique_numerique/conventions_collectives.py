# SPDX-License-Identifier: EUPL-1.2
"""Conventions collectives: the agreements an establishment said it applies, in its social declarations.

Source: the registry's sheet. An establishment without agreements is a not-found for the contract.
"""

from typing import Literal, TypedDict

from connectors.kit import Answer, MayLack, NotFound, Registry, Siret, UnknownAnswer
from connectors.kit.wire import Wire, day, flag, objects, text, whole

STATES = {"VIGUEUR": "vigueur", "VIGUEUR_ETEN": "vigueur_etendue"}
"""The registry's older spelling of a state; recent answers already say what the contract says."""


class Convention(TypedDict):
    """One agreement; `date_publication` is `YYYY-MM-DD`, `etat` is `vigueur` or `vigueur_etendue` when in force."""

    type: Literal["convention_collective"]
    titre: MayLack[str]
    titre_court: MayLack[str]
    numero_idcc: MayLack[int]
    active: MayLack[bool]
    etat: MayLack[str]
    synonymes: list[str]
    url: MayLack[str]
    date_publication: MayLack[str]


class ConventionMeta(TypedDict):
    """Of one agreement: its number at the DILA."""

    internal_id: MayLack[str]


class Item(TypedDict):
    """An agreement and its own meta."""

    data: Convention
    meta: ConventionMeta


async def v3(siret: Siret, fabrique: Registry) -> Answer[list[Item]]:
    """The agreements, in the registry's order. Raises NotFound when it has none."""
    reply = await fabrique.get(f"/{siret}")
    if reply.status == 404:
        raise NotFound
    if reply.status != 200:
        raise UnknownAnswer
    body = reply.json()
    if body == []:
        raise NotFound
    establishments = objects(body)
    agreements = objects(establishments[0].get("conventions"))
    if not agreements:
        raise NotFound
    return Answer([Item(data=_agreement(row), meta=ConventionMeta(internal_id=text(row, "id"))) for row in agreements])


def _agreement(row: Wire) -> Convention:
    state = text(row, "etat")
    return Convention(
        type="convention_collective",
        titre=_stripped(row, "title"),
        titre_court=_stripped(row, "shortTitle"),
        numero_idcc=whole(row, "num"),
        active=flag(row, "active"),
        etat=STATES.get(state, state) if state else None,
        synonymes=_synonyms(row),
        url=text(row, "url"),
        date_publication=day(row, "date_publi"),
    )


def _stripped(row: Wire, key: str) -> str | None:
    value = text(row, key)
    return value.strip() if value else None


def _synonyms(row: Wire) -> list[str]:
    names = row.get("synonymes")
    if names is None:
        return []
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise UnknownAnswer
    return names
