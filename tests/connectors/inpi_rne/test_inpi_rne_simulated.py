# SPDX-License-Identifier: EUPL-1.2
"""The conversation with the simulated RNE: every persona, the login, the files, the ping, the contract."""

import base64
import json
from datetime import timedelta
from typing import Any, cast

import orjson
import pytest

from connectors.inpi_rne.ping import ping
from connectors.inpi_rne.simulator import simulator
from connectors.kit import Answer, RegistryError
from connectors.kit.pdf import is_pdf, pages
from connectors.kit.simulation import Asked, Persona
from tests.connectors.inpi_rne.inpi_rne_door import (
    BUILDER,
    CONTRACT,
    PRODUCTS,
    WORLD,
    ask,
    at_simulator,
    company,
    logged_in,
)
from tests.connectors.kit.doors import NOW, answering, data_of, mismatches, outcome

NOT_ENTERED = {"999100449", "999100779", "999100993", "999101439"}
SOLE_TRADERS = {"999100555", "999101108"}
CLOSED = "999100662"
SITE = "https://passerelle.test/proxy/files/"


@pytest.mark.parametrize("product", PRODUCTS)
@pytest.mark.parametrize("persona", WORLD.personas, ids=lambda persona: persona.siren)
async def test_every_persona_has_its_answer_in_the_published_shape(product: str, persona: Persona) -> None:
    got = await outcome(ask(product, at_simulator(), persona.siren))
    silent = NOT_ENTERED if product == "extrait_rne" else NOT_ENTERED | SOLE_TRADERS
    if product.startswith("beneficiaires"):
        silent = silent | {CLOSED}
    if persona.siren in silent:
        assert got == "003"
    else:
        assert isinstance(got, Answer)
        assert mismatches(CONTRACT, product, 3, got) == []


async def test_the_large_builder_has_everything() -> None:
    door = at_simulator()
    extract = await data_of(ask("extrait_rne", door))
    assert extract["identite_entreprise"]["denomination"] == "CONSTRUCTIONS HAUTERIVE"
    assert [one["qualite"] for one in extract["dirigeants_et_associes"]] == [
        "Président du conseil d’administration",
        "Directeur Général",
        "Administrateur",
    ]
    assert [one["statut"] for one in extract["etablissements"]] == ["actif", "actif", "fermé"]
    assert extract["etablissements_fermes_total"] == 1
    assert [one["date"] for one in extract["observations"]] == ["2016-07-01"]
    owners = await ask("beneficiaires_effectifs", door)
    assert [one["modalites"]["detention_de_capital"]["parts_totale"] for one in owners.data] == [60.0, 40.0]
    assert owners.meta["count"] == 2
    (silent,) = cast("list[str]", owners.meta["beneficiaires_sans_modalites_uuids"])
    assert silent not in {one["beneficiaire_uuid"] for one in owners.data}
    filed = await data_of(ask("actes_bilans", door))
    assert {one["type"] for one in filed["bilans"]} == {"bilan complet", "bilan consolidé"}
    assert "2024-12-31" in {one["date_cloture"] for one in filed["bilans"]}
    assert [one["nom_document"].startswith("Statuts_mis") for one in filed["actes"]] == [False] * 4


async def test_a_closed_company_has_no_main_establishment_any_more() -> None:
    extract = await data_of(ask("extrait_rne", at_simulator(), CLOSED))
    assert (extract["etablissements"], extract["etablissements_fermes_total"]) == ([None], 1)
    assert extract["identite_entreprise"]["dissolution"]["date"] == "2023-11-30"


async def test_a_craftsman_is_a_natural_person_with_a_craft() -> None:
    found = (await data_of(ask("extrait_rne", at_simulator(), "999100555")))["identite_entreprise"]
    assert (found["nom"], found["denomination"]) == ("TRESMONTANT", None)
    assert (found["nature_entreprise"], found["code_APRM"]["code"]) == ("ARTISANALE", "4334ZC")


async def test_every_link_that_is_handed_out_opens_a_pdf() -> None:
    door = at_simulator()
    filed = await data_of(ask("actes_bilans", door))
    urls = [one["url"] for one in (*filed["actes"], *filed["bilans"])]
    for url in urls:
        reply = await door.get(url.removeprefix(SITE).partition("#")[0])
        assert (reply.status, is_pdf(reply.body)) == (200, True)
    path = (await data_of(ask("extrait_rne", door)))["document_url"].removeprefix(f"{SITE}data_inpi").partition("#")[0]
    reply = await door.get(path, base="data_inpi")
    assert BUILDER in (await pages(reply.body, 1))[0]


@pytest.mark.parametrize(
    "path",
    [
        "/api/companies/130025265",
        "/api/companies/999100449/attachments",
        "/api/actes/000000000000000000000000/download",
        "/data_inpi/export/companies",
        "/ailleurs",
    ],
)
async def test_what_is_not_there_is_a_404(path: str) -> None:
    assert (await at_simulator().get(path)).status == 404


async def test_a_withdrawn_deed_and_accounts_asked_for_as_a_deed_are_not_there() -> None:
    door = at_simulator()
    listed = orjson.loads((await door.get(f"/api/companies/{BUILDER}/attachments")).body)
    (withdrawn,) = [row["id"] for row in listed["actes"] if row["deleted"]]
    assert (await door.get(f"/api/actes/{withdrawn}/download")).status == 404
    assert (await door.get(f"/api/actes/{listed['bilans'][0]['id']}/download")).status == 404


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"username": "a"}', b'{"username": "a", "password": ""}'])
def test_a_login_without_its_account_is_refused(body: bytes) -> None:
    said = simulator(WORLD, lambda: NOW)(Asked("POST", "/token", body=body))
    assert (said.status, said.body) == (401, b"{}")


def test_the_token_is_a_jwt_that_says_and_keeps_its_end() -> None:
    times = [NOW]
    handler = simulator(WORLD, lambda: times[-1])
    headers = logged_in(handler)
    payload = headers["authorization"].split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    assert claims["exp"] == int((NOW + timedelta(days=1)).timestamp())
    asked = Asked("GET", f"/api/companies/{BUILDER}", {}, headers)
    assert handler(asked).status == 200
    assert handler(Asked("GET", asked.path)).status == 401
    assert handler(Asked("POST", asked.path, {}, headers)).status == 404
    times.append(NOW + timedelta(days=1))
    assert handler(asked).status == 401


async def test_ping_asks_about_a_fixed_company_and_takes_a_not_found_for_a_sign_of_life() -> None:
    door = at_simulator()
    await ping(door)
    assert door.asked[0].path == "/api/companies/130025265"
    await ping(answering(CONTRACT, company({})))
    for body, status in ((b"<html></html>", 200), (b"", 403), (b"", 429), (b"", 500)):
        with pytest.raises(RegistryError):
            await ping(answering(CONTRACT, body, status))


def test_the_contract_says_what_the_sheet_says() -> None:
    found: dict[str, Any] = {product.name: product for product in CONTRACT.products.values()}
    assert (CONTRACT.provider, CONTRACT.error_prefix) == ("INPI - RNE", "34")
    assert CONTRACT.pings == ("inpi/rne", "inpi/rne/actes_bilans")
    assert (CONTRACT.connect_timeout_s, CONTRACT.timeout_s) == (10, 15)
    assert (CONTRACT.access.kind, CONTRACT.access.life, CONTRACT.access.token_field) == ("json_login", "jwt", "token")
    assert len(CONTRACT.access.accounts) == 1
    assert (CONTRACT.access.failure["suffix"], CONTRACT.access.failure_when) == ("020", "refused")
    assert {name: (product.scopes, product.open_data) for name, product in found.items()} == {
        "extrait_rne": ({"unites_legales_etablissements_insee"}, False),
        "beneficiaires_effectifs": ({"beneficiaires_effectifs_inpi"}, False),
        "beneficiaires_effectifs_open_data": ({"open_data", "beneficiaires_effectifs_inpi"}, True),
        "actes_bilans": ({"open_data"}, True),
    }
    assert {product.pool for product in found.values()} == {"inpi_rne"}
    assert found["actes_bilans"].freshness.seconds(NOW) == 0
    assert found["extrait_rne"].freshness == found["beneficiaires_effectifs"].freshness
    assert found["extrait_rne"].relayed == ("document_url",)  # its links live an hour, and are made anew
    assert found["extrait_rne"].natural_persons == {"entrepreneur", "dirigeants"}
    assert found["beneficiaires_effectifs"].natural_persons == {"beneficiaires", "modalites"}
