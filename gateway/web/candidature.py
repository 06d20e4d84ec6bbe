# SPDX-License-Identifier: EUPL-1.2
"""`/candidature/…`: a file as the company sees it fill, declares, contests and deposits. Plain HTML, no script needed.

Who comes by the portal's start link sees open data only, not even whether a refusal exists. A signed-in representative
sees everything about the companies they speak for, and acts in their own name.
"""

import time
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from fastapi import APIRouter, Request, Response

from gateway.dossier.office import Office
from gateway.dossier.refusals import refused
from gateway.dossier.telling import view
from gateway.dossier.values import Candidature
from gateway.dossier.values import Person as Author
from gateway.dossier.words import Audience
from gateway.edge.exports import Workshop, file
from gateway.exchange import House
from gateway.people.person import Person
from gateway.problems import Problem
from gateway.values import Credential
from gateway.web.door import BadForm, Checked, Form, SignedIn, Visitor, form, sign_in_path
from gateway.web.look import day, page, redirect
from gateway.web.trace import PeopleTrace

router = APIRouter(include_in_schema=False)
ADDRESS = "/candidature"
EVERY_S = 2
DEMO_TENDER_S = 30 * 86_400
STATES = {
    "en_attente": ("En attente", "attente"),
    "indisponible": ("Registre indisponible", "attente"),
    "recuperee": ("Récupéré à la source", "bien"),
    "contestee": ("Contesté", "info"),
    "declaree": ("Déclaré", "info"),
    "manquante": ("Manquant", "neutre"),
    "hors_perimetre": ("Hors périmètre", "neutre"),
    "protegee": ("Réservé à l'entreprise", "neutre"),
}
"""How a piece's state is said, and its colour."""

_NOTHING_SHOWN = {"defavorable": False, "contestation": None}


@dataclass(slots=True)
class FilePages:
    """What these pages live on; `request.app.state.files`. `demo`: the token of the sandbox's portal, "" elsewhere."""

    office: Office
    house: House
    workshop: Workshop
    trace: PeopleTrace
    demo: str


def room_of(request: Request) -> FilePages:
    """The pages' own state."""
    return cast("FilePages", request.app.state.files)


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
        dossier = await room.office.desk.open(_demo(siret, sent), consumer, "")
    except Problem as error:
        return _start(request, siret, error.faults[0].detail, error.status)
    return redirect(request, room.office.starts.path(dossier.id))


@router.get(ADDRESS + "/{identifier}")
async def watched(request: Request, identifier: str, person: Visitor) -> Response:
    """The file, as whoever reads it may see it; the page asks again by itself while registries are awaited."""
    return _shown(request, _readable(request, identifier, person), person)


@router.post(ADDRESS + "/{identifier}/declarations")
async def declared(request: Request, identifier: str, person: SignedIn, sent: Checked) -> Response:
    """The two declarations on honour, and who signs."""
    room, dossier = room_of(request), _own(request, identifier, person)
    author = _author(sent, person)
    wanted = [name for name in ("honneur_exclusions", "obligation_emploi") if sent.get(name) == "oui"]
    body: dict[str, Any] = {
        "declarations": [{"cle": name, "valeur": True} for name in wanted],
        "signataire": {"prenom": author.first_name, "nom": author.family_name, "qualite": author.quality},
    }
    await room.office.desk.declare(dossier, body, (), author)
    return redirect(request, f"{ADDRESS}/{identifier}")


@router.post(ADDRESS + "/{identifier}/contestations")
async def contested(request: Request, identifier: str, person: SignedIn, sent: Checked) -> Response:
    """What the company answers to a fact."""
    dossier = _own(request, identifier, person)
    body = {"piece": sent.text("piece", 120), "texte": sent.text("texte", 10_000)}
    await room_of(request).office.desk.contest(dossier, body, (), _author(sent, person))
    return redirect(request, f"{ADDRESS}/{identifier}")


@router.post(ADDRESS + "/{identifier}/depot")
async def deposited(request: Request, identifier: str, person: SignedIn, sent: Checked) -> Response:
    """Seal it."""
    dossier = _own(request, identifier, person)
    await room_of(request).office.desk.deposit(dossier, {}, "", _author(sent, person))
    return redirect(request, f"{ADDRESS}/{identifier}")


@router.get(ADDRESS + "/{identifier}/attestation.pdf")
async def attestation(request: Request, identifier: str, person: SignedIn) -> Response:
    """The company's own receipt of its deposit."""
    room, dossier = room_of(request), _own(request, identifier, person)
    content = await room.workshop.export(dossier, "attestation.pdf", "", None, actor=room.trace.person(person.id))
    return file(request, content, "attestation.pdf", dossier.number)


def _readable(request: Request, identifier: str, person: Person | None) -> Candidature:
    """The file, for who holds its start link or represents one of its companies. Raises 404 00700."""
    office = room_of(request).office
    if office.starts.holds(identifier, request.query_params.get("acces", "")):
        return office.files.get(identifier)
    return office.desk.of_company(identifier, person.sirens if person else ())


def _own(request: Request, identifier: str, person: Person) -> Candidature:
    """The file, for who may act for the company in whose name it is. Raises 404 00700, 403 00725."""
    dossier = room_of(request).office.desk.of_company(identifier, person.sirens)
    if dossier.lead.siren not in person.sirens:
        raise refused("00725")
    return dossier


def _author(sent: Form, person: Person) -> Author:
    """Who acts: the names they give, and how surely they signed in."""
    first, family, quality = sent.text("prenom", 100), sent.text("nom", 100), sent.text("qualite", 150)
    if not (first and family and quality):
        raise BadForm(422, "Donnez votre prénom, votre nom et votre qualité.")
    return Author(first, family, quality, "", person.acr[:100])


def _shown(request: Request, dossier: Candidature, person: Person | None) -> Response:
    room = room_of(request)
    own = person is not None and dossier.lead.siren in person.sirens
    audience = Audience.REPRESENTATIVE if own else Audience.PUBLIC
    found = view(
        dossier, audience, room.office.sheets, sirens=person.sirens if person else (),
        public_url=room.house.public_url,
    )  # fmt: skip
    # Whether a registry has answered yet is already too much to tell of a protected piece: only that it was asked.
    told = found["progression"]
    filling = not dossier.complete if own else told["interrogees"] < told["attendues"]
    headers = {"refresh": str(EVERY_S)} if filling and not own else {}
    token = request.query_params.get("acces", "")
    here = f"{ADDRESS}/{dossier.id}" + (f"?acces={token}" if token else "")
    names = (person.name if person else "").partition(" ")
    return page(
        request,
        "candidature/dossier.html",
        title=f"Candidature {dossier.number}",
        headers=headers,
        person=person,
        dossier={"motif": None, "depot": None, **found, "pieces": [_piece(one) for one in found["pieces"]]},
        etats=STATES,
        remplit=filling,
        sien=own,
        connexion=sign_in_path(here),
        adresse=f"{ADDRESS}/{dossier.id}",
        retour=room.office.returns.address(dossier) if dossier.seal else "",
        prenom=names[0],
        nom=names[2],
        declare={one.key for one in dossier.declarations if one.siret == dossier.lead.siret},
    )


def _piece(one: dict[str, Any]) -> dict[str, Any]:
    """A piece with its source and its days as people read them."""
    told = one.get("provenance") or {}
    days = [f"obtenu le {_day(told['recupere_le'])}"] if told.get("recupere_le") else []
    days += [f"valable jusqu'au {_day(told['valide_jusqu_au'])}"] if told.get("valide_jusqu_au") else []
    source = told.get("fournisseur") or one["registre"]
    return {**_NOTHING_SHOWN, **one, "source": source, "dates": ", ".join(days), "dit": told.get("dit") or ""}


def _day(written: str) -> str:
    """A day, or the day in Paris of an instant, as the API writes them."""
    return day(datetime.fromisoformat(written) if len(written) > 10 else datetime.fromisoformat(written + "T12:00:00Z"))


def _start(request: Request, siret: str = "", fault: str = "", status: int = 200) -> Response:
    demo = bool(room_of(request).demo)
    title = "Candidater avec un seul SIRET"
    return page(request, "candidature/depart.html", title=title, status=status, demo=demo, siret=siret, faute=fault)


def _demo(siret: str, sent: Form) -> dict[str, Any]:
    """What the sandbox's portal knows already: the tender, its buyer, who asks."""
    agreed = sent.get("accord") == "oui"
    person = {"prenom": "Visiteur", "nom": "du bac à sable", "qualite": "personne qui essaie cette page"}
    body: dict[str, Any] = {
        "siret": siret,
        "acheteur": {"siret": "13002526500013", "nom": "Direction interministérielle du numérique"},
        "consultation": {
            "source": "profil", "reference": "2026-ESSAI", "objet": "Consultation d'essai",
            "date_limite": time.strftime("%Y-%m-%dT12:00:00Z", time.gmtime(time.time() + DEMO_TENDER_S)),
            "procedure": "procédure ouverte",
        },
        "type_marche": "travaux",
        "certificats_anticipes": True,
    }  # fmt: skip
    return body | ({"consentement": {"par": person, "certificats_anticipes": True}} if agreed else {})
