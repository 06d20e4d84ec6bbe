# SPDX-License-Identifier: EUPL-1.2
"""Certification of engineering: the qualifications of a company, those it has on probation, and until when."""

import re
from datetime import date
from typing import TypedDict

from connectors.kit import Answer, MayLack, NotFound, Registry, Siren, UnknownAnswer
from connectors.kit.wire import Wire, an_object, objects, text

MOST = 1_000
"""No company has more qualifications: there are a few hundred kinds."""
_DAY = re.compile(r"([0-9]{2})/([0-9]{2})/([0-9]{4})")
_RGE = {"1": True, "0": False}


class Qualification(TypedDict):
    """One qualification. `rge`: whether it carries the mention « reconnu garant de l'environnement »."""

    nom: MayLack[str]
    code_qualification: MayLack[str]
    definition: MayLack[str]
    rge: MayLack[bool]


class Certification(TypedDict):
    """The published shape; dates are `YYYY-MM-DD`, the length of validity and the insurances are free text."""

    numero_certificat: MayLack[str]
    url: MayLack[str]
    date_delivrance_certificat: MayLack[str]
    duree_validite_certificat: MayLack[str]
    assurances: MayLack[str]
    qualifications: list[Qualification]
    date_validite_qualifications: MayLack[str]
    qualifications_probatoires: list[Qualification]
    date_validite_qualifications_probatoires: str | None


async def v3(siren: Siren, opqibi: Registry) -> Answer[Certification]:
    """The certificate. Raises NotFound, UnknownAnswer."""
    reply = await opqibi.get(f"/certificats/{siren}")
    if reply.status == 404:
        raise NotFound
    if reply.status != 200:
        raise UnknownAnswer
    row = an_object(reply.json())
    return Answer(
        Certification(
            numero_certificat=text(row, "numero_certificat"),
            url=text(row, "url"),
            date_delivrance_certificat=_day(row, "date_de_delivrance_du_certificat"),
            duree_validite_certificat=text(row, "duree_de_validite_du_certificat"),
            assurances=text(row, "assurance"),
            qualifications=_qualifications(row, "qualifications"),
            date_validite_qualifications=_day(row, "date_de_validite_des_qualification"),  # singular, as it is sent
            qualifications_probatoires=_qualifications(row, "qualifications_probatoires"),
            date_validite_qualifications_probatoires=_day(row, "date_de_validite_des_qualifications_probatoires"),
        )
    )


def _qualifications(row: Wire, key: str) -> list[Qualification]:
    items = row.get(key)
    return [] if items is None else [_qualification(item) for item in objects(items, MOST)]


def _qualification(item: Wire) -> Qualification:
    rge = item.get("rge")
    return Qualification(
        nom=text(item, "Nom"),
        code_qualification=text(item, "CodeQualification"),
        definition=text(item, "Definition"),
        rge=_RGE.get(rge) if isinstance(rge, str) else None,
    )


def _day(row: Wire, key: str) -> str | None:
    """The day written `DD/MM/YYYY`; None when it is null or empty."""
    written = text(row, key)
    if written is None:
        return None
    found = _DAY.fullmatch(written)
    if not found:
        raise UnknownAnswer
    day, month, year = map(int, found.groups())
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        raise UnknownAnswer from None
