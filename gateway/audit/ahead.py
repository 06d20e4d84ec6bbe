# SPDX-License-Identifier: EUPL-1.2
"""The next month's key, made and durable before that month begins.

Making a key waits for a disk or for a database. Were it left to the first request of a month, that request and all
those beside it would wait as well, for the event loop is one.
"""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from gateway.audit.subject import KeysUnavailable, Subjects

LOG = logging.getLogger("dlnuf.audit")

AHEAD = timedelta(days=1)
EVERY_S = 3600.0


async def keep_ahead(subjects: Subjects, clock: Callable[[], datetime], every_s: float = EVERY_S) -> None:
    """Have the key that will be wanted in a day; look again every hour, for ever. In a thread: the loop never waits.

    A failure is logged and tried again: until the month begins, nothing depends on it.
    """
    while True:
        try:
            await asyncio.to_thread(subjects.prepare, clock() + AHEAD)
        except KeysUnavailable as error:
            LOG.warning("subject_key_not_ahead", extra={"reason": str(error)})
        await asyncio.sleep(every_s)
