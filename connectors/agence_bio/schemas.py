# SPDX-License-Identifier: EUPL-1.2
"""The shape of organic operators, which is ours. Dates are `YYYY-MM-DD`."""

from typing import TypedDict


class Certificat(TypedDict):
    """One certifier's word. `etat`: `ENGAGEE`, `SUSPENDUE`, `ARRETEE`… as the agency writes it."""

    organisme: str | None
    numero_controle: str | None
    etat: str | None
    date_engagement: str | None
    date_suspension: str | None
    date_arret: str | None
    date_notification: str | None
    url: str | None


class Production(TypedDict):
    """What is produced, in the agency's nomenclature."""

    code: str | None
    libelle: str | None


class Lieu(TypedDict):
    """A place of the operator; `types`: head office, sales, production…"""

    lieu: str | None
    code_postal: str | None
    ville: str | None
    code_commune: str | None
    types: list[str]
    actif: bool | None


class Operateur(TypedDict):
    """One operator. Its manager and telephone numbers are not repeated."""

    siret: str
    numero_bio: int | None
    raison_sociale: str | None
    denomination_courante: str | None
    reseau: str | None
    date_premier_engagement: str | None
    date_mise_a_jour: str | None
    mixite: str | None
    certificats: list[Certificat]
    activites: list[str]
    categories: list[str]
    productions: list[Production]
    adresses: list[Lieu]


class Meta(TypedDict):
    """Of the list: operators given."""

    count: int
