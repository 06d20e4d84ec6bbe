# SPDX-License-Identifier: EUPL-1.2
"""`/candidature`: in the sandbox, a portal of one field; elsewhere, where an application begins."""

from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter, Request, Response

from gateway.dossier.refusals import refused
from gateway.problems import Problem
from gateway.values import Credential
from gateway.web.candidature.common import ADDRESS, room_of
from gateway.web.door import Form, Visitor, form
from gateway.web.look import page, redirect

router = APIRouter(include_in_schema=False)
DEMO_TENDER_S = 30 * 86_400


@router.get(ADDRESS)
async def start(request: Request, person: Visitor) -> Response:
    """The sandbox's portal: one field."""
    return _start(request)


@router.post(ADDRESS)
async def opened(request: Request) -> Response:
    """Open a file under the sandbox's portal, and watch it fill."""
    room = room_of(request)
    sent = await form(request)
    siret = "".join(sent.text("siret", 40).split())
    if not room.demo:
        raise refused("00720")
    consumer = room.house.identity.identify(Credential(room.demo, False, "127.0.0.1"))
    room.house.identity.confirm(consumer)
    try:
        dossier = await room.office.desk.open(_demo(siret, sent, room.house.now()), consumer, "")
    except Problem as error:
        return _start(
            request, siret, error.faults[0].detail, error.status, agreed=error.status == 422 and "accord" in sent
        )
    return redirect(request, room.office.starts.path(dossier.id))


def _start(request: Request, siret: str = "", fault: str = "", status: int = 200, *, agreed: bool = False) -> Response:
    return page(
        request,
        "candidature/depart.html",
        title=f"{'Erreur : ' if fault else ''}Candidater avec un seul SIRET",
        status=status,
        demo=bool(room_of(request).demo),
        siret=siret,
        faute=fault,
        accord=agreed,
    )


def _demo(siret: str, sent: Form, now: float) -> dict[str, Any]:
    """What the sandbox's portal knows already: the tender, its buyer, who asks."""
    agreed = sent.get("accord") == "oui"
    person = {"prenom": "Visiteur", "nom": "du bac à sable", "qualite": "personne qui essaie cette page"}
    body: dict[str, Any] = {
        "siret": siret,
        "acheteur": {"siret": "13002526500013", "nom": "Direction interministérielle du numérique"},
        "consultation": {
            "source": "profil", "reference": "2026-ESSAI", "objet": "Consultation d'essai",
            "date_limite": f"{datetime.fromtimestamp(now + DEMO_TENDER_S, UTC):%Y-%m-%dT12:00:00Z}",
            "procedure": "procédure ouverte",
        },
        "type_marche": "travaux",
        "certificats_anticipes": True,
    }  # fmt: skip
    return body | ({"consentement": {"par": person, "certificats_anticipes": True}} if agreed else {})
