# SPDX-License-Identifier: EUPL-1.2
"""An application file through HTTP: from one SIRET to the deposit, each fact sourced, nothing concluded alone."""

import hashlib
import json
import re
import sqlite3
from collections import Counter
from typing import Any

import httpx
import pytest

from connectors.kit.simulation.pdf import pdf
from tests.conftest import Sandbox
from tests.story.files import (
    BUYER,
    CLOSED,
    HEALTHY,
    HONOUR,
    PERSON,
    PURPOSE,
    REFUSED,
    Portal,
    codes,
    piece,
    request,
)


@pytest.fixture
def portal(sandbox: Sandbox, client: httpx.Client) -> Portal:
    """A portal of this test alone."""
    return Portal(sandbox, client)


def records(sandbox: Sandbox, dossier: str) -> list[dict[str, Any]]:
    """The log's records of a file."""
    with sqlite3.connect(f"file:{sandbox.state}/audit.db?mode=ro", uri=True) as log:
        rows = [json.loads(entry) for (entry,) in log.execute("SELECT entry FROM record WHERE entry IS NOT NULL")]
    log.close()
    return [row for row in rows if row.get("dossier") == dossier]


def test_one_siret_and_one_tender_make_a_sourced_file(portal: Portal) -> None:
    """Every registry the market and the company call for, each answer with its source, dates and receipt."""
    identifier = portal.deposited()
    file = portal.complete(identifier, "acheteur")
    assert file["consultation"]["objet"] == "Renouvellement du réservoir d'eau potable de Valclair"
    vigilance = piece(file, "attestation_vigilance")
    assert (vigilance["etat"], vigilance["issue"]) == ("recuperee", "conforme")
    assert vigilance["documents"][0]["controles"]["pdf"] is True
    assert vigilance["documents"][0]["controles"]["code_securite"] == vigilance["valeur"]["code_securite"]
    assert vigilance["provenance"]["valide_jusqu_au"] == vigilance["valeur"]["date_fin_validite"]
    assert piece(file, "chiffres_affaires")["valeur"][0]["chiffre_affaires"] == 4180500
    for one in file["pieces"]:
        if one["etat"] == "recuperee":
            assert one["provenance"]["recu"].endswith(one["provenance"]["echange"])
            assert one["provenance"]["base_legale"]


def test_each_item_is_an_exchange_like_any_other(portal: Portal, sandbox: Sandbox) -> None:
    """Same two records, under the portal's habilitation and the file's purpose, with the file's id."""
    identifier = portal.opened()
    file = portal.complete(identifier)
    found = records(sandbox, identifier)
    asked = [row for row in found if row["event"] == "asked"]
    outcomes = [row for row in found if row["event"] in ("answered", "failed", "refused")]
    assert {row["id"] for row in asked} <= {row["id"] for row in outcomes}
    assert len(outcomes) == len(file["pieces"])
    assert {row["habilitation"] for row in outcomes} == {portal.bearer.habilitation_id}
    assert {row["purpose"] for row in outcomes} == {PURPOSE}
    assert {row["recipient"] for row in outcomes} == {BUYER}


def test_the_deposit_is_sealed_in_the_log(portal: Portal, sandbox: Sandbox) -> None:
    """The digest of what was known is in a record, and the file keeps the bytes it was taken on."""
    identifier = portal.deposited()
    file = portal.read(identifier, "acheteur")
    sealed = [row for row in records(sandbox, identifier) if row["event"] == "dossier_sealed"]
    assert [row["digest"] for row in sealed] == [file["depot"]["empreinte"]]
    names = Counter(row["event"] for row in records(sandbox, identifier))
    assert names["dossier_opened"] == names["dossier_declared"] == 1


def test_what_is_protected_does_not_show_to_the_portal_s_pages(portal: Portal) -> None:
    """A company in order and one the Urssaf refuses look the same to whoever has not signed in."""
    seen = {}
    for siret in (HEALTHY, REFUSED):
        identifier = portal.opened(request(siret))
        portal.complete(identifier)
        for view in ("public", "portail"):
            file = portal.read(identifier, view)
            hidden = {one["cle"]: one for one in file["pieces"] if one["acces"] == "protege"}
            assert {one["etat"] for one in hidden.values()} == {"protegee"}
            row = hidden["attestation_vigilance"]
            seen[siret, view] = {name: value for name, value in row.items() if name not in ("id", "membre")}
            assert "refus" not in json.dumps(file)
            assert file["pieces"] != []
    for view in ("public", "portail"):
        assert seen[HEALTHY, view] == seen[REFUSED, view]
    assert "interrogee" not in seen[HEALTHY, "public"]


def test_a_refusal_is_a_fact_against_the_company_and_blocks_nothing(portal: Portal) -> None:
    """The buyer reads it beside what the company answered; the deposit went through."""
    identifier = portal.opened(request(REFUSED))
    portal.complete(identifier)
    portal.declared(identifier)
    name = f"{REFUSED}:attestation_vigilance"
    contested = portal.post(f"/{identifier}/contestations", {"par": PERSON, "piece": name, "texte": "Réglé le 3."})
    assert contested.status_code == 201
    assert portal.post(f"/{identifier}/depot", {"par": PERSON}).status_code == 201
    vigilance = piece(portal.read(identifier, "acheteur"), "attestation_vigilance")
    assert (vigilance["etat"], vigilance["issue"]) == ("contestee", "non_conforme")
    assert vigilance["defavorable"] is True
    assert vigilance["contestation"]["texte"] == "Réglé le 3."
    twice = portal.post(f"/{identifier}/contestations", {"par": PERSON, "piece": name, "texte": "Encore."})
    assert (twice.status_code, codes(twice)) == (409, ["00712"])


def test_a_fund_that_knows_the_company_and_refuses_is_no_absence(portal: Portal) -> None:
    """« Not up to date » is a fact against the company, told and contested; « unknown here » is out of scope."""
    identifier = portal.opened(request(REFUSED))
    portal.complete(identifier)
    portal.declared(identifier)
    name = f"{REFUSED}:conges_intemperies_cibtp"
    told = portal.post(f"/{identifier}/contestations", {"par": PERSON, "piece": name, "texte": "Réglé le 3."})
    assert told.status_code == 201
    assert portal.post(f"/{identifier}/depot", {"par": PERSON}).status_code == 201
    file = portal.read(identifier, "acheteur")
    fund = piece(file, "conges_intemperies_cibtp")
    assert (fund["etat"], fund["issue"], fund["defavorable"]) == ("contestee", "non_conforme", True)
    assert fund["provenance"]["code_erreur"] == "38422"
    assert fund["valeur"] is None
    other = piece(file, "conges_intemperies_cnetp")
    assert (other["etat"], other["issue"], other["defavorable"]) == ("hors_perimetre", "hors_perimetre", False)


def test_the_buyer_reads_nothing_before_the_deposit(portal: Portal) -> None:
    """Not even that something was gathered."""
    identifier = portal.opened()
    early = portal.get(f"/{identifier}", vue="acheteur")
    assert (early.status_code, codes(early)) == (403, ["00721"])


def test_at_candidature_certificates_wait_for_the_attribution(portal: Portal) -> None:
    """Declarations and information first; the phase moves, and only then are certificates asked."""
    identifier = portal.opened(request(early=False))
    before = {one["cle"] for one in portal.complete(identifier)["pieces"]}
    assert "chiffres_affaires" in before
    assert not before & {"attestation_vigilance", "attestation_fiscale", "extrait_rne"}
    assert portal.post(f"/{identifier}/actualisation", {"phase": "attribution"}).status_code == 202
    after = {one["cle"] for one in portal.complete(identifier)["pieces"]}
    assert after >= before | {"attestation_vigilance", "attestation_fiscale", "extrait_rne"}
    back = portal.post(f"/{identifier}/actualisation", {"phase": "candidature"})
    assert back.status_code == 422


def test_early_certificates_need_the_company_s_consent_as_well(portal: Portal) -> None:
    """The portal alone cannot decide it."""
    body = request(early=True)
    body["consentement"] = {"par": PERSON}
    file = portal.complete(portal.opened(body))
    assert "attestation_vigilance" not in {one["cle"] for one in file["pieces"]}


def test_the_same_request_opens_one_file(portal: Portal) -> None:
    """An idempotency key: the same answer again, and a refusal for another request."""
    first = portal.post("", request(), "cle-1")
    again = portal.post("", request(), "cle-1")
    other = portal.post("", request(REFUSED), "cle-1")
    assert first.json()["data"]["id"] == again.json()["data"]["id"]
    assert (other.status_code, codes(other)) == (409, ["00710"])


def test_a_file_belongs_to_its_habilitation(portal: Portal, sandbox: Sandbox, client: httpx.Client) -> None:
    """To another portal it does not exist; to a plain purpose there are no files at all."""
    identifier = portal.opened()
    other = Portal(sandbox, client)
    for answer in (other.get(f"/{identifier}"), other.post(f"/{identifier}/depot", {"par": PERSON})):
        assert (answer.status_code, codes(answer)) == (404, ["00700"])
    plain = Portal(sandbox, client, sandbox.token("marches_publics")).post("", request())
    assert (plain.status_code, codes(plain)) == (403, ["00720"])
    nobody = client.post("/v1/candidatures", json=request())
    assert (nobody.status_code, codes(nobody)) == (401, ["00101"])


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"siret": "12345"}, 422, "00701"),
        ({"siret": "99910077900019"}, 422, "00702"),
        ({"siret": CLOSED}, 409, "00719"),
        ({"siret": "99911999300015"}, 409, "00718"),
        ({"consultation": {"source": "boamp", "reference": "25-99886"}}, 409, "00704"),
        (
            {"consultation": {"source": "profil", "reference": "A", "objet": "B", "date_limite": "2020-01-01T12:00"}},
            422,
            "00703",
        ),
        ({"consultation": {"source": "manuel", "reference": "A", "objet": "B"}}, 422, "00701"),
        ({"type_marche": "mystère"}, 422, "00701"),
        ({"phase": "jamais"}, 422, "00701"),
        ({"pieces": ["casier_judiciaire"]}, 422, "00708"),
        ({"consentement": None}, 422, "00709"),
        ({"consentement": {"par": {"prenom": "X"}}}, 422, "00701"),
        ({"groupement": {"forme": "conjoint"}}, 422, "00701"),
        ({"groupement": {"membres": [{"siret": HEALTHY, "role": "sous_traitant"}]}}, 422, "00706"),
        ({"groupement": {"membres": [{"siret": BUYER, "role": "sous_traitant"}]}}, 422, "00702"),
        ({"notification": {"url": "http://portail.example/x", "secret": "0123456789abcdef"}}, 422, "00715"),
        ({"notification": {"url": "https://10.0.0.8/x", "secret": "0123456789abcdef"}}, 422, "00715"),
        ({"notification": {"url": "https://portail.example/x", "secret": "court"}}, 422, "00701"),
        ({"inconnue": 1}, 422, "00701"),
    ],
)
def test_bad_openings_are_refused_with_their_place(
    change: dict[str, Any], status: int, code: str, portal: Portal
) -> None:
    """Each with a code of its own, and nothing asked in vain afterwards."""
    answer = portal.post("", request(**change))
    assert (answer.status_code, codes(answer)[0]) == (status, code), answer.text


def test_unreadable_bodies_are_refused(portal: Portal, client: httpx.Client) -> None:
    """Not JSON, too deep, too long."""
    for body, status in ((b"{", 400), (b"[" * 50 + b"]" * 50, 400), (b'"' + b"a" * 300_000 + b'"', 413), (b"[]", 422)):
        answer = client.post("/v1/candidatures", content=body, headers=portal.bearer.header)
        assert answer.status_code == status, answer.text


def test_lots_are_those_of_the_consultation(portal: Portal) -> None:
    """A lot nobody announced is refused."""
    consultation = {
        "source": "profil", "reference": "A-1", "objet": "Essai", "date_limite": "2033-01-01T12:00:00Z",
        "lots": [{"numero": "1"}, {"numero": "2", "intitule": "Plomberie"}],
    }  # fmt: skip
    wrong = portal.post("", request(consultation=consultation, lots=["3"]))
    assert (wrong.status_code, codes(wrong)) == (422, ["00705"])
    right = portal.post("", request(consultation=consultation, lots=["2"]))
    assert right.json()["data"]["lots"] == ["2"]
    assert "avis_boamp" not in {one["cle"] for one in right.json()["data"]["pieces"]}


def test_nothing_is_asked_about_a_member_that_has_not_agreed(portal: Portal) -> None:
    """Each company of a group consents for itself; the deposit waits for all of them."""
    partner = "99910088600012"
    body = request(early=False, groupement={"forme": "conjoint", "membres": [{"siret": partner, "role": "cotraitant"}]})
    identifier = portal.opened(body)
    file = portal.complete(identifier)
    assert {one["membre"] for one in file["pieces"]} == {HEALTHY}
    portal.declared(identifier)
    lacking = portal.post(f"/{identifier}/depot", {"par": PERSON})
    assert (lacking.status_code, set(codes(lacking))) == (409, {"00716"})
    agreed = {"siret": partner, "consentement": {"par": {**PERSON, "nom": "Hauterive"}}}
    assert portal.post(f"/{identifier}/consentements", agreed).status_code == 201
    file = portal.complete(identifier)
    assert {one["membre"] for one in file["pieces"]} == {HEALTHY, partner}
    theirs = {"par": PERSON, "membre": partner, "declarations": HONOUR}
    assert portal.post(f"/{identifier}/declarations", theirs).status_code == 201
    assert portal.post(f"/{identifier}/depot", {"par": PERSON}).status_code == 201


def test_a_deposit_happens_once(portal: Portal) -> None:
    """The same key gives the same deposit; another attempt is refused; declarations are closed."""
    identifier = portal.opened()
    portal.complete(identifier)
    portal.declared(identifier)
    first = portal.post(f"/{identifier}/depot", {"par": PERSON}, "depot")
    again = portal.post(f"/{identifier}/depot", {"par": PERSON}, "depot")
    assert first.json()["data"]["depot"] == again.json()["data"]["depot"]
    second = portal.post(f"/{identifier}/depot", {"par": PERSON})
    assert (second.status_code, codes(second)) == (409, ["00711"])
    late = portal.post(f"/{identifier}/declarations", {"par": PERSON, "declarations": HONOUR})
    assert (late.status_code, codes(late)) == (409, ["00723"])


def test_a_document_that_stays_at_its_registry_is_in_the_file_too(portal: Portal, sandbox: Sandbox) -> None:
    """The national register's extract is named by an address that dies within the hour; a file lasts for months."""
    first = portal.deposited()
    extract = piece(portal.read(first, "acheteur"), "extrait_rne")
    assert (extract["etat"], extract["issue"]) == ("recuperee", None)
    (paper,) = extract["documents"]
    assert re.fullmatch(r"extrait_rne_[0-9]{9}\.pdf", paper["nom"])
    assert paper["controles"]["pdf"] is True
    assert portal.get(f"/{first}/documents/{paper['sha256']}", vue="acheteur").content.startswith(b"%PDF-")
    second = portal.deposited()
    again = piece(portal.read(second, "acheteur"), "extrait_rne")
    assert again["provenance"]["repris_du_dossier"] == first
    assert [one["sha256"] for one in again["documents"]] == [paper["sha256"]]


def test_an_earlier_file_s_answers_serve_again_with_their_own_dates(portal: Portal, sandbox: Sandbox) -> None:
    """Told once: the registry is spared, the consultation is recorded all the same."""
    first = portal.deposited()
    second = portal.deposited()
    before = piece(portal.read(first, "acheteur"), "attestation_fiscale")
    after = piece(portal.read(second, "acheteur"), "attestation_fiscale")
    assert after["provenance"]["repris_du_dossier"] == first
    assert after["provenance"]["recupere_le"] == before["provenance"]["recupere_le"]
    assert after["provenance"]["echange"] != before["provenance"]["echange"]
    assert after["documents"][0]["sha256"] == before["documents"][0]["sha256"]
    mine = [row for row in records(sandbox, second) if row.get("product") == "dgfip/attestation_fiscale"]
    assert [row["event"] for row in mine] == ["answered"]


def test_events_resume_after_the_last_one_seen(portal: Portal, client: httpx.Client) -> None:
    """Numbered from one without gaps; what is protected tells nothing."""
    identifier = portal.opened()
    portal.complete(identifier)

    def listened(after: str, count: int) -> list[dict[str, Any]]:
        found = []
        headers = {**portal.bearer.header, "last-event-id": after}
        with client.stream("GET", f"/v1/candidatures/{identifier}/events", headers=headers) as stream:
            assert stream.headers["content-type"].startswith("text/event-stream")
            for line in stream.iter_lines():
                if line.startswith("data: "):
                    found.append(json.loads(line[6:]))
                if len(found) == count:
                    break
        return found

    first = listened("0", 10)
    assert [one["rang"] for one in first] == list(range(1, 11))
    assert [one["rang"] for one in listened("8", 2)] == [9, 10]
    for one in first:
        if one.get("piece", {}).get("acces") == "protege":
            assert "issue" not in one["piece"]


def test_a_withdrawn_file_says_nothing_any_more(portal: Portal, sandbox: Sandbox) -> None:
    """What was gathered is erased; that it was withdrawn stays in the log."""
    identifier = portal.deposited()
    assert portal.delete(f"/{identifier}").status_code == 204
    file = portal.read(identifier)
    assert (file["etat"], file["pieces"], file["declarations"]) == ("retire", [], [])
    assert [row["event"] for row in records(sandbox, identifier)].count("dossier_withdrawn") == 1
    gone = portal.post(f"/{identifier}/depot", {"par": PERSON})
    assert (gone.status_code, codes(gone)) == (409, ["00717"])


def test_a_contest_carries_its_files_and_a_disguised_one_is_refused(portal: Portal) -> None:
    """Type by content; what is refused leaves the fact uncontested."""
    identifier = portal.opened()
    portal.complete(identifier)
    told = {"donnees": json.dumps({"par": PERSON, "piece": f"{HEALTHY}:rge", "texte": "Renouvelé."})}
    disguised = portal.send(f"/{identifier}/contestations", told, [("preuve.pdf", b"MZ" + b"\0" * 200)])
    assert (disguised.status_code, codes(disguised)) == (415, ["00714"])
    script = portal.send(f"/{identifier}/contestations", told, [("preuve.pdf", pdf("x") + b"/JavaScript (x)")])
    assert (script.status_code, codes(script)) == (415, ["00714"])
    large = portal.send(f"/{identifier}/contestations", told, [("preuve.pdf", b"%PDF-" + b"x" * 13_000_000)])
    assert (large.status_code, codes(large)) == (413, ["00713"])
    good = portal.send(f"/{identifier}/contestations", told, [("../preuve.pdf", pdf("Certificat renouvelé"))])
    assert good.status_code == 201, good.text
    contested = piece(portal.read(identifier), "rge")
    assert contested["etat"] == "contestee"
    assert [one["nom"] for one in contested["contestation"]["documents"]] == ["preuve.pdf"]


def test_a_document_is_handed_out_where_its_piece_is_shown(portal: Portal, sandbox: Sandbox) -> None:
    """A public certificate at any time; a protected one once deposited; each time with a record."""
    identifier = portal.opened()
    digest = piece(portal.complete(identifier), "qualibat")["documents"][0]["sha256"]
    found = portal.get(f"/{identifier}/documents/{digest}")
    assert (found.status_code, found.content[:5]) == (200, b"%PDF-")
    assert hashlib.sha256(found.content).hexdigest() == digest
    portal.declared(identifier)
    portal.post(f"/{identifier}/depot", {"par": PERSON})
    protected = piece(portal.read(identifier, "acheteur"), "attestation_vigilance")["documents"][0]["sha256"]
    assert portal.get(f"/{identifier}/documents/{protected}").content[:5] == b"%PDF-"
    other = portal.opened()
    portal.complete(other)
    early = portal.get(f"/{other}/documents/{protected}")
    assert (early.status_code, codes(early)) == (404, ["00700"])


def test_requests_of_a_portal_are_counted_and_say_so(sandbox: Sandbox, client: httpx.Client) -> None:
    """As plain calls are: the figures of the habilitation's own limit, and a refusal that says when to come back."""

    def four() -> list[httpx.Response]:
        portal = Portal(None, client, sandbox.token(PURPOSE, rate_limit=3))
        return [portal.get("") for _ in range(4)]

    answers = four()
    if len({one.headers["ratelimit-reset"] for one in answers}) > 1:
        answers = four()  # a minute ended meanwhile
    assert [one.status_code for one in answers] == [200, 200, 200, 429]
    assert [one.headers["ratelimit-remaining"] for one in answers] == ["2", "1", "0", "0"]
    assert (codes(answers[3]), answers[3].headers["ratelimit-limit"]) == (["00429"], "3")
    assert 1 <= int(answers[3].headers["retry-after"]) <= 60
    other = Portal(sandbox, client).get("/" + "0" * 36)
    assert (other.status_code, int(other.headers["ratelimit-remaining"])) == (404, 5999)


def test_unknown_addresses_under_version_one_are_still_unknown(client: httpx.Client) -> None:
    """Handing what is not data to the application behind opens nothing else."""
    assert client.get("/v1/rien").status_code == 404
    assert client.get("/v1/boamp/avis/26-99127").status_code == 401
    assert client.request("PUT", "/v1/candidatures").status_code == 405
