# SPDX-License-Identifier: EUPL-1.2
"""Who the company is, in an extract: names, form, dates, capital, activity, head office."""

import re

from connectors.inpi_rne.etablissements import address, all_places, ape, is_closed, main_craft, main_place
from connectors.inpi_rne.labels import activity, legal_form
from connectors.inpi_rne.reading import child, children, day, texts, written
from connectors.inpi_rne.schemas import IdentiteEntreprise
from connectors.kit.wire import Wire, flag, number, text

SOLE_TRADER = "1000"
_DAY_AND_MONTH = re.compile(r"([0-9]{2})([0-9]{2})", re.ASCII)


def identity(siren: str, content: Wire, person: Wire) -> IdentiteEntreprise:
    """The company as published; `person` is the legal or natural person of its content, empty when there is none."""
    company, described = child(person, "identite", "entreprise"), child(person, "identite", "description")
    trader = child(person, "identite", "entrepreneur", "descriptionPersonne")
    creation = child(content, "natureCreation")
    form = written(company, "formeJuridique") or written(creation, "formeJuridique")
    code = text(company, "codeApe")
    return {
        "siren": siren,
        "denomination": text(company, "denomination"),
        "nom": text(trader, "nom"),
        "prenoms": texts(trader, "prenoms") or None,
        "forme_juridique": {"code": form, "libelle": legal_form(form)},
        "nature_entreprise": text(content, "formeExerciceActivitePrincipale"),
        "associe_unique": flag(company, "indicateurAssocieUnique") or False,
        "date_immatriculation_rne": day(company, "dateImmat") or day(creation, "dateCreation"),
        "date_debut_activite": _begun(day(company, "dateDebutActiv"), form, person),
        "date_fin_personne": day(described, "dateFinExistence"),
        "date_cloture_exercice": _closing(written(described, "dateClotureExerciceSocial")),
        "date_premiere_cloture_exercice": day(described, "datePremiereCloture"),
        "detail_cessation": None,
        "dissolution": {
            "date": day(described, "dateDissolutionDisparition"),
            "poursuite_activite": flag(described, "indicateurPoursuiteActivite") or False,
            "avec_liquidation": None,
        },
        "capital_social": {
            "montant": number(described, "montantCapital"),
            "devise": text(described, "deviseCapital") or "EUR",
        },
        "activite_principales_objet_social": text(described, "objet") or (activity(code) if code else None),
        "code_APE": ape(code),
        "code_APRM": main_craft(main_place(person) or {}),
        "adresse_siege_social": address(child(person, "adresseEntreprise", "adresse")),
    }


def _begun(said: str | None, form: str | None, person: Wire) -> str | None:
    """When the activity began. A sole trader who closed a place began anew with the oldest of those that are open."""
    every = all_places(person)
    if form != SOLE_TRADER or said is None or not any(is_closed(place) for place in every):
        return said
    opened = [place for place in every if not is_closed(place)]
    dates = [day(child(place, "descriptionEtablissement"), "dateDebutActivite") for place in opened]
    dates += [day(one, "dateDebut") for place in opened for one in children(place, "activites")]
    return min((one for one in dates if one), default=None)


def _closing(said: str | None) -> str | None:
    """The last day of the financial year, written `DDMM` by the registry, as `MM-DD`; other shapes as they are."""
    found = _DAY_AND_MONTH.fullmatch(said or "")
    return f"{found[2]}-{found[1]}" if found else said
