# SPDX-License-Identifier: EUPL-1.2
"""What operations for portals have in common: who may ask, how requests are counted, each refusal by its code."""

from collections.abc import Iterable

from gateway.dossier.refusals import WORDINGS
from gateway.edge.openapi import errors
from gateway.edge.openapi.common import headers
from gateway.edge.openapi.facts import Json
from gateway.problems import PLATFORM, Wording

WHO = ("00100", "00101", "00103", "00105", "00106", "00107", "00401", "00429", "00500")
SENT = ("00510", "00701", "00713", "00717")
DUME = ("00760", "00761", "00762")
KEY: Json = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "schema": {"type": "string", "maxLength": 200},
    "description": "La même demande envoyée deux fois avec la même clé n'est faite qu'une fois.",
}
_COUNTED = headers("RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset")


def operation(
    components: Json,
    tag: str,
    name: str,
    summary: str,
    good: Json,
    codes: Iterable[str],
    parameters: list[Json],
    body: Json | None = None,
) -> Json:
    """One operation. `good`: its answers that are no refusal, by status. Its refusals are added to `components`."""
    wordings: dict[str, Wording] = {code: WORDINGS.get(code) or PLATFORM[code] for code in dict.fromkeys(codes)}
    answers, responses = errors.responses(f"{tag}_{name}", wordings, counted=True)
    components |= responses
    counted = {status: {**row, "headers": {**row.get("headers", {}), **_COUNTED}} for status, row in good.items()}
    return {
        "operationId": f"dlnuf_{tag}_{name}",
        "tags": [tag],
        "summary": summary,
        "security": [{"jwt_bearer_token": []}, {"cle_api": []}],
        "parameters": parameters,
        **({"requestBody": body} if body else {}),
        "responses": {**counted, **answers},
    }
