# SPDX-License-Identifier: EUPL-1.2
"""The file: block by block what registries say, what was declared, what is missing; who takes part; what remains.

It fills by itself: with scripts through a stream (`live.py`), without them by asking again, which its reader can stop.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request, Response

from gateway.dossier.espd.questions import CATEGORY
from gateway.dossier.export.lines import said
from gateway.dossier.rules import Sheets
from gateway.dossier.telling import view
from gateway.dossier.values import Candidature, Member
from gateway.dossier.words import Audience, Standing
from gateway.people.person import Person
from gateway.web.candidature.buyer_questions import TITLE, Posed, posed
from gateway.web.candidature.common import ADDRESS, FilePages, audience_of, link_of, own_members, readable, room_of
from gateway.web.candidature.saying import ROLES, Declared, answered_to, declarations, lacking, name_of_member, pieces
from gateway.web.door import Visitor, sign_in_path
from gateway.web.look import page, web_of

router = APIRouter()
EVERY_S = 4


@dataclass(frozen=True, slots=True)
class Shown:
    """A member as the page shows it. `own`: its reader speaks for it. `rows`: what it is asked, if its own.

    `blocks`: its forms: key, title, answers given, questions, whether one lacks without which nothing is deposited.
    `missing`: how many such answers lack, for who leads the group as well: the deposit waits for them.
    """

    member: Member
    name: str
    role: str
    own: bool
    signed: bool
    rows: tuple[Declared, ...] = ()
    blocks: tuple[tuple[str, str, int, int, bool], ...] = ()
    missing: int = 0


@router.get(ADDRESS + "/{identifier}")
async def watched(request: Request, identifier: str, person: Visitor) -> Response:
    """The file, as whoever reads it may see it."""
    dossier = readable(request, identifier, person)
    facts = await told(request, dossier, person)
    stopped = request.query_params.get("suivi") == "non"
    link = link_of(request)
    here = f"{ADDRESS}/{dossier.id}" + (f"?acces={link}" if link else "")
    asks_again = facts["remplit"] and not facts["sien"] and not stopped
    return page(
        request,
        "candidature/dossier.html",
        title=f"Candidature {dossier.number}",
        person=person,
        ici=here,
        arreter=f"{here}{'&' if link else '?'}suivi=non",
        connexion=sign_in_path(here),
        toutes=EVERY_S if asks_again else 0,
        arrete=stopped,
        dit=said,
        declare=request.query_params.get("declare", "")[:40],
        retour=room_of(request).office.returns.address(dossier) if dossier.seal and facts["mandataire"] else "",
        **facts,
    )


async def told(request: Request, dossier: Candidature, person: Person | None) -> dict[str, Any]:
    """Everything the page says of the file, and its stream."""
    room = room_of(request)
    sheets, own = room.office.sheets, own_members(dossier, person)
    sirens = frozenset(one.siren for one in own)
    audience = audience_of(dossier, person)
    found = view(dossier, audience, sheets, sirens=sirens, public_url=room.house.public_url)
    leads = dossier.lead in own
    members = [
        _member(dossier, one, sheets, await _posed(room, dossier, one, own=one in own), own=one in own, leads=leads)
        for one in dossier.members
    ]
    rows = pieces(found["pieces"], dossier, sirens)
    link = link_of(request)
    address = f"{ADDRESS}/{dossier.id}"
    asked = {one.question.category for member in members for one in member.rows} | {one["categorie"] for one in rows}
    return {
        "dossier": {"motif": None, "depot": None, **found},
        "date_limite": dossier.tender.deadline,
        "depose": dossier.seal.at if dossier.seal else None,
        "pieces": rows,
        "blocs": [
            (key, words)
            for key, words in (*sheets.titles.items(), (CATEGORY, TITLE))
            if key not in ("consultation", CATEGORY) or key in asked
        ],
        "membres": members,
        "groupe": len(members) > 1,
        "sien": audience is Audience.REPRESENTATIVE,
        "mandataire": leads,
        "ouvert": dossier.standing is Standing.OPEN,
        "recommencer": again(dossier, link),
        "remplit": not found["complet"] and dossier.standing in (Standing.OPEN, Standing.SEALED),
        "avancement": progress(found, audience),
        "compte": come(found),
        "adresse": address,
        "acces": f"?acces={link}" if link else "",
        "suivi": f"{address}/evenements" + (f"?acces={link}" if link else ""),
    }


def again(dossier: Candidature, link: str) -> str:
    """Where another SIRET may be given, when this one could not apply: for who holds the portal's link."""
    return f"/candidater/{dossier.id}?acces={link}" if link and dossier.market and dossier.refusal else ""


def progress(found: dict[str, Any], audience: Audience) -> str:
    """How far the file is, in a sentence."""
    answered, expected = come(found)
    silent = sum(one["etat"] == "indisponible" for one in found["pieces"])
    what = "pièces" if audience is Audience.REPRESENTATIVE else "pièces ouvertes"
    text = f"{answered} {what} sur {expected} ont reçu leur réponse."
    if silent:
        text += f" {silent} attendent un registre qui ne répond pas." if silent > 1 else " Une attend un registre muet."
    return text if not found["complet"] else f"{text} Plus aucun registre n'est attendu."


def come(found: dict[str, Any]) -> tuple[int, int]:
    """How many of the pieces that its reader may see have had their answer, and how many there are."""
    settled = ("recuperee", "contestee", "declaree", "manquante", "hors_perimetre")
    states = [one["etat"] for one in found["pieces"] if one["etat"] != "protegee"]
    return sum(state in settled for state in states), len(states)


def fragments(request: Request, facts: dict[str, Any]) -> dict[str, str]:
    """The parts of the page that change while it fills: a line a piece, and what remains to be done."""
    macros = web_of(request).look.get_template("candidature/morceaux.html").module
    shown = {f"piece {one['categorie']} {one['id']}": str(macros.dedans(one, facts)) for one in facts["pieces"]}  # type: ignore[attr-defined]  # a template's macros are its attributes
    if facts["sien"]:
        shown["reste"] = str(macros.reste(facts))  # type: ignore[attr-defined]  # idem
    return shown


async def _posed(room: FilePages, dossier: Candidature, member: Member, *, own: bool) -> Sequence[Posed]:
    return await posed(room.office.desk, dossier, member) if own else ()


def _member(
    dossier: Candidature, member: Member, sheets: Sheets, asked_by_buyer: Sequence[Posed], *, own: bool, leads: bool
) -> Shown:
    name, role = name_of_member(dossier, member, own=own), ROLES[member.role]
    signed = dossier.signatory(member.siret) is not None
    if not (own or leads) or member.consent is None:
        return Shown(member, name, role, own, signed)
    rows = tuple(declarations(dossier, sheets, member))
    missing = len(lacking(rows))
    if not own:
        return Shown(member, name, role, own, signed, missing=missing)
    blocks = []
    for key, title in sheets.titles.items():
        asked = [one for one in rows if one.question.category == key]
        if asked:
            answered = sum(one.known is not None for one in asked)
            blocks.append((key, title, answered, len(asked), bool(lacking(asked))))
    if asked_by_buyer:
        rows += tuple(answered_to(dossier, member, one.question) for one in asked_by_buyer)
        waits = sum(one.waits for one in asked_by_buyer)
        blocks.append((CATEGORY, TITLE, len(asked_by_buyer) - waits, len(asked_by_buyer), waits > 0))
    return Shown(member, name, role, own, signed, rows, tuple(blocks), missing)
