# SPDX-License-Identifier: EUPL-1.2
"""A registry's secrets: in no representation, no error, no log line, whatever goes wrong with them in hand."""

import json
import logging
import traceback
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from connectors.kit import RegistryError, Reply
from connectors.kit.facts import ACCESS_KINDS, Access
from gateway.logs import JsonFormatter
from gateway.source.door import Door, Lent
from gateway.source.doors import door
from gateway.source.login import login
from gateway.source.wire import Wire
from tests.gateway.source.loopback import Script, contract, http, registry, says, wire

SECRET = "tres-secret"
NOW = datetime(2026, 11, 22, tzinfo=UTC)
FIELDS = {"username": "NOM", "password": "MOT"}
KINDS = sorted(ACCESS_KINDS - {"none"})


def access(kind: str) -> Access:
    """An access of this kind, with two secrets."""
    return Access(kind, "/token" if Access(kind).logs_in else "", FIELDS)


def made(kind: str, address: str, opened: Wire) -> Door:
    """The door of this kind, as the application makes it."""
    bent = contract(access(kind))
    settings = {"NOM": f"{SECRET}-nom", "MOT": f"{SECRET}-mot", bent.base_url: address}
    return door(bent, settings, opened, lambda *_: "", lambda: NOW, lambda: 0.0)


def shown(thing: object) -> str:
    """What a thing of ours, and every thing of ours that it holds, say of themselves."""
    found = f"{thing!r} {thing!s}\n"
    names = [*getattr(thing, "__dict__", {}), *getattr(type(thing), "__slots__", ())]
    for value in (getattr(thing, name, None) for name in names):
        for held in value if isinstance(value, list | tuple) else (value,):
            if type(held).__module__.startswith("gateway."):
                found += shown(held)
    return found


@pytest.mark.parametrize("kind", KINDS)
async def test_a_door_and_what_it_is_made_of_do_not_show_them(kind: str) -> None:
    async with wire(contract()) as opened:
        there = made(kind, "http://127.0.0.1:9", opened)
        said = shown(there)
        assert "Lent(" in said
        assert ("Login(" in said) is Access(kind).logs_in
        assert SECRET not in said + shown(opened)
    lent = Lent({"": "http://127.0.0.1:9"}, opened.send, lambda: NOW, lambda *_: "", None, {"password": SECRET})
    assert SECRET not in shown(lent)
    if Access(kind).logs_in:
        assert SECRET not in shown(login(access(kind), "http://127.0.0.1:9", {"username": SECRET, "password": SECRET}))


async def reset(_: Any) -> bytes:
    """A registry that hangs up."""
    return b""


TROUBLES: Mapping[str, Script] = {
    "hangs up": reset,
    "refuses": says(http(b'{"error":"tres-secret"}', "401 X")),
    "redirects": says(http(b"", "302 X", f"location: http://127.0.0.1/?mot={SECRET}")),
    "is closed": says(http(b"", "503 X")),
    "is no registry": says(b"SSH-2.0-OpenSSH\r\n\r\n"),
    "says nothing known": says(http(b'{"access_token":["tres-secret"]}')),
}


@pytest.mark.parametrize("trouble", TROUBLES)
@pytest.mark.parametrize("kind", KINDS)
async def test_no_trouble_quotes_them(
    kind: str, trouble: str, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.source.credentials.PAUSE_S", 0.0)
    caplog.set_level(logging.DEBUG)
    async with registry(TROUBLES[trouble]) as there, wire(contract()) as opened:
        try:
            reply = await made(kind, there.address, opened).post("/fiche", json={})
        except RegistryError as error:
            said = "".join(traceback.format_exception(error)) + repr(error) + str(error)
            said += repr((error.meta, error.provider_errors))
            caught = (type(error), error, error.__traceback__)
            record = logging.getLogger("essai").makeRecord("essai", 40, "f", 1, "echec", (), caught)
            said += JsonFormatter().format(record)
        else:  # only what the registry itself answered comes back, to its connector alone
            assert reply.status in (200, 401)
            said = repr(Reply(reply.status))
    assert SECRET not in said
    assert SECRET not in "".join(JsonFormatter().format(record) for record in caplog.records)
    assert len(there.received) >= 1


async def test_a_connector_that_breaks_with_a_secret_in_hand_does_not_log_it() -> None:
    async with wire(contract()) as opened:
        there = made("in_body", "http://127.0.0.1:9", opened)
        try:
            raise ValueError(there.secret("password"))
        except ValueError as error:
            caught = (type(error), error, error.__traceback__)
            record = logging.getLogger("essai").makeRecord("essai", 40, "f", 1, "echec", (), caught)
    line = json.loads(JsonFormatter().format(record))
    assert line["exception"] == "ValueError"
    assert SECRET not in str(line)


async def test_a_secret_that_was_not_lent_is_not_named_with_the_others() -> None:
    async with wire(contract()) as opened:
        with pytest.raises(KeyError) as raised:
            made("in_body", "http://127.0.0.1:9", opened).secret("autre")
    assert SECRET not in repr(raised.value)
