# SPDX-License-Identifier: EUPL-1.2
"""The auditors' console in a real browser: at phone and desktop size, with and without JavaScript, judged by axe."""

import re
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest
from playwright.sync_api import Route, expect

from gateway.audit.note import Verifier
from gateway.console.verify_export import verify_export
from tests.browser.conftest import Desk, searched
from tests.conftest import PARAMETERS, Sandbox

pytestmark = pytest.mark.browser
HOSTILE = "<script>document.title='x'</script><img src=x onerror=alert(1)>"


@pytest.fixture(scope="module")
def asked(sandbox: Sandbox) -> str:
    """Some exchanges, one of them with hostile words, which the console shows by now; the last one's object."""
    siren = sandbox.persona("saine")["siren"]
    bearer = sandbox.token()
    told = {**PARAMETERS, "object": f"marche {time.time_ns()}"}
    with httpx.Client(base_url=sandbox.address, timeout=30, headers=bearer.header) as client:
        for path in (
            f"/v4/insee/sirene/unites_legales/{siren}",
            f"/v4/urssaf/unites_legales/{siren}/attestation_vigilance",
        ):
            client.get(path, params={**PARAMETERS, "object": HOSTILE})
            client.get(path, params=told, headers={"Cache-Control": "no-cache"}).raise_for_status()
        searched(client)
    return told["object"]


def test_a_search_is_typed_shared_and_leads_to_a_checked_proof(desk: Desk, asked: str) -> None:
    desk.sign_in("audrey-lestang", onward="/console/recherche")
    desk.accessible()
    desk.picture("console-recherche")
    page = desk.page
    page.get_by_label("Entreprise").fill("999 100 118")
    page.get_by_label("Objet déclaré").fill(asked)
    page.get_by_role("button", name="Chercher").click()
    expect(page.get_by_role("heading", name="2 enregistrements")).to_be_visible()
    assert "999100118" not in page.url
    desk.accessible()
    desk.picture("console-resultats")
    page.locator("tbody th a").last.click()
    expect(page.get_by_role("heading", name="Qui", exact=True)).to_be_visible()
    assert page.get_by_text("vérifié par le serveur").count() == 2
    if desk.javascript:
        for verdict in page.locator(".verdict").all():
            expect(verdict).to_contain_text("Vérifié dans ce navigateur : feuille, chemin jusqu'à la racine")
    desk.accessible()
    desk.picture("console-echange")


def test_the_browser_refuses_a_proof_that_does_not_hold(reader: Desk, asked: str) -> None:
    reader.sign_in("audrey-lestang")
    reader.go(f"/console/recherche?objet={quote(asked)}")
    reader.page.locator("tbody th a").last.click()
    address = reader.page.url
    for pattern, other in (
        (r'data-chemin="([0-9a-f]{4})', "beef"),
        (r'data-feuille="([0-9a-f]{4})', "beef"),
        (r"cached&#34;:(false|true)", "maybe"),
        (r"data-taille=\"([0-9]+)", "1"),
    ):
        reader.page.route(address, forging(pattern, other))
        reader.page.goto(address)
        expect(reader.page.locator(".verdict.mal").first).to_contain_text("Ce navigateur refuse la preuve")
        reader.page.unroute(address)


def forging(pattern: str, other: str) -> Callable[[Route], None]:
    """A server that lies: what the pattern's group finds in its page is something else."""

    def forged(route: Route) -> None:
        answer = route.fetch()
        text = answer.text()
        found = re.search(pattern, text)
        assert found, pattern
        route.fulfill(response=answer, body=text[: found.start(1)] + other + text[found.end(1) :])

    return forged


def test_an_export_is_downloaded_and_verified(desk: Desk, asked: str, sandbox: Sandbox, tmp_path: Path) -> None:
    desk.sign_in("audrey-lestang")
    desk.go(f"/console/recherche?objet={quote(asked)}")
    page = desk.page
    with page.expect_download() as waiting:
        page.get_by_role("button", name="CSV").click()
    path = tmp_path / "export.zip"
    waiting.value.save_as(path)
    key = Verifier.parse((sandbox.state / "keys" / "audit.pub").read_text("utf-8"))
    assert verify_export(path, key)[0] == 2
    if desk.javascript:
        expect(page.locator(".avancement")).to_contain_text("2 sur 2 : terminé")
    desk.accessible()


def test_hostile_words_are_words(reader: Desk, asked: str) -> None:
    reader.sign_in("audrey-lestang", onward="/console/recherche")
    reader.page.get_by_label("Objet déclaré").fill(HOSTILE)
    reader.page.get_by_role("button", name="Chercher").click()
    reader.page.locator("tbody th a").first.click()
    expect(reader.page.get_by_text(HOSTILE).first).to_be_visible()
    assert reader.page.title() != "x"
    assert reader.page.locator("main img").count() == 0
    reader.accessible()


@pytest.mark.parametrize("path", ["chiffres", "constats", "campagnes", "campagnes/nouvelle", "lectures", "sante"])
def test_every_page_reads_well(desk: Desk, asked: str, path: str) -> None:
    desk.sign_in("audrey-lestang", onward=f"/console/{path}")
    assert desk.page.get_by_role("navigation", name="Console").count() == 1
    desk.accessible()
    desk.picture(f"console-{path.replace('/', '-')}")


def test_a_campaign_goes_from_its_draw_to_its_conclusion(desk: Desk, asked: str) -> None:
    desk.sign_in("audrey-lestang")
    desk.go(f"/console/campagnes/nouvelle?objet={quote(asked)}")
    page = desk.page
    page.get_by_label("Titre").fill("Contrôle d'essai")
    page.get_by_label("Échanges à tirer").fill("1")
    page.get_by_role("button", name="Tirer au sort").click()
    desk.accessible()
    campaign = page.url
    page.get_by_role("button", name="Créer un lien de réponse").click()
    link = page.locator(".encart pre").inner_text().strip()
    desk.accessible()
    desk.picture("console-campagne")
    page.goto(desk.address + link[link.index("/console/") :])
    page.get_by_label("Votre réponse").fill("Marché 127, lot 2.")
    page.get_by_label("Pièce").set_input_files({"name": "a.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7"})
    page.get_by_role("button", name="Envoyer").click()
    expect(page.get_by_text("Pièce reçue : a.pdf")).to_be_visible()
    desk.accessible()
    desk.picture("console-reponse")
    page.goto(campaign)
    page.get_by_label("Conforme", exact=True).check()
    page.get_by_label("Motif").fill("pièce vue")
    page.get_by_role("button", name="Décider").click()
    page.get_by_label("Conclusion").fill("Rien à signaler")
    page.get_by_role("button", name="Clore").click()
    expect(page.get_by_text("Rien à signaler")).to_be_visible()
    desk.accessible()


def test_the_search_is_driven_by_the_keyboard_alone(reader: Desk, asked: str) -> None:
    reader.sign_in("audrey-lestang", onward="/console/recherche")
    page = reader.page
    page.get_by_label("Objet déclaré").focus()
    page.keyboard.type(asked)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="2 enregistrements")).to_be_visible()
