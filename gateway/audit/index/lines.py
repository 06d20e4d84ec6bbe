# SPDX-License-Identifier: EUPL-1.2
"""From a record to the line that stands for it in the index: small numbers, and no text that somebody stated.

Values of short lists (consumer, registry, code…) are terms, numbered by the store. Values that nearly each record has
of its own (exchange, subject, agent, object) are eight bytes of their digest: enough to find them, and whoever shows a
record reads it in the log, where the whole value stands. A hostile value costs what any other does.
"""

import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime

import orjson

from gateway.audit.subject import PREFIX

TERMS = ("event", "consumer", "recipient", "purpose", "registry", "product", "code", "habilitation")
"""What is searched by terms, in the order of the table's columns."""
KEYS = ("exchange", "subject", "agent", "object")
"""What is searched by eight bytes of a digest, in the order of the table's columns. Whoever acts is an agent too."""

OTHER = "(autre)"
"""The term of values that are not of their kind, or that came after too many different ones."""

_FORMS = {
    "event": re.compile(r"[a-z_]{1,40}"),
    "consumer": re.compile(r"[0-9]{14}"),
    "recipient": re.compile(r"[0-9]{14}"),
    "purpose": re.compile(r"[a-z0-9_]{1,80}"),
    "registry": re.compile(r"[a-z0-9_]{1,80}"),
    "product": re.compile(r"[a-z0-9_]{1,80}/[a-z0-9_]{1,80}"),
    "code": re.compile(r"[0-9A-Z]{3,8}"),
    "habilitation": re.compile(r"[\x21-\x7e]{1,80}"),
}
_MOST = (1 << 53) - 1


@dataclass(frozen=True, slots=True)
class Line:
    """One record as the index knows it. `at`: epoch milliseconds. `terms`, `keys`: in the order of TERMS and KEYS.

    `count`: how many outcomes it stands for.
    """

    at: int
    event: str
    terms: tuple[str | None, ...]
    keys: tuple[int | None, ...]
    status: int | None
    latency_ms: int | None
    cached: bool
    count: int = 1


def line_of(entry: bytes) -> Line | None:
    """The line of a record's bytes; None when they say nothing that can be searched."""
    try:
        record = orjson.loads(entry)
    except orjson.JSONDecodeError:
        return None
    if type(record) is not dict:
        return None
    event, at = record.get("event"), instant(record.get("at"))
    if type(event) is not str or at is None:
        return None
    return Line(
        at,
        event,
        tuple(_term(name, record.get(name)) for name in TERMS),
        (
            exchange_key(record.get("id")),
            commitment_key(record.get("subject")),
            commitment_key(record.get("agent") or record.get("actor")),
            text_key(record.get("object")),
        ),
        _small(record.get("status")),
        _small(record.get("latency_ms")),
        record.get("cached") is True,
        (_small(record.get("count")) or 1) if event == "refused" else 1,
    )


def exchange_key(identity: object) -> int | None:
    """The key of an exchange, from its UUID."""
    if type(identity) is not str or len(identity) != 36:
        return None
    try:
        return int.from_bytes(bytes.fromhex(identity[:18].replace("-", "")), "big", signed=True)
    except (ValueError, OverflowError):
        return None


def commitment_key(commitment: object) -> int | None:
    """The key of a company or a person, from its commitment."""
    if type(commitment) is not str or not commitment.startswith(PREFIX):
        return None
    try:
        return int.from_bytes(bytes.fromhex(commitment[len(PREFIX) : len(PREFIX) + 16]), "big", signed=True)
    except ValueError:
        return None


def text_key(text: object) -> int | None:
    """The key of a stated text: two that differ only in case or surrounding blanks have the same."""
    if type(text) is not str or not text.strip():
        return None
    told = " ".join(text.casefold().split())
    return int.from_bytes(hashlib.sha256(told.encode("utf-8", "surrogatepass")).digest()[:8], "big", signed=True)


def instant(text: object) -> int | None:
    """Epoch milliseconds of a record's time."""
    if type(text) is not str or len(text) != 24 or not text.endswith("Z"):
        return None
    try:
        moment = datetime.fromisoformat(text[:-1])
    except ValueError:
        return None
    return round(moment.replace(tzinfo=UTC).timestamp() * 1000)


def term(field: str, text: str) -> str:
    """A value as its field's terms spell it."""
    return text if _FORMS[field].fullmatch(text) else OTHER


def _term(field: str, value: object) -> str | None:
    if value is None or value == "":
        return None
    return term(field, value) if type(value) is str else OTHER


def _small(value: object) -> int | None:
    return value if type(value) is int and 0 <= value <= _MOST else None
