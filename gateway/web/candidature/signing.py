# SPDX-License-Identifier: EUPL-1.2
"""Who engages a company by its application: named, and never guessed."""

from fastapi import APIRouter, Request, Response

from gateway.dossier.countries import countries
from gateway.dossier.refusals import refused
from gateway.dossier.values import Candidature, Member
from gateway.problems import Problem
from gateway.web.candidature.common import ADDRESS, Faults, acting, author, known_author, room_of, told
from gateway.web.door import Checked, SignedIn
from gateway.web.look import page, redirect
from gateway.web.resuming import AGAIN

router = APIRouter()
PATH = ADDRESS + "/{identifier}/signataire/{siret}"
FIELDS = {"prenom": 100, "nom": 100, "qualite": 150, "courriel": 250, "telephone": 30, "pays": 3}


@router.get(PATH)
async def form(request: Request, identifier: str, siret: str, person: SignedIn) -> Response:
    """The signatory, as named; else whoever opens the page."""
    dossier, member = _open(request, acting(request, identifier, person, siret))
    one = dossier.signatory(siret)
    said = {f"s-{name}": value for name, value in known_author(dossier, person).items()} | {"s-pays": "FRA"}
    if one is not None:
        said = {
            "s-prenom": one.first_name, "s-nom": one.family_name, "s-qualite": one.quality, "s-courriel": one.email,
            "s-telephone": one.phone, "s-pays": one.country,
        }  # fmt: skip
    return _shown(request, dossier, member, {**known_author(dossier, person), **said}, {})


@router.post(PATH)
async def named(request: Request, identifier: str, siret: str, person: SignedIn, sent: Checked) -> Response:
    """Name them."""
    dossier, member = _open(request, acting(request, identifier, person, siret))
    if AGAIN in sent:
        return _shown(request, dossier, member, dict(sent), {})
    faults: Faults = {}
    said = {name: sent.text(f"s-{name}", 2_000) for name in FIELDS}
    for name, label in (("prenom", "son prénom"), ("nom", "son nom"), ("qualite", "sa qualité")):
        if not said[name]:
            faults[f"s-{name}"] = f"Donnez {label}."
    for name, most in FIELDS.items():
        if len(said[name]) > most:
            faults.setdefault(f"s-{name}", f"Au plus {most} caractères.")
    if said["courriel"] and not ("@" in said["courriel"][1:-1] and " " not in said["courriel"]):
        faults["s-courriel"] = "Donnez une adresse de courriel, par exemple prenom.nom@entreprise.fr."
    if said["pays"] not in countries():
        faults["s-pays"] = "Choisissez un pays de la liste."
    who = author(sent, person, faults)
    if who is not None and not faults:
        try:
            body = {"membre": siret, "signataire": {name: value for name, value in said.items() if value}}
            await room_of(request).office.desk.declare(dossier, body, (), who)
        except Problem as error:
            told(error, "formulaire", faults)
        else:
            return redirect(request, f"{ADDRESS}/{dossier.id}#reste")
    return _shown(request, dossier, member, dict(sent), faults)


def _open(request: Request, found: tuple[Candidature, Member]) -> tuple[Candidature, Member]:
    room_of(request).office.desk.changeable(found[0])
    if found[1].consent is None:
        raise refused("00709")
    return found


def _shown(request: Request, dossier: Candidature, member: Member, said: dict[str, str], faults: Faults) -> Response:
    return page(
        request,
        "candidature/signataire.html",
        title=f"{'Erreur : ' if faults else ''}Signataire, candidature {dossier.number}",
        status=422 if faults else 200,
        dossier=dossier,
        membre=member,
        saisi=said,
        auteur=said,
        pays=countries(),
        fautes=faults,
        adresse=f"{ADDRESS}/{dossier.id}",
    )
