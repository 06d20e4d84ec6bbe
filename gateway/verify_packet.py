# SPDX-License-Identifier: EUPL-1.2
"""What the package of an application proves, without network and without us: its list, its seal, its receipts.

The verifier's rules hold here too: public formats only, everything given is hostile, one `Refused` for what fails.
"""

import json
import zipfile
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from gateway.audit.packet import MANIFEST, BadPacket, Packet
from gateway.audit.quorum import WitnessPolicy
from gateway.verify import Findings, Refused, verify

FORMAT = "dlnuf-candidature/1"
MAX_BYTES = 600 * 1024 * 1024
SEAL_RECEIPT = "seal-receipt"
CLOCK_S = 300
"""How far the hour in the sealed bytes may be from the record's: both were written by the same gateway, in a breath."""
_README = "LISEZMOI.txt"


def is_package(path: Path) -> bool:
    """Whether a ZIP looks like an application's: the only one with these two names. What it holds is not believed."""
    try:
        with zipfile.ZipFile(path) as archive:
            return {MANIFEST, _README} <= set(archive.namelist())
    except (zipfile.BadZipFile, OSError, ValueError):
        return False


def package(content: bytes, policy: WitnessPolicy) -> Findings:
    """Verify a package whole. Raises Refused at the first thing that does not hold."""
    try:
        packet = Packet(content)
        if packet.manifest.get("format") != FORMAT:
            raise Refused("ce paquet n'est pas celui d'une candidature")
        findings = Findings()
        identifier = packet.manifest.get("id")
        findings.facts |= {"dossier": identifier, "files": len(packet.files)}
        findings.proved.append(f"les {len(packet.files)} fichiers du paquet sont ceux de sa liste, sans un de plus")
        sealed = _seal(packet, policy, findings)
        _receipts(packet, identifier, policy, findings)
    except BadPacket as error:
        raise Refused(str(error)) from error
    if sealed is not None:
        _known_then(packet, sealed, findings)
    findings.not_proved.append("que ce que disent les registres et les personnes est exact : seulement qui l'a dit")
    return findings


def _seal(packet: Packet, policy: WitnessPolicy, findings: Findings) -> bytes | None:
    """The sealed bytes, which must be those that the list's seal names."""
    told, found = packet.manifest.get("seal"), list(packet.of("seal"))
    if told is None and not found:
        findings.not_proved.append("que la candidature a été déposée : le paquet ne contient pas de scellé")
        return None
    if not isinstance(told, dict) or len(found) != 1:
        raise Refused("le paquet doit contenir un scellé et un seul, et sa liste le nommer")
    content = packet.content(found[0].path)
    digest = sha256(content).hexdigest()
    if told.get("sha256") != digest:
        raise Refused("le scellé n'est pas celui que la liste annonce")
    try:
        said = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise Refused("le scellé ne se lit pas") from error
    inside = said.get("dossier") if isinstance(said, dict) else None
    if not isinstance(inside, dict) or inside.get("id") != packet.manifest.get("id"):
        raise Refused("le scellé est celui d'un autre dossier")
    findings.facts["seal"] = digest
    findings.proved.append(f"le scellé du dépôt a l'empreinte SHA-256 {digest}")
    _sealed_when(packet, digest, said.get("at"), policy, findings)
    return content


def _sealed_when(packet: Packet, digest: str, at: object, policy: WitnessPolicy, findings: Findings) -> None:
    """The receipt of the deposit's own record: this digest, of this dossier, at the hour that the seal says."""
    found = list(packet.of(SEAL_RECEIPT))
    if not found:
        findings.not_proved.append(
            f"que cette empreinte est celle que le journal a inscrite au dépôt (« dossier_sealed », {digest[:12]}…) : "
            "son reçu n'est pas dans ce paquet ; un paquet demandé plus tard le contient"
        )
        return
    if len(found) > 1:
        raise Refused("le paquet contient plusieurs reçus de dépôt")
    try:
        seen = verify(packet.content(found[0].path), policy)
    except Refused as error:
        raise Refused(f"« {found[0].path} » : {error}") from error
    record = seen.facts.get("record")
    if not isinstance(record, dict) or record.get("event") != "dossier_sealed":
        raise Refused(f"« {found[0].path} » n'est pas le reçu d'un dépôt")
    if record.get("dossier") != packet.manifest.get("id") or record.get("digest") != digest:
        raise Refused(f"« {found[0].path} » est le reçu d'un autre dépôt que celui du scellé")
    written = _epoch(record.get("at"))
    if written is None or not isinstance(at, int) or abs(written - at) > CLOCK_S:
        raise Refused("le scellé et le journal ne disent pas la même heure de dépôt")
    findings.facts |= {"sealed_at": record["at"], "sealed_record": seen.facts.get("index")}
    findings.proved.append(
        f"le journal a inscrit cette empreinte à son n° {seen.facts.get('index')}, le {record['at']} : le dossier n'a "
        "pas changé depuis son dépôt"
    )
    findings.not_proved += [one for one in seen.not_proved if one.startswith(("la date", "l'heure"))]
    findings.facts["key"] = seen.facts.get("key")


def _epoch(at: object) -> float | None:
    """The instant of a record."""
    try:
        return datetime.fromisoformat(at).timestamp() if isinstance(at, str) else None
    except ValueError:
        return None


def _receipts(packet: Packet, identifier: object, policy: WitnessPolicy, findings: Findings) -> None:
    """Each receipt against its answer, and against this dossier."""
    answers = {one.path for one in packet.of("answer")}
    proved: set[str] = set()
    last: Findings | None = None
    for one in packet.of("receipt"):
        if one.proves not in answers or one.proves in proved:
            raise Refused(f"le reçu « {one.path} » ne correspond à aucune réponse du paquet")
        try:
            last = verify(packet.content(one.path), policy, answer=packet.content(one.proves))
        except Refused as error:
            raise Refused(f"« {one.path} » : {error}") from error
        record = last.facts.get("record")
        if not isinstance(record, dict) or record.get("dossier") != identifier:
            raise Refused(f"le reçu « {one.path} » est celui d'un autre dossier")
        proved.add(one.proves)
    findings.facts |= {"receipts": len(proved), "answers": len(answers)}
    if proved:
        findings.proved.append(
            f"{len(proved)} réponses de registres sont, à l'octet près, celles que le journal a inscrites pour lui"
        )
    if last is not None:
        findings.facts["key"] = last.facts.get("key")
    if pending := sorted(answers - proved):
        findings.not_proved.append(
            f"{len(pending)} réponses sans reçu dans le paquet, que l'on peut demander à la passerelle : "
            + ", ".join(pending)
        )


def _known_then(packet: Packet, sealed: bytes, findings: Findings) -> None:
    """What the sealed bytes already named by its digest, and what came since."""
    for what, words in (("answer", "réponses"), ("document", "documents")):
        files = list(packet.of(what))
        before = [one for one in files if one.sha256.encode() in sealed]
        if before:
            findings.proved.append(
                f"{len(before)} {words} sur {len(files)} étaient dans le dossier au moment du scellé"
            )
        if len(before) < len(files):
            later = ", ".join(one.path for one in files if one not in before)
            findings.not_proved.append(f"que ces {words} étaient connus au dépôt, car venus depuis : {later}")
