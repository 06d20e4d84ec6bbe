# SPDX-License-Identifier: EUPL-1.2
"""What the commands that keep and erase evidence work with: the log to read and to write, keys, holds, and the time."""

import argparse
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

from gateway.audit.anchor import Anchor
from gateway.audit.bundle import BadExport
from gateway.audit.export import NothingToExport
from gateway.audit.holds import Holds, HoldsUnavailable
from gateway.audit.ledger import Ledger
from gateway.audit.note import Signer
from gateway.audit.reader import LogReader, LogUnreadable, StoreReader
from gateway.audit.retention import HoldUnknown
from gateway.audit.stores.address import Place
from gateway.audit.stores.keys import keys_at
from gateway.audit.stores.writers import store_at
from gateway.audit.subject import KeysUnavailable, Subjects
from gateway.audit.subject_keys import KeyStore
from gateway.cli.evidence import Evidence
from gateway.cli.state import LOOK, Misuse, place
from gateway.identity.keys import Keys, load

_TROUBLE = (BadExport, NothingToExport, HoldsUnavailable, HoldUnknown, KeysUnavailable, LogUnreadable)


@dataclass(slots=True)
class Shop:
    """`log` reads, `evidence` writes, `anchor` remembers what is published.

    `store` holds the subjects' wrapped keys, `subjects` uses them.
    """

    state: Path
    place: Place
    anchor: Path
    keys: Keys
    signer: Signer
    evidence: Evidence
    log: LogReader
    now: datetime
    store: KeyStore
    subjects: Subjects = field(init=False)
    holds: Holds = field(init=False)

    def __post_init__(self) -> None:
        self.subjects = Subjects(self.keys.subjects, self.store, secrets.token_bytes, time.monotonic)
        self.holds = Holds(self.state / "holds.db", self.keys.subjects, secrets.token_bytes)

    @contextmanager
    def ledger(self) -> Iterator[Ledger]:
        """The log's store, to publish its head or to erase from it."""
        ledger = Ledger(store_at(self.place), self.signer, Anchor(self.anchor))
        try:
            yield ledger
        finally:
            ledger.close()


Verb = Callable[[argparse.Namespace, Shop], None]


def run(verb: Verb, args: argparse.Namespace) -> None:
    """Run a verb on the state that it names; what goes wrong is told in one line."""
    where = place(args)
    log = where.log
    if isinstance(log, Path) and not log.exists():
        raise Misuse(f"il n'y a pas de journal dans « {where.state} » : {LOOK}.")
    keys = load(where.keys)
    evidence = Evidence.open(where, keys)
    reader = StoreReader.at(log)
    try:
        shop = Shop(
            where.state, log, where.anchor, keys, Signer(where.origin, keys.audit), evidence, reader,
            datetime.fromtimestamp(time.time(), UTC), keys_at(log),
        )  # fmt: skip
        verb(args, shop)
    except _TROUBLE as error:
        raise OSError(str(error)) from error
    finally:
        reader.close()
        evidence.close()


def month(given: str) -> str:
    """A month, `2026-11`; an option's type."""
    try:
        return date.fromisoformat(f"{given}-01").strftime("%Y-%m")
    except ValueError:
        raise argparse.ArgumentTypeError(f"« {given} » n'est pas un mois : écrivez par exemple 2026-11") from None


def day(given: str) -> str:
    """A day, `2026-11-22`; an option's type."""
    try:
        return date.fromisoformat(given).isoformat()
    except ValueError:
        raise argparse.ArgumentTypeError(f"« {given} » n'est pas un jour : écrivez par exemple 2026-11-22") from None
