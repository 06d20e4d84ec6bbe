# SPDX-License-Identifier: EUPL-1.2
"""A body that comes slowly: what it asks is decided by how things stand when it is there, not when it began."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any
from urllib.parse import urlencode

import httpx
import orjson
import pytest

from tests.conftest import Sandbox
from tests.story.files import HONOUR, PERSON
from tests.story.markets import AGREED, FORM, UNKNOWN, Markets

FORM_TYPE = {"content-type": "application/x-www-form-urlencoded"}


@pytest.fixture
def portal(sandbox: Sandbox, client: httpx.Client) -> Markets:
    """A portal of this test alone."""
    return Markets(sandbox, client)


def slowly(url: str, body: bytes, meanwhile: Callable[[], object], headers: dict[str, str]) -> httpx.Response:
    """A request whose last byte comes after something else has happened."""

    def pieces() -> Iterator[bytes]:
        yield body[:-1]
        time.sleep(0.3)  # for the gateway to have begun with it
        meanwhile()
        yield body[-1:]

    return httpx.post(url, content=pieces(), headers=headers, timeout=30)


def json_slowly(portal: Markets, sandbox: Sandbox, path: str, body: Any, meanwhile: Callable[[], object]) -> Any:
    headers = {**portal.bearer.header, "content-type": "application/json"}
    return slowly(f"{sandbox.address}/v1/{path}", orjson.dumps(body), meanwhile, headers)


def declared(portal: Markets) -> str:
    """A file that lacks nothing but its deposit."""
    identifier = str(portal.applied(portal.opened(), AGREED)["data"]["id"])
    sent = portal.post(f"candidatures/{identifier}/declarations", {"par": PERSON, "declarations": HONOUR})
    assert sent.status_code == 201, sent.text
    return identifier


def test_forms_sent_at_the_same_time_give_a_link_no_more_tries(portal: Markets) -> None:
    """Each begins before the first is counted; whoever holds a link still tries five SIRETs and not one more."""
    made = portal.applied(portal.opened())
    link, address = made["links"]["entreprise"], f"candidatures/{made['data']['id']}"
    body = urlencode({**FORM, "siret": UNKNOWN}).encode()
    together, turn = threading.Barrier(8), threading.Lock()

    def one(_: int) -> int:
        def meanwhile() -> None:
            together.wait(timeout=20)
            turn.acquire(timeout=20)

        try:
            status = slowly(link, body, meanwhile, FORM_TYPE).status_code
            while status == 303 and portal.get(address).json()["data"]["etat"] == "ouvert":
                time.sleep(0.05)  # Sirene has yet to say that it knows nobody of this number
            return 409 if status == 303 else status
        finally:
            turn.release()

    with ThreadPoolExecutor(8) as pool:
        answers = sorted(pool.map(one, range(8)))
    assert answers == [409] * 5 + [429] * 3


def test_an_application_whose_body_comes_after_the_closing_does_not_begin(portal: Markets, sandbox: Sandbox) -> None:
    on, other = portal.opened(), portal.opened()
    closing = partial(portal.post, f"marches/{on}/fermeture", {})
    late = json_slowly(portal, sandbox, f"marches/{on}/candidatures", AGREED, closing)
    assert (late.status_code, late.json()["errors"][0]["code"]) == (409, "00751")
    link = portal.applied(other)["links"]["entreprise"]
    closing = partial(portal.post, f"marches/{other}/fermeture", {})
    assert slowly(link, urlencode(FORM).encode(), closing, FORM_TYPE).status_code == 409
    for one in (on, other):
        assert portal.get(f"marches/{one}").json()["data"]["candidatures"]["commencees"] == 0


@pytest.mark.parametrize("act", ["depot", "actualisation", "consentements"])
def test_what_was_given_up_meanwhile_stays_given_up(portal: Markets, sandbox: Sandbox, act: str) -> None:
    """The request was let in while the file was open; when its body is there, the file says nothing any more."""
    identifier = declared(portal)
    body: dict[str, Any] = {
        "depot": {"par": PERSON},
        "actualisation": {"phase": "attribution"},
        "consentements": {"siret": AGREED["siret"], "consentement": {"par": PERSON}},
    }[act]
    giving_up = partial(httpx.delete, f"{sandbox.address}/v1/candidatures/{identifier}", headers=portal.bearer.header)
    answer = json_slowly(portal, sandbox, f"candidatures/{identifier}/{act}", body, giving_up)
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (409, "00717")
    after = portal.get(f"candidatures/{identifier}").json()["data"]
    assert (after["etat"], after["pieces"], after["depot"]) == ("retire", [], None)
