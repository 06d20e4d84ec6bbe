# SPDX-License-Identifier: EUPL-1.2
"""The one spelling of a record: what is hashed must never depend on who wrote it down.

JSON in UTF-8, keys sorted, no white space; text, whole numbers up to 2^53-1, true, false, null, lists and objects.
For the names our records use, these are the bytes of RFC 8785 as well. No fractions: their spelling is a matter of
taste, and nothing we record has any.
"""

from collections.abc import Mapping

import orjson

MAX_BYTES = 2048
_OPTIONS = (
    orjson.OPT_SORT_KEYS
    | orjson.OPT_STRICT_INTEGER
    | orjson.OPT_PASSTHROUGH_DATACLASS
    | orjson.OPT_PASSTHROUGH_DATETIME
)
_PLAIN = frozenset((str, int, bool, type(None)))


class NotCanonical(ValueError):
    """A record that has no canonical spelling, or bytes that are not one. The message says why, in French."""


def canonical(record: Mapping[str, object]) -> bytes:
    """The canonical bytes of a record. Raises NotCanonical: a value of another kind, or more than 2048 bytes."""
    content = _spell(record)
    if len(content) > MAX_BYTES:
        raise NotCanonical(f"{len(content)} octets, plus que {MAX_BYTES}")
    return content


def spelled(record: Mapping[str, object]) -> bytes:
    """The canonical bytes of a record that the vocabulary has accepted: its values are texts, whole numbers and lists.

    Raises NotCanonical for more than 2048 bytes, or for what cannot be spelt (a lone surrogate).
    """
    try:
        content = orjson.dumps(record, option=_OPTIONS)
    except orjson.JSONEncodeError as error:
        raise NotCanonical(f"sans forme canonique ({error})") from error
    if len(content) > MAX_BYTES:
        raise NotCanonical(f"{len(content)} octets, plus que {MAX_BYTES}")
    return content


def parse(content: bytes) -> dict[str, object]:
    """The record written in these bytes. Raises NotCanonical when any other bytes could say the same."""
    if len(content) > MAX_BYTES:
        raise NotCanonical(f"{len(content)} octets, plus que {MAX_BYTES}")
    try:
        record = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise NotCanonical("ce n'est pas du JSON") from error
    if type(record) is not dict:
        raise NotCanonical("ce n'est pas un objet")
    if _spell(record) != content:
        raise NotCanonical("écrit autrement que sous sa forme canonique")
    return record


def _spell(record: Mapping[str, object]) -> bytes:
    _expect_plain(record)
    try:
        return orjson.dumps(record, option=_OPTIONS)
    except orjson.JSONEncodeError as error:
        raise NotCanonical(f"sans forme canonique ({error})") from error


def _expect_plain(value: object) -> None:
    if isinstance(value, dict):
        for member in value.values():
            if type(member) not in _PLAIN:
                _expect_plain(member)
    elif isinstance(value, list):
        for member in value:
            _expect_plain(member)
    elif not (value is None or isinstance(value, str | int)):
        raise NotCanonical(f"un enregistrement ne contient pas de valeur {type(value).__name__}")
