# SPDX-License-Identifier: EUPL-1.2
"""A portal's markets through HTTP: from the button to the buyer's package, and what bad input gets."""

import hashlib
import hmac
import html
import json
import re
import sqlite3
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from gateway.audit.packet import Packet
from tests.conftest import Sandbox
from tests.contract.reading import published
from tests.story.browsing import Visitor
from tests.story.files import BUYER, CLOSED, HEALTHY, HONOUR, PERSON, REFUSED
from tests.story.markets import AGREED, FORM, SECRET, UNKNOWN, Markets, market, page, refusal
from tests.story.notices import Notices, listening


@pytest.fixture
def portal(sandbox: Sandbox, client: httpx.Client) -> Markets:
    """A portal of this test alone."""
    return Markets(sandbox, client)


@pytest.fixture
def notices() -> Iterator[Notices]:
    """Where the portal is told."""
    with listening() as found:
        yield found


@pytest.fixture
def visitor(sandbox: Sandbox) -> Iterator[Visitor]:
    """Somebody with a browser."""
    found = Visitor(sandbox.address)
    yield found
    found.close()


def test_a_market_says_where_it_is_and_what_was_stated(portal: Markets) -> None:
    body = {
        **market(date_limite="2027-07-01T12:00:00", lots=[{"numero": "1", "intitule": "Charpente"}]),
        "utilisateur": "u-7", "reference_portail": "AO-9", "certificats_anticipes": True,
    }  # fmt: skip
    answer = portal.post("marches", body)
    assert answer.status_code == 201
    found = answer.json()
    assert answer.headers["location"] == found["links"]["marche"]
    assert portal.get(f"marches/{found['data']['id']}").json() == found
    told = found["data"]
    assert told["date_limite"] == "2027-07-01T10:00:00Z"  # noon in Paris, where nothing else is said
    assert (told["etat"], told["utilisateur"], told["reference_portail"]) == ("ouvert", "u-7", "AO-9")
    assert told["lots"] == [{"numero": "1", "intitule": "Charpente"}]


def test_markets_are_listed_page_by_page_and_only_to_their_portal(
    portal: Markets, sandbox: Sandbox, client: httpx.Client
) -> None:
    made = [portal.opened() for _ in range(3)]
    rows = portal.get("marches").json()
    assert [row["id"] for row in rows["data"]] == made[::-1]
    assert rows["links"]["suite"] is None
    assert [row["id"] for row in portal.get("marches", apres=made[1]).json()["data"]] == made[:1]
    other = Markets(sandbox, client)
    assert other.get("marches").json()["data"] == []
    assert refusal(other.get("marches", apres=made[1])) == (404, ["00750"])


def test_with_siret_and_consent_an_application_is_a_file_at_once(portal: Markets) -> None:
    on = portal.opened()
    found = portal.applied(on, {**AGREED, "reference_portail": "s-1"})
    file = portal.get(f"candidatures/{found['data']['id']}").json()["data"]
    assert found["data"]["etat"] == file["etat"] == "ouvert"
    assert (file["marche"], file["reference_portail"]) == (on, "s-1")
    assert file["consultation"]["objet"] == "Réfection d'un préau"
    assert file["membres"][0]["consentement"]["par"]["identite"] == "portail"
    assert "/candidature/" in found["links"]["entreprise"]


def test_without_a_siret_the_company_types_it_on_our_page(portal: Markets) -> None:
    """The link is for this application only; what is typed becomes a file under the very id the portal was given."""
    on = portal.opened()
    found = portal.applied(on)
    identifier, link = found["data"]["id"], found["links"]["entreprise"]
    assert (found["data"]["etat"], found["data"]["siret"]) == ("attendue", None)
    assert refusal(portal.get(f"candidatures/{identifier}")) == (404, ["00700"])
    assert "Réfection d&#39;un préau" in httpx.get(link).text
    answer = page(link, siret="999 100 118 00010")
    assert (answer.status_code, answer.headers["location"][:13]) == (303, "/candidature/")
    after = portal.get(f"marches/{on}/candidatures/{identifier}").json()
    assert (after["data"]["etat"], after["data"]["siret"]) == ("ouvert", HEALTHY)
    consent = portal.get(f"candidatures/{identifier}").json()["data"]["membres"][0]["consentement"]
    assert (consent["par"]["nom"], consent["par"]["identite"]) == ("Vercheny", "lien")
    again = page(link, siret=REFUSED)  # the second one changes nothing
    assert again.status_code == 303
    assert portal.get(f"candidatures/{identifier}").json()["data"]["membres"][0]["siret"] == HEALTHY


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"siret": "12"}, "correctement formé"),
        ({"siret": "99910011800011"}, "correctement formé"),
        ({"accord": ""}, "Sans cet accord"),
        ({"prenom": " "}, "Donnez votre prénom"),
        ({"lots": "9"}, "n&#39;est pas l&#39;un de ceux"),
        ({"siret": BUYER}, "nul ne candidate chez soi"),
    ],
)
def test_what_is_wrong_on_the_page_is_said_there(portal: Markets, change: dict[str, str], said: str) -> None:
    on = portal.opened(market(lots=[{"numero": "1"}]))
    found = portal.applied(on)
    answer = page(found["links"]["entreprise"], **change)
    assert answer.status_code == 422
    assert said in answer.text.replace("\N{NO-BREAK SPACE}", " ")
    assert portal.get(f"marches/{on}/candidatures/{found['data']['id']}").json()["data"]["etat"] == "attendue"


def test_a_summary_leads_to_each_fault_and_what_was_ticked_stays(portal: Markets) -> None:
    on = portal.opened(market() | {"certificats_anticipes": True})
    answer = page(portal.applied(on)["links"]["entreprise"], siret="12", prenom="", anticipes="oui")
    assert answer.status_code == 422
    assert "<title>Erreur : " in answer.text
    assert re.findall('<li><a href="#([^"]+)">', answer.text) == ["champ-siret", "champ-prenom"]
    for ident in ("champ-siret", "champ-prenom"):
        assert f'id="{ident}"' in answer.text
    assert re.search('id="accord"[^>]* checked', answer.text)
    assert re.search('id="anticipes"[^>]* checked', answer.text)


def refused_in_the_end(portal: Markets, on: str, identifier: str) -> dict[str, Any]:
    """The application once Sirene has said that nothing can come of it: at once, or when it answers."""
    end = time.monotonic() + 20
    while time.monotonic() < end:
        found = dict(portal.get(f"marches/{on}/candidatures/{identifier}").json())
        if found["data"]["etat"] == "irrecevable":
            return found
        time.sleep(0.05)
    raise AssertionError(found)


def test_a_siret_that_cannot_apply_may_be_given_anew(portal: Markets) -> None:
    """The application stays the portal's, and the file that begins in the end holds nothing of the first company."""
    on = portal.opened()
    found = portal.applied(on)
    identifier = found["data"]["id"]
    assert page(found["links"]["entreprise"], siret=CLOSED).status_code in (303, 409)
    link = refused_in_the_end(portal, on, identifier)["links"]["entreprise"]
    assert "fermé" in httpx.get(link).text
    watched = httpx.URL(link.replace("/candidater/", "/candidature/"))
    shown = httpx.get(watched).text
    assert "Donner un autre SIRET" in shown
    assert httpx.URL(link).raw_path.decode() in shown
    followed = httpx.get(watched.copy_with(path=f"{watched.path}/evenements")).text
    assert followed.endswith("event: refus\ndata: {}\n\nevent: fin\ndata: {}\n\n")
    assert page(link).status_code == 303
    file = portal.get(f"candidatures/{identifier}").json()["data"]
    assert (file["etat"], file["membres"][0]["siret"]) == ("ouvert", HEALTHY)
    assert {piece["membre"] for piece in file["pieces"]} == {HEALTHY}


def test_a_link_tries_a_few_sirets_and_no_more(portal: Markets) -> None:
    """It is for a company that mistyped, and not for going through all there are."""
    on = portal.opened()
    found = portal.applied(on)
    link = found["links"]["entreprise"]
    for _ in range(5):
        assert page(link, siret=UNKNOWN).status_code in (303, 409)
        refused_in_the_end(portal, on, found["data"]["id"])
    assert page(link).status_code == 429


@pytest.mark.parametrize("change", ["none", "other", "forged", "ended"])
def test_another_link_opens_nothing(portal: Markets, change: str) -> None:
    on = portal.opened()
    link = portal.applied(on)["links"]["entreprise"]
    other = portal.applied(on)["links"]["entreprise"]
    bare, _, proof = link.partition("?")
    until, _, signature = proof.removeprefix("acces=").partition(".")
    asked = {
        "none": bare,
        "other": f"{bare}?{other.partition('?')[2]}",
        "forged": f"{bare}?acces={until}.{'A' * len(signature)}",
        "ended": f"{bare}?acces={int(time.time()) - 1}.{signature}",
    }[change]
    assert (httpx.get(asked).status_code, page(asked).status_code) == (404, 404)
    assert httpx.get(link).status_code == 200


def test_a_form_from_elsewhere_is_refused(portal: Markets) -> None:
    link = portal.applied(portal.opened())["links"]["entreprise"]
    assert httpx.post(link, data=FORM, headers={"origin": "https://ailleurs.example"}).status_code == 403


def test_the_attestation_and_the_package_come_with_the_deposit(portal: Markets) -> None:
    on = portal.opened()
    waiting = portal.applied(on)["data"]["id"]
    assert refusal(portal.get(f"marches/{on}/candidatures/{waiting}/attestation")) == (409, ["00755"])
    early = portal.applied(on, {"siret": REFUSED, "consentement": {"par": PERSON}})["data"]["id"]
    assert refusal(portal.get(f"marches/{on}/candidatures/{early}/paquet")) == (403, ["00721"])
    identifier = portal.deposited(on)
    links = portal.get(f"marches/{on}/candidatures/{identifier}").json()["links"]
    attestation = portal.get(links["attestation"].partition("/v1/")[2])
    assert (attestation.headers["content-type"], attestation.content[:5]) == ("application/pdf", b"%PDF-")
    package = portal.get(links["paquet"].partition("/v1/")[2])
    assert (package.headers["content-type"], package.content[:2]) == ("application/zip", b"PK")
    assert portal.get(f"marches/{on}").json()["data"]["candidatures"] == {
        "attendues": 1, "commencees": 2, "deposees": 1,
    }  # fmt: skip


def test_what_the_company_agreed_to_by_the_link_is_in_what_is_sealed(portal: Markets) -> None:
    """In the very words of the page, with who said so and how we know."""
    on = portal.opened({**market(), "certificats_anticipes": True})
    found = portal.applied(on)
    assert page(found["links"]["entreprise"], anticipes="oui").status_code == 303
    identifier = found["data"]["id"]
    portal.post(f"candidatures/{identifier}/declarations", {"par": PERSON, "declarations": HONOUR})
    portal.post(f"candidatures/{identifier}/depot", {"par": PERSON})
    package = portal.get(f"marches/{on}/candidatures/{identifier}/paquet").content
    packet = Packet(package)
    (listed,) = packet.of("seal")
    sealed = json.loads(packet.content(listed.path))["dossier"]
    consent = sealed["members"][0]["consent"]
    assert (sealed["market"], consent["given_by"]["proved"], consent["early"]) == (on, "lien", True)
    assert "ses données soient réunies" in consent["text"]
    assert "sans attendre l'attribution" in consent["text"]


def test_the_portal_is_told_with_a_signature_over_what_was_sent_and_when(portal: Markets, notices: Notices) -> None:
    body = {**market(), "notification": {"url": notices.address, "secret": SECRET}, "reference_portail": "AO-9"}
    on = portal.opened(body)
    identifier = portal.applied(on, {"reference_portail": "s-1"})["data"]["id"]
    link = portal.get(f"marches/{on}/candidatures/{identifier}").json()["links"]["entreprise"]
    assert page(link).status_code == 303
    portal.post(f"candidatures/{identifier}/declarations", {"par": PERSON, "declarations": HONOUR})
    portal.post(f"candidatures/{identifier}/depot", {"par": PERSON})
    assert portal.post(f"marches/{on}/fermeture", {}).status_code == 200
    wanted = {"marche.ouvert", "candidature.commencee", "dossier.depose", "marche.ferme"}
    told = notices.until(lambda found: wanted <= {one["evenement"] for one in found})
    assert {one["marche"] for one in told} == {on}
    begun = next(one for one in told if one["evenement"] == "candidature.commencee")
    assert (begun["candidature"], begun["siret"], begun["reference_portail"]) == (identifier, HEALTHY, "s-1")
    deposited = next(one for one in told if one["evenement"] == "dossier.depose")
    assert (deposited["candidature"], deposited["reference_portail"]) == (identifier, "s-1")
    published_as = published().strict(published().whole["components"]["schemas"]["Notification"])
    for headers, content in notices.received:
        assert list(published_as.iter_errors(json.loads(content))) == []
        signed = hmac.new(SECRET.encode(), content, hashlib.sha256).hexdigest()
        assert headers["x-webhook-signature-sha256"] == f"sha256={signed}"
        sent = datetime.fromisoformat(json.loads(content)["envoye_le"])
        assert abs(datetime.now(UTC) - sent) < timedelta(minutes=2)
    names = [headers["x-webhook-id"] for headers, _ in notices.received]
    assert len(set(names)) == len(names)
    assert SECRET not in portal.get(f"marches/{on}").text


def test_what_a_portal_did_not_take_is_told_again_under_the_same_name(portal: Markets, notices: Notices) -> None:
    notices.refuse = 2
    portal.opened({**market(), "notification": {"url": notices.address, "secret": SECRET}})
    notices.until(lambda found: len(found) == 3)
    assert len({headers["x-webhook-id"] for headers, _ in notices.received}) == 1


def test_a_browser_comes_back_with_the_market_and_a_proof_worth_once(portal: Markets, visitor: Visitor) -> None:
    on = portal.opened({**market(), "retour": "https://portail.example/retour?s=1"})
    identifier = portal.deposited(on)
    page = visitor.signed_in("eloise-vercheny", f"/candidature/{identifier}")
    back = re.search(r'href="(https://portail\.example/retour[^"]+)"', page.text)
    assert back is not None
    query = dict(httpx.URL(html.unescape(back[1])).params)
    assert (query["s"], query["marche"], query["candidature"], query["etat"]) == ("1", on, identifier, "depose")
    forged = query["jeton"][:-1] + ("A" if query["jeton"][-1] != "A" else "B")
    assert refusal(portal.post(f"candidatures/{identifier}/retours", {"jeton": forged})) == (410, ["00726"])
    first = portal.post(f"candidatures/{identifier}/retours", {"jeton": query["jeton"]})
    assert first.json()["data"] == {"candidature": identifier, "etat": "depose"}
    replayed = portal.post(f"candidatures/{identifier}/retours", {"jeton": query["jeton"]})
    assert refusal(replayed) == (410, ["00726"])


def test_to_another_portal_nothing_of_it_exists(portal: Markets, sandbox: Sandbox, client: httpx.Client) -> None:
    on = portal.opened()
    identifier = portal.deposited(on)
    other = Markets(sandbox, client)
    mine = other.opened()
    for answer in (
        other.get(f"marches/{on}"), other.post(f"marches/{on}/fermeture", {}), other.post(f"marches/{on}/report", {}),
        other.get(f"marches/{on}/candidatures"),
        other.post(f"marches/{on}/candidatures", AGREED), other.get(f"marches/{on}/candidatures/{identifier}"),
        other.get(f"marches/{on}/candidatures/{identifier}/attestation"),
        other.get(f"marches/{on}/candidatures/{identifier}/paquet"),
    ):  # fmt: skip
        assert refusal(answer) == (404, ["00750"])
    assert refusal(other.get(f"marches/{mine}/candidatures/{identifier}")) == (404, ["00700"])
    assert refusal(other.get(f"marches/{mine}/candidatures/{identifier}/paquet")) == (404, ["00700"])
    assert portal.get(f"marches/{on}").json()["data"]["etat"] == "ouvert"


def test_a_purpose_without_files_has_no_markets_and_a_recipient_keeps_to_its_own(
    sandbox: Sandbox, client: httpx.Client
) -> None:
    plain = sandbox.token("marches_publics")
    assert refusal(client.post("/v1/marches", json=market(), headers=plain.header)) == (403, ["00720"])
    bound = Markets(sandbox, client, recipients=frozenset({"13002526500013"}))
    assert refusal(bound.post("marches", market())) == (403, ["00213"])
    assert bound.post("marches", {**market(), "acheteur": {"siret": "13002526500013"}}).status_code == 201


def test_the_same_key_opens_one_market_however_many_ask_at_once(portal: Markets) -> None:
    body, key = market(), str(uuid.uuid4())
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: portal.post("marches", body, key), range(8)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["data"]["id"] for answer in answers}) == 1
    assert refusal(portal.post("marches", market(), key)) == (409, ["00710"])
    assert len(portal.get("marches").json()["data"]) == 1


def test_the_same_key_makes_one_application_and_a_company_has_one_file(portal: Markets) -> None:
    on, key = portal.opened(), str(uuid.uuid4())
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _: portal.post(f"marches/{on}/candidatures", AGREED, key), range(6)))
    made = {answer.json()["data"]["id"] for answer in answers if answer.status_code == 201}
    assert len(made) == 1
    assert all(refusal(one) == (409, ["00710"]) for one in answers if one.status_code != 201)
    twice = portal.post(f"marches/{on}/candidatures", AGREED)
    assert refusal(twice) == (409, ["00753"])
    assert twice.json()["errors"][0]["meta"] == {"candidature": made.pop()}
    link = portal.applied(on)["links"]["entreprise"]
    assert page(link).status_code == 409
    assert portal.post(f"marches/{portal.opened()}/candidatures", AGREED).status_code == 201


def test_two_companies_pages_for_one_siret_make_one_file(portal: Markets) -> None:
    on = portal.opened()
    links = [portal.applied(on)["links"]["entreprise"] for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        statuses = sorted(answer.status_code for answer in pool.map(page, links))
    assert statuses == [303, 409, 409, 409]
    assert portal.get(f"marches/{on}").json()["data"]["candidatures"]["commencees"] == 1


def test_a_withdrawn_application_lets_its_company_begin_again(portal: Markets, client: httpx.Client) -> None:
    on = portal.opened()
    first = portal.applied(on, AGREED)["data"]["id"]
    assert client.delete(f"/v1/candidatures/{first}", headers=portal.bearer.header).status_code == 204
    assert portal.applied(on, AGREED)["data"]["id"] != first


def test_an_unknown_company_s_application_says_so_and_blocks_nothing(portal: Markets) -> None:
    on = portal.opened()
    body = {"siret": UNKNOWN, "consentement": {"par": PERSON}}
    assert portal.post(f"marches/{on}/candidatures", body, "cle-1").status_code in (201, 409)
    (row,) = portal.get(f"marches/{on}/candidatures").json()["data"]
    refused_in_the_end(portal, on, row["id"])
    assert refusal(portal.post(f"marches/{on}/candidatures", body, "cle-1")) == (409, ["00718"])
    assert portal.applied(on, AGREED)["data"]["etat"] == "ouvert"


def test_a_consultation_has_one_open_market(portal: Markets) -> None:
    body = market()
    on = portal.opened(body)
    again = portal.post("marches", body)
    assert refusal(again) == (409, ["00754"])
    assert again.json()["errors"][0]["meta"] == {"marche": on}
    portal.post(f"marches/{on}/fermeture", {})
    assert portal.opened(body) != on


def test_a_closed_market_takes_nobody_new_and_keeps_who_had_begun(portal: Markets) -> None:
    on = portal.opened()
    identifier = portal.applied(on, AGREED)["data"]["id"]
    link = portal.applied(on)["links"]["entreprise"]
    first = portal.post(f"marches/{on}/fermeture", {}).json()["data"]
    assert portal.post(f"marches/{on}/fermeture", {}).json()["data"]["ferme_le"] == first["ferme_le"]
    assert first["etat"] == "ferme"
    assert refusal(portal.post(f"marches/{on}/candidatures", {})) == (409, ["00751"])
    assert (httpx.get(link).status_code, page(link, siret=REFUSED).status_code) == (409, 409)
    portal.post(f"candidatures/{identifier}/declarations", {"par": PERSON, "declarations": HONOUR})
    assert portal.post(f"candidatures/{identifier}/depot", {"par": PERSON}).status_code == 201


def test_a_postponed_deadline_is_that_of_the_market_and_of_each_of_its_files(portal: Markets) -> None:
    """Deposited ones too: a buyer opens none of them before the new one. What is earlier, or too late, is refused."""
    near = datetime.now(UTC) + timedelta(seconds=6)
    on = portal.opened(market(date_limite=near.strftime("%Y-%m-%dT%H:%M:%SZ")))
    begun = portal.applied(on, AGREED)["data"]["id"]
    sealed = portal.deposited(on, {"siret": REFUSED, "consentement": {"par": PERSON}})
    later = (near + timedelta(days=9)).strftime("%Y-%m-%dT%H:%M:%SZ")
    for _ in range(2):
        moved = portal.post(f"marches/{on}/report", {"date_limite": later})
        assert (moved.status_code, moved.json()["data"]["date_limite"]) == (200, later)
    for identifier in (begun, sealed):
        assert portal.get(f"candidatures/{identifier}").json()["data"]["consultation"]["date_limite"] == later
    time.sleep(max(0.0, (near - datetime.now(UTC)).total_seconds()) + 1)
    portal.post(f"candidatures/{begun}/declarations", {"par": PERSON, "declarations": HONOUR})
    assert portal.post(f"candidatures/{begun}/depot", {"par": PERSON}).status_code == 201
    third = {"siret": "99910033200017", "consentement": {"par": PERSON}}
    file = portal.get(f"candidatures/{portal.applied(on, third)['data']['id']}").json()["data"]
    assert file["consultation"]["date_limite"] == later
    for sooner in (near.strftime("%Y-%m-%dT%H:%M:%SZ"), "2999-01-01T00:00:00Z", "demain", None, 12):
        refused = portal.post(f"marches/{on}/report", {"date_limite": sooner})
        assert (refused.status_code, refused.json()["errors"][0]["source"]) == (422, {"pointer": "/date_limite"})
    portal.post(f"marches/{on}/fermeture", {})
    assert refusal(portal.post(f"marches/{on}/report", {"date_limite": later})) == (409, ["00751"])


def test_past_its_deadline_a_market_takes_nobody_and_nothing(portal: Markets) -> None:
    near = datetime.now(UTC) + timedelta(seconds=5)
    on = portal.opened(market(date_limite=near.strftime("%Y-%m-%dT%H:%M:%SZ")))
    identifier = portal.applied(on, AGREED)["data"]["id"]
    link = portal.applied(on)["links"]["entreprise"]
    portal.post(f"candidatures/{identifier}/declarations", {"par": PERSON, "declarations": HONOUR})
    while portal.get(f"marches/{on}").json()["data"]["etat"] != "echu":
        time.sleep(0.2)
    assert refusal(portal.post(f"marches/{on}/candidatures", {})) == (409, ["00752"])
    assert refusal(portal.post(f"marches/{on}/report", {"date_limite": "2030-01-01T00:00:00Z"})) == (409, ["00752"])
    assert (httpx.get(link).status_code, page(link, siret=REFUSED).status_code) == (409, 409)
    assert refusal(portal.post(f"candidatures/{identifier}/depot", {"par": PERSON})) == (422, ["00703"])


def test_opening_and_closing_a_market_are_in_the_log_with_what_was_stated(portal: Markets, sandbox: Sandbox) -> None:
    on = portal.opened()
    identifier = portal.applied(on, AGREED)["data"]["id"]
    portal.post(f"marches/{on}/report", {"date_limite": "2030-01-01T00:00:00Z"})
    portal.post(f"marches/{on}/fermeture", {})
    with sqlite3.connect(f"file:{sandbox.state}/audit.db?mode=ro", uri=True) as log:
        rows = [json.loads(entry) for (entry,) in log.execute("SELECT entry FROM record WHERE entry IS NOT NULL")]
    log.close()
    found = [row for row in rows if row.get("market") == on]
    assert [row["event"] for row in found] == ["market_opened", "dossier_opened", "market_changed", "market_closed"]
    assert {row["habilitation"] for row in found} == {portal.bearer.habilitation_id}
    assert (found[0]["recipient"], found[1]["dossier"]) == (BUYER, identifier)
    assert found[2]["until"] == "2030-01-01T00:00:00Z"
    assert re.fullmatch("[0-9a-f]{64}", found[0]["digest"])


def test_another_token_of_the_habilitation_takes_over(portal: Markets, sandbox: Sandbox) -> None:
    """By its link a company begins under a token that is still good, and under none when there is none."""
    on = portal.opened()
    links = [portal.applied(on)["links"]["entreprise"] for _ in range(2)]
    sandbox.register.revoke(portal.bearer.id, int(time.time()))
    ended = page(links[0])
    assert ended.status_code == 503
    assert "Le portail ne peut plus" in ended.text
    portal.bearer = sandbox.another(portal.bearer)
    assert portal.get(f"marches/{on}").status_code == 200
    assert [page(link, siret=siret).status_code for link, siret in zip(links, (HEALTHY, REFUSED), strict=True)] == [
        303,
        303,
    ]
