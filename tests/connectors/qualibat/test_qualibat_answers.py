# SPDX-License-Identifier: EUPL-1.2
"""The conversation with Qualibat: every row of its table of answers, its simulator, fixtures, unexpected answers."""

from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.kit import Answer, NotFound, RegistryError, Siret
from connectors.kit.contract import load
from connectors.kit.freshness import Freshness
from connectors.kit.simulation import Asked, Persona
from connectors.kit.simulation.pdf import pdf
from connectors.qualibat.certification_batiment import v3, v4
from connectors.qualibat.ping import ping
from connectors.qualibat.simulator import simulator
from tests.connectors.kit.doors import NOW, STATUSES, Recorded, answering, mismatches, outcome, recorded
from tests.connectors.qualibat.qualibat_door import (
    BRANCH,
    BUILDER,
    CONTRACT,
    HOUR,
    JOINERY,
    PAGE,
    WORLD,
    at_simulator,
    log_in,
)

BOTH = pytest.mark.parametrize("ask", [v3, v4], ids=["v3", "v4"])
GOOD = pdf(PAGE)
NOTHING = {"nom": None, "identifiant": None}
NOT_FOUND = {"status_code": 404, "error": "Not Found", "message": "Entreprise non certifiée"}


def misshapen(version: int, answer: Answer[Any]) -> list[str]:
    return mismatches(CONTRACT, "certification_batiment", version, answer)


@BOTH
async def test_a_pdf_with_status_200_is_handed_over_as_it_came(ask: Any) -> None:
    document = (await ask(BUILDER, answering(CONTRACT, GOOD, 200, "application/pdf"))).document
    assert document.content == GOOD
    assert document.filename == "certificat_qualibat_99910088600012.pdf"
    assert (document.media_type, document.life_s) == ("application/pdf", 86_400)


async def test_v3_leaves_its_two_fields_to_the_gateway() -> None:
    answer = await v3(BUILDER, answering(CONTRACT, GOOD))
    assert answer.data == {"document_url": None, "expires_in": None}
    assert answer.meta == {}


async def test_v4_says_what_the_certificate_says() -> None:
    answer = await v4(BUILDER, answering(CONTRACT, pdf(PAGE.replace("4322", "9999"))))
    masonry = "Maçonnerie et ouvrages en béton armé"
    assert answer.data == {
        "document_url": None,
        "document_url_expires_in": None,
        "date_emission": "2026-01-02",
        "date_fin_validite": "2026-12-31",
        "entity": {
            "assurance_responsabilite_travaux": {"nom": "SMABTP", "identifiant": "T123"},
            "assurance_responsabilite_civile": {"nom": "MAAF", "identifiant": "C456"},
            "certifications": [
                {"code": "2112", "nom": masonry, "libelle": masonry, "rge": False, "date_attribution": "2024-03-15"},
                {"code": "9999", "nom": None, "libelle": None, "rge": False, "date_attribution": "2024-03-16"},
            ],
        },
    }
    assert answer.meta == {"extractor_error": None}
    assert misshapen(4, answer) == []


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (pdf(f"CORDISTES\n{PAGE}"), "cordistes_pdf_not_supported"),
        (pdf("Un autre document"), "invalid_file"),
        (b"%PDF-1.7 broken", "invalid_file"),
    ],
    ids=["other_kind", "other_document", "broken"],
)
async def test_a_certificate_that_cannot_be_read_is_still_an_answer(content: bytes, reason: str) -> None:
    answer: Answer[Any] = await v4(BUILDER, answering(CONTRACT, content))
    assert answer.document is not None
    assert answer.document.content == content
    assert answer.meta == {"extractor_error": reason}
    assert (answer.data["date_emission"], answer.data["date_fin_validite"]) == (None, None)
    assert answer.data["entity"] == {
        "assurance_responsabilite_travaux": NOTHING,
        "assurance_responsabilite_civile": NOTHING,
        "certifications": [],
    }
    assert misshapen(4, answer) == []


@BOTH
@pytest.mark.parametrize(
    ("status", "body", "suffix"),
    [
        (500, b"", "000"),
        (500, NOT_FOUND, "000"),
        (404, b"", "003"),
        (404, GOOD, "003"),
        (200, NOT_FOUND, "003"),
        (403, NOT_FOUND, "003"),
        (200, b"", "056"),
        (200, b" \r\n", "056"),
        (401, b"", "999"),
        (429, {"status_code": 429}, "999"),
        (204, b"", "999"),
        (403, GOOD, "999"),
        (200, b"<html></html>", "055"),
        (200, {"status_code": 200}, "055"),
        (200, [404], "055"),
        (200, b"[" * 100_000, "055"),
        (503, b"", "001"),
        (504, b"", "002"),
        (301, b"", "000"),
    ],
    ids=[
        "500_000", "500_before_json_000", "404_003", "404_with_a_pdf_003", "json_404_under_200_003",
        "json_404_under_403_003", "empty_056", "blank_056", "401_999", "429_999", "204_999", "403_999", "page_055",
        "other_json_055", "array_055", "nested_055", "503_001", "504_002", "redirect_000",
    ],
)  # fmt: skip
async def test_every_other_row_of_the_sheet_is_an_error(ask: Any, status: int, body: object, suffix: str) -> None:
    assert await outcome(ask(BUILDER, answering(CONTRACT, body, status))) == suffix


@pytest.mark.parametrize("persona", WORLD.personas, ids=lambda persona: persona.siren)
async def test_the_builder_the_joinery_and_the_masons_are_certified(persona: Persona) -> None:
    door = at_simulator()
    end = await outcome(v4(Siret(persona.siret), door))
    assert [asked.path for asked in door.asked] == [f"/certificat/{persona.siret}"]
    if persona.siret not in (BUILDER, JOINERY, "99910154600011"):
        assert end == "003"
        return
    assert isinstance(end, Answer)
    assert misshapen(4, end) == []
    assert end.meta == {"extractor_error": None}
    assert end.data["date_emission"] <= "2026-03-17" <= end.data["date_fin_validite"]
    assert end.data["entity"]["assurance_responsabilite_civile"]["identifiant"] == f"C{persona.siren}"
    assert all(item["nom"] for item in end.data["entity"]["certifications"])


async def test_the_builder_has_ordinary_qualifications_and_one_that_is_rge() -> None:
    answer = await v4(BUILDER, at_simulator())
    found = [(item["code"], item["rge"]) for item in answer.data["entity"]["certifications"]]
    assert found == [("2112", False), ("1312", False), ("7131", True)]


async def test_another_establishment_of_the_builder_has_a_form_that_is_not_read() -> None:
    assert (await v4(BRANCH, at_simulator())).meta == {"extractor_error": "amiante_pdf_not_supported"}


def test_the_simulator_does_not_know_under_status_200() -> None:
    handler = simulator(WORLD, lambda: NOW)
    said = handler(Asked("GET", "/certificat/13002526500013", {}, log_in(handler)))
    assert (said.status, orjson.loads(said.body)["status_code"]) == (200, 404)


def test_a_token_is_given_for_a_name_and_a_password_and_lives_half_an_hour() -> None:
    now = [NOW]
    handler = simulator(WORLD, lambda: now[0])
    said = handler(Asked("POST", "/token", {}, {"authorization": "Basic bm91czpz"}))
    assert orjson.loads(said.body)["expires_in"] == 1800.0
    assert b"1800.0" in said.body
    question = Asked("GET", f"/certificat/{BUILDER}", {}, log_in(handler))
    assert handler(question).status == 200
    assert handler(Asked("GET", f"/certificat/{BUILDER}")).status == 401
    now[0] += HOUR / 2
    assert handler(question).status == 401
    assert handler(Asked("GET", "/ailleurs")).status == 404


@pytest.mark.parametrize(
    "header", ["", "Basic", "Basic ???", "Basic bm91cw==", "Basic OnM=", "Bearer bm91czpz", "Basic /w=="]
)
def test_the_login_wants_a_name_and_a_password(header: str) -> None:
    asked = Asked("POST", "/token", {}, {"authorization": header})
    assert simulator(WORLD, lambda: NOW)(asked).status == 401


async def test_ping_accepts_a_stranger_and_a_certificate_as_signs_of_life() -> None:
    door = at_simulator()
    await ping(door)
    assert door.asked[0].path == "/certificat/13002526500013"
    door = answering(CONTRACT, GOOD)
    await ping(door)
    assert len(door.asked) == 1


@pytest.mark.parametrize(
    ("status", "body"), [(401, b""), (500, b""), (503, b""), (200, b""), (200, b"<html>")], ids=str
)
async def test_ping_fails_on_anything_else(status: int, body: bytes) -> None:
    with pytest.raises(RegistryError) as caught:
        await ping(answering(CONTRACT, body, status))
    assert not isinstance(caught.value, NotFound)


def test_the_contract_says_what_the_sheet_says() -> None:
    contract = load("qualibat")
    product = contract.products["qualibat/certification_batiment"]
    assert (contract.provider, contract.error_prefix, contract.pings) == (
        "Qualibat",
        "06",
        ("qualibat/certifications",),
    )
    assert (contract.access.kind, contract.access.token_url) == ("basic_login", "/token")
    assert product.scopes == {"qualibat", "open_data"}
    assert (product.open_data, product.pool) == (True, "low_latency_documents")
    assert product.freshness == Freshness.parse("until next day 00:00")
    assert {number: version.deprecated for number, version in product.versions.items()} == {3: True, 4: False}
    assert product.fields_of("document", 3) == ("document_url", "expires_in")
    assert "meta.extractor_error" not in product.versions[3].fields
    assert product.versions[4].fields["date_emission"].withholdable
    assert not product.versions[4].fields["document_url"].withholdable


@settings(max_examples=150, deadline=None, derandomize=True, database=None)
@given(
    body=st.binary(max_size=64)
    | st.binary(max_size=64).map(lambda tail: b"%PDF-" + tail)
    | st.tuples(st.integers(0, len(GOOD)), st.binary(max_size=8)).map(lambda cut: GOOD[: cut[0]] + cut[1])
    | st.lists(st.sampled_from([*PAGE.splitlines(), "31/12/2026", "RGE", "9999"]), max_size=30).map(
        lambda drawn: pdf("CERTIFICAT QUALIBAT\n" + "\n".join(drawn))
    ),
    status=STATUSES,
)
async def test_a_hostile_answer_is_an_answer_in_shape_or_an_error_of_a_registry(body: bytes, status: int) -> None:
    for number, ask in ((3, v3), (4, v4)):
        for code in (200, status):
            end: Any = await outcome(ask(BUILDER, answering(CONTRACT, body, code)))
            if isinstance(end, Answer):
                assert misshapen(number, end) == []
            else:
                assert len(end) == 3


@BOTH
@pytest.mark.parametrize(
    "fixture", [one for one in recorded("qualibat").values() if one.name != "auth_token"], ids=lambda one: one.name
)
async def test_recorded_exchanges_give_what_is_expected_of_them(ask: Any, fixture: Recorded) -> None:
    end = await outcome(ask(BUILDER, answering(CONTRACT, fixture.body, fixture.status)))
    if isinstance(end, Answer):
        assert fixture.expected.startswith("v3 document_url, expires_in; v4 date_emission 2023-06-16")
        if ask is v4:
            assert end.meta == {"extractor_error": None}
    else:
        assert f"06{end}" in fixture.expected
