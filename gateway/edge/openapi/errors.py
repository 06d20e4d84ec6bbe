# SPDX-License-Identifier: EUPL-1.2
"""Every refusal and failure an operation can end with: its statuses, and for each the codes, worded, by media type."""

import importlib
import pkgutil
from collections.abc import Iterable, Mapping
from functools import lru_cache
from types import FunctionType

from connectors.kit.contract import Contract, Product
from connectors.kit.errors import BadDocument, RegistryError
from connectors.kit.facts import READ, Version
from gateway.edge.openapi.common import headers, ref
from gateway.edge.openapi.facts import Json
from gateway.edge.openapi.parameters import codes_of
from gateway.problems import JSON, JSON_API, PLATFORM, PROVIDER, Wording

PLAIN = "text/plain"
ALWAYS = ("000", "001", "002", "004", "009", "999")
"""What may happen between any registry and us (gateway/source/wire.py)."""
DOCUMENT = ("051", "055", "056")
FILES = tuple(f"0060{rank}" for rank in range(1, 7))

# The codes of this service that come in the registries' media type, as in the running service.
_IN_JSON_API = frozenset({"00210", "00211", "00402", "00501", "00502", *FILES})

MEANINGS = {
    400: "La requête ne peut pas être lue",
    401: "Le jeton n'est pas accepté",
    403: "L'habilitation ne le permet pas",
    404: "Rien de connu à cette adresse",
    409: "Impossible dans l'état présent",
    410: "Le lien a expiré",
    413: "Ce qui est envoyé est trop grand",
    415: "Ce fichier n'est pas accepté",
    422: "Un paramètre est absent ou mal formé",
    429: "Trop d'appels",
    451: "La loi interdit de communiquer",
    500: "Erreur interne",
    502: "Le fournisseur de données n'a pas donné de réponse utilisable",
    503: "Indisponible pour l'instant",
    504: "Le fournisseur de données n'a pas répondu à temps",
}

UNKNOWN: Json = {
    PLAIN: {
        "schema": {
            "type": "string",
            "title": "Adresse inconnue",
            "description": "Une phrase : rien n'est à cette adresse.",
        },
        "examples": {"adresse_inconnue": {"value": "Cette adresse n'existe pas.\n"}},
    }
}

Wordings = Mapping[str, Wording]


def of_platform(codes: Iterable[str]) -> dict[str, Wording]:
    """Codes of this service, worded."""
    return {code: PLATFORM[code] for code in codes}


def of_product(contract: Contract, product: Product, version: Version) -> dict[str, Wording]:
    """Every code that a request for a product can be answered with."""
    parameters = [code for kind in product.kinds.values() for code in codes_of(kind)]
    found = of_platform(
        [
            "00401", "00101", "00103", "00105", "00106", "00100", "00107", "00213", "00402", "00015", "00201", "00202",
            "00203", "00210", "00211", *sorted(set(parameters)), "00429", "00500", "00501", "00510",
        ]
    )  # fmt: skip
    if version.document is not None:
        found |= of_platform(["00502"])
    suffixes = {*ALWAYS, *raised(contract.registry)} | ({contract.on_429} - {READ})
    if contract.maintenance:
        suffixes.add("020")
    if failure := contract.access.failure:
        suffixes.add(str(failure["suffix"]))
    found |= {product.error_prefix + suffix: PROVIDER[suffix] for suffix in sorted(suffixes) if suffix in PROVIDER}
    for refusal in contract.refusals.values():
        # A registry's own wording stands for its suffix, wherever two mean the same status.
        wording = Wording(refusal.status, refusal.title, refusal.detail)
        found.setdefault(product.error_prefix + refusal.suffix, wording)
    return found


def of_files(contract: Contract) -> dict[str, Wording]:
    """Every code of an address of ours that names a registry's file, as its contract wants them."""
    found = of_platform(["00314", "00403", "00404", "00500", "00501", "00502", "00510"])
    suffixes = {*ALWAYS, *contract.relay.statuses.values(), "055"} | ({contract.on_429} - {READ})
    return found | {contract.error_prefix + suffix: PROVIDER[suffix] for suffix in sorted(suffixes)}


@lru_cache(maxsize=256)
def raised(registry: str) -> frozenset[str]:
    """The suffixes of the kit's errors that a registry's conversations know: they cannot raise any other.

    Known in its own modules, or in those of the kit whose functions it calls.
    """
    package = importlib.import_module(f"connectors.{registry}")
    names = [module.name for module in pkgutil.iter_modules(package.__path__) if module.name != "simulator"]
    own = [importlib.import_module(f"connectors.{registry}.{name}") for name in names]
    called = {
        thing.__module__
        for module in own
        for thing in vars(module).values()
        if isinstance(thing, FunctionType) and thing.__module__.startswith("connectors.kit.")
    }
    found: set[str] = set()
    for module in (*own, *map(importlib.import_module, sorted(called))):
        for thing in vars(module).values():
            if isinstance(thing, type) and issubclass(thing, RegistryError):
                found |= set(DOCUMENT) if thing is BadDocument else {thing.suffix}
    return frozenset(found)


def responses(
    name: str, codes: Wordings, more: Mapping[int, Json] | None = None, *, counted: bool = False
) -> tuple[Json, Json]:
    """The responses of an operation by status, and the components they refer to.

    `name`: of the components. `more`: content beside the errors, by status. `counted`: the rate limit's headers stand.
    """
    by_status: dict[int, dict[str, Wording]] = {}
    for code, wording in codes.items():
        by_status.setdefault(wording.status, {})[code] = wording
    components: Json = {}
    found: Json = {}
    for status, rows in sorted(by_status.items()):
        response = _response(status, rows, (more or {}).get(status, {}), counted=counted)
        label = f"{name}_{status}"
        components[label] = response
        found[str(status)] = ref("responses", label)
    return found, components


def shared(responses_by_name: Json, components: Json) -> tuple[Json, Json]:
    """The same with each response that stands several times kept once, under the first name it had."""
    first: dict[str, str] = {}
    renamed: dict[str, str] = {}
    kept: Json = {}
    for name, response in components.items():
        same = first.setdefault(repr(response), name)
        renamed[name] = same
        kept.setdefault(same, response)
    return {
        operation: {status: ref("responses", renamed[row["$ref"].rsplit("/", 1)[-1]]) for status, row in rows.items()}
        for operation, rows in responses_by_name.items()
    }, kept


def _response(status: int, rows: dict[str, Wording], more: Json, *, counted: bool) -> Json:
    media: dict[str, dict[str, Wording]] = {}
    for code, wording in rows.items():
        media.setdefault(media_of(code), {})[code] = wording
    content: Json = {kind: _content(found) for kind, found in media.items()}
    names = ["X-Request-Id"] if status != 404 else []  # an unknown address is told in plain text, without it
    if counted and status not in (400, 401):
        names += ["RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset"]
    if status == 429:
        names.append("Retry-After")
    if status == 401:
        names.append("WWW-Authenticate")
    said = "\n".join(f"- `{code}` : {wording.detail}" for code, wording in rows.items())
    return {
        "description": f"{MEANINGS[status]} :\n\n{said}",
        "headers": headers(*names),
        "content": content | more,
    }


def _content(rows: dict[str, Wording]) -> Json:
    codes = {"properties": {"code": {"enum": list(rows)}}}
    return {
        "schema": {**ref("schemas", "Error"), "properties": {"errors": {"items": codes}}},
        "examples": {code: {"summary": wording.title, "value": _body(code, wording)} for code, wording in rows.items()},
    }


def _body(code: str, wording: Wording) -> Json:
    item: Json = {"code": code, "title": wording.title, "detail": wording.detail, "meta": {}}
    return {"errors": [item]}


def media_of(code: str) -> str:
    """The media type a code comes in: a registry's words have the registries' one, and so have bad identifiers."""
    if not code.startswith("00") or code in _IN_JSON_API or code.startswith("003"):
        return JSON_API
    return JSON
