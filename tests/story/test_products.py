# SPDX-License-Identifier: EUPL-1.2
"""Every path answers for the personas, in the contract's shape."""

from functools import cache
from typing import Any

import pytest

from connectors.kit.contract import Product, Version, load_all
from connectors.kit.schema import Array, Node, Object, leaves
from connectors.kit.simulation import load_world
from connectors.kit.simulation.asking import parameters_of
from gateway.purpose.load import default_folder
from gateway.purpose.load import load as load_policies
from gateway.purpose.model import Policies

PRODUCTS = [
    pytest.param(product, version, id=f"{product.id}-v{version.number}")
    for contract in load_all().values()
    for product in contract.products.values()
    for version in product.versions.values()
]


PERSONAS = {persona.siren: persona for persona in load_world().personas}


def path_of(product: Product, version: Version, persona: dict[str, Any]) -> str:
    return f"/v{version.number}" + version.path.format(**parameters_of(product, PERSONAS[persona["siren"]]))


@pytest.mark.parametrize(("product", "version"), PRODUCTS)
def test_every_product_answers_with_all_the_keys_of_its_contract(
    get: Any, sandbox: Any, product: Product, version: Version
) -> None:
    """To the purpose of public procurement, or to the fight against fraud where procurement may not ask."""
    procurement = policies().rules.get(("marches_publics", product.id)) is not None
    purpose = "marches_publics" if procurement else "detection_fraude"
    token = sandbox.token(purpose)
    for trait in ("grand_constructeur", "association"):
        answer = get(path_of(product, version, sandbox.persona(trait)), token=token)
        if answer.status_code == 200:
            break
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/vnd.api+json"
    body = answer.json()
    assert list(body) == ["data", "links", "meta"]
    assert body["meta"].pop("passerelle")["finalite"] == purpose
    assert body["meta"].pop("receipt").rpartition("/")[2] == answer.headers["dlnuf-receipt"]
    items = body["data"] if version.collection else [{"data": body["data"], "links": {}, "meta": {}}]
    assert items
    for item in items:
        assert set(item) == {"data", "links", "meta"}
        shape = version.data.item if isinstance(version.data, Array) else version.data
        wanted = {name for name, _ in leaves(shape) if "[]" not in name}
        own_meta = keys(shape) == {"data", "meta"}  # items with a meta of their own
        assert present(wanted, item if own_meta else item["data"]) == wanted
    assert set(body["meta"]) == keys(version.meta)
    assert set(body["links"]) == keys(version.links)
    for link in body["links"].values():
        assert link is None or link.startswith(f"{sandbox.address}/v")


@cache
def policies() -> Policies:
    return load_policies(default_folder(), load_all())


def keys(node: Node) -> set[str]:
    assert isinstance(node, Object)
    return set(node.keys)


def present(wanted: set[str], data: Any) -> set[str]:
    """Those of the fields that stand in the data, or below an object that is null there."""
    return {name for name in wanted if stands(name.split("."), data)}


def stands(path: list[str], value: Any) -> bool:
    return not path or value is None or (path[0] in value and stands(path[1:], value[path[0]]))


OUTCOMES = {
    "saine": ("ok", 200),
    "refus_urssaf": ("refus_de_delivrance", 200),
    "hors_perimetre_dgfip": ("ok", 404),
    "association": ("ok", 404),
    "grand_constructeur": ("ok", 200),
    "refus_dgfip": ("ok", 404),
}


@pytest.mark.parametrize(("trait", "outcome"), OUTCOMES.items())
def test_personas_have_the_same_story_everywhere(get: Any, sandbox: Any, trait: str, outcome: tuple[str, int]) -> None:
    persona = sandbox.persona(trait)
    company = get(f"/v4/insee/sirene/unites_legales/{persona['siren']}").json()["data"]
    assert company["siret_siege_social"] == persona["siret"]
    assert persona["name"] == company["personne_morale_attributs"]["raison_sociale"]
    vigilance = get(f"/v4/urssaf/unites_legales/{persona['siren']}/attestation_vigilance").json()["data"]
    tax = get(f"/v4/dgfip/unites_legales/{persona['siren']}/attestation_fiscale")
    assert (vigilance["entity_status"]["code"], tax.status_code) == outcome


def test_a_company_under_analysis_is_told_to_come_back_in_two_days(get: Any, sandbox: Any) -> None:
    answer = get(f"/v4/urssaf/unites_legales/{sandbox.persona('analyse_urssaf')['siren']}/attestation_vigilance")
    (error,) = answer.json()["errors"]
    assert (answer.status_code, error["code"], error["meta"]) == (
        502,
        "04501",
        {"provider": "ACOSS", "retry_in": 172800},
    )


def test_a_duplicate_redirects_to_the_company_it_stands_for(get: Any, sandbox: Any) -> None:
    duplicate, company = sandbox.persona("doublon"), sandbox.persona("saine")
    unit = get(f"/v4/insee/sirene/unites_legales/{duplicate['siren']}").json()
    assert (unit["data"]["siren"], unit["meta"]["redirect_from_siren"]) == (company["siren"], duplicate["siren"])
    place = get(f"/v4/insee/sirene/etablissements/{duplicate['siret']}").json()
    assert (place["data"]["siret"], place["meta"]["redirect_from_siret"]) == (company["siret"], duplicate["siret"])


def test_a_sole_trader_who_asked_for_discretion_is_masked_on_open_paths_only(get: Any, sandbox: Any) -> None:
    siren = sandbox.persona("diffusion_partielle")["siren"]
    opened = get(f"/v4/insee/sirene/unites_legales/diffusibles/{siren}").json()["data"]
    whole = get(f"/v4/insee/sirene/unites_legales/{siren}").json()["data"]
    assert set(opened["personne_physique_attributs"].values()) == {"[ND]"}
    assert whole["personne_physique_attributs"]["nom_naissance"] == "TRESMONTANT"
    assert (opened["diffusable_commercialement"], whole["diffusable_commercialement"]) == (True, False)


def test_a_closed_company_is_an_answer(get: Any, sandbox: Any) -> None:
    data = get(f"/v4/insee/sirene/unites_legales/{sandbox.persona('fermee')['siren']}").json()["data"]
    assert data["etat_administratif"] == "C"
    assert isinstance(data["date_cessation"], int)


def test_dates_of_insee_are_seconds_of_midnight_in_paris(get: Any, sandbox: Any) -> None:
    data = get(f"/v4/insee/sirene/unites_legales/{sandbox.persona('saine')['siren']}").json()["data"]
    assert data["date_creation"] == 1235948400  # 2 March 2009, 00:00 in Paris, 23:00 UTC of the day before


def test_v3_and_v4_differ_by_the_activity_code(get: Any, sandbox: Any) -> None:
    siren = sandbox.persona("saine")["siren"]
    old = get(f"/v3/insee/sirene/unites_legales/{siren}").json()["data"]
    new = get(f"/v4/insee/sirene/unites_legales/{siren}").json()["data"]
    assert (old["activite_principale"]["nomenclature"], new["activite_principale"]["nomenclature"]) == (
        "NAFRev2",
        "NAF2025",
    )
    assert new.pop("activite_principale_naf_rev2") == old.pop("activite_principale")
    new.pop("activite_principale")
    assert new == old
