# SPDX-License-Identifier: EUPL-1.2
"""Certification RGE: the certificates of an establishment that are current, a line of the data set each.

The data set's lines also carry e-mail, telephone and address, which are left where they are; and two pairs of dates, of
which `lien_date_*` are the certificate's. The next page is not asked for: `limit` is the most that a question gives.
"""

from typing import TypedDict

from connectors.kit import Answer, MayLack, NotFound, Registry, Siret, UnknownAnswer
from connectors.kit.wire import Wire, an_object, day, flag, objects, text

MOST = 1_000
ALL = str(MOST)


class Qualification(TypedDict):
    """What the certificate is about."""

    code: MayLack[str]
    nom: MayLack[str]


class Enregistrement(TypedDict):
    """The line in ADEME's data set. `updated_at`: `YYYY-MM-DD`. `archived`: the certificate is no longer good."""

    internal_id: MayLack[str]
    updated_at: MayLack[str]
    archived: MayLack[bool]


class Certificat(TypedDict):
    """One certificate; dates are `YYYY-MM-DD`, and `url` is the certification body's own, sometimes a poor one."""

    url: MayLack[str]
    nom_certificat: MayLack[str]
    domaine: MayLack[str]
    meta_domaine: MayLack[str]
    qualification: Qualification
    organisme: MayLack[str]
    date_attribution: MayLack[str]
    date_expiration: MayLack[str]
    meta: Enregistrement


async def v3(siret: Siret, limit: str | None, ademe: Registry) -> Answer[list[Certificat]]:
    """The current certificates, `limit` at most (1 to 1000, 1000 by default). Raises NotFound, UnknownAnswer."""
    size = int(limit or ALL)
    query = {"size": str(size), "qs": f"siret:{siret} AND traitement_termine:false"}
    reply = await ademe.get("", query=query)
    if reply.status != 200:
        raise UnknownAnswer
    rows = objects(an_object(reply.json()).get("results"))[:size]
    if not rows:
        raise NotFound
    return Answer([_certificate(row, siret) for row in rows])


def _certificate(row: Wire, siret: Siret) -> Certificat:
    if text(row, "siret") not in (None, siret):
        raise UnknownAnswer  # somebody else's certificate is worse than none
    return Certificat(
        url=text(row, "url_qualification"),
        nom_certificat=text(row, "nom_certificat"),
        domaine=text(row, "domaine"),
        meta_domaine=text(row, "meta_domaine"),
        qualification=Qualification(code=text(row, "code_qualification"), nom=text(row, "nom_qualification")),
        organisme=text(row, "organisme"),
        date_attribution=day(row, "lien_date_debut"),
        date_expiration=day(row, "lien_date_fin"),
        meta=Enregistrement(
            internal_id=text(row, "_id"),
            updated_at=day(row, "_updatedAt"),
            archived=flag(row, "traitement_termine"),
        ),
    )
