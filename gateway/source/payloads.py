# SPDX-License-Identifier: EUPL-1.2
"""Official sandbox cases as a product source, composed before the registries in the sandbox only.

A case is a YAML file in a folder named after an operation: `params`, `status`, `payload` (JSON as text). A request
matches a case when its path and query parameters, in lower case, are those of the case; parameters the product does not
have are left out of the comparison. Authentication, purpose, limits and records are those of any request; documents
named in a case become documents of ours.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from connectors.kit import Answer, Document
from connectors.kit.schema import Array, Node, Object
from gateway.problems import JSON_API, Fault, Problem
from gateway.source.source import Call, Source
from gateway.values import Question, Sourced


class CasesError(Exception):
    """A folder of cases cannot be read. The message says where."""


@dataclass(frozen=True, slots=True)
class Case:
    """One official answer."""

    status: int
    payload: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Cases:
    """All cases of a folder. `identifiers`: those in use, accepted even without a valid check digit."""

    by_params: Mapping[str, tuple[tuple[Mapping[str, str], Case], ...]]
    identifiers: frozenset[str]
    document: Document

    def find(self, question: Question) -> Case | None:
        """The first case of this operation whose parameters are the question's."""
        product = question.product
        names = (*product.parameters, *product.query)
        asked = {name: question.parameters.get(name, "").lower() for name in names}
        for params, case in self.by_params.get(question.version.operation, ()):
            if {name: params.get(name, "") for name in names} == asked:
                return case
        return None


def load_cases(folder: Path, document: Document) -> Cases:
    """Read every case below a folder; `document` stands for those that cases name. Raises CasesError."""
    if not folder.is_dir():
        raise CasesError(f"{folder} : ce dossier n'existe pas.")
    found: dict[str, list[tuple[Mapping[str, str], Case]]] = {}
    identifiers: set[str] = set()
    for path in sorted([*folder.glob("*/*.yaml"), *folder.glob("*/*.yml")]):
        params, case = _case(path)
        found.setdefault(path.parent.name, []).append((params, case))
        identifiers.update(value for name, value in params.items() if name in ("siren", "siret"))
    if not found:
        raise CasesError(f"{folder} : aucun cas (un dossier par opération, un fichier YAML par cas).")
    return Cases({name: tuple(rows) for name, rows in found.items()}, frozenset(identifiers), document)


def _case(path: Path) -> tuple[dict[str, str], Case]:
    import yaml  # only a sandbox given official cases reads any

    try:
        row = yaml.safe_load(path.read_text("utf-8"))
        params = {str(name): str(value).lower() for name, value in (row["params"] or {}).items()}
        return params, Case(int(row["status"]), json.loads(row["payload"]))
    except (OSError, yaml.YAMLError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise CasesError(f"{path.parent.name}/{path.name} : {type(error).__name__}") from None


class CasesFirst:
    """A source that answers from the cases, and asks the registries for the rest."""

    def __init__(self, cases: Cases, registries: Source) -> None:
        self._cases = cases
        self._registries = registries

    def ready(self, question: Question) -> Call:
        """As the registries do."""
        return self._registries.ready(question)

    async def put(self, call: Call, *, alone: bool = True) -> Sourced:
        """The case's answer or problem when there is a case, else the registry's."""
        case = self._cases.find(call.question)
        if case is None:
            return await self._registries.put(call, alone=alone)
        if case.status != 200:
            raise _problem_of(case)
        return self._registries.dated(call, _answer_of(case, call.question, self._cases.document))


def _problem_of(case: Case) -> Problem:
    faults = [
        Fault(item["code"], item["title"], item["detail"], item.get("source"), item.get("meta") or {})
        for item in case.payload["errors"]
    ]
    return Problem(case.status, faults, JSON_API, from_registry=True)


def _answer_of(case: Case, question: Question, document: Document) -> Answer[Any]:
    """The case in the published shape: keys it lacks are null, its document becomes one of ours."""
    data, version = case.payload["data"], question.version
    meta = dict(case.payload.get("meta") or {})
    links = {name: _own(value) for name, value in (case.payload.get("links") or {}).items()}
    named = False
    if version.collection:
        own_meta = any(name.startswith("data.") for name in version.fields)  # items with a meta of their own
        data = [{"data": item["data"], "meta": item.get("meta")} if own_meta else item["data"] for item in data]
        meta.setdefault("count", len(data))
    elif (fields := version.document) is not None:
        named = bool(data.get(fields.url))
        data = {**data, fields.url: None, fields.expires_in: None}
    whole = completed(version.data, data)
    return Answer(whole, completed(version.links, links), completed(version.meta, meta), document if named else None)


def completed(node: Node, value: Any) -> Any:
    """A value with every key of the schema, null where it had none."""
    match node:
        case Object(keys) if isinstance(value, dict):
            return value | {key: completed(child, value.get(key)) for key, child in keys.items()}
        case Array(item) if isinstance(value, list):
            return [completed(item, one) for one in value]
        case _:
            return value


def _own(link: Any) -> Any:
    """A link of the official host as a path of ours."""
    if isinstance(link, str) and "/v" in link:
        return "/v" + link.split("/v", 1)[1]
    return link
