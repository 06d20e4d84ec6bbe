# SPDX-License-Identifier: EUPL-1.2
"""The proofs of closed days, for a company: that what it is shown of a day is all there is, embargoes apart.

Days are worked out again from their records; the last ones are kept in memory. What is under embargo is withheld in the
same way from every company, whether or not it was consulted.
"""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from threading import Lock

from gateway.audit.closing import Closing, Closings, recomputed
from gateway.audit.day import Day, DayUncounted
from gateway.audit.day_proof import written
from gateway.audit.merkle import BadProof, verify_inclusion
from gateway.audit.note import BadNote, Checkpoint, parts
from gateway.audit.proof import ProofFile
from gateway.audit.reader import LogReader, LogUnreadable, NotThere
from gateway.audit.subject import Subjects
from gateway.audit.tiles import BadTile, Tiles
from gateway.purpose.model import Policies

_KEPT = 8


class NoDayProof(Exception):
    """There is no proof of this day, or not yet. The message says why, in French."""


@dataclass(frozen=True, slots=True)
class ClosedDay:
    """A closed day, as the list of them says it. `until`: by purpose, the day from which its tree is opened.

    `withheld`: the day from which the proof is given at all, when a stricter rule came after the closing; or "".
    """

    closing: Closing
    until: Mapping[str, str]
    withheld: str = ""


class Days:
    """The closed days of a log. Waits for the disk: call it in a thread."""

    def __init__(self, log: LogReader, closings: Closings, subjects: Subjects, policies: Policies) -> None:
        self._log = log
        self._closings = closings
        self._subjects = subjects
        self._policies = policies
        self._lock = Lock()
        self._known: OrderedDict[str, Day] = OrderedDict()

    def listed(self, now: datetime, before: str = "", limit: int = 31) -> list[ClosedDay]:
        """The last closed days, newest first, those before `before`. Raises LogUnreadable."""
        with self._lock:
            found = [one for one in self._closings.follow() if not before or one.day < before]
            return [self._told(one, now) for one in reversed(found[-limit:])]

    def proof(self, siren: str, day: str, now: datetime) -> str:
        """The company's proof of a day. Raises NoDayProof, LogUnreadable, KeysUnavailable."""
        with self._lock:
            self._closings.follow()
            closing = self._closings.of(day)
            if closing is None:
                raise NoDayProof("cette journée n'est pas close")
            told = self._told(closing, now)
            if told.withheld:
                raise NoDayProof(f"la preuve de cette journée sera donnée à partir du {told.withheld}")
            receipt = self._receipt(closing)
            found = self._day(closing)
        mine = self._commitments(siren, day)
        if not mine:
            raise NoDayProof("la clé de ce mois a été détruite : nul ne sait plus qui ses enregistrements concernaient")
        return written(found, receipt, mine, told.until)

    def beginning(self) -> datetime | None:
        """The instant of the first day that was closed: since when anything is known; None before that.

        Raises LogUnreadable.
        """
        with self._lock:
            found = self._closings.follow()
        return datetime.fromisoformat(found[0].day).replace(tzinfo=UTC) if found else None

    def _told(self, closing: Closing, now: datetime) -> ClosedDay:
        today = now.astimezone(UTC).date()
        ends = {
            one.id: date.fromisoformat(closing.day) + timedelta(days=one.embargo_days + 1)
            for one in self._policies.purposes.values()
            if one.embargo_days
        }
        sealed = {name: ends[name].isoformat() for name in closing.purposes if name in ends and today < ends[name]}
        later = [end for name, end in ends.items() if name not in closing.purposes and today < end]
        return ClosedDay(closing, sealed, max(later).isoformat() if later else "")

    def _commitments(self, siren: str, day: str) -> list[str]:
        """Under the keys of the months around the day: a stretch of the log may begin or end in another.

        Which ones are shown depends on the day alone, never on what is sealed.
        """
        at = datetime.fromisoformat(day).replace(tzinfo=UTC)
        return self._subjects.over(siren, at - timedelta(days=2), at + timedelta(days=2))

    def _day(self, closing: Closing) -> Day:
        known = self._known.get(closing.day)
        if known is None:
            try:
                known = recomputed(self._log, closing)
            except DayUncounted as error:
                raise NoDayProof(f"cette journée ne peut plus être recalculée : {error}") from error
            self._known[closing.day] = known
            while len(self._known) > _KEPT:
                self._known.popitem(last=False)
        return known

    def _receipt(self, closing: Closing) -> str:
        """The receipt of the day's own record. Raises NoDayProof while no published head counts it."""
        note = self._log.checkpoint()
        try:
            head = Checkpoint.parse(parts(note)[0])
            if closing.number >= head.size:
                raise NoDayProof("aucun point de contrôle publié ne compte encore cette clôture : réessayez bientôt")
            (entry,) = self._log.entries(closing.number, closing.number + 1)
            path = Tiles(self._log.tile, head.size).inclusion(closing.number)
            verify_inclusion(entry.leaf, closing.number, head.size, path, head.root)
        except (BadNote, BadProof, BadTile, NotThere) as error:
            raise LogUnreadable("le journal contredit la tête publiée") from error
        return ProofFile(closing.number, tuple(path), note, entry.entry).text()
