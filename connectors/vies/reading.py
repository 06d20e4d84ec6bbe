# SPDX-License-Identifier: EUPL-1.2
"""What VIES says of a French VAT number, read in its body alone: its status means nothing.

The rules and their order are those of the registry's sheet; first match wins. Name and address are never read: France
masks them for natural persons.
"""

from connectors.kit import Registry, RegistryThrottled, RegistryUnavailable, Reply, Siren, UnknownAnswer
from connectors.kit.identifiers import vat_number
from connectors.kit.wire import an_object, flag, text

PROXY_PAGE = "contact your network support team"
OUR_QUOTA = frozenset({"IP_BLOCKED", "MS_MAX_CONCURRENT_REQ"})
MEMBER_STATE_DOWN = "MS_UNAVAILABLE"
SPOKEN = frozenset({"VALID", "INVALID"})


async def active(siren: Siren, vies: Registry) -> bool:
    """Whether VIES holds this company's number for valid. Raises the registry's errors."""
    return read(await vies.get(f"/{vat_number(siren).removeprefix('FR')}"))


def read(reply: Reply) -> bool:
    """The meaning of a reply. Raises the registry's errors."""
    if PROXY_PAGE in " ".join(reply.text().lower().split()):
        raise RegistryUnavailable
    body = an_object(reply.json())
    said = text(body, "userError")
    if said in OUR_QUOTA:
        raise RegistryThrottled
    if said == MEMBER_STATE_DOWN:
        raise RegistryUnavailable
    valid = flag(body, "isValid")
    if said not in SPOKEN or valid is None:
        raise UnknownAnswer
    return valid
