# SPDX-License-Identifier: EUPL-1.2
"""The people's file and the log, open together for one command: every right is a record before it takes effect."""

import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from gateway.audit.stores.keys import keys_at
from gateway.audit.subject import Subjects
from gateway.cli.evidence import Evidence, operator
from gateway.cli.state import LOOK, Place
from gateway.identity.keys import load
from gateway.people.accounts import Accounts
from gateway.people.database import Database, PeopleUnavailable
from gateway.people.person import Granted, Role
from gateway.people.representations import Representation, Representations
from gateway.people.sessions import Sessions
from gateway.web.trace import PERSON


class Book:
    """What a command may do to people's rights."""

    def __init__(self, database: Database, evidence: Evidence, subjects: Subjects) -> None:
        self.accounts = Accounts(database)
        self.sessions = Sessions(database, secrets.token_bytes)
        self.representations = Representations(database)
        self.evidence = evidence
        self._subjects = subjects
        self.now = int(time.time())

    def grant(self, account_id: str, role: Role | None, siren: str | None, reason: str, until: int | None) -> None:
        """Give a role, or a company, or both."""
        if role is not None:
            self._record("role_granted", account_id, role, reason, until=until)
            self.accounts.grant(Granted(account_id, role, operator(), self.now, until))
        if siren is not None:
            self._record("representation_granted", account_id, Role.REPRESENTATIVE, reason, siren=siren, until=until)
            self.representations.grant(
                Representation(
                    id=self.evidence.new_id(),
                    account_id=account_id,
                    siren=siren,
                    source="decision",
                    state="open",
                    asked_at=self.now,
                    reason=reason,
                    decided_at=self.now,
                    decided_by=operator(),
                    decision=reason,
                    until=until,
                )
            )

    def close(self, account_id: str, role: Role | None, siren: str | None, reason: str) -> bool:
        """End a role or a company; whether there was something to end."""
        if role is not None and role in {one.role for one in self.accounts.roles(account_id, self.now)}:
            self._record("role_closed", account_id, role, reason)
            self.accounts.close(account_id, role, operator(), self.now)
            return True
        found = self.representations.of(account_id)
        if siren is not None and any(one.siren == siren and one.state == "open" for one in found):
            self._record("representation_closed", account_id, Role.REPRESENTATIVE, reason, siren=siren)
            self.representations.end(account_id, siren, operator(), reason, self.now)
            return True
        return False

    def _record(
        self,
        event: str,
        account_id: str,
        role: Role,
        reason: str,
        *,
        siren: str | None = None,
        until: int | None = None,
    ) -> None:
        at = datetime.now(UTC)
        facts: dict[str, object] = {
            "actor": self._subjects.person_commitment(PERSON, account_id, at),
            "role": role.value,
            "subject": None if siren is None else self._subjects.commitment(siren, at),
            "until": self.evidence.date(until),
        }
        self.evidence.happened(event, facts, reason)


@contextmanager
def opened(where: Place, *, create: bool = False) -> Iterator[Book]:
    """The book of a state folder. Raises PeopleUnavailable, KeysMissing, LogUnavailable."""
    path = where.state / "people.db"
    if not create and not path.exists():
        raise PeopleUnavailable(f"Il n'y a pas de fichier des personnes dans « {where.state} » : {LOOK}.")
    keys = load(where.keys)
    where.state.mkdir(mode=0o700, parents=True, exist_ok=True)
    evidence = Evidence.open(where, keys)
    try:
        database = Database(path)
        try:
            subjects = Subjects(keys.subjects, keys_at(where.log), secrets.token_bytes, time.monotonic)
            yield Book(database, evidence, subjects)
        finally:
            database.close()
    finally:
        evidence.close()
