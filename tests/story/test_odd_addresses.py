# SPDX-License-Identifier: EUPL-1.2
"""Addresses written otherwise than in the document: what is meant is answered, and what is not is never guessed."""

import gzip
from typing import Any

import httpx
import pytest

from tests.conftest import PARAMETERS

COMPANY = "/v3/insee/sirene/unites_legales/999100118"


@pytest.mark.parametrize("path", [COMPANY + "/", "/" + COMPANY, "//v3//insee/sirene//unites_legales/999100118//"])
def test_slashes_too_many_are_none_and_nobody_is_redirected(
    client: httpx.Client, bearer: Any, sandbox: Any, path: str
) -> None:
    """A base address that ends with a slash is the commonest mistake of all, and no mistake at the running service."""
    answer = client.get(f"{sandbox.address}{path}", params=PARAMETERS, headers=bearer.header)
    assert (answer.status_code, answer.json()["data"]["siren"]) == (200, "999100118")


@pytest.mark.parametrize("path", ["/ping/insee/sirene/", "//ping/insee/sirene", "/pings/", "/v3/ping/"])
def test_neither_are_they_for_pings(client: httpx.Client, sandbox: Any, path: str) -> None:
    assert client.get(f"{sandbox.address}{path}").status_code == 200


@pytest.mark.parametrize(
    ("path", "status"), [("/v3/insee//", 404), ("/v3//", 404), ("/v3", 404), ("/v2//entreprises", 410), ("/v2", 410)]
)
def test_nothing_else_is_found_by_them(client: httpx.Client, sandbox: Any, path: str, status: int) -> None:
    assert client.get(f"{sandbox.address}{path}").status_code == status


def test_an_encoded_slash_belongs_to_its_word(get: Any) -> None:
    """Otherwise an identifier could choose another product than the one its caller asks."""
    answer = get("/v3/insee/sirene/unites_legales/999100118%2Fsiege_social")
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "00301")
    assert get("/v3/insee%2Fsirene/unites_legales/999100118").status_code == 404


def test_an_address_of_a_street_may_hold_a_slash(get: Any) -> None:
    answer = get("/v1/ban/adresses/12%2F14%20rue%20des%20charpentiers%20rennes")
    assert answer.status_code == 200, answer.text
    assert answer.json()["data"][0]["data"]["commune"] == "Rennes"


@pytest.mark.parametrize(
    "path", ["/ping/insee/sirene", "/pings", "/v3/ping", "/health/live", "/health/registries", "/openapi.json"]
)
def test_what_watches_over_the_service_may_ask_without_a_body(client: httpx.Client, path: str) -> None:
    answer = client.head(path)
    assert (answer.status_code, answer.content) == (200, b"")


def test_data_are_asked_for_with_get_alone_and_the_sentence_says_so(client: httpx.Client) -> None:
    for method, path in (("HEAD", COMPANY), ("OPTIONS", COMPANY), ("POST", "/ping/insee/sirene"), ("PUT", "/pings")):
        answer = client.request(method, path, params=PARAMETERS)
        assert (answer.status_code, answer.headers["content-type"]) == (405, "text/plain; charset=utf-8")
        assert "GET" in answer.headers["allow"]
        assert method == "HEAD" or answer.text.startswith("Cette adresse ne se consulte")


def test_the_contract_comes_small_and_to_any_site_that_wants_it(client: httpx.Client, sandbox: Any) -> None:
    whole = client.get("/openapi.json", headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in whole.headers
    wanted = {"Accept-Encoding": "br, gzip"}
    with httpx.stream("GET", f"{sandbox.address}/v3/openapi.yaml", headers=wanted, trust_env=False) as answer:
        raw = b"".join(answer.iter_raw())
    assert answer.headers["content-encoding"] == "gzip"
    assert gzip.decompress(raw) == whole.content
    assert len(raw) * 8 < len(whole.content)
    for one in (whole, answer):
        assert (one.headers["access-control-allow-origin"], one.headers["vary"]) == ("*", "accept-encoding")
    refused = client.get("/openapi.json", headers={"Accept-Encoding": "gzip;q=0"})
    assert "content-encoding" not in refused.headers


def test_whoever_has_the_contract_is_not_sent_it_again(client: httpx.Client) -> None:
    tag = client.get("/openapi.json").headers["etag"]
    for written in (tag, tag.removeprefix("W/"), f'"autre", {tag}'):
        assert client.get("/openapi.json", headers={"If-None-Match": written}).status_code == 304
    assert client.get("/openapi.json", headers={"If-None-Match": '"autre"'}).status_code == 200
