# SPDX-License-Identifier: EUPL-1.2
"""BOAMP's portal as it speaks on the wire, for tests, the sandbox and the benchmark.

The water syndicate calls for tenders, and awarded an earlier contract to the large builder.
"""

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta

from connectors.kit.paris import PARIS
from connectors.kit.simulation import Asked, Handler, Said, World, json_said

PATH = "/api/explore/v2.1/catalog/datasets/boamp/records"
OPEN, AWARDED = "26-99127", "25-99886"
BUYER, BUILDER = "999100779", "999100886"
_WHERE = re.compile(r"idweb='([0-9A-Za-z-]+)'", re.ASCII)


def simulator(world: World, clock: Callable[[], datetime]) -> Handler:
    """The portal for these personas, at the clock's time."""

    def handle(asked: Asked) -> Said:
        if asked.method != "GET" or asked.path != PATH:
            return json_said({"error_code": "NotFound", "message": "unknown dataset"}, 404)
        found = _WHERE.fullmatch(asked.query.get("where", ""))
        if not found:
            return json_said({"error_code": "ODSQLError", "message": "bad where clause"}, 400)
        notices = _notices(world, clock().astimezone(PARIS).date())
        rows = [row for row in notices if row["idweb"] == found[1]]
        return json_said({"total_count": len(rows), "results": rows})

    return handle


def _notices(world: World, today: date) -> list[dict[str, object]]:
    buyer, builder = world.by_siren.get(BUYER), world.by_siren.get(BUILDER)
    if buyer is None or builder is None:
        return []
    published, awarded = today - timedelta(days=6), today - timedelta(days=150)
    common: dict[str, object] = {
        "nomacheteur": buyer.name,
        "code_departement": [buyer.adresse.code_postal[:2]],
        "type_marche": ["TRAVAUX"],
        "annonce_lie": None,
        "etat": "INITIAL",
    }
    return [
        common
        | {
            "idweb": OPEN,
            "id": OPEN,
            "objet": "Renouvellement du réservoir d'eau potable de Valclair",
            "dateparution": published.isoformat(),
            "datelimitereponse": f"{today + timedelta(days=30)}T12:00:00+00:00",
            "nature": "APPEL_OFFRE",
            "titulaire": None,
            "url_avis": f"https://www.boamp.fr/pages/avis/?q=idweb:{OPEN}",
        },
        common
        | {
            "idweb": AWARDED,
            "id": AWARDED,
            "objet": "Construction de la station de pompage de Valclair",
            "dateparution": awarded.isoformat(),
            "datelimitereponse": None,
            "nature": "ATTRIBUTION",
            "titulaire": [builder.name],
            "url_avis": f"https://www.boamp.fr/pages/avis/?q=idweb:{AWARDED}",
        },
    ]
