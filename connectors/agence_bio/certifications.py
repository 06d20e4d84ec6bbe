# SPDX-License-Identifier: EUPL-1.2
"""Certifications: the organic operators registered under an establishment's SIRET, with what certifiers say of them.

Source: regulation (EU) 2018/848, article 34; open data of the Agence Bio. An establishment without operator is a
not-found; a commitment that was stopped or suspended is an answer.
"""

from connectors.agence_bio.schemas import Certificat, Lieu, Meta, Operateur, Production
from connectors.kit import Answer, NotFound, Registry, Siret, UnknownAnswer
from connectors.kit.explore import texts
from connectors.kit.wire import Wire, an_object, day, flag, objects, text, whole

__all__ = ["Meta", "v1"]

MOST = 1000


async def ask(siret: str, agence: Registry) -> list[Wire]:
    """The operators of an establishment as the agency tells them, perhaps none."""
    reply = await agence.get("/api/gouv/operateurs/", query={"siret": siret})
    if reply.status == 404:
        return []
    if reply.status != 200:
        raise UnknownAnswer
    return objects(an_object(reply.json()).get("items"), MOST)


async def v1(siret: Siret, agence: Registry) -> Answer[list[Operateur]]:
    """The operators. Raises NotFound when there are none, UnknownAnswer when one is somebody else's."""
    rows = await ask(siret, agence)
    if not rows:
        raise NotFound
    return Answer([_operator(row, siret) for row in rows], meta={"count": len(rows)})


def _operator(row: Wire, siret: Siret) -> Operateur:
    if text(row, "siret") != siret:
        raise UnknownAnswer
    return Operateur(
        siret=str(siret),
        numero_bio=whole(row, "numeroBio"),
        raison_sociale=text(row, "raisonSociale"),
        denomination_courante=text(row, "denominationcourante"),
        reseau=text(row, "reseau"),
        date_premier_engagement=day(row, "datePremierEngagement"),
        date_mise_a_jour=day(row, "dateMaj"),
        mixite=text(row, "mixite"),
        certificats=[_certificate(one) for one in _listed(row, "certificats")],
        activites=_names(row, "activites"),
        categories=_names(row, "categories"),
        productions=[
            Production(code=text(one, "code"), libelle=text(one, "nom")) for one in _listed(row, "productions")
        ],
        adresses=[_place(one) for one in _listed(row, "adressesOperateurs")],
    )


def _listed(row: Wire, key: str) -> list[Wire]:
    value = row.get(key)
    return [] if value is None else objects(value, MOST)


def _names(row: Wire, key: str) -> list[str]:
    return [name for one in _listed(row, key) if (name := text(one, "nom"))]


def _certificate(row: Wire) -> Certificat:
    return Certificat(
        organisme=text(row, "organisme"),
        numero_controle=text(row, "numeroControleEu"),
        etat=text(row, "etatCertification"),
        date_engagement=day(row, "dateEngagement"),
        date_suspension=day(row, "dateSuspension"),
        date_arret=day(row, "dateArret"),
        date_notification=day(row, "dateNotification"),
        url=text(row, "url"),
    )


def _place(row: Wire) -> Lieu:
    return Lieu(
        lieu=text(row, "lieu"),
        code_postal=text(row, "codePostal"),
        ville=text(row, "ville"),
        code_commune=text(row, "codeCommune"),
        types=texts(row, "typeAdresseOperateurs"),
        actif=flag(row, "active"),
    )
