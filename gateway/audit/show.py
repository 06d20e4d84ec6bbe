# SPDX-License-Identifier: EUPL-1.2
"""Records as people read them: one line each, whatever they contain."""

import sqlite3
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import orjson

from gateway.audit.reading import opened

_EVENTS = {
    "asked": "question",
    "answered": "réponse",
    "refused": "refus",
    "failed": "échec",
    "downloaded": "téléchargement",
    "habilitation_created": "habilitation créée",
    "habilitation_closed": "habilitation close",
    "token_issued": "jeton émis",
    "token_revoked": "jeton révoqué",
    "habilitation_changed": "habilitation modifiée",
    "policy_changed": "politiques en vigueur",
    "signed_in": "connexion",
    "sign_in_refused": "connexion refusée",
    "signed_out": "déconnexion",
    "role_granted": "rôle accordé",
    "role_closed": "rôle retiré",
    "representation_granted": "représentation accordée",
    "representation_closed": "représentation retirée",
    "log_read": "lecture du journal",
    "exported": "export",
    "erased": "effacement",
    "key_destroyed": "clé détruite",
    "hold_placed": "conservation imposée",
    "hold_lifted": "conservation levée",
    "day_closed": "journée close",
    "checkpoint_stamped": "point de contrôle horodaté",
    "finding_raised": "constat ouvert",
    "finding_closed": "constat clos",
    "campaign_opened": "campagne ouverte",
    "campaign_answered": "campagne : réponse",
    "campaign_closed": "campagne close",
    "contested": "consultation contestée",
    "contest_answered": "réponse à une contestation",
    "dossier_opened": "dossier ouvert",
    "dossier_declared": "dossier : déclaration",
    "dossier_sealed": "dossier scellé",
    "dossier_withdrawn": "dossier retiré",
}
_SHOWN = {
    "product": "produit",
    "version": "version",
    "status": "statut",
    "code": "code",
    "cached": "cache",
    "size": "octets",
    "latency_ms": "ms",
    "consumer": "consommateur",
    "habilitation": "habilitation",
    "token": "jeton",
    "purpose": "finalité",
    "recipient": "destinataire",
    "context": "contexte",
    "object": "objet",
    "document": "document",
    "instead_of": "au lieu de",
    "role": "rôle",
    "query": "recherche",
    "count": "nombre",
    "day": "jour",
    "month": "mois",
    "seq": "à partir du n°",
    "dossier": "dossier",
    "finding": "constat",
    "campaign": "campagne",
    "policy": "politiques",
    "until": "jusqu'au",
    "operator": "opérateur",
    "reason": "motif",
}
_WORDS = {True: "oui", False: "non", None: "néant"}
_LAST = "SELECT seq, CAST(entry AS BLOB) FROM record ORDER BY seq DESC LIMIT ?"
_HOLDING = "SELECT seq, CAST(entry AS BLOB) FROM record WHERE instr(CAST(entry AS BLOB), ?) > 0 ORDER BY seq"


@dataclass(frozen=True, slots=True)
class Line:
    """One record: its number, and what it says; None when its bytes say nothing that can be read, or were erased."""

    number: int
    record: Mapping[str, object] | None
    erased: bool = False

    def text(self) -> str:
        """The record on one line of French."""
        record = self.record
        if record is None:
            return f"n° {self.number}  {'effacé' if self.erased else 'illisible'}"
        event = record.get("event")
        name = _EVENTS.get(event, event) if isinstance(event, str) else event
        told = [f"{label} {readable(record[key])}" for key, label in _SHOWN.items() if key in record]
        head = f"n° {self.number}  {readable(record.get('at'))}  {readable(name)}  échange {readable(record.get('id'))}"
        return "  ".join((head, *told))


def last_records(path: Path, count: int) -> Iterator[Line]:
    """The last `count` records, oldest first. Raises trouble.UNREADABLE."""
    with opened(path) as connection:
        rows = connection.execute(_LAST, (count,)).fetchall()
    for number, entry in reversed(rows):
        yield Line(number, _record(entry), erased=entry is None)


def records_of(path: Path, identity: str) -> Iterator[Line]:
    """Every record of one exchange, in order. Reads the whole log. Raises trouble.UNREADABLE."""
    with opened(path) as connection:
        for number, entry in connection.execute(_HOLDING, (identity.encode("utf-8", "surrogatepass"),)):
            record = _record(entry)
            if record is not None and record.get("id") == identity:
                yield Line(number, record)


def head_note(path: Path) -> str:
    """The signed note of the head as it stands in the file, not verified. Raises trouble.UNREADABLE."""
    with opened(path) as connection:
        row = connection.execute("SELECT note FROM head").fetchone()
    if row is None or not isinstance(row[0], str):
        raise sqlite3.DatabaseError("la tête du journal manque")
    return row[0]


def readable(value: object) -> str:
    """A value as one line of text that no terminal obeys: what is not printable is escaped."""
    if isinstance(value, list):
        return ", ".join(readable(item) for item in value)
    if value is None or isinstance(value, bool):
        return _WORDS[value]
    return "".join(letter if _plain(letter) else _escaped(letter) for letter in str(value))


def _plain(letter: str) -> bool:
    return letter == " " or unicodedata.category(letter)[0] not in "CZ" or letter in "\u00a0\u202f"


def _escaped(letter: str) -> str:
    return f"\\u{ord(letter):04x}" if ord(letter) <= 0xFFFF else f"\\U{ord(letter):08x}"


def _record(entry: bytes | None) -> Mapping[str, object] | None:
    if entry is None:
        return None
    try:
        record = orjson.loads(entry)
    except orjson.JSONDecodeError:
        return None
    return record if isinstance(record, dict) else None
