# SPDX-License-Identifier: EUPL-1.2
"""From `policies/candidature/*.toml` to the rules of a file: read, checked against contracts and purposes, and tried.

A folder that contradicts itself does not load, as for purposes: a piece no purpose opens, a public piece whose product
is protected, a penal ground answered by a registry, an example that comes out otherwise. Raises PolicyError.
"""

import hashlib
import re
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import TypeVar

import orjson

from connectors.kit.contract import Contract, Product
from gateway.dossier.rules import (
    EXCLUSION,
    NEVER_AUTOMATIC,
    Condition,
    Example,
    Piece,
    Question,
    Says,
    Sheets,
    Traits,
    Validity,
    When,
)
from gateway.dossier.spelling import plain
from gateway.dossier.words import Access, Answer, Kind, Phase, Role, Silence, State
from gateway.purpose.model import Policies, PolicyError
from gateway.purpose.reading import Section, read

_KEY = re.compile(r"[a-z][a-z0-9_]*")
_YEAR = re.compile(r"année-[1-9]")
Word = TypeVar("Word", Kind, Phase, Access, Role, Answer, State, Silence)


def load_sheets(folder: Path, contracts: Mapping[str, Contract], policies: Policies) -> Sheets:
    """The rules of a policies folder; none when it has no `candidature` folder, and then no file can be opened."""
    products = {product.id: product for contract in contracts.values() for product in contract.products.values()}
    pieces: dict[str, Piece] = {}
    questions: dict[str, Question] = {}
    examples: list[tuple[str, Example]] = []
    titles: dict[int, tuple[str, str]] = {}
    for path in sorted((folder / "candidature").glob("*.toml")):
        sheet = read(path, f"candidature/{path.name}")
        sheet.only("category", "title", "rank", "pieces", "questions", "examples")
        category = sheet.text("category")
        rank = sheet.number("rank")
        if rank in titles:
            sheet.wrong("deux fiches ont le même rang", "rank")
        titles[rank] = category, sheet.text("title")
        for row in sheet.sections("pieces") if sheet.has("pieces") else ():
            piece = _piece(row, category, products)
            _new(row, piece.key, pieces, questions)
            pieces[piece.key] = piece
        for row in sheet.sections("questions") if sheet.has("questions") else ():
            question = _question(row, category)
            _new(row, question.key, pieces, questions)
            questions[question.key] = question
        examples += [(sheet.file, _example(row)) for row in sheet.sections("examples")]
    purposes = frozenset(purpose.id for purpose in policies.purposes.values() if purpose.dossier_pool)
    sheets = Sheets(
        pieces, questions, purposes, _digest(pieces, questions), dict(titles[one] for one in sorted(titles))
    )
    _opened(sheets, policies)
    for file, example in examples:
        if complaint := outcome(sheets, example):
            raise PolicyError(file, example.place, f"l'exemple « {example.says} » ne se vérifie pas : {complaint}")
    return sheets


def outcome(sheets: Sheets, example: Example) -> str | None:
    """What keeps an example from coming out as it says; None when it does."""
    due = {piece.key for piece in sheets.due(example.traits, example.phase, example.early, True)}
    for key in (*example.asked, *example.not_asked):
        if key not in sheets.pieces:
            return f"« {key} » n'est pas une pièce connue"
    if missing := [key for key in example.asked if key not in due]:
        return f"« {missing[0]} » n'est pas demandée"
    if extra := [key for key in example.not_asked if key in due]:
        return f"« {extra[0]} » est demandée"
    return None


def _opened(sheets: Sheets, policies: Policies) -> None:
    """Every piece must be granted by every purpose that draws up files, in its version."""
    for purpose in sheets.purposes:
        for piece in sheets.pieces.values():
            rule = policies.rules.get((purpose, piece.product.id))
            if rule is None or piece.version not in rule.releases:
                raise PolicyError(
                    policies.purposes[purpose].file, "grants",
                    f"la pièce « {piece.key} » demande {piece.product.id} v{piece.version}, que cette finalité "
                    "n'ouvre pas : accordez-le, ou retirez la pièce",
                )  # fmt: skip


def _new(row: Section, key: str, *known: Mapping[str, object]) -> None:
    if any(key in one for one in known):
        row.wrong(f"la clé « {key} » est déjà prise", "key")


def _piece(row: Section, category: str, products: Mapping[str, Product]) -> Piece:
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


def _question(row: Section, category: str) -> Question:
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


def _example(row: Section) -> Example:
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


def _digest(pieces: Mapping[str, Piece], questions: Mapping[str, Question]) -> str:
    said = {
        "pieces": {
            key: {
                name: value.id if isinstance(value, Product) else _sorted(plain(value))
                for name, value in ((one, getattr(piece, one)) for one in piece.__slots__)
            }
            for key, piece in pieces.items()
        },
        "questions": {key: _sorted(plain(question)) for key, question in questions.items()},
    }
    return hashlib.sha256(orjson.dumps(said, option=orjson.OPT_SORT_KEYS)).hexdigest()


def _sorted(value: object) -> object:
    """The same with its lists sorted: sets have no order of their own."""
    if isinstance(value, dict):
        return {key: _sorted(child) for key, child in value.items()}
    if isinstance(value, list):
        return sorted((_sorted(child) for child in value), key=repr)
    return value
