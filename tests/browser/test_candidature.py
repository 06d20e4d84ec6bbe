# SPDX-License-Identifier: EUPL-1.2
"""The company's side of an application in a real browser: one SIRET, a file that fills, declared and deposited."""

import re

import pytest

from tests.browser.conftest import Desk

pytestmark = pytest.mark.browser


def test_from_one_siret_to_the_attestation(desk: Desk) -> None:
    page = desk.page
    assert desk.go("/candidature") == 200
    desk.picture("candidature-depart")
    desk.accessible()
    page.get_by_label("Numéro SIRET").fill("999 100 118 00010")
    page.locator("#accord").check()
    page.get_by_role("button", name="Réunir le dossier").click()
    page.wait_for_url(re.compile(r"/candidature/[0-9a-f-]{36}\?acces="))
    page.get_by_text(
        re.compile(r"(\d+) pièces sur \1 ")
    ).wait_for()  # the page asks again by itself, with or without scripts
    assert "Réservé à l'entreprise" in page.content()
    assert page.get_by_text("Attestation de vigilance").count() == 1
    assert page.get_by_role("button", name="Déclarer et signer").count() == 0
    desk.picture("candidature-ouverte")
    desk.accessible()
    page.get_by_role("link", name="Connectez-vous en la représentant").click()
    page.locator('a[href*="profil=dirigeant"]').click()
    page.locator('button[value="eloise-vercheny"]').click()
    page.wait_for_url(re.compile("/candidature/"))
    assert "Réservé à l'entreprise" not in page.content()
    page.locator("#honneur").check()
    page.locator("#emploi").check()
    page.locator("#declarer-qualite").fill("présidente")
    desk.picture("candidature-entreprise")
    desk.accessible()
    page.get_by_role("button", name="Déclarer et signer").click()
    page.locator("#deposer-qualite").fill("présidente")
    page.get_by_role("button", name="Déposer la candidature").click()
    page.get_by_text("Candidature déposée").wait_for()
    desk.picture("candidature-deposee")
    desk.accessible()
    found = page.get_by_role("link", name="Télécharger l'attestation").get_attribute("href")
    answer = page.context.request.get(f"{desk.address}{found}")
    assert (answer.status, answer.body()[:5]) == (200, b"%PDF-")
