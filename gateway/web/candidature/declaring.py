# SPDX-License-Identifier: EUPL-1.2
"""One form for each block of the sheets: what the company declares about itself, and the files that prove it.

Nothing is declared unless the whole form is right; what was typed stays. Corrections are new declarations: the latest
counts, and the others remain in the file.
"""

from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter, Request, Response

from gateway.dossier.acts.acting import MOST_UPLOADS, Upload, day
from gateway.dossier.checking import plain_name
from gateway.dossier.countries import countries
from gateway.dossier.espd.criteria import Property
from gateway.dossier.espd.questions import CATEGORY
from gateway.dossier.export.package import numbered
from gateway.dossier.planning import declarable
from gateway.dossier.refusals import refused
from gateway.dossier.rules import Question
from gateway.dossier.values import Candidature, Member
from gateway.problems import Problem
from gateway.web.candidature.buyer_questions import TITLE, posed
from gateway.web.candidature.common import ADDRESS, Faults, acting, author, known_author, room_of, told
from gateway.web.candidature.fields import COLUMNS, Asked, Wrong, answer, asked, filled
from gateway.web.candidature.saying import name_of_member
from gateway.web.door import SignedIn
from gateway.web.look import page, redirect
from gateway.web.resuming import AGAIN
from gateway.web.uploads import Sent, SentWithFiles

router = APIRouter()
PATH = ADDRESS + "/{identifier}/declarer/{siret}/{block}"


@router.get(PATH)
async def form(request: Request, identifier: str, siret: str, block: str, person: SignedIn) -> Response:
    """The block's questions, with what was declared."""
    dossier, member = acting(request, identifier, person, siret)
    questions = await _questions(request, dossier, member, block)
    rows = [asked(one, dossier.declared(one.key, siret), _year(request), line) for one, line in questions]
    return _shown(request, dossier, member, block, rows, dict(known_author(dossier, person)), {})


@router.post(PATH)
async def declared(
    request: Request, identifier: str, siret: str, block: str, person: SignedIn, sent: SentWithFiles
) -> Response:
    """Declare what has changed, with the files that came."""
    dossier, member = acting(request, identifier, person, siret)
    fields = sent.fields
    rows = [
        filled(one, dossier.declared(one.key, siret), fields, _year(request), line)
        for one, line in await _questions(request, dossier, member, block)
    ]
    said = {name: fields.get(name, "") for name in ("prenom", "nom", "qualite")}
    if "ligne" in fields or AGAIN in fields:
        return _shown(request, dossier, member, block, rows, said, {})
    faults: Faults = {}
    made, uploads, places = _answers(rows, sent, siret, faults)
    who = author(fields, person, faults)
    if not made and not faults:
        faults["formulaire"] = "Rien n'a changé : il n'y a rien à déclarer."
    if who is not None and not faults:
        try:
            await room_of(request).office.desk.declare(dossier, {"membre": siret, "declarations": made}, uploads, who)
        except Problem as error:
            _refused(error, made, places, faults)
        else:
            return redirect(request, f"{ADDRESS}/{dossier.id}?declare={block}#bloc-{block}")
    if sent.files and faults:
        faults.setdefault("rechoisir", "Les fichiers que vous aviez choisis sont à choisir de nouveau.")
    return _shown(request, dossier, member, block, rows, said, faults)


def _answers(
    rows: Sequence[Asked], sent: Sent, siret: str, faults: Faults
) -> tuple[list[dict[str, Any]], list[Upload], list[str]]:
    """What to declare, the files under names of their own, and the field each file came by."""
    made: list[dict[str, Any]] = []
    uploads: list[Upload] = []
    places: list[str] = []
    for row in rows:
        key = row.question.key
        if why := sent.faults.get(f"f.{key}"):
            faults[f"f.{key}"] = why
        files = sent.files.get(f"f.{key}", []) if row.taken else []
        try:
            changed, value = answer(row, files=bool(files or why))
        except Wrong as wrong:
            faults[row.name] = str(wrong)
            continue
        if changed:
            uploads += files
            places += [f"f.{key}"] * len(files)
            made.append({"cle": key, "membre": siret, "valeur": value, "deja_joints": sorted(row.kept)})
    if len(uploads) > MOST_UPLOADS:
        faults[places[MOST_UPLOADS]] = f"Au plus {MOST_UPLOADS} fichiers à la fois : envoyez les autres ensuite."
    named = list(numbered(plain_name(name)[-100:] for name, _ in uploads))
    for one in made:
        one["fichiers"] = [name for name, place in zip(named, places, strict=True) if place == f"f.{one['cle']}"]
    return made, [(name, content) for name, (_, content) in zip(named, uploads, strict=True)], places


def _refused(error: Problem, made: Sequence[dict[str, Any]], places: Sequence[str], faults: Faults) -> None:
    """Put each fault of the desk beside its field."""
    for one in error.faults:
        parts = str((one.source or {}).get("pointer", "")).split("/")
        rank = int(parts[2]) if len(parts) > 2 and parts[2].isdigit() else -1
        if parts[1:2] == ["fichiers"] and 0 <= rank < len(places):
            faults.setdefault(places[rank], one.detail)
        elif parts[1:2] == ["declarations"] and 0 <= rank < len(made):
            faults.setdefault(f"q.{made[rank]['cle']}", one.detail)
        else:
            told(error, "formulaire", faults)


async def _questions(
    request: Request, dossier: Candidature, member: Member, block: str
) -> list[tuple[Question, Property | None]]:
    """The block's questions that this member is asked, with the line of the buyer's request that asks it.

    Raises 404 00700, and what forbids to declare.
    """
    desk = room_of(request).office.desk
    desk.changeable(dossier)
    if member.consent is None:
        raise refused("00709")
    found: list[tuple[Question, Property | None]] = [
        (one, None) for one in declarable(dossier, desk.sheets, member) if one.category == block
    ]
    if block == CATEGORY:
        found = [(one.question, one.line) for one in await posed(desk, dossier, member)]
    if not found:
        raise refused("00700", detail="Ce dossier n'a pas de question sous cette adresse.")
    return found


def _year(request: Request) -> int:
    return int(day(room_of(request).house.now())[:4])


def _shown(
    request: Request, dossier: Candidature, member: Member, block: str, rows: Sequence[Asked], said: dict[str, str],
    faults: Faults,
) -> Response:  # fmt: skip
    sheets = room_of(request).office.sheets
    title = TITLE if block == CATEGORY else sheets.titles[block]
    return page(
        request,
        "candidature/declarer.html",
        title=f"{'Erreur : ' if faults else ''}{title}, candidature {dossier.number}",
        status=422 if faults else 200,
        dossier=dossier,
        membre=member,
        nom=name_of_member(dossier, member, own=True),
        bloc=block,
        intitule=title,
        questions=rows,
        colonnes=COLUMNS,
        pays=countries(),
        auteur=said,
        fautes=faults,
        adresse=f"{ADDRESS}/{dossier.id}",
    )
