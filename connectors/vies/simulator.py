# SPDX-License-Identifier: EUPL-1.2
"""VIES as it speaks on the wire about French numbers, for tests, the sandbox and the benchmark."""

import re
from collections.abc import Callable
from datetime import UTC, datetime

from connectors.kit.simulation import Asked, Handler, Persona, Said, World, json_said

_NUMBER = re.compile(r"/([0-9]{2})([0-9]{9})", re.ASCII)
TAXABLE = frozenset({"a_jour", "refus"})
"""A company that the tax administration follows for its taxes has a number; the others have none."""


def simulator(world: World, clock: Callable[[], datetime]) -> Handler:
    """VIES for these personas, at the clock's time."""

    def handle(asked: Asked) -> Said:
        found = _NUMBER.fullmatch(asked.path)
        if asked.method != "GET":
            return Said(405)
        if not found:
            return json_said(_body(asked.path[1:15], "INVALID_INPUT", clock(), None))
        key, siren = found.groups()
        persona = world.by_siren.get(siren)
        right = int(key) == (12 + 3 * (int(siren) % 97)) % 97
        known = persona if persona and right and _liable(persona) else None
        return json_said(_body(key + siren, "VALID" if known else "INVALID", clock(), known))

    return handle


def _liable(persona: Persona) -> bool:
    return persona.dgfip in TAXABLE and not persona.redirige_vers and not persona.interdite


def _body(number: str, said: str, now: datetime, persona: Persona | None) -> dict[str, object]:
    shown = persona is not None and not persona.natural_person
    place = persona.adresse if persona else None
    where = f"{place.numero} {place.type_voie} {place.voie}\n{place.code_postal} {place.commune}" if place else ""
    parts = ("Name", "Street", "PostalCode", "City", "CompanyType")
    approximate: dict[str, object] = {part[0].lower() + part[1:]: "---" for part in parts}
    return {
        "isValid": said == "VALID",
        "requestDate": now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z"),
        "userError": said,
        # France shows nothing of natural persons.
        "name": (persona.name if shown and persona else "---") if said == "VALID" else "",
        "address": (where if shown else "---") if said == "VALID" else "",
        "requestIdentifier": "",
        "vatNumber": number,
        "viesApproximate": approximate | {f"match{part}": 3 for part in parts},
    }
