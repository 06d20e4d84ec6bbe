# SPDX-License-Identifier: EUPL-1.2
"""`dlnuf audit recover`: begin another log, deliberately, when the right one cannot be put back."""

import argparse
import secrets
import sys
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from gateway.audit.canonical import canonical
from gateway.audit.fitting import stated
from gateway.audit.log import ANCHOR, LogUnavailable
from gateway.audit.note import BadNote, Checkpoint, Signer
from gateway.audit.recovery import NotRecovered, recover
from gateway.audit.trouble import described, unreadable
from gateway.audit.vocabulary import VERSION, check
from gateway.cli.evidence import AUDIT_PUB, operator, publish
from gateway.cli.state import Place
from gateway.identity.keys import KeysMissing, load

PURPOSE = "commence un autre journal, sous un autre nom, dont le premier enregistrement nomme l'ancien"
EXAMPLE = "dlnuf audit recover --state .sandbox --origin dlnuf-2 --reason 'disque perdu, aucune sauvegarde à jour'"


def options(leaf: argparse.ArgumentParser) -> None:
    """What the verb takes."""
    leaf.add_argument("--origin", metavar="NOM", required=True, help="nom du nouveau journal (DLNUF_LOG_ORIGIN)")
    leaf.add_argument("--reason", metavar="TEXTE", required=True, help="pourquoi ; inscrit dans le journal")
    leaf.add_argument("--keys", metavar="DOSSIER", type=Path, help="dossier des clés (défaut : « keys » de l'état)")
    leaf.add_argument(
        "--anchor",
        metavar="FICHIER",
        type=Path,
        help=f"mémoire du journal (défaut : celle de la passerelle, ou « {ANCHOR} » de l'état)",
    )


def run(arguments: argparse.Namespace, where: Place) -> int:
    """Do it, and say what is left to do."""
    now = datetime.now(UTC)
    try:
        signer = Signer(arguments.origin, load(where.keys).audit)
        anchor, stamp = arguments.anchor or where.anchor, now.strftime("%Y%m%dT%H%M%S")
        done = recover(where.log, anchor, signer, stamp, lambda old: _record(old, now, arguments))
    except (NotRecovered, LogUnavailable, KeysMissing, BadNote) as error:
        print(f"dlnuf audit recover : {error}", file=sys.stderr)
        return 1
    except unreadable() as error:
        print(f"dlnuf audit recover : {described(error)}", file=sys.stderr)
        return 1
    for folder in (where.keys, where.state):
        with suppress(FileNotFoundError):
            (folder / AUDIT_PUB).rename(folder / f"{AUDIT_PUB}.{now:%Y%m%dT%H%M%S}")
            publish(folder, signer)
    print(
        f"Nouveau journal « {signer.name} », qui prend la suite de « {done.old.origin} » à {done.old.size} "
        f"enregistrements.\nL'ancien est gardé sous {done.aside}.\nMettez DLNUF_LOG_ORIGIN={signer.name} partout où la "
        f"passerelle est réglée, donnez la nouvelle clé publique à ceux qui vérifient :\n{signer.verifier.text()}\n"
        f"Retirez {ANCHOR} du dossier d'état des autres passerelles, puis redémarrez-les toutes."
    )
    return 0


def _record(old: Checkpoint, now: datetime, arguments: argparse.Namespace) -> bytes:
    record = {
        "v": VERSION,
        "event": "log_recovered",
        "id": str(UUID(bytes=secrets.token_bytes(16), version=4)),
        "at": now.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "operator": operator(),
        "origin": old.origin,
        "size": old.size,
        "root": old.root.hex(),
        "reason": stated(arguments.reason),
    }
    check(record)
    return canonical(record)
