# SPDX-License-Identifier: EUPL-1.2
"""OPQIBI as it speaks on the wire, for tests, the sandbox and the benchmark.

It qualified the builder and an engineering firm, nobody else.
"""

import re
from collections.abc import Callable
from datetime import date, datetime

from connectors.kit.paris import PARIS
from connectors.kit.simulation import Asked, Handler, Persona, Said, World, json_said

TRAITS = {"grand_constructeur", "ingenierie"}
_PATH = re.compile(r"/certificats/([0-9]{9})")


def simulator(world: World, clock: Callable[[], datetime]) -> Handler:
    """OPQIBI for these personas, at the clock's time."""

    def handle(asked: Asked) -> Said:
        match = _PATH.fullmatch(asked.path)
        persona = world.by_siren.get(match[1]) if match and asked.method == "GET" else None
        if persona is None or not TRAITS & {*persona.traits} or persona.etat != "A":
            # Not JSON, and not the HTML it is labelled as either.
            return Said(404, "aucun certificat sous ce numéro".encode(), "text/html; charset=UTF-8")
        return json_said(_certificate(persona, clock().astimezone(PARIS).date()))

    return handle


def _certificate(persona: Persona, today: date) -> dict[str, object]:
    year = today.year
    return {
        "numero_certificat": f"{year % 100:02d} 01 {persona.siren[-4:]}",
        "date_de_delivrance_du_certificat": f"01/01/{year}",
        "duree_de_validite_du_certificat": "valable un an",
        "assurance": "Mutuelle d'essai du bâtiment",
        "url": f"https://opqibi.example/fiche/{persona.siren[-4:]}",
        "qualifications": [
            _qualification("1202", "Étude de structures béton courantes", "Études d'exécution du gros œuvre", "0"),
            _qualification("1905", "Audit énergétique des bâtiments", "Audits de bâtiments tertiaires", "1"),
        ],
        "date_de_validite_des_qualification": f"31/12/{year + 2}",
        "qualifications_probatoires": [
            _qualification("2012", "Ingénierie des installations solaires", "Conception des installations", "0"),
        ],
        "date_de_validite_des_qualifications_probatoires": f"31/12/{year}",
    }


def _qualification(code: str, name: str, definition: str, rge: str) -> dict[str, str]:
    return {"CodeQualification": code, "Nom": name, "Definition": definition, "rge": rge}
