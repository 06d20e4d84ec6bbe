# SPDX-License-Identifier: EUPL-1.2
"""Qualiopi et habilitations France compétences: an establishment's declarations of activity, label and rights.

Sources: articles L6316-1 (Qualiopi) and L6351-1 (declaration) of the Code du travail. The registry says « unknown »
with a 200 in which every key is null; in the same way a list of one item full of nulls is an empty list.
"""

import re
from datetime import date

from connectors.carif_oref.schemas import Certification, Declaration, Habilitation, Organisme, Specialite, Specialites
from connectors.kit import Answer, NotFound, Registry, Reply, Siret, UnknownAnswer
from connectors.kit.wire import Wire, an_object, day, flag, needed, objects, text

REMOVED = "Supprimé"
OWN = "direct sur le NDA"
SPREAD = "par propagation via"
_FRENCH_DAY = re.compile(r"([0-9]{2})/([0-9]{2})/([0-9]{4})", re.ASCII)


async def ask(siret: str, carif: Registry) -> Reply:
    """Ask about an establishment."""
    return await carif.get(f"/organisme/{siret}")


async def v3(siret: Siret, carif: Registry) -> Answer[Organisme]:
    """The establishment's rights. Raises NotFound when the registry does not know it."""
    reply = await ask(siret, carif)
    if reply.status == 404:
        raise NotFound
    if reply.status != 200:
        raise UnknownAnswer
    body = an_object(reply.json())
    if "siret_actif" not in body:
        raise UnknownAnswer
    if text(body, "siret_actif") is None:
        raise NotFound
    return Answer(
        Organisme(
            siret=needed(body, "siret_actif"),
            code_uai=text(_child(body, "etablissement"), "uai"),
            unite_legale_avec_plusieurs_nda=flag(_child(body, "unite_legale"), "multinda"),
            declarations_activites_etablissement=[_declaration(row) for row in _listed(body, "nda")],
            habilitations_france_competence=[
                _right(row) for row in _listed(body, "habilitations") if text(row, "etat_habilitation") != REMOVED
            ],
        )
    )


def _child(row: Wire, key: str) -> Wire:
    value = row.get(key)
    return {} if value is None else an_object(value)


def _listed(row: Wire, key: str) -> list[Wire]:
    """The items of a list, without those in which nothing is said; null is an empty list."""
    value = row.get(key)
    return [] if value is None else [item for item in objects(value) if _says_something(item)]


def _says_something(row: Wire) -> bool:
    inner = [one for value in row.values() if isinstance(value, list) for one in value if isinstance(one, dict)]
    flat = [value for value in row.values() if not isinstance(value, list)]
    return any(value is not None for value in [*flat, *(value for one in inner for value in one.values())])


def _declaration(row: Wire) -> Declaration:
    return Declaration(
        numero_de_declaration=needed(row, "nda"),
        actif=True,
        date_derniere_declaration=text(row, "date_derniere_declaration"),
        date_debut_exercice=text(row, "debut_exercice"),
        date_fin_exercice=text(row, "fin_exercice"),
        certification_qualiopi=Certification(
            action_formation=flag(row, "qualiopi_action_formation"),
            bilan_competences=flag(row, "qualiopi_bilan_competence"),
            validation_acquis_experience=flag(row, "qualiopi_vae"),
            apprentissage=flag(row, "qualiopi_apprentissage"),
            obtention_via_unite_legale=_spread(text(row, "obtention_qualiopi")),
        ),
        specialites=Specialites(
            specialite_1=_speciality(row, 1),
            specialite_2=_speciality(row, 2),
            specialite_3=_speciality(row, 3),
        ),
    )


def _spread(words: str | None) -> bool | None:
    """Whether the label comes from the company's own declaration of activity rather than this establishment's."""
    if words and OWN in words:
        return False
    return True if words and SPREAD in words else None


def _speciality(row: Wire, rank: int) -> Specialite:
    return Specialite(code=text(row, f"code_specialite_{rank}"), libelle=text(row, f"libelle_specialite_{rank}"))


def _right(row: Wire) -> Habilitation:
    return Habilitation(
        code=text(row, "code_fc"),
        actif=flag(row, "actif"),
        date_actif=_any_day(row, "date_habilitation"),
        date_fin_enregistrement=_any_day(row, "date_fin_enregistrement"),
        date_decision=_any_day(row, "date_decision"),
        habilitation_pour_former=flag(row, "a_former"),
        habilitation_pour_organiser_l_evaluation=flag(row, "a_organiser"),
        sirets_organismes_certificateurs=[
            needed(one, "siret") for one in _listed(row, "certificateur") if text(one, "siret")
        ],
    )


def _any_day(row: Wire, key: str) -> str | None:
    """A day as `YYYY-MM-DD`, whether written so or as `DD/MM/YYYY`."""
    found = _FRENCH_DAY.fullmatch(text(row, key) or "")
    if not found:
        return day(row, key)
    number, month, year = map(int, found.groups())
    try:
        return date(year, month, number).isoformat()
    except ValueError:
        raise UnknownAnswer from None
