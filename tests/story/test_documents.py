# SPDX-License-Identifier: EUPL-1.2
"""Documents: real PDF bytes behind a signed address that needs no header, expires, and leaves a record."""

import sqlite3
from typing import Any

import httpx
import pytest

VIGILANCE = "/v4/urssaf/unites_legales/999100118/attestation_vigilance"
TAX = "/v4/dgfip/unites_legales/999100118/attestation_fiscale"


@pytest.mark.parametrize(
    ("path", "name"),
    [(VIGILANCE, "attestation_vigilance_urssaf_999100118.pdf"), (TAX, "attestation_fiscale_dgfip_999100118.pdf")],
)
def test_a_document_is_a_pdf_with_a_usable_name_and_needs_no_header(get: Any, path: str, name: str) -> None:
    data = get(path).json()["data"]
    assert data["document_url"].endswith(f"/{name}")
    assert 0 < data["document_url_expires_in"] <= 86_400
    for _ in range(2):  # it can be fetched again
        answer = httpx.get(data["document_url"])
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "application/pdf"
        assert f'filename="{name}"' in answer.headers["content-disposition"]
        assert answer.content.startswith(b"%PDF-")
        assert len(answer.content) > 100


def test_v3_answers_an_address_and_its_seconds(get: Any) -> None:
    data = get(VIGILANCE.replace("v4", "v3")).json()["data"]
    assert set(data) == {"document_url", "expires_in"}
    assert httpx.get(data["document_url"]).content.startswith(b"%PDF-")


def test_a_cached_answer_counts_its_document_s_seconds_down(get: Any) -> None:
    first = get(TAX)
    second = get(TAX)
    assert second.headers["x-response-cached"] == "true"
    left = second.json()["data"]["document_url_expires_in"]
    assert left <= first.json()["data"]["document_url_expires_in"]
    assert left <= int(second.headers["x-cache-expires-in"])
    assert httpx.get(second.json()["data"]["document_url"]).status_code == 200


def test_a_refusal_has_no_document(get: Any) -> None:
    data = get("/v4/urssaf/unites_legales/999100225/attestation_vigilance").json()["data"]
    assert data["document_url"] is None
    assert data["document_url_expires_in"] is None


def test_a_changed_address_opens_nothing(get: Any) -> None:
    address = get(VIGILANCE).json()["data"]["document_url"]
    capability = address.split("/")[-2]
    identifier, until, delivery, signature = capability.split(".")
    forged = [
        f"{'0' * 32}.{until}.{delivery}.{signature}",
        f"{identifier}.{int(until) + 1}.{delivery}.{signature}",
        f"{identifier}.{until}.{delivery[:-1]}{'0' if delivery[-1] != '0' else '1'}.{signature}",
        f"{identifier}.{until}.{delivery}.{'B' if signature[0] == 'A' else 'A'}{signature[1:]}",
        "x",
        "..%2f..%2fetc",
    ]
    for wrong in forged:
        answer = httpx.get(address.replace(capability, wrong))
        assert answer.status_code == 404
        assert b"%PDF" not in answer.content


def test_a_download_is_a_record_tied_to_the_consultation(get: Any, sandbox: Any) -> None:
    answer = get(VIGILANCE)
    httpx.get(answer.json()["data"]["document_url"])
    with sqlite3.connect(f"file:{sandbox.state}/audit.db?mode=ro", uri=True) as log:
        rows = log.execute(
            "SELECT CAST(entry AS TEXT) FROM record WHERE instr(CAST(entry AS TEXT), ?)",
            (answer.json()["meta"]["passerelle"]["identifiant"],),
        ).fetchall()
    assert sum('"event":"downloaded"' in row[0] for row in rows) == 1


def test_documents_are_encrypted_at_rest(get: Any, sandbox: Any) -> None:
    content = httpx.get(get(VIGILANCE).json()["data"]["document_url"]).content
    stored = b"".join(path.read_bytes() for path in sandbox.state.glob("documents.db*"))
    assert content[:64] not in stored
    assert b"%PDF-" not in stored


def test_a_purpose_without_the_document_gets_no_address(get: Any, sandbox: Any) -> None:
    token = sandbox.token("verification_reguliere")
    body = get(VIGILANCE, token=token).json()
    assert body["data"]["entity_status"]["code"] == "ok"
    assert body["data"]["date_fin_validite"]
    assert body["data"]["document_url"] is None
    assert body["data"]["code_securite"] is None
    assert {"document_url", "code_securite"} <= set(body["meta"]["passerelle"]["champs_non_communiques"])
    assert "documents/" not in str(body)


def test_open_data_prefill_shows_no_natural_person(get: Any, sandbox: Any) -> None:
    token = sandbox.token("preremplissage_public")
    path = "/v4/insee/sirene/unites_legales/diffusibles/999100118"
    assert get(path, token=token).json()["data"]["personne_morale_attributs"]["raison_sociale"]
    for siren in ("999100555", "999100118"):
        data = get(path.replace("999100118", siren), token=token).json()["data"]
        assert set(data["personne_physique_attributs"].values()) == {None}
