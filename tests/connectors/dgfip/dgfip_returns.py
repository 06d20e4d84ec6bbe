# SPDX-License-Identifier: EUPL-1.2
"""What the tests of tax returns share: returns, forms and figures as Adélie writes them, and a door to one."""

from typing import Any

from connectors.kit import Siren
from connectors.kit.contract import load
from tests.connectors.kit.doors import answering

CONTRACT = load("dgfip")
SIREN = Siren("999100886")


def alone(code: object, value: object) -> dict[str, object]:
    """A figure that comes once."""
    return {"code_nref": code, "valeur": value}


def ranked(code: str, rank: object, value: object) -> dict[str, object]:
    """A figure of one of several."""
    return {"code_nref": code, "valeurs": {"indiceRepetition": rank, "valeur": value}}


def form(*figures: object, number: str = "2033F", **changed: object) -> dict[str, object]:
    """A form with these figures, and these facts changed."""
    facts: dict[str, object] = {
        "code_regime": "RS",
        "date_declaration": "2025-05-02",
        "fin_exercice": "2024-12-31",
        "duree_exercice": "365 jours",
        "millesime": "202401",
        "numero_imprime": number,
        "imprime": {"donnees": list(figures)},
    }
    return facts | changed


COMPANY = {
    "itip": "100999100886",
    "setOcfis": {"numOcfi": "200999100886", "codeObf": "IS", "ROF": "IS1", "regime": "RN"},
}
BODY = {"entreprise": COMPANY, "declarations": [form(alone("305767", "X"), number="2059F")]}


def liasse(*forms: object, company: object = COMPANY) -> Any:
    """A door to Adélie, which has this return."""
    return answering(CONTRACT, {"entreprise": company, "declarations": list(forms)})
