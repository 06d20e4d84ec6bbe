# SPDX-License-Identifier: EUPL-1.2
"""What people state: named, dated, kept apart from facts; each answer has the form its sheet gives it."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from gateway.dossier.countries import countries
from gateway.dossier.given import LONGEST, Given
from gateway.dossier.rules import Question
from gateway.dossier.values import Declaration, Document, Person, Signatory
from gateway.dossier.words import Answer

MOST_REFERENCES = 50
MOST_YEARS = 10
MOST_EUROS = 10**13
_COUNTRY = "Un code de pays à trois lettres (ISO 3166-1) est attendu."


def declaration(
    identifier: str, question: Question, siret: str, given: Given, by: Person, at: int, documents: Sequence[Document]
) -> Declaration | None:
    """A declaration whose value fits its question; None, and a fault noted, when it does not."""
    complaint = unfit(question, given.raw("valeur"), bool(documents))
    if complaint is not None:
        given.wrong("valeur", complaint)
        return None
    return Declaration(
        id=identifier, key=question.key, siret=siret, label=question.buyer, value=given.raw("valeur"), by=by, at=at,
        criterion=question.criteria[0] if len(question.criteria) == 1 else "", category=question.category,
        documents=tuple(documents), words=meaning(question, given.raw("valeur")),
    )  # fmt: skip


def meaning(question: Question, value: Any) -> str:
    """What a coded value says in words; "" for the others, which say it themselves."""
    if question.answer is Answer.COUNTRY:
        return countries().get(value, "")
    return question.options.get(value, "") if question.options else ""


def unfit(question: Question, value: Any, has_document: bool) -> str | None:
    """What keeps a value from being an answer to this question, in French."""
    match question.answer:
        case Answer.YES_NO:
            return None if isinstance(value, bool) else "true ou false est attendu."
        case Answer.TEXT:
            return None if _text(value) else f"Un texte d'au plus {LONGEST} caractères est attendu."
        case Answer.NUMBER:
            return None if _number(value) else "Un nombre est attendu."
        case Answer.AMOUNT:
            return None if _number(value, MOST_EUROS) else "Un montant en euros est attendu."
        case Answer.PERCENTAGE:
            return None if _number(value, 100) else "Un nombre de 0 à 100 est attendu."
        case Answer.DATE:
            return None if _day(value) else "Une date AAAA-MM-JJ est attendue."
        case Answer.YEARS:
            return None if _years(value) else "Une liste de { annee, valeur } est attendue."
        case Answer.REFERENCES:
            return None if _references(value) else ("Une liste de { intitule, client, annee, montant } est attendue.")
        case Answer.CHOICE:
            fits = isinstance(value, str) and value in question.options
            return None if fits else f"L'une de ces valeurs est attendue : {', '.join(question.options)}."
        case Answer.COUNTRY:
            return None if _country(value) else _COUNTRY
        case Answer.DOCUMENT:
            if value is not None and not _text(value):
                return "Un texte est attendu, ou rien."
            return None if has_document else "Un fichier est attendu."


def signatory(given: Given, siret: str) -> Signatory:
    """Who engages the company."""
    given.only(
        "prenom", "nom", "qualite", "courriel", "telephone", "pays", "date_naissance", "lieu_naissance",
    )  # fmt: skip
    country = given.text("pays", longest=3) or "FRA"
    if not _country(country):
        given.wrong("pays", _COUNTRY)
    birth = given.text("date_naissance", longest=10)
    if birth and not _day(birth):
        given.wrong("date_naissance", "Une date AAAA-MM-JJ est attendue.")
    return Signatory(
        siret=siret,
        first_name=given.text("prenom", needed=True, longest=100),
        family_name=given.text("nom", needed=True, longest=100),
        quality=given.text("qualite", needed=True, longest=150),
        email=given.text("courriel", longest=250),
        phone=given.text("telephone", longest=30),
        country=country,
        birth_date=birth,
        birth_place=given.text("lieu_naissance", longest=150),
    )


def _text(value: Any) -> bool:
    return (
        isinstance(value, str) and len(value.strip()) > 0 and len(value) <= LONGEST
        and all(sign.isprintable() or sign in "\n\t" for sign in value)
    )  # fmt: skip


def _number(value: Any, most: float = 1e15) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= most


def _country(value: Any) -> bool:
    return isinstance(value, str) and value in countries()


def _day(value: Any) -> bool:
    try:
        return isinstance(value, str) and date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


def _year(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 1900 <= value <= 2200


def _years(value: Any) -> bool:
    return (
        isinstance(value, list) and 0 < len(value) <= MOST_YEARS
        and all(
            isinstance(one, Mapping) and set(one) == {"annee", "valeur"} and _year(one["annee"])
            and _number(one["valeur"]) for one in value
        )
        and len({one["annee"] for one in value}) == len(value)
    )  # fmt: skip


def _references(value: Any) -> bool:
    known = {"intitule", "client", "annee", "montant"}
    return (
        isinstance(value, list) and 0 < len(value) <= MOST_REFERENCES
        and all(
            isinstance(one, Mapping) and set(one) <= known and _text(one.get("intitule")) and _text(one.get("client"))
            and _year(one.get("annee")) and ("montant" not in one or _number(one["montant"], MOST_EUROS))
            for one in value
        )
    )  # fmt: skip
