# SPDX-License-Identifier: EUPL-1.2
"""How PRO BTP is asked, and what its envelope says before its content is looked at.

An answer is `{entete: {code, message}, …}`, whose code means more than the HTTP status. The rules and their order are
those of the registry's sheet; first match wins. The codes beside 4 and 8 are not known: they let the content through.
"""

from connectors.kit import NotFound, Registry, RegistryInternal, RegistryRefusal, UnknownAnswer
from connectors.kit.wire import Wire, an_object

SERVICES = "/ws_ext/rest/certauth/mpsservices/"
FAILED = "4"
NOT_FOUND = "8"
"""Unknown to PRO BTP, or known and not entitled to a certificate: the two cannot be told apart."""
LONGEST_MESSAGE = 300


async def ask(service: str, siret: str, probtp: Registry) -> Wire:
    """The answer of a service about an establishment. Raises NotFound, refusal `erreur_signalee`, UnknownAnswer."""
    reply = await probtp.post(SERVICES + service, json={"corps": siret})
    if reply.status == 500:
        raise RegistryInternal
    body = reply.json()
    heading = body.get("entete") if isinstance(body, dict) else None
    code = heading.get("code") if isinstance(heading, dict) else None
    if code == FAILED and isinstance(heading, dict):
        raise _failure(heading.get("message"), probtp)
    if code == NOT_FOUND:
        raise NotFound
    if reply.status != 200:
        raise UnknownAnswer
    return an_object(body)


def _failure(message: object, probtp: Registry) -> Exception:
    """The refusal of the contract, with PRO BTP's own sentence at the end of its detail when there is one."""
    refusal = probtp.refusal("erreur_signalee")
    if not isinstance(message, str) or not isinstance(refusal, RegistryRefusal):
        return refusal
    said = " ".join(message.split())[:LONGEST_MESSAGE]
    if not said.isprintable() or not said:
        return refusal
    detail = f"{refusal.detail} Son message : « {said} »."
    return RegistryRefusal(refusal.suffix, refusal.status, refusal.title, detail)
