# SPDX-License-Identifier: EUPL-1.2
"""Receipts' files: the published form, read and written, and nothing that only looks like it."""

import base64
from contextlib import suppress
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.audit.proof import MAX_BYTES, BadProofFile, ProofFile

HASH = sha256(b"hash1").digest()
LINE = base64.b64encode(HASH).decode()


def test_files_have_the_published_form() -> None:
    """The three shapes of the format's reference tests: with hashes, with extra data, with neither."""
    assert ProofFile(5, (HASH, HASH), "point\n").text() == f"c2sp.org/tlog-proof@v1\nindex 5\n{LINE}\n{LINE}\n\npoint\n"
    extra = base64.b64encode(b"extra information").decode()
    found = ProofFile(10, (HASH,), "point\n", b"extra information").text()
    assert found == f"c2sp.org/tlog-proof@v1\nextra {extra}\nindex 10\n{LINE}\n\npoint\n"
    assert ProofFile(0, (), "point\n").text() == "c2sp.org/tlog-proof@v1\nindex 0\n\npoint\n"


@given(
    st.integers(0, 2**62),
    st.lists(st.binary(min_size=32, max_size=32), max_size=63),
    st.text(st.characters(codec="utf-8"), max_size=60),
    st.none() | st.binary(max_size=200),
)
def test_a_file_is_read_back(index: int, hashes: list[bytes], checkpoint: str, extra: bytes | None) -> None:
    proof = ProofFile(index, tuple(hashes), checkpoint, extra)
    assert ProofFile.parse(proof.text()) == proof


@pytest.mark.parametrize(
    "text",
    [
        "",
        "c2sp.org/tlog-proof@v1",
        "wrong-header\nindex 0\n\npoint\n",
        "c2sp.org/tlog-proof@v2\nindex 0\n\npoint\n",
        "c2sp.org/tlog-proof@v1\nextra !!notbase64!!\nindex 0\n\npoint\n",
        "c2sp.org/tlog-proof@v1\n\n\npoint\n",
        "c2sp.org/tlog-proof@v1\nindex notanumber\n\npoint\n",
        "c2sp.org/tlog-proof@v1\nindex -5\n\npoint\n",
        "c2sp.org/tlog-proof@v1\nindex 05\n\npoint\n",
        "c2sp.org/tlog-proof@v1\nindex ٣\n\npoint\n",
        "c2sp.org/tlog-proof@v1\nindex 0\nextra AA==\n\npoint\n",
        "c2sp.org/tlog-proof@v1\nextra AA==\nextra AA==\nindex 0\n\npoint\n",
        "c2sp.org/tlog-proof@v1\nindex 0\n!!notbase64!!\n\npoint\n",
        f"c2sp.org/tlog-proof@v1\nindex 0\n{base64.b64encode(bytes(64)).decode()}\n\npoint\n",
        f"c2sp.org/tlog-proof@v1\nindex 0\n{LINE[:-1]}\n\npoint\n",
        f"c2sp.org/tlog-proof@v1\r\nindex 0\r\n{LINE}\r\n\r\npoint\r\n",
        "c2sp.org/tlog-proof@v1\nindex 0\n" + f"{LINE}\n" * 64 + "\npoint\n",
        "c2sp.org/tlog-proof@v1\nindex 0\n\n" + "p" * MAX_BYTES,
    ],
)
def test_what_only_looks_like_a_receipt_is_refused(text: str) -> None:
    with pytest.raises(BadProofFile):
        ProofFile.parse(text)


@given(st.text() | st.text().map(lambda text: f"c2sp.org/tlog-proof@v1\n{text}"))
def test_any_text_is_read_or_refused_and_nothing_else(text: str) -> None:
    with suppress(BadProofFile):
        assert ProofFile.parse(text).text() == text
