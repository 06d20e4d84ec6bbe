# SPDX-License-Identifier: EUPL-1.2
"""What the application says of one company: identity, aptitude, capacities, regularity, declarations, signatory."""

from collections.abc import Iterator

from gateway.dossier.company import Company
from gateway.dossier.export.amounts import euros, number
from gateway.dossier.export.lines import address_of, declared, given, latest, name_of
from gateway.dossier.export.pages import Line, Section
from gateway.dossier.export.sources import day, doubts, source_of, spaced, standing
from gateway.dossier.values import Candidature, Member
from gateway.dossier.words import Outcome, Role, State

ROLES = {
    Role.SOLE: "Candidat seul",
    Role.LEAD: "Mandataire du groupement",
    Role.MEMBER: "Cotraitant",
    Role.RELIED_UPON: "Entité sur les capacités de laquelle le candidat s'appuie",
    Role.SUBCONTRACTOR: "Sous-traitant",
}
OUTCOMES = {
    Outcome.COMPLIANT: "Délivrée",
    Outcome.NOT_COMPLIANT: "Non délivrée : l'entreprise n'est pas à jour selon le registre",
    Outcome.OUT_OF_SCOPE: "Sans objet : l'entreprise ne relève pas de cet organisme",
    Outcome.UNKNOWN: "Rien ne peut en être conclu",
    Outcome.UNAVAILABLE: "Le registre ne répond pas",
}
_CAPACITIES = ("capacite_economique", "capacite_technique")


def member_sections(candidature: Candidature, member: Member, company: Company) -> Iterator[Section]:
    """All sections about a member, in the order of the forms."""
    name = name_of(company) or f"SIRET {spaced(member.siret)}"
    yield Section(f"D. {ROLES[member.role]} : {name}", tuple(_identity(candidature, member, company)))
    yield Section(
        f"Aptitude à exercer l'activité : {name}",
        tuple(_registrations(candidature, company)),
        nothing="Aucun registre n'a répondu sur ce point.",
    )
    yield Section(
        f"Capacité économique et financière : {name}",
        tuple(_figures(candidature, member, company)),
        nothing="Aucun renseignement.",
    )
    yield Section(
        f"Capacité technique et professionnelle : {name}",
        tuple(_skills(candidature, member, company)),
        nothing="Aucun renseignement.",
    )
    yield Section(
        f"Régularité et situation : {name}",
        tuple(_regularity(candidature, company)),
        introduction="Ce que disent les administrations et les caisses, et les annonces légales.",
        nothing="Aucune pièce n'est demandée à ce stade.",
    )
    others = [declared(one) for one in latest(candidature, member) if one.category not in _CAPACITIES]
    yield Section(
        f"F. Engagements et déclarations : {name}",
        tuple(others),
        introduction="Chaque déclaration engage la personne qui l'a faite.",
        nothing="Aucune déclaration n'a été faite.",
    )
    signatory = candidature.signatory(member.siret)
    if signatory:
        who = f"{signatory.first_name} {signatory.family_name}, {signatory.quality}"
        yield Section(
            f"Signataire : {name}",
            given(("Nom et qualité", who), ("Courriel", signatory.email), ("Téléphone", signatory.phone)),
        )


def _identity(candidature: Candidature, member: Member, company: Company) -> Iterator[Line]:
    yield Line("SIRET", spaced(member.siret))
    identity = company.identity
    if identity:
        item = candidature.item(identity.item)
        source, note = source_of(item), doubts(item, candidature)
        facts = [
            ("Dénomination", identity.name),
            ("Nom commercial", identity.trade_name),
            ("Adresse", address_of(company)),
            ("Forme juridique", identity.legal_form[1]),
            ("Activité principale", f"{identity.activity[1]} ({identity.naf})" if identity.naf else ""),
            ("Taille", identity.category),
            ("Création", day(identity.created_on)),
            ("État", "" if identity.active else f"Fermé depuis le {day(identity.closed_on)}"),
        ]
        for label, text in facts:
            if text:
                yield Line(label, text, State.RETRIEVED, source, note)
                source, note = "", ""  # said once, on the first line
    contact = member.contact
    yield from given(("Courriel", contact.email), ("Téléphone", contact.phone), ("Site", contact.website))
    for person in company.representatives:
        item = candidature.item(person.item)
        who = person.company_name or f"{person.first_name} {person.family_name}"
        yield Line(person.quality or "Dirigeant", who, State.RETRIEVED, source_of(item), doubts(item, candidature))


def _registrations(candidature: Candidature, company: Company) -> Iterator[Line]:
    for entry in company.registrations:
        item = candidature.item(entry.item)
        where = ", ".join(part for part in (entry.number, entry.court, day(entry.on) if entry.on else "") if part)
        yield Line(entry.register, where, State.RETRIEVED, source_of(item), doubts(item, candidature))


def _figures(candidature: Candidature, member: Member, company: Company) -> Iterator[Line]:
    for turnover in company.turnovers:
        item = candidature.item(turnover.item)
        label = f"Chiffre d'affaires, exercice clos le {day(turnover.end)}"
        yield Line(label, euros(turnover.amount), State.RETRIEVED, source_of(item), doubts(item, candidature))
    for count in company.headcounts:
        item = candidature.item(count.item)
        label = "Travailleurs handicapés" if count.kind == "boeth" else "Effectif moyen"
        text = number(count.value)
        yield Line(f"{label}, {count.year}", text, State.RETRIEVED, source_of(item), doubts(item, candidature))
    for year in company.ratios:
        item = candidature.item(year.item)
        text = " ; ".join(f"{name} : {number(value)}" for name, value in year.values)
        label = f"Ratios publiés, exercice clos le {day(year.end)}"
        yield Line(label, text, State.RETRIEVED, source_of(item), doubts(item, candidature))
    for insurance in company.insurances:
        item = candidature.item(insurance.item)
        text = " ".join(part for part in (insurance.insurer, insurance.number) if part)
        yield Line(f"Assurance : {insurance.kind}", text, State.RETRIEVED, source_of(item), doubts(item, candidature))
    yield from (declared(one) for one in latest(candidature, member) if one.category == "capacite_economique")


def _skills(candidature: Candidature, member: Member, company: Company) -> Iterator[Line]:
    for mark in company.certifications:
        item = candidature.item(mark.item)
        parts = [mark.number, f"depuis le {day(mark.since)}" if mark.since else ""]
        parts += [f"valable jusqu'au {day(mark.valid_until)}" if mark.valid_until else "", *mark.details]
        text = " ; ".join(part for part in parts if part) or "Certification détenue"
        yield Line(mark.label, text, State.RETRIEVED, source_of(item), doubts(item, candidature))
    yield from (declared(one) for one in latest(candidature, member) if one.category == "capacite_technique")


def _regularity(candidature: Candidature, company: Company) -> Iterator[Line]:
    for paper in company.attestations:
        item = candidature.item(paper.item)
        text = OUTCOMES[paper.outcome]
        if paper.code:
            text += f" ; code de sécurité {paper.code}"
        state = standing(item, candidature) if item else None
        yield Line(paper.label, text, state, source_of(item), doubts(item, candidature))
    for notice in company.notices:
        item = candidature.item(notice.item)
        text = " ; ".join(part for part in (notice.nature or notice.family, notice.court, notice.complement) if part)
        note = doubts(item, candidature) if notice.contested else ""
        label = f"Annonce légale du {day(notice.published_on)}"
        yield Line(label, text, State.CONTESTED if notice.contested else State.RETRIEVED, source_of(item), note)
    if company.notices_known and not company.notices:
        yield Line("Annonces légales (BODACC)", "Aucune annonce publiée à la date de consultation", State.RETRIEVED)
