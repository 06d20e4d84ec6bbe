# SPDX-License-Identifier: EUPL-1.2
"""The yearly dictionaries of tax forms: which year serves which, and what a figure is called in each."""

import gzip
from itertools import pairwise
from pathlib import Path

import orjson
import pytest

from connectors.dgfip.dictionnaire import Entry, dictionary, tables

SHARED = Path(__file__).resolve().parents[3] / ".." / "shared" / "registries" / "dgfip" / "tables" / "dictionnaires"


@pytest.mark.parametrize("year", [str(year) for year in range(2006, 2026)])
def test_every_year_that_may_be_asked_for_has_a_dictionary(year: str) -> None:
    found = dictionary(year)
    assert found is not None
    assert found.entry("2051", "300414") == Entry(
        "DA", "DA:C516:5004:1", "2000472", "Capital social ou individuel n", "MOA"
    )


@pytest.mark.parametrize(
    ("year", "edition"), [("2010", 2009), ("2011", 2009), ("2013", 2012), ("2025", 2024), ("2024", 2024)]
)
def test_a_year_without_an_edition_of_its_own_is_served_by_the_one_before(year: str, edition: int) -> None:
    found = dictionary(year)
    assert found is not None
    assert found.edition == edition


@pytest.mark.parametrize("year", ["2005", "2026", "", "20 24", "abcd"])
def test_other_years_have_none(year: str) -> None:
    assert dictionary(year) is None


@pytest.mark.parametrize(("year", "code"), [("2014", None), ("2015", "HN"), ("2025", "HN")])
def test_a_figure_is_known_from_the_year_its_form_is(year: str, code: str | None) -> None:
    found = dictionary(year)
    assert found is not None
    entry = found.entry("2053", "300606")
    assert (entry.code if entry else None) == code


def test_a_figure_is_looked_up_in_its_own_form() -> None:
    found = dictionary("2024")
    assert found is not None
    assert found.entry("2051", "300606") is None
    assert found.entry("9999", "300606") is None
    assert found.entry("2059F", "304868") is not None


def test_spans_are_in_order_and_never_overlap() -> None:
    for figures in tables().imprimes.values():
        for spans in figures.values():
            years = [year for first, last, *_ in spans for year in (first, last)]
            assert years == sorted(years)
            assert all(first <= last for first, last, *_ in spans)
            assert all(one[1] < other[0] for one, other in pairwise(spans))


@pytest.mark.parametrize("path", sorted(SHARED.glob("20*.json.gz")), ids=lambda path: path.name[:4])
def test_the_table_says_what_the_published_dictionary_says(path: Path) -> None:
    published = orjson.loads(gzip.decompress(path.read_bytes()))["dictionnaire"]
    found = dictionary(path.name[:4])
    assert found is not None
    assert found.edition == int(path.name[:4])
    count = 0
    for form in published:
        for row in (form["millesimes"] or {}).get("declaration", []):
            assert found.entry(form["numero_imprime"], row["code_nref"]) == Entry(
                row["code"], row["code_EDI"], row["code_absolu"], row["intitule"], row["code_type_donnee"]
            )
            count += 1
    ours = sum(
        first <= found.edition <= last
        for figures in tables().imprimes.values()
        for spans in figures.values()
        for first, last, *_ in spans
    )
    assert ours == count
