# SPDX-License-Identifier: EUPL-1.2
"""A process that does nothing but write the log, and says on its output which of its records were answered.

    yes SEQ NUMBER      the record of this number was answered: it is record SEQ
    no NUMBER WHY       it was refused

A line is written after the answer, as a gateway sends its own: what was answered without its line does not count, what
has its line must be in the log. SIGUSR1 breaks its disk (faulty_disk.py), when a fault is named; SIGTERM ends it.
"""

import asyncio
import os
import signal
import sys
from pathlib import Path

from gateway.audit.log import AuditLog, LogUnavailable
from gateway.audit.stores.address import Place
from tests.gateway.audit.audit_world import SIGNER, entry
from tests.promises.faulty_disk import FAULTS, break_calls

LANES = 6


def say(*words: object) -> None:
    """One line, straight to the descriptor."""
    os.write(1, (" ".join(map(str, words)) + "\n").encode())


async def lane(log: AuditLog, number: int, stopping: asyncio.Event) -> None:
    """One record after the other, each with a number of its own."""
    while not stopping.is_set():
        try:
            say("yes", await log.append(entry(number)), number)
        except LogUnavailable as error:
            say("no", number, error)
            await asyncio.sleep(0.01)
        number += LANES


async def write(place: Place, first: int) -> None:
    """Write until told to stop."""
    log = AuditLog.open(place, SIGNER)
    stopping = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopping.set)
    await asyncio.gather(*(lane(log, first + number, stopping) for number in range(LANES)))
    await asyncio.to_thread(log.close)


if __name__ == "__main__":
    where, start, fault = sys.argv[1:]
    if fault in FAULTS:
        signal.signal(signal.SIGUSR1, lambda number, frame: say(break_calls(*FAULTS[fault])))
    asyncio.run(write(where if "://" in where else Path(where), int(start)))
