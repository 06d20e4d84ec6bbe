# SPDX-License-Identifier: EUPL-1.2
"""What is read in the certificate itself: its two dates, the two insurances, the qualifications.

The text layer only, line by line as it stands on the page. Some kinds of certificates have another form, in which
nothing is read. What cannot be read is null, never an error: the certificate is handed over all the same.
"""

import re
from dataclasses import dataclass, field
from datetime import date

from connectors.kit.layout import lines
from connectors.qualibat.labels import insurers

PAGES = 30
"""Pages that are read; a certificate has two or three."""
HEAD = 6
"""Lines of a page, among which its title stands."""
NEAR = 5
"""Lines of a row of the table, which a long name may break."""
INVALID = "invalid_file"
KINDS = {
    "amiante": "TRAITEMENT DE L'AMIANTE",
    "permeabilite_air": "MESURES DE LA PERMÉABILITE A L'AIR",
    "metallerie_feu": "MÉTALLERIE FEU",
    "reseaux_aerauliques": "RÉSEAUX AÉRAULIQUES",
    "traitement_bois": "TRAITEMENT DES BOIS",
    "cordistes": "CORDISTES",
    "verification_mesures_systemes_ventilation": "VÉRIFICATIONS ET MESURES DES SYSTÈMES DE VENTILATION",
}
ISSUED = ("ÉDITÉ LE", "Edité le")
GOOD_UNTIL = ("VALABLE JUSQU'AU", "Valable du", "Validité du")
WORKS = "Assurance Responsabilité Travaux"
LIABILITY = "Assurance Responsabilité Civile"
TABLE = "d'attribution"
_TITLE = "CERTIFICATQUALIBAT"
_RGE = re.compile(r"CERTIFICAT\s*QUALIBAT.*\bRGE\b")
_COLUMN = re.compile(r" {10,}")
_CODE = re.compile(r"([0-9]{2,4})(?![0-9/.-])")
_ANY_DATE = re.compile(r"(?<![0-9])([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{4}|[0-9]{2})(?![0-9])")
_DATE = re.compile(r"(?<![0-9])([0-9]{2})/([0-9]{2})/([0-9]{4})(?![0-9])")


@dataclass(frozen=True, slots=True)
class Insurance:
    """An insurer and the number of the contract, or neither."""

    name: str | None = None
    number: str | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """A qualification: its code, whether it is on a page that is RGE, and since when (`YYYY-MM-DD`)."""

    code: str
    rge: bool
    since: str | None


@dataclass(frozen=True, slots=True)
class Facts:
    """What a certificate says; dates as `YYYY-MM-DD`. `error`: why nothing was read."""

    issued: str | None = None
    until: str | None = None
    works: Insurance = field(default_factory=Insurance)
    liability: Insurance = field(default_factory=Insurance)
    rows: tuple[Row, ...] = ()
    error: str | None = None


async def facts_of(content: bytes) -> Facts:
    """What can be read in a certificate."""
    pages = [[line.replace("’", "'") for line in page] for page in await lines(content, PAGES)]
    first = pages[0] if pages else []
    words = " ".join(" ".join(first).split())
    for kind, title in KINDS.items():
        if title in words:
            return Facts(error=f"{kind}_pdf_not_supported")
    certificates = [page for page in pages if _is_certificate(page)]
    if not certificates:
        return Facts(error=INVALID)
    return Facts(
        issued=_day_after(first, ISSUED),
        until=_day_after(first, GOOD_UNTIL),
        works=_insurance(first, WORKS),
        liability=_insurance(first, LIABILITY),
        rows=_rows(certificates),
    )


def _is_certificate(page: list[str]) -> bool:
    return any(_TITLE in "".join(line.split()).upper() for line in page[:HEAD])


def _day_after(page: list[str], labels: tuple[str, ...]) -> str | None:
    """The date that ends the line of the first label that the page has."""
    found = next((line for label in labels for line in page if label in line), None)
    if found is None:
        return None
    match = _ANY_DATE.fullmatch(found.split()[-1].rstrip("."))
    return _day(match) if match else None


def _day(found: re.Match[str]) -> str | None:
    day, month, year = map(int, found.groups())
    try:
        return date(year if year > 99 else 2000 + year, month, day).isoformat()
    except ValueError:
        return None


def _insurance(page: list[str], label: str) -> Insurance:
    """The insurer written under a label: on the next line, or on the one after when another column comes between."""
    rank = next((rank for rank, line in enumerate(page) if label in line), None)
    if rank is None:
        return Insurance()
    for line in page[rank + 1 : rank + 3]:
        written = _COLUMN.split(line)[0]
        for name in insurers():
            if name in written:
                return Insurance(name, written.replace(f"{name} ", "", 1).strip())
    return Insurance()


def _rows(pages: list[list[str]]) -> tuple[Row, ...]:
    rows: list[Row] = []
    for page in pages:
        rge = any(_RGE.search(line) for line in page)
        for row in _table(page, rge):
            rows = [earlier for earlier in rows if earlier.code != row.code or earlier.rge]
            rows.append(row)
    return tuple(rows)


def _table(page: list[str], rge: bool) -> list[Row]:
    start = next((rank for rank, line in enumerate(page) if TABLE in line), len(page))
    below = page[start + 1 :]
    return [
        Row(code[1], rge, _since(below[rank : rank + NEAR]))
        for rank, line in enumerate(below)
        if (code := _CODE.match(line)) and _ANY_DATE.search(line)
    ]


def _since(near: list[str]) -> str | None:
    dates = (_day(found) for line in near for found in _DATE.finditer(line))
    return next((day for day in dates if day), None)
