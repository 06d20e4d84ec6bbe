# SPDX-License-Identifier: EUPL-1.2
"""The places of business of an extract: the main one, then the others, closed ones included but for the main one."""

from typing import Literal

from connectors.inpi_rne.labels import activity, craft
from connectors.inpi_rne.reading import child, children, day, written
from connectors.inpi_rne.schemas import Adresse, CodeApe, CodeAprm, Etablissement
from connectors.kit.wire import Wire, an_object, flag, text

CLOSED = "6"
_ORIGINS = {"2": "Achat", "3": "Apport", "4": "Donation"}


def main_place(person: Wire) -> Wire | None:
    """The main establishment as the registry writes it; None when it is missing."""
    value = person.get("etablissementPrincipal")
    return None if value is None else an_object(value)


def all_places(person: Wire) -> list[Wire]:
    """Every establishment as the registry writes it, the main one first when there is one."""
    main = main_place(person)
    return [*([] if main is None else [main]), *children(person, "autresEtablissements")]


def is_closed(place: Wire) -> bool:
    """Whether an establishment is closed."""
    description = child(place, "descriptionEtablissement")
    return written(description, "statutPourFormalite") == CLOSED or text(description, "dateEffetFermeture") is not None


def places(person: Wire) -> list[Etablissement | None]:
    """The establishments as published. Clients know the first element to be null when the main one is closed."""
    if not person:
        return []
    main = main_place(person)
    shown = None if main is None or is_closed(main) else _place(main, "Siège et principal")
    return [shown, *(_place(other, "Secondaire") for other in children(person, "autresEtablissements"))]


def main_craft(place: Wire) -> CodeAprm:
    """The craft activity of an establishment's main activity; nulls when it has none."""
    code = text(_main_activity(place), "codeAprm")
    return {"code": code, "libelle": None if code is None else craft(code)}


def ape(code: str | None) -> CodeApe:
    """A main activity with its label."""
    return {"code": code, "libelle": activity(code)}


def address(row: Wire) -> Adresse | None:
    """An address as published; null when the registry has none."""
    if not row:
        return None
    street = " ".join([part for key in ("numVoie", "typeVoie", "voie") if (part := written(row, key))])
    town = text(row, "commune")
    return {
        "voie": street.upper() or None,
        "code_postal": written(row, "codePostal"),
        "commune": town and town.upper(),
        "pays": text(row, "pays") or "FRANCE",
        "complement": text(row, "complementLocalisation"),
    }


def _main_activity(place: Wire) -> Wire:
    return next((one for one in children(place, "activites") if flag(one, "indicateurPrincipal")), {})


def _place(place: Wire, kind: Literal["Siège et principal", "Secondaire"]) -> Etablissement:
    description, activity_ = child(place, "descriptionEtablissement"), _main_activity(place)
    others = [one for one in children(place, "activites") if not flag(one, "indicateurPrincipal")]
    described = [said for one in others if (said := text(one, "descriptionDetaillee"))]
    return {
        "siret": written(description, "siret"),
        "type_etablissement": kind,
        "statut": "fermé" if is_closed(place) else "actif",
        "date_debut_activite": day(description, "dateEffet") or day(activity_, "dateDebut"),
        "code_APE": ape(text(description, "codeApe")),
        "code_APRM": main_craft(place),
        "origine_fonds": _ORIGINS.get(written(child(activity_, "origine"), "typeOrigine") or "", "Création"),
        "nature_etablissement": text(activity_, "formeExercice"),
        "activite_principale": text(activity_, "descriptionDetaillee"),
        "autre_activite": ", ".join(described) or None,
        "adresse": address(child(place, "adresse")),
    }
