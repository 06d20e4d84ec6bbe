# SPDX-License-Identifier: EUPL-1.2
"""The one question put to API Association, about a structure, and what its answer means to each public family.

The answer is XML whatever happens: that a structure is not known is told inside an answer with status 200.
"""

from dataclasses import dataclass

from connectors.kit import NotFound, Registry, RegistryError, RegistryPassing, RegistryUnavailable, UnknownAnswer
from connectors.kit.xml import Element, parsed, text

ROOT = "/apim/api-asso-partenaires/api/structure/"
TROUBLE = "erreur/proxy_correspondance"
NOT_KNOWN = "with statusCode: 404"
ALSACE_MOSELLE = "alsaceMoselle"
FORMS = frozenset({"9220", "9230", "9260"})
"""Legal forms of associations: declared, of public utility, of local law."""

_REFUSING = frozenset({401, 403, 429})


@dataclass(frozen=True, slots=True)
class Said:
    """A readable answer, which may still be about something else than an association."""

    status: int
    root: Element


async def read(number: str, djepva: Registry) -> Said:
    """The answer about a SIREN, a SIRET or an RNA number. Raises NotFound, RegistryPassing, UnknownAnswer."""
    reply = await djepva.get(ROOT + number, query={"proxy_only": "true"})
    if not reply.body.strip():
        raise RegistryPassing
    root = parsed(reply.body)
    if reply.status in _REFUSING or reply.status >= 500:
        raise UnknownAnswer  # a refusal to answer us says nothing about the structure
    if reply.status == 200 and NOT_KNOWN in text(root, TROUBLE):
        raise NotFound
    return Said(reply.status, root)


async def association(number: str, djepva: Registry) -> Element:
    """The association with this number. Raises NotFound when there is none, or when it is no association."""
    said = await read(number, djepva)
    if said.root.tag != "asso":
        raise NotFound
    if not is_association(said.root):
        raise _absence(said.root)
    return _plain(said)


async def with_documents(number: str, djepva: Registry) -> Element:
    """The structure with this number. Raises RegistryUnavailable when something else than API Association answers."""
    said = await read(number, djepva)
    if said.root.tag != "asso":
        raise RegistryUnavailable
    if text(said.root, "documents/nbDocRna").strip() in ("", "0"):
        raise _absence(said.root)
    return _plain(said)


def is_association(root: Element) -> bool:
    """Whether a structure is an association: known to the service, and of an association's number, regime or form."""
    identity = root.find("identite")
    return bool(text(identity, "id_correspondance").strip()) and (
        bool(text(identity, "id_rna").strip())
        or text(identity, "regime").strip() == ALSACE_MOSELLE
        or text(identity, "id_forme_juridique").strip() in FORMS
    )


def _absence(root: Element) -> RegistryError:
    """Why nothing was found: there is nothing, or the service could not look."""
    return UnknownAnswer() if text(root, TROUBLE).strip() else NotFound()


def _plain(said: Said) -> Element:
    if said.status != 200:
        raise UnknownAnswer
    return said.root
