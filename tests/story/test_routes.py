# SPDX-License-Identifier: EUPL-1.2
"""Every address that existing clients know beside the published document: answered, or said to be gone."""

from typing import Any

import httpx
import pytest

from connectors.kit.contract import load_all

CONTRACTS = load_all()
ALIASES = [
    (f"/v{version.number}{alias}", f"/v{version.number}{version.path}")
    for contract in CONTRACTS.values()
    for product in contract.products.values()
    for version in product.versions.values()
    for alias in version.aliases
]
GONE = [
    *(f"/v3/inpi/unites_legales/999100118/{name}" for name in ("actes", "brevets", "marques", "modeles")),
    "/v2/entreprises/999100118",
    "/v2/etablissements/99910011800010",
    "/v2/",
]


def test_the_aliases_of_the_contract_are_declared() -> None:
    base = "/v4/ministere_interieur/api-association/associations"
    assert {alias for alias, _ in ALIASES} >= {base + "/{siren_or_rna}", base + "/open_data/{siren_or_rna}"}


@pytest.mark.parametrize(("alias", "path"), ALIASES)
def test_an_alias_answers_what_its_product_answers(get: Any, sandbox: Any, alias: str, path: str) -> None:
    token = sandbox.token("subventions_associations")
    rna = "W999104404"
    first = get(path.format(siren_or_rna=rna), token=token)
    other = get(alias.format(siren_or_rna=rna), token=token)
    assert (first.status_code, other.status_code) == (200, 200), first.text
    assert first.json()["data"] == other.json()["data"]


@pytest.mark.parametrize("path", GONE)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_what_was_removed_is_gone_in_plain_text(client: httpx.Client, path: str, method: str) -> None:
    answer = client.request(method, path)
    assert (answer.status_code, answer.headers["content-type"]) == (410, "text/plain; charset=utf-8")
    assert answer.text.endswith(".\n")


@pytest.mark.parametrize(
    "path", ["/v3/inpi/unites_legales/999100118/autres", "/v3/inpi/unites_legales//actes", "/v3/inpi/actes"]
)
def test_what_never_was_is_unknown(client: httpx.Client, path: str) -> None:
    assert client.get(path).status_code == 404


def test_pings_and_rights_answer_at_each_of_their_addresses(client: httpx.Client, bearer: Any) -> None:
    for path in ("/v2/ping", "/v3/ping", "/v4/ping", "/pings"):
        assert client.get(path).status_code == 200, path
    for path in ("/privileges", "/v2/privileges", "/v3/privileges", "/v4/privileges"):
        assert client.get(path, headers=bearer.header).json()["data"]["privileges"], path
    names = {row["name"] for row in client.get("/pings").json()}
    assert names == {name for contract in CONTRACTS.values() for name in contract.pings}
    for name in names:
        assert client.get(f"/ping/{name}").json()["status"] == "ok", name


def test_a_file_of_the_inpi_is_named_in_json_and_then_handed_out(get: Any, sandbox: Any) -> None:
    siren = sandbox.persona("grand_constructeur")["siren"]
    filed = get(f"/v3/inpi/rne/unites_legales/open_data/{siren}/actes_bilans").json()["data"]
    url = filed["actes"][0]["url"]
    assert url.startswith(f"{sandbox.address}/proxy/inpi/download/")
    told = httpx.get(url)
    assert (told.status_code, told.headers["cache-control"]) == (200, "private, no-store")
    assert told.json().keys() == {"document_url", "expires_in"}
    assert told.json()["expires_in"] == 86_400
    assert httpx.get(told.json()["document_url"]).content.startswith(b"%PDF-")
    changed = httpx.get(url[:-1] + ("A" if url[-1] != "A" else "B"))
    assert (changed.status_code, changed.json()["errors"][0]["code"]) == (422, "00314")
    elsewhere = httpx.get(url.replace("/proxy/inpi/download/", "/proxy/files/") + "/acte.pdf")
    assert (elsewhere.status_code, elsewhere.json()["errors"][0]["code"]) == (404, "00404")


@pytest.mark.parametrize(("kind", "code"), [("wrong", "34055"), ("limited", "34008"), ("down", "34001")])
def test_a_file_the_inpi_does_not_give_is_said_in_its_own_codes(get: Any, sandbox: Any, kind: str, code: str) -> None:
    siren = sandbox.persona("grand_constructeur")["siren"]
    url = get(f"/v3/inpi/rne/unites_legales/open_data/{siren}/actes_bilans").json()["data"]["actes"][0]["url"]
    told = httpx.get(url, headers={"X-Sandbox-Fault": f"inpi_rne={kind}"})
    assert (told.status_code, told.json()["errors"][0]["code"]) == (502, code)
    assert told.headers["content-type"] == "application/vnd.api+json"


def test_a_kept_extract_has_a_link_of_its_own_each_time(get: Any, sandbox: Any) -> None:
    path = f"/v3/inpi/rne/unites_legales/{sandbox.persona('grand_constructeur')['siren']}/extrait_rne"
    token = sandbox.token("detection_fraude")
    answers = [get(path, token=token) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 200], answers[0].text
    assert answers[-1].headers["x-response-cached"] == "true"
    urls = [answer.json()["data"]["document_url"] for answer in answers]
    assert len(set(urls)) == 3
    assert httpx.get(urls[-1]).json().keys() == {"document_url", "expires_in"}
