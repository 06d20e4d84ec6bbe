# SPDX-License-Identifier: EUPL-1.2
"""Findings: what the rules found, once for each subject and period, until somebody says why it is closed.

A finding is kept first and recorded then; one whose record failed is recorded at the next round. A rule that breaks
stops no other, and is said on the page.
"""

import asyncio
import logging
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field

from gateway.audit.index.store import reading
from gateway.console.database import ConsoleStore
from gateway.console.desk import ConsoleUnavailable, Desk, Looker
from gateway.console.export import facts_of
from gateway.console.question import Question
from gateway.console.rules import Rule
from gateway.console.scraping import Scraping
from gateway.console.signals import Signal, signals
from gateway.problems import Problem

LOG = logging.getLogger("dlnuf.console")
EVERY_S = 60.0
SHOWN = 200
REASON_CHARS = 400
VERDICTS = {"justifie": "usage justifié", "confirme": "anomalie confirmée", "fausse": "fausse alerte"}
_COLUMNS = "id, rule, at, told, count, consumer, habilitation, address, state, closed_at, closed_by, reason"


class NotOpen(LookupError):
    """There is no such finding, or it is closed already."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A finding as it is kept. `address`: the search that shows what it rests on. Epoch seconds."""

    id: str
    rule: str
    at: int
    told: str
    count: int
    consumer: str
    habilitation: str
    address: str
    state: str
    closed_at: int | None
    closed_by: str | None
    reason: str


@dataclass(slots=True)
class Watch:
    """Runs the rules from time to time. `trouble`: what went wrong last, in French."""

    desk: Desk
    store: ConsoleStore
    rules: Sequence[Rule]
    scraping: Scraping
    trouble: str = field(default="")

    async def run(self) -> None:
        """For as long as the application does."""
        while True:
            await asyncio.sleep(EVERY_S)
            await self.round()

    async def round(self) -> None:
        """All rules once, and whatever is not recorded yet."""
        self.trouble = ""
        for rule in self.rules:
            try:
                for signal in await self._found(rule):
                    await self.desk.run(lambda signal=signal: self._keep(signal))  # type: ignore[misc]  # bound now
            except Exception as error:
                # Whatever a rule meets, the others are still run, and the page says it.
                LOG.exception("rule_failed", extra={"rule": rule.id})
                self.trouble = f"La règle « {rule.title} » n'a pas pu être suivie ({type(error).__name__})."
        try:
            await self._record()
        except (Problem, ConsoleUnavailable):
            self.trouble = "Des constats n'ont pas encore pu être inscrits au journal."

    async def _found(self, rule: Rule) -> list[Signal]:
        now = self.desk.clock()
        if rule.kind == "consecutive":
            day = now.date().isoformat()
            return [
                Signal(
                    rule.id, habilitation, day, f"{count} identifiants voisins d'un autre, en une heure", count,
                    Question(habilitation=habilitation, du=day, au=day), consumer, habilitation,
                )
                for habilitation, consumer, count in self.scraping.found(rule.numbers["least"])
            ]  # fmt: skip

        def searched() -> list[Signal]:
            connection = reading(self.desk.index)
            try:
                return list(signals(rule, connection, now))
            finally:
                connection.close()

        return await self.desk.run(searched)

    def _keep(self, signal: Signal) -> None:
        known = "SELECT 1 FROM finding WHERE rule = ? AND whom = ? AND span = ?"
        if self.store.rows(known, signal.rule, signal.whom, signal.span):
            return
        question, habilitation = signal.question, signal.habilitation
        entry = self.desk.entry(signal.seq) if signal.seq is not None else None
        if entry is not None:
            facts = facts_of(entry)
            habilitation = str(facts.get("habilitation", habilitation))
            if signal.fill == "agent":
                question = Question(agent=str(facts.get("agent", "")), du=question.du, au=question.au)
            elif signal.fill == "objet":
                question = Question(
                    objet=str(facts.get("object", "")), consommateur=signal.consumer, du=question.du, au=question.au
                )
        with self.store.writing() as db:
            db.execute(
                "INSERT OR IGNORE INTO finding(id, rule, whom, span, at, told, count, consumer, habilitation, address, "
                "recorded, state) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 'open')",
                (
                    str(uuid.uuid4()), signal.rule, signal.whom, signal.span, int(self.desk.clock().timestamp()),
                    signal.told, signal.count, signal.consumer, habilitation,
                    question.address(self.desk.seal, quoi=question.quoi),
                ),
            )  # fmt: skip

    async def _record(self) -> None:
        waiting = await self.desk.run(
            lambda: self.store.rows(
                "SELECT id, rule, told, count, consumer, habilitation FROM finding WHERE recorded = 0 LIMIT 100"
            )
        )
        for identifier, rule, told, count, consumer, habilitation in waiting:
            await self.desk.recorder.event(
                "finding_raised", finding=identifier, count=count, consumer=consumer or None,
                habilitation=habilitation or None, reason=f"{rule} : {told}",
            )  # fmt: skip
            await self.desk.run(lambda one=identifier: self._recorded(one))  # type: ignore[misc]  # bound now

    def _recorded(self, identifier: str) -> None:
        with self.store.writing() as db:
            db.execute("UPDATE finding SET recorded = 1 WHERE id = ?", (identifier,))


def findings(store: ConsoleStore, state: str) -> list[Finding]:
    """Those of a state, newest first; some at most."""
    rows = store.rows(f"SELECT {_COLUMNS} FROM finding WHERE state = ? ORDER BY at DESC LIMIT ?", state, SHOWN)  # noqa: S608 — columns
    return [Finding(*row) for row in rows]


async def close(desk: Desk, store: ConsoleStore, who: Looker, identifier: str, verdict: str, reason: str) -> None:
    """Close a finding, in the log first. Raises NotOpen, 503 `00510`, ConsoleUnavailable."""
    if not await desk.run(lambda: store.rows("SELECT 1 FROM finding WHERE id = ? AND state = 'open'", identifier)):
        raise NotOpen(identifier)
    told = f"{VERDICTS[verdict]} : {reason}"
    await desk.recorder.event(
        "finding_closed", finding=identifier, actor=desk.actor(who.account), role=who.role, reason=told
    )

    def closed() -> None:
        with store.writing() as db:
            db.execute(
                "UPDATE finding SET state = 'closed', closed_at = ?, closed_by = ?, reason = ? WHERE id = ?",
                (int(desk.clock().timestamp()), who.account, told, identifier),
            )

    await desk.run(closed)
