# SPDX-License-Identifier: EUPL-1.2
"""The published shapes of Qualibat's certificate; dates are `YYYY-MM-DD`, the gateway fills the document's fields."""

from typing import TypedDict

from connectors.kit import MayLack


class CertificatV3(TypedDict):
    """v3: the document alone."""

    document_url: MayLack[str]
    expires_in: MayLack[int]


class Assurance(TypedDict):
    """An insurer and the number of the contract; both are null when the insurer is not one that Qualibat lists."""

    nom: str | None
    identifiant: str | None


class Certification(TypedDict):
    """One qualification. `nom` and `libelle` are the same words of the nomenclature, null for a code it does not know.

    The running service says `nom` and its published description `libelle`: clients of both find theirs.
    """

    code: str
    nom: MayLack[str]
    libelle: MayLack[str]
    rge: bool
    date_attribution: MayLack[str]


class Entite(TypedDict):
    """What the certificate says of the establishment."""

    assurance_responsabilite_travaux: Assurance
    assurance_responsabilite_civile: Assurance
    certifications: list[Certification]


class CertificatV4(TypedDict):
    """v4: the document, and what is read in it."""

    document_url: MayLack[str]
    document_url_expires_in: MayLack[int]
    date_emission: str | None
    date_fin_validite: str | None
    entity: Entite


class MetaV4(TypedDict):
    """Why nothing was read: `<kind>_pdf_not_supported` or `invalid_file`; null when the certificate was read."""

    extractor_error: str | None
