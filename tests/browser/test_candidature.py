# SPDX-License-Identifier: EUPL-1.2
"""The company's side of an application in a real browser: one SIRET, a file that fills, declared and deposited."""

import re
import sqlite3
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from connectors.kit.simulation.pdf import pdf
from gateway.cli.main import main
from tests.browser.conftest import Desk
from tests.conftest import Sandbox
from tests.story.files import PURPOSE, Portal, request

pytestmark = pytest.mark.browser
FULL = "Plus aucun registre n'est attendu."
PARTNER, ADVISER = "99910022500013", "99910033200017"


def author(desk: Desk, quality: str = "présidente") -> None:
    """Say who acts; the account's name is there already."""
    desk.page.get_by_label("Qualité").last.fill(quality)


def focused(desk: Desk) -> str:
    """The id of what holds the focus; scripts tell."""
    return str(desk.page.evaluate("document.activeElement.id")) if desk.javascript else ""


def test_from_one_siret_to_the_attestation(desk: Desk, tmp_path: Path) -> None:
    page = desk.page
    assert desk.go("/candidature") == 200
    desk.picture("candidature-depart")
    desk.accessible()
    page.get_by_label("Numéro SIRET").fill("999 100 118 00010")
    page.locator("#accord").check()
    page.get_by_role("button", name="Réunir le dossier").click()
    page.wait_for_url(re.compile(r"/candidature/[0-9a-f-]{36}\?acces="))
    page.get_by_text(FULL).wait_for()  # by itself, with or without scripts
    assert "Réservé à l'entreprise" in page.content()
    assert page.get_by_text("Attestation de vigilance").count() == 1
    assert page.get_by_role("link", name="Déclarer").count() == 0
    desk.picture("candidature-ouverte")
    desk.accessible()
    page.get_by_role("link", name="Connectez-vous en la représentant").click()
    if page.locator('a[href*="profil=dirigeant"]').count():
        page.locator('a[href*="profil=dirigeant"]').click()
        page.locator('button[value="eloise-vercheny"]').click()
    page.wait_for_url(re.compile("/candidature/"))
    assert "Réservé à l'entreprise" not in page.content()
    desk.picture("candidature-entreprise")
    desk.accessible()

    page.locator("#reste-mots").get_by_role("link", name="Motifs d'exclusion").click()
    page.get_by_role("button", name="Déclarer").last.click()
    page.get_by_text("Un point est à corriger").wait_for()  # who declares
    assert focused(desk) in ("erreurs", "")
    desk.picture("candidature-erreurs")
    desk.accessible()
    for key in ("honneur_exclusions", "obligation_emploi"):
        page.locator(f"#q-{key}").check()
    author(desk)
    page.get_by_role("button", name="Déclarer").last.click()
    page.get_by_text("Vos déclarations sont enregistrées.").wait_for()

    page.locator("#reste-mots").get_by_role("link", name="Capacité économique").click()
    paper = tmp_path / "attestation.pdf"
    paper.write_bytes(b"MZ" + bytes(100))
    page.locator("#q-assurance_risques").fill("1 500 000")
    page.locator("#f-assurance_risques").set_input_files(paper)
    page.get_by_role("button", name="Déclarer").last.click()
    page.get_by_text("Seuls les PDF et les images").first.wait_for()
    assert page.locator("#q-assurance_risques").input_value() == "1 500 000"
    desk.accessible()
    paper.write_bytes(pdf("Assurance"))
    page.locator("#f-assurance_risques").set_input_files(paper)
    page.get_by_role("button", name="Déclarer").last.click()
    page.get_by_text("Vos déclarations sont enregistrées.").wait_for()

    page.locator("#reste-mots").get_by_role("link", name="Capacité technique").click()
    desk.picture("candidature-technique")
    desk.accessible()
    page.get_by_role("button", name="Ajouter une ligne").click()
    page.locator("#q-references_travaux-2-intitule").wait_for()
    page.go_back()
    page.go_back()
    page.locator("#reste-mots").get_by_role("link", name="Signataire").click()
    desk.accessible()
    page.locator("#s-qualite").fill("présidente")
    page.get_by_role("button", name="Désigner").click()
    page.get_by_role("link", name="Déposer la candidature").click()
    desk.picture("candidature-depot")
    desk.accessible()
    page.get_by_role("button", name="Déposer la candidature").click()
    page.get_by_text("Candidature déposée").wait_for()
    desk.picture("candidature-deposee")
    desk.accessible()
    found = page.get_by_role("link", name="Télécharger l'attestation").get_attribute("href")
    answer = page.context.request.get(f"{desk.address}{found}")
    assert (answer.status, answer.body()[:5]) == (200, b"%PDF-")


@pytest.fixture
def group(sandbox: Sandbox) -> str:
    """A file of two companies; the path of its page."""
    with httpx.Client(base_url=sandbox.address, timeout=30) as client:
        portal = Portal(sandbox, client, sandbox.token(PURPOSE))
        partner = {"siret": PARTNER, "role": "cotraitant", "part": "Menuiseries"}
        identifier = portal.opened(request(groupement={"forme": "conjoint", "membres": [partner]}))
        portal.complete(identifier)
    return f"/candidature/{identifier}"


def test_two_companies_each_for_itself(at_desk: Callable[..., Desk], group: str) -> None:
    """Two representatives side by side: the partner agrees, answers a fact and declares; the lead deposits."""
    lead, partner = at_desk("desktop"), at_desk("phone")
    lead.sign_in("eloise-vercheny", "dirigeant", group)
    assert lead.page.get_by_text("Accord attendu").count() == 1
    lead.picture("groupement-mandataire")
    lead.accessible()
    partner.sign_in("anselme-valtorte", "dirigeant", group)
    partner.page.get_by_role("link", name="Donner l'accord de l'entreprise").click()
    partner.picture("groupement-accord")
    partner.accessible()
    partner.page.locator("#accord").check()
    partner.page.locator("#anticipes").check()
    author(partner, "gérant")
    partner.page.get_by_role("button", name="Donner l'accord").click()
    partner.page.get_by_text(FULL).wait_for()
    partner.picture("groupement-cotraitant")
    partner.accessible()
    partner.page.get_by_role("link", name=re.compile("Répondre à ce fait.*vigilance")).click()
    partner.accessible()
    partner.page.locator("#texte").fill("Échéancier accordé le 3 mars.")
    author(partner, "gérant")
    partner.page.get_by_role("button", name="Contester").click()
    partner.page.get_by_text("Échéancier accordé le 3 mars.").wait_for()
    partner.page.locator("#reste-mots").get_by_role("link", name="Motifs d'exclusion").click()
    partner.page.locator("#q-honneur_exclusions").check()
    author(partner, "gérant")
    partner.page.get_by_role("button", name="Déclarer").last.click()
    partner.page.get_by_text("Vos déclarations sont enregistrées.").wait_for()
    assert partner.page.get_by_role("link", name="Déposer la candidature").count() == 0

    lead.go(group)
    assert "Échéancier" not in lead.page.content()
    assert lead.page.get_by_text("Accord attendu").count() == 0
    lead.page.locator("#reste-mots").get_by_role("link", name="Motifs d'exclusion").click()
    for key in ("honneur_exclusions", "obligation_emploi"):
        lead.page.locator(f"#q-{key}").check()
    author(lead)
    lead.page.get_by_role("button", name="Déclarer").last.click()
    lead.page.get_by_role("link", name="Déposer la candidature").click()
    lead.page.get_by_role("button", name="Déposer la candidature").click()
    lead.page.get_by_text("Candidature déposée").wait_for()
    lead.page.emulate_media(media="print")
    assert lead.page.get_by_role("heading", name="Motifs d'exclusion").is_visible()
    assert lead.page.locator(":is(button, .bouton, .piece-geste, .pied-liens):visible").count() == 0
    partner.go(group)
    found = partner.page.get_by_role("link", name="Télécharger l'attestation").get_attribute("href")
    assert partner.page.context.request.get(f"{partner.address}{found}").body()[:5] == b"%PDF-"
    theirs = str(found).replace(PARTNER, "99910011800010")
    assert partner.page.context.request.get(f"{partner.address}{theirs}").status == 403


def test_a_form_outlives_its_session(reader: Desk, sandbox: Sandbox, group: str) -> None:
    """The session ends while somebody types; they sign in in another tab, and find their words in the form."""
    page, words = reader.page, "Deux ateliers,\net un chantier « école »."
    reader.sign_in("eloise-vercheny", "dirigeant", group, anew=True)
    page.locator("#reste-mots").get_by_role("link", name="Capacité technique").click()
    page.locator("#q-moyens_techniques").fill(words)
    with sqlite3.connect(sandbox.state / "people.db", timeout=10) as people:
        people.execute("DELETE FROM session")
    people.close()
    reader.sessions.clear()
    page.get_by_role("button", name="Déclarer").last.click()
    page.get_by_role("heading", name="Votre session a pris fin").wait_for()
    reader.picture("session-finie")
    reader.accessible()
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Se connecter, dans un nouvel onglet").click()
    other = opened.value
    other.locator('a[href*="profil=dirigeant"]').click()
    other.locator('button[value="eloise-vercheny"]').click()
    other.wait_for_url(f"{reader.address}/compte")
    page.get_by_role("button", name="Reprendre mon formulaire").click()
    reader.accessible()
    page.get_by_role("button", name="Retrouver mon formulaire").click()
    assert page.locator("#q-moyens_techniques").input_value() == words
    author(reader)
    page.get_by_role("button", name="Déclarer").last.click()
    page.get_by_text("Vos déclarations sont enregistrées.").wait_for()


def test_pieces_arrive_without_reloading_and_the_focus_stays(at_desk: Callable[..., Desk], sandbox: Sandbox) -> None:
    """A registry that was down answers while the page is open: same document, same focus, one polite sentence."""
    reader, plain = at_desk("desktop"), at_desk("phone", javascript=False)
    page = reader.page
    with httpx.Client(base_url=sandbox.address, timeout=30) as client:
        portal = Portal(sandbox, client, sandbox.token(PURPOSE))
        assert main(["fault", "set", "urssaf", "down", "--state", str(sandbox.state)]) == 0
        try:
            identifier = portal.opened(request(ADVISER))
            portal.complete(identifier)
            file = f"/candidature/{identifier}"
            reader.sign_in("theodora-orvel", "dirigeant", file)
            line = page.locator(f'[data-piece="{ADVISER}:attestation_vigilance"]')
            assert line.get_by_text("Registre indisponible").count() == 1
            page.evaluate("window.meme = true")
            page.locator("#reste-mots a").first.focus()
            kept = page.evaluate("document.activeElement.href")
            plain.sign_in("theodora-orvel", "dirigeant", file)
            assert plain.page.get_by_role("link", name="Actualiser la page").is_visible()
        finally:
            # Not before both pages are open: the file asks again by itself, and would be complete.
            assert main(["fault", "clear", "--state", str(sandbox.state)]) == 0
        portal.post(f"/{identifier}/actualisation", {})
        line.get_by_text("Récupéré à la source").wait_for()
        page.get_by_text(FULL).wait_for()
    assert page.evaluate("window.meme") is True
    assert page.evaluate("document.activeElement.href") == kept
    assert page.locator("#avancement-mots").get_attribute("role") == "status"
    reader.accessible()
    plain.page.get_by_role("link", name="Actualiser la page").click()
    plain.page.get_by_text(FULL).wait_for()
    plain.accessible()
