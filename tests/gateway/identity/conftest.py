# SPDX-License-Identifier: EUPL-1.2
"""A gateway's identity room on a temporary folder: keys, a register, a bearer with clocks that obey, and a forger."""

import json
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from hashlib import shake_256
from itertools import count
from pathlib import Path
from typing import Any

import jwt
import pytest

from connectors.kit.simulation.personas import load_world
from gateway.identity import keys as key_files
from gateway.identity.bearer import Bearer, issue
from gateway.identity.habilitation import Habilitation, Token
from gateway.identity.keys import Keys
from gateway.identity.register import Register
from gateway.problems import Problem

NOW = 1_800_000_000
HABILITATION = "11111111-1111-4111-8111-111111111111"
TOKEN = "22222222-2222-4222-8222-222222222222"


@dataclass
class Clock:
    """A clock that only moves when it is told to."""

    now: float

    def __call__(self) -> float:
        return self.now


@dataclass(frozen=True)
class Request:
    """What a caller shows."""

    token: str | None = None
    token_in_url: bool = False
    address: str = "192.0.2.7"


def deterministic(seed: str) -> Callable[[int], bytes]:
    """A source of bytes that gives the same ones at each run."""
    turns = count()
    return lambda size: shake_256(f"{seed} {next(turns)}".encode()).digest(size)


@pytest.fixture(scope="session")
def key_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("state") / "keys"
    key_files.create_missing(folder, deterministic("ours"))
    return folder


@pytest.fixture(scope="session")
def keys(key_folder: Path) -> Keys:
    return key_files.load(key_folder)


@pytest.fixture(scope="session")
def other_keys(tmp_path_factory: pytest.TempPathFactory) -> Keys:
    """The keys of another gateway."""
    folder = tmp_path_factory.mktemp("elsewhere")
    key_files.create_missing(folder, deterministic("theirs"))
    return key_files.load(folder)


@pytest.fixture
def wall() -> Clock:
    return Clock(NOW)


@pytest.fixture
def stopwatch() -> Clock:
    return Clock(0.0)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "register.db"


@pytest.fixture
def register(path: Path) -> Iterator[Register]:
    register = Register(path)
    yield register
    register.close()


@pytest.fixture
def elsewhere(path: Path, register: Register) -> Iterator[Register]:
    """The same register, opened by somebody else."""
    other = Register(path)
    yield other
    other.close()


@pytest.fixture
def habilitation() -> Habilitation:
    return Habilitation(
        id=HABILITATION,
        siret=load_world().personas[0].siret,
        name="Commune de Valbrune",
        purpose="marches-publics",
        scopes=frozenset({"attestations_sociales", "open_data"}),
        recipients=None,
        created_at=NOW - 1000,
    )


@pytest.fixture
def entry() -> Token:
    return Token(TOKEN, HABILITATION, "Portail des achats", NOW - 100, NOW + 86_400)


@pytest.fixture
def token(register: Register, habilitation: Habilitation, entry: Token, keys: Keys) -> str:
    """A valid token, registered."""
    register.create(habilitation)
    register.issue(entry)
    return issue(entry, habilitation, keys)


@pytest.fixture
def bearer(keys: Keys, register: Register, wall: Clock, stopwatch: Clock) -> Bearer:
    return Bearer(keys, register, wall, stopwatch)


@pytest.fixture
def payload(token: str) -> dict[str, Any]:
    """The claims of the valid token."""
    claims: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
    return claims


@pytest.fixture
def forge(keys: Keys) -> Callable[..., str]:
    """Signs anything with our own key: what is refused then, is refused for what it says and not for its signature."""

    def forge(header: dict[str, Any] | bytes, payload: dict[str, Any] | bytes, by: Keys = keys) -> str:
        parts = [part if isinstance(part, bytes) else json.dumps(part).encode() for part in (header, payload)]
        signed = b".".join(urlsafe_b64encode(part).rstrip(b"=") for part in parts)
        algorithm = jwt.get_algorithm_by_name("ES256")
        signature = urlsafe_b64encode(algorithm.sign(signed, by.token)).rstrip(b"=")
        return (signed + b"." + signature).decode()

    return forge


@pytest.fixture
def header(keys: Keys) -> dict[str, Any]:
    return {"typ": "JWT", "alg": "ES256", "kid": keys.kid}


@pytest.fixture
def show() -> Callable[..., Request]:
    """Makes what a caller shows."""
    return lambda token=None, **more: replace(Request(token), **more)


@pytest.fixture
def refused(bearer: Bearer) -> Callable[..., Problem]:
    """The problem that this token meets."""

    def refused(token: str | None, **more: Any) -> Problem:
        with pytest.raises(Problem) as caught:
            bearer.identify(replace(Request(token), **more))
        return caught.value

    return refused
