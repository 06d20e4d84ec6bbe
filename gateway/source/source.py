# SPDX-License-Identifier: EUPL-1.2
"""The source room: a question goes in, the registry's answer comes out, or the problem its caller will understand."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol

from connectors.kit import Answer, KnownAbsent, Registry, RegistryError, RegistryRefusal, UnknownAnswer
from connectors.kit.contract import Contract, Product
from connectors.kit.parameters import DATED, KINDS, Wrong
from connectors.kit.paris import PARIS
from gateway.problems import JSON_API, Problem, Wording, problem, provider_problem, several
from gateway.source.breaker import Breaker
from gateway.source.standing import History, Standing, standing
from gateway.source.together import Together
from gateway.values import Question, Sourced

LOG = logging.getLogger("dlnuf.source")

DOCUMENT_LIFE_S = 86_400


@dataclass(frozen=True, slots=True)
class Call:
    """A question that may now be put: parameters read, the registry open."""

    question: Question
    contract: Contract
    arguments: Mapping[str, Any]


class Patient(Registry, Protocol):
    """A door that can be told how long to wait."""

    def within(self, seconds: float) -> Registry:
        """The same door, with a time-out of its own."""
        ...


class Source:
    """All registries behind one call."""

    def __init__(
        self,
        contracts: Mapping[str, Contract],
        doors: Mapping[str, Patient],
        clock: Callable[[], datetime],
        monotonic: Callable[[], float],
        *,
        maintenance: bool = True,
        also_accepted: frozenset[str] = frozenset(),
    ) -> None:
        """`maintenance`: whether the contracts' windows count. `also_accepted`: identifiers taken without a check digit
        (those of loaded official cases)."""
        self._contracts = contracts
        self._doors = doors
        self._clock = clock
        self._maintenance = maintenance
        self._also_accepted = also_accepted
        self._together: Together[Sourced] = Together()
        self._histories = {name: History() for name in contracts}
        self._breakers = {
            name: Breaker(contract.breaker.failures, contract.breaker.pause_s, monotonic)
            for name, contract in contracts.items()
        }

    def ready(self, question: Question) -> Call:
        """Check what must hold before the registry is asked. Raises 503 `XX020`, then 422 `003xx`."""
        contract = self._contracts[question.product.registry]
        if self._maintenance and contract.maintenance:
            now = self._clock()
            if remaining := max(window.remaining(now) for window in contract.maintenance):
                raise provider_problem(
                    question.product.error_prefix, question.product.provider, "020", retry_in=remaining
                )
        return Call(question, contract, self._arguments(question))

    async def put(self, call: Call, *, alone: bool = True) -> Sourced:
        """Hold the conversation. Raises the registry's problem in the catalogue's codes, never anything else.

        `alone`: not to share the answer of the same question under way.
        """
        question = call.question
        try:
            if alone or not question.product.freshness.seconds(self._clock()):
                return await self._put(call)
            return await self._together.ask(question.key, lambda: self._put(call))
        except RegistryError as error:
            # Put into words for each of those who wait: a problem carries its own caller's counters.
            found = translated(error, question.product)
            if isinstance(error, KnownAbsent):
                found.lasts_s = question.product.absence.seconds(self._clock())
            raise found from None

    async def _put(self, call: Call) -> Sourced:
        breaker = self._breakers[call.question.product.registry]
        outcome: BaseException | None = None
        breaker.before()
        history = self._histories[call.question.product.registry]
        history.in_flight += 1
        try:
            answer = await call.question.version.conversation(**call.arguments)
        except RegistryError as error:
            outcome = error
            raise
        except Exception as error:
            # A connector that meets what its sheet does not know must not look like a fault of the caller's or ours.
            outcome = error
            LOG.exception("connector_failed", extra={"product": call.question.product.id})
            raise UnknownAnswer from None
        except BaseException as error:
            outcome = error
            raise
        finally:
            history.in_flight -= 1
            breaker.after(outcome)
            self._remember(history, outcome, call.question.product)
        return self.dated(call, answer)

    def states(self) -> dict[str, str]:
        """For each registry, whether it is asked (`closed`), left alone (`open`) or tried again (`half_open`)."""
        return {name: breaker.state for name, breaker in self._breakers.items()}

    def standings(self) -> list[Standing]:
        """Where every registry stands."""
        now = self._clock()
        return [
            standing(contract, self._breakers[name].state, self._histories[name], now, maintenance=self._maintenance)
            for name, contract in self._contracts.items()
        ]

    def _remember(self, history: History, outcome: BaseException | None, product: Product) -> None:
        """When the registry last answered, and last failed. « Not found » is an answer; one broken off, neither."""
        if outcome is not None and not isinstance(outcome, Exception):
            return
        error = outcome if isinstance(outcome, RegistryError) or outcome is None else UnknownAnswer()
        found = translated(error, product) if error is not None else None
        if found is None or found.status < 500:
            history.answered_at = self._clock()
        else:
            history.failed_at, history.code = self._clock(), found.code

    def dated(self, call: Call, answer: Answer[Any]) -> Sourced:
        """An answer obtained just now, with its registry's name and how long it stays fresh."""
        question = call.question
        now = self._clock().replace(microsecond=0)
        obtained = int(now.timestamp())
        life = question.product.freshness.seconds(now)
        if answer.document is not None:
            # A document lives at most a day, and the answer that names it no longer than the document.
            life = min(life, answer.document.life_s, DOCUMENT_LIFE_S)
        return Sourced(answer, question.product.provider, obtained, obtained + life)

    def _arguments(self, question: Question) -> dict[str, Any]:
        product = question.product
        # Most parameters do not depend on the day, and reading the clock in Paris costs more than reading them.
        dated = not DATED.isdisjoint(product.kinds.values())
        today = self._clock().astimezone(PARIS).date() if dated else date.min
        parsed: dict[str, Any] = dict.fromkeys(product.query)
        wrong = []
        for name, kind in product.kinds.items():
            raw = question.parameters.get(name)
            if raw is None:
                continue
            try:
                parsed[name] = raw if raw in self._also_accepted else KINDS[kind].value(raw, today)
            except Wrong as error:
                wrong.append((error.code, name))
        if wrong:
            raise several(wrong, JSON_API)
        usual = self._doors[product.registry]
        door = usual if product.timeout_s is None else usual.within(product.timeout_s)
        given = {"registry": door, "caller": question.caller, **parsed}
        return {argument: given[what] for argument, what in question.version.arguments.items()}


def translated(error: RegistryError, product: Product) -> Problem:
    """A registry's error as the problem a caller reads."""
    if error.suffix == "501" and not isinstance(error, RegistryRefusal):
        meta = {"provider": product.provider, "retry_in": error.retry_in}
        found = problem("00501", meta=meta, media_type=JSON_API)
        found.from_registry = True
        return found
    wording = Wording(error.status, error.title, error.detail) if isinstance(error, RegistryRefusal) else None
    return provider_problem(
        product.error_prefix,
        product.provider,
        error.suffix,
        wording=wording,
        retry_in=error.retry_in,
        provider_errors=error.provider_errors,
        more=error.meta,
        throttles=error.throttles,
    )
