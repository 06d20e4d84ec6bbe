# SPDX-License-Identifier: EUPL-1.2
"""Annonces: the notices of BODACC about a company, the latest first.

Source: articles R123-209 and following of the Code de commerce; open data of the DILA. A company without notices is a
not-found. Nested parts come as JSON inside a text.
"""

from connectors.bodacc.schemas import Annonce, Depot, Famille, Jugement, Meta, Personne
from connectors.kit import Answer, NotFound, Registry, Siren, UnknownAnswer
from connectors.kit.explore import records, texts, written
from connectors.kit.wire import Wire, an_object, day, needed, text

__all__ = ["Meta", "v1"]

DATA_SET = "annonces-commerciales"
INSOLVENCY = ("liquidation", "faillite", "interdiction")


async def v1(siren: Siren, bodacc: Registry) -> Answer[list[Annonce]]:
    """The notices. Raises NotFound when there are none, UnknownAnswer when one is about somebody else."""
    total, rows = await records(bodacc, DATA_SET, "registre", siren, "dateparution desc")
    if not rows:
        raise NotFound
    return Answer([_notice(row, siren) for row in rows], meta={"count": len(rows), "total": total})


def _notice(row: Wire, siren: Siren) -> Annonce:
    if siren not in _numbers(row):
        raise UnknownAnswer  # nobody is to be charged with another's insolvency
    published = day(row, "dateparution")
    if published is None:
        raise UnknownAnswer
    judgment, deposit = written(row, "jugement"), written(row, "depot")
    bulletin = text(row, "publicationavis")
    return Annonce(
        identifiant=needed(row, "id"),
        date_parution=published,
        bulletin=bulletin,
        famille=Famille(code=text(row, "familleavis"), libelle=text(row, "familleavis_lib")),
        type_avis=text(row, "typeavis"),
        tribunal=text(row, "tribunal"),
        commercant=text(row, "commercant"),
        personnes_morales=_companies(written(row, "listepersonnes")),
        jugement=None if judgment is None else _judgment(an_object(judgment)),
        defaillance_signalee=judgment is not None and bulletin == "A" and _insolvent(an_object(judgment)),
        depot=None if deposit is None else _deposit(an_object(deposit)),
        url=text(row, "url_complete"),
    )


def _numbers(row: Wire) -> set[str]:
    """The companies a notice is about: each is written twice, with and without spaces."""
    parts = [part for one in texts(row, "registre") for part in one.split(",")]
    return {part.replace(" ", "") for part in parts}


def _judgment(row: Wire) -> Jugement:
    return Jugement(
        type=text(row, "type"),
        famille=text(row, "famille"),
        nature=text(row, "nature"),
        date=text(row, "date"),
        complement=text(row, "complementJugement"),
    )


def _insolvent(row: Wire) -> bool:
    words = f"{text(row, 'nature') or ''} {text(row, 'complementJugement') or ''}".lower()
    return any(word in words for word in INSOLVENCY)


def _deposit(row: Wire) -> Depot:
    return Depot(type=text(row, "typeDepot"), date_cloture=text(row, "dateCloture"), descriptif=text(row, "descriptif"))


def _companies(told: object) -> list[Personne]:
    """The legal persons among the persons of a notice: one person is an object, several are an array."""
    if told is None:
        return []
    persons = an_object(told).get("personne")
    rows = persons if isinstance(persons, list) else [persons]
    return [
        Personne(denomination=needed(row, "denomination"), forme_juridique=text(row, "formeJuridique"))
        for row in map(an_object, rows)
        if text(row, "typePersonne") == "pm" and text(row, "denomination")
    ]
