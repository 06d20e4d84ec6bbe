# SPDX-License-Identifier: EUPL-1.2
"""Charts drawn by the server: an SVG element in the page, without script, and the same figures in a table beside.

    bars("Consultations par jour", ["1er nov.", "2 nov."], [("consultations", [12, 7])])

Give the result to the macro `graphique` of `macros.html`. Series are told apart by line pattern and by the legend, not
by colour alone; the picture is named for screen readers and the table holds every value.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil, floor, log10

from markupsafe import Markup, escape

WIDTH, HEIGHT = 720, 240
LEFT, RIGHT, TOP, BOTTOM = 56, 12, 12, 34
SERIES_MAX = 3
LABELS_MAX = 12
DASH = 3
PARTS = 4

Series = tuple[str, Sequence[float | None]]
"""A name and its values; where there is none, nothing is drawn: it is no zero."""
Draw = Callable[[Sequence[Sequence[float | None]], float], list[str]]


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart and its figures. `rows`: a label and one value per series."""

    title: str
    svg: Markup
    names: tuple[str, ...]
    rows: tuple[tuple[str, tuple[float | None, ...]], ...]


def bars(title: str, labels: Sequence[str], series: Sequence[Series]) -> Chart:
    """Bars, side by side when there are several series (three at most). Raises ValueError for uneven series."""
    return _chart(title, labels, series, _bars)


def lines(title: str, labels: Sequence[str], series: Sequence[Series]) -> Chart:
    """Lines (three at most). Raises ValueError for uneven series."""
    return _chart(title, labels, series, _lines)


def _chart(title: str, labels: Sequence[str], series: Sequence[Series], draw: Draw) -> Chart:
    if not 1 <= len(series) <= SERIES_MAX or any(len(values) != len(labels) for _, values in series):
        raise ValueError("des séries de la longueur des étiquettes, trois au plus")
    top = _top([value for _, values in series for value in values if value is not None])
    body = "".join((*_grid(top), *_names(labels), *draw([values for _, values in series], top)))
    svg = f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(title)}" focusable="false">{body}</svg>'
    names = tuple(name for name, _ in series)
    rows = tuple((label, tuple(values[at] for _, values in series)) for at, label in enumerate(labels))
    return Chart(title, Markup(svg), names, rows)  # noqa: S704 -- numbers of ours, and labels escaped above


def _top(values: Sequence[float]) -> float:
    """What the scale goes up to: PARTS round steps, whole ones for counts, not below the greatest value."""
    most = max(values, default=0)
    whole = all(float(value).is_integer() for value in values)
    if most <= 0:
        return PARTS
    unit = 10.0 ** (floor(log10(most / PARTS)))
    if whole:
        unit = max(1.0, unit)
    steps = (step * unit for step in (1, 2, 2.5, 5, 10))
    return PARTS * next(step for step in steps if step * PARTS >= most and (step.is_integer() or not whole))


def _y(value: float, top: float) -> float:
    return TOP + (HEIGHT - TOP - BOTTOM) * (1 - max(0.0, value) / top)


def _grid(top: float) -> list[str]:
    found = []
    for part in range(PARTS + 1):
        value = top * part / PARTS
        y = _y(value, top)
        kind = "g-axe" if part == 0 else "g-grille"
        shown = f"{value:,.10g}".replace(",", "\N{NARROW NO-BREAK SPACE}").replace(".", ",")
        found.append(f'<line class="{kind}" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>')
        found.append(f'<text class="g-mot" x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{shown}</text>')
    return found


def _names(labels: Sequence[str]) -> list[str]:
    every = max(1, ceil(len(labels) / LABELS_MAX))
    return [
        f'<text class="g-mot" x="{_x(at, len(labels)):.1f}" y="{HEIGHT - 10}" text-anchor="middle">'
        f"{escape(label)}</text>"
        for at, label in enumerate(labels)
        if at % every == 0
    ]


def _x(at: int, count: int) -> float:
    """The middle of a label's place."""
    return LEFT + (WIDTH - LEFT - RIGHT) * (at + 0.5) / count


def _bars(series: Sequence[Sequence[float | None]], top: float) -> list[str]:
    count = len(series[0])
    place = (WIDTH - LEFT - RIGHT) / max(1, count)
    width = place * 0.7 / len(series)
    return [
        f'<rect class="g-{which}" x="{_x(at, count) - place * 0.35 + which * width:.1f}" y="{_y(value, top):.1f}"'
        f' width="{max(1.0, width - 1):.1f}" height="{HEIGHT - BOTTOM - _y(value, top):.1f}"/>'
        for which, values in enumerate(series)
        for at, value in enumerate(values)
        if value is not None
    ]


def _lines(series: Sequence[Sequence[float | None]], top: float) -> list[str]:
    return [
        f'<polyline class="g-ligne-{which}" points="{" ".join(f"{x:.1f},{y:.1f}" for x, y in run)}"/>'
        for which, values in enumerate(series)
        for run in _runs(values, top)
    ]


def _runs(values: Sequence[float | None], top: float) -> list[list[tuple[float, float]]]:
    """The points of a line, cut where there is no value; one that stands alone becomes a dash, or it would not show."""
    found: list[list[tuple[float, float]]] = [[]]
    for at, value in enumerate(values):
        if value is None:
            found.append([])
        else:
            found[-1].append((_x(at, len(values)), _y(value, top)))
    return [_dash(*run[0]) if len(run) == 1 else run for run in found if run]


def _dash(x: float, y: float) -> list[tuple[float, float]]:
    return [(x - DASH, y), (x + DASH, y)]
