# SPDX-License-Identifier: EUPL-1.2
"""A member's agreement to take part, given by who speaks for it: nothing is asked about a company before."""

from fastapi import APIRouter, Request, Response

from gateway.dossier.values import Candidature, Member
from gateway.problems import Problem
from gateway.web.candidature.common import ADDRESS, Faults, acting, author, known_author, room_of, told
from gateway.web.candidature.saying import ROLES, name_of_member
from gateway.web.door import Checked, SignedIn
from gateway.web.look import page, redirect
from gateway.web.resuming import AGAIN

router = APIRouter()
PATH = ADDRESS + "/{identifier}/accord/{siret}"
TEXT = "L'entreprise accepte de figurer dans cette candidature et que ses données y soient réunies."
EARLY = "Elle accepte aussi que ses certificats soient demandés dès maintenant, sans attendre l'attribution."


@router.get(PATH)
async def form(request: Request, identifier: str, siret: str, person: SignedIn) -> Response:
    """What the company is asked to agree to."""
    dossier, member = acting(request, identifier, person, siret)
    room_of(request).office.desk.changeable(dossier)
    return _shown(request, dossier, member, dict(known_author(dossier, person)), {})


@router.post(PATH)
async def agreed(request: Request, identifier: str, siret: str, person: SignedIn, sent: Checked) -> Response:
    """Agree."""
    dossier, member = acting(request, identifier, person, siret)
    if member.consent is not None:
        return redirect(request, f"{ADDRESS}/{dossier.id}")  # it already did: the first agreement stays
    if AGAIN in sent:
        return _shown(request, dossier, member, dict(sent), {})
    faults: Faults = {}
    if sent.get("accord") != "oui":
        faults["accord"] = "Cochez la case pour donner l'accord de l'entreprise."
    who = author(sent, person, faults)
    if who is not None and not faults:
        early = sent.get("anticipes") == "oui"
        by = {"prenom": who.first_name, "nom": who.family_name, "qualite": who.quality}
        text = f"{TEXT} {EARLY}" if early else TEXT
        body = {"siret": siret, "consentement": {"par": by, "certificats_anticipes": early, "texte": text}}
        try:
            await room_of(request).office.desk.consent(dossier, body, who)
        except Problem as error:
            told(error, "formulaire", faults)
        else:
            return redirect(request, f"{ADDRESS}/{dossier.id}")
    return _shown(request, dossier, member, dict(sent), faults)


def _shown(request: Request, dossier: Candidature, member: Member, said: dict[str, str], faults: Faults) -> Response:
    lead = dossier.lead
    return page(
        request,
        "candidature/accord.html",
        title=f"{'Erreur : ' if faults else ''}Accord de l'entreprise, candidature {dossier.number}",
        status=422 if faults else 200,
        dossier=dossier,
        membre=member,
        role=ROLES[member.role].lower(),
        nom_mandataire=name_of_member(dossier, lead, own=False),
        mandataire=lead,
        texte=TEXT,
        anticipes=EARLY,
        saisi=said,
        auteur=said,
        fautes=faults,
        adresse=f"{ADDRESS}/{dossier.id}",
    )
