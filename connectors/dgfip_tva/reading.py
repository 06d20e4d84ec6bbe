# SPDX-License-Identifier: EUPL-1.2
"""What the open register of VAT numbers says: one row or none for a number, and the day its file was last changed."""

from connectors.kit import Registry, RegistryError, RegistryUnavailable, UnknownAnswer
from connectors.kit.wire import an_object, day, objects

RESOURCE = "5199cd40-0e9c-4a24-8ba3-c2365999b2aa"
"""The file's public number in the State's catalogue."""
CATALOGUE = "catalogue"


async def listed(number: str, portal: Registry) -> bool:
    """Whether the register holds this number (without `FR`). Raises RegistryUnavailable, UnknownAnswer."""
    query = {"vat_no__exact": number, "page_size": "1"}
    reply = await portal.get(f"/api/resources/{RESOURCE}/data/", query=query)
    if reply.status == 404:  # the file itself is not there: nothing is known of the company
        raise RegistryUnavailable
    if reply.status != 200:
        raise UnknownAnswer
    return bool(objects(an_object(reply.json()).get("data")))


async def changed_on(portal: Registry) -> str | None:
    """The day the register was last changed; None when the catalogue does not say: an answer does not need it."""
    try:
        reply = await portal.get(f"/api/2/datasets/resources/{RESOURCE}/", base=CATALOGUE)
        if reply.status != 200:
            return None
        return day(an_object(an_object(reply.json()).get("resource")), "last_modified")
    except RegistryError:
        return None
