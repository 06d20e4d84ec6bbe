# SPDX-License-Identifier: EUPL-1.2
"""What the Banque de France says, in the order of its rules, and how it writes amounts, percentages and dates.

Its HTTP status is 200 even when it has nothing: the true one is `code-retour`, in the body.
"""

import re

from connectors.kit import NotFound, RegistryInternal, Reply, UnknownAnswer

_THOUSANDS = re.compile(r"[+-]?[0-9]{1,15}", re.ASCII)  # more digits than a State's budget has are junk
_PERCENTAGE = re.compile(r"\s*([+-]?[0-9]{1,12}(?:[.,][0-9]{1,12})?)", re.ASCII)
_CLOSED = re.compile(r"([0-9]{4})(0[1-9]|1[0-2])(?:[0-9]{2})?", re.ASCII)


def bilans_of(reply: Reply) -> list[dict[str, object]]:
    """The balance sheets of an answer, as received. Raises the registry's errors."""
    if reply.status in (408, 500):
        raise RegistryInternal
    body = reply.json() if reply.status == 200 else None
    if not isinstance(body, dict):
        raise UnknownAnswer
    match body.get("bilans"):
        case [_, *_] as found:
            sheets = [sheet for sheet in found if isinstance(sheet, dict)]
            if len(sheets) != len(found):
                raise UnknownAnswer
            return sheets
        case None | []:
            raise _nothing(body.get("code-retour"))
        case _:
            raise UnknownAnswer


def _nothing(code: object) -> NotFound | RegistryInternal | UnknownAnswer:
    """What having no balance sheet means."""
    match code:
        case 204 | 400:
            return NotFound()
        case 500:
            return RegistryInternal()
        case _:
            return UnknownAnswer()


def amount(raw: dict[str, object], key: str) -> str:
    """Euros of an amount written in thousands; an empty one is "0", as clients are used to.

    Raises UnknownAnswer when the key is not there or the amount cannot be read: a figure is never invented.
    """
    written = raw.get(key, False)
    if written is None or written == "":
        return "0"
    text = str(written) if isinstance(written, int) and not isinstance(written, bool) else written
    if not isinstance(text, str) or not _THOUSANDS.fullmatch(text):
        raise UnknownAnswer
    return str(int(text) * 1000)


def change(written: object) -> float | None:
    """A percentage such as `+9.45%`, to two decimals; None when there is none that can be read."""
    found = _PERCENTAGE.match(written) if isinstance(written, str) else None
    return round(float(found[1].replace(",", ".")), 2) if found else None


def closed_in(written: object) -> tuple[str, str]:
    """The year and the month of `YYYYMM`. Raises UnknownAnswer."""
    found = _CLOSED.fullmatch(written) if isinstance(written, str) else None
    if not found:
        raise UnknownAnswer
    return found[1], found[2]
