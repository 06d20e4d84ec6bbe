# SPDX-License-Identifier: EUPL-1.2
"""A file that answers a buyer's request, and what people would declare to complete it."""

import re
from dataclasses import replace
from typing import Any

from gateway.dossier.company import Company
from gateway.dossier.espd.fitting import fitted
from gateway.dossier.espd.from_dossier import espd_of
from gateway.dossier.espd.missing import missing
from gateway.dossier.espd.model import EspdResponse
from gateway.dossier.espd.request import Request, read
from gateway.dossier.values import Candidature, Item
from gateway.dossier.words import Source
from tests.gateway.dossier.dossier_world import COMPANY, NOW, TENDER, candidature, declaration
from tests.gateway.dossier.espd.requests_world import REFERENCE, UUID, request

WHOLE = request()
TURNOVER = "C29_SC_gen-year-to"


def kept(found: Request, dossier: Candidature | None = None) -> Any:
    return fitted(found, dossier or asked_file(request=None), "a" * 64, len(WHOLE), NOW)


def asked_file(content: bytes = WHOLE, **changes: Any) -> Candidature:
    tender = replace(TENDER, source=Source.PROFILE, reference=REFERENCE)
    found = candidature(tender=tender)
    if "request" not in changes:
        found = replace(found, request=kept(read(content), found))
    return replace(found, **changes)


def responding(dossier: Candidature, content: bytes = WHOLE, lot: str | None = None) -> EspdResponse:
    def shown(item: Item) -> str:
        return f"https://passerelle.example/receipts/{item.key}"

    return espd_of(dossier, dossier.lead, COMPANY, lot, UUID, NOW, shown, read(content))


def completed(dossier: Candidature, content: bytes = WHOLE, lot: str | None = None) -> Candidature:
    """The file once a person has answered what lacks, again and again: one answer opens other questions."""
    for _ in range(6):
        response = responding(dossier, content, lot)
        asked = {one.id: one for two in response.known().values() for one in two.questions()}
        lines = [asked[one.field] for one in missing(response) if one.field in asked]
        if not lines:
            return dossier
        said = tuple(declaration(line.id, SAID[line.value], dossier.lead.siret) for line in lines)
        dossier = replace(dossier, declarations=(*dossier.declarations, *said))
    raise AssertionError(missing(responding(dossier, content, lot)))


SAID: dict[str, Any] = {
    "INDICATOR": True, "AMOUNT": 1_500_000.5, "QUANTITY": 0.75, "PERCENTAGE": 40, "QUANTITY_INTEGER": 3,
    "QUANTITY_YEAR": 2025, "DATE": "2020-02-03", "PERIOD": {"du": "2024-01-01", "au": "2024-12-31"},
    "DESCRIPTION": "Trois scieurs & <deux> grues", "CODE_COUNTRY": "FRA", "URL": "https://liste.example/1",
    "ECONOMIC_OPERATOR_IDENTIFIER": "99910022500013", "QUAL_IDENTIFIER": "Q-42", "CODE": "group-mem",
}  # fmt: skip


def espd_of_nothing(dossier: Candidature) -> EspdResponse:
    """What is known of a company of which nothing is known."""
    return espd_of(dossier, dossier.lead, Company(dossier.lead.siret, None), None, UUID, NOW, lambda _: "", read(WHOLE))


def code_of(field: str) -> str:
    return re.sub(r"^C\d+_[A-Z]+_", "", field.split("/")[0])
