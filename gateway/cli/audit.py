# SPDX-License-Identifier: EUPL-1.2
"""`dlnuf audit`: verify the audit log of a state folder, read it, and print the signed head to keep elsewhere."""

import argparse
import json
import os
import sys
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path

from gateway.audit.note import BadNote, Verifier
from gateway.audit.report import Report
from gateway.audit.show import Line, head_note, last_records, readable, records_of
from gateway.audit.stores.address import SCHEMES
from gateway.audit.trouble import described, unreadable
from gateway.audit.verify import verify
from gateway.cli import (
    audit_backup,
    audit_day,
    audit_erase,
    audit_export,
    audit_hold,
    audit_index,
    audit_proved,
    audit_recover,
    state,
)

_VERIFIED, _REFUSED, _USAGE = 0, 1, 2


class _Wrong(Exception):
    """What was typed cannot be used."""


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the noun `audit` and its verbs; each sets `run`, which takes the arguments and gives the exit code."""
    noun = commands.add_parser("audit", help="journal d'audit : vérifier, lire, prendre un point de contrôle")
    verbs = noun.add_subparsers(metavar="action", required=True)

    leaf = _leaf(
        verbs,
        "verify",
        _verify,
        "recalcule tout le journal et nomme le premier enregistrement fautif",
        "dlnuf audit verify --state .sandbox --checkpoint point-de-controle.txt",
    )
    leaf.add_argument(
        "--checkpoint",
        metavar="FICHIER",
        action="append",
        default=[],
        help="point de contrôle gardé ailleurs, que le journal doit prolonger (plusieurs fois si besoin)",
    )
    leaf.add_argument("--key", metavar="CLÉ", help="clé publique du journal, au lieu de celle du dossier")
    leaf.add_argument("--json", action="store_true", help="résultat en JSON")

    leaf = _leaf(
        verbs,
        "show",
        _show,
        "affiche des enregistrements, un par ligne, sans rien vérifier",
        "dlnuf audit show --state .sandbox --last 5",
    )
    leaf.add_argument("--last", metavar="N", type=_count, default=20, help="combien d'enregistrements (20 par défaut)")
    leaf.add_argument("--id", metavar="UUID", help="seulement ceux de cet échange, tous")
    leaf.add_argument("--json", action="store_true", help="un objet JSON par ligne")

    _leaf(
        verbs,
        "checkpoint",
        _checkpoint,
        "affiche la tête signée du journal, à garder ailleurs",
        "dlnuf audit checkpoint --state .sandbox > point-de-controle.txt",
    )
    for more in (audit_export, audit_erase, audit_hold, audit_backup):
        more.register(verbs)
    audit_index.options(
        _leaf(
            verbs,
            "index",
            lambda arguments: audit_index.run(arguments, arguments.where.log),
            audit_index.PURPOSE,
            audit_index.EXAMPLE,
        )
    )
    audit_proved.register(verbs)

    audit_day.options(
        _leaf(
            verbs,
            "day",
            lambda arguments: audit_day.run(arguments, arguments.where.log),
            audit_day.PURPOSE,
            audit_day.EXAMPLE,
        )
    )

    leaf = _leaf(
        verbs,
        "recover",
        lambda arguments: audit_recover.run(arguments, arguments.where),
        audit_recover.PURPOSE,
        audit_recover.EXAMPLE,
    )
    audit_recover.options(leaf)

    leaf = _leaf(
        verbs,
        "replay",
        _replay,
        "décide à nouveau ce que le journal a décidé, sous d'autres politiques, et dit qui gagne ou perd l'accès",
        "dlnuf audit replay --state .sandbox --policies policies --last 10000",
    )
    leaf.add_argument(
        "--policies", metavar="DOSSIER", type=Path, help="politiques à essayer (défaut : celles de chaque décision)"
    )
    leaf.add_argument("--keys", metavar="DOSSIER", type=Path, help="dossier des clés (défaut : « keys » de l'état)")
    leaf.add_argument(
        "--last", metavar="N", type=_count, default=10_000, help="parmi les N derniers (10000 par défaut)"
    )
    leaf.add_argument("--json", action="store_true", help="résultat en JSON")


def _leaf(
    verbs: "argparse._SubParsersAction[argparse.ArgumentParser]",
    name: str,
    run: Callable[[argparse.Namespace], int],
    purpose: str,
    example: str,
) -> argparse.ArgumentParser:
    leaf = verbs.add_parser(
        name,
        help=purpose,
        description=f"{purpose[0].upper()}{purpose[1:]}. Les enregistrements sont numérotés à partir de 0.",
        epilog=f"Exemple :\n  {example}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    leaf.add_argument("--state", metavar="DOSSIER", type=Path, help=f"{state.STATE_HELP} ; ou une copie")
    leaf.add_argument(
        "--database", action="store_true", help="avec --state : le journal est dans la base que nomme DLNUF_LOG_URL"
    )
    leaf.set_defaults(run=lambda arguments: _guarded(run, arguments))
    return leaf


def _guarded(run: Callable[[argparse.Namespace], int], arguments: argparse.Namespace) -> int:
    """Run a verb where it is to work; what cannot be read is said in one line.

    Without --state, the gateway's own settings say where: the folder, its keys, its log and that log's memory. A folder
    that is named brings its own, unless --database says that the log, and its memory, are those of the settings.
    """
    try:
        where = state.place(
            argparse.Namespace(state=arguments.state, keys=getattr(arguments, "keys", None)), founds=False
        )
        if not where.state.is_dir():
            raise _Wrong(f"{where.state} n'est pas un dossier : {state.LOOK}")
        if arguments.database:
            ours = state.place(argparse.Namespace(state=None, keys=None))
            memory = ours.anchor if os.environ.get("DLNUF_LOG_ANCHOR") else where.anchor
            where = replace(where, log=ours.log if isinstance(ours.log, str) else "", anchor=memory)
        if isinstance(where.log, str) and not where.log.startswith(SCHEMES):
            raise _Wrong("DLNUF_LOG_URL ne donne pas d'adresse postgresql://…")
        arguments.state, arguments.where = where.state, where
        return run(arguments)
    except _Wrong as error:
        print(f"dlnuf audit : {error}", file=sys.stderr)
        return _USAGE
    except unreadable(BadNote) as error:
        print(f"dlnuf audit : {readable(described(error))}", file=sys.stderr)
        return _REFUSED


def _verify(arguments: argparse.Namespace) -> int:
    kept = [_kept(path) for path in arguments.checkpoint]
    try:
        verifier = _pinned(arguments.key) if arguments.key else _key_of(arguments.where)
    except (BadNote, OSError, UnicodeDecodeError) as error:
        print(f"REFUSÉ : la clé publique du dossier, audit.pub, ne peut pas être lue : {_reason(error)}")
        return _REFUSED
    report = verify(arguments.where.log, verifier, kept)
    print(_as_json(report) if arguments.json else _as_text(report, verifier, bool(kept), arguments.where.log_name))
    return _VERIFIED if report.problem is None else _REFUSED


def _show(arguments: argparse.Namespace) -> int:
    place = arguments.where.log
    lines = records_of(place, arguments.id) if arguments.id else last_records(place, arguments.last)
    for line in lines:
        print(_line_as_json(line) if arguments.json else line.text())
    return _VERIFIED


def _replay(arguments: argparse.Namespace) -> int:
    from gateway.cli import replay  # the contracts of every registry: not for those who only verify

    try:
        found = replay.replayed(
            arguments.state, arguments.where.log, arguments.where.keys, arguments.policies, arguments.last
        )
    except replay.UNUSABLE as error:
        raise _Wrong(str(error)) from error
    print(json.dumps(found.as_data(), ensure_ascii=True, indent=2) if arguments.json else found.text())
    return _VERIFIED if found.unchanged else _REFUSED


def _checkpoint(arguments: argparse.Namespace) -> int:
    note = head_note(arguments.where.log)
    _key_of(arguments.where).open(note)
    print(note, end="")
    return _VERIFIED


def _key_of(where: state.Place) -> Verifier:
    """The log's public key: beside the private ones, or in the folder itself where those are kept elsewhere."""
    beside = where.keys / "audit.pub"
    return Verifier.parse((beside if beside.exists() else where.state / "audit.pub").read_text("utf-8"))


def _pinned(text: str) -> Verifier:
    try:
        return Verifier.parse(text)
    except BadNote as error:
        raise _Wrong(f"--key : {error}") from error


def _kept(path: str) -> str:
    try:
        return Path(path).read_text("utf-8")
    except UnicodeDecodeError as error:
        raise _Wrong(f"--checkpoint {path} : ce n'est pas du texte") from error
    except OSError as error:
        raise _Wrong(f"--checkpoint : {described(error)}") from error


def _count(text: str) -> int:
    if not (text.isascii() and text.isdigit()) or len(text) > 9:
        raise argparse.ArgumentTypeError(f"{text!r} n'est pas un nombre d'enregistrements")
    return int(text)


def _reason(error: Exception) -> str:
    return "ce n'est pas du texte" if isinstance(error, UnicodeDecodeError) else readable(described(error))


def _as_json(report: Report) -> str:
    return json.dumps({"verified": report.problem is None, **asdict(report)}, ensure_ascii=True, sort_keys=True)


def _line_as_json(line: Line) -> str:
    return json.dumps({"seq": line.number, "record": line.record}, ensure_ascii=True, sort_keys=True)


def _as_text(report: Report, verifier: Verifier, compared: bool, log: str) -> str:
    problem = report.problem
    if problem is not None:
        held = f"Ce qui se vérifie : {_counted(report.size)}.\n" if report.size else ""
        return f"REFUSÉ : {readable(problem.explanation)}.\n{held}Clé : {readable(verifier.text())}\nJournal : {log}"
    until = f", le dernier à {report.last_at}" if report.last_at else ""
    against = (
        f"Points de contrôle retrouvés : {report.checkpoints}"
        if compared
        else "Sans point de contrôle gardé ailleurs (--checkpoint), un retour à un état antérieur ne se verrait pas."
    )
    return (
        f"VÉRIFIÉ : {_counted(report.size)}{until}.\n{_gone(report.erased)}Racine : {report.root}\n"
        f"Clé : {readable(verifier.text())}\nJournal : {log}\n{against}"
    )


def _gone(erased: int) -> str:
    return f"Effacés au terme de leur conservation, comme le journal le dit : {erased}.\n" if erased else ""


def _counted(size: int) -> str:
    return f"{size} enregistrement" if size < 2 else f"{size} enregistrements"
