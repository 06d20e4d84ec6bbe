# SPDX-License-Identifier: EUPL-1.2
"""Candidates side by side: facts and declarations in their own rows, absences explained, nothing ranked."""

from dataclasses import replace
from typing import Any

import pytest

from gateway.dossier.comparing import Comparison, Entry, Row, compared, missing
from gateway.dossier.values import Candidature, Item
from gateway.dossier.words import State
from tests.gateway.dossier.dossier_world import candidature, declaration, group, item
from tests.gateway.dossier.files_world import SHEETS

TODAY = "2026-11-24"
TURNOVERS = [
    {"chiffre_affaires": 4_180_500, "date_fin_exercice": "2024-12-31"},
    {"chiffre_affaires": 3_920_100, "date_fin_exercice": "2023-12-31"},
]


def known(key: str, value: Any, **more: Any) -> Item:
    """An item that holds an answer."""
    return replace(item(key), value=value, category=SHEETS.pieces[key].category, **more)


def silent(key: str, state: State, said: str) -> Item:
    """An item without an answer, and why."""
    return replace(item(key, state, said=said), category=SHEETS.pieces[key].category)


def rows(found: Comparison) -> dict[str, Row]:
    """The rows by name."""
    return {row.label: row for section in found.sections for row in section.rows}


def cells(found: Comparison, label: str) -> list[Entry]:
    """A row of candidates who are alone."""
    return [cell[0] for cell in rows(found)[label].cells]


def pair(*second: Item) -> list[Candidature]:
    """A candidate whose turnover is known, and another."""
    return [candidature(items=(known("chiffres_affaires", TURNOVERS),)), candidature(items=second)]


def test_turnover_stands_year_by_year_each_figure_with_its_source() -> None:
    first, second = cells(
        compared(pair(known("chiffres_affaires", TURNOVERS[:1])), SHEETS, TODAY), "Chiffre d'affaires 2023"
    )
    assert first.texts[0].replace("\N{NARROW NO-BREAK SPACE}", " ").startswith("3 920 100")
    assert "consulté le" in first.note
    assert (second.texts, second.state) == ((), "manquante")
    assert "pour cette année" in second.note


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (State.MISSING, "Aucun dossier à ce nom."),
        (State.UNAVAILABLE, "Le registre ne répond pas."),
        (State.OUT_OF_SCOPE, "Cette caisse ne couvre pas l'entreprise."),
        (State.PENDING, ""),
    ],
)
def test_an_empty_cell_keeps_its_own_reason_and_is_never_against_anybody(state: State, said: str) -> None:
    found = compared(pair(silent("chiffres_affaires", state, said)), SHEETS, TODAY)
    for year in ("2024", "2023"):
        entry = cells(found, f"Chiffre d'affaires {year}")[1]
        assert (entry.state, entry.note, entry.texts, entry.against) == (state.value, said, (), False)


def test_what_is_not_asked_of_a_company_is_not_missing() -> None:
    found = compared(pair(), SHEETS, TODAY)
    assert cells(found, "Chiffre d'affaires 2024")[1].state == "non_demandee"


def test_a_refusal_is_told_as_one_beside_what_the_company_answers() -> None:
    refused = known("annonces_bodacc", [], against=True, state=State.CONTESTED)
    entry = cells(compared([candidature(items=(refused,))], SHEETS, TODAY), "Annonces du BODACC")[0]
    assert (entry.against, entry.state) == (True, "contestee")
    assert entry.contested == "Le jugement a été infirmé en appel."


def test_what_a_fund_denies_is_a_fact_and_no_absence() -> None:
    key = "conges_intemperies_cibtp"
    denied = replace(silent(key, State.MISSING, "Cotisations non à jour."), against=True)
    absent = silent(key, State.MISSING, "Aucun dossier à ce nom.")
    found = compared([candidature(items=(denied,)), candidature(items=(absent,))], SHEETS, TODAY)
    first, second = cells(found, SHEETS.pieces[key].buyer)
    assert (first.state, first.against, second.state, second.against) == ("non_delivree", True, "manquante", False)
    assert first.note.startswith("Cotisations non à jour. Urssaf, consulté le")
    assert second.note == "Aucun dossier à ce nom."
    assert (missing(candidature(items=(denied,))), len(missing(candidature(items=(absent,))))) == ([], 1)
    name = f"{denied.siret}:{key}"
    answered = candidature(items=(denied,), contests=(replace(candidature().contests[0], item=name),))
    assert cells(compared([answered], SHEETS, TODAY), SHEETS.pieces[key].buyer)[0].state == "contestee"


def test_an_answer_past_its_day_says_so() -> None:
    told = known("qualibat", {"date_fin_validite": "2028-05-01"})
    assert told.provenance is not None
    for until, past in (("2026-11-23", True), (TODAY, False), ("", False)):
        one = replace(told, provenance=replace(told.provenance, valid_until=until))
        found = compared([candidature(items=(one,))], SHEETS, TODAY)
        assert cells(found, SHEETS.pieces["qualibat"].buyer)[0].past is past


def test_declarations_are_rows_of_their_own_with_their_author() -> None:
    declared = candidature(declarations=(declaration("obligation_emploi", False, by=None),))
    named = replace(declared, declarations=(replace(declared.declarations[0], by=candidature().declarations[0].by),))
    found = compared([named, candidature(declarations=())], SHEETS, TODAY)
    first, second = cells(found, SHEETS.questions["obligation_emploi"].buyer)
    assert (first.texts, first.state) == (("Non",), "declaree")
    assert "Éloïse Verchény, présidente" in first.note
    assert (second.texts, second.state) == ((), "non_declare")
    assert found.sections[-1].title.startswith("Déclarations")


def test_what_no_sheet_asks_is_compared_all_the_same() -> None:
    own = declaration("dume:ma-question", True, label="Disposez-vous d'une grue ?", by=None)
    own = replace(own, by=candidature().declarations[0].by)
    former = replace(silent("rge", State.MISSING, "Rien."), key="ancienne_piece", label="Ancienne pièce", category="")
    found = compared([candidature(items=(former,), declarations=(own,)), candidature(items=())], SHEETS, TODAY)
    assert [entry.state for entry in cells(found, "Disposez-vous d'une grue ?")] == ["declaree", "non_declare"]
    assert [entry.state for entry in cells(found, "Ancienne pièce")] == ["manquante", "non_demandee"]


def test_a_group_is_one_column_that_names_its_members() -> None:
    found = compared([group(items=(known("chiffres_affaires", TURNOVERS),)), candidature()], SHEETS, TODAY)
    assert len(found.columns) == 2
    (several, alone) = rows(found)["SIRET"].cells
    assert [len(several), len(alone)] == [3, 1]
    assert all(entry.who for entry in several)
    assert alone[0].who == ""
    turnover = rows(found)["Chiffre d'affaires 2024"].cells[0]
    assert [entry.state for entry in turnover] == ["recuperee", "non_demandee", "non_demandee"]


def test_every_piece_that_was_asked_has_a_row_whatever_its_category() -> None:
    items = tuple(
        replace(
            silent(key, State.MISSING, "x"),
            category="nouvelle_feuille" if key == "rge" else SHEETS.pieces[key].category,
        )
        for key in SHEETS.pieces
    )
    found = rows(compared([candidature(items=items)], SHEETS, TODAY))
    told_elsewhere = {"avis_boamp", "identite_publique", "chiffres_affaires"} | {
        key for key in SHEETS.pieces if key.startswith("effectif_annee")
    }
    for key, piece in SHEETS.pieces.items():
        assert (piece.buyer in found) is (key not in told_elsewhere), key
    assert {"Chiffre d'affaires", "Effectif moyen"} <= found.keys()
    assert len(missing(candidature(items=items))) == len(items)
