# SPDX-License-Identifier: EUPL-1.2
"""Promise 2: whatever a registry sends, every value that leaves stands on a granted field, and the keys always stay."""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.kit import Answer
from connectors.kit.contract import Product
from connectors.kit.schema import Array, Leaf, Node, Object
from gateway.purpose.model import PolicyError
from gateway.purpose.project import compile_release
from gateway.values import Release
from tests.gateway.purpose.purpose_world import FACT, GROUPS, YEARS, answer, product_of, version_of

CASES = settings(deadline=None, derandomize=True, max_examples=150)


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
    child = {"nom": Leaf((str, type(None)), True, True)}
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


# Properties, over schemas and payloads of any shape.

KEYS = st.sampled_from(["a", "b", "c", "d"])
VALUES = {str: st.text(max_size=3), int: st.integers(), float: st.floats(allow_nan=False), bool: st.booleans()}
JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)


@st.composite
def a_leaf(draw: st.DrawFn) -> Leaf:
    kinds = draw(st.sampled_from([(str,), (int,), (float, int), (bool,)]))
    nullable = draw(st.booleans())
    return Leaf((*kinds, type(None)) if nullable else kinds, nullable, nullable and draw(st.booleans()))


NODES: st.SearchStrategy[Node] = st.recursive(
    a_leaf(),
    lambda inner: (
        st.builds(Object, st.dictionaries(KEYS, inner, max_size=3), st.booleans())
        | st.builds(Array, inner, st.booleans())
    ),
    max_leaves=8,
)


@st.composite
def a_product(draw: st.DrawFn) -> Product:
    """Any schema; every field is a group of its own."""
    body = Object(draw(st.dictionaries(KEYS, NODES, min_size=1, max_size=4)))
    version = version_of(Array(body) if draw(st.booleans()) else body, links=Object({"k": draw(a_leaf())}))
    return product_of("p", {3: version}, {name: (name,) for name in version.fields})


@st.composite
def a_choice(draw: st.DrawFn, product: Product) -> list[str]:
    """Fields to grant: all that cannot be withheld, and some of the others."""
    fields = product.versions[3].fields
    return [name for name, leaf in fields.items() if not leaf.withholdable or draw(st.booleans())]


def payload(node: Node) -> st.SearchStrategy[Any]:
    """A payload of the published shape, with keys that are none of the contract's."""
    match node:
        case Leaf(kinds, nullable):
            value = st.one_of(*(VALUES[kind] for kind in kinds if kind in VALUES))
            return value | st.none() if nullable else value
        case Array(item, nullable):
            items = st.lists(payload(item), max_size=2)
            return items | st.none() if nullable else items
        case Object(keys, nullable):
            known = st.fixed_dictionaries({key: payload(child) for key, child in keys.items()})
            whole = st.builds(lambda extra, true: {**extra, **true}, st.just({"zz": "en trop"}), known)
            return whole | st.none() if nullable else whole


def stands(value: Any, path: str = "", where: str = "") -> Iterator[tuple[str, str, Any]]:
    """Every value that is not null: the field it stands on, where exactly, and itself."""
    if isinstance(value, dict):
        for key, child in value.items():
            yield from stands(child, f"{path}.{key}" if path else key, f"{where}.{key}")
    elif isinstance(value, list):
        for rank, child in enumerate(value):
            yield from stands(child, f"{path}[]", f"{where}[{rank}]")
    elif value is not None:
        yield path, where, value


def entries(product: Product, body: Any, links: Any) -> list[tuple[str, str, Any]]:
    """Every value of an answer that is not null, items of a collection one by one."""
    items = body if product.versions[3].collection else [body]
    found = [entry for rank, item in enumerate(items) for entry in stands(item, "", str(rank))]
    return found + list(stands(links, "links", "links"))


def out_of(release: Release, product: Product, body: Any, links: Any) -> list[tuple[str, str, Any]]:
    """What left, value by value; the keys are checked against the schema on the way."""
    version = product.versions[3]
    out = release.narrow(Answer(body, links))
    assert_keys(version.data, out.data)
    assert_keys(version.links, out.links)
    assert out.meta == {}
    return entries(product, out.data, out.links)


def assert_keys(node: Node, value: Any) -> None:
    match node:
        case Object(keys, nullable):
            if value is None:
                assert nullable
                return
            assert list(value) == list(keys)
            for key, child in keys.items():
                assert_keys(child, value[key])
        case Array(item, nullable):
            if value is None:
                assert nullable
                return
            for one in value:
                assert_keys(item, one)
        case Leaf(kinds, nullable):
            assert type(value) in kinds or (nullable and value is None)


def compiled(product: Product, groups: list[str]) -> Release | None:
    try:
        return compile_release(product, product.versions[3], groups)
    except PolicyError:
        return None


@CASES
@given(st.data())
def test_every_value_out_stands_on_a_granted_field_and_is_the_registrys(data: st.DataObject) -> None:
    product = data.draw(a_product())
    release = compiled(product, data.draw(a_choice(product)))
    version = product.versions[3]
    body, links = data.draw(payload(version.data)), data.draw(payload(version.links))
    if release is None:
        return
    sent = {where: value for _, where, value in entries(product, body, links)}
    for field, where, value in out_of(release, product, body, links):
        assert field in release.fields
        assert sent[where] is value


@CASES
@given(st.data())
def test_removing_a_grant_never_shows_more(data: st.DataObject) -> None:
    product = data.draw(a_product())
    more = data.draw(a_choice(product))
    fewer = [name for name in more if data.draw(st.booleans())]
    large, small = compiled(product, more), compiled(product, fewer)
    version = product.versions[3]
    body, links = data.draw(payload(version.data)), data.draw(payload(version.links))
    if large is None or small is None:
        return
    shown = {where for _, where, _ in out_of(small, product, body, links)}
    assert shown <= {where for _, where, _ in out_of(large, product, body, links)}


@CASES
@given(st.data())
def test_any_payload_at_all_is_narrowed_or_refused_with_value_error(data: st.DataObject) -> None:
    product = data.draw(a_product())
    release = compiled(product, data.draw(a_choice(product)))
    body, links = data.draw(JUNK), data.draw(JUNK)
    if release is None:
        return
    try:
        found = out_of(release, product, body, links)
    except ValueError:
        return
    assert {field for field, _, _ in found} <= release.fields


@CASES
@given(st.data())
def test_withheld_and_granted_make_up_the_contract(data: st.DataObject) -> None:
    product = data.draw(a_product())
    release = compiled(product, data.draw(a_choice(product)))
    if release is None:
        return
    assert set(release.withheld) | release.fields == set(product.versions[3].fields)
    assert not set(release.withheld) & release.fields
