# SPDX-License-Identifier: EUPL-1.2
"""A company's pages in a real browser: what was consulted, contesting it, the feed, the proofs, the open data."""

import re
from collections.abc import Callable

import httpx
import pytest

from tests.browser.conftest import Desk, searched
from tests.conftest import Get

pytestmark = pytest.mark.browser
HOME = "/entreprise/999100118"


@pytest.fixture
def consulted(get: Get, client: httpx.Client) -> None:
    """The company was asked about, and the index has read it."""
    answer = get("/v4/insee/sirene/unites_legales/999100118")
    assert answer.status_code == 200, answer.text
    searched(client)


def test_a_representative_reads_contests_and_opens_a_feed(consulted: None, desk: Desk) -> None:
    desk.sign_in("eloise-vercheny", "dirigeant", HOME)
    desk.picture("entreprise")
    desk.accessible()
    assert "ne sont montrées qu'après" in desk.page.content().replace("\N{NO-BREAK SPACE}", " ")
    desk.page.locator("summary", has_text="Filtrer").click()
    desk.page.get_by_label("Finalité").select_option("marches_publics")
    desk.page.get_by_role("button", name="Filtrer").click()
    desk.page.locator("tbody th a").first.click()
    desk.picture("entreprise-consultation")
    desk.accessible()
    if desk.page.get_by_role("button", name="Envoyer la contestation").count():
        desk.page.get_by_role("button", name="Envoyer la contestation").click()
        assert desk.page.locator(".faute").count() == 1
        desk.accessible()
        desk.page.get_by_label("Ce que vous contestez").fill("Nous ne répondons à aucun marché.")
        desk.page.get_by_role("button", name="Envoyer la contestation").click()
        desk.page.wait_for_url(re.compile("/contestations$"))
    else:
        desk.go(f"{HOME}/contestations")
    assert desk.page.get_by_text("Nous ne répondons à aucun marché.").count() >= 1
    desk.picture("entreprise-contestations")
    desk.accessible()
    desk.go(f"{HOME}/acces")
    desk.page.get_by_label("Son nom").fill("lecteur")
    desk.page.get_by_role("button", name="Ouvrir un flux").click()
    assert desk.page.locator("code", has_text="/flux.atom").count() == 1
    desk.picture("entreprise-acces")
    desk.accessible()
    desk.page.get_by_role("button", name=re.compile("Fermer")).first.click()
    desk.page.wait_for_url(re.compile("/acces$"))
    desk.go(f"{HOME}/journees")
    desk.picture("entreprise-journees")
    desk.accessible()


def test_an_instructor_answers_a_contest(consulted: None, at_desk: Callable[..., Desk]) -> None:
    company, instructor = at_desk("phone", False), at_desk("desktop", True)
    company.sign_in("eloise-vercheny", "dirigeant", HOME)
    company.page.locator("tbody th a").first.click()
    if company.page.get_by_role("button", name="Envoyer la contestation").count():
        company.page.get_by_label("Ce que vous contestez").fill("Pourquoi nous ?")
        company.page.get_by_role("button", name="Envoyer la contestation").click()
    instructor.sign_in("ismael-corvoisier", onward="/instruction/contestations")
    instructor.picture("contestations")
    instructor.accessible()
    instructor.page.get_by_label("Réponse").first.fill("Vérifié : la demande était régulière.")
    instructor.page.get_by_role("button", name="Répondre").first.click()
    instructor.page.wait_for_url(re.compile("/instruction/contestations$"))
    instructor.picture("contestations-repondues")
    instructor.accessible()
    company.go(f"{HOME}/contestations")
    assert "la demande était régulière" in company.page.content()


def test_open_data_are_open_to_all(desk: Desk) -> None:
    assert desk.go("/opendata") == 200
    desk.picture("opendata")
    desk.accessible()
