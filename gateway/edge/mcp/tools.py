# SPDX-License-Identifier: EUPL-1.2
"""Tools, written from contracts: those products whose contract has a `tool`, and the arguments their calls take."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from connectors.kit.contract import ContractError, Product
from gateway.edge.openapi.parameters import DESCRIPTIONS, SCHEMAS, STATED
from gateway.problems import problem
from gateway.values import Grant, Stated

MOST_NAMED = 50
"""Recipients told one by one, when a habilitation has no more than that."""

Json = dict[str, Any]
_STATED = ("context", "object", "recipient")


@dataclass(frozen=True, slots=True)
class Tool:
    """A product as a language model meets it."""

    product: Product

    def shown(self, grant: Grant) -> Json:
        """The tool as `tools/list` gives it to those who have this grant."""
        own: Json = {name: _argument(kind) for name, kind in self.product.kinds.items()}
        stated: Json = {name: dict(STATED[name]["schema"], description=STATED[name]["description"]) for name in _STATED}
        if grant.contexts:
            stated["context"]["enum"] = list(grant.contexts)
        if grant.recipients is not None and len(grant.recipients) <= MOST_NAMED:
            stated["recipient"]["enum"] = sorted(grant.recipients)
        return {
            "name": self.product.tool_name,
            "title": self.product.title,
            "description": f"{self.product.tool} Source : {self.product.provider}. Chaque appel est consigné, pour la "
            f"finalité « {grant.title} ».",
            "inputSchema": {
                "type": "object",
                "properties": own | stated,
                "required": [*self.product.parameters, *_STATED],
                "additionalProperties": False,
            },
            "annotations": {"readOnlyHint": True, "openWorldHint": True},
        }

    def read(self, arguments: Mapping[str, Any]) -> tuple[dict[str, str], Stated]:
        """The parameters and what is stated; what is missing stays so, for the exchange to refuse and to record.

        Raises 400 `00401` for an argument it does not take, or that is neither a text nor a whole number.
        """
        taken = (*self.product.kinds, *_STATED)
        for name, value in arguments.items():
            if name not in taken:
                raise problem("00401", detail=f"Les arguments de cet outil sont : {', '.join(taken)}.")
            if type(value) not in (str, int, type(None)):
                raise problem("00401", detail=f"L'argument {name} s'écrit comme un texte.", source={"parameter": name})
        given = {name: str(value) for name, value in arguments.items() if value is not None}
        own = {name: given[name] for name in self.product.kinds if name in given}
        missing = {name: "" for name in self.product.parameters if name not in given}
        context, purpose, recipient = ((given[name],) if name in given else () for name in _STATED)
        return own | missing, Stated(context, purpose, recipient)


def tools_of(products: Iterable[Product]) -> dict[str, Tool]:
    """Every tool, by its name, in the contracts' order. Raises ContractError when two have the same name."""
    found: dict[str, Tool] = {}
    for product in products:
        if product.tool and found.setdefault(product.tool_name, Tool(product)).product is not product:
            raise ContractError(f"{product.id}: another product is the tool {product.tool_name}")
    return found


def _argument(kind: str) -> Json:
    return {**SCHEMAS[kind], "description": DESCRIPTIONS.get(kind, "Un texte.")}
