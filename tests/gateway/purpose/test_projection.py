# SPDX-License-Identifier: EUPL-1.2
"""Promise 2: whatever a registry sends, every value that leaves stands on a granted field, and the keys always stay."""

import pytest

from connectors.kit import Answer
from connectors.kit.schema import Array, Leaf, Node, Object
from gateway.purpose.model import PolicyError
from gateway.purpose.project import compile_release
from gateway.values import Release
from tests.gateway.purpose.purpose_world import FACT, GROUPS, YEARS, answer, product_of, version_of


def fact(*groups: str) -> Release:
    return compile_release(FACT, FACT.versions[3], groups)


def test_everything_granted_is_the_answer_itself_key_by_key() -> None:
    given_ = answer()
    out = fact(*GROUPS).narrow(given_)
    assert (out.data, out.links, out.meta) == (given_.data, given_.links, given_.meta)
    assert list(out.data) == ["numero", "actif", "taux", "lien", "proprietaire", "boutiques"]
    assert out.data is not given_.data


def test_withheld_fields_are_null_and_their_keys_stay() -> None:
    release = fact("base", "lieux")
    out = release.narrow(answer())
    assert out.data == {
        "numero": "n1",
        "actif": True,
        "taux": None,
        "lien": None,
        "proprietaire": {"nom": None, "age": None},
        "boutiques": [{"ville": "Rennes", "rang": 1}, {"ville": None, "rang": 2}],
    }
    assert (out.links, out.meta) == ({"suite": None}, {"maj": None})
    assert release.withheld == ("taux", "proprietaire.nom", "proprietaire.age", "links.suite", "meta.maj")
    assert release.fields == {"numero", "actif", "lien", "boutiques[].ville", "boutiques[].rang"}


def test_items_of_a_collection_are_narrowed_one_by_one() -> None:
    release = compile_release(YEARS, YEARS.versions[3], ["annees"])
    out = release.narrow(Answer([{"annee": 2023, "montant": 5}, {"annee": 2024, "montant": None, "secret": 1}]))
    assert out.data == [{"annee": 2023, "montant": None}, {"annee": 2024, "montant": None}]
    assert release.narrow(Answer([])).data == []


def test_keys_the_contract_does_not_know_never_leave() -> None:
    sent = answer()
    sent.data["secret"] = 1
    sent.data["proprietaire"]["adresse"] = "x"
    sent.data["boutiques"][0]["tel"] = "x"
    out = fact(*GROUPS).narrow(Answer(sent.data, {"suite": None, "autre": 1}, {"maj": 1, "autre": 1}))
    assert (out.data, out.links, out.meta) == (answer().data, {"suite": None}, {"maj": 1})


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("numero", 1),
        ("numero", None),
        ("actif", 1),
        ("actif", "true"),
        ("taux", True),
        ("taux", "1"),
        ("lien", []),
        ("proprietaire", None),
        ("proprietaire", "x"),
        ("proprietaire", []),
        ("boutiques", {}),
        ("boutiques", [None]),
        ("boutiques", "x"),
    ],
)
def test_a_value_of_a_type_the_contract_does_not_announce_stops_the_answer(path: str, value: object) -> None:
    sent = answer()
    sent.data[path] = value
    with pytest.raises(ValueError, match=path):
        fact(*GROUPS).narrow(sent)


def test_subclasses_of_announced_types_are_not_announced() -> None:
    class Loud(str):
        __slots__ = ()

    sent = answer()
    sent.data["numero"] = Loud("n1")
    with pytest.raises(ValueError, match="numero"):
        fact("base").narrow(sent)


def test_null_objects_and_lists_pass_where_the_contract_allows_null() -> None:
    sent = answer()
    sent.data["boutiques"] = None
    assert fact("base").narrow(sent).data["boutiques"] is None


@pytest.mark.parametrize("groups", [tuple(GROUPS), ("base",)])
@pytest.mark.parametrize("path", ["numero", "taux", "proprietaire", "boutiques"])
def test_a_missing_key_stops_the_answer(path: str, groups: tuple[str, ...]) -> None:
    sent = answer()
    del sent.data[path]
    with pytest.raises(ValueError, match=path):
        fact(*groups).narrow(sent)


@pytest.mark.parametrize("data", [None, [], "x", 1])
def test_an_answer_that_is_no_object_stops(data: object) -> None:
    with pytest.raises(ValueError, match="data"):
        fact(*GROUPS).narrow(Answer(data, {"suite": None}, {"maj": None}))
    with pytest.raises(ValueError, match="data"):
        compile_release(YEARS, YEARS.versions[3], ["annees"]).narrow(Answer({"annee": 1, "montant": 1}))


def test_errors_never_carry_the_value() -> None:
    sent = answer()
    sent.data["proprietaire"]["nom"] = ["Durand, secret"]
    with pytest.raises(ValueError, match=r"proprietaire\.nom") as caught:
        fact(*GROUPS).narrow(sent)
    assert "Durand" not in repr(caught.value)


def test_what_is_wholly_withheld_is_never_looked_at_so_its_shape_tells_nothing() -> None:
    child: dict[str, Node] = {"nom": Leaf((str, type(None)), True, True)}
    schema = Object(
        {"id": Leaf((str,), False, False), "o": Object(child, nullable=True), "l": Array(Object(child), True)}
    )
    product = product_of("p", {3: version_of(schema)}, {"id": ("id",), "reste": ("o.nom", "l[].nom")})
    narrow = compile_release(product, product.versions[3], ["id"]).narrow
    shapes: list[tuple[object, object]] = [(None, None), ({"nom": "x"}, [{"nom": "x"}] * 3), (7, "x")]
    outs = [narrow(Answer({"id": "1", "o": o, "l": items})).data for o, items in shapes]
    assert outs == [{"id": "1", "o": {"nom": None}, "l": None}] * 3


def test_two_answers_never_share_what_they_hold() -> None:
    narrow = fact("base").narrow
    first, second = narrow(answer()).data, narrow(answer()).data
    assert first["proprietaire"] is not second["proprietaire"]
    assert first is not second


def test_a_field_promised_without_null_must_be_granted() -> None:
    with pytest.raises(PolicyError, match=r"ne peut pas offrir r/fact v3 sans le champ « numero ».*groupe « base »"):
        fact("taux")


def test_a_field_that_may_lack_must_be_granted_too() -> None:
    leaf = Leaf((str, type(None)), True, withholdable=False)
    free = Leaf((str, type(None)), True, withholdable=True)
    product = product_of("p", {3: version_of(Object({"a": leaf, "b": free}))}, {"a": ("a",), "b": ("b",)})
    with pytest.raises(PolicyError, match="sans le champ « a »"):
        compile_release(product, product.versions[3], ["b"])


def test_a_list_without_null_cannot_be_withheld_since_its_length_would_tell() -> None:
    free = Leaf((str, type(None)), True, True)
    schema = Object({"a": free, "l": Array(Object({"b": free}))})
    product = product_of("p", {3: version_of(schema)}, {"a": ("a",), "l": ("l[].b",)})
    with pytest.raises(PolicyError, match=r"sans le champ « l\[\]\.b »"):
        compile_release(product, product.versions[3], ["a"])


def test_a_collection_cannot_be_offered_without_any_field_of_its_items() -> None:
    free = Leaf((int, type(None)), True, True)
    version = version_of(Array(Object({"a": free})), meta=Object({"count": free}))
    product = product_of("p", {3: version}, {"items": ("a",), "meta": ("meta.count",)})
    with pytest.raises(PolicyError, match="sans le champ « a »"):
        compile_release(product, version, ["meta"])


def test_the_digest_of_a_release_depends_on_its_fields_and_not_on_their_order() -> None:
    assert fact("base", "taux").digest == fact("taux", "base").digest
    assert fact("base", "taux").digest != fact("base").digest
