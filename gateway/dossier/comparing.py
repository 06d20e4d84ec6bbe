# SPDX-License-Identifier: EUPL-1.2
"""Candidates side by side: a row for each fact or declaration, a cell for each application. Pure.

Nothing is scored, ranked or added up. A cell that holds nothing says why, and an absence is never written as a « no ».
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from gateway.dossier.company import Company
from gateway.dossier.export.amounts import euros, number
from gateway.dossier.export.lines import latest, name_of, said
from gateway.dossier.export.sources import declared_by, moment, silence, source_of, spaced
from gateway.dossier.facts import companies
from gateway.dossier.rules import Sheets
from gateway.dossier.values import Candidature, Item, Member
from gateway.dossier.wording import in_words
from gateway.dossier.words import GroupForm, State
from gateway.typography import typeset

BY_YEAR = frozenset(("chiffres_affaires", "effectif_annee_1", "effectif_annee_2", "effectif_annee_3"))
"""Pieces that are told year by year, in rows of their own."""
LEFT_OUT = frozenset(("avis_boamp", "identite_publique"))
"""Pieces about the tender, or said better by another."""
SECTIONS = (
    ("identite", "Identité et aptitude"),
    ("exclusions", "Régularité et situation"),
    ("capacite_economique", "Capacité économique et financière"),
    ("capacite_technique", "Capacité technique et professionnelle"),
    ("", "Autres pièces"),
)
"""The categories of the sheets, in the order of the forms; the last holds those of none of them."""
NOT_ASKED = "non_demandee"
NOT_DECLARED = "non_declare"
DENIED = "non_delivree"


@dataclass(frozen=True, slots=True)
class Entry:
    """What a cell says of one company. `who`: its name, in a group. `state`: a word of `State`, or one of those above.

    `texts`: the fact; `note`: its source and dates, or why there is none. `against`: to be examined. `past`: its day is
    over. `contested`: the company's answer.
    """

    who: str
    state: str
    texts: tuple[str, ...] = ()
    note: str = ""
    against: bool = False
    past: bool = False
    contested: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One fact or declaration, across the applications."""

    label: str
    cells: tuple[tuple[Entry, ...], ...]


@dataclass(frozen=True, slots=True)
class Section:
    """Rows of one kind."""

    title: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """One application. `known`: what the registries say of its members; `words`: the same by item, for people.

    `today`: the day, for what is past its date.
    """

    dossier: Candidature
    known: Mapping[str, Company]
    words: Mapping[str, tuple[str, ...]]
    today: str

    @property
    def name(self) -> str:
        """How the candidate is called: the company, or the head of the group."""
        return self.named(self.dossier.lead) + (" et autres" if self.dossier.form is not GroupForm.ALONE else "")

    def named(self, member: Member) -> str:
        """A member's name: by the registries, else as it declares it, else its SIRET."""
        declared = self.dossier.declared("denomination_declaree", member.siret)
        known = name_of(self.known.get(member.siret)) or (str(declared.value) if declared else "")
        return known or f"SIRET {spaced(member.siret)}"


@dataclass(frozen=True, slots=True)
class Comparison:
    """The table."""

    columns: tuple[Column, ...]
    sections: tuple[Section, ...]


def column(dossier: Candidature, today: str) -> Column:
    """An application, read."""
    known = companies(dossier)
    words = {item: said for company in known.values() for item, said in in_words(company, dossier.items).items()}
    return Column(dossier, known, words, today)


def compared(dossiers: Sequence[Candidature], sheets: Sheets, today: str) -> Comparison:
    """The applications side by side."""
    told = tuple(column(one, today) for one in dossiers)
    found = [Section("Candidature", tuple(_head(told)))]
    for category, title in SECTIONS:
        rows: list[Row] = []
        if category == "capacite_economique":
            rows += _turnovers(told)
            rows += _headcounts(told)
        for key, label in _keys(told, sheets, category).items():
            if key in BY_YEAR or key in LEFT_OUT:
                continue
            rows.append(Row(label, tuple(_each(told, _piece, key))))
        if rows:
            found.append(Section(title, tuple(rows)))
    found.append(Section("Déclarations, qui engagent leurs auteurs", tuple(_declarations(told, sheets))))
    return Comparison(told, tuple(one for one in found if one.rows))


def section_of(item: Item) -> str:
    """The category an item is shown under."""
    return item.category if any(item.category == known for known, _ in SECTIONS) else ""


def missing(dossier: Candidature) -> list[Item]:
    """The pieces that no answer came for: missing, or still expected. One that was denied has had its answer."""
    silent = (State.MISSING, State.PENDING, State.UNAVAILABLE)
    return [one for one in dossier.items if one.state in silent and not one.against]


def against(dossier: Candidature) -> list[Item]:
    """The facts to examine; none excludes anybody by itself."""
    return [one for one in dossier.items if one.against]


def entry(column: Column, item: Item, texts: tuple[str, ...]) -> Entry:
    """What an item says, with its source or the reason why it says nothing."""
    dossier, told = column.dossier, item.provenance
    contest = next((one for one in dossier.contests if one.item == item.id), None)
    denied = item.against and item.value is None  # the registry knows the company, and does not give it
    answered = item.value is not None or denied
    said_so = silence(told.code, told.said) if told and item.value is None else ""
    note = typeset(" ".join(part for part in (said_so, source_of(item) if answered else "") if part))
    past = answered and told is not None and bool(told.valid_until) and told.valid_until < column.today
    state = State.CONTESTED.value if contest is not None and answered else DENIED if denied else item.state.value
    return Entry(
        who="", state=state, texts=texts if answered else (), note=note, against=item.against, past=past,
        contested=contest.text if contest else "",
    )  # fmt: skip


def _head(told: Sequence[Column]) -> Iterator[Row]:
    def plain(texts: Callable[[Candidature], str]) -> tuple[tuple[Entry, ...], ...]:
        return tuple((Entry("", "", (texts(one.dossier),)),) for one in told)

    yield Row("SIRET", tuple(_each(told, lambda _, member, __: Entry("", "", (spaced(member.siret),)), "")))
    yield Row("Dépôt", plain(lambda one: moment(one.seal.at) if one.seal else ""))
    yield Row("Lots", plain(lambda one: ", ".join(one.lots) or "Toute la consultation"))
    if any(one.dossier.form is not GroupForm.ALONE for one in told):
        yield Row("Groupement", plain(lambda one: "" if one.form is GroupForm.ALONE else one.form.value))


def _keys(told: Sequence[Column], sheets: Sheets, category: str) -> dict[str, str]:
    """The pieces of a category with their names, in the order of the sheets; those that no sheet asks any more last."""
    items = [item for column in told for item in column.dossier.items if section_of(item) == category]
    asked = {item.key: item.label for item in items}
    known = {key: piece.buyer for key, piece in sheets.pieces.items() if key in asked}
    return known | {key: label for key, label in asked.items() if key not in known}


def _piece(column: Column, member: Member, key: str) -> Entry:
    item = column.dossier.item(f"{member.siret}:{key}")
    return Entry("", NOT_ASKED) if item is None else entry(column, item, column.words.get(item.id, ()))


def _figure(column: Column, item: Item | None, text: str) -> Entry:
    """A year's figure; without one, what its piece says, or that its registry gives none for that year."""
    if item is None:
        return Entry("", NOT_ASKED)
    found = entry(column, item, (text,) if text else ())
    if item.value is not None and not text:
        return Entry("", State.MISSING.value, (), "Le registre ne donne pas de chiffre pour cette année.")
    return found


def _turnovers(told: Sequence[Column]) -> Iterator[Row]:
    ends = {one.end[:4] for column in told for known in column.known.values() for one in known.turnovers}

    def cell(column: Column, member: Member, year: str) -> Entry:
        known = column.known[member.siret].turnovers
        amounts = "".join(euros(one.amount) for one in known if one.end[:4] == year)
        return _figure(column, column.dossier.item(f"{member.siret}:chiffres_affaires"), amounts)

    for year in sorted(ends, reverse=True)[:4] or [""]:
        yield Row(f"Chiffre d'affaires {year}".strip(), tuple(_each(told, cell, year)))


def _headcounts(told: Sequence[Column]) -> Iterator[Row]:
    def cell(column: Column, member: Member, year: str) -> Entry:
        count = next(
            (one for one in column.known[member.siret].headcounts if one.kind == "moyen" and one.year == year), None
        )
        pieces = [one for one in column.dossier.items if one.siret == member.siret and one.key in BY_YEAR]
        pieces = [one for one in pieces if one.key != "chiffres_affaires"]
        item = column.dossier.item(count.item) if count else next((one for one in pieces if one.value is None), None)
        text = number(count.value) if count else ""
        return _figure(column, item or (pieces[0] if pieces else None), text)

    years = {
        one.year
        for column in told for known in column.known.values() for one in known.headcounts if one.kind == "moyen"
    }  # fmt: skip
    for year in sorted(years, reverse=True)[:3] or [""]:
        yield Row(f"Effectif moyen {year}".strip(), tuple(_each(told, cell, year)))


def _each(
    told: Sequence[Column], cell: Callable[[Column, Member, str], Entry], year: str
) -> Iterator[tuple[Entry, ...]]:
    for column in told:
        entries = tuple(cell(column, one, year) for one in column.dossier.members)
        names = [column.named(one) if len(entries) > 1 else "" for one in column.dossier.members]
        yield tuple(replace(one, who=name) for one, name in zip(entries, names, strict=True))


def _declarations(told: Sequence[Column], sheets: Sheets) -> Iterator[Row]:
    made = {one.key: one.label for column in told for one in column.dossier.declarations}
    known = {key: question.buyer for key, question in sheets.questions.items() if key in made}

    def cell(column: Column, member: Member, key: str) -> Entry:
        found = next((one for one in latest(column.dossier, member) if one.key == key), None)
        if found is None:
            return Entry("", NOT_DECLARED)
        papers = ", ".join(one.name for one in found.documents)
        note = declared_by(found) + (f" ; pièces jointes : {papers}" if papers else "")
        return Entry("", State.DECLARED.value, (said(found.value),), note)

    # Then the answers to the buyer's own questions, which are in no sheet.
    for key, label in (known | {key: label for key, label in made.items() if key not in known}).items():
        yield Row(label, tuple(_each(told, cell, key)))
