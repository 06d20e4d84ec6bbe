# SPDX-License-Identifier: EUPL-1.2
"""The verifier that needs no trust in us, and no network: what a file proves, and what it does not, in plain words.

It imports the public formats and nothing that writes, serves or stores; Python, `cryptography` and this folder are all
it takes (`rfc3161-client` as well, for time stamps). Everything it is given is hostile: whatever does not hold ends in
one `Refused`, whose message is a French sentence.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import TypeVar

from gateway.audit import timestamp
from gateway.audit.addition import Addition, BadAddition
from gateway.audit.day_proof import MAX_BYTES as MAX_DAY_BYTES
from gateway.audit.day_proof import BadDayProof, Claim, checked
from gateway.audit.merkle import BadProof, leaf_hash, verify_consistency, verify_inclusion
from gateway.audit.note import BadNote, Checkpoint, parts
from gateway.audit.proof import HEADER, BadProofFile, ProofFile
from gateway.audit.quorum import Seen, WitnessPolicy
from gateway.audit.timestamp import BadTimestamp

MAX_BYTES = 256 * 1024
SKEW = timedelta(minutes=5)
"""How far two honest clocks may differ: a record is not later than those who saw it, but for this."""

_OUTCOMES = {"asked": "une question", "answered": "une réponse", "refused": "un refus", "failed": "un échec"}


_T = TypeVar("_T")


class Refused(Exception):
    """What was given does not verify. The message says what and why, in French."""


@dataclass(slots=True)
class Findings:
    """What was proved, what was not, and the facts for a program."""

    proved: list[str] = field(default_factory=list)
    not_proved: list[str] = field(default_factory=list)
    facts: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Stamped:
    """A time stamp's file, and the certificates of the authorities that are trusted (PEM)."""

    reply: bytes
    certificates: bytes


def verify(
    content: bytes,
    policy: WitnessPolicy,
    *,
    answer: bytes | None = None,
    kept: bytes | None = None,
    stamped: Stamped | None = None,
) -> Findings:
    """Verify a receipt, a day's proof, a consistency proof (with `kept`) or a checkpoint. Raises Refused.

    `answer`: the bytes that a receipt should be about. `policy`: the logs and witnesses that are trusted.
    """
    day = content.lstrip().startswith(b"{")
    text = _text(content, MAX_DAY_BYTES if day else MAX_BYTES)
    if text.startswith(HEADER):
        return _receipt(text, policy, answer, kept, stamped)
    if answer is not None:
        raise Refused("seul un reçu parle d'une réponse, et ce fichier n'en est pas un")
    if day:
        return _day(text, policy, kept, stamped)
    if text.startswith("old "):
        return _growth(text, policy, kept, stamped)
    if "\n\n— " in text:
        return _checkpoint(text, policy, kept, stamped)
    raise Refused("ce fichier n'est ni un reçu, ni une preuve de journée ou de cohérence, ni un point de contrôle")


def _day(text: str, policy: WitnessPolicy, kept: bytes | None, stamped: Stamped | None) -> Findings:
    """A company's day: its leaves under the day's header, and the record that says the header under a signed head."""
    claim = _read(lambda: checked(text), "la preuve de la journée ne se lit pas")
    findings = _receipt(claim.closing, policy, None, kept, stamped)
    record = findings.facts["record"]
    header = claim.header
    said = (record.get("event"), record.get("day"), record.get("root")) if isinstance(record, dict) else ()
    if said != ("day_closed", header.day, header.digest()):
        raise Refused("l'enregistrement de clôture ne dit pas la racine de cette journée")
    findings.not_proved.pop()  # what a receipt says of a registry's answer
    findings.facts |= {"day": header.day, "commitments": list(claim.commitments), "counts": dict(claim.counts)}
    findings.proved.insert(0, _day_said(claim))
    for name, until in sorted(claim.embargoed.items()):
        findings.not_proved.append(
            f"ce qui relève de la finalité « {_plain(name)} », sous embargo pour toutes les entreprises jusqu'au "
            f"{_plain(until)} : l'arbre en est scellé depuis ce jour, et ne peut plus changer"
        )
    findings.not_proved += [
        "que ces engagements sont les vôtres : seul le service en a la clé, et il les écrit dans ce fichier",
        "que l'arbre de la journée est trié et compte tous les enregistrements : un auditeur le recalcule "
        "(dlnuf audit day --verify)",
    ]
    return findings


def _day_said(claim: Claim) -> str:
    header, count = claim.header, sum(claim.counts.values())
    span = f"journée du {header.day} (UTC), enregistrements n° {header.first} à {header.stop - 1} du journal"
    if not count:
        return f"{span} : aucun n'est au sujet de ces engagements, hors embargo"
    numbers = ", ".join(str(one.seq) for one in claim.records[:20]) + ("…" if count > 20 else "")
    return f"{span} : {count} sont au sujet de ces engagements, et aucun autre, hors embargo (n° {numbers})"


def _receipt(
    text: str, policy: WitnessPolicy, answer: bytes | None, kept: bytes | None, stamped: Stamped | None
) -> Findings:
    proof = _read(lambda: ProofFile.parse(text), "le reçu ne se lit pas")
    if proof.extra is None:
        raise Refused("ce reçu ne contient pas l'enregistrement : il ne prouve rien sur lui")
    record = _record(proof.extra)
    findings = Findings()
    seen = _seen(proof.checkpoint, policy, findings, stamped)
    size, root = seen.checkpoint.size, seen.checkpoint.root
    try:
        verify_inclusion(leaf_hash(proof.extra), proof.index, size, proof.hashes, root)
    except BadProof as error:
        raise Refused(f"l'enregistrement {proof.index} n'est pas celui que le journal a signé : {error}") from error
    findings.facts |= {"index": proof.index, "record": record}
    findings.proved.insert(0, f"cet enregistrement est le n° {proof.index} du journal : {_said(record)}")
    _about_answer(record, answer, findings)
    _about_time(record, findings)
    if kept is not None:
        _not_older(record, proof.index, kept, policy)
        _same_story(kept, policy, seen.checkpoint, findings)
    findings.not_proved.append(
        "que ce que dit le registre est exact : un reçu prouve ce qui a été transmis, non ce qui est vrai"
    )
    return findings


def _about_answer(record: Mapping[str, object], answer: bytes | None, findings: Findings) -> None:
    digest = record.get("digest")
    if answer is None:
        if digest is not None:
            findings.not_proved.append("quels octets ont été reçus : donnez la réponse elle-même (--reponse)")
        return
    if digest is None:
        raise Refused("l'enregistrement de ce reçu ne parle d'aucune réponse")
    found = sha256(answer).hexdigest()
    if digest != found or record.get("size") != len(answer):
        raise Refused(f"la réponse donnée n'est pas celle du reçu : empreinte {found}, au lieu de {_plain(digest)}")
    findings.facts["digest"] = found
    findings.proved.append("la réponse donnée est celle qui a été transmise, à l'octet près")


def _about_time(record: Mapping[str, object], findings: Findings) -> None:
    """A record that says it is later than those who saw it lies; one that says it is earlier may."""
    told = _instant(record.get("at"))
    known = [at for at in (findings.facts.get("stamped_at"), findings.facts.get("seen_at")) if isinstance(at, str)]
    if not known:
        findings.not_proved.append("la date de l'enregistrement : elle vient de l'horloge de la passerelle")
        return
    earliest = min(datetime.fromisoformat(at) for at in known)
    if told > earliest + SKEW:
        raise Refused(f"l'enregistrement se dit du {_date(told)}, après ceux qui l'ont vu ({_date(earliest)})")
    findings.not_proved.append(
        f"l'heure exacte de l'enregistrement : il existait le {_date(earliest)}, et se dit du {_date(told)}"
    )


def _not_older(record: Mapping[str, object], index: int, kept: bytes, policy: WitnessPolicy) -> None:
    """A record that was added after a head was seen cannot have been written before: its clock was set back."""
    old = _old(kept, policy)
    note, told = _text(kept), _instant(record.get("at"))
    if index < old.size:
        return
    times = _read(lambda: [witness.seen_at(note) for witness in policy.witnesses.values()], "témoin refusé")
    seen = max((_moment(at) for at in times if at), default=None)
    if seen is not None and told < seen - SKEW:
        raise Refused(
            f"l'enregistrement se dit du {_date(told)}, et n'a été ajouté qu'après le point de contrôle vu le "
            f"{_date(seen)} : l'horloge a reculé"
        )


def expect_forward(records: Iterable[tuple[int, bytes]]) -> None:
    """Check that the clock of these records, in their order, does not go back. Raises Refused."""
    latest: datetime | None = None
    for number, entry in records:
        told = _instant(_record(entry).get("at"))
        if latest is not None and told < latest - SKEW:
            raise Refused(
                f"l'horloge a reculé : l'enregistrement {number} se dit du {_date(told)}, après un autre du "
                f"{_date(latest)}"
            )
        latest = told if latest is None else max(latest, told)


def _growth(text: str, policy: WitnessPolicy, kept: bytes | None, stamped: Stamped | None) -> Findings:
    addition = _read(lambda: Addition.parse(text.encode()), "la preuve de cohérence ne se lit pas")
    if kept is None:
        raise Refused("une preuve de cohérence se vérifie avec l'ancien point de contrôle (--ancien)")
    findings = Findings()
    new = _seen(addition.note, policy, findings, stamped).checkpoint
    old = _old(kept, policy)
    if addition.old != old.size:
        raise Refused(f"la preuve part de la taille {addition.old}, et l'ancien point de contrôle de {old.size}")
    try:
        verify_consistency(old.size, new.size, old.root, new.root, addition.proof)
    except BadProof as error:
        raise Refused(f"le nouveau point de contrôle ne prolonge pas l'ancien : {error}") from error
    findings.facts["old_size"] = old.size
    findings.proved.insert(
        0,
        f"le journal de {new.size} enregistrements commence par les {old.size} de l'ancien point de contrôle : "
        "aucun n'a été modifié, retiré, inséré ni déplacé",
    )
    findings.not_proved.append("ce que disent les enregistrements : seulement qu'ils n'ont pas changé")
    return findings


def _checkpoint(text: str, policy: WitnessPolicy, kept: bytes | None, stamped: Stamped | None) -> Findings:
    findings = Findings()
    seen = _seen(text, policy, findings, stamped)
    if kept is not None:
        _same_story(kept, policy, seen.checkpoint, findings)
    findings.not_proved.append("ce que contient le journal : un point de contrôle n'en est que l'empreinte")
    return findings


def _seen(note: str, policy: WitnessPolicy, findings: Findings, stamped: Stamped | None) -> Seen:
    """The head, once it counts: signed by a log we trust, seen by enough witnesses; and its time stamp, if any."""
    seen = _read(lambda: policy.check(note), "le point de contrôle ne se vérifie pas")
    point = seen.checkpoint
    findings.facts |= {"origin": point.origin, "size": point.size, "root": point.root.hex()}
    findings.facts["key"] = seen.log.text()
    findings.proved.append(
        f"le journal « {_plain(point.origin)} » a signé un point de contrôle de {point.size} enregistrements"
    )
    if seen.witnesses:
        times = {name: at for name, at in seen.witnesses.items() if at}
        findings.facts["witnesses"] = {name: _iso(at) for name, at in times.items()}
        if times:
            findings.facts["seen_at"] = _iso(min(times.values()))
        names = ", ".join(f"{_plain(name)} ({_date(_moment(at))})" for name, at in sorted(times.items()))
        findings.proved.append(f"des témoins l'ont vu, qui ne signent qu'une seule histoire : {names}")
    else:
        findings.not_proved.append(
            "que le journal n'a pas montré une autre histoire à quelqu'un d'autre : aucun témoin n'est exigé ni trouvé"
        )
    if stamped is not None:
        text, _ = parts(note)
        found = _read(lambda: timestamp.check(stamped.reply, text, stamped.certificates), "horodatage refusé")
        findings.facts["stamped_at"] = found.astimezone(UTC).isoformat(timespec="seconds")
        findings.proved.append(f"une autorité d'horodatage l'a vu le {_date(found)}")
    return seen


def _same_story(kept: bytes, policy: WitnessPolicy, point: Checkpoint, findings: Findings) -> None:
    """Another checkpoint without a proof: only when both have one size can they be compared."""
    old = _old(kept, policy)
    if old.size == point.size:
        if old.root != point.root:
            raise Refused(f"le journal a signé deux histoires de {point.size} enregistrements : c'est une fraude")
        findings.proved.append("c'est la même histoire que celle du point de contrôle gardé (--ancien)")
        return
    findings.not_proved.append(
        f"que ce point de contrôle et celui qui a été gardé ({old.size} enregistrements) sont la même histoire : "
        "il y faut une preuve de cohérence"
    )


def _old(kept: bytes, policy: WitnessPolicy) -> Checkpoint:
    """A checkpoint kept elsewhere: the log's signature is enough, whoever saw it."""
    alone = WitnessPolicy(policy.logs, {}, {}, "none")
    return _read(lambda: alone.check(_text(kept)), "l'ancien point de contrôle ne se vérifie pas").checkpoint


def _record(entry: bytes) -> dict[str, object]:
    """The record, when these bytes are its only spelling: else two readers could read two things."""
    try:
        record = json.loads(entry)
        spelled = json.dumps(record, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()
    except (ValueError, RecursionError) as error:
        raise Refused("l'enregistrement du reçu ne se lit pas") from error
    if not isinstance(record, dict) or spelled != entry:
        raise Refused("l'enregistrement du reçu n'est pas écrit sous sa forme unique")
    return record


def _said(record: Mapping[str, object]) -> str:
    """What the record says, in a sentence. Its words come from outside: nothing in them can play tricks."""
    event = record.get("event")
    what = _OUTCOMES.get(event, _plain(event)) if isinstance(event, str) else "sans nom"
    words = [what]
    for label, key in (
        ("du", "at"), ("au sujet de", "product"), ("pour le SIRET", "recipient"), ("finalité", "purpose"),
        ("code", "code"), ("échange", "id"),
    ):  # fmt: skip
        if key in record:
            words.append(f"{label} {_plain(record[key])}")
    return ", ".join(words)


def _read(read: Callable[[], _T], complaint: str) -> _T:
    try:
        return read()
    except (BadNote, BadProofFile, BadAddition, BadTimestamp, BadDayProof) as error:
        raise Refused(f"{complaint} : {_plain(str(error))}") from error


def _text(content: bytes, most: int = MAX_BYTES) -> str:
    if len(content) > most:
        raise Refused("ce fichier est trop long")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Refused("ce fichier n'est pas du texte") from error


def _instant(at: object) -> datetime:
    try:
        found = datetime.fromisoformat(at) if isinstance(at, str) else None
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise Refused("l'enregistrement du reçu ne dit pas quand il a été écrit")
    return found


def _moment(at: int) -> datetime:
    try:
        return datetime.fromtimestamp(at, UTC)
    except (OverflowError, OSError, ValueError) as error:
        raise Refused("un témoin a signé une date impossible") from error


def _iso(at: int) -> str:
    return _moment(at).isoformat(timespec="seconds")


def _date(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%d/%m/%Y à %H:%M:%S UTC")


def _plain(value: object) -> str:
    """A text from outside, on one line, without what could play tricks on a terminal, and not without end."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return "".join(sign if sign.isprintable() else "�" for sign in text[:300])
