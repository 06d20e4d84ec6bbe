# SPDX-License-Identifier: EUPL-1.2
"""Messages of `/mcp`: what is one, which revision it is written in, and which tools the contracts make."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from connectors.kit.contract import CONNECTORS, ContractError, Product, load, load_all
from gateway.edge.mcp.door import _accepts_json
from gateway.edge.mcp.rpc import INVALID_REQUEST, MOST_DEPTH, PARSE_ERROR, Fault, message, parsed
from gateway.edge.mcp.tools import MOST_NAMED, Tool, tools_of
from gateway.edge.mcp.versions import CAPABILITIES_KEY, KNOWN, MODERN, OPENED, VERSION_KEY, spoken
from gateway.problems import Problem
from gateway.values import Grant, Stated

PRODUCTS = [product for contract in load_all().values() for product in contract.products.values()]
ENVELOPE = {VERSION_KEY: "2026-07-28", CAPABILITIES_KEY: {}}
MIRROR = {"mcp-protocol-version": ["2026-07-28"], "mcp-method": ["tools/call"], "mcp-name": ["insee_unite_legale"]}


def request(**changes: Any) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": 1, "method": "tools/list"} | changes


def modern(**changes: Any) -> dict[str, Any]:
    params = {"name": "insee_unite_legale", "_meta": ENVELOPE} | changes
    return request(method="tools/call", params=params)


def grant(product: Product, **changes: Any) -> Grant:
    rest = {"recipients": None, "contexts": ()} | changes
    return Grant("essai", "Essai", product, ("texte",), "", {}, **rest)


@pytest.mark.parametrize("content", [b"", b"{", b"\xff", b'{"a":1}x', b"NaN", b'"\\ud800"', b"[" * 100_000])
def test_what_is_not_json_is_a_parse_error(content: bytes) -> None:
    with pytest.raises(Fault) as caught:
        parsed(content)
    assert (caught.value.code, caught.value.status) == (PARSE_ERROR, 400)


def test_a_message_is_as_deep_as_the_limit_and_no_deeper() -> None:
    deep = MOST_DEPTH - 1
    assert parsed(b"[" * deep + b"1" + b"]" * deep)
    with pytest.raises(Fault) as caught:
        parsed(b"[" * (deep + 1) + b"1" + b"]" * (deep + 1))
    assert caught.value.code == INVALID_REQUEST


@pytest.mark.parametrize("identifier", ["", "a" * 200, 0, -1, 2**53])
def test_a_request_has_a_text_or_a_whole_number_as_its_identifier(identifier: Any) -> None:
    assert message(request(id=identifier)).id == identifier


@pytest.mark.parametrize(
    "found",
    [
        *(request(id=wrong) for wrong in (None, True, 1.5, [], {}, "a" * 201)),
        *(request(jsonrpc=wrong) for wrong in (None, "1.0", 2, 2.0, [])),
        *(request(method=wrong) for wrong in (None, "", 1, [], {})),
        {"jsonrpc": "2.0", "id": 1},
        *(None, 1, "tools/list", True),
    ],
)
def test_what_has_not_the_form_of_a_message_is_an_invalid_request(found: Any) -> None:
    with pytest.raises(Fault) as caught:
        message(found)
    assert (caught.value.code, caught.value.status) == (INVALID_REQUEST, 400)


@pytest.mark.parametrize("params", [[], None, "a", 1])
def test_parameters_that_are_not_an_object_are_told_to_whoever_asked(params: Any) -> None:
    with pytest.raises(Fault) as caught:
        message(request(params=params))
    assert (caught.value.as_json()["error"]["code"], caught.value.to) == (-32602, 1)


@pytest.mark.parametrize("found", [{"result": {}}, {"error": {"code": 1, "message": "a"}}])
def test_a_response_is_a_message_that_is_not_answered(found: dict[str, Any]) -> None:
    assert message({"jsonrpc": "2.0", "id": 1} | found).id is None


@pytest.mark.parametrize("version", OPENED)
def test_a_revision_that_is_opened_is_named_by_the_header(version: str) -> None:
    assert spoken({"mcp-protocol-version": [version]}, message(request())) == version


def test_whoever_names_no_revision_speaks_the_first() -> None:
    assert spoken({}, message(request())) == "2025-03-26"


@pytest.mark.parametrize("named", [["2024-11-05"], ["1"], [""], ["2025-06-18", "2025-06-18"]])
@pytest.mark.parametrize("method", ["tools/list", "notifications/initialized"])
def test_an_unknown_revision_is_refused_with_those_there_are(named: list[str], method: str) -> None:
    found = request(method=method)
    if method != "tools/list":
        del found["id"]
    with pytest.raises(Fault) as caught:
        spoken({"mcp-protocol-version": named}, message(found))
    assert (caught.value.code, caught.value.status) == (-32022, 400)
    assert caught.value.as_json()["error"]["data"]["supported"] == list(KNOWN)


def test_from_2026_on_a_request_says_its_revision_and_its_headers_say_the_same() -> None:
    assert spoken(MIRROR, message(modern())) in MODERN
    encoded = MIRROR | {"mcp-name": ["=?base64?aW5zZWVfdW5pdGVfbGVnYWxl?="]}
    assert spoken(encoded, message(modern())) in MODERN


@pytest.mark.parametrize(
    "headers",
    [
        *({name: values for name, values in MIRROR.items() if name != missing} for missing in MIRROR),
        MIRROR | {"mcp-protocol-version": ["2025-11-25"]},
        MIRROR | {"mcp-method": ["tools/list"]},
        MIRROR | {"mcp-method": ["tools/call", "tools/call"]},
        MIRROR | {"mcp-name": ["insee_etablissement"]},
        MIRROR | {"mcp-name": ["=?base64?!!!?="]},
        MIRROR | {"mcp-name": ["=?base64?/w==?="]},
    ],
)
def test_headers_that_say_something_else_are_a_mismatch(headers: dict[str, list[str]]) -> None:
    with pytest.raises(Fault) as caught:
        spoken(headers, message(modern()))
    assert (caught.value.code, caught.value.status, caught.value.to) == (-32020, 400, 1)


@pytest.mark.parametrize(
    "meta", [{}, {VERSION_KEY: "2026-07-28"}, ENVELOPE | {VERSION_KEY: 1}, ENVELOPE | {CAPABILITIES_KEY: []}, [], None]
)
def test_from_2026_on_a_request_without_its_envelope_has_invalid_parameters(meta: Any) -> None:
    with pytest.raises(Fault) as caught:
        spoken(MIRROR, message(modern(_meta=meta)))
    assert (caught.value.code, caught.value.status) == (-32602, 400)


def test_a_later_revision_is_refused_even_when_everything_agrees() -> None:
    later = MIRROR | {"mcp-protocol-version": ["2031-01-01"]}
    with pytest.raises(Fault) as caught:
        spoken(later, message(modern(_meta=ENVELOPE | {VERSION_KEY: "2031-01-01"})))
    assert caught.value.as_json()["error"]["data"]["requested"] == "2031-01-01"


@pytest.mark.parametrize(
    "accepted",
    [[], [""], ["*/*"], ["application/json"], ["application/*;q=0.1"],
     ["text/html", "application/json, text/event-stream"], ["*/*;q=0, application/json"],
     ["APPLICATION/JSON ; charset=utf-8"]],
)  # fmt: skip
def test_whoever_takes_json_is_answered(accepted: list[str]) -> None:
    assert _accepts_json(accepted)


@pytest.mark.parametrize(
    "accepted",
    [["text/event-stream"], ["text/html"], ["application/json;q=0"], ["application/json; q=0.000, */*"], ["json"]],
)
def test_whoever_takes_no_json_is_not(accepted: list[str]) -> None:
    assert not _accepts_json(accepted)


def test_the_products_that_their_contract_offers_are_tools_and_no_other() -> None:
    tools = tools_of(PRODUCTS)
    assert {name: tool.product.id for name, tool in tools.items()} == {
        "insee_unite_legale": "insee/unite_legale",
        "insee_unite_legale_diffusable": "insee/unite_legale_diffusible",
        "insee_etablissement": "insee/etablissement",
        "urssaf_attestations_sociales": "urssaf/attestation_vigilance",
        "infogreffe_extraits_rcs": "infogreffe/extrait_kbis",
        "infogreffe_mandataires_sociaux": "infogreffe/mandataires_sociaux",
        "qualibat_certifications_batiment": "qualibat/certification_batiment",
        "dgfip_attestation_fiscale": "dgfip/attestation_fiscale",
        "dgfip_chiffres_affaires": "dgfip/chiffres_affaires",
        "dgfip_liasses_fiscales": "dgfip/liasses_fiscales",
        "dgfip_liens_capitalistiques": "dgfip/liens_capitalistiques",
        "inpi_rne_beneficiaires_effectifs": "inpi_rne/beneficiaires_effectifs",
    }, "the running service's names"


def test_two_products_are_not_one_tool() -> None:
    product = next(product for product in PRODUCTS if product.tool)
    with pytest.raises(ContractError, match=product.tool_name):
        tools_of([product, replace(product, id="essai/autre")])


@pytest.mark.parametrize("tool", tools_of(PRODUCTS).values(), ids=lambda tool: tool.product.tool_name)
def test_every_tool_says_what_it_takes_in_a_schema(tool: Tool) -> None:
    shown = tool.shown(grant(tool.product))
    Draft202012Validator.check_schema(shown["inputSchema"])
    assert set(shown["inputSchema"]["required"]) == {*tool.product.parameters, "context", "object", "recipient"}
    assert all(row["description"] for row in shown["inputSchema"]["properties"].values())
    assert shown["annotations"]["readOnlyHint"] is True


def test_a_purpose_that_takes_some_contexts_only_and_named_recipients_say_so() -> None:
    tool = tools_of(PRODUCTS)["insee_unite_legale"]
    few = tool.shown(grant(tool.product, contexts=("Marchés publics",), recipients=frozenset({"13002526500013"})))
    assert few["inputSchema"]["properties"]["context"]["enum"] == ["Marchés publics"]
    assert few["inputSchema"]["properties"]["recipient"]["enum"] == ["13002526500013"]
    many = tool.shown(grant(tool.product, recipients=frozenset(f"{rank:014}" for rank in range(MOST_NAMED + 1))))
    assert "enum" not in many["inputSchema"]["properties"]["recipient"]


def test_arguments_become_parameters_and_what_is_stated() -> None:
    tool = tools_of(PRODUCTS)["dgfip_liasses_fiscales"]
    parameters, stated = tool.read(
        {"siren": "999100118", "year": 2024, "context": "a", "object": "b", "recipient": "c"}
    )
    assert parameters == {"siren": "999100118", "year": "2024"}
    assert stated == Stated(("a",), ("b",), ("c",))


def test_what_is_missing_or_null_stays_missing_for_the_exchange_to_refuse() -> None:
    tool = tools_of(PRODUCTS)["dgfip_liasses_fiscales"]
    assert tool.read({"siren": None, "context": None}) == ({"siren": "", "year": ""}, Stated())


@pytest.mark.parametrize(
    "arguments",
    [{"siren": ["999100118"]}, {"siren": {}}, {"siren": True}, {"year": 2024.0}, {"sirene": "1"}, {"token": "a"},
     {"": ""}],
)  # fmt: skip
def test_an_argument_of_another_kind_or_name_is_refused(arguments: dict[str, Any]) -> None:
    with pytest.raises(Problem) as caught:
        tools_of(PRODUCTS)["dgfip_liasses_fiscales"].read(arguments)
    assert (caught.value.status, caught.value.code) == (400, "00401")


def qualibat_with(folder: Path, more: str) -> Path:
    """A folder of contracts that holds Qualibat's, with this about its only product instead of its tool."""
    written = (CONNECTORS / "qualibat" / "contract.toml").read_text("utf-8")
    lines = [line for line in written.splitlines() if not line.startswith("tool")]
    at = lines.index("[products.certification_batiment]") + 1
    (folder / "qualibat").mkdir(exist_ok=True)
    (folder / "qualibat" / "contract.toml").write_text("\n".join([*lines[:at], more, *lines[at:]]), "utf-8")
    return folder


@pytest.mark.parametrize("told", ['""', "true", '"sans point"', '"deux\\nlignes."', '"' + "a" * 400 + '."'])
def test_a_contract_says_what_a_tool_gives_in_a_sentence_or_not_at_all(tmp_path: Path, told: str) -> None:
    with pytest.raises(ContractError, match=r"\.tool:"):
        load("qualibat", qualibat_with(tmp_path, f"tool = {told}"))
    assert load("qualibat", qualibat_with(tmp_path, "")).products["qualibat/certification_batiment"].tool == ""


@pytest.mark.parametrize("more", ['tool_name = "seul"', 'tool = "Une phrase."\ntool_name = "Deux mots"'])
def test_the_name_of_a_tool_is_one_and_goes_with_a_tool(tmp_path: Path, more: str) -> None:
    with pytest.raises(ContractError, match="tool_name"):
        load("qualibat", qualibat_with(tmp_path, more))
