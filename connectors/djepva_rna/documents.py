# SPDX-License-Identifier: EUPL-1.2
"""Documents d'une association, v3: what it deposited at the prefecture (statutes, officers, minutes, receipts)."""

from connectors.djepva_rna.asking import with_documents
from connectors.djepva_rna.files import LIFE_S, handed_out, place
from connectors.djepva_rna.reading import written
from connectors.djepva_rna.schemas import DocumentRna, DocumentsMeta
from connectors.kit import Answer, Registry, UnknownAnswer
from connectors.kit.xml import Element

FILENAME = "document_asso.pdf"
NO_ADDRESS = "L'adresse de ce document, telle que le répertoire national des associations la donne, est inutilisable."

Meta = DocumentsMeta


async def v3(siret_or_rna: str, djepva: Registry) -> Answer[list[DocumentRna]]:
    """The documents, in the registry's order. Raises NotFound when it announces none."""
    root = await with_documents(siret_or_rna, djepva)
    found = [_document(one, djepva) for one in root.findall("documents/document_rna")]
    if not found:
        raise UnknownAnswer  # documents are announced, and none is listed
    broken = sum(document["url"] is None for document in found)
    meta = DocumentsMeta(nombre_documents=len(found), nombre_documents_deficients=broken)
    return Answer(found, meta={**meta})


def _document(one: Element, djepva: Registry) -> DocumentRna:
    link = written(one, "url")
    url = handed_out(link, FILENAME, djepva)
    return {
        "timestamp": written(one, "time"),
        "type": written(one, "lib_sous_type"),
        "url": url,
        "expires_in": LIFE_S if place(link) else None,
        "errors": [] if url else [NO_ADDRESS],
    }
