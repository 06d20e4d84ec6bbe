# SPDX-License-Identifier: EUPL-1.2
"""The criteria of ESPD 4.1.0 as data: their identifiers, the tree of their questions, and our French words for them.

Identifiers, codes and the shape of each tree are the model's (ESPD-EDM 4.1.0, Publications Office of the EU); a buyer's
software recognises a criterion by them. `criteria.json` holds them in the model's order.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal

Family = Literal["exclusion", "selection", "other"]
On = Literal["ON*", "ONTRUE", "ONFALSE", "Economic or Financial", "Rating", "Descriptive"]
"""When a group is open: always, after yes, after no; the last three as the buyer's requirement is of one kind."""


@dataclass(frozen=True, slots=True)
class Expected:
    """What a buyer requires on a line, as its request says it: the element, its text, its attributes.

    `tag`: of UBL (`MinimumAmount`, `ExpectedDescription` …). For `ApplicablePeriod`, the text is two days and a slash.
    """

    tag: str
    text: str
    attributes: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Law:
    """A text that a criterion rests on."""

    id: str
    title: str
    description: str
    article: str
    level: str = ""
    uri: str = ""


@dataclass(frozen=True, slots=True)
class Property:
    """One line of a criterion. `kind`: QUESTION, REQUIREMENT (the buyer's) or CAPTION; `value`: type of its answer."""

    id: str
    kind: str
    value: str
    label: str
    expected: tuple[Expected, ...] = ()

    @property
    def is_question(self) -> bool:
        """Whether the economic operator answers it."""
        return self.kind == "QUESTION"


@dataclass(frozen=True, slots=True)
class Group:
    """Lines that go together; `on` says when they are open, by the yes-or-no question of the group above."""

    id: str
    on: On
    properties: tuple[Property, ...]
    groups: tuple["Group", ...]

    def walk(self) -> Iterator["Group"]:
        """This group and all below it, in order."""
        yield self
        for group in self.groups:
            yield from group.walk()


@dataclass(frozen=True, slots=True)
class Criterion:
    """One criterion. `laws`: of the Code de la commande publique, where one article corresponds to it; or the buyer's.

    `lots`: those a buyer demands it for, as the request names them; () for all, and in the model.
    """

    code: str
    uuid: str
    family: Family
    name: str
    description: str
    groups: tuple[Group, ...]
    laws: tuple[Law, ...] = ()
    lots: tuple[str, ...] = ()

    def walk(self) -> Iterator[Group]:
        """Every group, in order."""
        for group in self.groups:
            yield from group.walk()

    def questions(self) -> Iterator[Property]:
        """Every question, in order."""
        for group in self.walk():
            yield from (line for line in group.properties if line.is_question)

    def question(self, short: str) -> Property:
        """The question whose identifier ends with this path (`QG1/Q1`). Raises KeyError."""
        for group in self.walk():
            for line in group.properties:
                if line.is_question and line.id.partition("/")[2] == short:
                    return line
        raise KeyError(f"{self.code}: {short}")


@cache
def criteria() -> Mapping[str, Criterion]:
    """All criteria by their code, in the model's order."""
    text = files("gateway.dossier.espd").joinpath("criteria.json").read_text("utf-8")
    return {row["code"]: _criterion(row) for row in json.loads(text)["criteria"]}


def _criterion(row: Mapping[str, Any]) -> Criterion:
    groups = tuple(_group(group) for group in row["groups"])
    laws: tuple[Law, ...] = ()
    if article := row.get("article"):
        first = f"{groups[0].id.partition('/')[0]}/L1"
        laws = (Law(first, "Code de la commande publique", row["name"], article),)
    return Criterion(row["code"], row["uuid"], row["family"], row["name"], row["description"], groups, laws)


def _group(row: Mapping[str, Any]) -> Group:
    lines = tuple(Property(**line) for line in row.get("properties", ()))
    return Group(row["id"], row["on"], lines, tuple(_group(group) for group in row.get("groups", ())))
