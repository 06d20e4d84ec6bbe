# SPDX-License-Identifier: EUPL-1.2
"""Signed notes and checkpoints as C2SP writes them, and everything that only looks like one."""

import base64
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.audit.note import BadNote, Checkpoint, Signer, Verifier, open_checkpoint
from tests.gateway.audit.audit_world import SIGNER

POINT = Checkpoint("dlnuf.test/journal", 12, bytes(range(32)))
NOTE = SIGNER.sign(POINT.text())
OTHER = Signer.from_seed("temoin.test/autre", b"t" * 32)


def test_a_note_of_another_implementation_is_read() -> None:
    """Key and note are facts of golang.org/x/mod/sumdb/note's documentation: the format is not only ours."""
    verifier = Verifier.parse("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")
    note = (
        "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n\n"
        "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
    )
    assert verifier.open(note).startswith("If you think")


def test_a_checkpoint_has_the_published_shape() -> None:
    root = base64.b64encode(POINT.root).decode()
    text, _, tail = NOTE.partition("\n\n")
    assert text == f"dlnuf.test/journal\n12\n{root}"
    dash, name, mark = tail.rstrip("\n").split(" ")
    assert (dash, name) == ("—", "dlnuf.test/journal")
    key_id = sha256(b"dlnuf.test/journal\n\x01" + SIGNER.verifier.key).digest()[:4]
    assert base64.b64decode(mark)[:4] == key_id
    assert len(base64.b64decode(mark)) == 68
    assert open_checkpoint(NOTE, SIGNER.verifier) == POINT


def test_a_verifier_key_is_read_back() -> None:
    text = SIGNER.verifier.text()
    assert Verifier.parse(text + "\n") == SIGNER.verifier
    assert text.startswith("dlnuf.test/journal+")


def test_signatures_of_others_are_ignored_wherever_they_stand() -> None:
    text, _, mark = NOTE.rpartition("\n\n")
    _, _, theirs = OTHER.sign(POINT.text()).rpartition("\n\n")
    assert open_checkpoint(f"{text}\n\n{theirs}{mark}", SIGNER.verifier) == POINT
    assert open_checkpoint(f"{text}\n\n{mark}{theirs}", SIGNER.verifier) == POINT
    with pytest.raises(BadNote, match="non signé"):
        SIGNER.verifier.open(f"{text}\n\n{theirs}")


def test_a_namesake_with_another_key_is_not_the_log() -> None:
    impostor = Signer.from_seed(SIGNER.name, b"i" * 32)
    with pytest.raises(BadNote, match="non signé"):
        open_checkpoint(impostor.sign(POINT.text()), SIGNER.verifier)


def test_a_checkpoint_of_another_origin_is_refused() -> None:
    with pytest.raises(BadNote, match="autre journal"):
        open_checkpoint(SIGNER.sign(Checkpoint("ailleurs", 12, POINT.root).text()), SIGNER.verifier)


@given(st.integers(0, len(NOTE) - 1), st.characters(codec="utf-8"))
def test_a_note_with_one_character_changed_is_refused(place: int, letter: str) -> None:
    changed = NOTE[:place] + letter + NOTE[place + 1 :]
    if changed == NOTE:
        return
    with pytest.raises(BadNote):
        open_checkpoint(changed, SIGNER.verifier)


@given(st.text() | st.binary().map(lambda content: content.decode("latin-1")))
def test_any_text_is_read_or_refused_and_nothing_else(text: str) -> None:
    for read in (Verifier.parse, SIGNER.verifier.open, Checkpoint.parse):
        with pytest.raises(BadNote):
            read(text)


@pytest.mark.parametrize("size", ["012", "-1", "+1", "1 ", "", "١", "1e3", "9" * 30])
def test_a_size_is_written_in_one_way(size: str) -> None:
    root = base64.b64encode(bytes(32)).decode()
    with pytest.raises(BadNote):
        Checkpoint.parse(f"dlnuf.test/journal\n{size}\n{root}\n")


def test_a_note_that_is_too_long_or_too_signed_is_refused() -> None:
    text, _, mark = NOTE.rpartition("\n\n")
    with pytest.raises(BadNote, match="trop de signatures"):
        SIGNER.verifier.open(f"{text}\n\n{mark * 65}")
    with pytest.raises(BadNote, match="trop long"):
        SIGNER.verifier.open("a" * 70000 + NOTE)


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\n", "a\u00a0b"])
def test_a_key_name_that_notes_cannot_carry_is_refused(name: str) -> None:
    with pytest.raises(BadNote):
        Signer.from_seed(name, bytes(32))


def test_a_signer_never_shows_its_key() -> None:
    assert "key=" not in repr(SIGNER).split("verifier=")[0]
