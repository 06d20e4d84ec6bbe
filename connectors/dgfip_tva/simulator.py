# SPDX-License-Identifier: EUPL-1.2
"""The State's open data portal as it speaks on the wire about VAT numbers, for tests, the sandbox and the benchmark."""

import re
from collections.abc import Callable
from datetime import datetime

from connectors.dgfip_tva.reading import CATALOGUE, RESOURCE
from connectors.kit.identifiers import vat_number
from connectors.kit.simulation import Asked, Handler, Said, World, json_said

_NUMBER = re.compile(r"[0-9]{2}([0-9]{9})", re.ASCII)
TAXABLE = frozenset({"a_jour", "refus"})
"""A company that the tax administration follows for its taxes has a number; the others have none."""


def simulator(world: World, clock: Callable[[], datetime]) -> Handler:
    """The portal for these personas; its file is of the first day of the clock's month."""

    def handle(asked: Asked) -> Said:
        if asked.method != "GET":
            return Said(405)
        if asked.path == f"/{CATALOGUE}/api/2/datasets/resources/{RESOURCE}/":
            return json_said({"resource": {"last_modified": f"{clock():%Y-%m}-01T11:00:00+00:00"}})
        if asked.path != f"/api/resources/{RESOURCE}/data/":
            return json_said({"message": "not found"}, 404)
        number = asked.query.get("vat_no__exact", "")
        rows = [{"vat_no": number}] if _listed(number, world) else []
        return json_said({"data": rows, "meta": {"page": 1, "page_size": 1, "total": len(rows)}})

    return handle


def _listed(number: str, world: World) -> bool:
    found = _NUMBER.fullmatch(number)
    persona = world.by_siren.get(found[1]) if found else None
    if persona is None or vat_number(persona.siren) != f"FR{number}":
        return False
    return persona.dgfip in TAXABLE and not persona.redirige_vers and not persona.interdite
