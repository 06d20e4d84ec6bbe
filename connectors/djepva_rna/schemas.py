# SPDX-License-Identifier: EUPL-1.2
"""The published shapes of v3, and the address that both families share. Dates are `YYYY-MM-DD`."""

from typing import TypedDict

from connectors.kit import MayLack


class Adresse(TypedDict):
    """An address in its pieces."""

    complement: str | None
    numero_voie: str | None
    type_voie: str | None
    libelle_voie: str | None
    distribution: str | None
    code_insee: str | None
    code_postal: str | None
    commune: str | None


class Association(TypedDict):
    """An association of the répertoire national. `siret` is the one that was asked about, if one was."""

    rna_id: MayLack[str]
    titre: MayLack[str]
    objet: MayLack[str]
    siret: str | None
    siret_siege_social: str | None
    date_creation: MayLack[str]
    date_declaration: MayLack[str]
    date_publication: str | None
    date_dissolution: str | None
    adresse_siege: Adresse
    etat: bool
    groupement: str | None
    mise_a_jour: MayLack[str]


class DocumentRna(TypedDict):
    """A document deposited at the prefecture.

    `timestamp`: seconds since 1970, as text. `expires_in`: seconds, null when the file is not fetched through us.
    `errors`: why there is no address, in French; empty otherwise.
    """

    timestamp: MayLack[str]
    type: MayLack[str]
    url: str | None
    expires_in: int | None
    errors: list[str]


class DocumentsMeta(TypedDict):
    """Of the list: how many documents, and how many of them without an address."""

    nombre_documents: int
    nombre_documents_deficients: int
