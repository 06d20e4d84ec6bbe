# SPDX-License-Identifier: EUPL-1.2
"""The FNTP as it speaks on the wire, for tests, the sandbox and the benchmark: few companies have its card."""

import re
from collections.abc import Callable
from datetime import date, datetime

from connectors.kit.paris import PARIS
from connectors.kit.simulation import Asked, Handler, Persona, Said, World
from connectors.kit.simulation.pdf import pdf

TRAITS = {"grand_constructeur", "travaux_publics"}
_PATH = re.compile(r"/rip/sgmap/([0-9]{9})/cartepro")


def simulator(world: World, clock: Callable[[], datetime]) -> Handler:
    """The FNTP of these personas, at the clock's time."""

    def handle(asked: Asked) -> Said:
        match = _PATH.fullmatch(asked.path)
        if asked.method != "GET" or match is None:
            return Said(404, b"", "text/plain")
        if not asked.query.get("token"):
            return Said(403, b"", "text/plain")
        persona = world.by_siren.get(match[1])
        if persona is None or not TRAITS & {*persona.traits} or persona.etat != "A":
            return Said(404, b"", "text/plain")
        return Said(200, _card(persona, clock().astimezone(PARIS).date()), "application/pdf")

    return handle


def _card(persona: Persona, today: date) -> bytes:
    return pdf(f"""SIMULATEUR - document sans valeur
Carte professionnelle d'entrepreneur de travaux publics - {today.year}
Entreprise : {persona.name}
SIREN : {persona.siren}
Code NAF : {persona.naf}
Valable jusqu'au 31/12/{today.year}""")
