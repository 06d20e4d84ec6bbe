# SPDX-License-Identifier: EUPL-1.2
"""The officers named in an answer of Infogreffe, as each of the two products tells them.

A sole trader's file has no list of officers: the trader is the only one, and has no office.
"""

from connectors.infogreffe.schemas import Mandataire, MandataireExtrait
from connectors.kit.paris import epoch
from connectors.kit.xml import Element, attribute, text


def officers(root: Element) -> list[Element]:
    """The elements that stand for officers, in the register's order; none when the file names nobody."""
    listed = root.findall(".//liste_dirigeant/dirigeant")
    if listed:
        return listed
    trader = root.find(".//entreprise/pp")
    return [] if trader is None else [trader]


def in_extract(officer: Element) -> MandataireExtrait:
    """An officer as the extract names it: the day of birth is not told."""
    whole = in_full(officer)
    born = whole["date_naissance"]
    return {
        "type": whole["type"],
        "numero_identification": whole["numero_identification"],
        "fonction": whole["fonction"],
        "nom": whole["nom"],
        "prenom": whole["prenom"],
        "date_naissance": born[:7] if born else None,
        "raison_sociale": whole["raison_sociale"],
    }


def in_full(officer: Element) -> Mandataire:
    """An officer in full; what does not apply to its kind is null."""
    return _person(officer) if officer.get("type", "PP") == "PP" else _company(officer)


def _person(officer: Element) -> Mandataire:
    listed = officer.find("pp")
    person = officer if listed is None else listed
    born = _written(attribute(person, "naissance/date", "dateISO"))
    return {
        "type": "personne_physique",
        "numero_identification": None,
        "fonction": _written(text(officer, "qualite")),
        "nom": _written(text(person, "nom")),
        "prenom": _written(text(person, "prenom")),
        "date_naissance": born,
        "date_naissance_timestamp": epoch(born),
        "lieu_naissance": _written(text(person, "naissance/lieu")),
        "pays_naissance": _written(attribute(person, "naissance", "pays")),
        "code_pays_naissance": _written(attribute(person, "naissance", "codePays")),
        # The nationality is told of those who stand in a list, not of a sole trader.
        "nationalite": _written(attribute(listed, ".", "nationalite")),
        "code_nationalite": _written(attribute(listed, ".", "codeNationalite")),
        "raison_sociale": None,
        "code_greffe": None,
        "libelle_greffe": None,
    }


def _company(officer: Element) -> Mandataire:
    return {
        "type": "personne_morale",
        "numero_identification": _written(text(officer, "pm/num_ident")),
        "fonction": _written(text(officer, "qualite")),
        "nom": None,
        "prenom": None,
        "date_naissance": None,
        "date_naissance_timestamp": None,
        "lieu_naissance": None,
        "pays_naissance": None,
        "code_pays_naissance": None,
        "nationalite": None,
        "code_nationalite": None,
        "raison_sociale": _written(text(officer, "pm/denomination")),
        "code_greffe": _written(attribute(officer, "pm/greffe", "code")),
        "libelle_greffe": _written(text(officer, "pm/greffe")),
    }


def _written(found: str) -> str | None:
    return found if found.strip() else None
