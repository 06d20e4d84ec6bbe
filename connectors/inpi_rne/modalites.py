# SPDX-License-Identifier: EUPL-1.2
"""By which means a person owns or controls a company: shares, shares to come, votes, powers.

Articles L561-2-2 and R561-1 of the Code monétaire et financier. Numbers are percentages, as declared; a part that the
registry leaves out is null.
"""

from typing import TypedDict

from connectors.kit import MayLack
from connectors.kit.wire import Wire, flag, number


class Proprietes(TypedDict):
    """Shares held in full ownership, and in bare ownership."""

    pleine_propriete: MayLack[float]
    nue_propriete: MayLack[float]


class PartsDirectes(Proprietes):
    """Shares held directly, if any are."""

    detention: MayLack[bool]


class Parts(Proprietes):
    """Shares held through something, and their total."""

    total: MayLack[float]


class PartsIndirectes(TypedDict):
    """Shares held indirectly, if any are: in common with others, through companies."""

    detention: MayLack[bool]
    par_indivision: Parts
    via_personnes_morales: Parts


class DetentionDeCapital(TypedDict):
    """The shares held."""

    parts_totale: MayLack[float]
    parts_directes: PartsDirectes
    parts_indirectes: PartsIndirectes


class PartsIndirectesFutures(TypedDict):
    """Shares to be held indirectly."""

    par_indivision: Parts
    via_personnes_morales: Parts


class Vocation(TypedDict):
    """The shares that will be held."""

    parts_directes: Proprietes
    parts_indirectes: PartsIndirectesFutures


class VotesDirects(PartsDirectes):
    """Votes held directly, if any are."""

    usufruit: MayLack[float]


class Votes(Parts):
    """Votes held through something, and their total."""

    usufruit: MayLack[float]


class VotesIndirects(TypedDict):
    """Votes held indirectly, if any are."""

    detention: MayLack[bool]
    par_indivision: Votes
    via_personnes_morales: Votes


class DroitsDeVote(TypedDict):
    """The votes held."""

    total: MayLack[float]
    directes: VotesDirects
    indirectes: VotesIndirects


class PouvoirsDeControle(TypedDict):
    """Control by other means."""

    decision_ag: MayLack[bool]
    nommage_membres_conseil_administratif: MayLack[bool]
    autres: MayLack[bool]


class Modalites(TypedDict):
    """Every means of control of one person."""

    detention_de_capital: DetentionDeCapital
    vocation_a_devenir_titulaire_de_parts: Vocation
    droits_de_vote: DroitsDeVote
    pouvoirs_de_controle: PouvoirsDeControle
    representant_legal: MayLack[bool]
    representant_legal_placement_sans_gestion_deleguee: MayLack[bool]


def means(row: Wire) -> Modalites:
    """The means of control as published. Raises UnknownAnswer when a percentage is no number, a mark no yes or no."""
    return {
        "detention_de_capital": _shares(row),
        "vocation_a_devenir_titulaire_de_parts": _shares_to_come(row),
        "droits_de_vote": _votes(row),
        "pouvoirs_de_controle": {
            "decision_ag": flag(row, "detentionPouvoirDecisionAG"),
            "nommage_membres_conseil_administratif": flag(row, "detentionPouvoirNommageMembresConseilAdmin"),
            "autres": flag(row, "detentionAutresMoyensControle"),
        },
        "representant_legal": flag(row, "beneficiaireRepresentantLegal"),
        "representant_legal_placement_sans_gestion_deleguee": flag(row, "representantLegalPlacementSansGestionDelegue"),
    }


def _shares(row: Wire) -> DetentionDeCapital:
    return {
        "parts_totale": number(row, "detentionPartTotale"),
        "parts_directes": {"detention": flag(row, "detentionPartDirecte"), **_owned(row, "partsDirectes")},
        "parts_indirectes": {
            "detention": flag(row, "detentionPartIndirecte"),
            "par_indivision": _parts(row, "partsIndirectesIndivision", "partsIndirectesIndivision"),
            "via_personnes_morales": _parts(row, "partsIndirectesPersonnesMorales", "partsIndirectesPmorales"),
        },
    }


def _shares_to_come(row: Wire) -> Vocation:
    indirect = "vocationTitulaireIndirecte"
    return {
        "parts_directes": _owned(row, "vocationTitulaireDirecte"),
        "parts_indirectes": {
            "par_indivision": _parts(row, f"{indirect}Indivision", indirect),
            "via_personnes_morales": _parts(row, f"{indirect}PersonnesMorales", f"{indirect}Pmorales"),
        },
    }


def _votes(row: Wire) -> DroitsDeVote:
    return {
        "total": number(row, "detentionVoteTotal"),
        "directes": {
            "detention": flag(row, "detentionVoteDirecte"),
            **_owned(row, "voteDirecte"),
            "usufruit": number(row, "voteDirecteUsufruit"),
        },
        "indirectes": {
            "detention": flag(row, "detentionVoteIndirecte"),
            "par_indivision": _votes_through(row, "voteIndirecteIndivision", "voteIndirecteIndivision"),
            "via_personnes_morales": _votes_through(row, "voteIndirectePersonnesMorales", "voteIndirectePmorales"),
        },
    }


def _owned(row: Wire, prefix: str) -> Proprietes:
    return {
        "pleine_propriete": number(row, f"{prefix}PleinePropriete"),
        "nue_propriete": number(row, f"{prefix}NuePropriete"),
    }


def _parts(row: Wire, total: str, prefix: str) -> Parts:
    return {"total": number(row, total), **_owned(row, prefix)}


def _votes_through(row: Wire, total: str, prefix: str) -> Votes:
    return {**_parts(row, total, prefix), "usufruit": number(row, f"{prefix}Usufruit")}
