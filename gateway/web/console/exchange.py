# SPDX-License-Identifier: EUPL-1.2
"""`/console/echanges/<id>`: one exchange on one page, and the receipt of each of its records."""

import base64
from typing import Any

import orjson
from fastapi import APIRouter, Request, Response

from gateway.audit.proof import EXTENSION, MEDIA_TYPE
from gateway.console.desk import Desk
from gateway.console.proof import Proof, proof_of
from gateway.console.question import Question
from gateway.console.story import Story, Told, printable, story_of
from gateway.web.console.common import Auditor, Facts, desk_of, looker
from gateway.web.console.search import words
from gateway.web.console.words import KEYS
from gateway.web.errors import NOT_FOUND, Said, said
from gateway.web.look import page, redirect, web_of

router = APIRouter(include_in_schema=False)
UNPUBLISHED = Said(
    "Pas encore de reçu",
    "Aucun point de contrôle publié ne compte encore cet enregistrement. Réessayez dans dix secondes.",
)


@router.get("/console/enregistrements/{number}")
async def record(request: Request, number: int, person: Auditor) -> Response:
    """The exchange that a record belongs to."""
    desk = desk_of(request)
    entry = await desk.run(lambda: desk.entry(number) if 0 <= number < 1 << 62 else None)
    if entry is None or entry.entry is None:
        return said(request, 404, NOT_FOUND if entry is None else Said("Enregistrement effacé", _ERASED))
    try:
        identity = orjson.loads(entry.entry)["id"]
    except (orjson.JSONDecodeError, KeyError, TypeError):
        return said(request, 404, NOT_FOUND)
    return redirect(request, f"/console/echanges/{identity}")


@router.get("/console/echanges/{identity}")
async def exchange(request: Request, identity: str, person: Auditor) -> Response:
    """One exchange, end to end."""
    desk = desk_of(request)
    story = await _story(desk, identity)
    if story is None:
        return said(request, 404, NOT_FOUND)
    await desk.looked(looker(person), f"échange={identity}", len(story.records), story.subject)
    facts = Facts(story.facts)
    return page(
        request,
        "console/echange.html",
        title="Un échange",
        person=person,
        h=story,
        f=facts,
        cles=KEYS,
        lisible=printable,
        faits=[(told, _said(told)) for told in story.records],
        preuves={told.seq: _as_data(told.proof, desk) for told in story.records},
        cle=desk.verifier.text(),
        adresse_publique=web_of(request).origin,
        **_neighbours(facts, desk),
        **words(desk),
    )


@router.get("/console/echanges/{identity}/{number}.tlog-proof")
async def receipt(request: Request, identity: str, number: int, person: Auditor) -> Response:
    """The receipt of one record: a file that `dlnuf verify` checks without us."""
    desk = desk_of(request)
    story = await _story(desk, identity)
    told = next((one for one in story.records if one.seq == number), None) if story else None
    if story is None or told is None:
        return said(request, 404, NOT_FOUND)
    entry = await desk.run(lambda: desk.entry(number))
    proof = await desk.run(lambda: proof_of(entry, desk.log, desk.verifier)) if entry else None
    if proof is None or not proof.published:
        return said(request, 404, UNPUBLISHED)
    await desk.looked(looker(person), f"reçu échange={identity} enregistrement={number}", 1, story.subject)
    headers = {
        "content-disposition": f'attachment; filename="recu-{number}{EXTENSION}"',
        "cache-control": "no-store",
        "x-content-type-options": "nosniff",
    }
    return Response(proof.file(entry.entry if entry else None), 200, headers, MEDIA_TYPE)


_ERASED = (
    "Les octets de cet enregistrement ont été effacés à la fin de leur durée de conservation ; son empreinte demeure."
)


def _said(told: Told) -> list[tuple[str, str]]:
    return [(KEYS.get(key, key), printable(value)) for key, value in sorted((told.facts or {}).items())]


def _neighbours(facts: Facts, desk: Desk) -> dict[str, Any]:
    """Where to look for what the same object, agent or habilitation did; empty when the record has none."""
    looks = {
        "meme_objet": Question(objet=str(facts["object"]), consommateur=str(facts["consumer"])),
        "meme_agent": Question(agent=str(facts["agent"])),
        "meme_habilitation": Question(habilitation=str(facts["habilitation"])),
    }
    there = {"meme_objet": facts["object"], "meme_agent": facts["agent"], "meme_habilitation": facts["habilitation"]}
    return {name: _address(desk, question) if there[name] else "" for name, question in looks.items()}


async def _story(desk: Desk, identity: str) -> Story | None:
    if len(identity) != 36 or not identity.isascii():
        return None
    numbers = await desk.searching(lambda search: search.exchange(identity))
    return await desk.run(lambda: story_of(identity, numbers, desk))


def _address(desk: Desk, question: Question) -> str:
    return f"/console/recherche?{question.address(desk.seal, quoi=question.quoi)}"


def _as_data(proof: Proof, desk: Desk) -> dict[str, str]:
    """The proof as the page's script reads it."""
    return {
        "feuille": proof.leaf.hex(),
        "numero": str(proof.seq),
        "taille": str(proof.size),
        "chemin": " ".join(one.hex() for one in proof.hashes),
        "racine": proof.root.hex(),
        "point": proof.checkpoint,
        "nom": desk.verifier.name,
        "cle": base64.b64encode(desk.verifier.key).decode(),
        "empreinte-cle": desk.verifier.key_id.hex(),
    }
