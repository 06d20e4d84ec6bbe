# SPDX-License-Identifier: EUPL-1.2
"""What a record may say: a closed list of events, and for each of them the keys it must and may carry.

The life of a request leaves `asked` (durable before any registry hears of it), then one outcome: `answered`, `refused`
or `failed`. An answer from the cache and a refusal are one record. A document's download is a record of its own, and
so is what operators do to habilitations and tokens. No record ever holds credentials or the answer itself.

    v           1, the version of this vocabulary              id         UUID of the exchange
    event       one of the names below                         at         UTC, milliseconds: 2026-11-22T10:00:00.123Z
    product     registry/product, `version` its version        subject    commitment to the SIREN (subject.py)
    policy      SHA-256 of the purpose in force, hex           fields     SHA-256 of the list of released fields, hex
    digest      SHA-256 of the bytes that left, hex            size       how many bytes that is
    status      HTTP status                                    code       code of the refusal or failure
    until, operator, reason, scopes, recipients                of habilitations and tokens, as the operator said
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import cast

VERSION = 1
OUTCOMES = frozenset(("answered", "refused", "failed"))

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_AT = re.compile(r"[0-9]{4}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-6][0-9]\.[0-9]{3}Z")
_HEX = re.compile(r"[0-9a-f]{64}")
_SUBJECT = re.compile(r"hmac-sha256:[0-9a-f]{64}")

_TEXT, _NUMBER, _FLAG, _TEXTS, _TEXT_OR_TEXTS = (str,), (int,), (bool,), (list,), (str, list)
_ALWAYS: dict[str, tuple[type, ...]] = {"v": _NUMBER, "event": _TEXT, "id": _TEXT, "at": _TEXT}
_EXCHANGE: dict[str, tuple[type, ...]] = _ALWAYS | {
    "product": _TEXT,
    "version": _NUMBER,
    "registry": _TEXT,
    "subject": _TEXT,
    "habilitation": _TEXT,
    "token": _TEXT,
    "consumer": _TEXT,
    "purpose": _TEXT,
    "policy": _TEXT,
    "basis": _TEXT_OR_TEXTS,
    "recipient": _TEXT,
    "context": _TEXT,
    "object": _TEXT,
    "address": _TEXT,
    "cached": _FLAG,
    "groups": _TEXTS,
    "fields": _TEXT,
    "digest": _TEXT,
    "size": _NUMBER,
    "status": _NUMBER,
    "code": _TEXT,
    "latency_ms": _NUMBER,
    "document": _TEXT,
    "trace": _TEXT,
}
_HABILITATION: dict[str, tuple[type, ...]] = _ALWAYS | {
    "habilitation": _TEXT,
    "token": _TEXT,
    "consumer": _TEXT,
    "purpose": _TEXT,
    "policy": _TEXT,
    "basis": _TEXT_OR_TEXTS,
    "recipient": _TEXT,
    "recipients": _TEXTS,
    "scopes": _TEXTS,
    "context": _TEXT,
    "object": _TEXT,
    "until": _TEXT,
    "operator": _TEXT,
    "reason": _TEXT,
    "trace": _TEXT,
}
_ASKED = "product version registry habilitation token consumer purpose policy recipient context object"


class BadRecord(ValueError):
    """A record says something outside the vocabulary. The message names the key, in French."""


@dataclass(frozen=True, slots=True)
class Event:
    """One word of the vocabulary: the keys it requires, and every key it may carry with the types of its value."""

    required: frozenset[str]
    kinds: Mapping[str, tuple[type, ...]]


def _event(kinds: Mapping[str, tuple[type, ...]], required: str) -> Event:
    return Event(frozenset((*_ALWAYS, *required.split())), kinds)


EVENTS: Mapping[str, Event] = {
    "asked": _event(_EXCHANGE, _ASKED),
    "answered": _event(_EXCHANGE, _ASKED + " cached fields digest size status latency_ms"),
    "refused": _event(_EXCHANGE, "status code"),
    "failed": _event(_EXCHANGE, "status code"),
    "downloaded": _event(_EXCHANGE, "document"),
    "habilitation_created": _event(_HABILITATION, "habilitation consumer purpose"),
    "habilitation_closed": _event(_HABILITATION, "habilitation"),
    "token_issued": _event(_HABILITATION, "token habilitation"),
    "token_revoked": _event(_HABILITATION, "token"),
}
_FORMATS = (("subject", _SUBJECT), ("policy", _HEX), ("fields", _HEX), ("digest", _HEX))


def check(record: Mapping[str, object]) -> None:
    """Refuse a record outside the vocabulary: BadRecord, whose message names the key. A few microseconds."""
    name = record.get("event")
    event = EVENTS.get(name) if isinstance(name, str) else None
    if event is None:
        raise BadRecord(f"événement inconnu {name!r}")
    if not _known_shape(cast("str", name), tuple(record), tuple(map(type, record.values()))):
        _expect_shape(cast("str", name), event, record)
    for key, value in record.items():
        kind = type(value)
        if kind is int:
            if cast("int", value) < 0:
                raise BadRecord(f"{name} : {key} est négatif")
        elif kind is list and not all(isinstance(item, str) for item in cast("list[object]", value)):
            raise BadRecord(f"{name} : {key} est une liste de textes")
    if record["v"] != VERSION:
        raise BadRecord(f"version {record['v']} du vocabulaire, au lieu de {VERSION}")
    _expect("id", record["id"], _UUID)
    _expect("at", record["at"], _AT)
    for key, pattern in _FORMATS:
        if key in record:
            _expect(key, record[key], pattern)


@lru_cache(maxsize=512)
def _known_shape(name: str, keys: tuple[str, ...], kinds: tuple[type, ...]) -> bool:
    """Whether these keys with these very types may stand in such a record; records have few shapes, so it is kept."""
    event = EVENTS[name]
    return event.required <= set(keys) and all(
        kind in event.kinds.get(key, ()) for key, kind in zip(keys, kinds, strict=True)
    )


def _expect_shape(name: str, event: Event, record: Mapping[str, object]) -> None:
    if not event.required <= record.keys():
        raise BadRecord(f"{name} : il manque {', '.join(sorted(event.required - record.keys()))}")
    for key, value in record.items():
        kinds = event.kinds.get(key, ())
        if type(value) not in kinds and not _fits(value, kinds):
            complaint = "n'est pas du bon type" if key in event.kinds else "n'a rien à y faire"
            raise BadRecord(f"{name} : {key!r} {complaint}")


def _fits(value: object, kinds: tuple[type, ...]) -> bool:
    """Whether a value of a derived type (a SIRET is a text) may stand; true and false are never numbers."""
    return isinstance(value, kinds) and not isinstance(value, bool)


def _expect(key: str, value: object, pattern: re.Pattern[str]) -> None:
    if not (isinstance(value, str) and pattern.fullmatch(value)):
        raise BadRecord(f"{key} n'est pas écrit comme il doit l'être")
