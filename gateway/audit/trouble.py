# SPDX-License-Identifier: EUPL-1.2
"""What SQLite complains of, in the words of the operator who must mend it."""

import sqlite3

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

UNREADABLE = (sqlite3.Error, OSError, UnicodeDecodeError, MemoryError, OverflowError)
"""What reading a file may raise, whatever its bytes: SQLite quotes them in its complaints, text or not."""


def described(error: Exception) -> str:
    """One French line; what the system said follows in brackets when it adds something."""
    if isinstance(error, sqlite3.Error):
        code = getattr(error, "sqlite_errorcode", None)
        meaning = _MEANINGS.get(code & 0xFF) if isinstance(code, int) else None
        return f"{meaning} ({error})" if meaning else str(error)
    if isinstance(error, FileNotFoundError):
        return f"{error.filename} n'existe pas"
    if isinstance(error, PermissionError):
        return f"les droits sur {error.filename} sont insuffisants"
    if isinstance(error, UnicodeDecodeError | MemoryError | OverflowError):
        return _MEANINGS[sqlite3.SQLITE_CORRUPT]
    return str(error) or type(error).__name__
