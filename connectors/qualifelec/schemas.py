# SPDX-License-Identifier: EUPL-1.2
"""The published shape of Qualifelec's certificates; dates are `YYYY-MM-DD`, days in Paris."""

from typing import TypedDict

from connectors.kit import MayLack


class Libelle(TypedDict):
    """An index, a mention or a field: its code and what it means."""

    code: MayLack[str]
    label: MayLack[str]


class Classification(TypedDict):
    """How many people carry out the works; both are null when the establishment has no class."""

    code: int | None
    label: str | None


class Qualification(TypedDict):
    """What the certificate is about; it outlives the certificate, which is renewed each year."""

    label: MayLack[str]
    date_debut: MayLack[str]
    date_fin: MayLack[str]
    indices: list[Libelle]
    mentions: list[Libelle]
    domaines: list[Libelle]
    classification: Classification


class Assurance(TypedDict):
    """An insurer, and the period its own certificate covers."""

    nom: MayLack[str]
    date_debut: str | None
    date_fin: str | None


class Certificat(TypedDict):
    """One certificate. `document_url`: at Qualifelec's, as it is; `rge`: « reconnu garant de l'environnement »."""

    document_url: MayLack[str]
    numero: MayLack[int]
    rge: MayLack[bool]
    date_debut: MayLack[str]
    date_fin: MayLack[str]
    qualification: Qualification
    assurance_decennale: Assurance
    assurance_civile: Assurance


class Meta(TypedDict):
    """Of the list: how many certificates it has."""

    count: int
