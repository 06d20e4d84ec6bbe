# SPDX-License-Identifier: EUPL-1.2
"""The label tables cover INSEE's nomenclatures, and what they do not know is said to be so."""

import pytest

from connectors.insee.labels import headcount, legal_form, naf2025, naf_rev2, table

NAMES = ["categorie_juridique", "naf_rev2", "naf2025", "types_de_voie", "indices_repetition"]


@pytest.mark.parametrize("name", NAMES)
def test_every_code_has_a_label(name: str) -> None:
    assert table(name)
    assert all(isinstance(label, str) and label.strip() for label in table(name).values())


def test_the_732_classes_of_2008_and_their_successors_have_labels() -> None:
    assert len([code for code in table("naf_rev2") if len(code) == 6]) == 732
    assert naf_rev2("43.32A")["libelle"] == "Travaux de menuiserie bois et PVC"
    assert naf2025("43.32G")["libelle"] == "Travaux de menuiserie bois et PVC"


def test_headcount_brackets_follow_one_another_without_a_gap() -> None:
    rows = [row for code, row in table("tranche_effectif_salarie").items() if code != "NN"]
    assert [row["de"] for row in rows[1:]] == [row["a"] + 1 for row in rows[:-1]]
    assert rows[-1]["a"] is None


@pytest.mark.parametrize("code", [None, "", "9999", "zz"])
def test_an_unknown_code_has_a_label_that_says_so(code: str | None) -> None:
    for labelled in (legal_form(code), naf_rev2(code), naf2025(code)):
        assert (labelled["code"], labelled["libelle"]) == (code, "non référencé")


def test_what_is_answered_is_a_copy_that_nobody_can_spoil() -> None:
    headcount("11", "2024")["intitule"] = "autre chose"
    assert headcount("11", "2024")["intitule"] == "10 à 19 salariés"
