# SPDX-License-Identifier: EUPL-1.2
"""A contract that contradicts itself or its code does not load, and says where it is wrong."""

import importlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import connectors
from connectors.kit.contract import Contract, ContractError, DocumentFields, load, load_all

FACTS = """
registry = "essai"
title = "Registre d'essai"
provider = "ESSAI"
error_prefix = "77"
base_url = "ESSAI_URL"
protocol = "JSON"
connect_timeout_s = 1
timeout_s = 2
max_body_bytes = 1000
concurrency = 4
maintenance = ["01:00-02:00"]
ping = "essai/fiche"
access = { kind = "none" }

[refusals.refus]
suffix = "501"
status = 502
title = "Refus"
detail = "Le registre refuse."
retry_in = 60

[products.fiche]
title = "Fiche"
paths = { v3 = "/essai/{siren}/fiche", v4 = "/essai/{siren}/fiche" }
operations = { v3 = "essai_v3", v4 = "essai_v4" }
deprecated = ["v3"]
open_data = true
scopes = ["fiche"]
pool = "essai"
fresh_for = "1h"
cache_key = ["siren"]
document = { v4 = { url = "url", expires_in = "expires_in" } }
natural_persons = ["personne"]

[products.fiche.groups]
identite = ["nom", "adresse", "links", "meta"]
personne = ["dirigeants"]
document = ["url", "expires_in"]
"""
CODE = """
from typing import TypedDict

from connectors.kit import Answer, Caller, Registry, Siren


class Dirigeant(TypedDict):
    nom: str


class Adresse(TypedDict):
    voie: str | None
    commune: str | None


class Fiche(TypedDict):
    nom: str
    adresse: Adresse


class FicheComplete(TypedDict):
    nom: str
    adresse: Adresse
    dirigeants: list[Dirigeant]
    url: str | None
    expires_in: int | None


class Links(TypedDict):
    siege: str


class Meta(TypedDict):
    date: int | None


async def v3(siren: Siren, essai: Registry) -> Answer[Fiche]:
    raise NotImplementedError


async def v4(siren: Siren, caller: Caller, essai: Registry) -> Answer[FicheComplete]:
    raise NotImplementedError
"""
PING = "async def ping(registry): ...\n"
Load = Callable[..., Contract]


@pytest.fixture
def essai(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Load]:
    """Loads the contract of a registry written for the test: the good one, with replacements in its facts or code."""
    folder = tmp_path / "essai"
    folder.mkdir()
    monkeypatch.setattr(connectors, "__path__", [*connectors.__path__, str(tmp_path)])

    def build(facts: tuple[str, str] = ("", ""), code: tuple[str, str] = ("", "")) -> Contract:
        assert facts[0] in FACTS
        assert code[0] in CODE
        (folder / "contract.toml").write_text(FACTS.replace(*facts, 1), "utf-8")
        (folder / "fiche.py").write_text(CODE.replace(*code, 1), "utf-8")
        (folder / "ping.py").write_text(PING, "utf-8")
        importlib.invalidate_caches()
        return load("essai", tmp_path)

    yield build
    for name in [name for name in sys.modules if name.startswith("connectors.essai")]:
        del sys.modules[name]
    if hasattr(connectors, "essai"):
        del connectors.essai


def test_a_good_contract_loads_with_its_code(essai: Load) -> None:
    contract = essai()
    assert (contract.registry, contract.pings) == ("essai", ("essai/fiche",))
    assert contract.probe.__name__ == "ping"
    assert (contract.timeout_s, contract.max_body_bytes, len(contract.maintenance)) == (2.0, 1000, 1)
    product = contract.products["essai/fiche"]
    assert product.parameters == ("siren",)
    assert product.open_data
    assert product.natural_persons == {"personne"}
    old, new = product.versions[3], product.versions[4]
    assert (old.deprecated, new.deprecated) == (True, False)
    assert (old.document, new.document) == (None, DocumentFields("url", "expires_in"))
    assert old.arguments == {"siren": "siren", "essai": "registry"}
    assert new.arguments == {"siren": "siren", "caller": "caller", "essai": "registry"}
    assert list(old.fields) == ["nom", "adresse.voie", "adresse.commune", "links.siege", "meta.date"]


def test_groups_are_expanded_to_explicit_fields(essai: Load) -> None:
    product = essai().products["essai/fiche"]
    assert product.groups == {
        "identite": ("nom", "adresse.commune", "adresse.voie", "links.siege", "meta.date"),
        "personne": ("dirigeants[].nom",),
        "document": ("url", "expires_in"),
    }
    assert product.fields_of("personne", 3) == ()
    assert product.fields_of("personne", 4) == ("dirigeants[].nom",)


def test_a_refusal_is_worded_by_its_table(essai: Load) -> None:
    contract = essai()
    error = contract.refusal("refus", [{"code": "X"}])
    assert (error.suffix, error.status, error.title, error.retry_in) == ("501", 502, "Refus", 60)
    assert error.provider_errors == [{"code": "X"}]
    with pytest.raises(KeyError):
        contract.refusal("autre")


def test_several_pings_may_lead_to_one_registry(essai: Load) -> None:
    contract = essai(facts=('"essai/fiche"', '["essai/fiche", "essai/autre-fiche"]'))
    assert contract.pings == ("essai/fiche", "essai/autre-fiche")


def test_a_collection_is_described_by_its_items(essai: Load) -> None:
    product = essai(code=("Answer[FicheComplete]", "Answer[list[FicheComplete]]")).products["essai/fiche"]
    assert product.versions[4].collection
    assert "adresse.voie" in product.versions[4].fields


@pytest.mark.parametrize(
    ("facts", "complaint"),
    [
        (('title = "Registre', 'couleur = "bleu"\ntitle = "Registre'), r"unknown keys \['couleur'\]"),
        (('registry = "essai"', 'registry = "autre"'), "`registry` is not the folder's name"),
        (('"77"', '"7"'), "`error_prefix` is two digits"),
        (('suffix = "501"', 'suffix = "51"'), "refusals.refus: `suffix` is three digits"),
        (("retry_in = 60", 'retry_after = "60"'), "retry_after"),
        (('"essai/fiche"', '"Essai"'), "ping: `Essai` is not an id"),
        (('"essai/fiche"', '["essai/fiche", "essai/fiche"]'), "ping: an id stands twice"),
        (('kind = "none"', 'kind = "basic"'), "access.kind is one of"),
        (("01:00-02:00", "1h-2h"), "unknown maintenance window `1h-2h`"),
        (("connect_timeout_s = 1\n", ""), "connect_timeout_s"),
        (("[products.fiche]", "[products.Fiche]"), "products.Fiche"),
        (('title = "Fiche"', 'titre = "Fiche"'), r"products.fiche: unknown keys \['titre'\]"),
        (('{ v3 = "/essai/{siren}/fiche", v4 = "/essai/{siren}/fiche" }', "{}"), "products.fiche: no path"),
        (('v3 = "/essai/', 'v3 = "essai/'), "products.fiche.paths.v3: not a path"),
        (('v3 = "/essai/{siren}', 'v3 = "/essai/{siren}/{annee}'), "the versions do not take the same parameters"),
        (('fresh_for = "1h"', 'fresh_for = "longtemps"'), "unknown freshness `longtemps`"),
        (('cache_key = ["siren"]', 'cache_key = ["recipient"]'), "products.fiche.cache_key"),
        (('url = "url"', 'url = "lien"'), "products.fiche.v4: the document's fields are not in the schema"),
        (('natural_persons = ["personne"]', 'natural_persons = ["gens"]'), r"unknown groups \['gens'\]"),
        (('personne = ["dirigeants"]', 'personne = ["gerants"]'), "products.fiche.groups.personne: `gerants`"),
        (('personne = ["dirigeants"]', "personne = []"), "products.fiche.groups.personne: empty"),
        (('["dirigeants"]', '["dirigeants", "adresse.voie"]'), "`adresse.voie` stands in identite and personne"),
        (('"nom", "adresse", ', '"nom", "adresse.voie", '), r"fields in no group: \['adresse.commune'\]"),
        (('v4 = "essai_v4"', 'v5 = "essai_v5"'), "v4"),
    ],
    ids=[
        "unknown_key", "folder", "prefix", "suffix", "refusal_key", "ping_shape", "ping_twice", "access",
        "window", "missing_key", "product_name", "product_key", "no_path", "path_shape", "parameters", "freshness",
        "cache_key", "document", "persons", "no_such_field", "empty_group", "two_groups", "no_group", "operation",
    ],
)  # fmt: skip
def test_a_wrong_fact_names_where_it_stands(facts: tuple[str, str], complaint: str, essai: Load) -> None:
    with pytest.raises(ContractError, match=complaint) as caught:
        essai(facts=facts)
    assert str(caught.value).startswith("essai/contract.toml: ")


@pytest.mark.parametrize(
    ("code", "complaint"),
    [
        (("async def v4", "async def v5"), "connectors.essai.fiche has no `async def v4`"),
        (("async def v4", "def v4"), "connectors.essai.fiche has no `async def v4`"),
        (("Answer[FicheComplete]", "FicheComplete"), r"v4 does not return an Answer\[…\]"),
        (("caller: Caller", "qui: str"), "argument `qui` is neither a parameter, the caller nor the registry"),
        (("siren: Siren, essai: Registry", "siren: Siren"), "products.fiche.v3: the conversation is not handed"),
        (("nom: str\n", "nom: str | int\n"), "a field has one type, or one type and null"),
        (("from connectors.kit import", "from connectors.kut import"), "connectors.kut"),
    ],
    ids=["missing", "not_async", "bare", "argument", "no_registry", "schema", "import"],
)
def test_code_that_contradicts_its_contract_is_named(code: tuple[str, str], complaint: str, essai: Load) -> None:
    with pytest.raises(ContractError, match=complaint) as caught:
        essai(code=code)
    assert str(caught.value).startswith("essai/contract.toml: ")


def test_a_registry_without_products_is_refused(essai: Load) -> None:
    products = FACTS[FACTS.index("[products.fiche]") :]
    with pytest.raises(ContractError, match="a registry without products is not one"):
        essai(facts=(products, "[products]\n"))


def test_a_product_without_its_module_is_named(essai: Load) -> None:
    with pytest.raises(ContractError, match=r"connectors\.essai\.notice"):
        essai(facts=("[products.fiche]", "[products.notice]"))


def test_a_file_that_is_absent_or_not_toml_is_named(essai: Load, tmp_path: Path) -> None:
    with pytest.raises(ContractError, match=r"absent/contract\.toml"):
        load("absent", tmp_path)
    with pytest.raises(ContractError, match=r"essai/contract\.toml"):
        essai(facts=('registry = "essai"', "registry ="))


def test_every_registry_in_the_house_loads() -> None:
    house = load_all()
    assert {"urssaf", "dgfip"} <= house.keys()
    prefixes = [contract.error_prefix for contract in house.values()]
    pings = [ping for contract in house.values() for ping in contract.pings]
    assert len(set(prefixes)) == len(prefixes)
    assert len(set(pings)) == len(pings)
