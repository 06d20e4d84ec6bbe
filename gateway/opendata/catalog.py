# SPDX-License-Identifier: EUPL-1.2
"""The usage as files that are harvested: CSV, JSON, and a DCAT catalogue (JSON-LD) that data.gouv.fr reads."""

import csv
import io
from collections.abc import Mapping, Sequence

from gateway.opendata.cells import OTHERS
from gateway.opendata.usage import Month, as_data

LICENCE = "https://www.etalab.gouv.fr/licence-ouverte-open-licence"
TITLE = "Consultations par la passerelle « Dites-le-nous une fois »"
ABOUT = (
    "Nombre de réponses données par finalité, registre et mois. Chaque nombre concerne au moins k entreprises "
    "différentes ; les plus petits sont réunis sous « autres ». Chaque mois porte le point de contrôle signé du "
    "journal sous lequel il a été compté."
)
_COLUMNS = (
    *("mois", "finalite", "finalite_titre", "registre", "consultations", "entreprises", "k"),
    *("journal_premier", "journal_fin", "journal_taille", "journal_racine"),
)


def table(months: Sequence[Month], titles: Mapping[str, str]) -> str:
    """One line a count (RFC 4180, UTF-8)."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(_COLUMNS)
    for month in months:
        head = month.head
        for one in month.cells:
            title = OTHERS if one.purpose == OTHERS else titles.get(one.purpose, one.purpose)
            writer.writerow(
                (
                    *(month.month, one.purpose, title, one.registry, one.count, one.companies, month.k),
                    *(month.first, month.stop, head.size, head.root.hex()),
                )
            )
    return text.getvalue()


def data(months: Sequence[Month], titles: Mapping[str, str]) -> dict[str, object]:
    """The same as JSON, with the whole signed checkpoints."""
    return {"title": TITLE, "licence": LICENCE, "purposes": dict(titles), "months": [as_data(one) for one in months]}


def catalogue(months: Sequence[Month], address: str) -> dict[str, object]:
    """The DCAT catalogue, with one dataset and its two distributions. `address`: the public one."""
    here = f"{address}/opendata"
    files = [("usage.csv", "text/csv", "CSV"), ("usage.json", "application/json", "JSON")]
    dataset: dict[str, object] = {
        "@id": f"{here}/usage",
        "@type": "dcat:Dataset",
        "dct:title": {"@language": "fr", "@value": TITLE},
        "dct:description": {"@language": "fr", "@value": ABOUT},
        "dct:identifier": f"{here}/usage",
        "dct:language": {"@id": "http://publications.europa.eu/resource/authority/language/FRA"},
        "dct:accrualPeriodicity": {"@id": "http://publications.europa.eu/resource/authority/frequency/MONTHLY"},
        "dct:license": {"@id": LICENCE},
        "dct:publisher": _publisher(address),
        "dcat:landingPage": {"@id": here},
        "dcat:keyword": ["dites-le-nous une fois", "échange de données", "transparence", "administration"],
        "dcat:distribution": [
            {
                "@id": f"{here}/{name}",
                "@type": "dcat:Distribution",
                "dct:title": {"@language": "fr", "@value": f"{TITLE} ({words})"},
                "dct:format": words,
                "dct:license": {"@id": LICENCE},
                "dcat:accessURL": {"@id": here},
                "dcat:downloadURL": {"@id": f"{here}/{name}"},
                "dcat:mediaType": media_type,
            }
            for name, media_type, words in files
        ],
    }
    if months:
        dataset["dct:temporal"] = {
            "@type": "dct:PeriodOfTime",
            "dcat:startDate": {"@type": "xsd:gYearMonth", "@value": months[0].month},
            "dcat:endDate": {"@type": "xsd:gYearMonth", "@value": months[-1].month},
        }
    return {
        "@context": {
            "dcat": "http://www.w3.org/ns/dcat#",
            "dct": "http://purl.org/dc/terms/",
            "foaf": "http://xmlns.com/foaf/0.1/",
            "xsd": "http://www.w3.org/2001/XMLSchema#",
        },
        "@id": f"{here}/catalog.jsonld",
        "@type": "dcat:Catalog",
        "dct:title": {"@language": "fr", "@value": "Données ouvertes de la passerelle « Dites-le-nous une fois »"},
        "dct:description": {"@language": "fr", "@value": "Usage de la passerelle, sans donnée sur les entreprises."},
        "dct:publisher": _publisher(address),
        "dct:license": {"@id": LICENCE},
        "foaf:homepage": {"@id": address},
        "dcat:dataset": [dataset],
    }


def _publisher(address: str) -> dict[str, object]:
    return {"@id": address, "@type": "foaf:Organization", "foaf:name": "Passerelle « Dites-le-nous une fois »"}
