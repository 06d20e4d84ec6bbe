# SPDX-License-Identifier: EUPL-1.2
"""The company's own receipt of its deposit: what was handed in, by whom, when, and under which digest."""

from collections.abc import Mapping

from gateway.dossier.company import Company
from gateway.dossier.export.buyer import deposit
from gateway.dossier.export.lines import declared, given, latest, name_of
from gateway.dossier.export.pages import Line, Pages, Section
from gateway.dossier.export.sources import moment, source_of, spaced, standing
from gateway.dossier.values import Candidature
from gateway.dossier.words import State


def attestation_pages(candidature: Candidature, companies: Mapping[str, Company], now: int) -> Pages:
    """The company's own receipt of its deposit. Raises ValueError before the deposit."""
    if candidature.seal is None:
        raise ValueError("nothing was deposited")
    name = name_of(companies.get(candidature.lead.siret)) or spaced(candidature.lead.siret)
    tender = candidature.tender
    pieces = tuple(
        Line(item.label, "", standing(item, candidature), source_of(item))
        for item in candidature.items
        if item.state in (State.RETRIEVED, State.CONTESTED) or item.id in candidature.seal.incomplete
    )
    declarations = tuple(declared(one) for member in candidature.members for one in latest(candidature, member))
    return Pages(
        title="Attestation de dépôt",
        subtitle=f"{tender.title}, référence {tender.reference}" if tender.title else f"Référence {tender.reference}",
        reference=f"{candidature.number} · {name} · SIRET {spaced(candidature.lead.siret)}",
        issued=f"Établie le {moment(now)} (heure de Paris).",
        mention=(
            f"La candidature de {name} a été déposée le {moment(candidature.seal.at)}. Un registre qui ne répondait "
            "pas ce jour-là n'a pas empêché ce dépôt : sa réponse sera jointe dès qu'elle arrivera, et l'état "
            "d'origine reste lisible."
        ),
        sections=(
            deposit(candidature.seal),
            Section("Acheteur", given(("Nom", tender.buyer_name), ("SIRET", spaced(tender.buyer_siret)))),
            Section("Pièces obtenues à votre place", pieces, nothing="Aucune pièce n'a été obtenue."),
            Section("Ce que vous avez déclaré", declarations, nothing="Aucune déclaration."),
        ),
    )
