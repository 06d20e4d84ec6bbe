# SPDX-License-Identifier: EUPL-1.2
"""The buyer's own questions, as people answer them: each by its identifier, in the form that it asks.

Evidence is no question to people: what registries delivered is cited by itself, and files are joined to declarations.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from connectors.kit import Siret
from gateway.dossier.asked import AskedCriterion, BuyerRequest
from gateway.dossier.espd.criteria import Criterion, Group, Property
from gateway.dossier.espd.demanded import typed
from gateway.dossier.espd.request import Request
from gateway.dossier.given import LONGEST, Given
from gateway.dossier.spoken import written
from gateway.dossier.values import Declaration, Document, Person
from gateway.dossier.words import Role

CATEGORY = "dume_acheteur"
MOST_ANSWERS = 10
_LARGEST = 10**15
_FORMS = {
    "INDICATOR": ("oui_non", "true ou false est attendu."),
    "AMOUNT": ("montant", "Un montant en euros est attendu."),
    "QUANTITY": ("nombre", "Un nombre est attendu."),
    "PERCENTAGE": ("pourcentage", "Un nombre de 0 à 100 est attendu."),
    "QUANTITY_INTEGER": ("entier", "Un nombre entier est attendu."),
    "QUANTITY_YEAR": ("entier", "Un nombre entier est attendu."),
    "DATE": ("date", "Une date AAAA-MM-JJ est attendue."),
    "PERIOD": ("periode", "Une période { du, au } de dates AAAA-MM-JJ est attendue."),
    "CODE_COUNTRY": ("pays", "Un code de pays à trois lettres (ISO 3166-1) est attendu."),
    "ECONOMIC_OPERATOR_IDENTIFIER": ("siret", "Un numéro de SIRET est attendu."),
    "URL": ("adresse", "Une adresse http:// ou https:// est attendue."),
    "CODE": ("code", f"L'une de ces valeurs est attendue : {', '.join(one.espd for one in Role)}."),
}
_TEXT = ("texte", f"Un texte d'au plus {LONGEST} caractères est attendu.")
_UNITS = {"AMOUNT": "en euros", "PERCENTAGE": "en pour cent"}
FORMS = tuple(dict.fromkeys((*(form for form, _ in _FORMS.values()), _TEXT[0])))
"""The forms of an answer, as the API names them."""


def question(request: Request | None, key: str) -> tuple[Criterion, Property] | None:
    """The question of this identifier."""
    for criterion in request.criteria if request is not None else ():
        for line in criterion.questions():
            if line.id == key and line.value != "EVIDENCE_IDENTIFIER":
                return criterion, line
    return None


def answer(
    identifier: str,
    criterion: Criterion,
    line: Property,
    siret: str,
    given: Given,
    by: Person,
    at: int,
    documents: Sequence[Document],
) -> Declaration | None:
    """A person's answer to a question of the buyer; None, and a fault noted, when it is none."""
    value = given.raw("valeur")
    if (complaint := unfit(line, value)) is not None:
        given.wrong("valeur", complaint)
        return None
    unit = _UNITS.get(line.value)
    label = f"{criterion.name} : {line.label}" + (f" ({unit})" if unit else "")
    return Declaration(
        id=identifier, key=line.id, siret=siret, label=label[:LONGEST], value=value,
        by=by, at=at, criterion=criterion.code, category=CATEGORY, documents=tuple(documents),
    )  # fmt: skip


def unfit(line: Property, value: Any) -> str | None:
    """What keeps a value from being an answer, in French. Several answers to one question are a list."""
    _, complaint = _FORMS.get(line.value, _TEXT)
    rows = value if isinstance(value, list) else [value]
    if line.value == "INDICATOR" and isinstance(value, list):
        return complaint
    if not 0 < len(rows) <= MOST_ANSWERS:
        return f"De une à {MOST_ANSWERS} réponses sont attendues."
    return None if typed(line, value) is not None and all(_fits(line.value, row) for row in rows) else complaint


def _fits(kind: str, value: Any) -> bool:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return 0 <= value <= (100 if kind == "PERCENTAGE" else _LARGEST)
    if not isinstance(value, str):
        return True
    if len(value) > LONGEST or not all(sign.isprintable() or sign in "\n\t" for sign in value):
        return False
    match kind:
        case "CODE_COUNTRY":
            return len(value) == 3 and value.isascii() and value.isalpha() and value.isupper()
        case "ECONOMIC_OPERATOR_IDENTIFIER":
            return Siret.parse(value) is not None
        case "URL":
            return value.startswith(("https://", "http://")) and not any(sign.isspace() for sign in value)
        case "CODE":
            return value in {one.espd for one in Role}
        case _:
            return True


def summary(kept: BuyerRequest) -> dict[str, Any]:
    """The request as a file shows it."""
    return {
        "identifiant": kept.id,
        "reference": kept.reference,
        "objet": kept.title or None,
        "acheteur": kept.buyer_name or None,
        "etabli_le": kept.issued_on,
        "recu_le": written(kept.received_at),
        "sha256": kept.sha256,
        "reference_comparee": kept.compared,
        "lots": [{"numero": one.id, "intitule": one.title} for one in kept.lots],
        "criteres": [_criterion(one) for one in kept.criteria],
    }


def detail(kept: BuyerRequest, request: Request) -> dict[str, Any]:
    """The request with its questions: what may be declared, under which key, in which form, and when it is asked."""
    rows = [
        {**_criterion(told), "questions": list(_questions(asked.groups, None))}
        for told, asked in zip(kept.criteria, request.criteria, strict=True)
    ]
    return {**summary(kept), "criteres": rows}


def _criterion(one: AskedCriterion) -> dict[str, Any]:
    return {
        "code": one.code,
        "nom": one.name,
        "lots": list(one.lots),
        "exigences": [{"ligne": each.line, "libelle": each.label, "valeur": each.value} for each in one.requirements],
    }


def _questions(groups: Sequence[Group], after: dict[str, Any] | None) -> Iterator[dict[str, Any]]:
    for group in groups:
        for line in group.properties:
            if line.is_question and line.value != "EVIDENCE_IDENTIFIER":
                form = _FORMS.get(line.value, _TEXT)[0]
                yield {"cle": line.id, "libelle": line.label, "reponse": form, "si": after}
        main = next((line for line in group.properties if line.is_question and line.value == "INDICATOR"), None)
        for below in group.groups:
            opens = {"ONTRUE": True, "ONFALSE": False}.get(below.on)
            condition = {"cle": main.id, "vaut": opens} if main is not None and opens is not None else after
            yield from _questions([below], condition)
