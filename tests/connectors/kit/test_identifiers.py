# SPDX-License-Identifier: EUPL-1.2
"""SIREN and SIRET: what is one, what is not, and La Poste's exception."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.kit import Siren, Siret, luhn, siren_of
from connectors.kit.simulation import load_world

PERSONAS = load_world().personas


@pytest.mark.parametrize("text", ["130025265", "356000000", "000000000", *(p.siren for p in PERSONAS)])
def test_a_siren_is_nine_digits_that_satisfy_luhn(text: str) -> None:
    assert Siren.parse(text) == text
    assert type(Siren.parse(text)) is Siren


@pytest.mark.parametrize(
    "text",
    ["", "13002526", "1300252650", "130025266", "13002526A", " 130025265", "130025265\n", "130 025 265", "١٣٠٠٢٥٢٦٥"],
    ids=["empty", "short", "long", "luhn", "letter", "space", "newline", "grouped", "other_digits"],
)
def test_anything_else_is_no_siren(text: str) -> None:
    assert Siren.parse(text) is None


@pytest.mark.parametrize("text", ["13002526500013", "00000000000000", *(p.siret for p in PERSONAS)])
def test_a_siret_is_fourteen_digits_that_satisfy_luhn(text: str) -> None:
    assert Siret.parse(text) == text
    assert type(Siret.parse(text)) is Siret


@pytest.mark.parametrize(
    "text",
    ["", "130025265", "1300252650001", "130025265000133", "13002526500014", "1300252650001A", "13002526500013\n"],
    ids=["empty", "siren", "short", "long", "luhn", "letter", "newline"],
)
def test_anything_else_is_no_siret(text: str) -> None:
    assert Siret.parse(text) is None


@given(nic=st.from_regex(r"[0-9]{5}", fullmatch=True).filter(str.isascii))
@settings(derandomize=True, database=None, deadline=None)
def test_the_establishments_of_la_poste_need_no_luhn(nic: str) -> None:
    assert Siret.parse(f"356000000{nic}") == f"356000000{nic}"


def test_the_exception_is_la_postes_alone() -> None:
    assert luhn("35600000000048")
    assert not luhn("35600000000049")
    assert Siret.parse("35600000000049") is not None
    assert Siret.parse("13002526500014") is None
    assert Siret.parse("3560000000004") is None
    assert Siren.parse("356000001") is None


@given(digits=st.text("0123456789", min_size=2, max_size=20), rank=st.integers(0, 19), other=st.integers(1, 9))
@settings(derandomize=True, database=None, deadline=None)
def test_luhn_sees_every_single_mistake(digits: str, rank: int, other: int) -> None:
    rank %= len(digits)
    wrong = digits[:rank] + str((int(digits[rank]) + other) % 10) + digits[rank + 1 :]
    assert not (luhn(digits) and luhn(wrong))


def test_a_siret_begins_with_its_companys_siren() -> None:
    assert siren_of("13002526500013") == siren_of("130025265") == "130025265"
