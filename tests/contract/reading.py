# SPDX-License-Identifier: EUPL-1.2
"""Reads the published contract as its users do: operations, fields, codes, and a validator that forgives nothing."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

import httpx
from jsonschema import Draft202012Validator, FormatChecker

from gateway.edge.published import contract_file

Json = dict[str, Any]


@dataclass(frozen=True)
class Published:
    """The document, and each of its GET operations by path."""

    whole: Json
    operations: dict[str, Json]
    tight: Json

    def resolved(self, row: Json) -> Json:
        """What a row stands for, when it is a reference."""
        while "$ref" in row and len(row) == 1:
            row = self.component(row["$ref"])
        return row

    def component(self, ref: str) -> Json:
        """The component a reference names."""
        _, _, kind, name = ref.split("/")
        found: Json = self.whole["components"][kind][name]
        return found

    def responses(self, operation: Json) -> dict[str, Json]:
        """An operation's responses by status."""
        return {status: self.resolved(row) for status, row in operation["responses"].items()}

    def codes(self, operation: Json) -> dict[str, set[int]]:
        """The codes an operation announces, with the statuses they come under."""
        found: dict[str, set[int]] = {}
        for status, response in self.responses(operation).items():
            for content in response.get("content", {}).values():
                listed = content["schema"].get("properties", {}).get("errors", {}).get("items", {})
                for code in listed.get("properties", {}).get("code", {}).get("enum", ()):
                    found.setdefault(code, set()).add(int(status))
        return found

    def fields(self) -> Iterator[tuple[str, Json]]:
        """Every property of every schema component, at any depth."""
        for name, schema in self.whole["components"]["schemas"].items():
            yield from self._below(schema, name)

    def strict(self, schema: Json) -> Draft202012Validator:
        """A validator of one schema of the document, for which a key that is not announced is an error."""
        whole = {**_tightened(schema), "components": self.tight}
        return Draft202012Validator(whole, format_checker=FormatChecker())

    def _below(self, schema: Json, path: str) -> Iterator[tuple[str, Json]]:
        if "items" in schema:
            yield from self._below(schema["items"], f"{path}[]")
        for key, child in schema.get("properties", {}).items():
            yield f"{path}.{key}", self.resolved(child)
            yield from self._below(child, f"{path}.{key}")


def nonconformity(method: str, path: str, answer: httpx.Response) -> str | None:
    """Why an answer is not one that the contract announces, or None. `path`: as it was asked, without its query."""
    found = operation_at(path, method)
    if found is None:
        return None
    template, operation = found
    response = published().responses(operation).get(str(answer.status_code))
    if response is None:
        return f"{template}: status {answer.status_code} is not announced"
    for name, row in response.get("headers", {}).items():
        value = answer.headers.get(name)
        schema = published().resolved(row)["schema"]
        if value is not None and not Draft202012Validator(schema).is_valid(_read_header(schema, value)):
            return f"{template}: the header {name} is {value!r}"
        if value is None and not name.startswith("RateLimit-"):
            return f"{template} {answer.status_code}: no header {name}"
    if "content" not in response:
        return f"{template} {answer.status_code}: a body, where none is announced" if answer.content else None
    media = answer.headers.get("content-type", "").split(";")[0]
    content = response["content"].get(media) or response["content"].get("*/*")
    if content is None:
        return f"{template} {answer.status_code}: the media type {media} is not announced"
    if media not in ("application/json", "application/vnd.api+json"):
        return None
    for error in _validator(template, method, str(answer.status_code), media).iter_errors(answer.json()):
        return f"{template} {answer.status_code}: {error.json_path}: {error.message}"
    return None


@lru_cache(maxsize=4096)
def operation_at(path: str, method: str = "GET") -> tuple[str, Json] | None:
    """The operation at a path, by its template; an address without parameter first."""
    items = published().whole["paths"].items()
    operations = {template: item[method.lower()] for template, item in items if method.lower() in item}
    if path in operations:
        return path, operations[path]
    segments = path.split("/")
    for template, operation in operations.items():
        parts = template.split("/")
        if len(parts) == len(segments) and all(
            (part.startswith("{") and segment) or part == segment for part, segment in zip(parts, segments, strict=True)
        ):
            return template, operation
    return None


@cache
def _validator(template: str, method: str, status: str, media: str) -> Draft202012Validator:
    document = published()
    content = document.responses(document.whole["paths"][template][method.lower()])[status]["content"]
    return document.strict((content.get(media) or content["*/*"])["schema"])


def _read_header(schema: Json, value: str) -> int | str:
    return int(value) if schema["type"] == "integer" and value.isdigit() else value


@cache
def published() -> Published:
    """The committed document."""
    whole = json.loads(contract_file().read_bytes())
    operations = {path: item["get"] for path, item in whole["paths"].items() if "get" in item}
    tight = {"schemas": {name: _tightened(row) for name, row in whole["components"]["schemas"].items()}}
    return Published(whole, operations, tight)


def _tightened(schema: Any) -> Any:
    """The same schema, whose objects take announced keys only; an object without properties stays as it is."""
    if isinstance(schema, list):
        return [_tightened(row) for row in schema]
    if not isinstance(schema, dict):
        return schema
    found = {key: _tightened(row) for key, row in schema.items()}
    closed = "properties" in schema and "required" in schema and "$ref" not in schema
    return found | {"additionalProperties": False} if closed and "additionalProperties" not in schema else found
