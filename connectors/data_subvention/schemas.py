# SPDX-License-Identifier: EUPL-1.2
"""The published shape of the subsidies of an association, v3. Amounts are euros, dates are ISO date-times as received.

Source: the published OpenAPI; what it announces without null and the registry may lack is a `MayLack`.
"""

from typing import TypedDict

from connectors.kit import MayLack


class SubventionDemandee(TypedDict):
    """What was asked for, under which scheme."""

    dispositif: MayLack[str]
    sous_dispositif: MayLack[str]
    montant_demande: MayLack[float]


class Aide(TypedDict):
    """What kind of help, in which form."""

    nature: MayLack[str]
    modalite: MayLack[str]


class Projet(TypedDict):
    """One project of an application; `cofinanceurs` are names separated by semicolons."""

    rang: MayLack[float]
    intitule: MayLack[str]
    objectifs: MayLack[str]
    objectifs_operationnels: MayLack[str]
    description: MayLack[str]
    aide: Aide
    modalite_ou_dispositif: MayLack[str]
    indicateurs: str | None
    cofinanceurs: MayLack[str]


class Projets(TypedDict):
    """The projects, and what they cost together when the association said so."""

    estimation_cout_total: MayLack[float]
    projet: list[Projet]


class Instruction(TypedDict):
    """What became of the application; `statut_demande`: Accordé, En instruction, Refusé or En attente."""

    service_instructeur: MayLack[str]
    date_commission: str | None
    statut_demande: MayLack[str]
    montant_accorde: MayLack[float]


class Demande(TypedDict):
    """One application; `jointure_demandes_et_versements` is the key of its payments."""

    fournisseur: MayLack[str]
    date_mise_a_jour_information: MayLack[str]
    annee_exercice_demande: MayLack[float]
    identifiant_engagement_juridique: str | None
    jointure_demandes_et_versements: str | None
    subvention_demandee: SubventionDemandee
    description_des_projets: Projets
    instruction: Instruction


class Programme(TypedDict):
    """The budget programme that paid."""

    numero: MayLack[str]
    libelle: MayLack[str]
    fournisseur: MayLack[str]
    date_mise_a_jour_information: MayLack[str]


class Paiement(TypedDict):
    """One payment; `programme` is null when nothing is known of it."""

    fournisseur: MayLack[str]
    date_mise_a_jour_information: MayLack[str]
    jointure_demandes_et_versements: str | None
    montant_verse: MayLack[float]
    date_versement: MayLack[str]
    centre_financier: MayLack[str]
    domaine_fonctionnel: MayLack[str]
    activitee: MayLack[str]
    numero_bop: MayLack[str]
    programme: MayLack[Programme]


class Subvention(TypedDict):
    """An application, its payments, or both."""

    demande_subvention: Demande | None
    paiements: list[Paiement]
