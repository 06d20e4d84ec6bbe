# SPDX-License-Identifier: EUPL-1.2
"""What every question put to Adélie has in common: its headers, and the error it gives when something breaks in it."""

from collections.abc import Mapping

from connectors.kit import Caller, Registry, RegistryPassing, Reply

BASE = "/adelie/v1/"


async def ask(operation: str, query: Mapping[str, str], caller: Caller, dgfip: Registry) -> Reply:
    """Put a question on behalf of a caller. Raises RegistryPassing when Adélie says that it broke."""
    reply = await put(operation, query, caller, dgfip)
    if reply.status == 500 and _broke(reply.json_or_none()):
        raise RegistryPassing
    return reply


async def put(operation: str, query: Mapping[str, str], caller: Caller, dgfip: Registry) -> Reply:
    """Put a question on behalf of a caller, and leave it to them what the answer means."""
    return await dgfip.get(
        BASE + operation,
        query={"userId": caller.token_id, **query},
        headers={"X-Correlation-ID": caller.request_id, "X-Request-ID": caller.request_id},
    )


def _broke(value: object) -> bool:
    error = value.get("erreur") if isinstance(value, dict) else None
    code = error.get("code") if isinstance(error, dict) else None
    return code is not None and code is not False  # a code may be 0
