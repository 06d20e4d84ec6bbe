# SPDX-License-Identifier: EUPL-1.2
"""Record if and only if answer, whatever the log and the source do, and whenever the caller gives up.

The real story through its real rooms; only the log and the source follow a script. What happened is one list, in
order, and the promises are read off it.
"""

import asyncio
import hashlib
from collections.abc import Iterator, Sequence
from itertools import chain, repeat
from pathlib import Path

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.audit.log import AuditLog
from gateway.audit.verify import verify
from gateway.audit.vocabulary import OUTCOMES, check
from gateway.problems import Problem
from gateway.values import Envelope
from tests.gateway.audit.audit_world import SIGNER
from tests.promises.rooms import STEPS, Caller, Rooms, Told, opened_rooms, told_to
from tests.promises.scripted import FATES, MOODS, Conversation, Event, Fate, ScriptedLog, Write, of

UNRECORDED = "00510"


@pytest.fixture(scope="module")
def rooms(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rooms]:
    with opened_rooms(tmp_path_factory.mktemp("rooms")) as found:
        yield found


async def played(
    rooms: Rooms, callers: Sequence[Caller], writes: Sequence[Write], conversations: Sequence[Conversation]
) -> tuple[list[Told], ScriptedLog, list[Event]]:
    """Play one script to its end; the log's and the source's scripts go on with all being well."""
    events: list[Event] = []
    log = ScriptedLog(chain(writes, repeat(Write())), events)
    house = rooms.house(log, chain(conversations, repeat(Conversation())), events)
    told = await told_to(house, [(rooms.ask(caller), caller) for caller in callers], events)
    await log.drained()
    return told, log, events


def assert_promises(told: Sequence[Told], log: ScriptedLog, events: Sequence[Event]) -> None:
    """Every promise, for every request of a play."""
    assert log.durable == log.owed, "a record that was queued is lost"
    for one in told:
        happened = of(events, one.ask.id)
        for event in happened:
            if event.kind == "durable":
                check(event.record)
        questions = [event for event in happened if event.kind == "durable" and event.record["event"] == "asked"]
        outcomes = [event for event in happened if event.kind == "durable" and event.record["event"] in OUTCOMES]
        contacts = [event for event in happened if event.kind == "contact"]
        assert len(questions) <= 1
        assert len(outcomes) <= 1
        if contacts:
            assert questions, "a registry heard of a request whose question is not recorded"
            assert happened.index(questions[0]) < happened.index(contacts[0])
        if questions and outcomes:
            assert happened.index(questions[0]) < happened.index(outcomes[0])
        if questions and log.healthy:
            assert outcomes, "a question without an outcome, although nothing failed"
        assert_told(one, happened, outcomes, log)


def assert_told(one: Told, happened: Sequence[Event], outcomes: Sequence[Event], log: ScriptedLog) -> None:
    """What the caller was told against its outcome."""
    result = one.result
    if isinstance(result, Envelope):
        assert not one.gave_up
        (answered,) = outcomes
        assert answered.record["event"] == "answered"
        assert answered.record["digest"] == hashlib.sha256(result.body).hexdigest()
        assert answered.record["size"] == len(result.body)
        kinds = [event.kind for event in happened]
        assert happened.index(answered) < kinds.index("left") == len(kinds) - 1
        if not answered.record["cached"]:
            assert kinds == ["durable", *["contact"] * kinds.count("contact"), "durable", "left"]
    elif isinstance(result, Problem):
        assert not one.gave_up, "giving up was turned into an answer"
        if result.code == UNRECORDED:
            assert not log.healthy
        else:
            (outcome,) = outcomes
            assert outcome.record["event"] in ("refused", "failed")
            assert (outcome.record["code"], outcome.record["status"]) == (result.code, result.status)
    else:
        assert isinstance(result, asyncio.CancelledError), repr(result)
        assert one.gave_up
    if outcomes and outcomes[0].record["event"] == "answered" and not isinstance(result, Envelope):
        assert isinstance(result, asyncio.CancelledError) or not log.healthy


CALLERS = st.builds(
    Caller,
    siren=st.sampled_from(("999100118", "999100225", "999100001", "12")),
    stated=st.sampled_from(("essai", "autre")),
    fresh=st.booleans(),
    known=st.sampled_from((True, True, True, False)),
    starts=st.sampled_from((0, 0, 2, 20)),
    gives_up=st.one_of(st.just(()), st.lists(st.integers(0, STEPS - 1), max_size=3).map(tuple)),
)
WRITES = st.builds(Write, steps=st.integers(0, 5), fate=st.sampled_from(FATES))
SLOW_WRITES = st.builds(Write, steps=st.integers(0, 5))
CONVERSATIONS = st.builds(Conversation, steps=st.integers(0, 5), mood=st.sampled_from(MOODS))


SCRIPTS = given(
    callers=st.lists(CALLERS, min_size=1, max_size=4),
    writes=st.one_of(st.lists(SLOW_WRITES, max_size=8), st.lists(WRITES, max_size=8)),
    conversations=st.lists(CONVERSATIONS, max_size=5),
)


@settings(max_examples=400, derandomize=True, database=None, deadline=None)
@SCRIPTS
def test_whatever_fails_and_whoever_gives_up_every_answer_has_its_record_first(
    rooms: Rooms, callers: list[Caller], writes: list[Write], conversations: list[Conversation]
) -> None:
    assert_promises(*rooms.run(played(rooms, callers, writes, conversations)))


@pytest.mark.slow
@settings(max_examples=20_000, deadline=None)
@SCRIPTS
def test_whatever_fails_on_scripts_never_played_before(
    rooms: Rooms, callers: list[Caller], writes: list[Write], conversations: list[Conversation]
) -> None:
    assert_promises(*rooms.run(played(rooms, callers, writes, conversations)))


@pytest.mark.parametrize("fate", [fate for fate in FATES if fate != "durable"])
@pytest.mark.parametrize("which", [0, 1])
def test_a_log_that_fails_once_refuses_that_request_alone(rooms: Rooms, fate: Fate, which: int) -> None:
    writes = [Write(), Write()]
    writes[which] = Write(1, fate)
    told, log, events = rooms.run(played(rooms, [Caller()], writes, []))
    assert_promises(told, log, events)
    assert isinstance(told[0].result, Problem)
    assert (told[0].result.code, told[0].result.status) == (UNRECORDED, 503)
    assert [event.kind for event in events].count("contact") == which  # « asked » fails: no registry is contacted
    told, log, events = rooms.run(played(rooms, [Caller()], [], []))
    assert isinstance(told[0].result, Envelope)
    assert_promises(told, log, events)


@pytest.mark.parametrize("step", range(12))
def test_a_caller_that_gives_up_at_any_step_leaves_a_whole_story(rooms: Rooms, step: int) -> None:
    caller = Caller(gives_up=(step,))
    told, log, events = rooms.run(played(rooms, [caller], [Write(2), Write(2), Write(2)], [Conversation(2)]))
    assert_promises(told, log, events)
    recorded = [event.record["event"] for event in events if event.kind == "durable"]
    if isinstance(told[0].result, Envelope):
        assert recorded == ["asked", "answered"]
    else:
        assert recorded in ([], ["asked", "failed"], ["asked", "answered"])
        assert recorded or step == 0  # given up before it began


def test_an_answer_from_the_cache_has_one_record_and_asks_nobody(rooms: Rooms) -> None:
    callers = [Caller(fresh=False), Caller(fresh=False, starts=20)]
    told, log, events = rooms.run(played(rooms, callers, [], []))
    assert_promises(told, log, events)
    first, second = ([event.kind for event in of(events, one.ask.id)] for one in told)
    assert first == ["durable", "contact", "durable", "left"]
    assert second == ["durable", "left"]


def test_a_caller_that_gives_up_while_the_log_fails_has_given_up_all_the_same(rooms: Rooms) -> None:
    caller = Caller(gives_up=(6,))
    told, log, events = rooms.run(played(rooms, [caller], [Write(), Write(0, "refused")], [Conversation(20)]))
    assert_promises(told, log, events)
    assert isinstance(told[0].result, asyncio.CancelledError)


def test_a_log_that_lies_is_noticed(rooms: Rooms) -> None:
    class Liar(ScriptedLog):
        async def append(self, entry: bytes) -> int:
            self.owed.append(entry)
            return 0

    events: list[Event] = []
    log = Liar(repeat(Write()), events)
    house = rooms.house(log, repeat(Conversation()), events)
    told = rooms.run(told_to(house, [(rooms.ask(Caller()), Caller())], events))
    assert isinstance(told[0].result, Envelope)
    with pytest.raises(AssertionError):
        assert_promises(told, log, events)


def test_the_real_log_loses_no_record_of_those_who_give_up(rooms: Rooms, tmp_path: Path) -> None:
    class Counted:
        """The real log, and what it was handed."""

        def __init__(self, log: AuditLog) -> None:
            self.log = log
            self.handed: list[bytes] = []

        async def append(self, entry: bytes) -> int:
            self.handed.append(entry)
            return await self.log.append(entry)

    log = Counted(AuditLog.open(tmp_path / "audit.db", SIGNER))
    events: list[Event] = []
    house = rooms.house(log, repeat(Conversation(3)), events)
    callers = [
        Caller(stated=f"essai {number}", gives_up=(number % STEPS,) if number % 3 else ()) for number in range(200)
    ]
    told = rooms.run(told_to(house, [(rooms.ask(caller), caller) for caller in callers], events))
    log.log.close()
    report = verify(tmp_path / "audit.db", SIGNER.verifier, [log.log.checkpoint()])
    assert (report.problem, report.size) == (None, len(log.handed))
    left = {one.ask.id: hashlib.sha256(one.result.body).hexdigest() for one in told if isinstance(one.result, Envelope)}
    assert len(left) >= sum(not caller.gives_up for caller in callers)
    rows = [orjson.loads(entry) for entry in log.handed]
    recorded = {row["id"]: row["digest"] for row in rows if row["event"] == "answered"}
    assert left.items() <= recorded.items()
