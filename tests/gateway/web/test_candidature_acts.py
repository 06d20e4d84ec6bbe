# SPDX-License-Identifier: EUPL-1.2
"""What a company does with its file besides declaring: it answers a fact, names who signs, deposits."""

import re

from connectors.kit.simulation.pdf import pdf
from tests.gateway.web.company_world import HEALTHY, REFUSED, form, named
from tests.story.files import Portal, request
from tests.story.representatives import Representative, fields_of, said


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


def test_registries_speak_as_people_do_and_as_the_buyer_will_read_them(eloise: Representative, file: str) -> None:
    """The head office is told and not only « retrieved »; a silence is no sentence written for programs."""
    page = said(eloise.get(file).text)
    office = page.partition("Siège social Récupéré à la source")[2].partition("Contester")[0]
    assert "12 RUE DES CHARPENTIERS" in office
    assert re.search(r"Certificats Qualifelec Manquant Ce registre ne connaît pas cette entreprise", page)
    assert "fournisseur de données" not in page
    assert "ACOSS" not in page
    gauge = re.search(r'<progress id="jauge" max="(\d+)" value="(\d+)"', eloise.get(file).text)
    assert gauge
    assert gauge[1] == gauge[2]
