# SPDX-License-Identifier: EUPL-1.2
"""Answers that may serve other files of the same habilitation: a table of `dossiers.db`, sealed as its others are."""

import sqlite3
from collections.abc import Callable

from gateway.dossier.words import Standing


class KeptAnswers:
    """The table, written inside the store's own `writing`. `hidden`: a keyed digest; `seal`, `unseal`: a value."""

    def __init__(
        self,
        db: sqlite3.Connection,
        hidden: Callable[..., str],
        seal: Callable[..., bytes],
        unseal: Callable[..., bytes],
    ) -> None:
        self._db = db
        self._hidden = hidden
        self._seal = seal
        self._unseal = unseal

    def keep(self, key: tuple[str, ...], dossier: str, until: int, body: bytes) -> None:
        """Keep an answer, until a day.

        Not when its file was given up while the registry answered: what it said then is nobody's to keep.
        """
        hidden = self._hidden(*key)
        self._db.execute(
            "INSERT OR REPLACE INTO kept SELECT ?, id, ?, ? FROM dossier WHERE id = ? AND standing IN (?, ?)",
            (
                hidden, until, self._seal(body, "kept", hidden), dossier,
                Standing.OPEN.value, Standing.SEALED.value,
            ),
        )  # fmt: skip

    def find(self, key: tuple[str, ...], now: int) -> tuple[str, bytes] | None:
        """The file an answer was obtained for, and the answer, when it may still be used."""
        hidden = self._hidden(*key)
        row = self._db.execute("SELECT dossier, body FROM kept WHERE key = ? AND until > ?", (hidden, now)).fetchone()
        return None if row is None else (str(row[0]), self._unseal(row[1], "kept", hidden))
