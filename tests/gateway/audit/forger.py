# SPDX-License-Identifier: EUPL-1.2
"""Whoever would change the log unseen: with every right on the file, and with or without the key."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from gateway.audit.log import AuditLog
from gateway.audit.merkle import leaf_hash
from gateway.audit.note import Checkpoint, Signer, Verifier
from gateway.audit.report import Problem
from gateway.audit.tree import Tree
from gateway.audit.verify import verify
from tests.gateway.audit.audit_world import ANSWERED, ASKED, SIGNER, entry

Change = Callable[[sqlite3.Connection], object]
COUNT = 24
ENTRIES = [entry(number // 2, (ASKED, ANSWERED)[number % 2]) for number in range(COUNT)]


def write_log(folder: Path) -> Path:
    """Write a log of 12 exchanges in this folder, and give the folder back."""
    log = AuditLog.open(folder / "audit.db", SIGNER)
    for start in range(0, COUNT, 8):
        log.append_now(ENTRIES[start : start + 8])
    log.close()
    return folder


def change(path: Path, *changes: str | Change) -> None:
    """Change the file with all the rights there are."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA writable_schema=ON")
        for one in changes:
            if callable(one):
                one(connection)
            else:
                connection.execute(one)


def rebuilt(connection: sqlite3.Connection) -> Tree:
    """Work out the chain and the head's columns again, as a forger would: all but the signature."""
    tree = Tree()
    rows = connection.execute("SELECT seq, entry FROM record ORDER BY seq").fetchall()
    connection.execute("DELETE FROM record")
    connection.execute("DELETE FROM tile")
    for number, (_, content) in enumerate(rows):
        row = number, leaf_hash(content), content, tree.append(content)
        connection.execute("INSERT INTO record VALUES (?, ?, ?, ?)", row)
    connection.executemany("INSERT INTO tile VALUES (?, ?, ?)", [(*place, tile) for place, tile in tree.grown.items()])
    connection.execute(
        "UPDATE head SET size=?, root=?, chain=?, frontier=?",
        (tree.size, tree.root(), tree.chain, tree.frontier.to_bytes()),
    )
    return tree


def resigned(signer: Signer = SIGNER) -> Change:
    """Work out everything again and sign it, and forget what was published."""

    def work(connection: sqlite3.Connection) -> None:
        tree = rebuilt(connection)
        note = signer.sign(Checkpoint(signer.name, tree.size, tree.root()).text())
        connection.execute("UPDATE head SET note=?", (note,))
        connection.execute("DELETE FROM published")
        connection.execute("INSERT INTO published VALUES (?, ?, 0)", (tree.size, note))

    return work


def problem_of(path: Path, *kept: str, verifier: Verifier = SIGNER.verifier) -> Problem:
    """What the verification finds wrong; it must find something."""
    report = verify(path, verifier, kept)
    assert report.problem is not None
    return report.problem


def note_of(path: Path) -> str:
    """The checkpoint one would have kept elsewhere."""
    with closing(sqlite3.connect(path)) as connection:
        return str(connection.execute("SELECT note FROM head").fetchone()[0])
