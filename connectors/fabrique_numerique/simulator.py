# SPDX-License-Identifier: EUPL-1.2
"""The collective agreements as the registry tells them on the wire, for tests, the sandbox and the benchmark."""

import re
from collections.abc import Callable
from datetime import datetime

from connectors.kit.simulation import Asked, Handler, Persona, Said, World, json_said

_SIRET = re.compile(r"/([0-9]{14})", re.ASCII)

TITLES = {
    16: ("Transports routiers et activités auxiliaires", "1950-12-21"),
    184: ("Imprimeries de labeur et industries graphiques", "1956-05-29"),
    1486: ("Bureaux d'études techniques et sociétés de conseils", "1987-12-15"),
    1516: ("Organismes de formation", "1988-06-10"),
    1518: ("Métiers de l'éducation, de la culture, des loisirs et de l'animation", "1988-06-28"),
    1596: ("Bâtiment, entreprises occupant jusqu'à dix salariés (ouvriers)", "1990-10-08"),
    1597: ("Bâtiment, entreprises occupant plus de dix salariés (ouvriers)", "1990-10-08"),
    1702: ("Travaux publics (ouvriers)", "1992-12-15"),
    2420: ("Bâtiment (cadres)", "2004-06-01"),
    2609: ("Bâtiment (employés, techniciens et agents de maîtrise)", "2006-07-12"),
    3043: ("Entreprises de propreté et services associés", "2011-07-26"),
}
"""The agreements' numbers and dates are real, their titles shortened."""

BY_ACTIVITY = {"18": (184,), "41": (1597, 1702, 2420, 2609), "42": (1702,), "43": (1597,), "49": (16,), "70": (1486,),
               "71": (1486,), "81": (3043,), "85": (1516,), "94": (1518,)}  # fmt: skip
"""The agreements of a division of activities; a company that employs nobody applies none."""


def simulator(world: World, clock: Callable[[], datetime]) -> Handler:
    """The registry for these personas; the clock does not matter to it."""

    def handle(asked: Asked) -> Said:
        found = _SIRET.fullmatch(asked.path)
        if asked.method != "GET" or not found:
            return json_said({"message": "adresse inconnue"}, 404)
        siret = found[1]
        persona = world.by_siret.get(siret)
        numbers = _numbers(persona) if persona else ()
        # Old and new spellings both occur: the company's first agreement speaks the old one.
        rows = [_row(number, old=rank == 0) for rank, number in enumerate(numbers)]
        return json_said([{"siret": siret, "conventions": rows}])

    return handle


def _numbers(persona: Persona) -> tuple[int, ...]:
    if persona.etat != "A" or persona.effectif is None or persona.redirige_vers:
        return ()
    return BY_ACTIVITY.get(persona.naf[:2], ())


def _row(number: int, *, old: bool) -> dict[str, object]:
    title, day = TITLES[number]
    identifier = f"KALICONT{number:012d}"
    return {
        "active": True,
        "date_publi": f"{day}T00:00:00.000Z",
        "effectif": 1000 * number,
        "etat": "VIGUEUR_ETEN" if old else "vigueur_etendue",
        "id": identifier,
        "mtime": 1_700_000_000,
        "nature": "IDCC",
        "num": number,
        "shortTitle": title,
        "texte_de_base": f"KALITEXT{number:012d}",
        "title": f"Convention collective nationale : {title} ",
        "url": f"https://www.legifrance.gouv.fr/affichIDCC.do?idConvention={identifier}",
        "synonymes": [],
    }
