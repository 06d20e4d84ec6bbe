# SPDX-License-Identifier: EUPL-1.2
"""Answers to the buyer's own ESPD request in the played example: those of an invented person in good standing.

A real person answers what is true. Here every figure and text is invented, and « by itself? » is yes.
"""

import time
from typing import Any

import httpx

MOST_ROUNDS = 6
"""An answer may open other questions: they are asked again so many times."""


def demanded(client: httpx.Client, address: str) -> dict[str, str]:
    """The form of the answer to each question of the buyer, by its key."""
    asked = client.get(f"{address}/dume-acheteur").json()["data"]["criteres"]
    return {row["cle"]: row["reponse"] for one in asked for row in one["questions"]}


def lacking(answer: httpx.Response) -> list[str]:
    """What the ESPD lacks, by the names of its fields: before the deposit, its export tells."""
    if answer.status_code != 409:
        return []
    return [one["source"]["pointer"].removeprefix("/") for one in answer.json()["errors"]]


def answers(fields: list[str], forms: dict[str, str]) -> list[dict[str, Any]]:
    """Declarations for those of the fields that are questions of the buyer."""
    year = time.gmtime().tm_year - 1
    values: dict[str, Any] = {
        "oui_non": True,
        "montant": 1_500_000,
        "nombre": 1,
        "pourcentage": 10,
        "entier": year,
        "date": f"{year}-01-15",
        "periode": {"du": f"{year}-01-01", "au": f"{year}-12-31"},
        "texte": "Voir le mémoire de l'entreprise.",
        "adresse": "https://entreprise.example/",
        "pays": "FRA",
        "siret": "99910022500013",
        "code": "sole-tenderer",
    }
    return [{"cle": key, "valeur": values[forms[key]]} for key in fields if key in forms]
