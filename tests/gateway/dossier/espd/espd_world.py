# SPDX-License-Identifier: EUPL-1.2
"""A response that can be written, and the pieces to make others of it. Companies and people are invented."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

from gateway.dossier.espd.criteria import Criterion, Group, Property, criteria
from gateway.dossier.espd.model import (
    Address,
    Answers,
    Buyer,
    Contact,
    EspdResponse,
    Evidence,
    EvidenceRef,
    Operator,
    Period,
    Signatory,
    Value,
)

PIECE = Evidence(
    "preuve-1", "attestation-2026-001", "https://passerelle.example/p/1", "Urssaf", "urssaf", "CONFIDENTIAL"
)
OPERATOR = Operator(
    siret="99910011800010",
    name="ATELIERS DU GRAND CHENE",
    role="sole-tenderer",
    size="small",
    address=Address("12 RUE DES CHARPENTIERS", "RENNES", "35000", "FRA"),
    contact=Contact("Éloïse Verchény", "02 99 00 00 00", "contact@grand-chene.example"),
    signatory=Signatory("Éloïse", "Verchény", "FRA"),
)
_SAMPLES: dict[str, Value] = {
    "INDICATOR": True,
    "AMOUNT": Decimal("4180500.50"),
    "DATE": date(2024, 6, 30),
    "DESCRIPTION": "Charpente de l'école du Bourg & préau « neuf » <2024>",
    "CODE": "group-lead",
    "CODE_COUNTRY": "FRA",
    "QUANTITY": Decimal("0.75"),
    "QUANTITY_INTEGER": 27,
    "QUANTITY_YEAR": 2024,
    "PERCENTAGE": Decimal("12.5"),
    "PERIOD": Period(date(2024, 1, 1), date(2024, 12, 31)),
    "URL": "https://certificats.example/42",
    "QUAL_IDENTIFIER": "Q-42",
    "ECONOMIC_OPERATOR_IDENTIFIER": "99910022500013",
    "EVIDENCE_IDENTIFIER": EvidenceRef("preuve-1"),
}


def response(*answers: Answers, **changes: object) -> EspdResponse:
    """A whole response with these answers."""
    whole = EspdResponse(
        id="DLNUF-CA-2026-000001",
        uuid="0d9e1f2a-3b4c-4d5e-8f60-718293a4b5c6",
        issued_at=datetime(2026, 11, 24, 9, 30, tzinfo=UTC),
        reference="26-100001",
        title="Réfection de la charpente de l'école du Bourg",
        procedure="open",
        buyer=Buyer("13002526500013", "Direction interministérielle du numérique"),
        operator=OPERATOR,
        lots=("LOT-0000",),
        answers=answers or (answered("crime-org", yes=False),),
        evidence=(PIECE,),
    )
    return replace(whole, **changes)  # type: ignore[arg-type]  # the tests name the fields


def answered(code: str, *, yes: bool, times: int = 1) -> Answers:
    """All that follows from answering « oui », or « non », to every question of a criterion that is asked."""
    criterion = criteria()[code]
    found: dict[str, tuple[Value, ...]] = {}
    for line in asked(criterion, yes=yes):
        value: Value = yes if line.value == "INDICATOR" else _SAMPLES[line.value]
        found[line.id] = (value,) * (times if line.value != "INDICATOR" else 1)
    return Answers(code, found)


def asked(criterion: Criterion, *, yes: bool) -> Iterator[Property]:
    """The questions that are open when each yes-or-no question has this answer."""
    for group in criterion.groups:
        yield from _open(group, yes=yes)


def _open(group: Group, *, yes: bool) -> Iterator[Property]:
    yield from (line for line in group.properties if line.is_question)
    for below in group.groups:
        if below.on != ("ONFALSE" if yes else "ONTRUE"):
            yield from _open(below, yes=yes)
