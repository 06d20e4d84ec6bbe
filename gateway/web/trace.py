# SPDX-License-Identifier: EUPL-1.2
"""The audit log as the people's room needs it: durable events, and people and companies by keyed commitments."""

import logging
from collections.abc import Callable
from datetime import datetime

from gateway.audit.recording import Recorder
from gateway.audit.subject import KeysUnavailable, Subjects
from gateway.problems import problem

LOG = logging.getLogger("dlnuf.web")

PERSON = "person"
"""The kind under which account ids are committed to."""


class PeopleTrace:
    """What people do and are granted, in the log. Everything raises 503 `00510` when nothing can be recorded."""

    def __init__(self, recorder: Recorder, subjects: Subjects, clock: Callable[[], datetime]) -> None:
        self._recorder = recorder
        self._subjects = subjects
        self._clock = clock

    async def event(self, name: str, **facts: object) -> None:
        """One durable record."""
        await self._recorder.event(name, **facts)

    def person(self, account_id: str) -> str:
        """A person, this month."""
        return self._keyed(lambda: self._subjects.person_commitment(PERSON, account_id, self._clock()))

    def company(self, siren: str) -> str:
        """A company, this month."""
        return self._keyed(lambda: self._subjects.commitment(siren, self._clock()))

    def _keyed(self, commit: Callable[[], str]) -> str:
        try:
            return commit()
        except KeysUnavailable as error:
            LOG.error("subject_key_unavailable", extra={"reason": str(error)})
            raise problem("00510") from None
