# SPDX-License-Identifier: EUPL-1.2
"""The two questions put to the RNE, what its statuses mean, and the addresses of files that stay there."""

import re

from connectors.inpi_rne.reading import child, json_of
from connectors.kit import (
    NotFound,
    Registry,
    RegistryInternal,
    RegistryUnavailable,
    Siren,
    UnknownAnswer,
)
from connectors.kit.wire import Wire, an_object

LINK_LIFE_S = 3600
SITE = "data_inpi"
"""The other base address: the INPI's public site, which writes extracts as PDF."""

_DOCUMENT = re.compile(r"[0-9a-f]{24}")


async def company(siren: Siren, rne: Registry) -> Wire:
    """What the register holds of a company. Raises NotFound, UnknownAnswer.

    Raises RegistryUnavailable when a firewall answers in the registry's place, with a page and status 200.
    """
    reply = await rne.get(f"/api/companies/{siren}")
    match reply.status:
        case 404:
            raise NotFound
        case 200:
            try:
                body = json_of(reply.body)
            except UnknownAnswer:
                raise RegistryUnavailable from None
            return an_object(body)
        case _:
            raise UnknownAnswer


def content_of(found: Wire) -> Wire:
    """What a company has declared; empty when it has declared nothing. Raises UnknownAnswer when it is no company."""
    return child(an_object(found.get("formality")), "content")


async def attachments(siren: Siren, rne: Registry) -> Wire:
    """The lists of what a company has filed. Raises NotFound, RegistryInternal, UnknownAnswer."""
    reply = await rne.get(f"/api/companies/{siren}/attachments")
    match reply.status:
        case 404:
            raise NotFound
        case 500:
            raise RegistryInternal
        case 200:
            return an_object(json_of(reply.body))
        case _:
            raise UnknownAnswer


def extract_link(siren: str, rne: Registry) -> str:
    """An address of ours for a company's extract in PDF."""
    path = f"/export/companies?format=pdf&ids=%5B%22{siren}%22%5D"
    return rne.link(path, f"extrait_rne_{siren}.pdf", base=SITE, life_s=LINK_LIFE_S)


def file_link(folder: str, name: str, document: str | None, rne: Registry) -> str | None:
    """An address of ours for a file of `folder` (`actes` or `bilans`); null for an identifier that is not one."""
    if document is None or not _DOCUMENT.fullmatch(document):
        return None
    return rne.link(f"/api/{folder}/{document}/download", f"{name}_inpi_{document}.pdf", life_s=LINK_LIFE_S)
