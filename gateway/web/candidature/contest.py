# SPDX-License-Identifier: EUPL-1.2
"""What a company answers to a fact, with its proofs. Once: the buyer reads the fact and this answer side by side."""

from fastapi import APIRouter, Request, Response

from gateway.dossier.acts.acting import MOST_UPLOADS
from gateway.dossier.acts.contesting import LONGEST
from gateway.dossier.refusals import refused
from gateway.dossier.telling import view
from gateway.dossier.values import Candidature, Item, Member
from gateway.dossier.words import Audience
from gateway.people.person import Person
from gateway.problems import Problem
from gateway.web.candidature.common import ADDRESS, Faults, acting, author, known_author, room_of, told
from gateway.web.candidature.saying import pieces
from gateway.web.door import SignedIn
from gateway.web.look import page, redirect
from gateway.web.resuming import AGAIN
from gateway.web.uploads import SentWithFiles

router = APIRouter()
PATH = ADDRESS + "/{identifier}/contester/{siret}/{key}"


@router.get(PATH)
async def form(request: Request, identifier: str, siret: str, key: str, person: SignedIn) -> Response:
    """The fact, and where to answer it."""
    dossier, member = acting(request, identifier, person, siret)
    item = _item(dossier, member, key)
    return _shown(request, dossier, item, person, dict(known_author(dossier, person)), {})


@router.post(PATH)
async def contested(
    request: Request, identifier: str, siret: str, key: str, person: SignedIn, sent: SentWithFiles
) -> Response:
    """Answer it."""
    dossier, member = acting(request, identifier, person, siret)
    item = _item(dossier, member, key)
    if AGAIN in sent.fields:
        return _shown(request, dossier, item, person, dict(sent.fields), {})
    faults: Faults = {}
    text = sent.fields.get("texte", "").replace("\r\n", "\n").strip()
    if not text:
        faults["texte"] = "Écrivez votre réponse."
    elif len(text) > LONGEST or not all(sign.isprintable() or sign in "\n\t" for sign in text):
        faults["texte"] = f"Écrivez au plus {LONGEST} caractères, sans caractère de contrôle."
    if why := sent.faults.get("fichiers"):
        faults["fichiers"] = why
    uploads = sent.files.get("fichiers", [])
    if len(uploads) > MOST_UPLOADS:
        faults["fichiers"] = f"Au plus {MOST_UPLOADS} fichiers."
    who = author(sent.fields, person, faults)
    if who is not None and not faults:
        try:
            body = {"piece": item.id, "texte": text}
            await room_of(request).office.desk.contest(dossier, body, uploads, who)
        except Problem as error:
            about_files = all("/fichiers/" in str(one.source) for one in error.faults)
            told(error, "fichiers" if about_files else "formulaire", faults)
        else:
            return redirect(request, f"{ADDRESS}/{dossier.id}#bloc-{item.category}")
    if uploads and "fichiers" not in faults:
        faults["rechoisir"] = "Les fichiers que vous aviez choisis sont à choisir de nouveau."
    return _shown(request, dossier, item, person, dict(sent.fields), faults)


def _item(dossier: Candidature, member: Member, key: str) -> Item:
    """The piece, once a registry has answered. Raises 404 00700, 409 00712 and 00724."""
    item = dossier.item(f"{member.siret}:{key}")
    if item is None:
        raise refused("00700", detail="Ce dossier n'a pas cette pièce.")
    if any(one.item == item.id for one in dossier.contests):
        raise refused("00712")
    if item.value is None and not item.against:
        raise refused("00724")
    return item


def _shown(
    request: Request, dossier: Candidature, item: Item, person: Person, said: dict[str, str], faults: Faults
) -> Response:
    sirens = frozenset((item.siret[:9],))
    found = view(dossier, Audience.REPRESENTATIVE, room_of(request).office.sheets, sirens=sirens)
    row = next(one for one in pieces(found["pieces"], dossier, sirens) if one["id"] == item.id)
    return page(
        request,
        "candidature/contester.html",
        title=f"{'Erreur : ' if faults else ''}Répondre à un fait, candidature {dossier.number}",
        status=422 if faults else 200,
        person=person,
        dossier=dossier,
        piece={**row, "contestable": False},
        ecrit=said.get("texte", ""),
        longueur=LONGEST,
        auteur=said,
        fautes=faults,
        adresse=f"{ADDRESS}/{dossier.id}",
    )
