# SPDX-License-Identifier: EUPL-1.2
"""Witnesses' signatures: those of public witnesses verify, ours have their form, and nothing else passes for one."""

import base64
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.audit.cosignature import ED25519, ML_DSA_44, Cosigner, CosigningKey
from gateway.audit.note import BadNote, Checkpoint, Verifier, open_checkpoint
from gateway.audit.quorum import log_checkpoint, log_key
from tests.gateway.audit.audit_world import SIGNER

FOLDER = Path(__file__).parent / "vectors"
COSIGNED = (FOLDER / "ed25519-cosigned.note").read_text("utf-8")
POST_QUANTUM = (FOLDER / "ml-dsa-44-cosigned.note").read_text("utf-8")
POINT = Checkpoint(SIGNER.name, 12, bytes(range(32)))
NOTE = SIGNER.sign(POINT.text())
KEYS = [CosigningKey("temoin.test/w1", kind, bytes(range(32))) for kind in (ED25519, ML_DSA_44)]
AT = 1_795_000_000


@pytest.mark.parametrize(
    "key",
    [
        "remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2",
        "witness.stagemole.eu+67f7aea0+BEqSG3yu9YrmcM3BHvQYTxwFj3uSWakQepafafpUqklv",
        "transparency.dev/DEV:witness-little-garden+d8042a87+BCtusOxINQNUTN5Oj8HObRkh2yHf/MwYaGX4CPdiVEPM",
        "witness1.smartit.nu/witness1+a48c820f+BPSFWg9G6KPiO7QPryYO5Xq4oYJJ+kAvLKLSimDhoxMO",
    ],
)
def test_signatures_of_public_witnesses_verify_with_their_time(key: str) -> None:
    witness = Cosigner.parse(key)
    assert witness.text() == key
    assert witness.seen_at(COSIGNED) == 1_779_573_024
    with pytest.raises(BadNote, match="fausse"):
        witness.seen_at(COSIGNED.replace("1432088532", "1432088533"))


def test_the_head_that_they_saw_is_that_of_its_log() -> None:
    log = Verifier.parse(
        "arche2025h1.staging.ct.transparency.dev+ba2f06c0+AU0vHmlGCS/PdN8b2OaGmKprLI8HKM+dJ472xgFYh15f"
    )
    assert open_checkpoint(COSIGNED, log).size == 1_432_088_532


def test_a_public_witness_signs_with_ml_dsa_44_too() -> None:
    witness = Cosigner.parse((FOLDER / "ml-dsa-44.vkey").read_text("utf-8"))
    classic = Cosigner.parse(
        "witness.navigli.sunlight.geomys.org+a3e00fe2+BNy/co4C1Hn1p+INwJrfUlgz7W55dSZReusH/GhUhJ/G"
    )
    assert witness.kind == ML_DSA_44
    assert witness.seen_at(POST_QUANTUM) == classic.seen_at(POST_QUANTUM) == 1_785_704_691
    with pytest.raises(BadNote, match="fausse"):
        witness.seen_at(POST_QUANTUM.replace("185550722", "185550723"))


@pytest.mark.parametrize("key", KEYS, ids=["ed25519", "ml-dsa-44"])
def test_what_we_cosign_verifies_beside_the_log_s_own_signature(key: CosigningKey) -> None:
    note = NOTE + key.cosign(POINT.text(), AT)
    assert open_checkpoint(note, SIGNER.verifier) == POINT
    assert Cosigner.parse(key.cosigner.text()).seen_at(note) == AT
    assert key.cosigner.seen_at(NOTE) is None
    again = note + key.cosign(POINT.text(), AT + 60)
    assert key.cosigner.seen_at(again) == AT + 60


@pytest.mark.parametrize("key", KEYS, ids=["ed25519", "ml-dsa-44"])
def test_a_secret_key_is_read_back_and_never_shown(key: CosigningKey) -> None:
    assert CosigningKey.parse(key.text() + "\n") == key
    assert base64.b64encode(key.seed).decode() not in repr(key)
    wrong = key.text().replace("temoin.test", "temoin.autre")
    with pytest.raises(BadNote) as refused:
        CosigningKey.parse(wrong)
    assert wrong[-20:] not in str(refused.value)


def test_the_time_is_signed() -> None:
    for key in KEYS:
        line = key.cosign(POINT.text(), AT)
        head, _, encoded = line.rstrip("\n").rpartition(" ")
        mark = bytearray(base64.b64decode(encoded))
        mark[11] ^= 1
        moved = f"{head} {base64.b64encode(bytes(mark)).decode()}\n"
        with pytest.raises(BadNote, match="fausse"):
            key.cosigner.seen_at(NOTE + moved)


def test_an_impossible_time_is_refused() -> None:
    key = KEYS[0]
    line = key.cosign(POINT.text(), 2**63)
    with pytest.raises(BadNote, match="forme"):
        key.cosigner.seen_at(NOTE + line)


def test_extension_lines_are_signed_by_ed25519_and_refused_by_ml_dsa() -> None:
    extended = POINT.text() + "une ligne de plus\n"
    note = SIGNER.sign(extended) + KEYS[0].cosign(extended, AT)
    assert KEYS[0].cosigner.seen_at(note) == AT
    with pytest.raises(BadNote, match="fausse"):
        KEYS[0].cosigner.seen_at(note.replace("une ligne", "deux lignes"))
    with pytest.raises(BadNote, match="extension"):
        KEYS[1].cosign(extended, AT)


def test_a_name_too_long_for_ml_dsa_is_refused() -> None:
    with pytest.raises(BadNote, match="255"):
        CosigningKey("t" * 256, ML_DSA_44, bytes(32)).cosign(POINT.text(), AT)
    with pytest.raises(BadNote, match="255"):
        KEYS[1].cosign(Checkpoint("o" * 256, 1, bytes(32)).text(), AT)


def test_a_log_may_sign_with_ml_dsa_under_its_own_name() -> None:
    second = CosigningKey(SIGNER.name, ML_DSA_44, b"q" * 32)
    note = NOTE + second.cosign(POINT.text(), 0)
    assert open_checkpoint(note, SIGNER.verifier) == POINT
    assert log_checkpoint(note, log_key(second.cosigner.text())) == POINT
    with pytest.raises(BadNote, match="non signé"):
        log_checkpoint(NOTE, second.cosigner)
    stranger = Checkpoint("autre.test", 1, bytes(32)).text()
    with pytest.raises(BadNote, match="autre journal"):
        log_checkpoint(SIGNER.sign(stranger) + second.cosign(stranger, 0), second.cosigner)


@pytest.mark.parametrize(
    "text",
    [
        "", "PRIVATE+KEY+", "PRIVATE+KEY+nom+00000000+BAAA", KEYS[0].cosigner.text(), KEYS[0].text()[:-8],
        KEYS[0].text().replace("PRIVATE", "PUBLIC"),
    ],
)  # fmt: skip
def test_what_is_no_secret_key_is_refused(text: str) -> None:
    with pytest.raises(BadNote):
        CosigningKey.parse(text)


@pytest.mark.parametrize("text", ["", "nom", SIGNER.verifier.text(), KEYS[0].cosigner.text() + "A", "n+00000000+"])
def test_what_is_no_witness_s_key_is_refused(text: str) -> None:
    with pytest.raises(BadNote):
        Cosigner.parse(text)


@given(st.integers(0, 10_000), st.characters(codec="utf-8"))
def test_a_cosigned_note_with_one_character_changed_never_says_more(place: int, letter: str) -> None:
    """Refused, or unsigned by the witness: never another head, never another time."""
    note = NOTE + KEYS[0].cosign(POINT.text(), AT)
    place %= len(note)
    changed = note[:place] + letter + note[place + 1 :]
    try:
        seen = KEYS[0].cosigner.seen_at(changed)
    except BadNote:
        return
    assert seen is None or (seen == AT and changed.startswith(POINT.text()))


@given(st.text() | st.binary().map(lambda content: content.decode("latin-1")))
def test_any_text_is_read_or_refused_and_nothing_else(text: str) -> None:
    for read in (Cosigner.parse, CosigningKey.parse, log_key, KEYS[0].cosigner.seen_at):
        with pytest.raises(BadNote):
            read(text)
