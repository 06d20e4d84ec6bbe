# SPDX-License-Identifier: EUPL-1.2
"""`/v1/candidatures/{id}/dume-acheteur`: the buyer's own ESPD request, given to a file, and read again from it.

It comes as `application/xml` with PUT, or with the opening, as the part `dume_acheteur` of a form.
"""

from collections.abc import Callable, Sequence
from typing import Any

from fastapi import FastAPI, Request, Response

from gateway.dossier.espd.questions import detail
from gateway.dossier.espd.request import MOST_BYTES, PLACE
from gateway.dossier.office import Office
from gateway.dossier.refusals import refused
from gateway.dossier.values import Candidature
from gateway.edge.bodies import bounded
from gateway.edge.candidatures import ROOT, Counter
from gateway.edge.portals import add_counted, answer
from gateway.edge.reading import Network
from gateway.exchange import House

XML = ("application/xml", "text/xml")
NOT_XML = "Le DUME de l'acheteur est envoyé tel quel, en application/xml."
_FORMATS = ("json", "xml")


def add_dume(
    app: FastAPI, office: Callable[[], Office], house: Callable[[], House], trusted: Sequence[Network]
) -> None:
    """Put the request's address on the application."""
    counter = Counter(office, house, trusted)

    async def told(dossier: Candidature) -> dict[str, Any]:
        request = await office().desk.asked(dossier)
        if dossier.request is None:
            raise refused("00700")
        return {"data": detail(dossier.request, request)}

    async def put(request: Request, identifier: str) -> Response:
        dossier = counter.found(request, identifier)
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() not in XML:
            raise refused("00714", PLACE, NOT_XML)
        after = await office().desk.ask(dossier, await bounded(request, MOST_BYTES))
        return answer(await told(after))

    async def get(request: Request, identifier: str) -> Response:
        dossier = counter.found(request, identifier)
        wanted = request.query_params.get("format", "json")
        if wanted not in _FORMATS:
            raise refused("00701", "/format", f"Écrivez l'une de ces valeurs : {', '.join(_FORMATS)}.")
        if wanted == "json":
            return answer(await told(dossier))
        headers = {
            "cache-control": "private, no-store",
            "x-content-type-options": "nosniff",
            "content-security-policy": "default-src 'none'",
            "content-disposition": 'attachment; filename="demande-acheteur.xml"',
        }
        return Response(office().desk.asked_bytes(dossier), 200, headers, "application/xml")

    path = ROOT + "/{identifier}/dume-acheteur"
    add_counted(app, path, "PUT", put)
    add_counted(app, path, "GET", get)
