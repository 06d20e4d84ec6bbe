# SPDX-License-Identifier: EUPL-1.2
"""`/console/recherche`: the form is posted, and answered by an address that can be shared and holds no SIREN."""

import secrets
from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request, Response

from gateway.audit.index.criteria import Page
from gateway.audit.subject import PREFIX
from gateway.console.desk import Desk
from gateway.console.question import KINDS, Question, read
from gateway.console.saved import saved_by
from gateway.people.person import Person
from gateway.web.console.common import Auditor, console_of, desk_of, looker
from gateway.web.console.words import CODES, EVENTS
from gateway.web.door import Checked
from gateway.web.look import page, redirect

router = APIRouter(include_in_schema=False)
ADDRESS = "/console/recherche"
_FIELDS = ("purpose", "registry", "product", "code")


@router.get("/console")
async def entrance(request: Request, person: Auditor) -> Response:
    """The console begins with its search."""
    return redirect(request, ADDRESS)


@router.get(ADDRESS)
async def found(request: Request, person: Auditor) -> Response:
    """What the address looks for, newest first; without anything looked for, the form alone."""
    desk = desk_of(request)
    given = dict(request.query_params)
    asked = read(given, desk.seal, sealed=True)
    if asked.faults or not given:
        return await _shown(request, person, asked.question, asked.faults)
    before = number_of(given.get("avant", ""))
    results = await desk.search(looker(person), asked.question, before)
    return await _shown(request, person, asked.question, {}, results, before)


@router.post(ADDRESS)
async def looked_for(request: Request, person: Auditor, fields: Checked) -> Response:
    """Read the form, and go to the address of what it looks for."""
    desk = desk_of(request)
    asked = read(fields, desk.seal, sealed=False)
    if asked.faults:
        return await _shown(request, person, asked.question, asked.faults, status=422)
    return redirect(request, f"{ADDRESS}?{asked.question.address(desk.seal, quoi=asked.question.quoi)}")


async def _shown(
    request: Request,
    person: Person,
    question: Question,
    faults: Mapping[str, str],
    results: Page | None = None,
    before: int | None = None,
    status: int = 200,
) -> Response:
    desk = desk_of(request)
    kept = await desk.run(lambda: saved_by(console_of(request).store, person.id))
    values = await desk.searching(lambda search: {name: search.values(name) for name in _FIELDS})
    older = results.older if results else None
    return page(
        request,
        "console/recherche.html",
        title="Recherche dans le journal",
        status=status,
        person=person,
        q=question,
        fautes=faults,
        resultats=results,
        suite_de=before,
        suivante=f"{ADDRESS}?{question.address(desk.seal, quoi=question.quoi, avant=str(older))}" if older else None,
        adresse=question.address(desk.seal, quoi=question.quoi),
        filtres=said_in_words(question),
        natures=[(key, words) for key, (words, _) in KINDS.items()],
        etat=desk.state(),
        gardees=kept,
        suivi=secrets.token_urlsafe(9),
        **choices(desk, values),
        **words(desk),
    )


def choices(desk: Desk, values: Mapping[str, list[str]]) -> dict[str, Any]:
    """What the form's lists offer: what the policies and contracts know, and whatever else stands in the log."""
    purposes = {key: purpose.title for key, purpose in desk.policies.purposes.items()}
    registries = {key: contract.title for key, contract in desk.contracts.items()}
    products = {
        product.id: f"{contract.title} : {product.title}"
        for contract in desk.contracts.values()
        for product in contract.products.values()
    }
    known = {
        "finalites": purposes,
        "registres": registries,
        "produits": products,
        "codes": dict.fromkeys(values["code"], ""),
    }
    met = zip(("finalites", "registres", "produits"), ("purpose", "registry", "product"), strict=True)
    for name, field in met:
        known[name] |= {text: text for text in values[field] if text not in known[name]}
    return {
        name: sorted(((key, text or key) for key, text in found.items()), key=lambda one: one[1].casefold())
        for name, found in known.items()
    }


def words(desk: Desk) -> dict[str, Any]:
    """How codes and identifiers are said in tables."""
    return {
        "evenements": EVENTS,
        "genres": CODES,
        "organisations": desk.names(),
        "titres_finalites": {key: purpose.title for key, purpose in desk.policies.purposes.items()},
        "titres_produits": {
            product.id: product.title for contract in desk.contracts.values() for product in contract.products.values()
        },
        "titres_registres": {key: contract.provider for key, contract in desk.contracts.items()},
    }


_WORDS = {
    "entreprise": "entreprise",
    "agent": "agent",
    "consommateur": "consommateur",
    "destinataire": "destinataire",
    "finalite": "finalité",
    "registre": "registre",
    "produit": "produit",
    "code": "code",
    "habilitation": "habilitation",
    "objet": "objet",
    "echange": "échange",
    "du": "du",
    "au": "au",
}


def said_in_words(question: Question) -> list[tuple[str, str]]:
    """The filters in use, in words."""
    told = [] if question.quoi == "echanges" else [("", KINDS[question.quoi][0].lower())]
    for name, value in question.used.items():
        if name in _WORDS:
            told.append((_WORDS[name], "celui d'un enregistrement" if value.startswith(PREFIX) else value))
    return told


def number_of(text: str) -> int | None:
    """A record number from an address; None when it is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else None
