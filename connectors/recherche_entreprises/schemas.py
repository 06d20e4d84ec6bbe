# SPDX-License-Identifier: EUPL-1.2
"""The shape of a company found, which is ours. Dates are `YYYY-MM-DD`.

Officers are not repeated: they are natural persons, whom the RNE tells to those who may know them.
"""

from typing import TypedDict


class Siege(TypedDict):
    """The head office; `etat_administratif` is A (open) or F (closed)."""

    siret: str | None
    adresse: str | None
    code_postal: str | None
    code_commune: str | None
    commune: str | None
    departement: str | None
    region: str | None
    latitude: str | None
    longitude: str | None
    etat_administratif: str | None


class Signes(TypedDict):
    """What other public lists say of the company; null when the engine does not tell."""

    est_administration: bool | None
    est_association: bool | None
    est_bio: bool | None
    est_entrepreneur_individuel: bool | None
    est_ess: bool | None
    est_organisme_formation: bool | None
    est_qualiopi: bool | None
    est_rge: bool | None
    est_service_public: bool | None
    est_siae: bool | None
    est_societe_mission: bool | None
    convention_collective_renseignee: bool | None
    egapro_renseignee: bool | None
    bilan_ges_renseigne: bool | None
    identifiant_association: str | None


class Entreprise(TypedDict):
    """One company; `etat_administratif` is A (active) or C (closed), `statut_diffusion` O, P or N."""

    siren: str
    nom_complet: str | None
    nom_raison_sociale: str | None
    sigle: str | None
    etat_administratif: str | None
    statut_diffusion: str | None
    date_creation: str | None
    date_fermeture: str | None
    nature_juridique: str | None
    activite_principale: str | None
    activite_principale_naf25: str | None
    section_activite_principale: str | None
    categorie_entreprise: str | None
    tranche_effectif_salarie: str | None
    nombre_etablissements: int | None
    nombre_etablissements_ouverts: int | None
    siege: Siege
    signes: Signes


class Meta(TypedDict):
    """Of the list: companies given, at most 25, the likeliest first; and how many there are."""

    count: int
    total: int
