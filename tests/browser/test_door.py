# SPDX-License-Identifier: EUPL-1.2
"""The people's door in a real browser: the first page, signing in and out, asking for a company, deciding."""

import re
from collections.abc import Callable

import pytest

from tests.browser.conftest import Desk

pytestmark = pytest.mark.browser


def test_the_first_page_reads_well_everywhere(desk: Desk) -> None:
    assert desk.go("/") == 200
    desk.picture("accueil")
    desk.accessible()
    desk.page.locator(".pile > details > summary").first.click()
    assert desk.page.locator(".pile > details[open]").count() == 1
    desk.page.locator(".registres > summary").click()
    assert desk.page.get_by_role("heading", name="Urssaf Caisse nationale").is_visible()
    desk.accessible()
    desk.page.get_by_role("link", name="Accessibilité").click()  # the law wants it on every page
    assert desk.page.locator("#accessibilite").is_visible()
    desk.accessible()
    desk.page.get_by_role("link", name="Dites-le-nous une fois").click()
    desk.page.get_by_role("link", name="Essayer avec un SIRET").click()
    assert desk.page.url == f"{desk.address}/candidature"


def test_signing_in_and_out_needs_no_script(desk: Desk) -> None:
    assert desk.go("/connexion") == 200
    desk.picture("connexion")
    desk.accessible()
    desk.sign_in("audrey-lestang", anew=True)
    desk.picture("compte")
    desk.accessible()
    desk.page.get_by_role("button", name="Se déconnecter").click()
    desk.page.wait_for_url(re.compile(r"/deconnexion\?state="))  # there and back: the provider ended its session too
    desk.picture("deconnexion")
    desk.accessible()
    desk.go("/compte")
    assert desk.page.url.startswith(f"{desk.address}/connexion?suite=")


def test_an_officer_finds_their_company_open(reader: Desk) -> None:
    reader.sign_in("eloise-vercheny", "dirigeant")
    assert reader.page.get_by_text("999 100 118").count() >= 1
    reader.accessible()


def test_who_is_not_known_surely_enough_is_sent_back_with_a_reason(reader: Desk) -> None:
    reader.go("/connexion")
    reader.page.locator('a[href*="profil=agent"]').click()
    reader.page.locator('button[value="fanny-delorge"]').click()
    reader.page.wait_for_url(re.compile("/connexion/retour"))
    assert "Connexion refusée" in reader.page.content()
    reader.accessible()


def test_a_company_is_asked_for_and_granted_with_a_reason(at_desk: Callable[..., Desk]) -> None:
    accountant, instructor = at_desk("phone", False), at_desk("desktop", True)
    accountant.sign_in("leandre-quimerch", "autre")
    accountant.page.get_by_label("Numéro SIREN").fill("999 100 119")
    accountant.page.get_by_role("button", name="Envoyer la demande").click()
    assert accountant.page.locator(".faute").count() == 2
    accountant.picture("demande-fautive")
    accountant.page.get_by_label("Numéro SIREN").fill("999 100 225")
    accountant.page.get_by_label("À quel titre").fill("expert-comptable, mandat du 3 mars")
    accountant.page.get_by_role("button", name="Envoyer la demande").click()
    assert "en attente" in accountant.page.content()
    instructor.sign_in("ismael-corvoisier", onward="/instruction/representations")
    instructor.picture("representations")
    instructor.accessible()
    instructor.page.get_by_role("button", name="Reconnaître").first.click()
    assert "Il manque le motif" in instructor.page.content()
    instructor.accessible()
    instructor.page.get_by_label("Motif de la décision").first.fill("mandat vu")
    instructor.page.get_by_role("button", name="Reconnaître").first.click()
    instructor.page.wait_for_url(re.compile("/instruction/representations$"))
    instructor.picture("representations-decidees")
    instructor.accessible()
    accountant.sign_in("leandre-quimerch", "autre", anew=True)
    assert "mandat vu" in accountant.page.content()


def test_an_address_of_nobody_is_a_page_and_refusals_are_pages(reader: Desk) -> None:
    reader.sign_in("odette-franchard")
    for path, status in (("/console/nulle-part", 404), ("/instruction/representations", 403)):
        assert reader.go(path) == status
        reader.picture(f"erreur-{status}")
        reader.accessible()


def test_the_keyboard_reaches_the_content_first(reader: Desk) -> None:
    reader.go("/")
    reader.page.keyboard.press("Tab")
    assert reader.page.evaluate("document.activeElement.textContent") == "Aller au contenu"
    reader.page.keyboard.press("Enter")
    assert reader.page.evaluate("document.activeElement.id") == "contenu"
