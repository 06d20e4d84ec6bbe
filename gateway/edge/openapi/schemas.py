# SPDX-License-Identifier: EUPL-1.2
"""From a published schema to JSON Schema: types, null where it may stand, closed lists, and each field's text."""

from collections.abc import Callable

from connectors.kit.facts import Product, Version
from connectors.kit.schema import Array, Leaf, Node, Object
from connectors.kit.texts import ENVELOPE, Text, Texts
from gateway.edge.openapi.common import object_of, ref
from gateway.edge.openapi.facts import Json

TYPES = {str: "string", int: "integer", float: "number", bool: "boolean"}
DATA = Text("Données", "Ce que dit le registre, réduit à ce que la finalité de l'habilitation ouvre.")
LINKS = Text("Liens", "Les adresses des ressources voisines ; un objet vide lorsqu'il n'y en a pas.")
META = Text("Précisions", "Ce qui est dit de la réponse elle-même : sa source, sa fraîcheur.")
ITEM_META = Text("Précisions", "Ce qui est dit de cet élément ; un objet vide lorsqu'il n'y a rien à dire.")

RECEIPT: Json = {
    "type": "string",
    "format": "uri",
    "title": "Reçu",
    "description": "Où demander le reçu de cet échange, qui prouve hors ligne qu'il est inscrit au journal.",
}

Tell = Callable[[str], Text]


def body_of(product: Product, version: Version, texts: Texts) -> Json:
    """The schema of a whole answer: the three keys of the envelope."""

    def tell(path: str) -> Text:
        return (
            {"data": DATA, "links": LINKS, "meta": ITEM_META}[path]
            if path in ENVELOPE
            else texts.of(product.name, path)
        )

    if version.collection and isinstance(version.data, Array):
        data: Json = {"type": "array", "items": _item(version.data.item, tell)} | _said(
            Text("Éléments", "Les éléments trouvés, chacun avec les trois mêmes clés.")
        )
    else:
        data = schema_of(version.data, "", tell) | _said(DATA)
    links = schema_of(version.links, "links", tell) | _said(LINKS)
    meta = schema_of(version.meta, "meta", tell) | _said(META)
    meta["properties"] = {**meta["properties"], "receipt": RECEIPT, "passerelle": ref("schemas", "Passerelle")}
    meta["required"] = [*meta["required"], "receipt", "passerelle"]
    return object_of(
        {"data": data, "links": links, "meta": meta},
        f"{product.title}, version {version.number}",
        "Une réponse : les trois clés sont toujours présentes.",
    )


def schema_of(node: Node, path: str, tell: Tell) -> Json:
    """The schema of what stands at `path`, without its own text."""
    match node:
        case Leaf(kinds, nullable, _, values):
            types = [TYPES[kind] for kind in kinds if kind in TYPES]
            names = ["number"] if "number" in types else types
            schema: Json = {"type": _type(names, nullable)}
            if values:
                schema["enum"] = [*values, None] if nullable else list(values)
            return schema
        case Array(item, nullable):
            return {"type": _type(["array"], nullable), "items": schema_of(item, f"{path}[]", tell)}
        case Object(found, nullable):
            properties = {}
            for key, child in found.items():
                below = f"{path}.{key}" if path else key
                properties[key] = schema_of(child, below, tell) | _said(tell(below))
            return {"type": _type(["object"], nullable), "properties": properties, "required": list(properties)}


def _item(node: Node, tell: Tell) -> Json:
    """An item of a collection in its envelope; one whose schema is `data` and `meta` brings its own meta."""
    nothing = Object({})
    own = node.keys if isinstance(node, Object) and "data" in node.keys else {"data": node}
    data, meta = own["data"], own.get("meta", nothing)
    begin = "data" if own.get("data") is not node else ""
    return object_of(
        {
            "data": schema_of(data, begin, tell) | _said(DATA),
            "links": schema_of(nothing, "links", tell) | _said(LINKS),
            "meta": schema_of(meta, "meta", tell) | _said(ITEM_META),
        },
        "Élément",
        "Un élément de la liste, dans les trois mêmes clés que la réponse.",
    )


def _type(names: list[str], nullable: bool) -> str | list[str]:
    every = [*names, "null"] if nullable else names
    return every[0] if len(every) == 1 else every


def _said(text: Text) -> Json:
    return {"title": text.title, "description": text.description}
