# SPDX-License-Identifier: EUPL-1.2
"""Log lines: JSON, one a line, none of which names a person or opens a door; a line never stops an answer."""

import asyncio
import json
import logging
import re
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from connectors.insee.simulator import simulator
from connectors.kit.simulation import Asked, load_world
from gateway import logs
from gateway.app import Surroundings, utc_now
from gateway.logs import MAX_WAITING, Aside, JsonFormatter, Lines, configure
from tests.gateway.running_gateway import PARAMETERS, running
from tests.gateway.source.loopback import Received, http, registry


def line(*args: Any, **kwargs: Any) -> dict[str, Any]:
    """What a record becomes: exactly one line of JSON."""
    record = logging.getLogger("dlnuf.essai").makeRecord("dlnuf.essai", logging.ERROR, "f.py", 1, *args, **kwargs)
    text = JsonFormatter().format(record)
    assert "\n" not in text
    found = json.loads(text)
    assert isinstance(found, dict)
    return found


def test_a_line_says_when_how_grave_who_and_what() -> None:
    found = line("evenement", (), None, extra={"product": "insee/unite_legale", "n": 3})
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", found.pop("at"))
    assert found == {
        "level": "ERROR", "logger": "dlnuf.essai", "event": "evenement", "product": "insee/unite_legale", "n": 3,
    }  # fmt: skip


def test_arguments_are_put_into_the_event() -> None:
    assert line("%s sur %d", ("a", 2), None)["event"] == "a sur 2"


def test_an_event_is_its_first_line_and_what_is_not_text_is_written_as_text() -> None:
    assert line("premiere\nsuite : DUPONT", (), None)["event"] == "premiere"
    assert line(ValueError("premiere"), (), None)["event"] == "premiere"
    assert line("e", (), None, extra={"path": Path("a"), "bytes": b"x"})["path"] == "a"


def deep(rank: int) -> None:
    """Fails at some depth, quoting data."""
    if rank:
        deep(rank - 1)
    raise ValueError("999100118 DUPONT")


def test_an_exception_is_told_by_its_kind_and_its_last_six_places_without_its_message() -> None:
    try:
        try:
            deep(9)
        except ValueError as error:
            raise KeyError("DUPONT") from error
    except KeyError:
        found = line("echec", (), sys.exc_info())
    assert found["exception"] == "KeyError"
    assert 1 <= len(found["places"]) <= 6
    assert all(re.fullmatch(r"[\w.]+:\d+ \w+", place) for place in found["places"])
    assert "DUPONT" not in str(found)
    try:
        deep(9)
    except ValueError:
        found = line("echec", (), sys.exc_info())
    assert [place.split()[1] for place in found["places"]] == ["deep"] * 6
    assert "999100118" not in str(found)


async def test_an_error_that_a_task_lost_is_told_without_its_message(caplog: pytest.LogCaptureFixture) -> None:
    lost = {"message": "perdue", "exception": ValueError("DUPONT"), "future": "<Task exception=ValueError('DUPONT')>"}
    asyncio.get_running_loop().default_exception_handler(lost)
    (record,) = caplog.records
    assert "DUPONT" in record.getMessage()
    found = json.loads(JsonFormatter().format(record))
    assert (found["event"], found["exception"]) == ("perdue", "ValueError")
    assert "DUPONT" not in str(found)


@pytest.fixture
def restored() -> Iterator[None]:
    """The root logger as it was before."""
    root = logging.getLogger()
    before = root.handlers[:], root.level
    yield
    root.handlers[:], root.level = before[0], before[1]


def test_once_configured_every_logger_writes_json_on_standard_error(
    restored: None, capfd: pytest.CaptureFixture[str]
) -> None:
    aside = configure()
    logging.getLogger("ailleurs").warning("evenement")
    logging.getLogger("ailleurs").debug("rien")
    aside.close(30)
    assert [json.loads(text)["event"] for text in capfd.readouterr().err.splitlines()] == ["evenement"]


def test_an_event_waits_for_no_reader_and_those_that_were_missed_are_counted(
    restored: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    goes_on, began, written = threading.Event(), threading.Event(), list[bytes]()

    def stalled(text: bytes) -> None:
        began.set()
        assert goes_on.wait(30)
        written.append(text)

    monkeypatch.setattr(logs, "EVENTS_WAITING", 1)
    aside = configure(write=stalled)
    ours = logging.getLogger("ailleurs")
    for rank in range(4):  # one is being written, one waits, and there is no room for the two others
        ours.warning("evenement %d", rank)
        assert began.wait(30)
    goes_on.set()
    while len(written) < 2:
        threading.Event().wait(0.01)
    ours.warning("suite %s", "\ud800")
    aside.close(30)
    told = [json.loads(line) for text in written for line in text.splitlines()]
    assert [row["event"] for row in told[:3]] == ["evenement 0", "evenement 1", "suite \ud800"]
    assert told[3:] == [{"event": "lines_dropped", "count": 2}]


async def test_lines_are_gathered_and_written_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "FLUSH_S", 0.01)
    written: list[bytes] = []
    lines = Lines(written.append)
    for rank in range(3):
        lines({"n": rank})
    assert written == []
    await asyncio.sleep(0.05)
    assert written == [b'{"n":0}\n{"n":1}\n{"n":2}\n']
    lines({"n": 3})
    lines.flush()
    assert written[1:] == [b'{"n":3}\n']


async def test_beyond_its_room_lines_are_dropped_and_come_again_afterwards() -> None:
    written: list[bytes] = []
    lines = Lines(written.append)
    for rank in range(MAX_WAITING + 5):
        lines({"n": rank})
    lines.flush()
    *kept, told = written[0].splitlines()
    assert (len(kept), json.loads(kept[-1])) == (MAX_WAITING, {"n": MAX_WAITING - 1})
    assert json.loads(told) == {"event": "lines_dropped", "count": 5}
    lines({"n": "suite"})
    lines.flush()
    assert written[1] == b'{"n":"suite"}\n'


async def test_a_line_that_cannot_be_written_stops_nothing() -> None:
    def broken(_: bytes) -> None:
        raise BrokenPipeError

    lines = Lines(broken)
    lines({"n": 1})
    lines({"n": object()})
    lines({"n": "\ud800"})
    lines.flush()
    written: list[bytes] = []
    lines = Lines(written.append)
    lines({"n": object()})
    lines({"n": 2})
    lines.flush()
    assert written == [b'{"n":2}\n']


async def test_the_lines_of_real_exchanges_name_nobody_and_open_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A sole trader and a company, asked about with success, without, badly, and through a registry that breaks."""
    world = load_world()
    simulated = simulator(world, utc_now)
    trader = next(persona for persona in world.personas if persona.natural_person and not persona.interdite)
    company = world.by_siren["999100118"]
    broken = False

    async def behave(request: Received) -> bytes:
        path, _, query = request.target.removeprefix("/insee").partition("?")
        if broken and not path.endswith("/token"):
            return http(b'{"uniteLegale": {"siren": ["%s"]}}' % trader.siren.encode())
        fields = dict(pair.split("=", 1) for pair in query.split("&")) if query else {}
        said = simulated(Asked(request.method, path, fields, dict(request.headers), request.body))
        return http(said.body, f"{said.status} X", f"content-type: {said.content_type}")

    seen: list[dict[str, Any]] = []
    caplog.set_level(logging.DEBUG)
    path = "/v4/insee/sirene/unites_legales/"
    around = Surroundings(line=lambda fields: seen.append(dict(fields)))
    async with registry(behave) as there, running(tmp_path, there.address, around=around) as house:
        statuses = []
        for siren in (trader.siren, company.siren, "999100119", "000000000"):
            answer = await house.client.get(path + siren, params=PARAMETERS)
            statuses.append(answer.status_code)
        statuses.append((await house.client.get(path + company.siren, params={**PARAMETERS, "token": "x"})).status_code)
        broken = True
        answer = await house.client.get(path + trader.siren, params=PARAMETERS, headers={"cache-control": "no-cache"})
        statuses.append(answer.status_code)
        secrets = {value for value in house.settings.registry.values() if not value.startswith("http")}
        token = house.token
    assert statuses == [200, 200, 422, 404, 401, 502]
    assert {row["event"] for row in seen} == {"answered", "refused", "failed"}
    assert len(seen) == len(statuses)
    ours = [record for record in caplog.records if not record.name.startswith(("httpx", "httpcore"))]
    formatted = [JsonFormatter().format(record) for record in ours]
    text = "\n".join([*formatted, *map(json.dumps, seen)])
    names = {trader.nom_naissance, *trader.prenoms, company.nom}
    forbidden = {trader.siren, company.siren, "999100119", token, token.split(".")[2], *secrets, *names} - {None}
    assert len(forbidden) > 8
    assert [word for word in forbidden if word and word in text] == []


async def test_a_reader_that_has_stalled_stalls_nobody_and_what_it_missed_is_counted() -> None:
    goes_on, began, written = threading.Event(), threading.Event(), list[bytes]()

    def stalled(batch: bytes) -> None:
        began.set()
        assert goes_on.wait(30)
        written.append(batch)

    aside = Aside(stalled, room=1)
    lines = Lines(aside)
    for rank in range(4):  # one is being written, one waits, and there is no room for the two others
        lines({"n": rank})
        lines.flush()
        assert began.wait(30)
    goes_on.set()
    aside.close(30)
    aside = Aside(written.append)
    lines._write = aside
    lines({"n": "suite"})
    lines.flush()
    aside.close(30)
    told = [json.loads(line) for batch in written for line in batch.splitlines()]
    assert told == [{"n": 0}, {"n": 1}, {"n": "suite"}, {"event": "lines_dropped", "count": 2}]
