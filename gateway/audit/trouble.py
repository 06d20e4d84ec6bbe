# SPDX-License-Identifier: EUPL-1.2
"""What the stores complain of, in the words of the operator who must mend it."""

import sqlite3
import sys

_MEANINGS = {
    sqlite3.SQLITE_BUSY: "le fichier est tenu par un autre processus",
    sqlite3.SQLITE_LOCKED: "le fichier est tenu par un autre processus",
    sqlite3.SQLITE_READONLY: "le fichier est en lecture seule",
    sqlite3.SQLITE_PERM: "les droits sur le fichier sont insuffisants",
    sqlite3.SQLITE_FULL: "le disque est plein",
    sqlite3.SQLITE_IOERR: "erreur d'entrée-sortie du disque",
    sqlite3.SQLITE_CANTOPEN: "le fichier ne peut pas être ouvert",
    sqlite3.SQLITE_CORRUPT: "le fichier est abîmé",
    sqlite3.SQLITE_NOTADB: "le fichier n'est pas une base SQLite",
}

_STATES = {
    "08": "la base ne répond pas",
    "25006": "la base est en lecture seule",
    "28": "la base refuse cet accès",
    "3D": "cette base n'existe pas",
    "42501": "les droits sur la base sont insuffisants",
    "53": "la base manque de ressources",
    "53100": "le disque de la base est plein",
    "55P03": "le journal est tenu par un autre processus",
    "57": "la base s'arrête, ou a interrompu la connexion",
    "57014": "la base n'a pas répondu à temps",
    "58030": "erreur d'entrée-sortie du disque de la base",
    "XX": "la base est abîmée",
}
"""By SQLSTATE of PostgreSQL, or by its class, the first two characters."""

UNREADABLE = (sqlite3.Error, OSError, UnicodeDecodeError, MemoryError, OverflowError)
"""What reading a file may raise, whatever its bytes: SQLite quotes them in its complaints, text or not."""


def described(error: Exception) -> str:
    """One French line; what the system said follows in brackets when it adds something."""
    if isinstance(error, sqlite3.Error):
        code = getattr(error, "sqlite_errorcode", None)
        meaning = _MEANINGS.get(code & 0xFF) if isinstance(code, int) else None
        return f"{meaning} ({error})" if meaning else str(error)
    if from_postgres(error):
        state = str(getattr(error, "sqlstate", None) or "08")
        meaning = _STATES.get(state) or _STATES.get(state[:2])
        said = str(error).partition("\n")[0]
        return f"{meaning} ({said})" if meaning else said
    if isinstance(error, FileNotFoundError):
        return f"{error.filename} n'existe pas"
    if isinstance(error, PermissionError):
        return f"les droits sur {error.filename} sont insuffisants"
    if isinstance(error, UnicodeDecodeError | MemoryError | OverflowError):
        return _MEANINGS[sqlite3.SQLITE_CORRUPT]
    return str(error) or type(error).__name__


def unreadable(*others: type[Exception]) -> tuple[type[Exception], ...]:
    """What reading a store may raise, and `others`, for an `except` clause, which asks only once something was raised.

    PostgreSQL's errors have names where its driver is loaded, and cannot be raised where it is not.
    """
    driver = sys.modules.get("psycopg")
    return (*others, *UNREADABLE) if driver is None else (*others, *UNREADABLE, driver.Error)


def from_postgres(error: Exception) -> bool:
    """Whether it is PostgreSQL's client that complains; known by its name, since few load it."""
    return any(kind.__module__.partition(".")[0] == "psycopg" for kind in type(error).__mro__)
