# SPDX-License-Identifier: EUPL-1.2
"""Whatever Infogreffe sends, the published shape comes out, or a registry's error; recorded exchanges as expected."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.infogreffe import extrait_kbis, mandataires_sociaux
from connectors.kit import Answer, RegistryError, Siren
from connectors.kit.xml import parsed
from tests.connectors.infogreffe.infogreffe_answers import (
    BUILDER,
    CONTRACT,
    SIREN,
    SOAP,
    at_simulator,
    refused,
    returning,
    sending,
)
from tests.connectors.kit.doors import SHARED, STATUSES, Recorded, mismatches, outcome, recorded

PRODUCTS: dict[str, Any] = {"extrait_kbis": extrait_kbis.v3, "mandataires_sociaux": mandataires_sociaux.v3}
TAGS = st.sampled_from(
    ["dossier", "entreprise", "num_ident", "pp", "pm", "dirigeant", "liste_dirigeant", "naissance", "date", "adresse",
     "capital", "montant", "etablissement", "observation", "liste_observations", "nom", "radiation", "date_radiation"]
)  # fmt: skip
VALUES = st.sampled_from(
    ["", "1", "PP", "PM", "AD1", "0001-01-01", "9999-12-31", "2024-02-30", "006 -X-", "99 -", "1 000,00", "999999999"]
) | st.text(st.characters(codec="utf-8", min_codepoint=32, exclude_characters="<>&\"'\ufffe\uffff"), max_size=8)
NAMES = st.sampled_from(["siren", "type", "dateISO", "id", "adresse", "code", "pays", "devise"])


def element(tag: str, attributes: dict[str, str], inner: list[str]) -> str:
    written = "".join(f" {key}='{value}'" for key, value in attributes.items())
    return f"<{tag}{written}>{''.join(inner)}</{tag}>"


TREES = st.recursive(
    VALUES,
    lambda inner: st.builds(element, TAGS, st.dictionaries(NAMES, VALUES, max_size=2), st.lists(inner, max_size=4)),
    max_leaves=14,
)


async def assert_in_shape(door: Any) -> None:
    for name, ask in PRODUCTS.items():
        end = await outcome(ask(SIREN, door))
        assert isinstance(end, str) or mismatches(CONTRACT, name, 3, end) == []


@settings(max_examples=200, deadline=None, derandomize=True, database=None)
@given(content=TREES, status=STATUSES)
async def test_any_tree_gives_the_published_shape_or_an_error_of_a_registry(content: str, status: int) -> None:
    await assert_in_shape(returning(content, status))
    await assert_in_shape(returning(f'<dossier><entreprise><num_ident siren="1"/>{content}</entreprise></dossier>'))


@settings(max_examples=200, deadline=None, derandomize=True, database=None)
@given(data=st.data())
async def test_a_real_answer_that_was_damaged_does_no_harm(data: st.DataObject) -> None:
    door = at_simulator()
    await extrait_kbis.v3(BUILDER, door)
    body = door.handler(door.asked[0]).body
    start = data.draw(st.integers(0, len(body)))
    end = data.draw(st.integers(start, min(len(body), start + 40)))
    await assert_in_shape(sending(body[:start] + data.draw(st.binary(max_size=6)) + body[end:]))


@pytest.mark.parametrize(
    "body",
    [
        b"<a>" * 50_000,
        b"<a>" * 50_000 + b"</a>" * 50_000,
        b'<!DOCTYPE a [<!ENTITY b "bb"><!ENTITY c "&b;&b;">]><a>&c;</a>',
        b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/hostname">]><a>&b;</a>',
        b'<?xml version="1.0" encoding="inconnu"?><a/>',
        b'<?xml version="1.0" encoding="utf-7"?><a/>',
        b"\xff\xfe<",
        b"<a>\x00</a>",
    ],
    ids=["unclosed", "deep", "entities", "outside", "encoding", "multibyte", "marks", "null"],
)
async def test_dangerous_xml_is_unknown(body: bytes) -> None:
    for ask in PRODUCTS.values():
        assert (await refused(ask(SIREN, sending(body)))).suffix == "999"


FIXTURES = recorded("infogreffe")


@pytest.mark.parametrize("fixture", FIXTURES.values(), ids=FIXTURES.keys())
async def test_recorded_exchanges_give_what_is_expected_of_them(fixture: Recorded) -> None:
    door = sending(fixture.body, fixture.status)
    for name, ask in PRODUCTS.items():
        end = await _end(ask, door)
        if isinstance(end, RegistryError):
            assert f"02{end.suffix}" in fixture.expected
            if "provider_error {code" in fixture.expected:
                told = end.meta["provider_error"]
                assert isinstance(told, dict)
                assert f"code {told['code']}" in fixture.expected
            assert (end.retry_in == 10) == ("retry_in 10" in fixture.expected)
            continue
        assert "200" in fixture.expected
        assert mismatches(CONTRACT, name, 3, end) == []
        officers = end.data if name == "mandataires_sociaux" else end.data["mandataires_sociaux"]
        if "count 12" in fixture.expected:
            assert [one["type"] for one in officers].count("personne_morale") == 2
            assert len(officers) == 12
        if "count 2" in fixture.expected:
            assert len(officers) == 2
        if "fonction null" in fixture.expected:
            assert [one["fonction"] for one in officers] == [None]
        if "empty list" in fixture.expected:
            assert officers == []


async def _end(ask: Any, door: Any) -> Answer[Any] | RegistryError:
    try:
        answer: Answer[Any] = await ask(SIREN, door)
    except RegistryError as error:
        return error
    return answer


async def test_the_order_has_the_elements_of_a_recorded_one_when_it_is_at_hand() -> None:
    """The ordinary test of the order stands in test_infogreffe_simulated.py."""
    door = at_simulator()
    await extrait_kbis.v3(Siren("999100118"), door)
    ours = [one.tag for one in parsed(door.asked[0].body).iter()]
    assert f"{{{SOAP}}}Body" in ours
    for path in sorted((SHARED / "infogreffe" / "fixtures").glob("*.json")):
        recorded_order = json.loads(path.read_text("utf-8"))["exchanges"][0]["request"]["body"]
        assert [one.tag for one in parsed(recorded_order.encode()).iter()] == ours
