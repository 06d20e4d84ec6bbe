# SPDX-License-Identifier: EUPL-1.2
"""No string but the one we signed is ever accepted, and none ever meets anything else than a Problem."""

from base64 import urlsafe_b64encode
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from gateway.identity.bearer import Bearer
from gateway.problems import Problem

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.="
CODES = {"00101", "00106"}
quick = settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], derandomize=True
)


def refused(bearer: Bearer, shown: Any) -> None:
    with pytest.raises(Problem) as caught:
        bearer.identify(shown)
    assert caught.value.code in CODES


@given(data=st.data())
@quick
def test_a_character_changed(bearer: Bearer, token: str, show: Any, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(token) - 1))
    character = data.draw(st.sampled_from(ALPHABET) | st.characters())
    assume(character != token[at])
    refused(bearer, show(token[:at] + character + token[at + 1 :]))


@given(data=st.data())
@quick
def test_something_cut_out_or_put_in(bearer: Bearer, token: str, show: Any, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(token)))
    end = data.draw(st.integers(start, len(token)))
    changed = token[:start] + data.draw(st.text(st.sampled_from(ALPHABET) | st.characters(), max_size=20)) + token[end:]
    assume(changed != token)
    refused(bearer, show(changed))


@given(parts=st.lists(st.binary(max_size=200), min_size=3, max_size=3))
@quick
def test_three_segments_of_anything(bearer: Bearer, token: str, show: Any, parts: list[bytes]) -> None:
    refused(bearer, show(b".".join(urlsafe_b64encode(part).rstrip(b"=") for part in parts).decode()))


@given(content=st.binary(max_size=300))
@quick
def test_a_good_header_and_signature_around_another_payload(
    bearer: Bearer, token: str, show: Any, content: bytes
) -> None:
    header, _, signature = token.split(".")
    refused(bearer, show(f"{header}.{urlsafe_b64encode(content).rstrip(b'=').decode()}.{signature}"))


@given(content=st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists, max_leaves=20))
@quick
def test_claims_of_any_kind_under_our_own_signature(
    bearer: Bearer, forge: Any, header: dict[str, Any], payload: dict[str, Any], show: Any, content: object
) -> None:
    for name in payload:
        if name == "sub" and isinstance(content, str):
            continue  # any title is a good one
        if name in ("iat", "exp") and type(content) is int:
            continue  # any date is a date
        if name == "scopes" and isinstance(content, list) and content and all(isinstance(s, str) for s in content):
            continue  # the register says which scopes count
        refused(bearer, show(forge(header, payload | {name: content})))


@given(text=st.text(max_size=300))
@quick
def test_any_text(bearer: Bearer, show: Any, text: str) -> None:
    refused(bearer, show(text))
