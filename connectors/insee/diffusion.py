# SPDX-License-Identifier: EUPL-1.2
"""What may be told to everyone: Sirene's diffusion status, and the `[ND]` that hides the rest.

Status O is told in full, P in part, N to entitled administrations only (code de commerce, article A123-96 and
following). The open-data products refuse N and hide part of P; where an establishment and its company differ, the
stricter of the two statuses decides, so that a company's wish is not undone by one of its establishments.
"""

from connectors.insee.schemas import (
    AcheminementPostal,
    Adresse,
    Diffusion,
    Etablissement,
    PersonnePhysique,
    UniteLegale,
)
from connectors.insee.wire import Wire, needed
from connectors.kit import NotFound, UnknownAnswer

HIDDEN = "[ND]"
_STATUSES: dict[str, Diffusion] = {"O": "diffusible", "P": "partiellement_diffusible", "N": "non_diffusible"}


def status_of(row: Wire, key: str) -> Diffusion:
    """The diffusion status of a company or an establishment. Raises UnknownAnswer: without it nothing may be told."""
    status = _STATUSES.get(needed(row, key))
    if status is None:
        raise UnknownAnswer
    return status


def commercial(status: Diffusion, open_data: bool) -> bool:
    """Whether the entity may be told about commercially, as each family of products says it.

    The protected products say so of full diffusion only; the open-data ones, which hide what must be, also of partial.
    """
    return status == "diffusible" or (open_data and status == "partiellement_diffusible")


def refuse_hidden(*statuses: Diffusion) -> None:
    """Raises NotFound when one of the statuses keeps the entity out of open data."""
    if "non_diffusible" in statuses:
        raise NotFound


def hide_company(company: UniteLegale) -> None:
    """Hide what partial diffusion keeps of a company: a legal person's acronym (never its name), a person's identity.

    When Sirene does not tell which of the two it is, both are hidden.
    """
    kind = company["type"]
    if kind != "personne_physique":
        company["personne_morale_attributs"]["sigle"] = HIDDEN
    if kind != "personne_morale":
        company["personne_physique_attributs"] = _nobody()


def hide_address(address: Adresse) -> None:
    """Hide what partial diffusion keeps of an address: all but the town and the country."""
    address["numero_voie"] = HIDDEN
    address["indice_repetition_voie"] = HIDDEN
    address["type_voie"] = HIDDEN
    address["libelle_voie"] = HIDDEN
    address["complement_adresse"] = HIDDEN
    address["code_postal"] = HIDDEN
    address["distribution_speciale"] = HIDDEN
    address["code_cedex"] = HIDDEN
    address["libelle_cedex"] = HIDDEN
    last: str | None = address["acheminement_postal"]["l7"]
    address["acheminement_postal"] = _envelope(last)


def hide_establishment(place: Etablissement, company: UniteLegale) -> None:
    """Hide what the two diffusion statuses keep of an establishment and of the company inside it."""
    refuse_hidden(place["status_diffusion"], company["status_diffusion"])
    partial_company = company["status_diffusion"] == "partiellement_diffusible"
    if not partial_company and place["status_diffusion"] == "diffusible":
        return
    hide_address(place["adresse"])
    if company["type"] != "personne_morale":
        place["enseigne"] = HIDDEN
    if partial_company:
        hide_company(company)


def _nobody() -> PersonnePhysique:
    return {
        "pseudonyme": HIDDEN,
        "prenom_usuel": HIDDEN,
        "prenom_1": HIDDEN,
        "prenom_2": HIDDEN,
        "prenom_3": HIDDEN,
        "prenom_4": HIDDEN,
        "nom_usage": HIDDEN,
        "nom_naissance": HIDDEN,
        "sexe": HIDDEN,
    }


def _envelope(last: str | None) -> AcheminementPostal:
    return {"l1": HIDDEN, "l2": HIDDEN, "l3": HIDDEN, "l4": HIDDEN, "l5": HIDDEN, "l6": HIDDEN, "l7": last}
