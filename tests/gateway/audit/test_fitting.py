# SPDX-License-Identifier: EUPL-1.2
"""Whatever is stated, a record fits in 2 KiB, and what the decision is replayed from is whole."""

import hashlib

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.kit.contract import load_all
from gateway.audit.canonical import MAX_BYTES, canonical, parse
from gateway.audit.fitting import STATED_BYTES, fitted, stated
from gateway.audit.vocabulary import check
from gateway.purpose.load import default_folder, load
from gateway.purpose.model import Rule
from tests.gateway.audit.audit_world import HEX, identity

RULES = tuple(load(default_folder(), load_all()).rules.values())
UNTOUCHED = ("id", "at", "subject", "agent", "policy", "fields", "digest", "habilitation", "token", "trace", "span")


def answered(rule: Rule, said: str) -> dict[str, object]:
    """The longest record that an answer under this rule can leave, when everything stated is `said`."""
    release = next(iter(rule.releases.values()))
    basis = rule.purpose.basis
    return {
        "v": 1, "event": "answered", "id": identity(1), "at": "2026-11-22T10:00:00.123Z", "trace": "1a" * 16,
        "span": "2b" * 8, "product": rule.product.id, "version": 4, "registry": rule.product.registry,
        "subject": f"hmac-sha256:{HEX}", "agent": f"hmac-sha256:{HEX}", "habilitation": identity(2),
        "token": identity(3), "consumer": "13002526500013", "purpose": rule.purpose.id, "policy": HEX,
        "basis": [said] * 5 if basis is None else [str(text) for text in basis], "recipient": stated(said),
        "context": stated(said), "object": stated(said), "address": "2001:0db8:0000:0000:0000:ff00:0042:8329",
        "cached": True, "groups": list(rule.groups), "fields": release.digest, "digest": HEX, "size": 104_857_600,
        "status": 200, "latency_ms": 120_000, "obtained_at": 1_795_000_000, "fresh_until": 1_795_003_600,
        "instead_of": "01504", "dossier": identity(4),
    }  # fmt: skip


@pytest.mark.parametrize("said", ["x" * 1000, "é" * 1000, "\U0001f984" * 1000, '"\\' * 500, "\x01" * 16_000, ""])
def test_the_longest_record_of_every_rule_fits(said: str) -> None:
    for rule in RULES:
        record = answered(rule, said)
        check(record)
        kept = parse(fitted(record))
        check(kept)
        assert {key: kept[key] for key in UNTOUCHED} == {key: record[key] for key in UNTOUCHED}


def test_a_record_that_fits_is_written_as_it_is() -> None:
    record = answered(RULES[0], "marche-127")
    assert fitted(record) == canonical(record)


@given(st.text(max_size=1000))
def test_a_stated_text_is_whole_or_followed_by_its_digest(text: str) -> None:
    kept = stated(text)
    assert len(orjson.dumps(kept)) <= STATED_BYTES
    if len(orjson.dumps(text)) <= STATED_BYTES:
        assert kept == text
    else:
        beginning, _, digest = kept.rpartition("… sha256:")
        assert text.startswith(beginning)
        assert digest == hashlib.sha256(text.encode()).hexdigest()


def test_lists_give_way_to_their_number_and_digest_only_when_they_must() -> None:
    scopes = [f"droit_{number:03}" for number in range(400)]
    record = {
        "v": 1, "event": "habilitation_created", "id": identity(1), "at": "2026-11-22T10:00:00.123Z",
        "habilitation": identity(2), "consumer": "13002526500013", "purpose": "marches_publics",
        "scopes": scopes, "recipients": ["13002526500013"],
    }  # fmt: skip
    kept = parse(fitted(record))
    check(kept)
    assert kept["scopes"] == [f"400 valeurs, sha256:{hashlib.sha256(chr(10).join(scopes).encode()).hexdigest()}"]
    assert len(canonical(kept)) <= MAX_BYTES
