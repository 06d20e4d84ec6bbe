# SPDX-License-Identifier: EUPL-1.2
"""ADEME's data set as it speaks on the wire, for tests, the sandbox and the benchmark.

The builder has several current certificates, the joinery, the masons and the electricians one each, and another joinery
one that lapsed.
"""

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta

from connectors.kit.paris import PARIS
from connectors.kit.simulation import Asked, Handler, Persona, Said, World, json_said

_QUESTION = re.compile(r"siret:([0-9]{14}) AND traitement_termine:false")
Row = dict[str, object]

INSULATION = ("7131M12D105", "Isolation thermique par l'intérieur", "Isolation des combles perdus")
WALLS = ("7141M12D110", "Isolation thermique par l'extérieur", "Isolation des murs par l'extérieur")
WINDOWS = ("3511M12D103", "Pose de menuiseries extérieures", "Fenêtres, volets, portes donnant sur l'extérieur")
SOLAR = ("QPV36", "Solaire photovoltaïque", "Panneaux solaires photovoltaïques")
WORKS = {
    "grand_constructeur": (INSULATION, WALLS, WINDOWS),
    "saine": (WINDOWS,),
    "refus_urssaf": (WINDOWS,),
    "electricite": (SOLAR,),
    "rge": (WALLS,),
}
LAPSED = "refus_urssaf"


def simulator(world: World, clock: Callable[[], datetime]) -> Handler:
    """The data set about these personas, at the clock's time."""

    def handle(asked: Asked) -> Said:
        if asked.method != "GET" or asked.path not in ("", "/"):
            return _words("Adresse inconnue", 404)
        if not asked.headers.get("x-apikey") or not asked.headers.get("referer"):
            return _words("Clé d'accès refusée", 401)
        question, size = _QUESTION.fullmatch(asked.query.get("qs", "")), asked.query.get("size", "")
        if question is None or not (size.isascii() and size.isdigit()):
            return _words("Question mal écrite", 400)
        persona = world.by_siret.get(question[1])
        rows = _lines(persona, clock().astimezone(PARIS).date()) if persona and persona.siret == question[1] else []
        current = [row for row in rows if not row["traitement_termine"]]
        return json_said({"total": len(current), "results": current[: int(size)]})

    return handle


def _words(text: str, status: int) -> Said:
    return Said(status, text.encode(), "text/plain; charset=utf-8")


def _lines(persona: Persona, today: date) -> list[Row]:
    works = next((works for trait, works in WORKS.items() if trait in persona.traits), ())
    if persona.etat != "A" or persona.redirige_vers:
        return []
    return [_line(persona, work, rank, today) for rank, work in enumerate(works, 1)]


def _line(persona: Persona, work: tuple[str, str, str], rank: int, today: date) -> Row:
    code, name, field = work
    over = LAPSED in persona.traits
    body = "qualifelec" if "electricite" in persona.traits else "qualibat"
    end = today - timedelta(days=90) if over else date(today.year + 1, 12, 31)
    start, read = date(end.year - 4, 1, 1), today - timedelta(days=1)
    return {
        "siret": persona.siret,
        "nom_entreprise": persona.name,
        "adresse": f"{persona.adresse.numero} {persona.adresse.type_voie} {persona.adresse.voie}",
        "code_postal": persona.adresse.code_postal,
        "commune": persona.adresse.commune,
        "telephone": "00 00 00 00 00",
        "email": "contact@entreprise.example",
        "site_internet": "https://entreprise.example",
        "organisme": body,
        "nom_certificat": f"{body.upper()}-RGE",
        "url_qualification": f"https://{body}.example/fichier?fn={start.year}\\{persona.siren}-{rank}.pdf",
        "code_qualification": code,
        "nom_qualification": f"{name} ({code})",
        "domaine": field,
        "meta_domaine": "Travaux d'efficacité énergétique",
        "particulier": True,
        "traitement_termine": over,
        "date_debut": read.isoformat(),
        "date_fin": end.isoformat(),
        "lien_date_debut": start.isoformat(),
        "lien_date_fin": end.isoformat(),
        "_updatedAt": f"{read.isoformat()}T04:10:00.000Z",
        "_id": f"Q{persona.siren}-{code}-{read.isoformat()}",
        "_i": rank,
        "_score": None,
    }
