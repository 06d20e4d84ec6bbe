# SPDX-License-Identifier: EUPL-1.2
"""The life of a request, from the question to the answer that may leave. Read this first.

Each line is a room of the house; rooms do not know each other. The order is the contract's: who asks (401), how often
(429), whether the token has run out (401), whether the habilitation opens this product (403), whether the same request
is under way (409), what was stated (422, 404), what is kept, whether the registry is open (503), the identifiers (422),
and only then the registry.
"""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from connectors.kit import Caller
from connectors.kit.contract import Product
from gateway.envelope import envelope
from gateway.problems import Problem
from gateway.values import Ask, Consumer, Delivery, Envelope, Permit, Question, Quota, Sourced

if TYPE_CHECKING:
    from gateway.audit.recording import Recorder
    from gateway.documents import Documents
    from gateway.identity.bearer import Shown
    from gateway.inflight import InFlight
    from gateway.purpose.purpose import Purpose
    from gateway.relay import Relay
    from gateway.source.source import Call


class Identity(Protocol):
    """Who asks: the bearer of a token, or, in the background of an application file, whom it was opened under."""

    def identify(self, shown: "Shown") -> Consumer:
        """The consumer. Raises 401, 403."""
        ...

    def confirm(self, consumer: Consumer) -> None:
        """Raises 401 when its right has run out."""
        ...


class Rates(Protocol):
    """How often: the pools of plain calls, or the one that a purpose declares for its application files."""

    def spend(self, consumer: Consumer, product: Product) -> Quota | None:
        """Count one call. Raises 429."""
        ...


class Kept(Protocol):
    """What is kept: the answers of all, or, for an application file, those that may still serve it as well."""

    def fresh(self, question: Question) -> Sourced | None:
        """The answer that may be given again. Raises an absence that is kept."""
        ...

    def stale(self, question: Question, trouble: Problem) -> Sourced:
        """An older answer, where the contract allows it. Raises `trouble` otherwise."""
        ...

    def keep(self, question: Question, sourced: Sourced) -> None:
        """Keep an answer."""
        ...

    def keep_absence(self, question: Question, absence: Problem) -> None:
        """Keep a registry's « there is nothing »."""
        ...


class Source(Protocol):
    """Where answers come from: the registries, or in a sandbox the official cases before them."""

    def ready(self, question: Question) -> "Call":
        """The question, ready to be put. Raises 503, 422."""
        ...

    async def put(self, call: "Call", *, alone: bool = True) -> Sourced:
        """The answer; shared with others who ask the same at this moment, unless `alone`. Raises the problem."""
        ...


@dataclass(frozen=True, slots=True)
class House:
    """The rooms a request passes through, put together by `app.py`."""

    audit: "Recorder"
    identity: Identity
    quotas: Rates
    purpose: "Purpose"
    in_flight: "InFlight"
    cache: Kept
    source: Source
    documents: "Documents"
    relay: "Relay"
    public_url: str
    now: Callable[[], float]


async def exchange(ask: Ask, house: House) -> Envelope:
    """Answer a request, or raise the Problem its caller must read. Either way its evidence is durable first."""
    async with house.audit.recording(ask) as record:  # one outcome, whatever happens in here
        consumer = record.consumer = house.identity.identify(ask)  # who is asking
        record.quota = house.quotas.spend(consumer, ask.product)  # how often they may
        house.identity.confirm(consumer)  # still, today
        grant = record.grant = house.purpose.grant(consumer, ask.product)  # what their purpose opens
        with house.in_flight.claim(ask, consumer):
            permit = record.permit = house.purpose.permit(grant, ask)  # may they, for whom, which fields
            question = put_into_words(ask, consumer, permit)  # about whom, as the registry will hear it
            sourced = None if ask.wants_fresh else house.cache.fresh(question)
            if sourced is None:
                call = house.source.ready(question)
                await record.asked()  # durable before any registry hears of it
                sourced = await ask_the_registry(question, call, ask, house)
            sourced = house.relay.renewed(sourced, ask.product.relayed)
            sourced = house.documents.named(sourced, permit, ask.id)
            released = house.purpose.narrow(permit, ask.product, sourced.answer)  # only the values the purpose allows
            record.answer = envelope(ask, permit, released, sourced, record.quota, house.public_url, house.now())
            record.sourced = sourced
    return record.answer  # nothing leaves before the block has closed: it wrote the digest of these very bytes


async def ask_the_registry(question: Question, call: "Call", ask: Ask, house: House) -> Sourced:
    """What the registry says, filed and kept; or what it said before, where its contract allows it and it is silent."""
    try:
        sourced = await house.source.put(call, alone=ask.wants_fresh)
    except Problem as trouble:
        if ask.wants_fresh:
            raise
        house.cache.keep_absence(question, trouble)
        return house.cache.stale(question, trouble)
    sourced = house.documents.file(sourced, kept=not ask.wants_fresh)
    if not ask.wants_fresh:
        house.cache.keep(question, sourced)
    return sourced


async def deliver(capability: str, address: str, house: House) -> Delivery:
    """Hand out a document behind its signed address. Raises 404 `00404`, 410 `00403`; recorded before a byte leaves."""
    delivery = house.documents.open(capability)
    await house.audit.downloaded(delivery.id, delivery.exchange_id, len(delivery.content), address)
    return delivery


async def relayed(capability: str, address: str, house: House, where: str = "") -> Delivery:
    """Hand out a file that stayed at its registry. Raises 404, 410, 502; recorded before a byte leaves.

    `where`: the path of ours that its contract names, if it names one.
    """
    delivery = await house.relay.fetch(capability, where)
    await house.audit.downloaded(delivery.id, delivery.exchange_id, len(delivery.content), address)
    return delivery


async def located(capability: str, where: str, address: str, house: House) -> tuple[str, int]:
    """The address of a file that stayed at its registry, now kept here, and its seconds. Raises as the contract says.

    `where`: the path of ours that its contract names. Recorded before the address leaves; so is each download.
    """
    delivery = await house.relay.fetch(capability, where)
    identifier = str(uuid.uuid4())
    await house.audit.downloaded(delivery.id, identifier, len(delivery.content), address)
    return house.documents.hold(delivery, identifier)


def put_into_words(ask: Ask, consumer: Consumer, permit: Permit) -> Question:
    """The question for the registry, with the key its contract declares for keeping the answer."""
    product, version = ask.product, permit.version
    known = {**ask.parameters, "recipient": permit.recipient}
    key = (product.id, str(version.number), *[known.get(part, "") for part in product.cache_key])
    return Question(product, version, ask.parameters, Caller(consumer.token_id, permit.recipient, ask.id), key)
