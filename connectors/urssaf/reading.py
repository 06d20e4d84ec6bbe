# SPDX-License-Identifier: EUPL-1.2
"""What the Urssaf says: either a certificate, as one base64 string, or a list of codes in JSON.

Both come with the content type of JSON and a status that means nothing. The rules and their order are
those of the registry's sheet; first match wins. FUNC502 (« not up to date ») is no error here: v4 makes it an answer,
v3 a refusal, and it wins over the codes beside it.
"""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass

from connectors.kit import (
    BadDocument,
    Caller,
    NotFound,
    Registry,
    RegistryInternal,
    RegistryThrottled,
    Reply,
    Siren,
    UnknownAnswer,
)
from connectors.kit.pdf import is_pdf
from connectors.kit.throttling import throttled
from connectors.kit.waiting import retry_after

DEMAND = "/attn/entreprise/v1/demandes/api_entreprise"
NOT_DELIVERED = "FUNC502"
ANALYSIS = "FUNC503"
UNDER_WAY = "FUNC504"
THROTTLED = "FUNC429"
INTERNAL = frozenset(f"FUNC{number}" for number in range(510, 517))
UNKNOWN = frozenset({"FUNC501", "FUNC517"})
SERVER_ERROR_PAGE = "Une erreur est survenue sur le serveur"


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate was issued; `content` is its PDF."""

    content: bytes


@dataclass(frozen=True, slots=True)
class Refused:
    """The company's situation does not allow a certificate."""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Neither strict base64 nor an array that says something."""


Reading = Certificate | Refused | Unreadable


def demand(siren: Siren, caller: Caller) -> dict[str, str]:
    """The body of a demand: about whom, for which token, for the benefit of which administration."""
    return {
        "typeAttestation": "AVG_UR",
        "siren": siren,
        "idClient": caller.token_id,
        "beneficiaire": caller.recipient,
    }


async def ask(siren: Siren, caller: Caller, urssaf: Registry) -> Reading:
    """Ask for a certificate. Raises the registry's errors."""
    return read(await urssaf.post(DEMAND, json=demand(siren, caller)), urssaf)


def read(reply: Reply, urssaf: Registry) -> Reading:
    """The meaning of a reply. Raises the registry's errors, BadDocument (055) when the certificate is not a PDF."""
    if reply.status == 429 and not isinstance(reply.json_or_none(), list):
        raise throttled(reply, UnknownAnswer.suffix)
    if not reply.body.strip():
        raise urssaf.refusal("corps_vide")
    if reply.status == 404 and SERVER_ERROR_PAGE in " ".join(reply.text().split()):
        raise RegistryInternal
    match said(reply):
        case bytes() as content if is_pdf(content):
            return Certificate(content)
        case bytes():
            raise BadDocument("055")
        case [_, *_] as codes:
            return _meaning(codes, reply, urssaf)
        case dict():
            raise UnknownAnswer
        case _:
            return Unreadable()


def said(reply: Reply) -> bytes | list[object] | dict[str, object] | None:
    """The body in whichever shape it came: decoded base64, an array, an object, or None for anything else."""
    try:
        # The status and the content type say nothing, so base64 is tried first: a body is hardly ever both.
        return base64.b64decode(reply.body, validate=True)
    except binascii.Error:
        value = reply.json_or_none()
        return value if isinstance(value, list | dict) else None


def _meaning(items: list[object], reply: Reply, urssaf: Registry) -> Refused:
    codes = {item.get("code") for item in items if isinstance(item, dict) and isinstance(item.get("code"), str)}
    if NOT_DELIVERED in codes:
        return Refused()
    if ANALYSIS in codes:
        raise urssaf.refusal("analyse_demandee")
    if UNDER_WAY in codes:
        raise urssaf.refusal("traitement_en_cours")
    errors = _presentable(items)
    if THROTTLED in codes or reply.status == 429:
        raise RegistryThrottled(provider_errors=errors, retry_in=retry_after(reply.headers))
    if INTERNAL & codes:
        raise RegistryInternal(provider_errors=errors)
    if UNKNOWN & codes:
        raise NotFound(provider_errors=errors)
    raise UnknownAnswer(provider_errors=errors)


def _presentable(items: list[object]) -> Sequence[object] | None:
    """The array as received, or None when it is not one of flat objects: a caller is not handed junk."""
    flat = all(
        isinstance(item, dict) and not any(isinstance(value, dict | list) for value in item.values()) for item in items
    )
    return items if flat else None
