# SPDX-License-Identifier: EUPL-1.2
"""The MSA as it speaks on the wire: one letter for where an establishment stands.

It knows few of the personas, as few of them have to do with agriculture: the farm, the shared gardens, the large
builder and its green spaces, and those that are not in order with the Urssaf, which are not in order here either.
"""

import re
from collections.abc import Callable
from datetime import datetime

from connectors.kit.simulation import Asked, Handler, Persona, Said, World, json_said

UP_TO_DATE, OUTDATED, LOOKED_AT, UNKNOWN = "O", "N", "A", "S"
_SIRET = re.compile(r"/([0-9]{14})", re.ASCII)


def simulator(world: World, clock: Callable[[], datetime]) -> Handler:
    """The MSA of these personas; the time changes nothing in it."""

    def handle(asked: Asked) -> Said:
        wanted = _SIRET.fullmatch(asked.path)
        if asked.method != "GET" or not wanted:
            return json_said({"Erreur": {"Code": "soap:Client", "Message": "404 Not Found"}}, 404)
        letter = _letter(world.by_siret.get(wanted[1]))
        return json_said({"TopRMPResponse": {"identifiantDebiteur": wanted[1], "topRegMarchePublic": letter}})

    return handle


def _letter(persona: Persona | None) -> str:
    if persona is None or persona.redirige_vers:
        return UNKNOWN
    if persona.urssaf == "refus" and persona.liquidation is None:
        return OUTDATED
    if persona.urssaf == "analyse":
        return LOOKED_AT
    return UP_TO_DATE if {"association", "agriculture", "tous_certificats"} & set(persona.traits) else UNKNOWN
