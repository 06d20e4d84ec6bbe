# SPDX-License-Identifier: EUPL-1.2
"""Promise 2 as properties, over schemas, grants and payloads of any shape."""

from collections.abc import Iterator
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.kit import Answer
from connectors.kit.contract import Product
from connectors.kit.schema import Array, Leaf, Node, Object
from gateway.purpose.model import PolicyError
from gateway.purpose.project import compile_release
from gateway.values import Release
from tests.gateway.purpose.purpose_world import product_of, version_of

CASES = settings(deadline=None, derandomize=True, max_examples=150)

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
