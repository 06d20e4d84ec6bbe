# SPDX-License-Identifier: EUPL-1.2
"""Whatever API Association sends, the published shape comes out, or a registry's error; recorded exchanges as said."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.kit.simulation.door import SimulatedDoor
from tests.connectors.djepva_rna.djepva_answers import (
    ASSOCIATIONS,
    CONTRACT,
    PRODUCTS,
    RNA,
    ask,
    at_simulator,
    sending,
    structure,
    suffix,
)
from tests.connectors.kit.doors import STATUSES, Recorded, mismatches, outcome, recorded

TAGS = st.sampled_from(
    ["identite", "activites", "etablissements", "etablissement", "documents", "document_rna", "document_dac", "meta",
     "nbDocRna", "time", "url", "rhs", "rh", "comptes", "compte", "dons", "id_siret", "agrements", "agrement",
     "representants_legaux", "representant_legal", "composition_reseau", "membre", "erreur", "proxy_correspondance"]
)  # fmt: skip
VALUES = st.sampled_from(
    ["", "0", "true", "0001-01-01", "2024-02-30", "1604185200", "99999999999", "-1", "1e5", RNA, "RIB", "http://[",
     "http://localhost:8181/services/a", "https://x.fr/apim/api-asso/a", "with statusCode: 404", "supprimé"]
)  # fmt: skip
WORDS = st.text(st.characters(codec="utf-8", min_codepoint=32, exclude_characters="<>&\"'\ufffe\uffff"), max_size=8)


def element(tag: str, year: str, inner: list[str]) -> str:
    return f"<{tag} annee='{year}'>{''.join(inner)}</{tag}>"


TREES = st.recursive(
    VALUES | WORDS, lambda inner: st.builds(element, TAGS, VALUES, st.lists(inner, max_size=4)), max_leaves=14
)


async def assert_in_shape(door: SimulatedDoor) -> None:
    for name, (version, conversation) in PRODUCTS.items():
        end = await outcome(conversation(RNA, door))
        assert isinstance(end, str) or mismatches(CONTRACT, name, version, end) == []


@settings(max_examples=150, deadline=None, derandomize=True, database=None)
@given(content=TREES, status=STATUSES)
async def test_any_tree_gives_the_published_shape_or_an_error_of_a_registry(content: str, status: int) -> None:
    await assert_in_shape(structure(content, status=status))
    await assert_in_shape(structure(content))


@settings(max_examples=150, deadline=None, derandomize=True, database=None)
@given(data=st.data())
async def test_a_real_answer_that_was_damaged_does_no_harm(data: st.DataObject) -> None:
    door = at_simulator()
    await ask("association", door)
    body = door.handler(door.asked[0]).body
    start = data.draw(st.integers(0, len(body)))
    end = data.draw(st.integers(start, min(len(body), start + 60)))
    await assert_in_shape(sending(body[:start] + data.draw(st.binary(max_size=6)) + body[end:]))


@pytest.mark.parametrize(
    "body",
    [b"<asso>" * 20_000, b'<!DOCTYPE a [<!ENTITY b "b">]><asso>&b;</asso>',
     b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/hostname">]><asso>&b;</asso>',
     b'<?xml version="1.0" encoding="inconnu"?><asso/>'],
    ids=["unclosed", "entity", "outside", "encoding"],
)  # fmt: skip
async def test_dangerous_xml_is_unknown(body: bytes) -> None:
    for product in PRODUCTS:
        assert await suffix(product, sending(body)) == "999"


async def test_thousands_of_establishments_are_read_in_one_go() -> None:
    rows = "".join(f"<etablissement><id_siret>{rank:014}</id_siret></etablissement>" for rank in range(3000))
    people = "".join(f"<rh annee='2024'><id_siret>{rank:014}</id_siret></rh>" for rank in range(3000))
    door = structure(f"<etablissements>{rows}</etablissements><rhs>{people}</rhs>")
    places = (await ask("association_protegee", door)).data["etablissements"]
    assert [len(place["rhs"]) for place in places] == [1] * 3000


FIXTURES = recorded("djepva_rna")


@pytest.mark.parametrize("fixture", FIXTURES.values(), ids=FIXTURES.keys())
async def test_recorded_exchanges_give_what_is_expected_of_them(fixture: Recorded) -> None:
    door = sending(fixture.body, fixture.status)
    for name, (version, conversation) in PRODUCTS.items():
        end = await outcome(conversation(RNA, door))
        if not isinstance(end, str):
            assert mismatches(CONTRACT, name, version, end) == []
            assert fixture.expected.startswith("200")
            if name == "documents" and "nombre_documents" in fixture.expected:
                assert end.meta["nombre_documents"] == int(fixture.expected.split("nombre_documents ")[1].split(",")[0])
                assert (None in [one["timestamp"] for one in end.data]) == ("timestamp null" in fixture.expected)
            if name not in ("association", "documents") and "agrements[0].url" in fixture.expected:
                assert end.data["agrements"][0]["url"].startswith("https://passerelle.test/proxy/files//apim/api-asso/")
        elif name in ASSOCIATIONS:
            assert (end, "404" in fixture.expected) == ("003", True)
        else:
            assert end == ("001" if "21001" in fixture.expected else "003")
