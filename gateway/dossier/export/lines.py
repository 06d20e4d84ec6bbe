# SPDX-License-Identifier: EUPL-1.2
"""The lines that several sections share: what is given, what is declared, how a company is called."""

from decimal import Decimal
from typing import Any

from gateway.dossier.company import Company
from gateway.dossier.export.amounts import euros, number, whole
from gateway.dossier.export.pages import Line
from gateway.dossier.export.sources import day, declared_by
from gateway.dossier.values import Candidature, Declaration, Member
from gateway.dossier.words import State


def declared(declaration: Declaration) -> Line:
    """A declaration as a line, with its author."""
    note = ", ".join(document.name for document in declaration.documents)
    return Line(
        declaration.label,
        declaration.words or said(declaration.value),
        State.DECLARED,
        declared_by(declaration),
        f"Pièces jointes : {note}" if note else "",
    )


def said(value: Any) -> str:
    """A declared value in words."""
    match value:
        case bool():
            return "Oui" if value else "Non"
        case int():
            return whole(value)
        case float():
            return number(value)
        case str():
            return value
        case None:
            return "Voir les pièces jointes"
        case {"annee": year, "valeur": amount}:
            return f"{year} : {said(amount)}"
        case {"au": end}:
            return f"du {day(value['du'])} au {day(end)}" if value.get("du") else f"jusqu'au {day(end)}"
        case {"intitule": title, "client": client, "annee": year}:
            amount = f", {euros(Decimal(str(value['montant'])))}" if "montant" in value else ""
            return f"{title}, pour {client}, {year}{amount}"
        case dict():
            return " ; ".join(f"{key} : {said(child)}" for key, child in value.items())
        case list() | tuple():
            return " ; ".join(said(child) for child in value)
        case _:
            return str(value)


def latest(candidature: Candidature, member: Member) -> list[Declaration]:
    """The declarations that count for a member, in the order they were first made."""
    keys = dict.fromkeys(one.key for one in candidature.declarations if one.siret == member.siret)
    found = (candidature.declared(key, member.siret) for key in keys)
    return [one for one in found if one is not None]


def given(*pairs: tuple[str, str]) -> tuple[Line, ...]:
    """One line for each text that there is."""
    return tuple(Line(label, text) for label, text in pairs if text)


def name_of(company: Company | None) -> str:
    """The company's name, "" when no registry gave it."""
    return company.identity.name if company and company.identity else ""


def address_of(company: Company) -> str:
    """Its address on one line, "" when no registry gave it."""
    address = company.identity.address if company.identity else None
    if address is None:
        return ""
    return ", ".join([*address.lines, f"{address.postcode} {address.city}".strip()])
