# SPDX-License-Identifier: EUPL-1.2
"""Subventions: what an association asked public bodies for, and what it was paid.

The contact of an application (e-mail, telephone) is in the registry's answer, and never read. `versementKey` links
applications and payments.
"""

from connectors.data_subvention.leaf import child, number, provider, text, updated
from connectors.data_subvention.schemas import (
    Aide,
    Demande,
    Instruction,
    Paiement,
    Programme,
    Projet,
    Projets,
    Subvention,
    SubventionDemandee,
)
from connectors.kit import Answer, NotFound, Registry, Reply, UnknownAnswer
from connectors.kit.wire import Wire, an_object, objects


async def ask(number: str, registry: Registry) -> Reply:
    """Ask about an association, by SIREN, SIRET or RNA."""
    return await registry.get(f"/association/{number}/grants")


async def v3(siren_or_siret_or_rna: str, data_subvention: Registry) -> Answer[list[Subvention]]:
    """The subsidies, in the registry's order. Raises NotFound when it knows none, or not the association."""
    reply = await ask(siren_or_siret_or_rna, data_subvention)
    if reply.status in (400, 404):
        raise NotFound
    if reply.status != 200:
        raise UnknownAnswer
    rows = objects(an_object(reply.json()).get("subventions"))
    if not rows:
        raise NotFound
    return Answer([_subsidy(row) for row in rows])


def _subsidy(row: Wire) -> Subvention:
    application, payments = row.get("application"), row.get("payments")
    return Subvention(
        demande_subvention=None if application is None else _application(an_object(application)),
        paiements=[_payment(one) for one in objects(payments)] if isinstance(payments, list) else [],
    )


def _application(row: Wire) -> Demande:
    amounts = child(row, "montants")
    actions = row.get("actions_proposee")
    return Demande(
        fournisseur=provider(row, "siret"),
        date_mise_a_jour_information=updated(row, "siret"),
        annee_exercice_demande=number(row, "annee_demande"),
        identifiant_engagement_juridique=text(row, "ej"),
        jointure_demandes_et_versements=text(row, "versementKey"),
        subvention_demandee=SubventionDemandee(
            dispositif=text(row, "dispositif"),
            sous_dispositif=text(row, "sous_dispositif"),
            montant_demande=number(amounts, "demande"),
        ),
        description_des_projets=Projets(
            estimation_cout_total=number(amounts, "total"),
            projet=[] if actions is None else [_project(one) for one in objects(actions)],
        ),
        instruction=Instruction(
            service_instructeur=text(row, "service_instructeur"),
            date_commission=text(row, "date_commision"),  # the registry's spelling
            statut_demande=text(row, "statut_label"),
            montant_accorde=number(amounts, "accorde"),
        ),
    )


def _project(row: Wire) -> Projet:
    return Projet(
        rang=number(row, "rang"),
        intitule=text(row, "intitule"),
        objectifs=text(row, "objectifs"),
        objectifs_operationnels=text(row, "objectifs_operationnels"),
        description=text(row, "description"),
        aide=Aide(nature=text(row, "nature_aide"), modalite=text(row, "modalite_aide")),
        modalite_ou_dispositif=text(row, "modalite_ou_dispositif"),
        indicateurs=text(row, "indicateurs"),
        cofinanceurs=text(child(row, "cofinanceurs"), "noms"),
    )


def _payment(row: Wire) -> Paiement:
    return Paiement(
        fournisseur=provider(row, "ej"),
        date_mise_a_jour_information=updated(row, "ej"),
        jointure_demandes_et_versements=text(row, "versementKey"),
        montant_verse=number(row, "amount"),
        date_versement=text(row, "dateOperation"),
        centre_financier=text(row, "centreFinancier"),
        domaine_fonctionnel=text(row, "domaineFonctionnel"),
        activitee=text(row, "activitee"),
        numero_bop=text(row, "bop"),
        programme=_programme(row),
    )


def _programme(row: Wire) -> Programme | None:
    if not any(child(row, key) for key in ("programme", "libelleProgramme", "bop")):
        return None
    return Programme(
        numero=text(row, "programme"),
        libelle=text(row, "libelleProgramme"),
        fournisseur=provider(row, "programme"),
        date_mise_a_jour_information=updated(row, "programme"),
    )
