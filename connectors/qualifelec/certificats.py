# SPDX-License-Identifier: EUPL-1.2
"""Certificats Qualifelec: every certificate of an establishment of electricians, current or not."""

from datetime import datetime

from connectors.kit import Answer, NotFound, Registry, Siret, UnknownAnswer
from connectors.kit.paris import PARIS
from connectors.kit.wire import Wire, an_object, flag, number, objects, text, whole
from connectors.qualifelec.schemas import Assurance, Certificat, Classification, Libelle, Meta, Qualification

__all__ = ["Meta", "v3"]

MOST = 1_000
"""No establishment has more certificates, nor a certificate more mentions."""


async def v3(siret: Siret, qualifelec: Registry) -> Answer[list[Certificat]]:
    """The certificates. Raises NotFound for a stranger, refusal `sans_certificat` when there is none, UnknownAnswer."""
    reply = await qualifelec.get(f"/{siret}")
    if reply.status == 404:
        raise NotFound
    if reply.status != 200:
        raise UnknownAnswer
    items = objects(reply.json(), MOST)
    if not items:
        raise qualifelec.refusal("sans_certificat")
    return Answer([_certificate(item) for item in items], meta={"count": len(items)})


def _certificate(item: Wire) -> Certificat:
    return Certificat(
        document_url=text(item, "url"),
        numero=whole(item, "num"),
        rge=flag(item, "rge"),
        date_debut=_day(item, "start_date"),
        date_fin=_day(item, "end_date"),
        qualification=Qualification(
            label=text(item, "label"),
            date_debut=_day(item, "qualification_start_date"),
            date_fin=_day(item, "qualification_end_date"),
            indices=_labels(item, "indexes"),
            mentions=_labels(item, "mentions"),
            domaines=_labels(item, "domains"),
            classification=_classification(item.get("classification")),
        ),
        assurance_decennale=_insurance(item, "decennial_insurance"),
        assurance_civile=_insurance(item, "liability_insurance"),
    )


def _insurance(item: Wire, key: str) -> Assurance:
    return Assurance(
        nom=text(item, key), date_debut=_day(item, f"{key}_start_date"), date_fin=_day(item, f"{key}_end_date")
    )


def _labels(item: Wire, key: str) -> list[Libelle]:
    rows = item.get(key)
    return (
        []
        if rows is None
        else [Libelle(code=text(row, "code"), label=text(row, "label")) for row in objects(rows, MOST)]
    )


def _classification(value: object) -> Classification:
    """The class: an object, or an empty array when there is none."""
    row = {} if value is None or value == [] else an_object(value)
    return Classification(code=whole(row, "code"), label=text(row, "label"))


def _day(item: Wire, key: str) -> str | None:
    """The day in Paris of a moment written in seconds since 1970; None when it is null."""
    seconds = number(item, key)
    if seconds is None:
        return None
    try:
        return datetime.fromtimestamp(seconds, PARIS).date().isoformat()
    except (ValueError, OverflowError, OSError):  # a year that no calendar has
        raise UnknownAnswer from None
