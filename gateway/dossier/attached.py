# SPDX-License-Identifier: EUPL-1.2
"""The document that comes with an answer: fetched at once, as a portal would, and checked before it proves a thing."""

from collections.abc import Mapping
from datetime import datetime

from connectors.kit.paris import PARIS
from gateway.dossier.checking import certificate
from gateway.dossier.fetching import document_field, fetched
from gateway.dossier.rules import Piece, at
from gateway.dossier.store import Store
from gateway.dossier.values import Document, Item
from gateway.exchange import House


async def document_of(
    piece: Piece, item: Item, data: Mapping[str, object], reused_from: str, house: House, store: Store, now: float
) -> tuple[Document, bytes] | None:
    """The document that came with an answer: kept by the earlier file that had it, or fetched at once."""
    if not document_field(piece):
        return None
    content, name = b"", f"{item.key}.pdf"
    if reused_from:
        earlier = store.load(reused_from)
        known = earlier.item(item.id) if earlier else None
        if known is not None and known.documents:
            content = store.content(reused_from, known.documents[0].sha256) or b""
            name = known.documents[0].name
    if not content and (delivery := await fetched(piece, data, house)) is not None:
        content, name = delivery.content, delivery.filename
    if not content:
        return None
    provenance = item.provenance
    code = at(item.value, piece.security_code) if piece.security_code else ""
    today = datetime.fromtimestamp(now, PARIS).date().isoformat()
    valid_until = provenance.valid_until if provenance else ""
    found = await certificate(
        content, name, code=str(code or ""), issued_on=provenance.as_of if provenance else "",
        valid_until=valid_until, today=today,
    )  # fmt: skip
    return found, content
