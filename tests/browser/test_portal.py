# SPDX-License-Identifier: EUPL-1.2
"""The page that a portal leads a company to, in a real browser: a SIRET, who agrees, and the file."""

import re
import uuid

import httpx
import pytest

from tests.browser.conftest import Desk
from tests.conftest import Sandbox

pytestmark = pytest.mark.browser
CLOSED = "999 100 662 00017"


@pytest.fixture
def link(sandbox: Sandbox) -> str:
    """The start link of a new application on a new market."""
    header = {"authorization": f"Bearer {(sandbox.state / 'candidature.token').read_text()}"}
    market = {
        "acheteur": {"siret": "13002526500013", "nom": "Direction interministérielle du numérique"},
        "consultation": {
            "reference": f"2026-{uuid.uuid4().hex[:6]}", "objet": "Réfection du préau de l'école du Bourg",
            "date_limite": "2035-03-01T12:00:00",
            "lots": [{"numero": "1", "intitule": "Charpente"}, {"numero": "2", "intitule": "Couverture"}],
        },
        "type_marche": "travaux",
        "certificats_anticipes": True,
    }  # fmt: skip
    with httpx.Client(base_url=f"{sandbox.address}/v1", headers=header) as portal:
        opened = portal.post("/marches", json=market)
        assert opened.status_code == 201, opened.text
        applied = portal.post(f"/marches/{opened.json()['data']['id']}/candidatures", json={})
    found: str = applied.json()["links"]["entreprise"]
    return found.removeprefix(sandbox.address)


def test_a_company_begins_by_its_siret(desk: Desk, link: str) -> None:
    page = desk.page
    assert desk.go(link) == 200
    desk.picture("portail-commencer")
    desk.accessible()
    page.get_by_label("Numéro SIRET").fill(CLOSED)
    page.get_by_label("Votre prénom").fill("Éloïse")
    page.get_by_label("Votre nom").fill("Verchény")
    page.get_by_label("Votre qualité").fill("présidente")
    page.get_by_label("Lot 2").check()
    page.locator("#accord").check()
    page.get_by_role("button", name="Commencer la candidature").press("Enter")
    page.get_by_text("Cette candidature n'a pas commencé").wait_for()
    desk.picture("portail-ferme")
    desk.accessible()
    assert page.get_by_label("Votre nom").input_value() == "Verchény"
    assert page.get_by_label("Lot 2").is_checked()
    page.get_by_label("Numéro SIRET").fill("999 100 118 00010")
    page.locator("#accord").check()
    page.get_by_role("button", name="Commencer la candidature").press("Enter")
    page.wait_for_url(re.compile(r"/candidature/[0-9a-f-]{36}\?acces="))
    assert "Réfection du préau" in page.content()
