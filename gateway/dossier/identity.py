# SPDX-License-Identifier: EUPL-1.2
"""Who a company is, read from the answer of Sirene: name, address, size, and what it does. Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from connectors.kit.paris import PARIS
from gateway.dossier.company import Address, Identity, Turnover
from gateway.dossier.rules import at
from gateway.dossier.values import Item

_SMALL_TURNOVERS = ((2_000_000, "micro"), (10_000_000, "small"), (50_000_000, "medium"))
_SMALL_HEADCOUNTS = ((10, "micro"), (50, "small"), (250, "medium"))
_RANKS = ("micro", "small", "medium", "large")


def identity(items: Sequence[Item], turnovers: Sequence[Turnover]) -> Identity | None:
    """The company, by the first of these items that holds an answer; None when no registry said who it is."""
    for item in items:
        if isinstance(item.value, Mapping) and isinstance(item.value.get("unite_legale"), Mapping):
            return _identity(item, item.value, item.value["unite_legale"], turnovers)
    return None


def _identity(
    item: Item, place: Mapping[str, Any], company: Mapping[str, Any], turnovers: Sequence[Turnover]
) -> Identity:
    natural = company.get("type") == "personne_physique"
    activity = company.get("activite_principale_naf_rev2") or company.get("activite_principale") or {}
    headcount = company.get("tranche_effectif_salarie") or {}
    bracket = (headcount.get("de"), headcount.get("a"))
    category = _text(company.get("categorie_entreprise"))
    return Identity(
        siret=item.siret,
        name=_name(company, natural=natural),
        legal_form=(_text(at(company, "forme_juridique.code")), _text(at(company, "forme_juridique.libelle"))),
        activity=(_text(activity.get("code")), _text(activity.get("libelle"))),
        naf=_text(activity.get("code")),
        active=company.get("etat_administratif") == "A" and place.get("etat_administratif") == "A",
        natural_person=natural,
        item=item.id,
        trade_name=_text(place.get("enseigne")),
        acronym=_text(at(company, "personne_morale_attributs.sigle")),
        address=_address(place.get("adresse") or {}),
        head_office=place.get("siege_social"),
        head_office_siret=_text(company.get("siret_siege_social")),
        category=category,
        size=size(category, bracket[0], turnovers),
        headcount=None if bracket == (None, None) else bracket,
        created_on=_day(company.get("date_creation")),
        closed_on=_day(place.get("date_fermeture")),
        social_economy=company.get("economie_sociale_et_solidaire"),
        rna=_text(company.get("rna")),
        restricted=place.get("status_diffusion") != "diffusible",
    )


def size(category: str, headcount: int | None, turnovers: Sequence[Turnover]) -> str:
    """Micro, small or medium among what INSEE calls a PME, by its persons and its last turnover; else large, or "".

    Persons alone do not make a micro-enterprise (Recommendation 2003/361/EC): the larger of the two ranks is kept.
    """
    if category in ("ETI", "GE"):
        return "large"
    if category != "PME" or headcount is None:
        return ""
    ranks = [_rank(headcount + 1, _SMALL_HEADCOUNTS)]
    if turnovers:
        ranks.append(_rank(max(turnovers, key=lambda one: one.end).amount, _SMALL_TURNOVERS))
    # INSEE, who knows the balance sheet as well, says it is a PME: it is at most a medium one.
    return min(max(ranks, key=_RANKS.index), "medium", key=_RANKS.index)


def _rank(value: int, steps: Sequence[tuple[int, str]]) -> str:
    return next((name for most, name in steps if value <= most), "large")


def _name(company: Mapping[str, Any], *, natural: bool) -> str:
    if not natural:
        return _text(at(company, "personne_morale_attributs.raison_sociale"))
    person = company.get("personne_physique_attributs") or {}
    first = person.get("prenom_usuel") or person.get("prenom_1")
    last = person.get("nom_usage") or person.get("nom_naissance")
    return " ".join(_text(part) for part in (first, last) if part)


def _address(found: Mapping[str, Any]) -> Address | None:
    """The postal lines without the name and the town; a foreign country's code is not ISO's: it is left out."""
    posted = found.get("acheminement_postal") or {}
    lines = tuple(_text(posted.get(f"l{rank}")) for rank in (2, 3, 4, 5) if _text(posted.get(f"l{rank}")))
    city = _text(found.get("libelle_commune")) or _text(found.get("libelle_commune_etranger"))
    if not lines and not city:
        return None
    country = "" if found.get("code_pays_etranger") else "FRA"
    return Address(lines, _text(found.get("code_postal")), city, _text(found.get("code_commune")), country)


def _text(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""


def _day(value: object) -> str:
    """A day of Paris from epoch seconds, as Sirene's answers write dates; "" without one."""
    if not isinstance(value, int):
        return ""
    return datetime.fromtimestamp(value, PARIS).date().isoformat()
