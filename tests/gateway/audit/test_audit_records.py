# SPDX-License-Identifier: EUPL-1.2
"""A record has one spelling, says only what the vocabulary knows, and never says whom it is about."""

import json
from enum import IntEnum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.audit.canonical import MAX_BYTES, NotCanonical, canonical, parse
from gateway.audit.vocabulary import EVENTS, BadRecord, check
from tests.gateway.audit.audit_world import ANSWERED, ASKED, HEX, REFUSED, identity

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
OBJECTS = st.dictionaries(st.text(max_size=5), PLAIN, max_size=5)


class Texte(str):
    """A text of a derived type, as identifiers are."""

    __slots__ = ()


class Statut(IntEnum):
    """A number of a derived type, as HTTP statuses are."""

    OK = 200


@given(OBJECTS)
def test_a_record_is_read_back_from_its_bytes(record: dict[str, object]) -> None:
    content = canonical(record)
    assert parse(content) == record
    assert canonical(dict(reversed(record.items()))) == content
    assert json.loads(content) == record


def test_the_spelling_is_json_sorted_without_white_space_in_utf8() -> None:
    record = {"é": [True, None, {"b": -1, "a": "«\n\x01»"}], "A": 2}
    assert canonical(record) == '{"A":2,"é":[true,null,{"a":"«\\n\\u0001»","b":-1}]}'.encode()


def test_derived_types_are_spelled_as_what_they_are() -> None:
    assert canonical({"a": Texte("x"), "b": Statut.OK}) == b'{"a":"x","b":200}'


@pytest.mark.parametrize(
    "value", [1.0, float("nan"), b"x", {1}, (1,), object(), 2**53, "\ud800", {"a": [0.5]}, [[1.5]], {1: 2}]
)
def test_a_value_without_one_spelling_is_refused(value: object) -> None:
    with pytest.raises(NotCanonical):
        canonical({"a": value})


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b'"a"',
        b"{} ",
        b'{"b":1,"a":2}',
        b'{"a": 1}',
        b'{"a":1,"a":1}',
        b'{"a":1.0}',
        b'{"a":1e2}',
        b'{"a":"\\u00e9"}',
        b'{"a":"\\/"}',
        b'{"a":"\xff"}',
        b"\xef\xbb\xbf{}",
        b'{"a":9007199254740993}',
        b'{"a":123456789012345678901234567890}',
    ],
)
def test_bytes_that_could_be_spelled_otherwise_are_refused(content: bytes) -> None:
    with pytest.raises(NotCanonical):
        parse(content)


def test_a_record_is_at_most_2048_bytes() -> None:
    empty = len(canonical({"a": ""}))
    longest = canonical({"a": "x" * (MAX_BYTES - empty)})
    assert len(longest) == MAX_BYTES
    assert parse(longest)
    with pytest.raises(NotCanonical, match="2049"):
        canonical({"a": "x" * (MAX_BYTES - empty + 1)})
    with pytest.raises(NotCanonical, match="2049"):
        parse(longest + b" ")


UUID = identity(7)
KEYED = f"hmac-sha256:{HEX}"
TRACED: dict[str, object] = {"trace": "1a" * 16, "span": "2b" * 8}
SOURCED: dict[str, object] = {"obtained_at": 1_795_000_000, "fresh_until": 1_795_003_600, "instead_of": "01504"}
WHOLE: dict[str, dict[str, object]] = {
    "asked": ASKED | TRACED | {"agent": KEYED},
    "answered": ANSWERED
    | TRACED
    | SOURCED
    | {"basis": ["L2141-2"], "groups": ["identite"], "dossier": UUID, "door": "mcp"},
    "refused": REFUSED,
    "failed": REFUSED | {"event": "failed", "basis": "L2141-2"},
    "downloaded": {**REFUSED, "event": "downloaded", "document": "doc"},
    "habilitation_created": {"habilitation": "h", "consumer": "13002526500013", "purpose": "marche_public"},
    "habilitation_changed": {"habilitation": "h", "actor": KEYED, "role": "instructeur"},
    "habilitation_closed": {"habilitation": "h", "reason": "fin"},
    "token_issued": {"token": "t", "habilitation": "h", "until": "2027-01-01", "door": "mcp"},
    "token_revoked": {"token": "t"},
}
HOUSE: dict[str, object] = {
    "actor": KEYED, "role": "auditeur", "subject": KEYED, "query": "finalité marchés publics, novembre", "count": 3,
    "reason": "contrôle", "code": "00101", "day": "2026-11-22", "root": HEX, "month": "2026-11", "seq": 4, "size": 9,
    "runs": "2,3,4", "origin": "dlnuf-1", "recipient": "99910077900019",
    "dossier": UUID, "market": UUID, "finding": "f-1", "campaign": "c-1", "consumer": "13002526500013",
    "habilitation": "h",
    "purpose": "marches_publics", "policy": HEX, "product": "insee/unite_legale", "digest": HEX,
    "until": "2027-01-01T00:00:00.000Z",
}  # fmt: skip


def record_of(event: str) -> dict[str, object]:
    base = {"v": 1, "event": event, "at": "2026-11-22T10:00:00.123Z", "id": identity(1)}
    return {**WHOLE.get(event, HOUSE), **base}


@pytest.mark.parametrize("event", EVENTS)
def test_every_event_is_accepted_whole_and_refused_without_any_key_it_requires(event: str) -> None:
    record = record_of(event)
    check(record)
    for key in EVENTS[event].required:
        with pytest.raises(BadRecord):
            check({name: value for name, value in record.items() if name != key})


@pytest.mark.parametrize("event", EVENTS)
def test_every_key_has_one_type_and_unknown_keys_are_refused(event: str) -> None:
    record = record_of(event)
    with pytest.raises(BadRecord, match="réponse_brute"):
        check(record | {"réponse_brute": "…"})
    for key in EVENTS[event].kinds:
        for wrong in (None, 1.5, {"a": 1}, [1]):
            with pytest.raises(BadRecord):
                check(record | {key: wrong})


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("v", 2),
        ("v", True),
        ("event", "supprimé"),
        ("event", ["asked"]),
        ("id", "1"),
        ("id", identity(10).upper()),
        ("id", identity(1) + "\n"),
        ("at", "2026-11-22T10:00:00Z"),
        ("at", "2026-11-22 10:00:00.123Z"),
        ("subject", "999100118"),
        ("subject", f"sha256:{HEX}"),
        ("policy", HEX.upper()),
        ("fields", HEX[:-1]),
        ("digest", "z" * 64),
        ("size", -1),
        ("size", True),
        ("status", "200"),
        ("cached", 0),
        ("groups", ["a", 1]),
    ],
)
def test_a_badly_written_value_is_refused(key: str, value: object) -> None:
    with pytest.raises(BadRecord):
        check({**ANSWERED, "id": identity(1), key: value})


@pytest.mark.parametrize(
    ("id", "at"),
    [
        (f"{identity(1)}\n2026-11-22T10:00:00.123Z", ""),
        ("", f"{identity(1)}\n2026-11-22T10:00:00.123Z"),
        (identity(1), "2026-11-22T10:00:00.123Z\n"),
        ("2026-11-22T10:00:00.123Z", identity(1)),
    ],
)
def test_two_texts_that_are_right_only_together_are_refused(id: str, at: str) -> None:
    check(REFUSED | {"id": identity(1), "at": "2026-11-22T10:00:00.123Z"})
    with pytest.raises(BadRecord):
        check(REFUSED | {"id": id, "at": at})


def test_a_siret_may_be_a_derived_text() -> None:
    check({**ASKED, "id": identity(1), "recipient": Texte("13002526500013")})
