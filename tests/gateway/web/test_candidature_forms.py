# SPDX-License-Identifier: EUPL-1.2
"""A company's own pages of its file: all it may declare, corrected by addition; refused with what was typed kept."""

import html
import json
import re
import uuid
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from connectors.kit.simulation.pdf import pdf
from gateway.cli.dossier_example import request as example
from gateway.dossier.espd.request import read as read_request
from gateway.dossier.words import Answer
from tests.conftest import Sandbox
from tests.gateway.dossier.espd import requests_world
from tests.gateway.dossier.files_world import SHEETS
from tests.story.files import PURPOSE, Portal, request
from tests.story.representatives import WHO, Representative, fields_of, said

HEALTHY, REFUSED, ADVISER = "99910011800010", "99910022500013", "99910033200017"
BLOCKS = ("identite", "exclusions", "capacite_economique", "capacite_technique")
TYPED = {
    "honneur_exclusions": {"": "oui"},
    "obligation_emploi": {"": "oui"},
    "motifs_reconnus": {"": "Néant."},
    "redressement_judiciaire": {"": "non"},
    "nom_commercial": {"": "AGC Bois"},
    "marche_reserve": {"": "Non concernée."},
    "chiffre_affaires_declare": {".2025": "4 200 000,50"},
    "chiffre_affaires_domaine": {".2025": "80"},
    "effectif_declare": {".2025": "31,5"},
    "effectif_encadrement": {".2025": "3", ".2024": "2"},
    "assurance_risques": {"": "1 500 000 €"},
    "references_travaux": {".0.intitule": "Halle", ".0.client": "Valclair", ".0.annee": "2024"},
    "moyens_techniques": {"": "Un atelier."},
    "titres_intervenants": {"": "CAP menuisier."},
    "certificats_qualite": {"": "ISO 9001"},
    "gestion_environnementale": {"": "Tri des déchets."},
    "part_sous_traitee": {"": "12,5"},
}


def named(keys: dict[str, dict[str, str]]) -> dict[str, str]:
    return {f"q.{key}{name}": value for key, typed in keys.items() for name, value in typed.items()}


@pytest.fixture(scope="module")
def eloise(sandbox: Sandbox) -> Iterator[Representative]:
    found = Representative(sandbox, "eloise-vercheny")
    yield found
    found.close()


@pytest.fixture(scope="module")
def anselme(sandbox: Sandbox) -> Iterator[Representative]:
    found = Representative(sandbox, "anselme-valtorte")
    yield found
    found.close()


@pytest.fixture
def portal(sandbox: Sandbox, client: httpx.Client) -> Portal:
    return Portal(sandbox, client, sandbox.token(PURPOSE))


@pytest.fixture
def file(portal: Portal) -> str:
    """A complete file of the healthy company; the path of its page."""
    identifier = portal.opened()
    portal.complete(identifier)
    return f"/candidature/{identifier}"


def form(file: str, block: str, siret: str = HEALTHY) -> str:
    return f"{file}/declarer/{siret}/{block}"


def test_every_question_of_the_sheets_has_a_field_and_is_answered(
    eloise: Representative, file: str, portal: Portal
) -> None:
    """Each kind of answer there is; the buyer then reads them all, with who said so."""
    year = str(int(re.findall(r'name="q\.effectif_encadrement\.(\d{4})"', eloise.get(form(file, BLOCKS[2])).text)[0]))
    shown: set[str] = set()
    for block in BLOCKS:
        names = set(re.findall(r'name="q\.([a-z_]+)', eloise.get(form(file, block)).text))
        shown |= names
        typed = named({key: value for key, value in TYPED.items() if key in names})
        typed = {name.replace("2025", year): value for name, value in typed.items()}
        files = [("f.certificats_qualite", "iso.pdf", pdf("ISO 9001"))] if "certificats_qualite" in names else []
        answered = eloise.upload(form(file, block), typed, files)
        assert answered.url.path == file, said(answered.text)
    silent = {one.key for one in SHEETS.questions.values() if one.silent}
    other_markets = {"references_fournitures", "references_services"}
    assert shown == set(TYPED) == SHEETS.questions.keys() - silent - other_markets
    kinds = {SHEETS.questions[key].answer for key in shown}
    assert kinds >= set(Answer) - {Answer.CHOICE, Answer.COUNTRY, Answer.DATE, Answer.NUMBER}
    assert eloise.send(f"{file}/depot").url.path == file
    told = portal.read(file.rpartition("/")[2], "acheteur")["declarations"]
    values = {one["cle"]: one["valeur"] for one in told}
    assert values.keys() == set(TYPED)
    assert values["assurance_risques"] == 1500000
    assert values["chiffre_affaires_declare"] == [{"annee": int(year), "valeur": 4200000.5}]
    assert values["references_travaux"] == [{"intitule": "Halle", "client": "Valclair", "annee": 2024}]
    assert values["redressement_judiciaire"] is False
    assert {one["par"]["nom"] for one in told} == {"Verchény"}
    assert next(one for one in told if one["cle"] == "certificats_qualite")["documents"][0]["nom"] == "iso.pdf"


def test_a_correction_is_added_and_both_stay(eloise: Representative, file: str) -> None:
    """The latest counts, the other is shown below it; what was not changed is not declared again."""
    path = form(file, "capacite_technique")
    eloise.upload(path, named({"moyens_techniques": {"": "Un atelier."}, "part_sous_traitee": {"": "10"}}))
    eloise.upload(path, named({"moyens_techniques": {"": "Deux ateliers."}, "part_sous_traitee": {"": "10"}}))
    page = said(eloise.get(file).text)
    assert "Deux ateliers." in page
    assert "1 réponse corrigée" in page
    assert "Un atelier." in page.partition("1 réponse corrigée")[2]
    unchanged = eloise.upload(
        path, named({"moyens_techniques": {"": "Deux ateliers."}}) | {"q.part_sous_traitee": "10"}
    )
    assert unchanged.status_code == 422
    assert "Rien n'a changé" in said(unchanged.text)


def test_what_is_wrong_is_said_beside_its_field_and_what_was_typed_is_kept(eloise: Representative, file: str) -> None:
    """A summary that leads to each field; nothing is declared, not even what was right."""
    typed = named({"assurance_risques": {"": "beaucoup"}, "effectif_encadrement": {".2025": "trois"}})
    answer = eloise.upload(form(file, "capacite_economique"), typed | {"qualite": ""})
    assert answer.status_code == 422
    page = answer.text
    assert re.search(r"<title>Erreur", page)
    assert 'id="erreurs" role="alert" tabindex="-1"' in page
    for ident in ("q-assurance_risques", "qualite"):
        assert f'href="#{ident}"' in page
        field = re.search(rf'<(?:input|textarea)[^>]*id="{ident}"[^>]*>', page)
        assert field
        assert 'aria-invalid="true"' in field[0]
        assert f"{ident}-faute" in field[0]
        assert f'id="{ident}-faute"' in page
    assert fields_of(page)["q.assurance_risques"] == "beaucoup"
    assert "Déclaré" not in said(eloise.get(file).text).partition("Capacité économique")[2][:80]


def test_one_line_more_keeps_what_was_typed(eloise: Representative, file: str) -> None:
    typed = named({"references_travaux": {".0.intitule": "Halle"}})
    more = eloise.upload(
        form(file, "capacite_technique"), typed | {"n.references_travaux": 2, "ligne": "references_travaux"}
    )
    assert more.status_code == 200
    assert fields_of(more.text)["q.references_travaux.0.intitule"] == "Halle"
    assert 'name="q.references_travaux.2.intitule"' in more.text


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("attestation.pdf", b"MZ" + bytes(400), "PDF et les images"),
        ("attestation.docm", b"PK\x03\x04" + bytes(400), "PDF et les images"),
        ("attestation.pdf", pdf("x") + b"/OpenAction << /S /JavaScript >>", "contient un script"),
        ("attestation.pdf", b"%PDF-1.7" + bytes(11 * 1024 * 1024), "dépasse 10 Mio"),
        ("attestation.pdf", b"%PDF-1.7" + bytes(200 * 1024 * 1024), "dépasse 10 Mio"),
    ],
    ids=["disguised", "macro", "script", "11 Mio", "200 Mio"],
)
def test_a_file_that_cannot_be_taken_is_refused_on_the_same_page(
    name: str, content: bytes, why: str, eloise: Representative, file: str
) -> None:
    """Beside its field, with what was typed; nothing is declared."""
    path = form(file, "capacite_economique")
    answer = eloise.upload(
        path, named({"assurance_risques": {"": "1500000"}}), [("f.assurance_risques", name, content)]
    )
    assert answer.status_code == 422
    beside = re.search(r'id="f-assurance_risques-faute">(.*?)</p>', answer.text)
    assert beside
    assert why in said(f"<main>{beside[1]}")
    assert fields_of(answer.text)["q.assurance_risques"] == "1500000"
    good = eloise.upload(
        path, named({"assurance_risques": {"": "1500000"}}), [("f.assurance_risques", name, pdf("Vu"))]
    )
    assert good.url.path == file


def test_a_corrected_answer_keeps_the_files_it_is_told_to_keep(
    eloise: Representative, file: str, portal: Portal
) -> None:
    """Two files of the same name on the same form stay two files."""
    path = form(file, "capacite_economique")
    files = [("f.assurance_risques", "scan.pdf", pdf("Un")), ("f.assurance_risques", "scan.pdf", pdf("Deux"))]
    eloise.upload(path, {"q.assurance_risques": "100"}, files)
    kept = re.findall(r'name="g\.assurance_risques" value="([0-9a-f]{64})"', eloise.get(path).text)
    assert len(kept) == 2
    eloise.upload(path, {"q.assurance_risques": "200", "g.assurance_risques": kept[:1]})
    eloise.upload(
        form(file, "exclusions"), named({"honneur_exclusions": {"": "oui"}, "obligation_emploi": {"": "oui"}})
    )
    eloise.send(f"{file}/depot")
    told = portal.read(file.rpartition("/")[2], "acheteur")["declarations"]
    made = [one for one in told if one["cle"] == "assurance_risques"]
    assert [(one["valeur"], len(one["documents"])) for one in made] == [(100, 2), (200, 1)]
    assert made[1]["documents"][0]["sha256"] == kept[0]


def test_only_who_speaks_for_the_company_declares(
    eloise: Representative, anselme: Representative, file: str, sandbox: Sandbox
) -> None:
    """To another company's representative the file does not exist; a stale form is refused before its files."""
    path = form(file, "exclusions")
    assert anselme.get(path).status_code == 404
    assert anselme.upload(path, {"q.honneur_exclusions": "oui"}).status_code == 404
    assert anselme.send(f"{file}/depot").status_code == 404
    assert eloise.upload(path, {"q.honneur_exclusions": "oui"}, token="x" * 43).status_code == 403
    assert eloise.get(form(file, "exclusions", REFUSED)).status_code == 403
    assert eloise.get(form(file, "rien")).status_code == 404
    nobody = httpx.post(f"{sandbox.address}{path}", data={"q.honneur_exclusions": "oui"})
    assert nobody.headers["location"].startswith("/connexion")


def test_a_fact_is_contested_once_with_its_proof(anselme: Representative, portal: Portal) -> None:
    """The refusal of the Urssaf is shown to the company first, which answers with text and file."""
    identifier = portal.opened(request(REFUSED))
    portal.complete(identifier)
    file = f"/candidature/{identifier}"
    seen = said(anselme.get(file).text)
    assert seen.count("Défavorable") == 3  # Urssaf, PRO BTP, and the fund that says it is not up to date
    assert "Non délivrée" in seen
    path = f"{file}/contester/{REFUSED}/attestation_vigilance"
    empty = anselme.upload(path, {"texte": ""}, [("fichiers", "preuve.pdf", pdf("Réglé"))])
    assert (empty.status_code, "à choisir de nouveau" in said(empty.text)) == (422, True)
    wrong = anselme.upload(path, {"texte": "Réglé le 3 mars."}, [("fichiers", "preuve.pdf", b"GIF89a")])
    assert wrong.status_code == 422
    assert "Réglé le 3 mars." in wrong.text
    good = anselme.upload(path, {"texte": "Réglé le 3 mars."}, [("fichiers", "preuve.pdf", pdf("Réglé"))])
    assert good.url.path == file
    page = good.text
    assert "Réglé le 3 mars." in page
    proof = re.search(rf'href="({file}/documents/[0-9a-f]{{64}})">preuve.pdf', page)
    assert proof
    assert anselme.get(proof[1]).content[:5] == b"%PDF-"
    assert anselme.get(path).status_code == 409


def test_a_document_is_handed_to_whom_its_piece_is_shown(
    eloise: Representative, anselme: Representative, file: str, sandbox: Sandbox, portal: Portal
) -> None:
    page = eloise.get(file).text
    protected = re.search(rf'href="({file}/documents/[0-9a-f]{{64}})">attestation_vigilance', page)
    assert protected
    assert eloise.get(protected[1]).headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert anselme.get(protected[1]).status_code == 404
    assert httpx.get(sandbox.address + protected[1]).status_code == 404
    link = portal.post("", request(), str(uuid.uuid4())).json()["links"]["pages"].partition("?")[2]
    assert httpx.get(f"{sandbox.address}{protected[1]}?{link}").status_code == 404


def grouped(portal: Portal) -> str:
    partners = [
        {"siret": REFUSED, "role": "cotraitant", "part": "Menuiseries"},
        {"siret": ADVISER, "role": "sous_traitant", "part": "Études"},
    ]
    identifier = portal.opened(request(early=True, groupement={"forme": "solidaire", "membres": partners}))
    portal.complete(identifier)
    return f"/candidature/{identifier}"


def test_each_company_of_a_group_agrees_and_declares_for_itself(
    eloise: Representative, anselme: Representative, portal: Portal
) -> None:
    """The lead sees who has still to agree, and never what registries say of its partner."""
    file = grouped(portal)
    lead = said(eloise.get(file).text)
    assert lead.count("Accord attendu") == 2
    assert "Sous-traitant" in lead
    assert "Rien n'est demandé sur elle avant" in lead
    member = said(anselme.get(file).text)
    assert "Donner l'accord de l'entreprise" in member
    assert "Déposer la candidature" not in member
    assert "Attestation de vigilance Réservé à l'entreprise" in member
    assert anselme.send(f"{file}/depot").status_code == 403
    assert anselme.get(form(file, "exclusions", REFUSED)).status_code == 422
    refused = anselme.send(f"{file}/accord/{REFUSED}")
    assert refused.status_code == 422
    assert "Cochez la case" in said(refused.text)
    assert anselme.send(f"{file}/accord/{REFUSED}", accord="oui", anticipes="oui").url.path == file
    assert eloise.send(f"{file}/accord/{REFUSED}", accord="oui").status_code == 403
    portal.complete(file.rpartition("/")[2])
    mine = said(anselme.get(file).text)
    assert "Défavorable" in mine
    theirs = said(eloise.get(file).text)
    assert "Défavorable" not in theirs
    assert theirs.count("Accord attendu") == 1
    assert "déclaration attendue" in theirs
    told = anselme.upload(form(file, "exclusions", REFUSED), {"q.honneur_exclusions": "oui", "nom": "Valtorte"})
    assert told.url.path == file
    assert "Valtorte" not in said(eloise.get(file).text)
    waiting = eloise.get(f"{file}/depot")
    assert "n'a pas encore donné son accord" in said(waiting.text)
    assert "Qui dépose" not in waiting.text
    refused = eloise.send(f"{file}/depot")
    assert (refused.status_code, "99910033200017 n'a pas consenti" in said(refused.text)) == (422, True)


def test_a_signatory_is_named_and_checked(eloise: Representative, file: str, portal: Portal) -> None:
    path = f"{file}/signataire/{HEALTHY}"
    assert fields_of(eloise.get(path).text)["s-prenom"]
    typed = {"s-prenom": "Éloïse", "s-nom": "Verchény", "s-qualite": "présidente", "s-pays": "FRA"}
    wrong = eloise.send(path, **typed | {"s-courriel": "nulle part", "s-pays": "XXX", "s-nom": ""})
    assert wrong.status_code == 422
    for ident in ("s-courriel", "s-pays", "s-nom"):
        assert f'href="#{ident}"' in wrong.text
    assert eloise.send(path, **typed).url.path == file
    assert "Signataire Nommé" in said(eloise.get(file).text)


def test_once_deposited_nothing_changes_any_more(eloise: Representative, file: str) -> None:
    path = form(file, "exclusions")
    early = eloise.send(f"{file}/depot")
    assert (early.status_code, "n'est pas déclaré" in said(early.text)) == (422, True)
    eloise.upload(path, named({"honneur_exclusions": {"": "oui"}, "obligation_emploi": {"": "oui"}}))
    deposited = eloise.send(f"{file}/depot")
    assert "Candidature déposée" in said(deposited.text)
    assert "Corriger ou compléter" not in deposited.text
    for answer in (eloise.get(path), eloise.upload(path, {"q.motifs_reconnus": "x"}), eloise.get(f"{file}/depot")):
        assert answer.status_code == 409
    assert eloise.get(f"{file}/attestation.pdf").content[:5] == b"%PDF-"


TO_THE_BUYER = {
    "AMOUNT": "1 500 000,50", "QUANTITY": "2", "PERCENTAGE": "40", "QUANTITY_INTEGER": "3", "QUANTITY_YEAR": "2025",
    "DATE": "03/02/2020", "PERIOD": "du 01/01/2024 au 31/12/2024", "CODE_COUNTRY": "FRA", "INDICATOR": "oui",
    "URL": "https://liste.example/1", "ECONOMIC_OPERATOR_IDENTIFIER": "999 100 225 00013", "CODE": "group-mem",
}  # fmt: skip


def test_the_buyer_s_own_questions_are_asked_and_answered_until_none_is_left(
    eloise: Representative, portal: Portal, client: httpx.Client
) -> None:
    """Each in its own form; an answer opens the next ones; then the ESPD lacks nothing but its deposit."""
    body = example(HEALTHY, "travaux") | {"consentement": request()["consentement"]}
    identifier = portal.opened(body)
    portal.complete(identifier)
    headers = portal.bearer.header | {"content-type": "application/xml"}
    content = requests_world.request(reference=body["consultation"]["reference"])
    address = f"/v1/candidatures/{identifier}"
    assert client.put(f"{address}/dume-acheteur", content=content, headers=headers).status_code == 200
    kinds = {line.id: line.value for one in read_request(content).criteria for line in one.questions()}
    file = f"/candidature/{identifier}"
    path = form(file, "dume_acheteur")
    eloise.upload(
        form(file, "exclusions"), named({"honneur_exclusions": {"": "oui"}, "obligation_emploi": {"": "oui"}})
    )
    eloise.send(f"{file}/signataire/{HEALTHY}", **{"s-prenom": "É", "s-nom": "V", "s-qualite": "p", "s-pays": "FRA"})
    assert "Questions de l'acheteur (DUME) À faire" in said(eloise.get(file).text)
    wrong = eloise.upload(path, {f"q.{key}": "???" for key in shown_by(eloise.get(path).text)})
    assert wrong.status_code == 422
    for _ in range(6):
        keys = shown_by(eloise.get(path).text)
        eloise.upload(path, {f"q.{key}": TO_THE_BUYER.get(kinds[key], "Voir le mémoire") for key in keys})
        if "Questions de l'acheteur (DUME) Déclaré" in said(eloise.get(file).text):
            break
    unchanged = eloise.upload(path, fields_shown(eloise.get(path).text))
    assert (unchanged.status_code, "Rien n'a changé" in said(unchanged.text)) == (422, True)
    told = portal.read(identifier, "portail")["declarations"]
    assert told == []  # made on the company's own pages: the portal reads them once deposited
    assert eloise.send(f"{file}/depot").url.path == file
    answer = portal.get(f"/{identifier}/exports/espd.xml")
    assert answer.status_code == 200, answer.text


def shown_by(page: str) -> set[str]:
    """The questions of the buyer that a form asks."""
    return set(re.findall(r'name="q\.([^"]+)"', page))


def fields_shown(page: str) -> dict[str, str]:
    """A form as it stands: what its fields, choices and areas hold."""
    found = {name: value for name, value in fields_of(page).items() if not name.startswith("q.")}
    for tag in re.findall(r'<input[^>]*name="q\.[^>]*>', page):
        name, value = re.search(r'name="([^"]+)"', tag), re.search(r'value="([^"]*)"', tag)
        if name and value and ('type="radio"' not in tag or " checked" in tag):
            found[name[1]] = html.unescape(value[1])
    for name, text in re.findall(r'<textarea[^>]*name="([^"]+)"[^>]*>([^<]*)</textarea>', page):
        found[name] = html.unescape(text)
    for name, options in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', page, re.DOTALL):
        found[name] = next(iter(re.findall(r'value="([^"]*)" selected', options)), "")
    return found | WHO


def streamed(browser: httpx.Client, path: str) -> list[tuple[str, dict[str, Any]]]:
    """What a stream says until its end."""
    found, name = [], ""
    with browser.stream("GET", path) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        for line in answer.iter_lines():
            if line.startswith("event: "):
                name = line[7:]
            elif line.startswith("data: "):
                found.append((name, json.loads(line[6:])))
    return found


def test_the_stream_says_what_each_reader_s_page_would(
    eloise: Representative, anselme: Representative, portal: Portal, sandbox: Sandbox
) -> None:
    """Open data to whoever holds the link; everything to the company; nothing to others; and it ends."""
    answer = portal.post("", request(), str(uuid.uuid4()))
    identifier, link = answer.json()["data"]["id"], answer.json()["links"]["pages"].partition("?")[2]
    path = f"/candidature/{identifier}/evenements"
    with httpx.Client(base_url=sandbox.address, timeout=30) as reader:
        seen = streamed(reader, f"{path}?{link}")
        assert reader.get(path).status_code == 404
    assert anselme.get(path).status_code == 404
    assert seen[-1][0] == "fin"
    hidden = [one for name, one in seen if name == "piece" and one["piece"].endswith(":attestation_vigilance")]
    assert {said(f"<main>{one['texte']}") for one in hidden} == {
        "Attestation de vigilance Réservé à l'entreprise ACOSS"
    }
    assert not [name for name, _ in seen if name == "reste"]
    own = streamed(eloise.browser, path)
    latest = {one["piece"]: one["texte"] for name, one in own if name == "piece"}
    assert "Récupéré à la source" in latest[f"{HEALTHY}:attestation_vigilance"]
    assert latest.keys() == {one["id"] for one in portal.read(identifier)["pieces"]}
    assert [name for name, _ in own].count("reste") >= 1
    assert "Plus aucun registre n'est attendu." in [one["texte"] for name, one in own if name == "avancement"][-1]


def test_hostile_words_stay_words(eloise: Representative, file: str) -> None:
    hostile = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"
    eloise.upload(form(file, "capacite_technique"), {"q.moyens_techniques": hostile, "nom": hostile[:90]})
    page = eloise.get(file).text
    assert hostile not in page
    assert "&lt;script&gt;" in page
    again = eloise.upload(form(file, "capacite_technique"), {"q.part_sous_traitee": hostile})
    assert hostile not in again.text
    assert WHO["nom"] in again.text
