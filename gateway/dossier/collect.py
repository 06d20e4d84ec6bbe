# SPDX-License-Identifier: EUPL-1.2
"""Gathering: every question of every file, each through the same `exchange` as any call, until it is settled.

The house of a question differs from the edge's in three rooms: who asks is vouched for (no token string is kept), what
it costs is counted in the purpose's own pool, and what is kept includes the answers of earlier files. Everything else
is the same: same policy, same two records, a receipt of its own. Silence is retried in the background until the
deadline; a restart goes on where the store says.
"""

import asyncio
import hashlib
import heapq
import logging
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import orjson

from gateway.dossier import asking, consequences
from gateway.dossier.attached import document_of
from gateway.dossier.files import Files, Happened
from gateway.dossier.keeping import Reusable
from gateway.dossier.planning import planned
from gateway.dossier.queue import Queue, Waiting
from gateway.dossier.rules import Piece, Sheets
from gateway.dossier.trials import MOST
from gateway.dossier.values import Candidature, Item, Provenance
from gateway.dossier.words import Standing, State
from gateway.exchange import House, Identity, Rates, exchange
from gateway.problems import Problem

LOG = logging.getLogger("dlnuf.dossier")

SUSPECT_S = 2
"""Between questions during which a former process ended."""


@dataclass(frozen=True, slots=True)
class Means:
    """What the collection is given. `vouched`: who asks, for a token id. `rates`: the pools of files.

    `places`: what the contracts of the registries in use allow at once.
    """

    house: House
    sheets: Sheets
    vouched: Callable[[str], Identity]
    rates: Rates
    places: Mapping[str, int]
    identifier: Callable[[], str]
    now: Callable[[], float]
    monotonic: Callable[[], float]


class Collector:
    """The background work of all files. `start` it on the loop, `stop` it at the end."""

    def __init__(self, files: Files, means: Means) -> None:
        self._files = files
        self._means = means
        self.queue = Queue(lambda registry: means.places.get(registry, 2), means.monotonic)
        self._later: list[tuple[float, str, str]] = []
        self._awake = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        self._turning: asyncio.Task[None] | None = None
        self._suspects = 0

    def start(self) -> None:
        """Take up every unfinished file, and go on."""
        self._spawn(self._resumed())
        self._turning = asyncio.ensure_future(self._turn())

    async def stop(self) -> None:
        """Let go. What was under way is asked again at the next start, unless its answer was kept."""
        tasks = [*self._tasks, *([self._turning] if self._turning else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _resumed(self) -> None:
        for identifier in self._files.store.unfinished():
            try:
                self.take_up(identifier, suspecting=True)
            except Problem as trouble:
                # One that cannot be read must not keep the others, nor the service, from starting.
                LOG.warning("file_not_taken_up", extra={"dossier": identifier, "code": trouble.code})
            await asyncio.sleep(0)  # thousands of files must not hold up a request

    def take_up(self, identifier: str, *, suspecting: bool = False) -> None:
        """Queue what a file still expects. `suspecting`: what may have ended a former process comes last, by itself."""
        dossier = self._files.get(identifier)
        if dossier.standing not in (Standing.OPEN, Standing.SEALED):
            self.queue.drop(identifier)
            return
        now = self._means.now()
        for item in dossier.items:
            if item.state.settled or (item.next_at is None and item.attempts):
                continue
            if item.next_at is not None and item.next_at > now:
                heapq.heappush(self._later, (item.next_at, identifier, item.id))
            elif suspecting and self._files.store.trials.interrupted(identifier, item.id):
                self._suspects += 1
                heapq.heappush(self._later, (now + SUSPECT_S * self._suspects, identifier, item.id))
            else:
                self._line_up(dossier, item)
        self._awake.set()

    def again(self, identifier: str, items: Sequence[str]) -> None:
        """Ask these items anew, whatever they said, and do not take a kept answer for it: in their turn, as any."""
        dossier = self._files.get(identifier)
        for item in map(dossier.item, items):
            if item is not None:
                self._line_up(dossier, item, fresh=True)
        self._awake.set()

    async def settled(self, identifier: str, keys: frozenset[str], patience_s: float) -> None:
        """Wait until these pieces of a file are settled, or for so long."""
        with self._files.watching(identifier) as something:
            try:
                async with asyncio.timeout(patience_s):
                    while any(
                        item.key in keys and item.state is State.PENDING for item in self._files.get(identifier).items
                    ):
                        await something.wait()
                        something.clear()
            except TimeoutError:
                return

    def _line_up(self, dossier: Candidature, item: Item, *, fresh: bool = False) -> None:
        piece = self._means.sheets.pieces.get(item.key)
        if piece is not None:
            self.queue.add(piece.product.registry, Waiting(dossier.id, item.id, dossier.token_id, fresh))

    async def _turn(self) -> None:
        while True:
            self._awake.clear()
            now = self._means.now()
            while self._later and self._later[0][0] <= now:
                _, identifier, name = heapq.heappop(self._later)
                self._due(identifier, name)
            for registry, waiting in self.queue.ready():
                self._spawn(self._asked(registry, waiting))
            waits = [self._later[0][0] - now] if self._later else []
            if (until := self.queue.until()) is not None:
                waits.append(until)
            try:
                async with asyncio.timeout(max(0.01, min(waits)) if waits else None):
                    await self._awake.wait()
            except TimeoutError:
                continue

    def _due(self, identifier: str, name: str) -> None:
        try:
            dossier = self._files.get(identifier)
        except Problem:
            return
        item = dossier.item(name)
        if item is not None and not item.state.settled and dossier.standing in (Standing.OPEN, Standing.SEALED):
            self._line_up(dossier, item)

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _asked(self, registry: str, waiting: Waiting) -> None:
        try:
            await self._ask(registry, waiting)
        except Exception:
            # The last defence: one item that meets a fault of ours must not take the others with it.
            LOG.exception("item_failed", extra={"dossier": waiting.dossier})
            self._retry_later(waiting)
        finally:
            self.queue.done(registry, waiting)
            self._awake.set()

    async def _ask(self, registry: str, waiting: Waiting) -> None:
        means = self._means
        dossier = self._files.get(waiting.dossier)
        item, piece = dossier.item(waiting.item), None
        if item is not None:
            piece = means.sheets.pieces.get(item.key)
        if item is None or piece is None or dossier.standing not in (Standing.OPEN, Standing.SEALED):
            return
        if registry not in means.places:
            said = "Ce registre n'est pas raccordé à ce service."
            self._file(waiting, self._failed(dossier, item, piece, consequences.not_connected(said)))
            return
        trials = self._files.store.trials
        with self._files.store.writing():
            began = trials.begins(dossier.id, item.id)
        try:
            if began > MOST:
                LOG.error("item_given_up", extra={"dossier": dossier.id})
                if waiting.fresh and item.value is not None:
                    return  # what was known stays known
                self._file(waiting, self._failed(dossier, item, piece, consequences.given_up()))
                return
            await self._put(waiting, dossier, item, piece)
        finally:
            with self._files.store.writing():
                trials.ends(dossier.id, item.id)

    async def _put(self, waiting: Waiting, dossier: Candidature, item: Item, piece: Piece) -> None:
        """Put the question through `exchange`, and file what comes of it."""
        means, registry = self._means, piece.product.registry
        identifier = means.identifier()
        ask = asking.question(dossier, item, piece, identifier, means.now(), fresh=waiting.fresh)
        kept = Reusable(self._files.store, means.house.cache, piece, dossier.habilitation_id, dossier.id, means.now)
        house = replace(
            means.house,
            identity=means.vouched(dossier.token_id),
            quotas=means.rates,
            cache=kept,
        )
        try:
            leaving = await exchange(ask, house)
        except Problem as trouble:
            found = asking.failure(trouble, piece, item.attempts)
            if found.hold:
                self.queue.hold(waiting.holder, found.wait_s or 1)
            elif trouble.throttles:
                self.queue.throttled(registry, found.wait_s or 1)
            if waiting.fresh and item.value is not None and not found.against:
                return  # what was known stays known
            self._file(waiting, self._failed(dossier, item, piece, found, identifier))
            return
        self.queue.eased(registry)
        body = orjson.loads(leaving.body)
        said = body["meta"]["passerelle"]
        provenance = Provenance(
            registry=piece.product.registry,
            provider=said["source"],
            product=piece.product.id,
            version=piece.version,
            retrieved_at=int(datetime.fromisoformat(said["obtenu_le"]).timestamp()),
            exchange=identifier,
            purpose=said["finalite"],
            basis=tuple(said["fondement"]),
            answer=hashlib.sha256(leaving.body).hexdigest(),
            instead_of=said.get("perime_faute_de_reponse", ""),
            reused_from=kept.reused_from if kept.reused_from != dossier.id else "",
        )
        until = asking.last_day(piece.validity, body["data"], provenance.retrieved_at)
        provenance = replace(provenance, valid_until=until.isoformat())
        after = asking.answered(item, piece, body, provenance)
        contents = [leaving.body]
        if (
            document := await document_of(
                piece, after, body["data"], kept.reused_from, house, self._files.store, means.now()
            )
        ) is not None:
            after = consequences.with_document(after, piece, document[0])
            contents.append(document[1])
        self._file(waiting, replace(after, attempts=item.attempts + 1), contents)

    def _failed(
        self, dossier: Candidature, item: Item, piece: Piece, found: asking.Failure, exchange_id: str = ""
    ) -> Item:
        now = int(self._means.now())
        again = now + found.wait_s if found.wait_s is not None else None
        if again is not None and again > consequences.stop(dossier):
            again = None
        provenance = Provenance(
            registry=piece.product.registry, provider=piece.product.provider, product=piece.product.id,
            version=piece.version, retrieved_at=now, exchange=exchange_id, purpose="", basis=(), code=found.code,
            said=found.said,
        )  # fmt: skip
        if found.against:
            item = replace(item, value=None, documents=())  # what was given once does not hold any more
        return replace(
            item, state=found.state, outcome=found.outcome, provenance=provenance, next_at=again,
            attempts=item.attempts + found.counted, against=found.against,
        )  # fmt: skip

    def _file(self, waiting: Waiting, item: Item, contents: Sequence[bytes] = ()) -> None:
        """Put the item into its file, with all that follows from it."""
        now = int(self._means.now())
        sheets = self._means.sheets

        def change(before: Candidature) -> tuple[Candidature, list[Happened]]:
            known = before.item(item.id)
            if known is None:
                return before, []
            if before.standing not in (Standing.OPEN, Standing.SEALED):
                return before, []
            for content in contents:
                self._files.store.file(before.id, content)
            contested = any(one.item == item.id for one in before.contests)
            new = replace(item, state=State.CONTESTED) if contested and item.state is State.RETRIEVED else item
            after = replace(before, items=tuple(new if one.id == new.id else one for one in before.items))
            happened: list[Happened] = [("piece.mise_a_jour", {"piece": new.id})]
            after, more = consequences.followed(after, known, new, now, sheets.pieces[new.key])
            after, added = planned(after, sheets)
            happened += more + added
            for digest in consequences.left_behind(before, after, new):
                self._files.store.let_go(before.id, digest)
            if after.gathered and not before.gathered and after.standing is not Standing.REFUSED:
                happened.append(("dossier.complet", {}))
            return after, happened

        after = self._files.change(waiting.dossier, change)
        if item.next_at is not None:
            heapq.heappush(self._later, (item.next_at, waiting.dossier, item.id))
        self.take_up(after.id)

    def _retry_later(self, waiting: Waiting) -> None:
        heapq.heappush(self._later, (self._means.now() + asking.RETRY_S[2], waiting.dossier, waiting.item))
