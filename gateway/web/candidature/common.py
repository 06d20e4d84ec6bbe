# SPDX-License-Identifier: EUPL-1.2
"""What the pages of a file share: their state, who may read and act, and who says what they say."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import cast

from fastapi import Request

from gateway.dossier.office import Office
from gateway.dossier.refusals import refused
from gateway.dossier.values import Candidature, Member
from gateway.dossier.values import Person as Author
from gateway.dossier.words import Audience
from gateway.edge.exports import Workshop
from gateway.exchange import House
from gateway.people.person import Person
from gateway.problems import Problem
from gateway.web.door import Form
from gateway.web.trace import PeopleTrace

ADDRESS = "/candidature"
AUTHOR = (("prenom", "Prénom", 100), ("nom", "Nom", 100), ("qualite", "Qualité", 150))
Faults = dict[str, str]
"""What is wrong with a form: a sentence for the id of each field, in the form's order."""


@dataclass(slots=True)
class FilePages:
    """What these pages live on; `request.app.state.files`. `demo`: the token of the sandbox's portal, "" elsewhere.

    `listening`: how many readers each file's stream has.
    """

    office: Office
    house: House
    workshop: Workshop
    trace: PeopleTrace
    demo: str
    listening: Counter[str] = field(default_factory=Counter)


def room_of(request: Request) -> FilePages:
    """The pages' own state."""
    return cast("FilePages", request.app.state.files)


def readable(request: Request, identifier: str, person: Person | None) -> Candidature:
    """The file, for who holds its start link or represents one of its companies. Raises 404 00700."""
    office = room_of(request).office
    if office.starts.holds(identifier, link_of(request)):
        return office.files.get(identifier)
    return office.desk.of_company(identifier, person.sirens if person else ())


def link_of(request: Request) -> str:
    """The proof that the start link carries."""
    return request.query_params.get("acces", "")


def audience_of(dossier: Candidature, person: Person | None) -> Audience:
    """As whom somebody reads a file."""
    own = person is not None and any(member.siren in person.sirens for member in dossier.members)
    return Audience.REPRESENTATIVE if own else Audience.PUBLIC


def own_members(dossier: Candidature, person: Person | None) -> list[Member]:
    """The companies of a file that somebody speaks for."""
    return [member for member in dossier.members if person is not None and member.siren in person.sirens]


def acting(request: Request, identifier: str, person: Person, siret: str) -> tuple[Candidature, Member]:
    """The file and the company somebody acts for. Raises 404 00700, 403 00725."""
    dossier = room_of(request).office.desk.of_company(identifier, person.sirens)
    member = dossier.member(siret)
    if member is None or member.siren not in person.sirens:
        raise refused("00725")
    return dossier, member


def leading(request: Request, identifier: str, person: Person) -> Candidature:
    """The file, for who speaks for the company in whose name it is. Raises 404 00700, 403 00725."""
    dossier = room_of(request).office.desk.of_company(identifier, person.sirens)
    return acting(request, identifier, person, dossier.lead.siret)[0]


def author(sent: Form, person: Person, faults: Faults) -> Author | None:
    """Who acts: the names they give, and how surely they signed in; None, and faults noted, when a name lacks."""
    found = {name: sent.text(name, 2_000) for name, _, _ in AUTHOR}
    for name, label, most in AUTHOR:
        if not found[name]:
            faults[name] = f"Donnez votre {label.lower()}."
        elif len(found[name]) > most or not found[name].isprintable():
            faults[name] = f"{label} : au plus {most} caractères lisibles."
    if not faults.keys().isdisjoint(found):
        return None
    return Author(found["prenom"], found["nom"], found["qualite"], "", person.acr[:100])


def known_author(dossier: Candidature, person: Person) -> Mapping[str, str]:
    """What the fields about who acts hold at first: the account's name, and the quality given last under it."""
    first, _, family = person.name.partition(" ")
    for one in reversed(dossier.declarations):
        if f"{one.by.first_name} {one.by.family_name}" == person.name:
            return {"prenom": one.by.first_name, "nom": one.by.family_name, "qualite": one.by.quality}
    return {"prenom": first, "nom": family, "qualite": ""}


def told(error: Problem, field: str, faults: Faults) -> None:
    """Note a refusal beside a field. The log out of order is no fault of a form: it is raised again."""
    if error.status >= 500:
        raise error
    faults.setdefault(field, " ".join(dict.fromkeys(one.detail for one in error.faults)))
