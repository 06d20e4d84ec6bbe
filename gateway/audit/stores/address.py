# SPDX-License-Identifier: EUPL-1.2
"""Where the log is kept, as it is written down: a path is a file of SQLite, an address a PostgreSQL."""

from pathlib import Path

Place = Path | str
"""A file, or an address `postgresql://…` (libpq's: host, user, TLS options), which may hold a password: never shown."""

SCHEMES = ("postgresql://", "postgres://")


class BadPlace(ValueError):
    """What is given as the log's address is not one. The message is in French."""


def expect_address(address: str) -> str:
    """The address, if it is one. Raises BadPlace."""
    if not address.startswith(SCHEMES):
        raise BadPlace("l'adresse du journal commence par postgresql://")
    return address
