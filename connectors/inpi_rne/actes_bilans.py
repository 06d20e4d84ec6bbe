# SPDX-License-Identifier: EUPL-1.2
"""Actes et bilans: the deeds and the annual accounts that a company has filed, with a link to each file.

The files stay at the INPI until somebody opens a link, which works for an hour.
"""

from collections.abc import Mapping
from typing import Literal, TypedDict

from connectors.inpi_rne.asking import attachments, file_link
from connectors.inpi_rne.reading import children, day
from connectors.kit import Answer, MayLack, NotFound, Registry, Siren, UnknownAnswer
from connectors.kit.wire import Wire, flag, text

TypeBilan = Literal[
    "bilan complet",
    "bilan simplifié",
    "bilan consolidé",
    "bilan de type banque",
    "bilan de type assurance",
    "bilan de type agricole simplifié",
]
TYPES: Mapping[str, TypeBilan] = {
    "C": "bilan complet",
    "S": "bilan simplifié",
    "K": "bilan consolidé",
    "B": "bilan de type banque",
    "A": "bilan de type assurance",
    "AS": "bilan de type agricole simplifié",
}


class TypeActe(TypedDict):
    """What a deed is, and what was decided by it."""

    type_acte: MayLack[str]
    type_decision: str | None


class Acte(TypedDict):
    """A deed. Dates are `YYYY-MM-DD`; the address is ours and works for an hour."""

    id: MayLack[str]
    nom_document: MayLack[str]
    date_depot: MayLack[str]
    date_mise_a_jour: MayLack[str]
    types_actes: list[TypeActe] | None
    url: MayLack[str]


class Bilan(TypedDict):
    """Annual accounts. Dates are `YYYY-MM-DD`; the address is ours and works for an hour."""

    id: MayLack[str]
    nom_document: MayLack[str]
    date_depot: MayLack[str]
    date_cloture: str | None
    date_mise_a_jour: MayLack[str]
    type: MayLack[TypeBilan]
    url: MayLack[str]


class ActesBilans(TypedDict):
    """What a company has filed; what was withdrawn is left out."""

    actes: list[Acte]
    bilans: list[Bilan]


async def v3(siren: Siren, rne: Registry) -> Answer[ActesBilans]:
    """What the company has filed. Raises NotFound when the registry says nothing of it, UnknownAnswer on two voids."""
    found = await attachments(siren, rne)
    if not found:
        raise NotFound
    deeds, accounts = children(found, "actes"), children(found, "bilans")
    if not deeds and not accounts:
        raise UnknownAnswer
    return Answer(
        ActesBilans(
            actes=[_deed(row, rne) for row in deeds if not flag(row, "deleted")],
            bilans=[_accounts(row, rne) for row in accounts if not flag(row, "deleted")],
        )
    )


def _deed(row: Wire, rne: Registry) -> Acte:
    identifier = text(row, "id")
    kinds = children(row, "typeRdd")
    return {
        "id": identifier,
        "nom_document": text(row, "nomDocument"),
        "date_depot": day(row, "dateDepot"),
        "date_mise_a_jour": day(row, "updatedAt"),
        "types_actes": [
            {"type_acte": text(kind, "typeActe"), "type_decision": text(kind, "decision")} for kind in kinds
        ]
        or None,
        "url": file_link("actes", "acte", identifier, rne),
    }


def _accounts(row: Wire, rne: Registry) -> Bilan:
    identifier = text(row, "id")
    return {
        "id": identifier,
        "nom_document": text(row, "nomDocument"),
        "date_depot": day(row, "dateDepot"),
        "date_cloture": day(row, "dateCloture"),
        "date_mise_a_jour": day(row, "updatedAt"),
        "type": TYPES.get(text(row, "typeBilan") or ""),
        "url": file_link("bilans", "bilan", identifier, rne),
    }
