# SPDX-License-Identifier: EUPL-1.2
"""A file's stream: so many readers and no more, and a place given back when a reader leaves."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from gateway.dossier.starts import Starts
from gateway.problems import Problem
from gateway.web.candidature import live
from gateway.web.candidature.common import FilePages
from gateway.web.look import environment
from gateway.web.static import Assets
from tests.gateway.dossier.files_world import KEY, SHEETS, Time, dossier, item, opened


def reading(folder: Path) -> Any:
    """A request of whoever holds the start link of a file that a registry still owes an answer."""
    time = Time()
    files = opened(folder, time)
    starts = Starts(KEY, "https://ici.example", lambda: time.at)
    found = dossier(item("qualibat"))
    files.create(found, "", "")
    office: Any = SimpleNamespace(starts=starts, files=files, sheets=SHEETS, desk=None, returns=None)
    house: Any = SimpleNamespace(public_url="https://ici.example")
    pages = FilePages(office, house, None, None, "")  # type: ignore[arg-type]  # no export, no trace here
    cookies = SimpleNamespace(secure=True, session="s", read=lambda request, name: "")
    web = SimpleNamespace(look=environment(Assets()), cookies=cookies, people=None)
    state = SimpleNamespace(files=pages, web=web)
    token = starts.path(found.id).partition("acces=")[2]
    return SimpleNamespace(
        app=SimpleNamespace(state=state), state=SimpleNamespace(), query_params={"acces": token}, path=found.id
    )


async def test_a_file_has_so_many_readers_at_once(tmp_path: Path) -> None:
    request = reading(tmp_path)
    request.app.state.files.listening[request.path] = live.LISTENERS_EACH
    try:
        with pytest.raises(Problem) as refused:
            await live.events(request, request.path, None)
        assert refused.value.code == "00722"
        request.app.state.files.listening[request.path] -= 1
        assert (await live.events(request, request.path, None)).status_code == 200
    finally:
        del request.app.state.files.listening[request.path]


async def test_readers_who_come_at_the_same_instant_get_no_more_places(tmp_path: Path) -> None:
    request = reading(tmp_path)
    answers: list[Any] = [await live.events(request, request.path, None) for _ in range(live.LISTENERS_EACH + 5)]
    streams = [one.body_iterator for one in answers]
    try:
        begun = [await anext(stream, b"") for stream in streams]
        assert [bool(one) for one in begun] == [True] * live.LISTENERS_EACH + [False] * 5
    finally:
        for stream in streams:
            await stream.aclose()
    assert request.path not in request.app.state.files.listening


async def test_who_leaves_gives_the_place_back(tmp_path: Path) -> None:
    request = reading(tmp_path)
    stream: Any = live._stream(request, request.path)
    first = [await anext(stream), await anext(stream)]
    assert first[0].startswith(b"retry:")
    assert b"event: piece" in first[1]
    assert request.app.state.files.listening[request.path] == 1
    await stream.aclose()
    assert request.path not in request.app.state.files.listening
