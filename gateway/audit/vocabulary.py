# SPDX-License-Identifier: EUPL-1.2
"""What a record may say: nothing outside the closed list of events in `words.py`, and each in its own shape.

The life of a request leaves `asked` (durable before any registry hears of it), then one outcome: `answered`, `refused`
or `failed`. An answer from the cache and a refusal are one record. Downloads of documents are recorded too, and so is
what operators, auditors, instructors and representatives do. No record ever holds credentials, the answer itself, or
who a person is: people and companies are keyed commitments.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, cast

from gateway.audit.words import EVENTS, FORMATS, Event

__all__ = ["EVENTS", "OUTCOMES", "VERSION", "BadRecord", "check"]

VERSION = 1
OUTCOMES = frozenset(("answered", "refused", "failed"))


class BadRecord(ValueError):
    """A record says something outside the vocabulary. The message names the key, in French."""


@dataclass(frozen=True, slots=True)
class _Shape:
    """Keys with their very types, which may stand in a record: which are numbers, lists, and texts of one form.

    `form`: what the texts of `written`, one a line, must match together. No form has a line break in it, so that none
    can be taken for two.
    """

    numbers: tuple[str, ...]
    lists: tuple[str, ...]
    written: tuple[str, ...]
    form: re.Pattern[str]

    def holds(self, record: Mapping[str, Any]) -> bool:
        """Whether the values of a record of this shape are as they must be."""
        return (
            record["v"] == VERSION
            and min([record[key] for key in self.numbers]) >= 0
            and all(isinstance(item, str) for key in self.lists for item in record[key])
            and self.form.fullmatch("\n".join([record[key] for key in self.written])) is not None
        )


def check(record: Mapping[str, object]) -> None:
    """Refuse a record outside the vocabulary: BadRecord, whose message names the key. A few microseconds."""
    name = record.get("event")
    event = EVENTS.get(name) if isinstance(name, str) else None
    if event is None:
        raise BadRecord(f"événement inconnu {name!r}")
    shape = _known_shape(cast("str", name), tuple(record), tuple(map(type, record.values())))
    if shape is None or not shape.holds(record):  # one key after the other, to name the one that is wrong
        _expect_shape(cast("str", name), event, record)
        _expect_values(cast("str", name), record)


@lru_cache(maxsize=512)
def _known_shape(name: str, keys: tuple[str, ...], kinds: tuple[type, ...]) -> _Shape | None:
    """The shape of such a record; None when it may not have it. Records have few shapes, so it is kept."""
    event = EVENTS[name]
    typed = list(zip(keys, kinds, strict=True))
    if not event.required <= set(keys) or not all(kind in event.kinds.get(key, ()) for key, kind in typed):
        return None
    written = tuple(key for key, kind in typed if kind is str and key in FORMATS)
    return _Shape(
        tuple(key for key, kind in typed if kind is int),
        tuple(key for key, kind in typed if kind is list),
        written,
        re.compile("\n".join(f"(?:{FORMATS[key].pattern})" for key in written)),
    )


def _expect_shape(name: str, event: Event, record: Mapping[str, object]) -> None:
    if not event.required <= record.keys():
        raise BadRecord(f"{name} : il manque {', '.join(sorted(event.required - record.keys()))}")
    for key, value in record.items():
        kinds = event.kinds.get(key, ())
        if type(value) not in kinds and not _fits(value, kinds):
            complaint = "n'est pas du bon type" if key in event.kinds else "n'a rien à y faire"
            raise BadRecord(f"{name} : {key!r} {complaint}")


def _expect_values(name: str, record: Mapping[str, object]) -> None:
    for key, value in record.items():
        kind = type(value)
        if kind is int:
            if cast("int", value) < 0:
                raise BadRecord(f"{name} : {key} est négatif")
        elif kind is list:
            if not all(isinstance(item, str) for item in cast("list[object]", value)):
                raise BadRecord(f"{name} : {key} est une liste de textes")
        elif (pattern := FORMATS.get(key)) is not None:
            _expect(key, value, pattern)
    if record["v"] != VERSION:
        raise BadRecord(f"version {record['v']} du vocabulaire, au lieu de {VERSION}")


def _fits(value: object, kinds: tuple[type, ...]) -> bool:
    """Whether a value of a derived type (a SIRET is a text) may stand; true and false are never numbers."""
    return isinstance(value, kinds) and not isinstance(value, bool)


def _expect(key: str, value: object, pattern: re.Pattern[str]) -> None:
    if not (isinstance(value, str) and pattern.fullmatch(value)):
        raise BadRecord(f"{key} n'est pas écrit comme il doit l'être")
