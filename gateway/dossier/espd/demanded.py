# SPDX-License-Identifier: EUPL-1.2
"""What a buyer's request demands beside what is known: answers declared to its own questions, and what nobody answered.

Registries' facts come first for figures and registrations, and what people declare to the buyer's own question fills
the gap; an exclusion ground is a person's word alone, and the word given on that very ground is the one that counts.
Nothing else than what the request demands is exported, but for who applies with whom.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from gateway.dossier.espd.criteria import Criterion, Group, Property
from gateway.dossier.espd.lacking import Missing
from gateway.dossier.espd.model import Answers, Asked, Period, Value

PARTICIPATION = ("eo-group", "relied", "subco-ent")
"""Who applies with whom: the response says it whether the request asks or not."""
APPLICANTS = ("sole-tenderer", "group-lead", "group-mem")
"""Those of whom selection criteria are demanded; a subcontractor answers for its exclusion grounds (BR-SUBCONT-01)."""
RULE = "DUME de l'acheteur"


def merged(found: Sequence[Answers], asked: Sequence[Criterion], declared: Callable[[str], Any]) -> tuple[Answers, ...]:
    """The answers to what is demanded. `declared`: the value a person gave to a question, by its id, or None."""
    known = {one.code: one for one in found}
    answers = []
    for criterion in asked:
        facts = known[criterion.code].values if criterion.code in known else {}
        direct = {
            line.id: values for line in criterion.questions() if (values := typed(line, declared(line.id))) is not None
        }
        whole = {**facts, **direct} if criterion.family == "exclusion" else {**direct, **facts}
        open_ones = set(_open(criterion.groups, whole))
        kept = {name: values for name, values in whole.items() if name in open_ones}
        if kept:
            answers.append(Answers(criterion.code, kept))
    demanded = {one.code for one in asked}
    return (*answers, *(one for one in found if one.code in PARTICIPATION and one.code not in demanded))


def unanswered(asked: Asked, answers: Sequence[Answers], role: str) -> Iterator[Missing]:
    """What the buyer demands and nobody answered, in the request's order.

    Only people answer an exclusion ground, and whether a criterion is met by oneself: no registry is awaited there.
    """
    known = {one.code: one.values for one in answers}
    for criterion in asked.criteria:
        if criterion.family != "exclusion" and role not in APPLICANTS:
            continue
        main = next(criterion.questions()).id if criterion.family != "selection" else ""
        alone = {line.id for group in criterion.walk() for line in _alone(group)}
        for line in _lacking(criterion, known.get(criterion.code, {})):
            asked_for = "une réponse" if line.id == main else f"« {line.label} »"
            told = f"{criterion.name} : l'acheteur demande {asked_for}, et personne n'y a répondu."
            if criterion.family != "exclusion" and line.id not in alone and criterion.code in asked.awaited:
                told += " Un registre peut encore le faire."
            yield Missing(line.id, told, RULE)


def _lacking(criterion: Criterion, values: Mapping[str, tuple[Value, ...]]) -> Iterator[Property]:
    """The main question; of a selection criterion, whether it is met by oneself, and one answer in substance."""
    if criterion.family != "selection":
        first = next(criterion.questions())
        if not values.get(first.id):
            yield first
        return
    alone = {line.id: line for group in criterion.walk() for line in _alone(group)}
    shown = {line.id for group in criterion.walk() for line in _shown(group)}
    substance = [line for line in _always(criterion.groups) if line.id not in shown and line.id not in alone]
    for line in alone.values():
        if not values.get(line.id):
            yield line
    by_others = any(values.get(line) == (False,) for line in alone)
    if substance and not by_others and not any(values.get(line.id) for line in substance):
        yield substance[0]


def _alone(group: Group) -> Iterator[Property]:
    """« By itself? »: a yes-or-no question whose « no » asks on which other company the operator relies."""
    for below in group.groups:
        if below.on == "ONFALSE" and any(
            line.value == "ECONOMIC_OPERATOR_IDENTIFIER" for one in below.walk() for line in one.properties
        ):
            yield from (line for line in group.properties if line.is_question and line.value == "INDICATOR")


def _shown(group: Group) -> Iterator[Property]:
    """« Available electronically? », and the evidence that a « yes » asks for."""
    for below in group.groups:
        if below.properties and all(line.value == "EVIDENCE_IDENTIFIER" for line in below.properties):
            yield from (line for line in group.properties if line.is_question)
            yield from below.properties


def _always(groups: Sequence[Group]) -> Iterator[Property]:
    """The questions that are open whatever is answered."""
    for group in groups:
        if group.on not in ("ONTRUE", "ONFALSE"):
            yield from (line for line in group.properties if line.is_question)
            yield from _always(group.groups)


def _open(groups: Sequence[Group], values: Mapping[str, tuple[Value, ...]]) -> Iterator[str]:
    """The identifiers of the questions that these answers leave open."""
    for group in groups:
        yield from (line.id for line in group.properties if line.is_question)
        said = {one for line in group.properties for one in values.get(line.id, ()) if isinstance(one, bool)}
        answered = {"ONTRUE": True in said, "ONFALSE": False in said}
        yield from _open([one for one in group.groups if answered.get(one.on, True)], values)


def typed(line: Property, value: Any) -> tuple[Value, ...] | None:
    """A declared value as the question's answers; None for what is no answer to it."""
    if value is None:
        return None
    rows = value if isinstance(value, list | tuple) and line.value != "INDICATOR" else [value]
    found = tuple(_typed(line.value, row) for row in rows)
    return None if not found or any(one is None for one in found) else tuple(one for one in found if one is not None)


def _typed(kind: str, value: Any) -> Value | None:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    match kind:
        case "INDICATOR":
            return value if isinstance(value, bool) else None
        case "AMOUNT" | "QUANTITY" | "PERCENTAGE":
            return Decimal(str(value)) if number else None
        case "QUANTITY_INTEGER" | "QUANTITY_YEAR":
            return int(value) if number and int(value) == value else None
        case "DATE":
            return _day(value)
        case "PERIOD":
            return _period(value)
        case "EVIDENCE_IDENTIFIER":
            return None
        case _:
            return value if isinstance(value, str) and value.strip() else None


def _day(value: Any) -> date | None:
    try:
        return date.fromisoformat(value) if isinstance(value, str) and len(value) == 10 else None
    except ValueError:
        return None


def _period(value: Any) -> Period | None:
    if not isinstance(value, Mapping) or not {"au"} <= set(value) <= {"du", "au"}:
        return None
    start, end = _day(value.get("du")), _day(value["au"])
    if end is None or (value.get("du") is not None and start is None) or (start and start > end):
        return None
    return Period(start, end)
