# SPDX-License-Identifier: EUPL-1.2
"""The purposes as Cedar policies: written from the files themselves, not from what our own loader makes of them.

    Habilitation   purpose, scopes, recipients (or any_recipient), basis: whether it cites a text of its own
    Field          product, version, groups it stands in, scopes of its product, open_data, natural_person
    context        context as stated; recipient and called, as SIREN, recipient_siret

One `permit` for each grant of a file, and a `forbid` for each thing that alone is enough for a no. Cedar answers no
when no policy applies, and its `forbid` wins over any `permit`: the two rules that are ours as well.
"""

import json
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from connectors.kit.contract import Product, Version


def policies(folder: Path, products: Mapping[str, Product]) -> str:
    """All purposes of a folder in Cedar's language."""
    return "\n".join(
        rule
        for path in sorted((folder / "purposes").glob("*.toml"))
        for rule in _purpose(tomllib.loads(path.read_text("utf-8")), products)
    )


def entities(habilitations: Iterable[Mapping[str, Any]], products: Iterable[Product]) -> str:
    """Who may ask and what may be asked for, as Cedar reads them. A habilitation: its id, and its attributes."""
    who = [{"uid": {"type": "Habilitation", "id": one["id"]}, "attrs": one, "parents": []} for one in habilitations]
    what = [
        {"uid": {"type": "Field", "id": field_id(product, version, name)}, "attrs": attributes, "parents": []}
        for product in products
        for version in product.versions.values()
        for name, attributes in _fields(product, version)
    ]
    return json.dumps([*who, *what])


def field_id(product: Product, version: Version, name: str) -> str:
    """The name of a field among all of them."""
    return f"{product.id} v{version.number} {name}"


def request(habilitation: str, field: str, context: Mapping[str, str]) -> dict[str, Any]:
    """May this habilitation have this field?"""
    return {
        "principal": {"type": "Habilitation", "id": habilitation},
        "action": {"type": "Action", "id": "obtain"},
        "resource": {"type": "Field", "id": field},
        "context": dict(context),
    }


def _fields(product: Product, version: Version) -> Iterator[tuple[str, dict[str, Any]]]:
    for name in version.fields:
        groups = sorted(group for group, names in product.groups.items() if name in names)
        yield (
            name,
            {
                "product": product.id,
                "version": version.number,
                "groups": groups,
                "scopes": sorted(product.scopes),
                "free": not product.scopes,
                "open_data": product.open_data,
                "natural_person": any(group in product.natural_persons for group in groups),
            },
        )


def _purpose(sheet: Mapping[str, Any], products: Mapping[str, Product]) -> Iterator[str]:
    mine = f"principal.purpose == {_text(sheet['id'])}"
    for row in sheet["grants"]:
        said = row.get("versions")
        numbers = [int(version[1:]) for version in said] if said else sorted(products[row["product"]].versions)
        yield _rule(
            "permit",
            mine,
            f"resource.product == {_text(row['product'])}",
            f"{json.dumps(numbers)}.contains(resource.version)",
            f"resource.groups.containsAny({_texts(row['groups'])})",
            "(resource.free || principal.scopes.containsAny(resource.scopes))",
            "(principal.any_recipient || principal.recipients.contains(context.recipient_siret))",
        )
    if sheet.get("forbidden"):
        yield _rule("forbid", mine, f"{_texts(sheet['forbidden'])}.contains(resource.product)")
    if sheet["legal_basis"] == "habilitation":
        yield _rule("forbid", mine, "!principal.basis")
    if sheet.get("contexts"):
        yield _rule("forbid", mine, f"!{_texts(sheet['contexts'])}.contains(context.context)")
    if sheet.get("self_lookup") is False:
        yield _rule("forbid", mine, "context.recipient == context.called")
    if sheet.get("natural_persons") is False:
        yield _rule("forbid", mine, "resource.natural_person")
    if sheet.get("open_data_only"):
        yield _rule("forbid", mine, "!resource.open_data")


def _rule(effect: str, *conditions: str) -> str:
    return f"{effect} (principal, action, resource) when {{ {' && '.join(conditions)} }};"


def _text(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _texts(texts: Iterable[str]) -> str:
    return json.dumps(list(texts), ensure_ascii=False)
