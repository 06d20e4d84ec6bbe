# SPDX-License-Identifier: EUPL-1.2
"""After the deposit: certificates that end, insolvency notices that appear, files whose time is over.

Looked at every hour, from the deposit until the file's own end, which outlasts the contract's award. An alert is given
once: it is a sign for the buyer to look at, never a decision.
"""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta

from connectors.kit.paris import PARIS
from gateway.dossier.collect import Collector
from gateway.dossier.files import Files, Happened
from gateway.dossier.rules import Sheets
from gateway.dossier.values import Candidature, Item
from gateway.dossier.words import Standing, State
from gateway.problems import Problem

LOG = logging.getLogger("dlnuf.dossier")

EVERY_S = 3_600
AHEAD = timedelta(days=30)
"""How long before its last day a certificate is announced to end."""
LOOK_AGAIN_S = 86_400


class Watch:
    """Looks after deposited files. `start` it on the loop, `stop` it at the end. `now`: epoch seconds.

    `sweep`: what else is erased when its time is over.
    """

    def __init__(
        self, files: Files, collector: Collector, sheets: Sheets, now: Callable[[], float],
        sweep: Callable[[], None] = lambda: None,
    ) -> None:  # fmt: skip
        self._files = files
        self._collector = collector
        self._sheets = sheets
        self._now = now
        self._sweep = sweep
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Look every hour."""
        self._task = asyncio.ensure_future(self._turn())

    async def stop(self) -> None:
        """Stop looking."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _turn(self) -> None:
        while True:
            await asyncio.sleep(EVERY_S)
            try:
                await self.look()
            except Exception:
                # An hour's look that fails is made again the next hour.
                LOG.exception("watch_failed")

    async def look(self) -> None:
        """Once: erase what is over, announce what ends, ask again what may have changed."""
        for identifier in self._files.store.over(int(self._now())):
            self._files.erase(identifier)
        self._sweep()
        for identifier in self._files.store.with_standing(Standing.SEALED):
            try:
                self._look_at(self._files.get(identifier))
            except Problem as trouble:
                # One file that cannot be read must not keep those after it from being looked at.
                LOG.warning("file_not_watched", extra={"dossier": identifier, "code": trouble.code})
            await asyncio.sleep(0)  # thousands of files must not hold up a request

    def _look_at(self, dossier: Candidature) -> None:
        today = datetime.fromtimestamp(self._now(), PARIS).date()
        ending = [item for item in dossier.items if self._ends(item, today)]
        new = [item for item in ending if _alert(item) not in dossier.alerts]
        if new:

            def change(before: Candidature) -> tuple[Candidature, list[Happened]]:
                happened: list[Happened] = [
                    (
                        "alerte.expiration",
                        {"piece": item.id, "valable_jusqu_au": item.provenance.valid_until if item.provenance else ""},
                    )
                    for item in new
                ]
                return replace(before, alerts=(*before.alerts, *map(_alert, new))), happened

            self._files.change(dossier.id, change)
        again = [item.id for item in dossier.items if self._to_ask_again(item)]
        if again:
            self._collector.again(dossier.id, again)

    def _ends(self, item: Item, today: date) -> bool:
        piece = self._sheets.pieces.get(item.key)
        if piece is None or not piece.certificate or item.provenance is None or item.against:
            return False
        if item.state not in (State.RETRIEVED, State.CONTESTED) or not item.provenance.valid_until:
            return False
        return date.fromisoformat(item.provenance.valid_until) <= today + AHEAD

    def _to_ask_again(self, item: Item) -> bool:
        piece = self._sheets.pieces.get(item.key)
        if piece is None or not piece.watch or item.provenance is None or not item.state.settled:
            return False
        return item.provenance.retrieved_at <= self._now() - LOOK_AGAIN_S


def _alert(item: Item) -> str:
    return f"expiration {item.id} {item.provenance.valid_until if item.provenance else ''}"
