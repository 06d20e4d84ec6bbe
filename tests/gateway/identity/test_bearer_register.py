# SPDX-License-Identifier: EUPL-1.2
"""What is remembered of the register: not a second longer than it is true, and never more than a bounded number."""

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from gateway.identity import bearer as bearer_room
from gateway.identity.bearer import KEEP_S, LOOK_EVERY_S, Bearer, issue
from gateway.identity.habilitation import Habilitation, Token
from gateway.identity.keys import Keys
from gateway.identity.register import Register, RegisterUnavailable
from gateway.problems import Problem

Show = Callable[..., Any]


class Watched(Register):
    """A register that counts how often it is read."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.found = self.looked = 0

    def find(self, token_id: str) -> tuple[Token, Habilitation] | None:
        self.found += 1
        return super().find(token_id)

    def version(self) -> tuple[int, int]:
        self.looked += 1
        return super().version()


@pytest.fixture
def register(path: Path) -> Any:
    register = Watched(path)
    yield register
    register.close()


def code_of(bearer: Bearer, shown: Any) -> str:
    try:
        bearer.identify(shown)
    except Problem as problem:
        return problem.code
    return "recognised"


def test_a_revocation_by_another_connection_is_effective_within_a_second(
    bearer: Bearer, elsewhere: Register, token: str, entry: Token, wall: Any, stopwatch: Any, show: Show
) -> None:
    assert code_of(bearer, show(token)) == "recognised"
    elsewhere.revoke(entry.id, int(wall.now))
    seen = []
    while stopwatch.now < 1.0:  # a request every tenth of a second, so that it is always remembered
        seen.append(code_of(bearer, show(token)))
        stopwatch.now += 0.1
    assert seen[-1] == "00105"
    assert seen.index("00105") <= LOOK_EVERY_S / 0.1 + 1
    assert set(seen[seen.index("00105") :]) == {"00105"}


def test_a_revocation_by_another_process_is_effective_within_a_second(
    bearer: Bearer, path: Path, token: str, entry: Token, wall: Any, stopwatch: Any, show: Show
) -> None:
    assert code_of(bearer, show(token)) == "recognised"
    script = (
        "import sys, pathlib; from gateway.identity.register import Register;"
        "Register(pathlib.Path(sys.argv[1])).revoke(sys.argv[2], int(sys.argv[3]))"
    )
    subprocess.run([sys.executable, "-c", script, str(path), entry.id, str(int(wall.now))], check=True)
    stopwatch.now += 0.9
    assert code_of(bearer, show(token)) == "00105"


def test_a_closed_habilitation_is_effective_within_a_second(
    bearer: Bearer, elsewhere: Register, token: str, habilitation: Habilitation, wall: Any, stopwatch: Any, show: Show
) -> None:
    assert code_of(bearer, show(token)) == "recognised"
    elsewhere.close_habilitation(habilitation.id, int(wall.now))
    stopwatch.now += 0.9
    assert code_of(bearer, show(token)) == "00105"


def test_our_own_changes_are_seen_as_well(
    bearer: Bearer, register: Watched, token: str, entry: Token, wall: Any, stopwatch: Any, show: Show
) -> None:
    assert code_of(bearer, show(token)) == "recognised"
    register.revoke(entry.id, int(wall.now))
    stopwatch.now += 0.9
    assert code_of(bearer, show(token)) == "00105"


def test_any_change_drops_everything_remembered(
    bearer: Bearer,
    register: Watched,
    elsewhere: Register,
    token: str,
    habilitation: Habilitation,
    stopwatch: Any,
    show: Show,
) -> None:
    bearer.identify(show(token))
    elsewhere.create(replace(habilitation, id="44444444-4444-4444-8444-444444444444"))
    stopwatch.now += 0.9
    bearer.identify(show(token))
    assert register.found == 2


def test_an_unchanged_register_is_read_once_a_minute_and_looked_at_four_times_a_second(
    bearer: Bearer, register: Watched, token: str, stopwatch: Any, show: Show
) -> None:
    for _ in range(600):
        bearer.identify(show(token))
        stopwatch.now += 0.1
    assert register.found == 1
    assert 150 <= register.looked <= 240
    stopwatch.now = KEEP_S + 0.1
    bearer.identify(show(token))
    assert register.found == 2


def test_what_is_remembered_is_bounded(
    monkeypatch: pytest.MonkeyPatch,
    bearer: Bearer,
    register: Watched,
    habilitation: Habilitation,
    entry: Token,
    keys: Keys,
    show: Show,
) -> None:
    monkeypatch.setattr(bearer_room, "KEEP_AT_MOST", 4)
    register.create(habilitation)
    for rank in range(11):
        other = replace(entry, id=f"22222222-2222-4222-8222-2222222222{rank:02}")
        register.issue(other)
        bearer.identify(show(issue(other, habilitation, keys)))
        assert len(bearer._known) <= 4
    assert register.found == 11


def test_refused_tokens_are_not_remembered(bearer: Bearer, token: str, show: Show) -> None:
    for rank in range(50):
        code_of(bearer, show(f"{token[:-8]}{rank:08}"))
    assert bearer._known == {}


def test_no_register_no_consumer(
    bearer: Bearer,
    register: Watched,
    token: str,
    stopwatch: Any,
    show: Show,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    bearer.identify(show(token))

    def fail() -> tuple[int, int]:
        raise RegisterUnavailable("disk on fire")

    monkeypatch.setattr(register, "version", fail)
    bearer.identify(show(token))  # a quarter of a second has not gone by
    stopwatch.now += 0.3
    assert code_of(bearer, show(token)) == "00500", "although the token is remembered"
    assert code_of(bearer, show(token)) == "00500", "and again, without waiting for the next look"
    assert [(line.message, line.reason) for line in caplog.records] == [("register_unavailable", "disk on fire")] * 2
    monkeypatch.undo()
    assert code_of(bearer, show(token)) == "recognised"


def test_a_register_that_was_removed_or_replaced_recognises_nobody(
    bearer: Bearer, path: Path, token: str, stopwatch: Any, show: Show
) -> None:
    bearer.identify(show(token))
    path.rename(path.with_suffix(".old"))
    stopwatch.now += 0.3
    assert code_of(bearer, show(token)) == "00500"
    path.write_bytes(b"")
    assert code_of(bearer, show(token)) == "00500"


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE habilitation SET scopes = '[]'",
        "UPDATE habilitation SET recipients = '[]'",
        "UPDATE habilitation SET recipients = '\"all\"'",
        "UPDATE habilitation SET allowed_ips = '[\"everywhere\"]'",
        "UPDATE habilitation SET basis = '{}'",
        "UPDATE habilitation SET siret = ''",
        "UPDATE token SET expires_at = 0",
        "DROP TABLE token",
    ],
)
def test_a_damaged_register_recognises_nobody(
    bearer: Bearer, register: Watched, token: str, show: Show, damage: str
) -> None:
    register._db.execute(damage)
    assert code_of(bearer, show(token)) == "00500"
