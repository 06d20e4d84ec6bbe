# SPDX-License-Identifier: EUPL-1.2
"""Certification of building works: the certificate of an establishment (v3), and what it says (v4)."""

from connectors.kit import (
    Answer,
    BadDocument,
    Document,
    NotFound,
    Registry,
    RegistryInternal,
    Reply,
    Siret,
    UnknownAnswer,
)
from connectors.kit.pdf import is_pdf
from connectors.qualibat.certificate import Insurance, Row, facts_of
from connectors.qualibat.labels import nomenclature
from connectors.qualibat.schemas import Assurance, Certification, CertificatV3, CertificatV4, Entite, MetaV4

META_V4 = MetaV4


async def v3(siret: Siret, qualibat: Registry) -> Answer[CertificatV3]:
    """The certificate. Raises NotFound, RegistryInternal, BadDocument (055, 056), UnknownAnswer."""
    document = await _certificate(siret, qualibat)
    return Answer(CertificatV3(document_url=None, expires_in=None), document=document)


async def v4(siret: Siret, qualibat: Registry) -> Answer[CertificatV4]:
    """The certificate and what can be read in it; `meta` says why nothing was. Raises as v3 does."""
    document = await _certificate(siret, qualibat)
    facts = await facts_of(document.content)
    data = CertificatV4(
        document_url=None,
        document_url_expires_in=None,
        date_emission=facts.issued,
        date_fin_validite=facts.until,
        entity=Entite(
            assurance_responsabilite_travaux=_insurance(facts.works),
            assurance_responsabilite_civile=_insurance(facts.liability),
            certifications=[_certification(row) for row in facts.rows],
        ),
    )
    return Answer(data, meta={"extractor_error": facts.error}, document=document)


async def _certificate(siret: Siret, qualibat: Registry) -> Document:
    return Document(_read(await qualibat.get(f"/certificat/{siret}")), f"certificat_qualibat_{siret}.pdf")


def _read(reply: Reply) -> bytes:
    """The certificate in a reply: the rules and their order are those of the registry's sheet, first match wins."""
    if reply.status == 200 and is_pdf(reply.body):
        return reply.body
    if reply.status == 500:
        raise RegistryInternal
    if reply.status == 404 or _says_not_found(reply):
        raise NotFound
    if reply.status != 200:
        raise UnknownAnswer
    raise BadDocument("055" if reply.body.strip() else "056")


def _says_not_found(reply: Reply) -> bool:
    """Whether the registry says in JSON that it does not know, whatever the status: 200 as a rule."""
    said = reply.json_or_none()
    return isinstance(said, dict) and said.get("status_code") == 404


def _insurance(read: Insurance) -> Assurance:
    return Assurance(nom=read.name, identifiant=read.number)


def _certification(row: Row) -> Certification:
    name = nomenclature().get(row.code)
    return Certification(code=row.code, nom=name, libelle=name, rge=row.rge, date_attribution=row.since)
