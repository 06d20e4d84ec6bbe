# SPDX-License-Identifier: EUPL-1.2
"""A company's own forms: all it may declare, corrected by addition; refused with what was typed kept."""

import re

import httpx

from connectors.kit.simulation.pdf import pdf
from gateway.dossier.words import Answer
from tests.conftest import Sandbox
from tests.gateway.dossier.files_world import SHEETS
from tests.gateway.web.company_world import REFUSED, form, named
from tests.story.files import Portal
from tests.story.representatives import WHO, Representative, fields_of, said

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


def test_hostile_words_stay_words(eloise: Representative, file: str) -> None:
    hostile = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"
    eloise.upload(form(file, "capacite_technique"), {"q.moyens_techniques": hostile, "nom": hostile[:90]})
    page = eloise.get(file).text
    assert hostile not in page
    assert "&lt;script&gt;" in page
    again = eloise.upload(form(file, "capacite_technique"), {"q.part_sous_traitee": hostile})
    assert hostile not in again.text
    assert WHO["nom"] in again.text
