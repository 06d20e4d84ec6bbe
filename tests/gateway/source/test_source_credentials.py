# SPDX-License-Identifier: EUPL-1.2
"""A registry's token: kept for its life less ten seconds, renewed once however many wait, for all of them."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import orjson
import pytest

from connectors.kit import (
    RegistryError,
    RegistryInternal,
    RegistryTimeout,
    RegistryUnavailable,
    Reply,
    UnknownAnswer,
)
from connectors.kit.facts import Access
from gateway.source import credentials
from gateway.source.credentials import TRIES, Credentials
from gateway.source.login import Login

Told = Reply | RegistryError


def token(name: str, life: object = 100) -> Reply:
    """A login's answer with this token."""
    return Reply(200, {}, orjson.dumps({"access_token": name, "expires_in": life}))


@dataclass
class Door:
    """A token endpoint that gives these answers in turn, the last one for ever, each only once `open` is set."""

    answers: list[Told]
    open: asyncio.Event = field(default_factory=asyncio.Event)
    accounts: list[bytes | None] = field(default_factory=list)

    async def send(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None) -> Reply:
        self.accounts.append(body)
        await self.open.wait()
        told = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(told, RegistryError):
            raise told
        return told


@dataclass
class Hand:
    """A clock that is moved by hand."""

    seconds: float = 1000.0

    def __call__(self) -> float:
        return self.seconds


def keeper(door: Door, clock: Callable[[], float], access: Access | None = None, accounts: int = 1) -> Credentials:
    """Credentials with this many accounts, numbered from one."""
    logins = [Login("https://registre.test/token", {}, b"%d" % rank) for rank in range(1, accounts + 1)]
    return Credentials(access or Access("json_login", "/token"), logins, door.send, clock, lambda: 0.0)


def opened(*answers: Told) -> Door:
    """A token endpoint that makes nobody wait."""
    door = Door(list(answers))
    door.open.set()
    return door


@pytest.fixture(autouse=True)
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(credentials, "PAUSE_S", 0.0)


async def test_a_token_is_kept_for_its_life_less_ten_seconds() -> None:
    door, clock = opened(token("un"), token("deux")), Hand()
    kept = keeper(door, clock)
    assert await kept.token() == "un"
    clock.seconds += 89.9
    assert await kept.token() == "un"
    clock.seconds += 0.2
    assert await kept.token() == "deux"
    assert len(door.accounts) == 2


@pytest.mark.parametrize("life", [None, 0, -1, 10, "100"])
async def test_a_token_whose_life_is_short_or_unknown_is_used_and_not_kept(life: object) -> None:
    door = opened(token("un", life), token("deux", life))
    kept = keeper(door, Hand())
    assert [await kept.token(), await kept.token()] == ["un", "deux"]


async def test_a_token_that_is_not_kept_still_serves_all_who_waited_for_it() -> None:
    door = opened(token("un", None), token("deux", None))
    kept = keeper(door, Hand())
    assert set(await asyncio.gather(*(kept.token() for _ in range(50)))) == {"un"}
    assert len(door.accounts) == 1


async def test_a_nested_token_is_found_where_the_contract_says() -> None:
    answer = Reply(200, {}, b'{"data":{"jeton":{"valeur":"un"}},"access_token":"autre"}')
    access = Access("json_login", "/token", token_field="data.jeton.valeur")
    assert await keeper(opened(answer), Hand(), access).token() == "un"


async def test_fifty_who_wait_make_one_login() -> None:
    door = Door([token("un")])
    kept = keeper(door, Hand())
    waiting = [asyncio.create_task(kept.token()) for _ in range(50)]
    await asyncio.sleep(0)
    door.open.set()
    assert await asyncio.gather(*waiting) == ["un"] * 50
    assert len(door.accounts) == 1


async def test_fifty_who_saw_the_token_refused_renew_it_once_late_comers_included() -> None:
    door = opened(token("un"), token("deux"), token("trois"))
    kept = keeper(door, Hand())
    spent = await kept.token()
    door.open.clear()
    waiting = [asyncio.create_task(kept.token(spent=spent)) for _ in range(25)]
    waiting += [asyncio.create_task(kept.token()) for _ in range(25)]
    await asyncio.sleep(0)
    door.open.set()
    assert await asyncio.gather(*waiting) == ["deux"] * 50
    assert await kept.token(spent=spent) == "deux"  # its 401 came after the others had renewed
    assert len(door.accounts) == 2


@pytest.mark.parametrize("who", [0, 7, 49])
async def test_a_waiter_that_gives_up_does_not_take_the_login_away(who: int) -> None:
    door = Door([token("un")])
    kept = keeper(door, Hand())
    waiting = [asyncio.create_task(kept.token()) for _ in range(50)]
    await asyncio.sleep(0)
    waiting[who].cancel()
    await asyncio.sleep(0)
    door.open.set()
    told = await asyncio.gather(*waiting, return_exceptions=True)
    assert isinstance(told.pop(who), asyncio.CancelledError)
    assert told == ["un"] * 49
    assert len(door.accounts) == 1


async def test_a_login_that_nobody_waits_for_any_more_is_still_kept() -> None:
    door = Door([token("un"), token("deux")])
    kept = keeper(door, Hand())
    waiting = asyncio.create_task(kept.token())
    await asyncio.sleep(0)
    waiting.cancel()
    door.open.set()
    await asyncio.gather(waiting, return_exceptions=True)
    assert await kept.token() == "un"


async def test_an_error_that_nobody_waits_for_is_not_reported_as_lost() -> None:
    lost: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: lost.append(context))
    door = Door([RegistryUnavailable()])
    kept = keeper(door, Hand())
    waiting = asyncio.create_task(kept.token())
    await asyncio.sleep(0)
    waiting.cancel()
    door.open.set()
    await asyncio.gather(waiting, return_exceptions=True)
    for _ in range(5):
        await asyncio.sleep(0)
    del kept, waiting
    assert lost == []


async def test_all_who_wait_share_a_failure_and_the_next_one_tries_again() -> None:
    door = Door([RegistryTimeout(), token("un")])
    kept = keeper(door, Hand())
    waiting = [asyncio.create_task(kept.token()) for _ in range(50)]
    await asyncio.sleep(0)
    door.open.set()
    told = await asyncio.gather(*waiting, return_exceptions=True)
    assert {type(error) for error in told} == {RegistryTimeout}
    assert len(door.accounts) == 1
    assert await kept.token() == "un"


@pytest.mark.parametrize(
    "failing", [RegistryTimeout(), Reply(401, {}, b"{}"), Reply(302), Reply(200, {}, b"<html>")], ids=str
)
async def test_a_failed_login_is_said_in_the_contract_s_own_code_when_it_names_one(failing: Told) -> None:
    access = Access("json_login", "/token", failure={"suffix": "011", "retry_in": 10})
    with pytest.raises(RegistryError) as raised:
        await keeper(opened(failing), Hand(), access).token()
    assert (raised.value.suffix, raised.value.retry_in) == ("011", 10)


@pytest.mark.parametrize("late", [RegistryTimeout(), RegistryUnavailable()], ids=str)
async def test_a_contract_may_keep_its_own_code_for_accounts_that_are_all_refused(late: RegistryError) -> None:
    access = Access(
        "json_login", "/token", failure={"suffix": "020", "retry_in": 60}, failure_when="refused", token_field="token"
    )
    refused = Reply(401, {}, b'{"error":"compte"}')
    with pytest.raises(RegistryError) as raised:
        await keeper(opened(refused, refused), Hand(), access, accounts=2).token()
    assert (raised.value.suffix, raised.value.retry_in) == ("020", 60)
    for answers in ((late,), (refused, late)):  # a login that times out is a time-out, whichever account it was
        with pytest.raises(type(late)):
            await keeper(opened(*answers), Hand(), access, accounts=2).token()


async def test_a_second_account_is_tried_when_the_first_is_refused_and_then_remembered() -> None:
    refused = Reply(401, {}, b'{"error":"compte"}')
    door, clock = opened(refused, token("un"), token("deux")), Hand()
    kept = keeper(door, clock, accounts=2)
    assert await kept.token() == "un"
    assert door.accounts == [b"1", b"2"]
    clock.seconds += 1000
    assert await kept.token() == "deux"
    assert door.accounts == [b"1", b"2", b"2"]


async def test_when_every_account_is_refused_each_was_tried_once_and_nothing_is_known() -> None:
    door = opened(Reply(401, {}, b'{"error":"compte"}'))
    with pytest.raises(UnknownAnswer):
        await keeper(door, Hand(), accounts=3).token()
    assert door.accounts == [b"1", b"2", b"3"]


async def test_a_registry_that_does_not_answer_is_no_reason_to_try_another_account() -> None:
    door = opened(RegistryUnavailable())
    with pytest.raises(RegistryUnavailable):
        await keeper(door, Hand(), accounts=2).token()
    assert door.accounts == [b"1"]


async def test_a_login_answer_that_is_not_json_is_asked_for_five_times_in_all() -> None:
    page = Reply(200, {}, b"<html>")
    door = opened(*[page] * (TRIES - 1), token("un"))
    assert await keeper(door, Hand()).token() == "un"
    assert len(door.accounts) == TRIES
    door = opened(page)
    with pytest.raises(UnknownAnswer):
        await keeper(door, Hand()).token()
    assert len(door.accounts) == TRIES


async def test_a_login_that_is_redirected_is_an_internal_error_and_goes_nowhere() -> None:
    door = opened(Reply(302, {"location": "https://ailleurs.test/"}))
    with pytest.raises(RegistryInternal):
        await keeper(door, Hand()).token()
    assert len(door.accounts) == 1


@pytest.mark.parametrize("value", [None, 12, "", ["un"], {"a": 1}, "a\r\nb: c", "a\x00", "é", "a\x7f"])
async def test_what_cannot_stand_in_a_header_is_no_token(value: object) -> None:
    answer = Reply(200, {}, orjson.dumps({"access_token": value, "expires_in": 100}))
    with pytest.raises(UnknownAnswer):
        await keeper(opened(answer), Hand()).token()


@pytest.mark.parametrize("failure", [{}, {"suffix": "011", "retry_in": 10}], ids=["none", "its own code"])
async def test_a_login_asked_for_too_often_says_so_and_is_not_asked_again(failure: dict[str, int | str]) -> None:
    """In the code the contract gives to logins that fail; trying another account would make it worse."""
    door = opened(Reply(429, {"retry-after": "40"}, b"<html>"))
    with pytest.raises(RegistryError) as raised:
        await keeper(door, Hand(), Access("json_login", "/token", failure=failure), accounts=2).token()
    found = raised.value
    assert (found.suffix, found.throttles, found.retry_in) == (failure.get("suffix", "999"), True, 40)
    assert len(door.accounts) == 1
