# SPDX-License-Identifier: EUPL-1.2
"""`dlnuf audit backup`: a copy of the evidence that holds together, taken while the gateway works, and verified."""

import argparse
import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from gateway.audit.note import Verifier
from gateway.audit.show import readable
from gateway.audit.verify import verify
from gateway.cli.state import Misuse, leaf, place

LOG, SUBJECTS, KEY, POLICIES = "audit.db", "subjects.db", "audit.pub", "policies"
BESIDE = ("holds.db", "register.db", "stamps.db")
"""What the records are read by: which are held, what each habilitation may ask, and who stamped their heads."""
NAMING = ("people.db", "console.db", "company.db", "dossiers.db")
"""What names people and application files: copied apart, because it must be forgotten earlier than the log."""

_PAGES, _PAUSE_S = 1000, 0.01  # so many pages at a time, and a breath between: the gateway writes meanwhile


def register(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the verb to the noun `audit`."""
    parser = leaf(
        verbs, "backup", "copie les preuves pendant que la passerelle travaille, et vérifie la copie",
        "dlnuf audit backup --state .sandbox --out /media/sauvegarde/2026-11-24", _backup,
    )  # fmt: skip
    parser.add_argument("--out", metavar="DOSSIER", type=Path, required=True, help="dossier à créer")
    parser.add_argument(
        "--subjects-out", metavar="DOSSIER", type=Path,
        help="dossier à créer, ailleurs, pour les clés des sujets ; sans lui, elles ne sont pas copiées",
    )  # fmt: skip
    parser.add_argument(
        "--people-out", metavar="DOSSIER", type=Path,
        help="dossier à créer, ailleurs, pour ce qui nomme des personnes : comptes, revues, contestations, dossiers ; "
        "sans lui, rien de cela n'est copié",
    )  # fmt: skip


def _backup(args: argparse.Namespace) -> None:
    where = place(args)
    if not (where.state / LOG).exists():
        raise Misuse(
            f"il n'y a pas de journal dans « {where.state} » ; s'il est dans PostgreSQL, sauvegardez-le avec pg_dump."
        )
    for folder in filter(None, (args.out, args.subjects_out, args.people_out)):
        folder.mkdir(mode=0o700, parents=True)  # an existing one is refused: no backup replaces another
    copied = [name for name in (LOG, *BESIDE) if _copied(where.state / name, args.out / name)]
    if (where.state / POLICIES).is_dir():
        shutil.copytree(where.state / POLICIES, args.out / POLICIES)
        copied.append(POLICIES)
    key = next((path for path in (where.keys / KEY, where.state / KEY) if path.exists()), None)
    if key is None:
        raise FileNotFoundError(2, "clé publique du journal absente", KEY)
    shutil.copyfile(key, args.out / KEY)
    report = verify(args.out / LOG, Verifier.parse(key.read_text("utf-8")))
    if report.problem is not None:
        raise OSError(f"la copie ne se vérifie pas : {readable(report.problem.explanation)}")
    if args.subjects_out is not None and _copied(where.state / SUBJECTS, args.subjects_out / SUBJECTS):
        print(f"Clés des sujets copiées dans « {args.subjects_out} ».")
    if args.people_out is not None:
        named = [name for name in NAMING if _copied(where.state / name, args.people_out / name)]
        print(f"Copié dans « {args.people_out} » : {', '.join(named) or 'rien, ces fichiers n’existent pas'}.")
    print(f"Copié dans « {args.out} » : {', '.join(copied)}.")
    print(f"Copie vérifiée : {report.size} enregistrements, racine {report.root}.")


def _copied(source: Path, target: Path) -> bool:
    """Whether there was a file to copy: one state of it, whatever is written meanwhile."""
    if not source.exists():
        return False
    os.close(os.open(target, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    with (
        closing(sqlite3.connect(f"{source.resolve().as_uri()}?mode=ro", uri=True, timeout=10)) as held,
        closing(sqlite3.connect(target)) as copy,
    ):
        held.backup(copy, pages=_PAGES, sleep=_PAUSE_S)
        copy.execute("PRAGMA journal_mode=DELETE").fetchall()  # one file, complete by itself
    return True
