# SPDX-License-Identifier: EUPL-1.2
"""The story's real rooms around a scripted log and a scripted source, and callers who ask and give up."""

import asyncio
import hashlib
import secrets
import time
import uuid
from collections.abc import Coroutine, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from connectors.kit import Answer
from connectors.kit.contract import Product, load_all
from gateway.app import Surroundings, _opened, utc_now
from gateway.audit.recording import Log, Recorder
from gateway.audit.subject import Subjects
from gateway.audit.subject_keys import SqliteKeys
from gateway.cache import Cache
from gateway.dossier.rules import Sheets
from gateway.exchange import House, exchange
from gateway.identity.bearer import issue
from gateway.identity.habilitation import Habilitation, Token
from gateway.identity.keys import Keys, create_missing, load
from gateway.identity.register import Register
from gateway.inflight import InFlight
from gateway.purpose.load import Policies, default_folder
from gateway.purpose.load import load as load_policies
from gateway.settings import Settings
from gateway.source.simulated import addresses
from gateway.values import Ask, Envelope, Stated
from tests.connectors.insee import insee_door
from tests.promises.scripted import Conversation, Event, ScriptedSource

Result = TypeVar("Result")

KNOWN = ("999100118", "999100225")
"""The companies that the source knows."""

STEPS = 40
"""For how many steps of the event loop a caller may still give up."""


@dataclass(frozen=True, slots=True)
class Caller:
    """One request: about which company, with which object stated, fresh or not, from somebody known or not.

    It is put after `starts` steps of the event loop; its caller gives up at the steps `gives_up`.
    """

    siren: str = "999100118"
    stated: str = "essai"
    fresh: bool = True
    known: bool = True
    starts: int = 0
    gives_up: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Told:
    """What became of a request. `gave_up`: before it was over."""

    ask: Ask
    result: Envelope | BaseException
    gave_up: bool


class Rooms:
    """The rooms that no script touches, opened once, and the event loop that they are open in.

    Not a dataclass: Hypothesis writes down the fields of one, to the last rule of the last policy.
    """

    def __init__(
        self, runner: asyncio.Runner, opened: House, product: Product, known: Mapping[str, Answer[Any]],
        subjects: Subjects, token: str,
    ) -> None:  # fmt: skip
        self._runner = runner
        self._opened = opened
        self._product = product
        self._known = known
        self._subjects = subjects
        self._token = token

    def run(self, play: Coroutine[Any, Any, Result]) -> Result:
        """Run a play to its end."""
        return self._runner.run(play)

    def house(self, log: Log, conversations: Iterator[Conversation], events: list[Event]) -> House:
        """The house with this log and a source that behaves so, where nothing is kept or under way."""
        return replace(
            self._opened,
            audit=Recorder(log, self._subjects, utc_now, lambda _: None),
            in_flight=InFlight(),
            cache=Cache(1 << 20, time.time),
            source=ScriptedSource(self._known, conversations, events),
        )

    def ask(self, caller: Caller) -> Ask:
        """The request of this caller."""
        return Ask(
            id=str(uuid.uuid4()),
            product=self._product,
            version=4,
            parameters={"siren": caller.siren},
            stated=Stated(("Essai",), (caller.stated,), ("13002526500013",)),
            token=self._token if caller.known else "inconnu",
            address="192.0.2.1",
            wants_fresh=caller.fresh,
        )


@contextmanager
def opened_rooms(folder: Path) -> Iterator[Rooms]:
    """The rooms as the application itself puts them together, on this folder, with a token in the register."""
    create_missing(folder / "keys", secrets.token_bytes)
    keys = load(folder / "keys")
    contracts = {"insee": load_all()["insee"]}
    policies = load_policies(default_folder(), load_all())
    settings = Settings(
        state=folder, keys=folder / "keys", policies=default_folder(), public_url="http://passerelle.test",
        registries=("insee",), maintenance=False, registry=addresses(contracts, "http://127.0.0.1:9"),
    )  # fmt: skip
    token = _token(folder / "register.db", keys, policies)
    product = contracts["insee"].products["insee/unite_legale"]
    # The composition root's own function: what is tried out is put together as what ships.
    composed = _opened(settings, keys, Surroundings(line=lambda _: None), contracts, policies, Sheets({}, {}))
    with asyncio.Runner() as runner:
        known = {
            siren: runner.run(insee_door.ask("unite_legale", 4, siren, insee_door.at_simulator())) for siren in KNOWN
        }
        subjects = Subjects(keys.subjects, SqliteKeys(folder / "subjects.db"), secrets.token_bytes, time.monotonic)
        opened = runner.run(composed.__aenter__())
        try:
            yield Rooms(runner, opened.house, product, known, subjects, token)
        finally:
            runner.run(composed.__aexit__(None, None, None))


def _token(register_file: Path, keys: Keys, policies: Policies) -> str:
    """A new token for public procurement, which no rate limit stops."""
    now = int(time.time())
    habilitation = Habilitation(
        str(uuid.uuid4()),
        "13002526500013",
        "Essai",
        "marches_publics",
        policies.grantable_scopes("marches_publics"),
        None,
        now,
        ("Délibération fictive",),
    )
    token = Token(str(uuid.uuid4()), habilitation.id, "essai", now, now + 3600, None, safe_listed=True)
    register = Register(register_file)
    try:
        register.create(habilitation)
        register.issue(token)
    finally:
        register.close()
    return issue(token, habilitation, keys)


async def told_to(house: House, asks: Sequence[tuple[Ask, Caller]], events: list[Event]) -> list[Told]:
    """Let everybody ask at once, and give up when they do; what each was told."""

    async def one(ask: Ask, caller: Caller) -> Envelope:
        for _ in range(caller.starts):
            await asyncio.sleep(0)
        leaving = await exchange(ask, house)
        seen = {"digest": hashlib.sha256(leaving.body).hexdigest(), "size": len(leaving.body)}
        events.append(Event("left", ask.id, seen))
        return leaving

    tasks = [asyncio.create_task(one(ask, caller), name=ask.id) for ask, caller in asks]
    gave_up = set()
    for step in range(STEPS):
        for task, (ask, caller) in zip(tasks, asks, strict=True):
            if step in caller.gives_up and task.cancel():
                gave_up.add(ask.id)
        await asyncio.sleep(0)
    results = await asyncio.gather(*tasks, return_exceptions=True)
    return [Told(ask, result, ask.id in gave_up) for (ask, _), result in zip(asks, results, strict=True)]
