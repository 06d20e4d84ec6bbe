# SPDX-License-Identifier: EUPL-1.2
"""Records as people read them: one line each, whatever they contain."""

import sqlite3
import unicodedata
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass

import orjson

from gateway.audit.stores.address import Place
from gateway.audit.stores.places import source_at

EVENTS = {
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
    "campaign_decided": "campagne : décision",
    "campaign_closed": "campagne close",
    "contested": "consultation contestée",
    "contest_answered": "réponse à une contestation",
    "access_opened": "accès ouvert par une entreprise",
    "access_closed": "accès fermé par une entreprise",
    "dossier_opened": "dossier ouvert",
    "dossier_declared": "dossier : déclaration",
    "dossier_sealed": "dossier scellé",
    "dossier_withdrawn": "dossier retiré",
    "dossier_read": "candidature lue par l'acheteur",
    "dossier_advanced": "dossier : phase suivante",
    "buyer_invited": "acheteur envoyé par un portail",
    "market_opened": "marché ouvert par un portail",
    "market_changed": "date limite d'un marché reportée",
    "market_closed": "marché fermé par un portail",
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
    "door": "porte",
    "market": "marché",
    "finding": "constat",
    "campaign": "campagne",
    "policy": "politiques",
    "until": "jusqu'au",
    "operator": "opérateur",
    "reason": "motif",
}
_AT_ONCE = 1000
_WORDS = {True: "oui", False: "non", None: "néant"}


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
        name = EVENTS.get(event, event) if isinstance(event, str) else event
        told = [_told(key, label, record[key]) for key, label in _SHOWN.items() if key in record]
        head = f"n° {self.number}  {readable(record.get('at'))}  {readable(name)}  échange {readable(record.get('id'))}"
        return "  ".join((head, *told))


def last_records(place: Place, count: int) -> Iterator[Line]:
    """The last `count` records, oldest first. Raises what trouble.unreadable knows."""
    with closing(source_at(place)) as source, source.reading() as rows:
        last = rows.last_record()
        stop = int(str(last[0])) + 1 if last else 0
        for start in range(max(0, stop - count), stop, _AT_ONCE):
            for number, entry, _ in rows.entries(start, min(stop, start + _AT_ONCE)):
                yield Line(number, _record(entry), erased=entry is None)


def records_of(place: Place, identity: str) -> Iterator[Line]:
    """Every record of one exchange, in order. Reads the whole log. Raises what trouble.unreadable knows."""
    wanted = identity.encode("utf-8", "surrogatepass")
    with closing(source_at(place)) as source, source.reading() as rows:
        for number, _, entry, _ in rows.records():
            if isinstance(entry, bytes) and wanted in entry:
                record = _record(entry)
                if record is not None and record.get("id") == identity:
                    yield Line(int(str(number)), record)


def head_note(place: Place) -> str:
    """The signed note of the head as it stands in the store, not verified. Raises what trouble.unreadable knows."""
    with closing(source_at(place)) as source, source.reading() as rows:
        heads = rows.heads()
    note = heads[0][-1] if heads else None
    if not isinstance(note, str):
        raise sqlite3.DatabaseError("la tête du journal manque")
    return note


def _told(key: str, label: str, value: object) -> str:
    return "sans terme" if (key, value) == ("until", "none") else f"{label} {readable(value)}"


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


def _record(entry: object) -> Mapping[str, object] | None:
    try:
        record = orjson.loads(entry if isinstance(entry, bytes | str) else b"")
    except orjson.JSONDecodeError:
        return None
    return record if isinstance(record, dict) else None
