# SPDX-License-Identifier: EUPL-1.2
"""The document that an answer names, fetched at once, as a portal would: filed here, or still at its registry.

Addresses of ours only: one that leads to somebody else's site (a certification body's, as the registry gives it) stays
an address, for people to open.
"""

import logging
from collections.abc import Mapping

from gateway.dossier.rules import Piece
from gateway.exchange import House, deliver, relayed
from gateway.problems import Problem
from gateway.values import Delivery

LOG = logging.getLogger("dlnuf.dossier")


def document_field(piece: Piece) -> str:
    """The field of a piece's answer that holds such an address; "" when it has none."""
    filed = piece.product.versions[piece.version].document
    return filed.url if filed is not None else next(iter(piece.product.relayed), "")


async def fetched(piece: Piece, data: Mapping[str, object], house: House) -> Delivery | None:
    """The document, its download recorded. None when none is named, or it cannot be had: the answer stands without."""
    url = data.get(document_field(piece))
    if not isinstance(url, str):
        return None
    try:
        if "/documents/" in url:
            return await deliver(url.split("/documents/", 1)[1].partition("/")[0], "", house)
        if (sealed := house.relay.sealed(url)) is not None:
            capability, where = sealed
            return await relayed(capability, "", house, where)
    except Problem as trouble:
        LOG.warning("document_not_kept", extra={"code": trouble.code})
    return None
