# SPDX-License-Identifier: EUPL-1.2
"""From a path to a product: fixed words before parameters, every alias, no ambiguity, nothing unreachable."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.kit.contract import load, load_all
from connectors.kit.facts import Product
from gateway.edge.router import MAX_SEGMENTS, RouteConflict, Router

MODEL = load("insee").products["insee/unite_legale"]


def product(name: str, *paths: str, aliases: tuple[str, ...] = ()) -> Product:
    """A product at these paths, one a version from v3 on; the last version has the aliases."""
    versions = {
        number: replace(MODEL.versions[4], number=number, path=path, aliases=())
        for number, path in enumerate(paths, start=3)
    }
    last = max(versions)
    versions[last] = replace(versions[last], aliases=aliases)
    return replace(MODEL, id=f"essai/{name}", versions=versions)


def found(router: Router, path: str) -> tuple[str, int, dict[str, str]] | None:
    """Product, version and parameters at a path."""
    match = router.match(path)
    return (match.product.id.removeprefix("essai/"), match.version, match.parameters) if match else None


def test_a_fixed_word_comes_before_a_parameter_whatever_the_order() -> None:
    word, any_one = product("mot", "/a/diffusibles/fiche"), product("parametre", "/a/{siren}/fiche")
    for router in (Router([word, any_one]), Router([any_one, word])):
        assert found(router, "/v3/a/diffusibles/fiche") == ("mot", 3, {})
        assert found(router, "/v3/a/999100118/fiche") == ("parametre", 3, {"siren": "999100118"})


def test_a_word_that_leads_nowhere_is_a_parameter_after_all_and_leaves_no_trace() -> None:
    router = Router([product("a", "/a/mot/x"), product("b", "/a/{siren}/y"), product("c", "/{registre}/mot/z/{annee}")])
    assert found(router, "/v3/a/mot/y") == ("b", 3, {"siren": "mot"})
    assert found(router, "/v3/a/mot/z/2024") == ("c", 3, {"registre": "a", "annee": "2024"})
    assert found(router, "/v3/a/mot/z") is None


def test_every_version_s_path_and_alias_leads_to_the_product_under_any_version() -> None:
    router = Router([product("p", "/ancien/{siren}", "/nouveau/{siren}", aliases=("/autre/{siren}", "/b/c/{siren}"))])
    for path in ("/ancien", "/nouveau", "/autre", "/b/c"):
        for version in (1, 3, 4, 9, 999):
            assert found(router, f"/v{version}{path}/1") == ("p", version, {"siren": "1"})


@pytest.mark.parametrize(
    "path",
    [
        "", "/", "v3/a/1", "/v3", "/v3/", "/v3/a", "/v3/a/", "/v3//1", "/v3/a/1/", "/v3/a/1/2", "//v3/a/1", "/V3/a/1",
        "/v/a/1", "/v-3/a/1", "/v3.1/a/1", "/v1000/a/1", "/v٣/a/1", "/3/a/1", "/v3/A/1", "/v3/b/1", "/v3 /a/1",
        "/v4" + "/a" * 5000, "/v3/" + "/" * MAX_SEGMENTS, "/v3/a\n/1",
    ],
    ids=lambda path: repr(path[:20]),
)  # fmt: skip
def test_what_is_not_a_path_of_a_product_leads_nowhere(path: str) -> None:
    assert Router([product("p", "/a/{siren}")]).match(path) is None


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (("/a/b",), ("/a/b",)),
        (("/a/{siren}",), ("/a/{siren}",)),
        (("/a/{siren}",), ("/a/{siret}",)),
        (("/a/{siren}/x",), ("/a/{siret}/y",)),
        (("/x", "/a/b"), ("/a/b", "/y")),
    ],
)
def test_two_products_that_cannot_be_told_apart_do_not_start(first: tuple[str, ...], second: tuple[str, ...]) -> None:
    with pytest.raises(RouteConflict, match="/a/"):
        Router([product("p", *first), product("q", *second)])


def test_an_alias_may_not_stand_on_another_product_s_path() -> None:
    with pytest.raises(RouteConflict):
        Router([product("p", "/a/b"), product("q", "/c", aliases=("/a/b",))])


def test_one_product_may_repeat_its_own_path() -> None:
    assert found(Router([product("p", "/a", "/a", aliases=("/a",))]), "/v4/a") == ("p", 4, {})


def test_the_deepest_path_is_found_and_a_deeper_one_does_not_start() -> None:
    deepest = "/x" * (MAX_SEGMENTS - 3) + "/{siren}"
    assert found(Router([product("p", deepest)]), "/v3" + deepest.replace("{siren}", "1")) == ("p", 3, {"siren": "1"})
    with pytest.raises(RouteConflict, match="segments"):
        Router([product("p", "/x" + deepest)])


SEGMENTS = st.lists(st.sampled_from(["a", "b", "v3", "v4", "", "1", "é", "%2F", "{siren}", ".."]), max_size=14)


@given(SEGMENTS)
def test_no_path_breaks_the_router_and_a_match_says_what_stands_in_the_path(segments: list[str]) -> None:
    router = Router([product("p", "/a/{siren}/b"), product("q", "/a/b/{annee}"), product("r", "/{siren}")])
    path = "/" + "/".join(segments)
    if (match := router.match(path)) is not None:
        assert path.startswith(f"/v{match.version}/")
        assert all(value and value in segments for value in match.parameters.values())


def test_every_published_path_leads_to_its_product() -> None:
    products = [product for contract in load_all().values() for product in contract.products.values()]
    router = Router(products)
    for one in products:
        for number, version in one.versions.items():
            for path in (version.path, *version.aliases):
                match = router.match(f"/v{number}" + path.replace("{", "").replace("}", ""))
                assert match is not None
                assert (match.product.id, match.version) == (one.id, number)
                assert match.parameters == {name: name for name in one.parameters}
