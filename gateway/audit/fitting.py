# SPDX-License-Identifier: EUPL-1.2
"""Making a record fit: what callers and operators wrote is cut, never what the decision is replayed from.

A stated text that is short is kept whole. A long one is cut, and so is every stated text when a record as a whole would
be too long; then lists give way to how many they hold. What was cut is followed by its SHA-256, so that whoever still
has the text can show that it is the one.
"""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from gateway.audit.canonical import NotCanonical, spelled

STATED_BYTES = 400
"""A stated text is kept whole up to so many bytes of JSON."""
CUT_BYTES = 100
"""How many bytes of JSON are kept of one that is cut."""

_STATED = ("object", "context", "recipient", "reason", "query", "address", "operator")
_LISTS = ("recipients", "scopes", "groups", "basis", "networks")


def stated(text: str) -> str:
    """A stated text as a record keeps it: whole when short, else its beginning and its SHA-256."""
    return _cut(text, STATED_BYTES)


def fitted(record: Mapping[str, Any]) -> bytes:
    """The canonical bytes of a record that the vocabulary accepts, cut where it must be. Raises NotCanonical."""
    try:
        return spelled(record)
    except NotCanonical:
        cut = dict(record)
    for name in (*_STATED, *_LISTS):
        value = cut.get(name)
        if isinstance(value, str):
            cut[name] = _cut(value, CUT_BYTES)
        elif isinstance(value, list):
            cut[name] = [_summary(value)]
        else:
            continue
        try:
            return spelled(cut)
        except NotCanonical:
            continue
    return spelled(cut)


def _cut(text: str, most: int) -> str:
    if len(text) <= most // 6 or len(orjson.dumps(text)) <= most:
        return text
    kept = text[:CUT_BYTES]
    while len(orjson.dumps(kept)) > CUT_BYTES:
        kept = kept[:-8]
    return f"{kept}… sha256:{hashlib.sha256(text.encode()).hexdigest()}"


def _summary(values: Sequence[str]) -> str:
    digest = hashlib.sha256("\n".join(values).encode()).hexdigest()
    return f"{len(values)} valeurs, sha256:{digest}"
