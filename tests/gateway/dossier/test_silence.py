# SPDX-License-Identifier: EUPL-1.2
"""What no registry says is asked of people, and only that; what Sirene says prevails over what is declared."""

from dataclasses import replace
from typing import Any

import pytest

from gateway.dossier.declaring import meaning, unfit
from gateway.dossier.espd.from_dossier import espd_of
from gateway.dossier.espd.missing import missing
from gateway.dossier.facts import company
from gateway.dossier.planning import answerable, declarable
from gateway.dossier.values import Candidature, Declaration
from gateway.dossier.words import State
from tests.gateway.dossier.files_world import NOW, PERSON, SHEETS, SIRET, dossier, item

ASKED = ("denomination_declaree", "taille_declaree", "pays_declare", "procedure_declaree")
FULL: dict[str, Any] = {
    "status_diffusion": "diffusible",
    "etat_administratif": "A",
    "adresse": {"libelle_commune": "RENNES", "code_postal": "35000"},
    "unite_legale": {
        "type": "personne_morale",
        "etat_administratif": "A",
        "personne_morale_attributs": {"raison_sociale": "ATELIERS"},
        "categorie_entreprise": "GE",
        "forme_juridique": {"code": "5710"},
    },
}
BARE: dict[str, Any] = {"status_diffusion": "non_diffusible", "unite_legale": {"type": "personne_physique"}}


def asked(found: Candidature) -> set[str]:
    return {one.key for one in declarable(found, SHEETS, found.lead)} & set(ASKED)


def file(value: dict[str, Any] | None, procedure: str = "open", **changes: Any) -> Candidature:
    found = dossier(replace(item("identite", value=value), **changes))
    return replace(found, tender=replace(found.tender, procedure=procedure, buyer_name="Ville"))


def test_nothing_is_asked_that_sirene_says() -> None:
    assert asked(file(FULL)) == set()


def test_what_sirene_leaves_out_is_asked() -> None:
    assert asked(file(BARE)) == {"denomination_declaree", "taille_declaree", "pays_declare"}


def test_nothing_is_asked_while_sirene_may_still_say_it() -> None:
    """Not asked yet; then a registry that stays silent is made up for."""
    assert asked(file(None, state=State.PENDING, attempts=0)) == set()
    assert asked(file(None, state=State.UNAVAILABLE, attempts=1)) == set(ASKED) - {"procedure_declaree"}


@pytest.mark.parametrize(("procedure", "wanted"), [("", True), ("Marché adapté", True), ("Procédure ouverte", False)])
def test_a_procedure_that_the_notice_does_not_say_is_asked(procedure: str, *, wanted: bool) -> None:
    assert ("procedure_declaree" in asked(file(FULL, procedure))) is wanted


def said(**values: str) -> tuple[Declaration, ...]:
    return tuple(Declaration(key, key, SIRET, key, value, PERSON, int(NOW)) for key, value in values.items())


def test_what_is_declared_completes_the_espd_and_never_contradicts_sirene() -> None:
    """The same declarations beside a silent registry and beside one that answers."""
    declared = said(
        denomination_declaree="Autre nom", taille_declaree="micro", pays_declare="BEL", procedure_declaree="restricted"
    )

    def document(value: dict[str, Any], procedure: str) -> Any:
        found = replace(file(value, procedure), declarations=declared)
        return espd_of(found, found.lead, company(found, found.lead), None, "u", int(NOW), lambda one: one.id)

    alone = document(BARE, "")
    assert (alone.operator.name, alone.operator.size, alone.operator.address.country) == ("Autre nom", "micro", "BEL")
    assert alone.procedure == "restricted"
    fields = {one.field for one in missing(alone)}
    assert not {one for one in fields if one.startswith(("entreprise.", "marche."))}
    beside = document(FULL, "open")
    assert (beside.operator.name, beside.operator.size, beside.procedure) == ("ATELIERS", "large", "open")
    assert beside.operator.address.country == "FRA"


def test_a_portal_may_declare_them_anyway_so_that_a_refusal_tells_nothing() -> None:
    for key in ASKED:
        assert answerable(file(FULL), SHEETS.questions[key], file(FULL).lead)


def test_a_coded_answer_is_one_of_its_options_and_says_itself_in_words() -> None:
    size, country = SHEETS.questions["taille_declaree"], SHEETS.questions["pays_declare"]
    assert unfit(size, "micro", False) is None
    assert unfit(size, "énorme", False)
    assert unfit(size, ["micro"], False)
    assert meaning(size, "micro").startswith("Microentreprise")
    assert unfit(country, "BEL", False) is None
    for wrong in ("BE", "XYZ", "", None, 3):
        assert unfit(country, wrong, False)
    assert meaning(country, "BEL") == "Belgique"
    assert meaning(SHEETS.questions["nom_commercial"], "BEL") == ""
