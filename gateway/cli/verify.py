# SPDX-License-Identifier: EUPL-1.2
"""`dlnuf verify`: what a receipt, a proof of growth, a checkpoint or an export proves, without network or us."""

import argparse
import json
import sys
from pathlib import Path

from gateway.audit.day_proof import MAX_BYTES as MAX_DAY_BYTES
from gateway.audit.note import BadNote
from gateway.audit.quorum import BadPolicy, WitnessPolicy, log_key
from gateway.verify import MAX_BYTES, Findings, Refused, Stamped, expect_forward, verify

_VERIFIED, _REFUSED, _USAGE = 0, 1, 2
_ZIP = b"PK\x03\x04"
_MAX_ANSWER = 64 * 1024 * 1024
_EXAMPLE = """Exemples :
  dlnuf verify recu.tlog-proof --reponse reponse.json --cle journal.pub
  dlnuf verify coherence.txt --ancien point-de-controle.txt --cle journal.pub
  dlnuf verify journee-2026-11-23.json --cle journal.pub
  dlnuf verify recu.tlog-proof --politique temoins.policy --horodatage 4096.tsr --certificats autorite.pem
  dlnuf verify dossier.zip --cle journal.pub
  dlnuf verify .sandbox --ancien point-de-controle.txt"""


class _Wrong(Exception):
    """What was typed cannot be used."""


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command."""
    command = commands.add_parser(
        "verify",
        help="vérifie un reçu, une preuve de journée ou de cohérence, un point de contrôle, un export, un journal",
        description="Vérifie un reçu, une preuve de journée ou de cohérence, un point de contrôle, un export ou un "
        "journal entier, sans réseau, et dit ce qui est prouvé et ce qui ne l'est pas.",
        epilog=_EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.add_argument("file", metavar="FICHIER", type=Path, help="ce qui est à vérifier ; « - » : l'entrée standard")
    command.add_argument("--cle", metavar="CLÉ", help="clé publique du journal, ou le fichier qui la contient")
    command.add_argument("--politique", metavar="FICHIER", type=Path, help="journaux et témoins exigés (tlog-policy)")
    command.add_argument("--reponse", metavar="FICHIER", type=Path, help="la réponse dont parle le reçu, telle quelle")
    command.add_argument("--ancien", metavar="FICHIER", type=Path, help="point de contrôle gardé auparavant")
    command.add_argument("--horodatage", metavar="FICHIER", type=Path, help="horodatage du point de contrôle (.tsr)")
    command.add_argument("--certificats", metavar="FICHIER", type=Path, help="certificats de l'autorité, en PEM")
    command.add_argument("--json", action="store_true", help="résultat en JSON")
    command.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    try:
        if arguments.file.is_dir():
            return _whole_log(arguments)
        content = _content(arguments.file, MAX_DAY_BYTES + 1)
        findings = _export(arguments) if content.startswith(_ZIP) else _small(content, arguments)
    except _Wrong as error:
        print(f"dlnuf verify : {error}", file=sys.stderr)
        return _USAGE
    except Refused as error:
        if arguments.json:
            print(json.dumps({"verified": False, "problem": str(error)}, ensure_ascii=False, sort_keys=True))
        else:
            print(f"REFUSÉ : {error}.\nRien n'est prouvé.")
        return _REFUSED
    print(_as_json(findings) if arguments.json else _as_text(findings))
    return _VERIFIED


def _small(content: bytes, arguments: argparse.Namespace) -> Findings:
    """A receipt, a consistency proof, a checkpoint."""
    return verify(
        content,
        _policy(arguments),
        answer=_content(arguments.reponse, _MAX_ANSWER) if arguments.reponse else None,
        kept=_content(arguments.ancien, MAX_BYTES + 1) if arguments.ancien else None,
        stamped=_stamped(arguments),
    )


def _export(arguments: argparse.Namespace) -> Findings:
    """A month of the log, as `dlnuf audit export` writes it; with --ancien, against a checkpoint of the same size."""
    from gateway.audit.bundle import BadExport, opened_export
    from gateway.verify_packet import is_package

    policy = _policy(arguments)
    if is_package(arguments.file):
        return _package(arguments.file, policy)
    try:
        with opened_export(arguments.file) as found:
            note = found.note()
            findings = verify(
                note.encode(),
                policy,
                kept=_content(arguments.ancien, MAX_BYTES + 1) if arguments.ancien else None,
                stamped=_stamped(arguments),
            )
            leaves = found.verify_under(policy.check(note).checkpoint)
            told = found.manifest()
            expect_forward(found.records())
    except (BadExport, BadNote) as error:
        raise Refused(str(error)) from error
    if len(leaves) != told.count:
        raise Refused(f"le fichier annonce {told.count} enregistrements et en contient {len(leaves)}")
    findings.not_proved.pop()  # what a checkpoint alone does not prove
    span = f", du n° {min(leaves)} au n° {max(leaves)}" if leaves else ""
    findings.facts |= {"records": len(leaves), "month": told.month}
    findings.proved.insert(0, f"les {len(leaves)} enregistrements du fichier sont dans le journal, à leur place{span}")
    findings.not_proved.append(
        "que le mois est complet : un enregistrement absent du fichier peut être d'un autre mois, ou avoir été effacé"
    )
    return findings


def _package(path: Path, policy: WitnessPolicy) -> Findings:
    """The package of an application, as `/v1/candidatures/…/exports/dossier.zip` gives it."""
    from gateway.verify_packet import MAX_BYTES as MOST
    from gateway.verify_packet import package

    if path.stat().st_size > MOST:
        raise Refused("ce paquet est trop grand")
    return package(_content(path, MOST), policy)


def _whole_log(arguments: argparse.Namespace) -> int:
    """A state folder, or a copy: the whole log, as `dlnuf audit verify` does it."""
    from gateway.cli.main import main

    asked = ["audit", "verify", "--state", str(arguments.file)]
    if arguments.cle:
        asked += ["--key", _key_text(arguments.cle)]
    if arguments.ancien:
        asked += ["--checkpoint", str(arguments.ancien)]
    return main([*asked, "--json"] if arguments.json else asked)


def _policy(arguments: argparse.Namespace) -> WitnessPolicy:
    """Whom to trust: the policy's logs and witnesses, the key, or both."""
    try:
        key = log_key(_key_text(arguments.cle)) if arguments.cle else None
        policy = WitnessPolicy.parse(_content(arguments.politique, MAX_BYTES)) if arguments.politique else None
    except BadNote as error:
        raise _Wrong(f"--cle : {error}") from error
    except BadPolicy as error:
        raise _Wrong(f"--politique : {error}") from error
    if policy is None:
        if key is None:
            raise _Wrong("sans la clé publique du journal (--cle ou --politique), rien ne peut être prouvé")
        return WitnessPolicy.of_log(key)
    if key is not None:
        return policy.only_log(key)
    if not policy.logs:
        raise _Wrong("cette politique ne nomme aucun journal : donnez aussi --cle")
    return policy


def _stamped(arguments: argparse.Namespace) -> Stamped | None:
    if arguments.horodatage is None and arguments.certificats is None:
        return None
    if arguments.horodatage is None or arguments.certificats is None:
        raise _Wrong("--horodatage et --certificats vont ensemble")
    return Stamped(_content(arguments.horodatage, MAX_BYTES), _content(arguments.certificats, MAX_BYTES))


def _key_text(given: str) -> str:
    """A key as it was typed, or the content of the file of that name."""
    if "+" in given and not Path(given).is_file():
        return given
    try:
        return _content(Path(given), MAX_BYTES).decode("utf-8")
    except UnicodeDecodeError as error:
        raise _Wrong(f"--cle : {given} n'est pas du texte") from error


def _content(path: Path, most: int) -> bytes:
    try:
        if str(path) == "-":
            return sys.stdin.buffer.read(most)
        with path.open("rb") as file:
            return file.read(most)
    except OSError as error:
        raise _Wrong(f"{path} ne peut pas être lu : {error.strerror or error}") from error


def _as_text(findings: Findings) -> str:
    lines = ["VÉRIFIÉ.", "", "Ce qui est prouvé :", *(f"  + {one}" for one in findings.proved)]
    lines += ["", "Ce qui ne l'est pas :", *(f"  - {one}" for one in findings.not_proved)]
    return "\n".join(lines)


def _as_json(findings: Findings) -> str:
    found = {"verified": True, "proved": findings.proved, "not_proved": findings.not_proved, **findings.facts}
    return json.dumps(found, ensure_ascii=False, sort_keys=True, default=str)
