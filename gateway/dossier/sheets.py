# SPDX-License-Identifier: EUPL-1.2
"""From `policies/candidature/*.toml` to the rules of a file: read, checked against contracts and purposes, and tried.

A folder that contradicts itself does not load, as for purposes: a piece no purpose opens, a public piece whose product
is protected, a penal ground answered by a registry, an example that comes out otherwise. Raises PolicyError.
"""

import hashlib
from collections.abc import Mapping
from pathlib import Path

import orjson

from connectors.kit.contract import Contract, Product
from gateway.dossier.rules import Example, Piece, Question, Sheets
from gateway.dossier.sheet_rows import example_of, piece_of, question_of
from gateway.dossier.spelling import plain
from gateway.purpose.model import Policies, PolicyError
from gateway.purpose.reading import Section, read


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
            piece = piece_of(row, category, products)
            _new(row, piece.key, pieces, questions)
            pieces[piece.key] = piece
        for row in sheet.sections("questions") if sheet.has("questions") else ():
            question = question_of(row, category)
            _new(row, question.key, pieces, questions)
            questions[question.key] = question
        examples += [(sheet.file, example_of(row)) for row in sheet.sections("examples")]
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
