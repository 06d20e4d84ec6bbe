# SPDX-License-Identifier: EUPL-1.2
"""Which buyers opened a company's application files, newest first: when, for whom, what they looked at or did.

Who within the buyer stays a commitment, as for consultations. The look itself is a record, made before anything shows.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from gateway.audit.day import facts_of
from gateway.audit.index.criteria import Criteria
from gateway.audit.index.search import Search
from gateway.audit.index.store import reading
from gateway.company.view import FIRST, View

EVENTS: Mapping[str, str] = {
    "dossier_read": "a ouvert",
    "contest_answered": "a répondu à votre contestation",
    "dossier_advanced": "a demandé vos certificats",
}
"""What a buyer does with a file, in words."""
PAGE = 50


@dataclass(frozen=True, slots=True)
class Reading:
    """One of them. `what`: what was looked at, as the record says it; `dossier`: the file's id."""

    at: datetime
    did: str
    what: str
    dossier: str
    buyer: str
    buyer_name: str


@dataclass(frozen=True, slots=True)
class Readings:
    """A page of them. `older`: where the next one begins; None when there is none."""

    lines: tuple[Reading, ...]
    older: int | None


async def readings(view: View, account: str, siren: str, before: int | None = None) -> Readings:
    """The newest ones, or those before a record. Raises 503 `00510`, ViewUnavailable."""
    found = await view.run(lambda: _readings(view, siren, before))
    await view.looked(account, siren, "lectures de ses candidatures", len(found.lines))
    return found


def _readings(view: View, siren: str, before: int | None) -> Readings:
    mine = view.subjects.over(siren, FIRST, view.clock() + timedelta(days=1))
    names = view.names()
    connection = reading(view.index)
    try:
        lines: list[Reading] = []
        last = 0
        wanted = Criteria(subjects=tuple(mine), terms={"event": tuple(EVENTS)})
        for number in Search(connection).numbers(wanted, before):
            entries = view.log.entries(number, number + 1)
            record = facts_of(entries[0].entry) if entries and entries[0].entry else None
            if record is None or record.get("subject") not in mine or not record.get("recipient"):
                continue
            if len(lines) == PAGE:
                return Readings(tuple(lines), last)
            last = number
            buyer = str(record["recipient"])
            lines.append(
                Reading(
                    datetime.fromisoformat(str(record["at"])),
                    EVENTS.get(str(record.get("event")), ""),
                    str(record.get("query") or ""),
                    str(record.get("dossier") or ""),
                    buyer,
                    names.get(buyer, ""),
                )
            )
        return Readings(tuple(lines), None)
    finally:
        connection.close()
