# SPDX-License-Identifier: EUPL-1.2
"""A state folder with its keys, the commands that work on it, and a gateway that reads it."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gateway.cli.main import main
from gateway.identity.bearer import Bearer
from gateway.identity.keys import load
from gateway.identity.register import Register
from tests.gateway.cli.rights_world import BUYER, Done


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in (
        "DLNUF_STATE",
        "DLNUF_KEYS",
        "DLNUF_POLICIES",
        "DLNUF_LOG_ORIGIN",
        "DLNUF_LOG_URL",
        "DLNUF_LOG_ANCHOR",
    ):
        monkeypatch.delenv(name, raising=False)
    assert main(["key", "create", "--state", str(tmp_path)]) == 0
    return tmp_path


@pytest.fixture
def dlnuf(state: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., Done]:
    def run(*arguments: str) -> Done:
        capsys.readouterr()
        try:
            status = main([*arguments, "--state", str(state)])
        except SystemExit as left:
            status = int(str(left.code))
        said = capsys.readouterr()
        return Done(status, said.out, said.err)

    return run


@pytest.fixture
def create(dlnuf: Callable[..., Done]) -> Callable[..., Done]:
    def create(**changes: str) -> Done:
        wanted = {
            "siret": BUYER,
            "name": "Commune de Valbrune",
            "purpose": "marches_publics",
            "scopes": "all",
            "recipients": "any",
        }
        wanted |= changes
        options = [part for name, value in wanted.items() for part in (f"--{name.replace('_', '-')}", value)]
        return dlnuf("habilitation", "create", *options)

    return create


@pytest.fixture
def habilitation(create: Callable[..., Done]) -> str:
    """The id of a new habilitation."""
    done = create()
    assert (done.status, done.err) == (0, "")
    return done.out.strip()


@pytest.fixture
def bearer(state: Path) -> Any:
    """A gateway that reads the same state, and looks at it at each request."""
    register = Register(state / "register.db")
    ticks = iter(range(10**6))
    yield Bearer(load(state / "keys"), register, time.time, lambda: float(next(ticks)))
    register.close()
