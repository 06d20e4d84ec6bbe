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

from connectors.kit.paris import PARIS
from gateway.dossier import asking
from gateway.dossier.checking import certificate, holds
from gateway.dossier.fetching import document_field, fetched
from gateway.dossier.files import Files, Happened
from gateway.dossier.keeping import Reusable
from gateway.dossier.planning import planned
from gateway.dossier.queue import Queue, Waiting
from gateway.dossier.rules import Piece, Sheets, at
from gateway.dossier.trials import MOST
from gateway.dossier.values import Candidature, Completion, Document, Item, Provenance
from gateway.dossier.words import Outcome, Source, Standing, State
from gateway.exchange import House, Identity, Rates, exchange
from gateway.problems import Problem

LOG = logging.getLogger("dlnuf.dossier")

GOES_ON_S = 30 * 86_400
"""How long after its deposit an incomplete file is still completed."""
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
            self._file(waiting, self._failed(dossier, item, piece, _not_connected(said)))
            return
        trials = self._files.store.trials
        with self._files.store.writing():
            began = trials.begins(dossier.id, item.id)
        try:
            if began > MOST:
                LOG.error("item_given_up", extra={"dossier": dossier.id})
                if waiting.fresh and item.value is not None:
                    return  # what was known stays known
                self._file(waiting, self._failed(dossier, item, piece, _given_up()))
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
        if (document := await self._document(piece, after, body["data"], kept.reused_from, house)) is not None:
            after = _with_document(after, piece, document[0])
            contents.append(document[1])
        self._file(waiting, replace(after, attempts=item.attempts + 1), contents)

    async def _document(
        self, piece: Piece, item: Item, data: Mapping[str, object], reused_from: str, house: House
    ) -> tuple[Document, bytes] | None:
        """The document that came with an answer: kept by the earlier file that had it, or fetched at once."""
        if not document_field(piece):
            return None
        content, name = b"", f"{item.key}.pdf"
        if reused_from:
            earlier = self._files.store.load(reused_from)
            known = earlier.item(item.id) if earlier else None
            if known is not None and known.documents:
                content = self._files.store.content(reused_from, known.documents[0].sha256) or b""
                name = known.documents[0].name
        if not content and (delivery := await fetched(piece, data, house)) is not None:
            content, name = delivery.content, delivery.filename
        if not content:
            return None
        provenance = item.provenance
        code = at(item.value, piece.security_code) if piece.security_code else ""
        today = datetime.fromtimestamp(self._means.now(), PARIS).date().isoformat()
        valid_until = provenance.valid_until if provenance else ""
        found = await certificate(
            content, name, code=str(code or ""), issued_on=provenance.as_of if provenance else "",
            valid_until=valid_until, today=today,
        )  # fmt: skip
        return found, content

    def _failed(
        self, dossier: Candidature, item: Item, piece: Piece, found: asking.Failure, exchange_id: str = ""
    ) -> Item:
        now = int(self._means.now())
        again = now + found.wait_s if found.wait_s is not None else None
        if again is not None and again > _stop(dossier):
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
            after, more = _followed(after, known, new, now, sheets.pieces[new.key])
            after, added = planned(after, sheets)
            happened += more + added
            if after.gathered and not before.gathered and after.standing is not Standing.REFUSED:
                happened.append(("dossier.complet", {}))
            return after, happened

        after = self._files.change(waiting.dossier, change)
        if item.next_at is not None:
            heapq.heappush(self._later, (item.next_at, waiting.dossier, item.id))
        self.take_up(after.id)

    def _retry_later(self, waiting: Waiting) -> None:
        heapq.heappush(self._later, (self._means.now() + asking.RETRY_S[2], waiting.dossier, waiting.item))


def _with_document(item: Item, piece: Piece, document: Document) -> Item:
    """The item with its certificate: only one that opens and holds proves anything."""
    outcome = item.outcome
    if piece.certificate and not item.against:
        outcome = Outcome.COMPLIANT if holds(document) else Outcome.UNKNOWN
    return replace(item, documents=(document,), outcome=outcome)


def _followed(
    dossier: Candidature, before: Item, after: Item, now: int, piece: Piece
) -> tuple[Candidature, list[Happened]]:
    """What an answer means for its file: a notice to compare, no application possible, a sealed file completed."""
    happened: list[Happened] = []
    if after.key == "avis_boamp" and after.state is State.RETRIEVED and dossier.tender.source is Source.BOAMP:
        dossier = replace(dossier, tender=asking.compared(dossier.tender, after))
    if dossier.standing is Standing.OPEN and (why := asking.verdict(dossier, after)) is not None:
        dossier = replace(dossier, standing=Standing.REFUSED, refusal=why)
        happened.append(("dossier.irrecevable", {"code": why[0]}))
    if dossier.seal is not None and before.state is not after.state and after.state.settled:
        completion = Completion(after.id, before.state, after.state, now)
        seal = replace(dossier.seal, completions=(*dossier.seal.completions, completion))
        dossier = replace(dossier, seal=seal)
        happened.append(("piece.completee", {"piece": after.id}))
    if dossier.seal is not None and piece.watch and (new := _new_notices(before, after)):
        happened.append(("alerte.procedure_collective", {"piece": after.id, "annonces": new}))
    return dossier, happened


def _new_notices(before: Item, after: Item) -> list[str]:
    """The insolvency notices that were not there the last time; none when there was no last time to compare with."""
    if before.provenance is None or not before.state.settled:
        return []
    return sorted(_signs(after) - _signs(before))


def _signs(item: Item) -> set[str]:
    rows = item.value if isinstance(item.value, list) else []
    return {str(row.get("identifiant")) for row in rows if row.get("defaillance_signalee") is True}


def _stop(dossier: Candidature) -> int:
    """When asking again ends: the deadline, or, once deposited, a month later."""
    if dossier.seal is not None:
        return min(dossier.until, dossier.seal.at + GOES_ON_S)
    return dossier.tender.deadline or dossier.created_at + GOES_ON_S


def _given_up() -> asking.Failure:
    said = "La réponse de ce registre a plusieurs fois arrêté ce service : elle n'est redemandée que sur demande."
    return asking.Failure(State.UNAVAILABLE, Outcome.UNAVAILABLE, "", said, None)


def _not_connected(said: str) -> asking.Failure:
    return asking.Failure(State.MISSING, Outcome.UNKNOWN, "", said, None)
