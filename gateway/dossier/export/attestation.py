# SPDX-License-Identifier: EUPL-1.2
"""The company's own receipt of its deposit: what was handed in, by whom, when, and under which digest."""

from collections.abc import Mapping

from gateway.dossier.company import Company
from gateway.dossier.export.buyer import deposit
from gateway.dossier.export.lines import declared, given, latest, name_of
from gateway.dossier.export.member import ROLES
from gateway.dossier.export.pages import Line, Pages, Section
from gateway.dossier.export.sources import moment, source_of, spaced, standing
from gateway.dossier.values import Candidature, Member
from gateway.dossier.words import State


def attestation_pages(
    candidature: Candidature, companies: Mapping[str, Company], now: int, member: Member | None = None
) -> Pages:
    """One company's own receipt of the deposit, the first one's unless `member` is given.

    It holds what that company declared and what was obtained about it: nothing of those it applies with but who they
    are. Raises ValueError before the deposit.
    """
    member = member or candidature.lead
    if candidature.seal is None:
        raise ValueError("nothing was deposited")
    name = name_of(companies.get(member.siret)) or spaced(member.siret)
    tender = candidature.tender
    pieces = tuple(
        Line(item.label, "", standing(item, candidature), source_of(item))
        for item in candidature.items
        if item.siret == member.siret
        and (item.state in (State.RETRIEVED, State.CONTESTED) or item.id in candidature.seal.incomplete)
    )
    declarations = tuple(declared(one) for one in latest(candidature, member))
    others = tuple(Line(ROLES[one.role], f"SIRET {spaced(one.siret)}") for one in candidature.members if one != member)
    return Pages(
        title="Attestation de dépôt",
        subtitle=f"{tender.title}, référence {tender.reference}" if tender.title else f"Référence {tender.reference}",
        reference=f"{candidature.number} · {name} · SIRET {spaced(member.siret)}",
        issued=f"Établie le {moment(now)} (heure de Paris).",
        mention=(
            f"La candidature {_whose(candidature, member, name)} a été déposée le {moment(candidature.seal.at)}. "
            "Un registre qui ne répondait pas ce jour-là n'a pas empêché ce dépôt : sa réponse sera jointe dès qu'elle "
            "arrivera, et l'état d'origine reste lisible."
        ),
        sections=(
            deposit(candidature.seal),
            Section("Acheteur", given(("Nom", tender.buyer_name), ("SIRET", spaced(tender.buyer_siret)))),
            *((Section("Avec qui", others),) if others else ()),
            Section("Pièces obtenues à votre place", pieces, nothing="Aucune pièce n'a été obtenue."),
            Section("Ce que vous avez déclaré", declarations, nothing="Aucune déclaration."),
        ),
    )


def _whose(candidature: Candidature, member: Member, name: str) -> str:
    return f"de {name}" if member == candidature.lead else f"à laquelle {name} participe"
