# SPDX-License-Identifier: EUPL-1.2
"""The audit file, written: records are appended in one transaction with the new signed head, or not at all.

Nothing is signed that does not continue what was signed before. Every batch starts from the head we know; when another
process has written since, its records are read and must lead to its head. After any error of the file the connection is
thrown away and everything is checked again before the next record. A file that contradicts itself, or us, is never
written again by this process.
"""

import os
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from gateway.audit.growth import STATEMENTS, Growth, Head
from gateway.audit.layout import CHAIN_START, SCHEMA, TILE_WIDTH, USER_VERSION
from gateway.audit.merkle import Frontier, leaf_hash
from gateway.audit.note import BadNote, Signer, open_checkpoint
from gateway.audit.tree import HASH_BYTES, Tree, edge_tiles, fits, hashes_of
from gateway.audit.trouble import described

_BUSY_S = 2.0
_WAL_PAGES = 2000  # between two checkpoints of the WAL into the file
_WAL_BYTES = 32 * 1024 * 1024  # a WAL that grew beyond this (a long reading) is cut back


class LogUnavailable(Exception):
    """The record is not known to be durable: nothing may leave. The message says why, in French, for operators."""


class _Contradiction(Exception):
    """The file does not hold together, or forgets what we wrote."""


class _Moved(OSError):
    """What we have open is no longer what stands at the address."""


class Ledger:
    """One process's hand on the audit file. Not for several threads at once; `log.AuditLog` sees to that."""

    def __init__(self, path: Path, signer: Signer, clock: Callable[[], float] = time.time) -> None:
        self._path = path
        self._signer = signer
        self._clock = clock
        self._connection: sqlite3.Connection | None = None
        self._files: tuple[tuple[int, int], ...] = ()
        self._written: Head | None = None
        self._failed = False
        self.condemned = ""
        """Why this file will not be written any more until a restart; empty when it may be."""
        self.reason = ""
        """Why the last attempt failed; empty when it did not."""

    @property
    def written(self) -> Head | None:
        """The last head known to be durable; None before the file could be opened."""
        return self._written

    def open(self) -> None:
        """Open the file, create it when it is missing, check its head, and that it may be written.

        To be called again after a failure, to learn whether it is over. Raises LogUnavailable.
        """
        with self._guarding():
            self._connect()

    def append(self, entries: Sequence[bytes]) -> int:
        """Write the records and the head that goes with them; the number of the first. Raises LogUnavailable."""
        with self._guarding():
            return self._append(entries)

    def publish(self) -> str:
        """The signed head, which is from now on what readers are shown. Raises LogUnavailable."""
        with self._guarding():
            connection = self._connection or self._connect()
            connection.execute("BEGIN IMMEDIATE")
            head = self._written = self._caught_up(connection)
            (last,) = connection.execute("SELECT max(size) FROM published").fetchone()
            if last is None or last > head.tree.size:
                raise _Contradiction(f"une tête publiée compte {last} enregistrements, et le journal {head.tree.size}")
            if last < head.tree.size:
                row = head.tree.size, head.note, int(self._clock())
                connection.execute("INSERT INTO published VALUES (?, ?, ?)", row)
            connection.execute("COMMIT")
            return head.note

    def prune(self, numbers: Sequence[int]) -> int:
        """Erase what these records say; their leaves stay, and the tree with them. How many were there to be erased.

        To be justified by an `erased` record, or the log does not verify any more. Raises LogUnavailable.
        """
        with self._guarding():
            connection = self._connection or self._connect()
            connection.execute("PRAGMA secure_delete=ON").fetchall()  # zeros where the bytes were, not only oblivion
            connection.execute("BEGIN IMMEDIATE")
            before = connection.total_changes
            erase = "UPDATE record SET entry=NULL WHERE seq=? AND entry IS NOT NULL"
            connection.executemany(erase, [(number,) for number in numbers])
            erased = connection.total_changes - before
            connection.execute("COMMIT")
            return erased

    def close(self) -> None:
        """Let go of the file."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(sqlite3.Error):
                connection.close()  # also rolls back

    @contextmanager
    def _guarding(self) -> Iterator[None]:
        """Whatever goes wrong inside, nothing half written stays behind, and the reason is kept."""
        if self.condemned:
            raise LogUnavailable(self.condemned)
        try:
            yield
        except _Contradiction as error:
            self.close()
            self.reason = self.condemned = f"le journal ne se vérifie plus, rien n'y sera ajouté : {error}"
            raise LogUnavailable(self.reason) from error
        except Exception as error:
            # Whatever it was, it stands between a record and the disk: fail closed, say why, and nothing leaves.
            self.close()
            self._failed = self._failed or getattr(error, "sqlite_errorcode", None) != sqlite3.SQLITE_BUSY
            self.reason = f"le journal ne peut pas être écrit : {described(error)}"
            raise LogUnavailable(self.reason) from error
        self.reason = ""

    def _append(self, entries: Sequence[bytes]) -> int:
        connection = self._connection or self._connect()
        growth = Growth.of(self._known(), entries, self._signer)
        connection.execute("BEGIN IMMEDIATE")
        if not growth.replaces_head(connection):
            growth = Growth.of(self._caught_up(connection), entries, self._signer)
            if not growth.replaces_head(connection):
                raise _Contradiction("la tête a changé pendant que nous la tenions")
        growth.writes_records(connection)
        connection.execute("COMMIT")
        # A file that was moved or removed under us still takes records, and nobody would ever find them.
        if self._identities() != self._files:
            raise _Moved(f"{self._path.name} a été déplacé, remplacé ou supprimé")
        self._written = growth.after
        return growth.before.tree.size

    def _known(self) -> Head:
        if self._written is None:
            raise _Contradiction("aucune tête n'a été lue")
        return self._written

    def _connect(self) -> sqlite3.Connection:
        first_time = self._written is None
        if first_time and not self._path.exists():
            os.close(os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
        # SQLite would open it for reading, and leave a shared memory that stays read-only when the file no longer is.
        if self._path.exists() and not os.access(self._path, os.W_OK, effective_ids=True):
            raise OSError(f"le fichier est en lecture seule ({self._path.name})")
        connection = sqlite3.connect(
            f"{self._path.resolve().as_uri()}?mode=rw",
            uri=True,
            isolation_level=None,
            check_same_thread=False,  # opened by whoever starts the log, used by its thread
            cached_statements=STATEMENTS,
            timeout=_BUSY_S,
        )
        self._connection = connection
        if connection.execute("PRAGMA journal_mode=WAL").fetchone() != ("wal",):
            raise OSError(f"{self._path.name} n'accepte pas le mode WAL")
        for pragma in ("synchronous=FULL", f"wal_autocheckpoint={_WAL_PAGES}", f"journal_size_limit={_WAL_BYTES}"):
            connection.execute(f"PRAGMA {pragma}").fetchall()
        if first_time or self._failed:
            # After a failed fsync the WAL may be readable and yet not be on the disk: write it over into the file.
            busy, *_ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            if busy and self._failed:
                raise OSError(f"{self._path.name} est tenu par un autre processus")
        connection.execute("BEGIN IMMEDIATE")
        if first_time and not connection.execute("SELECT 1 FROM sqlite_schema").fetchone():
            self._found(connection)
        head = self._caught_up(connection)
        # The number it has already: a page is written that changes nothing, or we learn that none can be.
        connection.execute(f"PRAGMA user_version={USER_VERSION}")
        connection.execute("COMMIT")
        self._written = head
        self._files = self._identities()
        self._failed = False
        return connection

    def _found(self, connection: sqlite3.Connection) -> None:
        """Write the empty log."""
        for table in SCHEMA.values():
            connection.execute(table)
        head = Head.signed(Tree(), self._signer)
        connection.execute("INSERT INTO head VALUES (?, ?, ?, ?, ?)", head.row())
        connection.execute("INSERT INTO published VALUES (?, ?, ?)", (0, head.note, int(self._clock())))
        connection.execute(f"PRAGMA user_version={USER_VERSION}")

    def _caught_up(self, connection: sqlite3.Connection) -> Head:
        """The head in the file, once it is checked to go with its records and to continue what we know."""
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        if 0 < version < USER_VERSION:
            raise _Contradiction(
                f"ce fichier est au format {version}, d'une version antérieure de la passerelle : gardez-le pour le "
                "vérifier avec elle, et commencez un autre journal"
            )
        schema = dict(connection.execute("SELECT name, sql FROM sqlite_schema").fetchall())
        if (schema, version) != (SCHEMA, USER_VERSION):
            raise _Contradiction("ce fichier n'est pas un journal d'audit de cette version")
        rows = connection.execute("SELECT size, root, chain, frontier, note FROM head").fetchall()
        if len(rows) != 1:
            raise _Contradiction(f"la table head a {len(rows)} lignes au lieu d'une")
        size, root, chain, frontier, note = rows[0]
        if self._written is None:
            tree = self._read(connection, frontier, chain)
        else:
            tree = self._written.tree.copy()
            if size < tree.size:
                raise _Contradiction(f"il a perdu des enregistrements : {size} au lieu de {tree.size}")
            later = connection.execute("SELECT leaf, entry FROM record WHERE seq >= ? ORDER BY seq", (tree.size,))
            for leaf, entry in later:
                if entry is not None and leaf_hash(entry) != leaf:
                    raise _Contradiction(f"l'enregistrement {tree.size} n'est pas celui de sa feuille")
                tree.add(leaf)
        last = connection.execute("SELECT seq, chain FROM record ORDER BY seq DESC LIMIT 1").fetchone()
        if (last or (-1, CHAIN_START)) != (size - 1, chain) or (tree.size, tree.chain) != (size, chain):
            raise _Contradiction("la tête ne va pas avec le dernier enregistrement")
        if (tree.root(), tree.frontier.to_bytes()) != (root, frontier):
            raise _Contradiction("la racine de la tête n'est pas celle des enregistrements")
        try:
            signed = open_checkpoint(note, self._signer.verifier)
        except BadNote as error:
            raise _Contradiction(f"la tête n'est pas signée par notre clé ({error})") from error
        if (signed.size, signed.root) != (size, root):
            raise _Contradiction("la tête signée n'est pas celle du fichier")
        return Head(tree, root, note)

    @staticmethod
    def _read(connection: sqlite3.Connection, content: bytes, chain: bytes) -> Tree:
        """The tree as the file has it: its frontier goes with the last leaves and with the last tile of each level."""
        try:
            frontier = Frontier.from_bytes(content)
        except ValueError as error:
            raise _Contradiction("la frontière de l'arbre est illisible") from error
        start = frontier.size - frontier.size % TILE_WIDTH
        last = connection.execute("SELECT leaf FROM record WHERE seq >= ? ORDER BY seq LIMIT ?", (start, TILE_WIDTH))
        if not fits(frontier, 0, [leaf for (leaf,) in last]):
            raise _Contradiction("les dernières feuilles ne vont pas avec la frontière de l'arbre")
        edges: dict[int, bytes] = {}
        for level, (index, width) in edge_tiles(frontier.size).items():
            found = connection.execute("SELECT hashes FROM tile WHERE level=? AND idx=?", (level, index)).fetchone()
            edges[level] = found[0] if found else b""
            if len(edges[level]) != width * HASH_BYTES or not fits(frontier, level, hashes_of(edges[level])):
                raise _Contradiction(f"la dernière tuile du niveau {level} ne va pas avec la frontière de l'arbre")
        return Tree(frontier, chain, edges)

    def _identities(self) -> tuple[tuple[int, int], ...]:
        """Which files stand at our two addresses: the database and its WAL."""
        found = (os.stat(self._path), os.stat(f"{self._path}-wal"))
        return tuple((status.st_dev, status.st_ino) for status in found)
