# SPDX-License-Identifier: EUPL-1.2
"""Vouching for a token without its string: what the register says counts at each use, and HTTP never gets there."""

import subprocess
import sys
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from gateway.identity.bearer import Bearer
from gateway.identity.habilitation import Habilitation, Token
from gateway.identity.keys import create_missing, load
from gateway.identity.register import Register
from gateway.identity.vouched import Vouched
from gateway.problems import Problem
from gateway.values import Credential

NOBODY = Credential(None, False, "")


@dataclass
class Time:
    """The clock of the test, for dates and for ages."""

    at: float = 1_000_000.0


@dataclass
class World:
    """A register with one token, and who vouches for it."""

    register: Register
    bearer: Bearer
    time: Time
    token: Token
    habilitation: Habilitation
    vouched: Vouched = field(init=False)

    def __post_init__(self) -> None:
        self.vouched = Vouched(self.bearer, self.token.id)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A portal's token, good for a day."""
    create_missing(tmp_path / "keys", lambda count: b"\x07" * count)
    register, time = Register(tmp_path / "register.db"), Time()
    habilitation = Habilitation(
        str(uuid.uuid4()), "13002526500013", "Portail", "candidature_marches_publics", frozenset({"open_data"}), None,
        1_000_000 - 10,
    )  # fmt: skip
    token = Token(str(uuid.uuid4()), habilitation.id, "portail", 1_000_000, 1_086_400)
    register.create(habilitation)
    register.issue(token)
    bearer = Bearer(load(tmp_path / "keys"), register, lambda: time.at, lambda: time.at)
    yield World(register, bearer, time, token, habilitation)
    register.close()


def code(refused: pytest.ExceptionInfo[Problem]) -> str:
    """The refusal's code."""
    return refused.value.code


def test_the_holder_is_recognised_as_with_its_token(world: World) -> None:
    """Same consumer: same purpose, scopes, recipients."""
    consumer = world.vouched.identify(NOBODY)
    assert (consumer.token_id, consumer.purpose) == (world.token.id, "candidature_marches_publics")
    world.vouched.confirm(consumer)


def test_a_revocation_counts_within_a_second(world: World) -> None:
    """As for a bearer."""
    world.vouched.identify(NOBODY)
    world.register.revoke(world.token.id, int(world.time.at))
    world.time.at += 1
    with pytest.raises(Problem) as refused:
        world.vouched.identify(NOBODY)
    assert code(refused) == "00105"


def test_a_closed_habilitation_ends_it(world: World) -> None:
    """Even when the token itself was not revoked."""
    world.register.close_habilitation(world.habilitation.id, int(world.time.at))
    world.time.at += 1
    with pytest.raises(Problem) as refused:
        world.vouched.identify(NOBODY)
    assert code(refused) == "00105"


def test_expiry_is_confirmed_at_each_use(world: World) -> None:
    """The next question after the end is refused."""
    consumer = world.vouched.identify(NOBODY)
    world.time.at = 1_086_400
    with pytest.raises(Problem) as refused:
        world.vouched.confirm(consumer)
    assert code(refused) == "00103"


def test_an_unknown_token_vouches_for_nobody(world: World) -> None:
    """Nor does one of another register."""
    with pytest.raises(Problem) as refused:
        Vouched(world.bearer, str(uuid.uuid4())).identify(NOBODY)
    assert code(refused) == "00106"


def test_a_token_id_shown_over_http_is_worth_nothing(world: World) -> None:
    """The bearer's own door knows strings only, before and after somebody vouched."""
    world.vouched.identify(NOBODY)
    with pytest.raises(Problem) as refused:
        world.bearer.identify(Credential(world.token.id, False, "127.0.0.1"))
    assert code(refused) == "00101"


def test_the_edge_does_not_know_how_to_vouch() -> None:
    """Nothing that reads HTTP imports it, even through others, except the files' own room."""
    script = (
        "import sys, gateway.edge.hot, gateway.edge.pages, gateway.edge.reading; "
        "sys.exit('gateway.identity.vouched' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
