# SPDX-License-Identifier: EUPL-1.2
"""From windows to figures: medians, processor time a request, and ratios between systems with their uncertainty."""

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from bench.load import Window

RESAMPLES = 2000
SEED = 20261122


@dataclass(frozen=True, slots=True)
class Sample:
    """A window of one system, and the processor seconds that system spent on it until it was idle again.

    others_s, wall_s: processor seconds that the same core spent meanwhile on anything else, and how long that was.
    """

    window: Window
    cpu_s: float
    others_s: float = 0.0
    wall_s: float = 1.0


@dataclass(frozen=True, slots=True)
class Row:
    """A line of `bench/results.json`: medians over windows; processor time over all requests begun."""

    scenario: str
    system: str
    connections: int
    requests_per_second: float
    p50_ms: float
    p99_ms: float
    cpu_us_per_request: float


@dataclass(frozen=True, slots=True)
class Ratio:
    """Our throughput over that of `over`: the median of the rounds' ratios, and its 95 % bootstrap interval."""

    scenario: str
    connections: int
    over: str
    ratio: float
    low: float
    high: float


def row(scenario: str, system: str, connections: int, samples: Sequence[Sample]) -> Row:
    """The line of one system at one number of connections. Windows without any answer say nothing of its delays."""
    windows = [sample.window for sample in samples]
    answered = [window for window in windows if window.answers]
    return Row(
        scenario,
        system,
        connections,
        round(median(window.per_second for window in windows), 1),
        round(median(window.p50_ms for window in answered), 2),
        round(median(window.p99_ms for window in answered), 2),
        round(1e6 * sum(sample.cpu_s for sample in samples) / sum(window.sent for window in windows), 1),
    )


def disturbance(samples: Iterable[Sample]) -> float:
    """The share of the core, 0 to 1, that went to others than the system under test."""
    samples = list(samples)
    return sum(sample.others_s for sample in samples) / sum(sample.wall_s for sample in samples)


def ratios(scenario: str, connections: int, samples: Mapping[str, Sequence[Sample]]) -> list[Ratio]:
    """Ours over each of the others: windows of one round stand side by side in time, so they are compared in pairs."""
    found = []
    for other in samples:
        if other == "dlnuf":
            continue
        pairs = zip(samples["dlnuf"], samples[other], strict=True)
        # A window in which the other gave no answer at all counts as if it had given one.
        each = [
            ours.window.per_second * theirs.window.seconds / max(theirs.window.answers, 1) for ours, theirs in pairs
        ]
        low, high = interval(each, SEED)
        found.append(Ratio(scenario, connections, other, round(median(each), 3), round(low, 3), round(high, 3)))
    return found


def interval(values: Sequence[float], seed: int) -> tuple[float, float]:
    """The 95 % percentile bootstrap interval of the median."""
    chance = random.Random(seed)  # noqa: S311 -- resampling, not secrets
    medians = sorted(median(chance.choices(values, k=len(values))) for _ in range(RESAMPLES))
    return medians[int(0.025 * RESAMPLES)], medians[int(0.975 * RESAMPLES) - 1]
