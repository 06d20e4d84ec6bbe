# SPDX-License-Identifier: EUPL-1.2
"""What pages are made of: escaping, French dates and spaces, charts whose figures can be read."""

import re
from datetime import UTC, datetime

import pytest
from jinja2 import UndefinedError
from lxml import etree

from gateway.web.chart import bars, lines
from gateway.web.look import day, duration, environment, instant, number, spaced_siren
from gateway.web.static import Assets

LOOK = environment(Assets())


def test_whatever_a_value_holds_it_stays_text() -> None:
    hostile = "<script>alert(1)</script>\" onload='x' {{ 7*7 }} {% raw %}"
    shown = LOOK.from_string('<p title="{{ x }}">{{ x }}</p>').render(x=hostile)
    assert "<script" not in shown
    assert '" onload' not in shown
    assert "49" not in shown


def test_a_fact_that_is_missing_is_an_error_and_no_hole() -> None:
    with pytest.raises(UndefinedError):
        LOOK.from_string("{{ rien }}").render()


def test_instants_are_those_of_paris_in_winter_and_in_summer() -> None:
    assert instant(datetime(2026, 1, 1, 23, 5, tzinfo=UTC)) == "2\xa0janvier\xa02026 à\xa00\xa0h\xa005"
    assert instant(datetime(2026, 7, 31, 22, 0, tzinfo=UTC)) == "1er\xa0août\xa02026 à\xa00\xa0h\xa000"
    assert day(0) == "1er\xa0janvier\xa01970"


def test_numbers_and_identifiers_are_grouped_as_in_french() -> None:
    assert number(1234567) == "1\u202f234\u202f567"
    assert number(0.5) == "0,5"
    assert spaced_siren("99910011800010") == "999\xa0100\xa0118\xa000010"


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0, "0 s"), (59, "59 s"), (60, "1 min"), (7500, "2 h 05 min"), (86_400, "1 jour 0 h"), (370_000, "4 jours 6 h")],
)
def test_a_time_span_is_said_in_its_largest_units(seconds: int, said: str) -> None:
    assert duration(seconds) == said.replace(" ", "\xa0")


def test_french_spaces_do_not_break_and_values_are_left_alone() -> None:
    shown = LOOK.from_string("<p>Quoi ? « oui » : {{ x }} !</p>").render(x="a : b")
    assert shown == "<p>Quoi\xa0? «\xa0oui\xa0»\xa0: a : b !</p>"


@pytest.mark.parametrize("draw", [bars, lines])
def test_a_chart_is_well_formed_named_and_says_every_figure_in_its_table(draw: object) -> None:
    labels = [f"<jour {at}> & co" for at in range(40)]
    chart = draw("Appels « <b> »", labels, [("vus", list(range(40))), ("refusés", [0] * 40)])  # type: ignore[operator]
    tree = etree.fromstring(str(chart.svg))
    assert tree.get("role") == "img"
    assert tree.get("aria-label") == "Appels « <b> »"
    assert not tree.xpath("//@style")
    heights = [float(value) for value in tree.xpath("//rect/@height")]
    assert all(height >= 0 for height in heights)
    page = LOOK.from_string('{% import "macros.html" as m %}{{ m.graphique(g) }}').render(g=chart)
    assert len(re.findall(r'<th scope="row">', page)) == 40
    assert "<jour" not in page


def test_a_day_without_a_value_is_a_gap_in_the_line_and_in_the_table_and_no_zero() -> None:
    chart = lines("Durées", list("abcdef"), [("50 %", [5, 7, None, 6, None, 9]), ("95 %", [None] * 6)])
    drawn = [line.get("points").split() for line in etree.fromstring(str(chart.svg)).iter("polyline")]
    assert [len(points) for points in drawn] == [2, 2, 2]  # a run, and two values that stand alone, as dashes
    floor = max(float(line.get("y1")) for line in etree.fromstring(str(chart.svg)).iter("line"))
    assert all(float(point.split(",")[1]) < floor for points in drawn for point in points)
    page = LOOK.from_string('{% import "macros.html" as m %}{{ m.graphique(g, " ms") }}').render(g=chart)
    assert page.count('<td class="nombre"></td>') == 8
    assert bars("x", ["a", "b"], [("s", [None, 1])]).svg.count("<rect") == 1


@pytest.mark.parametrize("most", [0, 1, 3, 4, 5, 7, 10, 11, 64, 99, 101, 999, 1234, 8_000_000])
def test_the_scale_of_counts_has_whole_numbers_only_and_room_for_the_greatest(most: int) -> None:
    tree = etree.fromstring(str(bars("x", ["a", "b"], [("s", [0, most])]).svg))
    scale = [text.text for text in tree.iter("text") if text.get("text-anchor") == "end"]
    assert len(scale) == 5
    values = [int("".join(text.split())) for text in scale]
    assert values == [part * values[1] for part in range(5)]
    assert most <= values[-1] <= max(4, 2.5 * most), "and it is not squeezed into a corner"


def test_the_scale_of_measures_may_have_fractions() -> None:
    tree = etree.fromstring(str(lines("x", ["a", "b"], [("s", [0.1, 0.3])]).svg))
    assert [text.text for text in tree.iter("text") if text.get("text-anchor") == "end"][1] == "0,1"


def test_charts_refuse_uneven_series_and_draw_nothing_from_nothing() -> None:
    with pytest.raises(ValueError, match="séries"):
        bars("x", ["a"], [("s", [1, 2])])
    with pytest.raises(ValueError, match="séries"):
        bars("x", ["a"], [])
    assert bars("x", [], [("s", [])]).rows == ()
