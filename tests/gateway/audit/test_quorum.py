# SPDX-License-Identifier: EUPL-1.2
"""Whom a verifier trusts: policies as published, the quorum they ask for, and every line that is not one."""

import itertools
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.audit.cosignature import ED25519, ML_DSA_44, CosigningKey
from gateway.audit.note import BadNote, Checkpoint, Signer
from gateway.audit.quorum import MAX_GROUPS, BadPolicy, WitnessPolicy, log_key
from tests.gateway.audit.audit_world import SIGNER

POINT = Checkpoint(SIGNER.name, 12, bytes(range(32)))
NOTE = SIGNER.sign(POINT.text())
WITNESSES = {
    name: CosigningKey(f"temoin.test/{name}", ML_DSA_44 if name == "Y3" else ED25519, name.encode() * 16)
    for name in ("X1", "X2", "X3", "Y1", "Y2", "Y3")
}
HEAD = f"log {SIGNER.verifier.text()}\n" + "".join(
    f"witness {name} {key.cosigner.text()}\n" for name, key in WITNESSES.items()
)
TWO_LEVELS = (
    HEAD + "group X-witnesses 2 X1 X2 X3\ngroup Y-witnesses any Y1 Y2 Y3\n"
    "group X-and-Y all X-witnesses Y-witnesses\nquorum X-and-Y\n"
)
AT = 1_795_000_000


def seen(*names: str) -> str:
    """The note, seen by these witnesses."""
    return NOTE + "".join(WITNESSES[name].cosign(POINT.text(), AT) for name in names)


def test_the_two_level_quorum_of_the_specification_is_kept() -> None:
    policy = WitnessPolicy.parse(TWO_LEVELS.encode())
    names = list(WITNESSES)
    for count in range(len(names) + 1):
        for present in itertools.combinations(names, count):
            wanted = sum(name[0] == "X" for name in present) >= 2 and any(name[0] == "Y" for name in present)
            assert policy.satisfied(frozenset(present)) is wanted, present


def test_a_head_counts_when_enough_witnesses_saw_it() -> None:
    policy = WitnessPolicy.parse(TWO_LEVELS.encode())
    found = policy.check(seen("X1", "X3", "Y3"))
    assert found.checkpoint == POINT
    assert found.log == SIGNER.verifier
    assert found.witnesses == {"X1": AT, "X3": AT, "Y3": AT}
    for names in ([], ["X1", "Y1"], ["X1", "X2", "X3"]):
        with pytest.raises(BadNote, match="trop peu de témoins"):
            policy.check(seen(*names))


def test_a_witness_that_signed_twice_counts_once() -> None:
    policy = WitnessPolicy.parse((HEAD + "group g 2 X1 X2\nquorum g\n").encode())
    with pytest.raises(BadNote, match="trop peu"):
        policy.check(seen("X1") + WITNESSES["X1"].cosign(POINT.text(), AT + 1))


def test_a_forged_signature_of_a_known_witness_refuses_the_whole_note() -> None:
    policy = WitnessPolicy.parse((HEAD + "quorum X1\n").encode())
    other = Checkpoint(SIGNER.name, 13, bytes(32)).text()
    with pytest.raises(BadNote, match="fausse"):
        policy.check(seen("X1") + WITNESSES["X2"].cosign(other, AT))


def test_a_log_that_is_not_named_is_not_trusted() -> None:
    policy = WitnessPolicy.parse((HEAD + "quorum none\n").encode())
    assert policy.check(NOTE).checkpoint == POINT
    stranger = Signer.from_seed("autre.test", bytes(32))
    with pytest.raises(BadNote, match="journal connu"):
        policy.check(stranger.sign(Checkpoint("autre.test", 12, bytes(32)).text()))
    namesake = Signer.from_seed(SIGNER.name, b"n" * 32)
    with pytest.raises(BadNote, match="journal connu"):
        policy.check(namesake.sign(POINT.text()))


def test_a_policy_may_be_held_to_one_log() -> None:
    nobody = WitnessPolicy.parse(b"quorum none\n")
    with pytest.raises(BadNote, match="aucun"):
        nobody.check(NOTE)
    assert nobody.only_log(SIGNER.verifier).check(NOTE).checkpoint == POINT
    assert WitnessPolicy.of_log(log_key(SIGNER.verifier.text())).check(NOTE).checkpoint == POINT


def test_blanks_tabs_comments_and_addresses_are_allowed() -> None:
    text = f"# commentaire\n\n \t# autre\n log\t{SIGNER.verifier.text()}  https://log.test/ \n\tquorum   none\t\n"
    assert WitnessPolicy.parse(text.encode()).logs == (SIGNER.verifier,)


def test_names_are_opaque_bytes() -> None:
    line = f"witness \xff {WITNESSES['X1'].cosigner.text()}\nquorum \xff\n".encode("latin-1")
    assert not WitnessPolicy.parse(line).satisfied(frozenset())


WITNESS = f"witness w {WITNESSES['X1'].cosigner.text()}\n"


@pytest.mark.parametrize(
    "text",
    [
        "",
        HEAD,
        "quorum\n",
        "quorum none none\n",
        "quorum none\nquorum none\n",
        "quorum w\n" + WITNESS,
        "témoin w clé\nquorum none\n",
        "log\nquorum none\n",
        f"log {WITNESSES['X1'].cosigner.text()}\nquorum none\n",
        f"witness w {SIGNER.verifier.text()}\nquorum none\n",
        f"log {SIGNER.verifier.text()}\n" * 2 + "quorum none\n",
        WITNESS + WITNESS.replace("witness w", "witness v") + "quorum none\n",
        WITNESS.replace("witness w", "witness none") + "quorum none\n",
        WITNESS + "group w 1 w\nquorum none\n",
        WITNESS + "group g 1\nquorum none\n",
        WITNESS + "group g 0 w\nquorum none\n",
        WITNESS + "group g 2 w\nquorum none\n",
        WITNESS + "group g 01 w\nquorum none\n",
        WITNESS + "group g most w\nquorum none\n",
        WITNESS + "group g any w w\nquorum none\n",
        WITNESS + "group g any w\ngroup h any w\nquorum h\n",
        WITNESS + "group g any none\nquorum g\n",
        "group g any g\nquorum g\n",
        "quorum none\r\n",
        "quorum none\x00\n",
        "#" * 300_000 + "\nquorum none\n",
    ],
)
def test_what_is_no_policy_is_refused(text: str) -> None:
    with pytest.raises(BadPolicy):
        WitnessPolicy.parse(text.encode())


def test_groups_may_be_deep_but_not_without_end() -> None:
    def chain(length: int) -> bytes:
        links = "".join(f"group g{number + 1} all g{number}\n" for number in range(length - 1))
        return f"{WITNESS}group g0 any w\n{links}quorum g{length - 1}\n".encode()

    assert WitnessPolicy.parse(chain(MAX_GROUPS)).satisfied(frozenset(["w"]))
    with pytest.raises(BadPolicy, match="groupes"):
        WitnessPolicy.parse(chain(MAX_GROUPS + 1))


@given(st.binary(max_size=200) | st.text(max_size=200).map(lambda text: f"{HEAD}{text}\nquorum none\n".encode()))
def test_any_bytes_are_a_policy_or_refused_and_nothing_else(content: bytes) -> None:
    with suppress(BadPolicy):
        WitnessPolicy.parse(content)
