# SPDX-License-Identifier: EUPL-1.2
"""`/candidater/…`: where a company begins an application on a portal's market, by typing its SIRET.

Behind the portal's signed link, for that application only. Who holds it says which company applies and that it agrees;
the file then opens under the portal's habilitation, and its page shows open data until a representative signs in.
"""

from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter, Request, Response

from connectors.kit import Siret
from gateway.dossier.markets import Application, Market
from gateway.dossier.refusals import refused
from gateway.dossier.values import Candidature
from gateway.dossier.words import Standing
from gateway.people.person import Person
from gateway.problems import Problem
from gateway.web.candidature import FilePages, room_of
from gateway.web.candidature.consent import EARLY
from gateway.web.door import Form, Visitor, form
from gateway.web.look import page, redirect

router = APIRouter(include_in_schema=False)
ADDRESS = "/candidater"
AGREEMENT = "L'entreprise accepte que ses données soient réunies pour cette candidature."
FIELDS = (("prenom", 100), ("nom", 100), ("qualite", 150), ("courriel", 250))


@router.get(ADDRESS + "/{identifier}")
async def asked(request: Request, identifier: str, person: Visitor) -> Response:
    """One field, and an agreement; or the file, once it is there."""
    room, on, one = _linked(request, identifier)
    if (file := _under_way(room, one)) is not None:
        return redirect(request, room.office.starts.path(file.id))
    on.open_to_all(room.office.markets.now())
    earlier = room.office.markets.file(one)
    why = {"": earlier.refusal[1]} if earlier is not None and earlier.refusal is not None else {}
    return _form(request, on, one, {"siret": one.siret}, (), why)


@router.post(ADDRESS + "/{identifier}")
async def begun(request: Request, identifier: str, person: Visitor) -> Response:
    """The file begins, and its page is shown."""
    room, on, one = _linked(request, identifier)
    sent = await form(request)
    given = {"siret": one.siret if _fixed(one) else "".join(sent.text("siret", 40).split())}
    given |= {name: sent.text(name, most) for name, most in FIELDS}
    if (file := _under_way(room, one)) is not None:
        return redirect(request, room.office.starts.path(file.id))
    lots = sent.all("lots")
    ticked = [name for name in ("accord", "anticipes") if sent.get(name) == "oui"]
    if wrong := _wrong(given, sent):
        return _form(request, on, one, given, lots, wrong, 422, ticked)
    early = on.terms.early and sent.get("anticipes") == "oui"
    said: dict[str, Any] = {
        "siret": given["siret"],
        "consentement": {
            "par": {name: given[name] for name, _ in FIELDS if given[name]},
            "certificats_anticipes": early,
            "texte": f"{AGREEMENT} {EARLY}" if early else AGREEMENT,
        },
    }
    if lots and not one.sent.get("lots"):
        said["lots"] = lots
    try:
        file = await room.office.markets.begin(on, one, said, _proved(person, given["siret"]))
    except Problem as error:
        if error.status in (401, 403):  # the portal's token, which is no business of the company's
            said_so = "Le portail ne peut plus ouvrir de candidature pour le moment : signalez-le-lui, puis réessayez."
            return _form(request, on, one, given, lots, {"": said_so}, 503, ticked)
        if error.status not in (409, 422, 429):
            raise
        return _form(request, on, one, given, lots, {"": error.faults[0].detail}, error.status)
    return redirect(request, room.office.starts.path(file.id))


def _linked(request: Request, identifier: str) -> tuple[FilePages, Market, Application]:
    """The application, for who holds its link. Raises 404 00700."""
    room = room_of(request)
    if not room.office.starts.holds(identifier, request.query_params.get("acces", "")):
        raise refused("00700")
    return room, *room.office.markets.awaiting(identifier)


def _under_way(room: FilePages, one: Application) -> Candidature | None:
    """The file, when it is one that goes on: a SIRET that could not apply may be given anew."""
    file = room.office.markets.file(one)
    return None if file is None or file.standing is Standing.REFUSED else file


def _fixed(one: Application) -> bool:
    """Whether the SIRET is the portal's to say."""
    return bool(one.siret) and one.begun_at is None


def _proved(person: Person | None, siret: str) -> str:
    """How we know who agrees: they have signed in as speaking for the company, or hold the portal's link."""
    return person.acr[:100] if person is not None and siret[:9] in person.sirens else "lien"


def _wrong(given: dict[str, str], sent: Form) -> dict[str, str]:
    """What is wrong, by field, in the form's order."""
    found = {}
    if Siret.parse(given["siret"]) is None:
        found["siret"] = (
            "Ce numéro de SIRET n'est pas correctement formé : quatorze chiffres, dont le dernier est une clé."
        )
    needed = {"prenom": "votre prénom", "nom": "votre nom", "qualite": "ce que vous êtes dans l'entreprise"}
    found |= {name: f"Donnez {what}." for name, what in needed.items() if not given[name]}
    if sent.get("accord") != "oui":
        found["accord"] = "Sans cet accord, rien ne peut être demandé aux registres."
    return found


def _form(
    request: Request,
    on: Market,
    one: Application,
    given: dict[str, str],
    chosen: Sequence[str],
    wrong: dict[str, str] | None = None,
    status: int = 200,
    ticked: list[str] | tuple[()] = (),
) -> Response:
    """The form. `ticked`: what stays agreed to, when the company is still the same."""
    tender = on.terms.tender
    return page(
        request,
        "marche/commencer.html",
        title=f"{'Erreur : ' if wrong else ''}Candidater avec votre SIRET",
        status=status,
        adresse=f"{ADDRESS}/{one.id}?acces={request.query_params.get('acces', '')}",
        objet=tender.title or tender.reference,
        reference=tender.reference,
        acheteur=tender.buyer_siret,
        acheteur_nom=tender.buyer_name,
        date_limite=tender.deadline,
        lots=() if one.sent.get("lots") else tender.lots,
        choisis=chosen,
        accord=AGREEMENT,
        anticipes=EARLY if on.terms.early else "",
        donne={"siret": "", **{name: "" for name, _ in FIELDS}, **given},
        fixe=_fixed(one),
        cochees=ticked,
        erreurs={name if name == "accord" else f"champ-{name}": why for name, why in (wrong or {}).items() if name},
        fautes={"siret": "", "accord": "", "": "", **{name: "" for name, _ in FIELDS}, **(wrong or {})},
    )
