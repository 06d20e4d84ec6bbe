# SPDX-License-Identifier: EUPL-1.2
"""A group: each company agrees and declares for itself, and sees of the others what is open."""

from tests.gateway.web.company_world import ADVISER, REFUSED, form
from tests.story.files import Portal, request
from tests.story.representatives import Representative, said


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
