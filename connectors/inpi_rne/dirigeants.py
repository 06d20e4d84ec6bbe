# SPDX-License-Identifier: EUPL-1.2
"""Who runs the company, in an extract: natural persons in office only, the companies that run it are left out."""

import re

from connectors.inpi_rne.labels import office
from connectors.inpi_rne.reading import child, children, texts, written
from connectors.inpi_rne.schemas import Dirigeant
from connectors.kit.wire import Wire, an_object, flag, text

NATURAL_PERSON = frozenset({"P", "INDIVIDU"})
_FULL_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-.*", re.ASCII)


def officers(person: Wire) -> list[Dirigeant]:
    """The officers as published, in the registry's order."""
    return [_officer(one) for one in children(child(person, "composition"), "pouvoirs") if _kept(one)]


def _kept(power: Wire) -> bool:
    natural = text(power, "typeDePersonne") in NATURAL_PERSON
    return natural and flag(power, "actif") is not False and power.get("individu") is not None


def _officer(power: Wire) -> Dirigeant:
    who = an_object(power["individu"])
    described = child(who, "descriptionPersonne")
    return {
        "qualite": _quality(power.get("roleEntreprise")),
        "nom": text(described, "nom"),
        "prenom": next(iter(texts(described, "prenoms")), None),
        "date_naissance": _month(text(described, "dateDeNaissance")),
        "commune_residence": text(child(who, "adresseDomicile"), "commune"),
    }


def _quality(role: object) -> str | None:
    """The office held, written as a code or as an object that holds one."""
    if role is None or isinstance(role, str):
        return office(role) or role if role else None
    row = an_object(role)
    code = written(row, "rolePersonne")
    return (office(code) if code else None) or text(row, "denomination") or code


def _month(born: str | None) -> str | None:
    """As written, which is the month; should the day be there too, it is not told."""
    return born[:7] if born and _FULL_DATE.fullmatch(born) else born
