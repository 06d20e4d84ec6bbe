# SPDX-License-Identifier: EUPL-1.2
"""The shape of notices, which is ours. Dates are `YYYY-MM-DD`."""

from typing import TypedDict


class Famille(TypedDict):
    """The family of a notice: `collective`, `dpc`, `radiation`…, and its words."""

    code: str | None
    libelle: str | None


class Personne(TypedDict):
    """A legal person a notice speaks of; natural persons are not repeated here."""

    denomination: str
    forme_juridique: str | None


class Jugement(TypedDict):
    """What a court decided; `date` is left as the court wrote it when it is no date."""

    type: str | None
    famille: str | None
    nature: str | None
    date: str | None
    complement: str | None


class Depot(TypedDict):
    """Accounts handed in, for a year closed on a day."""

    type: str | None
    date_cloture: str | None
    descriptif: str | None


class Annonce(TypedDict):
    """One notice; `bulletin` is A (sales, insolvency), B (changes, removals) or C (accounts).

    `defaillance_signalee`: a judgment of bulletin A speaks of liquidation, bankruptcy or a ban. The company may contest
    it, and a later notice may undo it: it is a sign to look at, never a decision.
    """

    identifiant: str
    date_parution: str
    bulletin: str | None
    famille: Famille
    type_avis: str | None
    tribunal: str | None
    commercant: str | None
    personnes_morales: list[Personne]
    jugement: Jugement | None
    defaillance_signalee: bool
    depot: Depot | None
    url: str | None


class Meta(TypedDict):
    """Of the list: notices given, at most a hundred, the latest first; and how many there are."""

    count: int
    total: int
