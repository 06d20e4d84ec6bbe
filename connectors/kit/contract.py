# SPDX-License-Identifier: EUPL-1.2
"""A registry's contract: the facts of `contract.toml`, checked against the code beside it.

It can be read, by people and by the gateway, with none of the connector's code running: addresses, time-outs, refusals,
freshness, products with their public paths, scopes and groups of fields. One that contradicts its code does not load.
"""

import importlib
import inspect
import re
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, get_args, get_origin, get_type_hints

from connectors.kit.answer import Answer, Caller
from connectors.kit.door import Registry
from connectors.kit.facts import (
    ACCESS_KINDS,
    ON_429,
    Access,
    ClientCertificate,
    Contract,
    ContractError,
    DocumentFields,
    Patience,
    Product,
    Refusal,
    Relayed,
    Version,
)
from connectors.kit.freshness import Freshness, Window
from connectors.kit.parameters import KINDS
from connectors.kit.schema import Array, Node, Object, leaves, node_of

__all__ = ["CONNECTORS", "Contract", "ContractError", "Product", "Refusal", "Version", "load", "load_all"]

CONNECTORS = Path(__file__).resolve().parent.parent
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_PATH = re.compile(r"/[a-z0-9_/{}-]+")
_PING = re.compile(r"[a-z0-9_]+(/[a-z0-9_-]+)+")
_KNOWN = {
    "registry", "title", "provider", "error_prefix", "base_url", "connect_timeout_s", "timeout_s", "max_body_bytes",
    "concurrency", "access", "maintenance", "ping", "refusals", "products", "other_urls", "tls",
    "breaker", "protocol", "relay", "on_429",
}  # fmt: skip
_KNOWN_PRODUCT = {
    "title", "paths", "operations", "deprecated", "open_data", "scopes", "pool", "fresh_for", "cache_key", "document",
    "groups", "natural_persons", "parameters", "query", "aliases", "error_prefix", "provider",
    "stale_for", "absent_for", "timeout_s", "relayed", "tool", "tool_name",
}  # fmt: skip


def load_all(folder: Path = CONNECTORS) -> dict[str, Contract]:
    """Every contract in the house, by registry. Raises ContractError."""
    found = sorted(path.parent.name for path in folder.glob("*/contract.toml"))
    return {name: load(name, folder) for name in found}


def load(registry: str, folder: Path = CONNECTORS) -> Contract:
    """The contract of one registry. Raises ContractError, whose message names the file and the key."""
    path = folder / registry / "contract.toml"
    try:
        facts = tomllib.loads(path.read_text("utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise ContractError(f"{registry}/contract.toml: {error}") from error
    try:
        return _contract(registry, facts)
    except ContractError:
        raise
    except (KeyError, TypeError, ValueError, AttributeError, ImportError) as error:
        raise ContractError(f"{registry}/contract.toml: {type(error).__name__}: {error}") from error


def _contract(registry: str, facts: dict[str, Any]) -> Contract:
    def expect(held: bool, complaint: str) -> None:
        if not held:
            raise ContractError(f"{registry}/contract.toml: {complaint}")

    expect(not facts.keys() - _KNOWN, f"unknown keys {sorted(facts.keys() - _KNOWN)}")
    expect(facts["registry"] == registry, "`registry` is not the folder's name")
    expect(re.fullmatch(r"\d\d", facts["error_prefix"]) is not None, "`error_prefix` is two digits")
    expect(bool(facts["products"]), "a registry without products is not one")
    refusals = {name: Refusal(**row) for name, row in facts.get("refusals", {}).items()}
    for name, refusal in refusals.items():
        expect(re.fullmatch(r"\d{3}", refusal.suffix) is not None, f"refusals.{name}: `suffix` is three digits")
    expect(facts.get("on_429", "999") in ON_429, f"`on_429` is one of {', '.join(ON_429)}")
    pings = _pings(facts["ping"], expect)
    return Contract(
        registry=registry,
        title=facts["title"],
        provider=facts["provider"],
        error_prefix=facts["error_prefix"],
        base_url=facts["base_url"],
        protocol=facts["protocol"],
        connect_timeout_s=float(facts["connect_timeout_s"]),
        timeout_s=float(facts["timeout_s"]),
        max_body_bytes=int(facts["max_body_bytes"]),
        concurrency=int(facts["concurrency"]),
        access=_access(facts["access"], expect),
        maintenance=tuple(Window.parse(text) for text in facts.get("maintenance", [])),
        pings=pings,
        probe=importlib.import_module(f"connectors.{registry}.ping").ping if pings else None,
        refusals=refusals,
        products={
            f"{registry}/{name}": _product(registry, name, facts, row, expect)
            for name, row in facts["products"].items()
        },
        other_urls=dict(facts.get("other_urls", {})),
        tls=ClientCertificate(**tls) if (tls := facts.get("tls")) else None,
        breaker=Patience(**facts.get("breaker", {})),
        relay=_relay(facts.get("relay", {}), expect),
        on_429=facts.get("on_429", "999"),
    )


def _pings(written: str | list[str], expect: Callable[[bool, str], None]) -> tuple[str, ...]:
    ids = (written,) if isinstance(written, str) else tuple(written)
    for one in ids:
        expect(_PING.fullmatch(one) is not None, f"ping: `{one}` is not an id")
    expect(len(set(ids)) == len(ids), "ping: an id stands twice")
    return ids


def _relay(row: dict[str, Any], expect: Callable[[bool, str], None]) -> Relayed:
    relay = Relayed(**row)
    expect(not relay.address or relay.address.startswith("/proxy/"), "relay.address begins with /proxy/")
    expect(bool(relay.address) == ("other" in relay.statuses), "relay: an address goes with codes, `other` among them")
    for status, suffix in relay.statuses.items():
        expect(re.fullmatch(r"\d{3}", suffix) is not None, f"relay.statuses.{status}: a suffix is three digits")
    return relay


def _access(row: dict[str, Any], expect: Callable[[bool, str], None]) -> Access:
    expect(row["kind"] in ACCESS_KINDS, f"access.kind is one of {sorted(ACCESS_KINDS)}")
    accounts = tuple(dict(account) for account in row.get("accounts", []))
    access = Access(**{**row, "accounts": accounts})
    expect(access.logs_in == bool(access.token_url), "access: `token_url` goes with a login, and with nothing else")
    expect(access.failure_when in ("impossible", "refused"), "access.failure_when is `impossible` or `refused`")
    expect(access.kind == "none" or bool(access.secrets), "access: no `secrets`")
    return access


def _product(
    registry: str, name: str, facts: dict[str, Any], row: dict[str, Any], expect: Callable[[bool, str], None]
) -> Product:
    where = f"products.{name}"
    expect(_NAME.fullmatch(name) is not None, f"{where}: a name is lower case")
    expect(not row.keys() - _KNOWN_PRODUCT, f"{where}: unknown keys {sorted(row.keys() - _KNOWN_PRODUCT)}")
    expect(bool(row["paths"]), f"{where}: no path")
    module = importlib.import_module(f"connectors.{registry}.{name}")
    versions = {}
    for label, path in row["paths"].items():
        number = int(label.removeprefix("v"))
        expect(_PATH.fullmatch(path) is not None, f"{where}.paths.{label}: not a path")
        versions[number] = _version(module, number, path, row, f"{registry}/contract.toml: {where}.{label}")
    parameters = {tuple(re.findall(r"{(\w+)}", version.path)) for version in versions.values()}
    expect(len(parameters) == 1, f"{where}: the versions do not take the same parameters")
    groups = _groups(where, row["groups"], versions, expect)
    persons = frozenset(row.get("natural_persons", []))
    expect(persons <= groups.keys(), f"{where}.natural_persons: unknown groups {sorted(persons - groups.keys())}")
    (names,) = parameters
    query = row.get("query", {})
    cache_key = tuple(row["cache_key"])
    expect({*names, *query} <= set(cache_key), f"{where}.cache_key: every parameter is part of it")
    kinds = {name: row.get("parameters", {}).get(name, name) for name in names} | query
    expect(set(kinds.values()) <= KINDS.keys(), f"{where}: unknown kinds {sorted(set(kinds.values()) - KINDS.keys())}")
    return Product(
        id=f"{registry}/{name}",
        registry=registry,
        name=name,
        title=row["title"],
        open_data=bool(row["open_data"]),
        scopes=frozenset(row["scopes"]),
        pool=row["pool"],
        freshness=Freshness.parse(row["fresh_for"]),
        cache_key=cache_key,
        parameters=names,
        versions=versions,
        groups=groups,
        natural_persons=persons,
        error_prefix=row.get("error_prefix", facts["error_prefix"]),
        provider=row.get("provider", facts["provider"]),
        kinds=kinds,
        stale_for_s=(Freshness.parse(row.get("stale_for", "none")).hours or 0) * 3600,
        query=tuple(query),
        absence=Freshness.parse(row.get("absent_for", "none")),
        timeout_s=_seconds(where, row, expect),
        relayed=_relayed(where, row, versions, expect),
        tool=_tool(where, row, expect),
        tool_name=row.get("tool_name", f"{registry}_{name}"),
    )


def _tool(where: str, row: dict[str, Any], expect: Callable[[bool, str], None]) -> str:
    """What a language model is told: a sentence or two, on one line, or nothing at all."""
    told = str(row.get("tool", ""))
    expect(len(told) <= 400 and told.isprintable(), f"{where}.tool: one line of 400 signs")
    expect("tool" not in row or told.endswith("."), f"{where}.tool: a sentence; a product without the key is no tool")
    named = row.get("tool_name", "outil")
    expect(bool(told or "tool_name" not in row) and _NAME.fullmatch(named) is not None, f"{where}.tool_name: a name")
    return told


def _relayed(
    where: str, row: dict[str, Any], versions: Mapping[int, Version], expect: Callable[[bool, str], None]
) -> tuple[str, ...]:
    """The fields that hold addresses of files, which every version must have."""
    names = tuple(row.get("relayed", ()))
    for name in names:
        expect(all(name in version.fields for version in versions.values()), f"{where}.relayed: `{name}` is no field")
    return names


def _seconds(where: str, row: dict[str, Any], expect: Callable[[bool, str], None]) -> float | None:
    """A product's own time-out, when it has one."""
    if "timeout_s" not in row:
        return None
    expect(0 < row["timeout_s"] <= 60, f"{where}.timeout_s: more than 0 and at most 60 seconds")
    return float(row["timeout_s"])


def _version(module: Any, number: int, path: str, row: dict[str, Any], where: str) -> Version:
    function = getattr(module, f"v{number}", None)
    if not inspect.iscoroutinefunction(function):
        raise ContractError(f"{where}: {module.__name__} has no `async def v{number}`")
    hints = get_type_hints(function, include_extras=True)
    returned = hints.pop("return", None)
    if get_origin(returned) is not Answer:
        raise ContractError(f"{where}: v{number} does not return an Answer[…]")
    data = node_of(get_args(returned)[0])
    collection = isinstance(data, Array)
    inner = data.item if isinstance(data, Array) else data
    links = _keys_of(module, f"LINKS_V{number}", "Links")
    meta = _keys_of(module, f"META_V{number}", "Meta")
    fields = dict(leaves(inner))
    fields |= {f"links.{key}": leaf for key, leaf in leaves(links)}
    fields |= {f"meta.{key}": leaf for key, leaf in leaves(meta)}
    document = row.get("document", {}).get(f"v{number}")
    filled = DocumentFields(**document) if document else None
    if filled and not {filled.url, filled.expires_in} <= fields.keys():
        raise ContractError(f"{where}: the document's fields are not in the schema")
    return Version(
        number=number,
        path=path,
        aliases=tuple(row.get("aliases", {}).get(f"v{number}", [])),
        operation=row["operations"][f"v{number}"],
        deprecated=f"v{number}" in row.get("deprecated", []),
        conversation=function,
        arguments=_arguments(hints, path, row.get("query", {}), where),
        data=data,
        links=links,
        meta=meta,
        collection=collection,
        document=filled,
        fields=fields,
    )


def _keys_of(module: Any, exact: str, common: str) -> Node:
    kind = getattr(module, exact, None) or getattr(module, common, None)
    return node_of(kind) if kind is not None else Object({})


def _arguments(hints: dict[str, Any], path: str, query: Mapping[str, str], where: str) -> dict[str, str]:
    """For each argument of a conversation, what to hand it: `registry`, `caller`, or a parameter's name."""
    plan = {}
    for name, hint in hints.items():
        if hint is Registry:
            plan[name] = "registry"
        elif hint is Caller:
            plan[name] = "caller"
        elif f"{{{name}}}" in path or name in query:
            plan[name] = name
        else:
            raise ContractError(f"{where}: argument `{name}` is neither a parameter, the caller nor the registry")
    if "registry" not in plan.values():
        raise ContractError(f"{where}: the conversation is not handed its registry")
    return plan


def _groups(
    where: str, rows: dict[str, list[str]], versions: Mapping[int, Version], expect: Callable[[bool, str], None]
) -> dict[str, tuple[str, ...]]:
    """Groups with their paths expanded to explicit fields; every field stands in exactly one group."""
    everything = {name for version in versions.values() for name in version.fields}
    groups: dict[str, tuple[str, ...]] = {}
    seen: dict[str, str] = {}
    for group, paths in rows.items():
        expect(bool(paths), f"{where}.groups.{group}: empty")
        expanded: list[str] = []
        for path in paths:
            below = [f for f in everything if f == path or f.startswith((f"{path}.", f"{path}["))]
            expect(bool(below), f"{where}.groups.{group}: `{path}` is no field")
            expanded += sorted(below)
        for name in expanded:
            expect(name not in seen, f"{where}: `{name}` stands in {seen.get(name)} and {group}")
            seen[name] = group
        groups[group] = tuple(expanded)
    missing = sorted(everything - seen.keys())
    expect(not missing, f"{where}: fields in no group: {missing}")
    return groups
