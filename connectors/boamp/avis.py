# SPDX-License-Identifier: EUPL-1.2
"""Avis: one notice of BOAMP, by the number it is published under.

Source: article R2131-12 of the Code de la commande publique; open data of the DILA. What is a list there may come as a
single text.
"""

import re
from typing import TypedDict

from connectors.kit import Answer, NotFound, Registry, UnknownAnswer
from connectors.kit.explore import records, texts
from connectors.kit.wire import Wire, day, needed, text

DATA_SET = "boamp"
_NUMBER = re.compile(r"[0-9A-Za-z]{1,8}(-[0-9A-Za-z]{1,12}){0,3}", re.ASCII)


class Avis(TypedDict):
    """One notice. `date_limite_reponse` is the date-time as published, `date_parution` is `YYYY-MM-DD`."""

    idweb: str
    identifiant: str | None
    objet: str | None
    acheteur: str | None
    date_parution: str | None
    date_limite_reponse: str | None
    departements: list[str]
    types_marche: list[str]
    nature: str | None
    etat: str | None
    titulaires: list[str]
    annonces_liees: list[str]
    url: str | None


async def v1(idweb: str, boamp: Registry) -> Answer[Avis]:
    """The notice. Raises NotFound when there is none, or when `idweb` cannot be the number of one."""
    if not _NUMBER.fullmatch(idweb):
        raise NotFound
    _, rows = await records(boamp, DATA_SET, "idweb", idweb)
    if not rows:
        raise NotFound
    return Answer(_notice(rows[0], idweb))


def _notice(row: Wire, idweb: str) -> Avis:
    if needed(row, "idweb") != idweb:
        raise UnknownAnswer
    return Avis(
        idweb=idweb,
        identifiant=text(row, "id"),
        objet=text(row, "objet"),
        acheteur=text(row, "nomacheteur"),
        date_parution=day(row, "dateparution"),
        date_limite_reponse=text(row, "datelimitereponse"),
        departements=texts(row, "code_departement"),
        types_marche=texts(row, "type_marche"),
        nature=text(row, "nature"),
        etat=text(row, "etat"),
        titulaires=texts(row, "titulaire"),
        annonces_liees=texts(row, "annonce_lie"),
        url=text(row, "url_avis"),
    )
