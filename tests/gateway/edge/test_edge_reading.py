# SPDX-License-Identifier: EUPL-1.2
"""Reading a request: whose address counts, which credential, which parameters, whatever is sent."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.edge.reading import MAX_FIELDS, MAX_QUERY_BYTES, Fields, Network, address, credential, parameters, stated
from gateway.problems import Problem

PROXIES: tuple[Network, ...] = tuple(map(ipaddress.ip_network, ("10.0.0.0/8", "2001:db8:1::/48", "127.0.0.1/32")))


def fields(*headers: tuple[bytes, bytes]) -> Fields:
    """The headers that matter."""
    return Fields(headers)


def caller(peer: str | None, *forwarded: str, trusted: tuple[Network, ...] = PROXIES) -> str:
    """The address of a caller whose request came from `peer` with these X-Forwarded-For headers."""
    headers = [(b"x-forwarded-for", value.encode("latin-1")) for value in forwarded]
    return address({"client": (peer, 4242) if peer is not None else None}, Fields(headers), trusted)


@pytest.mark.parametrize(
    ("peer", "forwarded", "expected"),
    [
        # Nobody speaks for a stranger, and a stranger speaks for nobody.
        ("192.0.2.1", ("203.0.113.9",), "192.0.2.1"),
        ("10.0.0.1", (), "10.0.0.1"),
        ("10.0.0.1", ("",), "10.0.0.1"),
        # A proxy of ours says who called it; what that one says of others counts only if it is ours too.
        ("10.0.0.1", ("203.0.113.9",), "203.0.113.9"),
        ("10.0.0.1", ("198.51.100.1, 203.0.113.9",), "203.0.113.9"),
        ("10.0.0.1", ("203.0.113.9, 10.0.0.2",), "203.0.113.9"),
        ("10.0.0.1", ("203.0.113.9,10.0.0.3 , 10.0.0.2",), "203.0.113.9"),
        ("10.0.0.1", ("10.0.0.3, 10.0.0.2",), "10.0.0.3"),
        # Several headers are one list, in order.
        ("10.0.0.1", ("198.51.100.1", "203.0.113.9"), "203.0.113.9"),
        ("10.0.0.1", ("203.0.113.9", "10.0.0.2"), "203.0.113.9"),
        # Version 6, mixed chains, and version 4 seen through a v6 socket.
        ("2001:db8:1::1", ("2001:db8:2::9",), "2001:db8:2::9"),
        ("2001:db8:1::1", ("203.0.113.9, 2001:db8:1::2",), "203.0.113.9"),
        ("2001:db8:2::1", ("203.0.113.9",), "2001:db8:2::1"),
        ("::ffff:10.0.0.1", ("203.0.113.9",), "203.0.113.9"),
        ("::ffff:192.0.2.1", ("203.0.113.9",), "192.0.2.1"),
        ("10.0.0.1", ("203.0.113.9, ::ffff:10.0.0.2",), "203.0.113.9"),
        ("10.0.0.1", ("::FFFF:203.0.113.9",), "203.0.113.9"),
        ("10.0.0.1", ("2001:DB8:0:2::9",), "2001:db8:0:2::9"),
        # Garbage ends the chain: the nearest address that was read is the caller.
        ("10.0.0.1", ("unknown",), "10.0.0.1"),
        ("10.0.0.1", ("203.0.113.9, unknown",), "10.0.0.1"),
        ("10.0.0.1", ("203.0.113.9, unknown, 10.0.0.2",), "10.0.0.2"),
        ("10.0.0.1", ("203.0.113.9,",), "10.0.0.1"),
        ("10.0.0.1", ("203.0.113.9:443",), "10.0.0.1"),
        ("10.0.0.1", ("[2001:db8:2::9]",), "10.0.0.1"),
        ("10.0.0.1", ("fe80::1%<script>",), "10.0.0.1"),
        ("10.0.0.1", ("010.0.0.1",), "10.0.0.1"),
        ("10.0.0.1", ("203.0.113.9/32",), "10.0.0.1"),
        ("10.0.0.1", ("é\xff",), "10.0.0.1"),
        ("10.0.0.1", (",".join(["203.0.113.9", *["10.0.0.2"] * 5000]),), "10.0.0.2"),
    ],
)  # fmt: skip
def test_the_caller_is_the_nearest_address_that_is_no_proxy_of_ours(
    peer: str, forwarded: tuple[str, ...], expected: str
) -> None:
    assert caller(peer, *forwarded) == expected


def test_without_trusted_proxies_only_the_peer_counts() -> None:
    assert caller("10.0.0.1", "203.0.113.9", trusted=()) == "10.0.0.1"
    assert caller("::ffff:10.0.0.1", "203.0.113.9", trusted=()) == "10.0.0.1"


def test_a_caller_without_an_address_has_none_and_is_not_believed() -> None:
    assert caller(None, "203.0.113.9") == ""
    assert caller("", "203.0.113.9") == ""


HOPS = st.lists(st.ip_addresses().map(str) | st.text(st.characters(max_codepoint=255), max_size=20), max_size=6)


@given(HOPS, st.sampled_from(["10.0.0.1", "192.0.2.1", "2001:db8:1::1"]))
def test_whatever_is_forwarded_the_caller_is_an_address(hops: list[str], peer: str) -> None:
    found = caller(peer, ",".join(hops))
    assert str(ipaddress.ip_address(found)) == found
    if peer == "192.0.2.1":
        assert found == peer


AUTHORIZATION, KEY = b"authorization", b"x-api-key"


@pytest.mark.parametrize(
    ("headers", "token"),
    [
        ([], None),
        ([(AUTHORIZATION, b"Bearer un")], "un"),
        ([(AUTHORIZATION, b"bEaReR  un ")], "un"),
        ([(KEY, b" un ")], "un"),
        ([(AUTHORIZATION, b"Bearer un"), (AUTHORIZATION, b"Bearer un")], "un"),
        ([(AUTHORIZATION, b"Bearer un"), (AUTHORIZATION, b"Bearer deux")], None),
        ([(AUTHORIZATION, b"Bearer un"), (AUTHORIZATION, b"Basic deux")], "un"),
        ([(AUTHORIZATION, b"Bearer un"), (KEY, b"deux")], "un"),
        ([(AUTHORIZATION, b"Basic un"), (KEY, b"deux")], None),
        ([(KEY, b"un"), (KEY, b"deux")], None),
        ([(KEY, b"un"), (KEY, b"un")], "un"),
        ([(AUTHORIZATION, b"Bearer")], None),
        ([(AUTHORIZATION, b"Bearer  ")], None),
        ([(AUTHORIZATION, b"")], None),
        ([(AUTHORIZATION, b"Bearer \xff")], "\xff"),
    ],
)
def test_the_token_is_the_one_that_is_shown_or_none_when_they_contradict(
    headers: list[tuple[bytes, bytes]], token: str | None
) -> None:
    assert fields(*headers).token() == token


def test_a_credential_never_shows_its_token() -> None:
    shown = credential(fields((AUTHORIZATION, b"Bearer tres-secret")), [("token", "x")], "192.0.2.1")
    assert (shown.token, shown.token_in_url, shown.address) == ("tres-secret", True, "192.0.2.1")
    assert "tres-secret" not in repr(shown)


@pytest.mark.parametrize(
    ("value", "fresh"),
    [
        (b"no-cache", True), (b" No-Cache ", True), (b"no-cache, no-store", False), (b"max-age=0", False), (b"", False),
    ],
)  # fmt: skip
def test_only_the_exact_word_refuses_what_is_kept(value: bytes, fresh: bool) -> None:
    assert fields((b"cache-control", value)).wants_fresh is fresh
    assert not fields().wants_fresh


@pytest.mark.parametrize("value", [b"", b"a b", b"a\tb", "é".encode(), b"x" * 129, b"\x7f"])
def test_a_request_id_that_would_spoil_a_header_is_not_taken(value: bytes) -> None:
    assert fields((b"x-request-id", value)).request_id is None
    assert fields((b"x-request-id", b"bon"), (b"x-request-id", value)).request_id == b"bon"


def test_parameters_are_read_as_often_as_they_come_with_their_blanks() -> None:
    pairs = parameters(b"context=a+b&context=&object=%C3%A9&recipient=1&x&token=&&")
    assert pairs == [("context", "a b"), ("context", ""), ("object", "é"), ("recipient", "1"), ("x", ""), ("token", "")]
    found = stated(pairs)
    assert (found.context, found.object, found.recipient) == (("a b", ""), ("é",), ("1",))
    assert parameters(b"") == []


@pytest.mark.parametrize(
    "query",
    [
        b"a=%FF",
        b"a=%C3",
        b"%ED%A0%80=1",
        b"a=\xc3\xa9",
        b"a=" + b"x" * MAX_QUERY_BYTES,
        b"&".join([b"a=1"] * (MAX_FIELDS + 1)),
    ],
    ids=["invalid", "cut", "surrogate", "raw bytes", "long", "many"],
)
def test_a_query_that_cannot_be_read_is_00401_and_says_why(query: bytes) -> None:
    with pytest.raises(Problem) as raised:
        parameters(query)
    (fault,) = raised.value.faults
    assert (raised.value.status, fault.code) == (400, "00401")
    assert fault.detail.endswith(".")
    assert fault.detail != "La requête ne peut pas être lue."


def read_or_refused(query: bytes) -> list[tuple[str, str]] | str:
    """The pairs of a query, or the code of its refusal."""
    try:
        return parameters(query)
    except Problem as refused:
        return refused.code


@given(st.binary(max_size=200))
def test_no_query_does_anything_but_be_read_or_be_00401(query: bytes) -> None:
    found = read_or_refused(query)
    if isinstance(found, str):
        assert found == "00401"
    else:
        assert all(text.encode().decode() == text for pair in found for text in pair)


TRACE, PARENT = "4b" * 16, "a1" * 8


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ((f"00-{TRACE}-{PARENT}-01",), TRACE),
        ((f"00-{TRACE}-{PARENT}-00",), TRACE),
        # A later version may say more after a dash; this one may not.
        ((f"cc-{TRACE}-{PARENT}-01-what-the-future-will-be-like",), TRACE),
        ((f"00-{TRACE}-{PARENT}-01-more",), None),
        ((f"cc-{TRACE}-{PARENT}-01more",), None),
        ((f"ff-{TRACE}-{PARENT}-01",), None),
        ((f"00-{'0' * 32}-{PARENT}-01",), None),
        ((f"00-{TRACE}-{'0' * 16}-01",), None),
        ((f"00-{TRACE.upper()}-{PARENT}-01",), None),
        ((f"00-{TRACE[:-1]}-{PARENT}-01",), None),
        ((f" 00-{TRACE}-{PARENT}-01",), None),
        ((f"00-{TRACE}-{PARENT}-01", f"00-{TRACE}-{PARENT}-01"), None),
        (("",), None),
        ((), None),
    ],
)
def test_a_trace_is_one_that_the_standard_accepts_or_none(given: tuple[str, ...], expected: str | None) -> None:
    assert fields(*((b"traceparent", value.encode()) for value in given)).trace() == expected


@given(st.binary(max_size=80))
def test_any_bytes_as_a_trace_are_a_trace_or_none(given: bytes) -> None:
    found = fields((b"traceparent", given)).trace()
    assert found is None or (len(found) == 32 and int(found, 16) > 0)


def test_an_agent_is_named_by_its_header_or_by_the_parameter_existing_clients_send() -> None:
    pairs = [("context", "x"), ("user_id", ""), ("user_id", "Jeanne D.")]
    assert fields((b"dlnuf-agent", b"agent:42")).agent(pairs) == "agent:42"
    assert fields().agent(pairs) == "Jeanne D."
    assert fields().agent([("user_id", "")]) is None
    assert fields().agent([]) is None


@pytest.mark.parametrize("given", [(b"",), (b"a b",), (b"x" * 129,), (b"\xc3\xa9",), (b"a", b"b"), (b"a", b"a")])
def test_an_agent_that_cannot_be_read_is_refused(given: tuple[bytes, ...]) -> None:
    with pytest.raises(Problem) as refused:
        fields(*((b"dlnuf-agent", value) for value in given)).agent([("user_id", "42")])
    assert (refused.value.status, refused.value.code) == (400, "00401")
