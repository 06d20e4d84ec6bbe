# SPDX-License-Identifier: EUPL-1.2
"""A tender in a real browser: two companies deposit, then the buyer lists, compares, opens, answers, takes away."""

import re
from collections.abc import Callable, Iterator

import httpx
import pytest

from tests.browser.conftest import Desk, searched
from tests.conftest import Sandbox
from tests.story.buyers import BUYER, DINUM, closed, deposited, reference, tender_of
from tests.story.files import HEALTHY, REFUSED, Portal

pytestmark = pytest.mark.browser
ANSWER = "Vu : nous attendons la mise à jour de l'Urssaf."


@pytest.fixture
def portal(sandbox: Sandbox) -> Iterator[Portal]:
    """The portal where the companies apply."""
    with httpx.Client(base_url=sandbox.address, timeout=30) as client:
        yield Portal(sandbox, client)


def applied(desk: Desk, portal: Portal, tender: str) -> str:
    """A company declares and deposits, on our pages; the file's id."""
    identifier, page = portal.opened(tender_of(tender, HEALTHY)), desk.page
    portal.complete(identifier)
    desk.sign_in("eloise-vercheny", "dirigeant", f"/candidature/{identifier}")
    page.locator("#reste-mots").get_by_role("link", name="Motifs d'exclusion").click()
    for key in ("honneur_exclusions", "obligation_emploi"):
        page.locator(f"#q-{key}").check()
    page.get_by_label("Qualité").last.fill("présidente")
    page.get_by_role("button", name="Déclarer").last.click()
    page.get_by_role("link", name="Déposer la candidature").click()
    page.get_by_role("button", name="Déposer la candidature").click()
    page.get_by_text("Candidature déposée").wait_for()
    page.context.clear_cookies()
    return identifier


def test_two_companies_apply_and_the_buyer_compares_opens_answers_and_takes_away(
    desk: Desk, portal: Portal, sandbox: Sandbox
) -> None:
    page, tender = desk.page, reference()
    files = [applied(desk, portal, tender), deposited(portal, REFUSED, tender, "attestation_vigilance")]
    desk.sign_in(BUYER, onward="/acheteur")
    assert page.get_by_text(tender).count() == 0  # the deadline is not past: nothing shows
    closed(sandbox, *files)
    desk.go("/acheteur")
    desk.picture("acheteur-liste")
    desk.accessible()
    page.get_by_role("link", name=f"Réfection du préau, {tender}").click()
    assert page.get_by_role("table").get_by_role("row").count() == 3  # also where a row looks like a card
    page.get_by_role("table").locator("summary").last.click()  # what is missing, by name
    desk.picture("acheteur-candidats")
    desk.accessible()
    tender_page = page.url
    for name in ("ATELIERS DU GRAND CHENE", "MENUISERIES VALTORTE"):
        page.get_by_label(f"Comparer {name}").check()
    page.get_by_role("button", name="Comparer").click()
    row = page.get_by_role("row", name=re.compile("^Chiffre d'affaires 2024"))
    assert row.get_by_role("cell").count() == 2
    table = page.get_by_role("region", name="Candidats côte à côte")
    table.focus()
    page.keyboard.press("End")
    desk.picture("acheteur-comparer")
    desk.accessible()
    if desk.javascript:  # the names of rows stay while the table is read sideways
        left = "document.querySelector('.comparaison tbody th[scope=row]').getBoundingClientRect().left"
        before = page.evaluate(left)
        page.evaluate("document.querySelector('.comparaison').scrollLeft = 400")
        assert page.evaluate(left) == before
    page.get_by_role("columnheader").get_by_role("link", name="MENUISERIES VALTORTE").click()
    page.get_by_label("Votre réponse").fill(ANSWER)
    desk.picture("acheteur-dossier")
    desk.accessible()
    page.get_by_role("button", name="Répondre à l'entreprise").click()
    page.get_by_text(ANSWER).wait_for()
    for name, start in (("PDF à lire", b"%PDF-"), ("ZIP, documents et preuves", b"PK")):
        with page.expect_download() as taken:
            page.get_by_role("link", name=name).click()
        assert taken.value.path().read_bytes().startswith(start)
    with page.expect_download() as taken:
        page.get_by_role("link", name="recu.png").first.click()
    assert taken.value.path().read_bytes().startswith(b"\x89PNG")
    page.get_by_label("Il est envisagé d'attribuer").check()
    page.get_by_role("button", name="Demander les certificats").click()
    page.get_by_text("Phase : attribution envisagée").wait_for()
    page.goto(tender_page)
    assert page.get_by_text("Attribution envisagée").count() == 1
    page.context.clear_cookies()
    desk.sign_in("anselme-valtorte", "dirigeant", f"/candidature/{files[1]}")
    assert page.get_by_text(ANSWER).count() == 1  # the company reads what it was answered


def test_a_portal_s_link_opens_one_tender_and_says_when_it_is_spent(
    desk: Desk, portal: Portal, sandbox: Sandbox
) -> None:
    page, tender = desk.page, reference()
    closed(sandbox, deposited(portal, HEALTHY, tender))
    body = {
        "acheteur": {"siret": DINUM},
        "consultation": {"reference": tender},
        "agent": {"identifiant": "agent-7", "nom": "Solène Marchadour"},
    }
    address = portal.post("/acces-acheteurs", body).json()["data"]["adresse"]
    page.goto(address)
    desk.picture("acheteur-lien")
    desk.accessible()
    page.get_by_role("button", name="Ouvrir").click()
    page.get_by_role("heading", name=f"Réfection du préau, {tender}").wait_for()
    page.get_by_role("link", name="Candidatures reçues").first.click()  # there is this tender alone
    assert tender in page.locator("h1").inner_text()
    page.goto(address)
    desk.accessible()
    assert page.get_by_role("heading", name="Lien déjà utilisé").count() == 1


def test_on_paper_nothing_is_cut_off_and_no_button_is_left(reader: Desk, portal: Portal, sandbox: Sandbox) -> None:
    tender, page = reference(), reader.page
    closed(sandbox, deposited(portal, HEALTHY, tender), deposited(portal, REFUSED, tender, "attestation_vigilance"))
    reader.sign_in(BUYER, onward="/acheteur")
    page.get_by_role("link", name=f"Réfection du préau, {tender}").click()
    for step in ("", "Comparer"):
        if step:
            page.emulate_media(media="screen")
            page.get_by_role("button", name=step).click()
        page.emulate_media(media="print")
        assert page.locator("main table").is_visible()
        assert page.locator("main :is(button, input, textarea):visible").count() == 0
        table = page.locator("main .tableau").first
        assert table.evaluate("box => [box.scrollHeight - box.clientHeight, getComputedStyle(box).overflow]") == [
            0,
            "visible",
        ]


def test_the_company_reads_who_opened_its_file(at_desk: Callable[..., Desk], portal: Portal, sandbox: Sandbox) -> None:
    tender, buyer, company = reference(), at_desk(), at_desk()
    closed(sandbox, deposited(portal, HEALTHY, tender))
    buyer.sign_in(BUYER, onward="/acheteur")
    buyer.page.get_by_role("link", name=f"Réfection du préau, {tender}").click()
    buyer.page.get_by_role("link", name="ATELIERS DU GRAND CHENE").click()
    with httpx.Client(base_url=sandbox.address, timeout=30) as client:
        searched(client)
    company.sign_in("eloise-vercheny", "dirigeant", "/entreprise/999100118")
    company.page.get_by_role("link", name="Candidatures ouvertes").click()
    assert company.page.get_by_role("row", name=re.compile("a ouvert le dossier entier")).count() >= 1
    company.picture("entreprise-lectures")
    company.accessible()
