# SPDX-License-Identifier: EUPL-1.2
"""What is read in the certificate itself: its security code, and the period it is good for.

The text layer only. The certificate is good from the date its second page names to the end of the month that comes six
months later (article D8222-5 of the Code du travail: one is asked for every six months).
"""

import re
from dataclasses import dataclass
from datetime import date

from connectors.kit.paris import add_months, last_day_of_month
from connectors.kit.pdf import pages

MONTHS = 6
_CODE = re.compile(r"[A-Z0-9]{15}")
_DATE = r"([0-9]{2})/([0-9]{2})/([0-9]{4})(?![0-9])"
_EMPLOYER = re.compile(rf"à la date du {_DATE}")
_SELF_EMPLOYED = re.compile(rf"professionnelle - CFP\) (?:exigibles )?au {_DATE}")


@dataclass(frozen=True, slots=True)
class Facts:
    """What a certificate says of itself, dates as `YYYY-MM-DD`; all three are there, or none."""

    code: str | None = None
    start: str | None = None
    end: str | None = None


async def facts_of(content: bytes) -> Facts:
    """What can be read in a certificate; nothing when a part cannot be read, or when the PDF is broken."""
    texts = await pages(content, 2)
    if len(texts) < 2:
        return Facts()
    code = _code(texts[0])
    # A sentence may be broken over lines, which end in \r\n, and spaces may be unbreakable ones.
    start = _start(" ".join(texts[1].split()))
    end = _end(start) if start else None
    if code is None or start is None or end is None:
        return Facts()
    return Facts(code, start.isoformat(), end.isoformat())


def _code(text: str) -> str | None:
    return next((line for raw in text.splitlines() if _CODE.fullmatch(line := raw.strip())), None)


def _start(text: str) -> date | None:
    found = _EMPLOYER.search(text) or _SELF_EMPLOYED.search(text)
    if not found:
        return None
    day, month, year = map(int, found.groups())
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _end(start: date) -> date | None:
    try:
        return last_day_of_month(add_months(start, MONTHS))
    except (ValueError, OverflowError):  # a certificate of the year 9999
        return None
