# SPDX-License-Identifier: EUPL-1.2
"""BODACC's portal as it speaks on the wire, for tests, the sandbox and the benchmark.

Companies with accounts published them; one is being wound up; the closed one was, then was removed.
"""

import json
import re
from collections.abc import Callable
from datetime import date, datetime, timedelta

from connectors.kit.simulation import Asked, Handler, Persona, Said, World, json_said

PATH = "/api/explore/v2.1/catalog/datasets/annonces-commerciales/records"
_WHERE = re.compile(r"registre='([0-9]{9})'", re.ASCII)


def simulator(world: World, clock: Callable[[], datetime]) -> Handler:
    """The portal for these personas; the clock does not matter to it."""

    def handle(asked: Asked) -> Said:
        if asked.method != "GET" or asked.path != PATH:
            return json_said({"error_code": "NotFound", "message": "unknown dataset"}, 404)
        found = _WHERE.fullmatch(asked.query.get("where", ""))
        if not found:
            return json_said({"error_code": "ODSQLError", "message": "bad where clause"}, 400)
        persona = world.by_siren.get(found[1])
        rows = _notices(persona) if persona and not persona.redirige_vers and not persona.interdite else []
        return json_said({"total_count": len(rows), "results": rows})

    return handle


def _notices(persona: Persona) -> list[dict[str, object]]:
    if persona.fermeture:
        removed = date.fromisoformat(persona.fermeture)
        judgment = {
            "type": "initial",
            "famille": "Jugement de clôture",
            "nature": "Jugement de clôture pour insuffisance d'actif",
            "date": (removed - timedelta(days=10)).isoformat(),
            "complementJugement": "Clôture de la liquidation judiciaire.",
        }
        return [
            _notice(persona, "B", removed, "radiation", "Radiations", {}),
            _notice(persona, "A", removed - timedelta(days=3), "collective", "Procédures collectives",
                    {"jugement": json.dumps(judgment)}),
        ]  # fmt: skip
    if persona.natural_person:
        return []
    filed = [
        _notice(persona, "C", date(year + 1, 7, 20), "dpc", "Dépôts des comptes",
                {"depot": json.dumps({"dateCloture": f"{year}-12-31", "typeDepot": "Comptes annuels et rapports"})})
        for year, _ in persona.ca
    ]  # fmt: skip
    if persona.liquidation is None:
        return filed
    decided = date.fromisoformat(persona.liquidation)
    judgment = {
        "type": "initial",
        "famille": "Jugement d'ouverture",
        "nature": "Jugement d'ouverture de liquidation judiciaire",
        "date": decided.isoformat(),
        "complementJugement": "Jugement prononçant la liquidation judiciaire.",
    }
    return [
        _notice(persona, "A", decided + timedelta(days=9), "collective", "Procédures collectives",
                {"jugement": json.dumps(judgment)}),
        *filed,
    ]  # fmt: skip


def _notice(
    persona: Persona, bulletin: str, published: date, family: str, words: str, more: dict[str, object]
) -> dict[str, object]:
    spaced = f"{persona.siren[:3]} {persona.siren[3:6]} {persona.siren[6:]}"
    identifier = f"{bulletin}{published:%Y%m%d}{persona.siren[-4:]}"
    person = {
        "typePersonne": "pm",
        "numeroImmatriculation": {"numeroIdentification": spaced, "codeRCS": "RCS"},
        "denomination": persona.name,
        "formeJuridique": f"Catégorie {persona.categorie_juridique}",
    }
    return {
        "id": identifier,
        "publicationavis": bulletin,
        "familleavis": family,
        "familleavis_lib": words,
        "typeavis": "annonce",
        "dateparution": published.isoformat(),
        "tribunal": f"Greffe du tribunal de commerce de {persona.adresse.commune.capitalize()}",
        "registre": [persona.siren, spaced],
        "commercant": persona.name,
        "listepersonnes": json.dumps({"personne": person}, ensure_ascii=False),
        "jugement": None,
        "depot": None,
        "url_complete": f"https://www.bodacc.fr/pages/annonces-commerciales-detail/?q.id=id:{identifier}",
        **more,
    }
