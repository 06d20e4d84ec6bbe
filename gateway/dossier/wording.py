# SPDX-License-Identifier: EUPL-1.2
"""What the registries say of a company, in a reader's words, by the item it was read in. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from gateway.dossier.company import Address, Certification, Company, Identity, Notice
from gateway.dossier.export.amounts import euros, number
from gateway.dossier.export.member import OUTCOMES
from gateway.dossier.export.sources import day
from gateway.dossier.identity import identity
from gateway.dossier.rules import at
from gateway.dossier.values import Item
from gateway.typography import typeset


def in_words(company: Company, items: Iterable[Item] = ()) -> dict[str, tuple[str, ...]]:
    """The sentences about each item, by its id; an item that says nothing we know to put in words is not there.

    `items`: those of the company, for what it says beside its facts.
    """
    found: dict[str, list[str]] = defaultdict(list)
    beside = ((item.id, sentence) for item in items if item.siret == company.siret for sentence in _beside(item))
    for item, sentence in (*_sentences(company), *beside):
        if sentence and (told := typeset(sentence)) not in found[item]:
            found[item].append(told)
    return {item: tuple(sentences) for item, sentences in found.items() if sentences}


def _sentences(company: Company) -> Iterator[tuple[str, str]]:
    if company.identity is not None:
        yield from ((company.identity.item, one) for one in _identity(company.identity))
    for entry in company.registrations:
        yield entry.item, _listed(entry.register, entry.number, entry.court, f"le {day(entry.on)}" if entry.on else "")
    for person in company.representatives:
        who = person.company_name or f"{person.first_name} {person.family_name}".strip()
        yield person.item, f"{person.quality or 'Dirigeant'} : {who}"
    for turnover in company.turnovers:
        yield turnover.item, f"Exercice clos le {day(turnover.end)} : {euros(turnover.amount)}"
    for count in company.headcounts:
        kind = "Bénéficiaires de l'obligation d'emploi" if count.kind == "boeth" else "Effectif moyen"
        yield count.item, f"{kind} en {count.year} : {number(count.value)}"
    for year in company.ratios:
        figures = " ; ".join(f"{name} : {number(value)}" for name, value in year.values)
        yield year.item, f"Exercice clos le {day(year.end)} : {figures}"
    for paper in company.attestations:
        yield paper.item, OUTCOMES[paper.outcome] + (f" ; code de sécurité {paper.code}" if paper.code else "")
    for mark in company.certifications:
        yield mark.item, certificate(mark)
    for insurance in company.insurances:
        yield insurance.item, f"{insurance.kind} : {_listed(insurance.insurer, insurance.number)}"
    for notice in company.notices:
        yield notice.item, _notice(notice)
    if company.notices_known and not company.notices:
        yield f"{company.siret}:annonces_bodacc", "Aucune annonce publiée au jour de la consultation"


def _beside(item: Item) -> Iterator[str]:
    """What is told of items that are no fact of their own: the published identity, the head office, filed accounts."""
    if item.key in ("identite_publique", "siege_social"):
        found = identity([item], ())
        yield from (found.name, address(found.address)) if found else ()
    elif item.key == "comptes_deposes":
        for name, word in (("bilans", "bilan"), ("actes", "acte")):
            rows = at(item.value, name)
            if isinstance(rows, Sequence) and not isinstance(rows, str):
                yield f"{len(rows)} {word}{'s' if len(rows) > 1 else ''} au registre"


def address(one: Address | None) -> str:
    """An address on one line, "" when it is not known."""
    return _listed(*one.lines, f"{one.postcode} {one.city}".strip()) if one else ""


def certificate(mark: Certification) -> str:
    """A certificate held: its number, its days, its qualifications."""
    since = f"depuis le {day(mark.since)}" if mark.since else ""
    until = f"jusqu'au {day(mark.valid_until)}" if mark.valid_until else ""
    dates = " ".join(part for part in (since, until) if part)
    return " ; ".join(part for part in (mark.number, *mark.details, dates) if part) or "Certification détenue"


def _identity(one: Identity) -> Iterator[str]:
    yield one.name + (f" ({one.trade_name})" if one.trade_name else "")
    yield one.legal_form[1]
    yield f"{one.activity[1]} ({one.naf})" if one.naf else ""
    yield address(one.address)
    yield f"Taille : {one.category}" if one.category else ""
    yield f"Créée le {day(one.created_on)}" if one.created_on else ""
    yield "" if one.active else f"Fermée depuis le {day(one.closed_on)}"


def _notice(one: Notice) -> str:
    said = _listed(one.nature or one.family, one.complement, one.court)
    return f"Annonce du {day(one.published_on)} : {said}"


def _listed(*parts: str) -> str:
    return ", ".join(part for part in parts if part)
