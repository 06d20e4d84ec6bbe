# SPDX-License-Identifier: EUPL-1.2
"""Records that must be kept whatever their age, because a court, an inquiry or a dispute needs them.

A hold is about a company, a habilitation, a period, or all that is given of the three together. It is in the log before
it counts; this file says in clear what it is about, save the company, which is sealed by the master key: that somebody
inquires about a company is nobody's business.
"""

import os
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from gateway.audit.trouble import described

_TABLE = (
    "CREATE TABLE IF NOT EXISTS hold(id TEXT PRIMARY KEY, placed_at TEXT NOT NULL, lifted_at TEXT, "
    "reason TEXT NOT NULL, company BLOB, habilitation TEXT, since TEXT, until TEXT) STRICT"
)
_SEALED_FOR = b"dlnuf hold "
_NONCE_BYTES = 12
_BUSY_S = 2.0


class HoldsUnavailable(Exception):
    """The holds cannot be read or kept: nothing is erased. The message is French, for operators."""


@dataclass(frozen=True, slots=True)
class Hold:
    """One hold. `company`: SIREN. `since`, `until`: days, 2026-11-22, both included. What is None does not restrict."""

    id: str
    placed_at: str
    reason: str
    company: str | None = None
    habilitation: str | None = None
    since: str | None = None
    until: str | None = None
    lifted_at: str | None = None

    def __post_init__(self) -> None:
        if self.company is None and self.habilitation is None and self.since is None and self.until is None:
            raise ValueError("une conservation porte sur une entreprise, une habilitation ou une période")

    def matcher(self, commitments: frozenset[str]) -> Callable[[Mapping[str, object]], bool]:
        """Whether a record is held. `commitments`: those of the company, in every month."""

        def held(record: Mapping[str, object]) -> bool:
            day = str(record["at"])[:10]
            return (
                (self.company is None or record.get("subject") in commitments)
                and (self.habilitation is None or record.get("habilitation") == self.habilitation)
                and (self.since is None or day >= self.since)
                and (self.until is None or day <= self.until)
            )

        return held


class Holds:
    """The file `holds.db`. `master`: the key that seals companies. Methods raise HoldsUnavailable."""

    def __init__(self, path: Path, master: bytes, random: Callable[[int], bytes]) -> None:
        self._path = path
        self._sealing = AESGCM(master)
        self._random = random

    def place(self, hold: Hold) -> None:
        """Keep a hold."""
        nonce = self._random(_NONCE_BYTES)
        sealed = None
        if hold.company is not None:
            sealed = nonce + self._sealing.encrypt(nonce, hold.company.encode(), _SEALED_FOR + hold.id.encode())
        row = (hold.id, hold.placed_at, None, hold.reason, sealed, hold.habilitation, hold.since, hold.until)
        with self._opened() as connection:
            connection.execute("INSERT INTO hold VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)

    def lift(self, identifier: str, at: str) -> bool:
        """End a hold; whether there was one to end."""
        with self._opened() as connection:
            changed = connection.execute(
                "UPDATE hold SET lifted_at = ? WHERE id = ? AND lifted_at IS NULL", (at, identifier)
            )
            return changed.rowcount == 1

    def all(self) -> list[Hold]:
        """Every hold, in the order they were placed."""
        columns = "id, placed_at, reason, company, habilitation, since, until, lifted_at"
        with self._opened() as connection:
            rows = connection.execute(f"SELECT {columns} FROM hold ORDER BY placed_at, id").fetchall()  # noqa: S608 -- a constant
        return [Hold(row[0], row[1], row[2], self._company(row[0], row[3]), *row[4:]) for row in rows]

    def active(self) -> list[Hold]:
        """Those that were not lifted."""
        return [hold for hold in self.all() if hold.lifted_at is None]

    def _company(self, identifier: str, sealed: bytes | None) -> str | None:
        if sealed is None:
            return None
        try:
            bare = self._sealing.decrypt(
                sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], _SEALED_FOR + identifier.encode()
            )
        except (InvalidTag, ValueError) as error:
            raise HoldsUnavailable(f"la conservation {identifier} ne s'ouvre pas avec cette clé maîtresse") from error
        return bare.decode()

    @contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        try:
            if not self._path.exists():
                os.close(os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
            with closing(sqlite3.connect(self._path, isolation_level=None, timeout=_BUSY_S)) as connection:
                for pragma in ("synchronous=EXTRA", "trusted_schema=OFF"):
                    connection.execute(f"PRAGMA {pragma}").fetchall()
                connection.execute(_TABLE)
                yield connection
        except (sqlite3.Error, OSError) as error:
            raise HoldsUnavailable(
                f"les conservations ne peuvent pas être lues ou gardées : {described(error)}"
            ) from error
