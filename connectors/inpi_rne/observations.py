# SPDX-License-Identifier: EUPL-1.2
"""The remarks made about a company, in an extract: those of the commercial register, and of the crafts register."""

from connectors.inpi_rne.reading import child, children, day, written
from connectors.inpi_rne.schemas import Observation
from connectors.kit.wire import Wire, text


def remarks(content: Wire) -> list[Observation]:
    """The remarks as published: newest first, those without a date last."""
    found: list[Observation] = [
        {
            "fournisseur": "rcs",
            "numero": written(row, "numObservation"),
            "date": day(row, "dateAjout"),
            "texte": text(row, "texte"),
        }
        for row in children(child(content, "personneMorale", "observations"), "rcs")
    ]
    found += [
        {
            "fournisseur": "rnm",
            "numero": None,
            "date": day(row, "dateEffet"),
            "texte": text(row, "observationComplementaire"),
        }
        for row in children(content, "inscriptionsOffices")
    ]
    return sorted(found, key=lambda one: one["date"] or "", reverse=True)
