# SPDX-License-Identifier: EUPL-1.2
"""What a run leaves: `results.json`, a summary beside it, a table on the terminal and one in the documentation."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from bench.figures import Ratio, Row

BEGIN, END = "<!-- figures: written by python -m bench -->", "<!-- end of figures -->"
GOAL_RATIO, GOAL_MB, GOAL_READY_S = 10.0, 150.0, 2.0
QUIET = 0.05
"""Above this share of the core taken by others, absolute figures are not worth keeping."""


@dataclass(frozen=True, slots=True)
class Summary:
    """What stands beside the rows. `ceiling`: answers a second with no system in between; `resident_mb`: by system.

    disturbed: the largest share of the systems' core, 0 to 1, that other processes took during a measure.
    """

    ratios: list[Ratio]
    resident_mb: dict[str, float]
    sandbox_ready_s: float
    ceiling: float
    answers: int
    records: int
    disturbed: float


def save(rows: Sequence[Row], summary: Summary, out: Path) -> None:
    """Write both files; the summary of `results.json` is `results.summary.json`."""
    lines = ",\n".join("  " + json.dumps(asdict(row)) for row in rows)
    out.write_text(f"[\n{lines}\n]\n", "utf-8")
    out.with_suffix(".summary.json").write_text(json.dumps(asdict(summary), indent=2) + "\n", "utf-8")


def read(out: Path) -> tuple[list[Row], Summary]:
    """What `save` wrote."""
    rows = [Row(**row) for row in json.loads(out.read_text("utf-8"))]
    told = json.loads(out.with_suffix(".summary.json").read_text("utf-8"))
    return rows, Summary(**{**told, "ratios": [Ratio(**ratio) for ratio in told["ratios"]]})


def table(rows: Sequence[Row]) -> str:
    """The rows for a terminal."""
    head = (
        f"{'scénario':<12}{'système':<9}{'connexions':>10}{'req/s':>11}{'p50 ms':>10}{'p99 ms':>10}{'CPU µs/req':>12}"
    )
    return "\n".join(
        [head]
        + [
            f"{row.scenario:<12}{row.system:<9}{row.connections:>10}{row.requests_per_second:>11.1f}{row.p50_ms:>10.2f}"
            f"{row.p99_ms:>10.2f}{row.cpu_us_per_request:>12.1f}"
            for row in rows
        ]
    )


def conclusions(summary: Summary) -> str:
    """Ratios, memory, start and goals, in French."""
    lines = [
        f"dlnuf / {found.over:<8} {found.scenario:<11}{found.connections:>4} connexions : × {found.ratio:.2f} "
        f"(intervalle à 95 % : {found.low:.2f} à {found.high:.2f})"
        for found in summary.ratios
    ]
    memory = ", ".join(f"{name} {size:.0f} Mo" for name, size in summary.resident_mb.items())
    lines += [
        f"Mémoire résidente au plus haut : {memory}",
        f"Bac à sable prêt en {summary.sandbox_ready_s:.2f} s",
        f"Registre et charge seuls, sans passerelle : {summary.ceiling:.0f} req/s",
        f"Vérifié : {summary.answers} réponses de dlnuf, toutes 200, et {summary.records} enregistrements durables.",
    ]
    if summary.disturbed > QUIET:
        lines.append(
            f"Attention : d'autres processus ont pris jusqu'à {summary.disturbed * 100:.0f} % du cœur ; "
            "recommencez sur une machine au repos pour des chiffres absolus."
        )
    return "\n".join(lines + [_goal(text, met) for text, met in goals(summary)])


def goals(summary: Summary) -> list[tuple[str, bool]]:
    """The goals of this version, and whether this run met them; a ratio is judged by the low end of its interval."""
    at_32 = [found.low for found in summary.ratios if (found.over, found.connections) == ("plain", 32)]
    return [
        (
            f"au moins {GOAL_RATIO:.0f} fois la passerelle simple à 32 connexions",
            bool(at_32) and at_32[0] >= GOAL_RATIO,
        ),
        (f"moins de {GOAL_MB:.0f} Mo de mémoire résidente", summary.resident_mb["dlnuf"] < GOAL_MB),
        (f"bac à sable prêt en moins de {GOAL_READY_S:.0f} s", summary.sandbox_ready_s < GOAL_READY_S),
    ]


def markdown(rows: Sequence[Row], summary: Summary) -> str:
    """The same for the documentation, in English like the page it stands in."""
    lines = [
        "| scenario | system | connections | req/s | p50 ms | p99 ms | CPU µs/req |",
        "|---|---|---:|---:|---:|---:|---:|",
        *(
            f"| {row.scenario} | {row.system} | {row.connections} | {row.requests_per_second:,.0f} | {row.p50_ms:.2f} "
            f"| {row.p99_ms:.2f} | {row.cpu_us_per_request:.0f} |"
            for row in rows
        ),
        "",
        "| our throughput over | scenario | connections | ratio | 95 % interval |",
        "|---|---|---:|---:|---:|",
        *(
            f"| {found.over} | {found.scenario} | {found.connections} | × {found.ratio:.2f} "
            f"| {found.low:.2f} – {found.high:.2f} |"
            for found in summary.ratios
        ),
        "",
        f"Highest resident memory: {', '.join(f'{name} {size:.0f} MB' for name, size in summary.resident_mb.items())}. "
        f"Sandbox ready in {summary.sandbox_ready_s:.2f} s. Registry and load with no gateway between them: "
        f"{summary.ceiling:,.0f} req/s. Asserted: {summary.answers:,} answers of ours, all 200, and "
        f"{summary.records:,} durable records. Other processes took at most {summary.disturbed:.0%} of the core.",
    ]
    return "\n".join(lines)


def refreshed(page: str, figures: str) -> str:
    """The page with the figures between its two marks. Raises ValueError when it has not both."""
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError("the page has no place for the figures")
    return f"{before}{BEGIN}\n{figures}\n{END}{after}"


def _goal(text: str, met: bool) -> str:
    return f"{'atteint    ' if met else 'non atteint'} : {text}"
