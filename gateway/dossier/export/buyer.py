# SPDX-License-Identifier: EUPL-1.2
"""The application as the buyer reads it, in the order of the forms DC1 (letter of application) and DC2 (declaration).

Facts, declarations and what is still missing stand apart, each with its source. Nothing is concluded for the reader.
"""

from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation

from gateway.dossier.asked import BuyerRequest
from gateway.dossier.company import Company
from gateway.dossier.export.amounts import euros
from gateway.dossier.export.lines import given, name_of
from gateway.dossier.export.member import ROLES, member_sections
from gateway.dossier.export.pages import Line, Pages, Section
from gateway.dossier.export.sources import day, moment, silence, source_of, spaced
from gateway.dossier.values import Candidature, Seal
from gateway.dossier.words import GroupForm, Source, State

FORMS = {
    GroupForm.ALONE: "Le candidat se présente seul",
    GroupForm.JOINT: "Groupement conjoint",
    GroupForm.SOLIDARY: "Groupement solidaire",
}
SOURCES = {
    Source.BOAMP: "avis du BOAMP",
    Source.TED: "avis du TED",
    Source.PROFILE: "profil d'acheteur",
    Source.MANUAL: "donnée par le portail",
}
MENTION = (
    "Ce document réunit ce que les registres publics ont répondu, ce que des personnes nommées ont déclaré, et ce qui "
    "manque encore. Une information absente n'établit rien, ni pour ni contre l'entreprise."
)


def buyer_pages(candidature: Candidature, companies: Mapping[str, Company], now: int) -> Pages:
    """The whole application. `companies`: what is known of each member, by SIRET."""
    tender = candidature.tender
    sections = [*_market(candidature)]
    for member in candidature.members:
        company = companies.get(member.siret) or Company(member.siret, None)
        sections += member_sections(candidature, member, company)
    sections.append(_missing(candidature))
    if candidature.seal:
        sections.append(deposit(candidature.seal))
    name = name_of(companies.get(candidature.lead.siret)) or spaced(candidature.lead.siret)
    return Pages(
        title="Dossier de candidature",
        subtitle=f"{tender.title}, référence {tender.reference}" if tender.title else f"Référence {tender.reference}",
        reference=f"{candidature.number} · {name} · SIRET {spaced(candidature.lead.siret)}",
        issued=f"Établi le {moment(now)} (heure de Paris).",
        mention=MENTION,
        sections=tuple(sections),
    )


def _market(candidature: Candidature) -> Iterator[Section]:
    tender = candidature.tender
    yield Section(
        "A. Acheteur",
        given(("Nom", tender.buyer_name), ("SIRET", spaced(tender.buyer_siret))),
    )
    deadline = moment(tender.deadline) if tender.deadline else ""
    checks = [
        Line(check.what, f"Indiqué : {check.stated} ; publié : {check.published}", note="Ne concorde pas.")
        for check in tender.checks
        if check.agrees is False
    ]
    yield Section(
        "B. Objet de la consultation",
        (
            *given(
                ("Intitulé", tender.title),
                ("Référence", f"{tender.reference} ({SOURCES[tender.source]})"),
                ("Procédure", tender.procedure),
                ("Date limite", deadline),
                ("Avis publié", tender.url),
            ),
            *checks,
        ),
    )
    titles = {lot.id: lot.title for lot in tender.lots}
    lots = [Line(f"Lot {lot}", titles.get(lot) or "Intitulé non indiqué") for lot in candidature.lots]
    form = Line("Forme de la candidature", FORMS[candidature.form])
    yield Section("C. Objet de la candidature", (form, *(lots or [Line("Portée", "Le marché dans son ensemble")])))
    if candidature.request:
        yield _request(candidature.request)
    if len(candidature.members) > 1:
        rows = tuple(
            Line(ROLES[member.role], f"SIRET {spaced(member.siret)}", note=member.share)
            for member in candidature.members
        )
        yield Section("E. Membres du groupement, entités et sous-traitants", rows)


def _request(request: BuyerRequest) -> Section:
    """What the buyer's own ESPD demands, in its words."""
    lines = tuple(
        Line(
            criterion.name,
            " ; ".join(f"{one.label} : {_required(one.value)}" for one in criterion.requirements)
            or "Sans seuil ni précision",
            note=f"Pour les lots {', '.join(criterion.lots)}" if criterion.lots else "",
        )
        for criterion in request.criteria
    )
    return Section(
        "DUME de l'acheteur",
        lines,
        introduction=(
            f"Document {request.id} du {day(request.issued_on)}, procédure {request.reference}. "
            "La réponse à chaque critère est dans le fichier DUME de la candidature."
        ),
    )


def _required(value: str) -> str:
    """A requirement as people read it: amounts in euros, the rest as the buyer wrote it."""
    amount, _, unit = value.rpartition(" ")
    try:
        return euros(Decimal(amount)) if unit == "EUR" else value
    except InvalidOperation:
        return value


_WAITED = "Pas encore de réponse"


def _missing(candidature: Candidature) -> Section:
    waiting = {State.PENDING, State.MISSING, State.UNAVAILABLE, State.OUT_OF_SCOPE}
    lines = tuple(
        Line(
            item.label,
            silence(item.provenance.code, item.provenance.said)
            if item.provenance and item.provenance.said
            else _WAITED,
            item.state,
            source_of(item),
            f"SIRET {spaced(item.siret)}" if len(candidature.members) > 1 else "",
        )
        for item in candidature.items
        if item.state in waiting
    )
    return Section(
        "Ce qui manque, et pourquoi",
        lines,
        introduction="Aucun motif d'exclusion ne se déduit d'une pièce absente.",
        nothing="Rien ne manque de ce qui a été demandé aux registres.",
    )


def deposit(seal: Seal) -> Section:
    """When, by whom, and under which digest the application was deposited."""
    who = f"{seal.by.first_name} {seal.by.family_name}, {seal.by.quality}"
    return Section(
        "Dépôt",
        given(
            ("Déposé le", moment(seal.at)),
            ("Par", who),
            ("Empreinte du dossier déposé (SHA-256)", seal.digest),
        ),
    )
