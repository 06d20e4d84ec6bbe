# SPDX-License-Identifier: EUPL-1.2
"""The measure itself: windows of the three systems in turn (A B C A B C …), so that a slow moment hits them all."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count

from bench.evidence import expect_honest, expect_two_records, size, written
from bench.figures import Ratio, Row, Sample, disturbance, ratios, row
from bench.load import Target, window
from bench.proc import Cores, busy_s, cpu_s, settle
from bench.state import State
from bench.systems import Bench

CEILING_CONNECTIONS = 32


@dataclass(frozen=True, slots=True)
class Scenario:
    """How many rounds of windows at each number of connections.

    delay_ms: how long the registry takes. warm_up: whether a first round is made and not counted.
    """

    name: str
    connections: tuple[int, ...]
    rounds: int
    seconds: int = 1
    delay_ms: int = 0
    warm_up: bool = True


@dataclass(frozen=True, slots=True)
class Measured:
    """The figures of one number of connections, and how many answers and records they stand on.

    disturbed: the share of the core, 0 to 1, that others took meanwhile.
    """

    rows: list[Row]
    ratios: list[Ratio]
    answers: int
    records: int
    disturbed: float


FULL = (Scenario("full", (1, 32, 256), 24), Scenario("slow_100ms", (256,), 4, seconds=2, delay_ms=100))
QUICK = (Scenario("full", (1, 32, 256), 3, warm_up=False),)


class Rounds:
    """Windows on what runs. Each has a seed of its own, so that no request is like another."""

    def __init__(self, bench: Bench, state: State, wrk: str, where: Cores) -> None:
        self._bench, self._state, self._wrk, self._where = bench, state, wrk, where
        self._seeds = count(1)

    def ceiling(self) -> float:
        """Answers a second of the registry alone: what the load and the registry can do, with no system between them.

        Raises Dishonest.
        """
        found = self._window(self._bench.upstream, CEILING_CONNECTIONS, 1, self._bench.registry.pid, 0.03)
        expect_honest("registry", [found.window])
        return found.window.per_second

    def of(self, scenario: Scenario) -> Iterator[Measured]:
        """The scenario's figures, one number of connections after the other. Raises Dishonest."""
        self._bench.slow_down(scenario.delay_ms)
        for number, connections in enumerate(scenario.connections):
            yield self._level(scenario, connections, warm_up=scenario.warm_up and number == 0)
        self._bench.slow_down(0)

    def _level(self, scenario: Scenario, connections: int, *, warm_up: bool) -> Measured:
        audit = self._state.folder / "audit.db"
        before = size(audit)
        # A registry that takes its time leaves the systems idle while they wait: look for longer.
        pause_s = 0.03 + 2.2 * scenario.delay_ms / 1000
        samples: dict[str, list[Sample]] = {name: [] for name in self._bench.systems}
        for _ in range(scenario.rounds + warm_up):
            for name, system in self._bench.systems.items():
                target = self._bench.targets[name]
                samples[name].append(self._window(target, connections, scenario.seconds, system.pid, pause_s))
        for name, found in samples.items():
            expect_honest(name, (sample.window for sample in found))
        found_records = written(audit, before)
        expect_two_records(found_records, (sample.window for sample in samples["dlnuf"]))
        kept = {name: found[warm_up:] for name, found in samples.items()}
        rows = [row(scenario.name, name, connections, kept[name]) for name in kept]
        disturbed = disturbance(sample for found in kept.values() for sample in found)
        pairs = ratios(scenario.name, connections, kept)
        return Measured(rows, pairs, found_records.answered, found_records.records, disturbed)

    def _window(self, target: Target, connections: int, seconds: int, pid: int, pause_s: float) -> Sample:
        before, busy, started = cpu_s(pid), busy_s(self._where.system), time.monotonic()
        found = window(self._wrk, target, self._state, connections, seconds, next(self._seeds), self._where.load)
        settle(pid, pause_s)
        spent = cpu_s(pid) - before
        others = max(0.0, busy_s(self._where.system) - busy - spent)
        return Sample(found, spent, others, time.monotonic() - started)
