# SPDX-License-Identifier: EUPL-1.2
"""From a dossier to the answers of an ESPD: what registries state, and what named persons declare. Nothing else.

An exclusion ground is answered « no » by the person who declares so on their honour, never by a registry's silence;
what registries add is evidence. A penal ground has no other source than that declaration. Figures and registrations
are registries' facts, and declared ones where there is no such fact. « Does the operator fulfil the criterion by
itself? » is a judgement on the buyer's requirement: it is left to people, and not answered here.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from gateway.dossier.company import Company
from gateway.dossier.espd.criteria import Criterion, criteria
from gateway.dossier.espd.model import Answers, EvidenceRef, Period, Value
from gateway.dossier.values import Candidature, Member
from gateway.dossier.words import GroupForm, Outcome, Role

HONOUR = "honneur_exclusions"
EMPLOYMENT = "obligation_emploi"
_TEXTS = (
    ("moyens_techniques", "tech-equip", "RG1/RSG1/RSG1/QSG2/Q1"),
    ("titres_intervenants", "qualification", "RG1/RSG1/RSG1/QSG2/QSG1/Q3"),
    ("gestion_environnementale", "envir-measure", "RG1/RSG1/RSG1/QSG2/Q1"),
)
"""Texts declared: their key, the criterion and the question they answer."""
_REFERENCES = (
    ("references_travaux", "work-perform"),
    ("references_fournitures", "supply-perform"),
    ("references_services", "service-perform"),
)
_SMALL = ("micro", "small", "medium")


@dataclass(slots=True)
class _Sheet:
    """The answers to one criterion, as they are found."""

    criterion: Criterion
    values: dict[str, tuple[Value, ...]] = field(default_factory=dict)

    def say(self, short: str, *values: Value) -> None:
        """Answer the question of this path, once for each value."""
        if values:
            self.values[self.criterion.question(short).id] = values

    def show(self, short: str, items: tuple[str, ...]) -> None:
        """Say that the information is available electronically, and cite these items as evidence."""
        if items:
            self.say(f"{short}/Q1", True)
            self.say(f"{short}/QSG1/Q1", *(EvidenceRef(item) for item in dict.fromkeys(items)))

    def answers(self) -> Iterator[Answers]:
        """The answers, if there are any."""
        if self.values:
            yield Answers(self.criterion.code, self.values)


def answers(candidature: Candidature, member: Member, company: Company) -> tuple[Answers, ...]:
    """All answers of one member, in the model's order of criteria."""
    found = [
        *_exclusions(candidature, member, company),
        *_registrations(company),
        *_turnover(candidature, member, company),
        *_manpower(candidature, member, company),
        *_skills(candidature, member, company),
        *_references(candidature, member),
        *_size(company),
        *_together(candidature, member),
    ]
    order = list(criteria())
    return tuple(sorted(found, key=lambda one: order.index(one.code)))


def cited(found: tuple[Answers, ...]) -> Iterator[str]:
    """The items that answers cite as evidence, each once."""
    values = (value for one in found for several in one.values.values() for value in several)
    yield from dict.fromkeys(value.id for value in values if isinstance(value, EvidenceRef))


def group_name(candidature: Candidature) -> str:
    """How the group is called: by its application, until it gives itself another name."""
    return f"Groupement {candidature.number}"


def _exclusions(candidature: Candidature, member: Member, company: Company) -> Iterator[Answers]:
    """« No » to the grounds covered by the declaration on honour, with the certificates that registries delivered."""
    honour = candidature.declared(HONOUR, member.siret)
    if honour is None or honour.value is not True:
        return
    for criterion in criteria().values():
        if criterion.family != "exclusion" or criterion.code == "nati-ground":
            continue
        sheet = _Sheet(criterion)
        first = next(line for group in criterion.walk() for line in group.properties if line.is_question)
        sheet.values[first.id] = (False,)
        sheet.show(
            "QG1" if criterion.code in ("tax-pay", "socsec-pay") else "QG2",
            tuple(
                paper.item
                for paper in company.attestations
                if paper.criterion == criterion.code and paper.outcome is Outcome.COMPLIANT
            ),
        )
        yield from sheet.answers()
    employment = candidature.declared(EMPLOYMENT, member.siret)
    if employment is not None and employment.value is True:
        sheet = _Sheet(criteria()["nati-ground"])
        sheet.say("QG1/QSG1/Q1", False)
        yield from sheet.answers()


def _registrations(company: Company) -> Iterator[Answers]:
    """Enrolment in the register of crafts and in the trade register."""
    for code, names in (("prof-regist", ("RNM",)), ("trade-regist", ("RCS", "RNE"))):
        entries = [entry for entry in company.registrations if entry.register in names]
        if entries:
            sheet = _Sheet(criteria()[code])
            sheet.say("RG1/RSG1/QSG2/Q1", True)
            numbers = (" ".join(filter(None, (one.register, one.number, one.court))) for one in entries)
            sheet.say("RG1/RSG1/QSG2/QSG1/Q1", *dict.fromkeys(numbers))
            sheet.show("RG1/RSG1/QSG3", tuple(entry.item for entry in entries))
            yield from sheet.answers()


def _turnover(candidature: Candidature, member: Member, company: Company) -> Iterator[Answers]:
    """By closed year: the tax administration's figures, else those declared; and the insurance declared."""
    years: list[tuple[Period, Value]] = [
        (Period(None, date.fromisoformat(one.end)), one.amount) for one in company.turnovers
    ]
    if not years:
        said = _by_year(candidature, member, "chiffre_affaires_declare")
        years = [(Period(date(year, 1, 1), date(year, 12, 31)), Decimal(str(value))) for year, value in said]
    sheet = _Sheet(criteria()["gen-year-to"])
    sheet.say("RG1/RSG1/QSG2/Q1", *(period for period, _ in years))
    sheet.say("RG1/RSG1/QSG2/Q2", *(amount for _, amount in years))
    yield from sheet.answers()

    insured = candidature.declared("assurance_risques", member.siret)
    if insured is not None and isinstance(insured.value, int | float):
        sheet = _Sheet(criteria()["indem-insu"])
        sheet.say("RG1/RSG1/QSG2/Q1", Decimal(str(insured.value)))
        yield from sheet.answers()


def _manpower(candidature: Candidature, member: Member, company: Company) -> Iterator[Answers]:
    """Mean numbers by year, whole persons: of the social declarations, else as declared; and those who lead."""
    known = [one for one in company.headcounts if one.kind == "moyen"]
    counts = [(int(one.year), round(one.value)) for one in known]
    if not counts:
        counts = [(year, round(float(value))) for year, value in _by_year(candidature, member, "effectif_declare")]
    led = [(year, round(float(value))) for year, value in _by_year(candidature, member, "effectif_encadrement")]
    for code, rows, shown in (("manage-staff", led, ()), ("year-manpower", counts, tuple(one.item for one in known))):
        sheet = _Sheet(criteria()[code])
        sheet.say("RG1/RSG1/QSG2/Q1", *(year for year, _ in rows))
        sheet.say("RG1/RSG1/QSG2/Q2", *(count for _, count in rows))
        sheet.show("RG1/RSG1/QSG3", shown)
        yield from sheet.answers()


def _skills(candidature: Candidature, member: Member, company: Company) -> Iterator[Answers]:
    """Certificates held; equipment, qualifications, environmental measures declared."""
    for code in ("qu-certif-indep", "envir-certif-indep"):
        held = tuple(one.item for one in company.certifications if one.criterion == code)
        if held:
            sheet = _Sheet(criteria()[code])
            sheet.say("RG1/RSG1/QSG2/Q1", True)
            sheet.show("RG1/RSG1/QSG3", held)
            yield from sheet.answers()
    for key, code, short in _TEXTS:
        declared = candidature.declared(key, member.siret)
        if declared is not None and isinstance(declared.value, str) and declared.value:
            sheet = _Sheet(criteria()[code])
            sheet.say(short, declared.value)
            yield from sheet.answers()


def _references(candidature: Candidature, member: Member) -> Iterator[Answers]:
    """Comparable works, supplies or services declared: what, for whom, which year; the amounts when all are given."""
    for key, code in _REFERENCES:
        declared = candidature.declared(key, member.siret)
        rows = declared.value if declared is not None and isinstance(declared.value, list | tuple) else ()
        sheet = _Sheet(criteria()[code])
        sheet.say("RG1/RSG1/QSG2/QSG1/Q1", *(f"{row['intitule']}, pour {row['client']}" for row in rows))
        if all("montant" in row for row in rows):
            sheet.say("RG1/RSG1/QSG2/QSG1/Q2", *(Decimal(str(row["montant"])) for row in rows))
        years = (int(row["annee"]) for row in rows)
        sheet.say("RG1/RSG1/QSG2/QSG1/Q5", *(Period(date(year, 1, 1), date(year, 12, 31)) for year in years))
        yield from sheet.answers()


def _size(company: Company) -> Iterator[Answers]:
    """Whether it is a small or medium enterprise, where its size, manpower and turnover are all known."""
    size = company.identity.size if company.identity else ""
    counts = sorted((one for one in company.headcounts if one.kind == "moyen"), key=lambda one: one.year)
    turnovers = sorted(company.turnovers, key=lambda one: one.end)
    sheet = _Sheet(criteria()["sme"])
    if size == "large":
        sheet.say("QG1/Q1", False)
    elif size in _SMALL and counts and turnovers:
        sheet.say("QG1/Q1", True)
        sheet.say("QG1/QSG1/Q1", round(counts[-1].value))
        sheet.say("QG1/QSG1/Q2", turnovers[-1].amount)
    yield from sheet.answers()


def _together(candidature: Candidature, member: Member) -> Iterator[Answers]:
    """With whom the operator applies, on whom it relies, to whom it subcontracts: the application itself says so."""
    if member.role not in (Role.SOLE, Role.LEAD, Role.MEMBER):
        return
    group = _Sheet(criteria()["eo-group"])
    grouped = candidature.form is not GroupForm.ALONE
    group.say("QG1/Q1", grouped)
    if grouped:
        partners = [one.siret for one in candidature.members if one.role in (Role.LEAD, Role.MEMBER)]
        group.say("QG1/QSG1/Q1", member.role.espd)
        group.say("QG1/QSG1/Q2", ", ".join(siret for siret in partners if siret != member.siret))
        group.say("QG1/QSG1/Q3", group_name(candidature))
    yield from group.answers()
    for code, role in (("relied", Role.RELIED_UPON), ("subco-ent", Role.SUBCONTRACTOR)):
        others = [one for one in candidature.members if one.role is role]
        sheet = _Sheet(criteria()[code])
        sheet.say("QG1/Q1", bool(others))
        sheet.say("QG1/QSG1/Q1", *(one.share or one.siret for one in others))
        sheet.say("QG1/QSG1/Q2", *(one.siret for one in others))
        yield from sheet.answers()


def _by_year(candidature: Candidature, member: Member, key: str) -> list[tuple[int, Any]]:
    """A declaration year by year, the latest first; its value is a list of {annee, valeur}."""
    declared = candidature.declared(key, member.siret)
    rows = declared.value if declared is not None and isinstance(declared.value, list | tuple) else ()
    return sorted(((int(row["annee"]), row["valeur"]) for row in rows), reverse=True)
