# SPDX-License-Identifier: EUPL-1.2
"""What a registry means when it says « too often » (429): docs/decisions/0065."""

from connectors.kit.door import Reply
from connectors.kit.errors import RegistryError, RegistryThrottled, UnknownAnswer
from connectors.kit.waiting import retry_after


def throttled(reply: Reply, suffix: str) -> RegistryError:
    """The error of a reply that says « too often ». `suffix`: what the running service calls it (facts.ON_429)."""
    found = (RegistryThrottled if suffix == RegistryThrottled.suffix else UnknownAnswer)(
        retry_in=retry_after(reply.headers)
    )
    found.throttles = True
    return found
