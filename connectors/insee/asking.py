# SPDX-License-Identifier: EUPL-1.2
"""Puts questions to Sirene and makes sure that it answered about the entity asked for.

What a status means, as the registry's sheet says it:

    200   the answer, when it is JSON of the announced shape; otherwise UnknownAnswer
    301…  a duplicate, on /siren/ and /siret/ only: asked again under the number that is kept
    403   Forbidden on /siren/ and /siret/ (nobody may be told); not known elsewhere
    404   NotFound
    500   RegistryInternal
    else  UnknownAnswer
"""

from collections.abc import Callable
from dataclasses import dataclass

from connectors.insee.wire import Wire, child, children, flag, needed
from connectors.kit import (
    Forbidden,
    NotFound,
    Registry,
    RegistryInternal,
    Reply,
    Siren,
    Siret,
    UnknownAnswer,
    siren_of,
)

ROOT = "/api-sirene/prive/3.11"
HOPS = 3
_REDIRECTS = frozenset({301, 302, 303, 307, 308})


@dataclass(frozen=True, slots=True)
class Found:
    """An entity that Sirene knows.

    `number` is its own SIREN or SIRET, `redirect_from` the duplicate's when that is what was asked for.
    """

    number: str
    body: Wire
    redirect_from: str | None = None


async def unite_legale(siren: Siren, insee: Registry) -> Found:
    """A company. Raises NotFound, Forbidden, RegistryInternal, UnknownAnswer."""
    return await _found("siren", siren, Siren.parse, "uniteLegale", insee)


async def etablissement(siret: Siret, insee: Registry) -> Found:
    """An establishment. Raises NotFound, Forbidden, RegistryInternal, UnknownAnswer."""
    return await _found("siret", siret, Siret.parse, "etablissement", insee)


async def siege_social(siren: Siren, insee: Registry) -> Found:
    """The head office of a company.

    Raises NotFound (also for duplicates and for entities nobody may be told about, which a search passes over),
    RegistryInternal, UnknownAnswer, and the contract's `plusieurs_sieges` when several are found.
    """
    query = {"q": f"etablissementSiege:true AND siren:{siren}"}
    offices = children(_read(await insee.get(f"{ROOT}/siret", query=query)), "etablissements")
    if len(offices) > 1:
        raise insee.refusal("plusieurs_sieges")
    if not offices:
        raise UnknownAnswer
    body = offices[0]
    siret = Siret.parse(needed(body, "siret"))
    if siret is None or siren_of(siret) != siren or not flag(body, "etablissementSiege"):
        raise UnknownAnswer
    return Found(str(siret), body)


async def successions(siret: Siret, insee: Registry) -> list[Wire]:
    """The links of succession of an establishment, in both directions. Raises NotFound when there is none."""
    query = {"q": f"siretEtablissementSuccesseur:{siret} OR siretEtablissementPredecesseur:{siret}"}
    links = children(_read(await insee.get(f"{ROOT}/siret/liensSuccession", query=query)), "liensSuccession")
    if not links:
        raise NotFound
    return links


async def _found(resource: str, asked: str, parse: Callable[[str], str | None], root: str, insee: Registry) -> Found:
    number = asked
    for _ in range(HOPS + 1):
        reply = await insee.get(f"{ROOT}/{resource}/{number}", accept_redirect=True)
        if reply.status not in _REDIRECTS:
            break
        number = _kept_number(reply, parse)
    else:
        raise RegistryInternal
    body = child(_read(reply, may_forbid=True), root)
    if body.get(resource) != number:
        raise UnknownAnswer
    return Found(str(number), body, str(asked) if number != asked else None)


def _kept_number(reply: Reply, parse: Callable[[str], str | None]) -> str:
    """The number that a duplicate stands for.

    The host and the path of `Location` are those of another machine of INSEE: only its last segment means something.
    """
    path = reply.headers.get("location", "").partition("?")[0].partition("#")[0]
    number = parse(path.rpartition("/")[2])
    if number is None:
        raise RegistryInternal
    return number


def _read(reply: Reply, *, may_forbid: bool = False) -> Wire:
    match reply.status:
        case 200:
            body = reply.json()
            if isinstance(body, dict):
                return body
        case 403 if may_forbid:
            raise Forbidden
        case 404:
            raise NotFound
        case 500:
            raise RegistryInternal
    raise UnknownAnswer
