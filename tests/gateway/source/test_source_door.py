# SPDX-License-Identifier: EUPL-1.2
"""The door a connector is handed: every access kind as its registry sees it, and a 401 that is replayed once."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest

from connectors.kit import RegistryError, RegistryInternal, RegistryTimeout, Reply
from connectors.kit.facts import Access
from gateway.source.credentials import Credentials
from gateway.source.door import REDIRECTS, Door, Lent
from gateway.source.login import Login
from tests.gateway.source.loopback import contract, http, registry, says, wire

NOW = datetime(2026, 7, 1, 10, tzinfo=UTC)
URLS = {"": "https://registre.test/api/", "pieces": "https://pieces.test"}


@dataclass
class Sent:
    """One request that went through a door."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes | None


@dataclass
class There:
    """A registry that gives these answers in turn, the last one for ever; its token endpoint gives t1, t2…"""

    answers: list[Reply] = field(default_factory=lambda: [Reply(200)])
    sent: list[Sent] = field(default_factory=list)
    logins: int = 0

    async def send(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None = None) -> Reply:
        if url.endswith("/token"):
            self.logins += 1
            return Reply(200, {}, b'{"access_token":"t%d","expires_in":3600}' % self.logins)
        self.sent.append(Sent(method, url, dict(headers), body))
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


def door(there: There, access: Access | None = None, secrets: Mapping[str, str] | None = None) -> Door:
    """A door of this access kind to that registry."""
    access = access or Access("none")
    keeper = None
    if access.logs_in:
        login = Login("https://registre.test/token", {}, b"secret")
        keeper = Credentials(access, [login], there.send, lambda: 0.0, lambda: 0.0)

    def link(*place: object) -> str:
        return "|".join(map(str, place))

    return Door(contract(access), Lent(URLS, there.send, lambda: NOW, link, keeper, secrets or {}))


async def test_a_question_without_access_says_what_every_question_says() -> None:
    there = There()
    await door(there).get("/fiche/1", query={"date": "2026-01-01", "champs": "a b&c"}, headers={"x-essai": "1"})
    (sent,) = there.sent
    assert sent.url == "https://registre.test/api/fiche/1?date=2026-01-01&champs=a+b%26c"
    assert sent.headers == {"content-type": "application/json", "accept": "*/*", "x-essai": "1"}
    assert (sent.method, sent.body) == ("GET", None)


async def test_secrets_in_headers_go_with_every_question_and_cannot_be_replaced() -> None:
    there = There()
    opened = door(there, Access("headers", secrets={"x-cle": "CLE"}, fixed={"x-version": "2"}), {"x-cle": "secret"})
    await opened.get("/a", headers={"x-cle": "usurpée"})
    await opened.post("/b", json={})
    await opened.post_bytes("/c", b"<x/>")
    assert {(sent.headers["x-cle"], sent.headers["x-version"]) for sent in there.sent} == {("secret", "2")}
    assert not any("secret" in sent.url for sent in there.sent)


async def test_secrets_in_the_query_go_with_every_question_after_its_own_fields() -> None:
    there = There()
    opened = door(there, Access("query", secrets={"jeton": "J"}, fixed={"v": "2"}), {"jeton": "a&b=é"})
    await opened.get("/a", query={"siren": "1", "jeton": "usurpé"})
    await opened.get("/a?b=c")
    await opened.get("/a")
    await opened.post("/b", json=[1])
    await opened.post_bytes("/c", b"x")
    secret = "jeton=a%26b%3D%C3%A9&v=2"
    assert [sent.url.removeprefix("https://registre.test/api") for sent in there.sent] == [
        f"/a?siren=1&{secret}",
        f"/a?b=c&{secret}",
        f"/a?{secret}",
        f"/b?{secret}",
        f"/c?{secret}",
    ]


async def test_secrets_in_the_body_are_given_to_the_connector_and_sent_by_nobody_else() -> None:
    there = There()
    opened = door(there, Access("in_body", secrets={"mot": "M"}), {"mot": "secret"})
    assert opened.secret("mot") == "secret"
    await opened.post_bytes("/soap", b"<x/>", headers={"content-type": "text/xml"})
    assert "secret" not in str(there.sent)
    assert there.sent[0].headers["content-type"] == "text/xml"


@pytest.mark.parametrize("kind", ["none", "headers", "query", "json_login"])
def test_no_other_access_kind_hands_a_secret_to_a_connector(kind: str) -> None:
    with pytest.raises(KeyError):
        door(There(), Access(kind, secrets={"mot": "M"}), {"mot": "secret"}).secret("mot")


async def test_other_addresses_are_those_the_contract_names_and_no_other() -> None:
    there = There()
    opened = door(there)
    await opened.get("/1", base="pieces")
    await opened.post("/2", json={}, base="pieces")
    assert [sent.url for sent in there.sent] == ["https://pieces.test/1", "https://pieces.test/2"]
    with pytest.raises(KeyError):
        await opened.get("/1", base="ailleurs")


async def test_bodies_leave_as_they_are() -> None:
    there = There()
    opened = door(there)
    await opened.post("/a", json={"nom": "É"})
    await opened.post_bytes("/b", b"\x00\xff")
    assert [sent.body for sent in there.sent] == ['{"nom":"É"}'.encode(), b"\x00\xff"]


@pytest.mark.parametrize("status", sorted(REDIRECTS))
async def test_a_redirect_is_an_internal_error_unless_its_connector_asked_to_see_it(status: int) -> None:
    opened = door(There([Reply(status, {"location": "https://ailleurs.test/"})]))
    with pytest.raises(RegistryInternal):
        await opened.get("/a")
    with pytest.raises(RegistryInternal):
        await opened.post("/a", json={})
    with pytest.raises(RegistryInternal):
        await opened.post_bytes("/a", b"")
    assert (await opened.get("/a", accept_redirect=True)).status == status


LOGIN = Access("json_login", "/token")


async def test_a_401_logs_in_again_and_replays_once() -> None:
    there = There([Reply(200), Reply(401), Reply(200, {}, b"ok")])
    opened = door(there, LOGIN)
    await opened.get("/a")
    assert (await opened.post("/b", json={"x": 1})).body == b"ok"
    assert [sent.headers["authorization"] for sent in there.sent] == ["Bearer t1", "Bearer t1", "Bearer t2"]
    assert there.sent[1].body == there.sent[2].body == b'{"x":1}'
    assert there.logins == 2


async def test_a_second_401_is_left_to_the_connector_when_its_contract_names_no_error() -> None:
    there = There([Reply(401, {}, b"non")])
    assert (await door(there, LOGIN).get("/a")).body == b"non"
    assert (len(there.sent), there.logins) == (2, 2)


async def test_a_second_401_is_the_error_its_contract_names() -> None:
    there = There([Reply(401)])
    access = Access("json_login", "/token", failure={"suffix": "501", "retry_in": 10})
    with pytest.raises(RegistryError) as raised:
        await door(there, access).get("/a")
    assert (raised.value.suffix, raised.value.retry_in) == ("501", 10)
    assert (len(there.sent), there.logins) == (2, 2)


async def test_a_401_is_an_answer_where_the_contract_does_not_renew() -> None:
    there = There([Reply(401)])
    assert (await door(there, Access("json_login", "/token", renew_on_401=False)).get("/a")).status == 401
    assert (len(there.sent), there.logins) == (1, 1)


@pytest.mark.parametrize("kind", ["none", "headers", "query"])
async def test_a_401_is_never_replayed_without_a_login(kind: str) -> None:
    there = There([Reply(401)])
    assert (await door(there, Access(kind), {}).get("/a")).status == 401
    assert len(there.sent) == 1


async def test_a_token_header_of_its_own_carries_the_token_alone() -> None:
    there = There([Reply(401), Reply(200)])
    await door(there, Access("json_login", "/token", token_header="x-jeton")).get("/a")
    assert [sent.headers["x-jeton"] for sent in there.sent] == ["t1", "t2"]
    assert not any("authorization" in sent.headers for sent in there.sent)


async def test_a_header_is_sent_once_however_its_name_is_spelt() -> None:
    opened = contract(Access("headers", fixed={"X-Cle": "secret"}))
    async with registry(says(http())) as there, wire(opened) as line:
        made = Door(opened, Lent({"": there.address}, line.send, lambda: NOW, lambda *_: ""))
        await made.post_bytes("/soap", b"<x/>", headers={"Content-Type": "text/xml", "Accept": "text/xml"})
    (received,) = there.received
    assert received.values("content-type") == ["text/xml"]
    assert received.values("accept") == ["text/xml"]
    assert received.values("x-cle") == ["secret"]


def test_a_link_says_whose_file_it_is_and_the_time_is_that_of_paris() -> None:
    opened = door(There())
    assert opened.link("/f/1", "acte.pdf", base="pieces", life_s=60) == "insee|pieces|/f/1|acte.pdf|60"
    assert opened.link("/f/1", "acte.pdf") == "insee||/f/1|acte.pdf|86400"
    assert opened.now().isoformat() == "2026-07-01T12:00:00+02:00"


def test_a_refusal_is_the_row_of_the_contract_s_table() -> None:
    error = door(There()).refusal("plusieurs_sieges", ["e"], retry_in=5, meta={"a": 1})
    assert (error.suffix, error.retry_in, error.provider_errors, error.meta) == ("501", 5, ["e"], {"a": 1})
    with pytest.raises(KeyError):
        door(There()).refusal("inconnue")


async def test_a_question_may_be_given_less_time_than_its_registry_and_the_login_keeps_the_registry_s() -> None:
    waited = asyncio.Event()

    @dataclass
    class Slow(There):
        async def send(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None = None) -> Reply:
            if url.endswith("/token"):
                await asyncio.sleep(0.05)  # longer than the question's own time-out
                return await super().send(method, url, headers, body)
            try:
                await asyncio.Event().wait()
            finally:
                waited.set()  # given up on, not left behind
            raise AssertionError("unreachable")

    patient = door(Slow(), Access("json_login", "/token"))
    with pytest.raises(RegistryTimeout):
        await patient.within(0.02).get("/a")
    assert waited.is_set()
    assert patient.within(0.02) is patient.within(0.02)
    assert (await door(There()).within(5).get("/a")).status == 200
