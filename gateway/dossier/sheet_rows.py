# SPDX-License-Identifier: EUPL-1.2
"""The rows of `policies/candidature/*.toml`, read: pieces, questions, examples. What is dishonest does not load."""

import re
from collections.abc import Collection, Mapping
from typing import TypeVar

from connectors.kit.contract import Product
from gateway.dossier.rules import (
    EXCLUSION,
    NEVER_AUTOMATIC,
    Condition,
    Example,
    Piece,
    Question,
    Says,
    Traits,
    Validity,
    When,
)
from gateway.dossier.words import Access, Answer, Kind, Phase, Role, Silence, State
from gateway.purpose.reading import Section

_KEY = re.compile(r"[a-z][a-z0-9_]*")
_YEAR = re.compile(r"année-[1-9]")
Word = TypeVar("Word", Kind, Phase, Access, Role, Answer, State, Silence)


def piece_of(row: Section, category: str, products: Mapping[str, Product]) -> Piece:
    """A piece: a product of a registry, and what its answers mean. Raises PolicyError."""
    row.only(
        "key", "product", "version", "parameters", "candidate", "buyer", "phase", "access", "basis", "criterion",
        "when", "validity", "absent", "out_of_scope", "pending", "denied", "proves", "certificate", "against", "as_of",
        "security_code", "gate", "watch",
    )  # fmt: skip
    name = row.text("product")
    if name not in products:
        row.wrong(f"aucun registre n'offre « {name} »", "product")
    product = products[name]
    written = row.text("version")
    version = int(written[1:]) if re.fullmatch(r"v[1-9]", written) else 0
    if version not in product.versions:
        row.wrong(f"{product.id} n'a pas de version « {written} »", "version")
    fields = product.versions[version].fields
    access = _word(row, "access", Access)
    if access is Access.PUBLIC and not product.open_data:
        row.wrong(f"{product.id} est protégé : cette pièce ne peut pas être publique", "access")
    criterion = row.text("criterion", "")
    if criterion in NEVER_AUTOMATIC:
        row.wrong(f"aucun registre ne répond au critère « {criterion} » : seule une personne le déclare", "criterion")
    absent = _word(row, "absent", State) if row.has("absent") else State.MISSING
    if absent not in (State.MISSING, State.OUT_OF_SCOPE):
        row.wrong("une absence est « manquante » ou « hors_perimetre », et ne prouve rien", "absent")
    piece = Piece(
        key=_key(row),
        product=product,
        version=version,
        candidate=row.text("candidate"),
        buyer=row.text("buyer"),
        category=category,
        phase=_word(row, "phase", Phase),
        access=access,
        basis=row.texts("basis"),
        when=_when(row),
        validity=_validity(row.section("validity"), fields),
        parameters=_parameters(row, product),
        criterion=criterion,
        absent=absent,
        out_of_scope=frozenset(row.texts("out_of_scope", ())),
        pending=frozenset(row.texts("pending", ())),
        denied=frozenset(row.texts("denied", ())),
        proves=_test(row, "proves", fields),
        certificate=row.flag("certificate", False),
        against=_test(row, "against", fields),
        as_of=_field(row, "as_of", fields),
        security_code=_field(row, "security_code", fields),
        gate=row.flag("gate", False),
        watch=row.flag("watch", False),
    )
    if criterion in EXCLUSION and not (piece.proves or piece.certificate or piece.against):
        row.wrong(
            "un motif d'exclusion ne se conclut que d'une réponse : écrivez « certificate », « proves » ou « against »",
            "criterion",
        )
    return piece


def question_of(row: Section, category: str) -> Question:
    """A question that people answer. Raises PolicyError."""
    row.only(
        "key", "candidate", "buyer", "phase", "access", "answer", "basis", "when", "criteria", "required", "options",
        "silent", "files",
    )  # fmt: skip
    answer = _word(row, "answer", Answer)
    options: dict[str, str] = {}
    if row.has("options"):
        options = {name: row.section("options").text(name) for name in row.section("options").names()}
    if (answer is Answer.CHOICE) != bool(options):
        row.wrong("un choix se fait entre des « options », et lui seul en a", "options")
    return Question(
        key=_key(row),
        candidate=row.text("candidate"),
        buyer=row.text("buyer"),
        category=category,
        phase=_word(row, "phase", Phase),
        access=_word(row, "access", Access),
        answer=answer,
        basis=row.texts("basis"),
        when=_when(row),
        criteria=row.texts("criteria", ()),
        required=row.flag("required", False),
        options=options,
        silent=_word(row, "silent", Silence) if row.has("silent") else None,
        files=row.flag("files", False),
    )


def example_of(row: Section) -> Example:
    """A case that the sheets promise. Raises PolicyError."""
    row.only(
        "says", "kind", "role", "naf", "legal_form", "headcount", "natural_person", "restricted", "phase", "early",
        "asked", "not_asked",
    )  # fmt: skip
    asked, not_asked = row.texts("asked", ()), row.texts("not_asked", ())
    if not asked and not not_asked:
        row.wrong("un exemple dit ce qui est demandé, ou ne l'est pas : écrivez « asked » ou « not_asked »")
    traits = Traits(
        kind=_word(row, "kind", Kind),
        role=_word(row, "role", Role) if row.has("role") else Role.SOLE,
        naf=row.text("naf", ""),
        legal_form=row.text("legal_form", ""),
        headcount=row.number("headcount") if row.has("headcount") else None,
        natural_person=row.flag("natural_person", False),
        restricted=row.flag("restricted", False),
    )
    phase = _word(row, "phase", Phase)
    return Example(row.place, row.text("says"), traits, phase, row.flag("early", False), asked, not_asked)


def _key(row: Section) -> str:
    key = row.text("key")
    if not _KEY.fullmatch(key):
        row.wrong("une clé s'écrit en minuscules, sans accent ni espace", "key")
    return key


def _word(row: Section, key: str, kind: type[Word]) -> Word:
    return kind(row.one_of(key, [one.value for one in kind]))


def _when(row: Section) -> When:
    return When(tuple(_condition(one) for one in row.sections("when"))) if row.has("when") else When()


def _condition(row: Section) -> Condition:
    row.only(
        "kinds", "roles", "naf", "legal_forms", "not_legal_forms", "headcount_min", "natural_person", "restricted",
    )  # fmt: skip
    if not row.names():
        row.wrong("une condition vide ne dit rien : complétez-la, ou retirez « when »")
    return Condition(
        kinds=frozenset(_words(row, "kinds", Kind)),
        roles=frozenset(_words(row, "roles", Role)),
        naf=tuple(code.replace(".", "") for code in row.texts("naf", ())),
        legal_forms=row.texts("legal_forms", ()),
        not_legal_forms=row.texts("not_legal_forms", ()),
        headcount_min=row.number("headcount_min") if row.has("headcount_min") else None,
        natural_person=row.flag("natural_person", False) if row.has("natural_person") else None,
        restricted=row.flag("restricted", False) if row.has("restricted") else None,
    )


def _words(row: Section, key: str, kind: type[Word]) -> list[Word]:
    known = [one.value for one in kind]
    for text in row.texts(key, ()):
        if text not in known:
            row.wrong(f"« {text} » ne convient pas ; valeurs possibles : {', '.join(known)}", key)
    return [kind(text) for text in row.texts(key, ())]


def _validity(row: Section, fields: Collection[str]) -> Validity:
    row.only("field", "days", "months", "end_of_month")
    found = Validity(
        field=_field(row, "field", fields),
        days=row.number("days") if row.has("days") else 0,
        months=row.number("months") if row.has("months") else 0,
        end_of_month=row.flag("end_of_month", False),
    )
    if not (found.field or found.days or found.months):
        row.wrong("dites jusqu'à quand la réponse peut resservir : « field », « days » ou « months »")
    return found


def _test(row: Section, key: str, fields: Collection[str]) -> Says | None:
    if not row.has(key):
        return None
    section = row.section(key)
    section.only("field", "equals")
    equals = section.text("equals") if section.is_text("equals") else section.flag("equals", True)
    return Says(_field(section, "field", fields), equals)


def _field(row: Section, key: str, fields: Collection[str]) -> str:
    found = row.text(key, "")
    if found and found not in fields:
        row.wrong(f"« {found} » n'est pas un champ de cette ressource", key)
    return found


def _parameters(row: Section, product: Product) -> dict[str, str]:
    if not row.has("parameters"):
        return {}
    section = row.section("parameters")
    found = {name: section.text(name) for name in section.names()}
    for name, value in found.items():
        if name not in product.kinds:
            section.wrong(f"{product.id} n'a pas ce paramètre", name)
        if value.startswith("année") and not _YEAR.fullmatch(value):
            section.wrong("une année relative s'écrit année-1, année-2…", name)
    return found
