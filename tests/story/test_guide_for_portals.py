# SPDX-License-Identifier: EUPL-1.2
"""The guide for portals, played line by line: its commands in order, and of each answer what the guide shows of it.

A value written `$NAME` in an answer that is shown is bound there, and stands in the commands that follow.
"""

import json
import re
import shlex
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus

import httpx
import pytest

from gateway.dossier import markets_desk
from gateway.dossier.acts import opening
from gateway.dossier.files import TOLD
from gateway.dossier.markets import ELSEWHERE
from gateway.dossier.refusals import WORDINGS
from gateway.edge import bodies
from tests.conftest import Sandbox
from tests.story.files import PURPOSE

GUIDE = (Path(__file__).resolve().parents[2] / "docs" / "candidatures.md").read_text("utf-8")
BLOCKS = re.findall(r"```(sh|json)\n(.+?)\n```", GUIDE, re.DOTALL)
NAME = re.compile(r"\$([A-Z]+)")
SUBJECTS = ("marche", "candidature", "dossier", "piece", "contestation", "alerte")


@dataclass
class Reader:
    """Somebody who types what the guide shows. `known`: the variables."""

    folder: Path
    client: httpx.Client
    known: dict[str, str]
    last: httpx.Response | None = None
    bound: list[str] = field(default_factory=list)

    def types(self, command: str) -> None:
        """One command: curl as it is written, or `dlnuf`."""
        words = shlex.split(NAME.sub(lambda found: self.known[found[1]], command))
        if words[0] == "dlnuf":
            done = subprocess.run(
                [str(Path(sys.executable).with_name("dlnuf")), *words[1:]],
                cwd=self.folder,
                capture_output=True,
                text=True,
            )
            assert done.returncode == 0, done.stdout + done.stderr
            return
        self.curl(words)

    def curl(self, words: list[str]) -> None:
        assert words[:2] == ["curl", "-s"]
        headers: dict[str, str] = {}
        method, url, out = "", "", ""
        data: list[str] = []
        rest = iter(words[2:])
        for word in rest:
            if word == "-H":
                name, _, value = next(rest).partition(": ")
                headers[name] = value
            elif word in ("-d", "--data-urlencode"):
                name, equals, value = next(rest).partition("=")
                data.append(f"{name}={quote_plus(value)}" if word == "--data-urlencode" else name + equals + value)
            elif word == "-X":
                method = next(rest)
            elif word == "-o":
                out = next(rest)
            else:
                url = word
        # As curl does: a body is a form unless told otherwise, and its bytes are sent as they are.
        sent = {"content-type": "application/x-www-form-urlencoded"} if data else {}
        body = "&".join(data).encode() if data else None
        self.last = self.client.request(
            method or ("POST" if data else "GET"), url, headers={**sent, **headers}, content=body
        )
        if out:
            assert self.last.status_code == 200
            (self.folder / out).write_bytes(self.last.content)

    def sees(self, shown: str) -> None:
        """An answer that the guide shows: the real one says so too, and maybe more."""
        assert self.last is not None
        self.compare(json.loads(shown), self.last.json(), "")

    def compare(self, shown: Any, found: Any, place: str) -> None:
        if isinstance(shown, dict):
            for key, value in shown.items():
                assert key in found, f"{place}/{key}"
                self.compare(value, found[key], f"{place}/{key}")
        elif isinstance(shown, list):
            assert len(shown) <= len(found), place
            for rank, value in enumerate(shown):
                self.compare(value, found[rank], f"{place}/{rank}")
        elif isinstance(shown, str) and (new := NAME.fullmatch(shown)) and new[1] not in self.known:
            self.known[new[1]] = found
            self.bound.append(new[1])
        else:
            wanted = NAME.sub(lambda name: self.known[name[1]], shown) if isinstance(shown, str) else shown
            assert found == wanted, place


@pytest.fixture
def reader(sandbox: Sandbox, client: httpx.Client, tmp_path: Path) -> Reader:
    """A portal of this test alone, whose developer reads the guide."""
    return Reader(tmp_path, client, {"URL": sandbox.address, "JETON": sandbox.token(PURPOSE).text})


def test_every_command_of_the_guide_does_what_it_shows(reader: Reader) -> None:
    shown = 0
    for kind, text in BLOCKS:
        if kind == "sh":
            reader.types(text)
        else:
            reader.sees(text)
            shown += 1
    assert reader.bound == ["MARCHE", "ATTENDUE", "LIEN", "CANDIDATURE"]
    assert shown >= 10
    assert (reader.folder / "attestation.pdf").read_bytes()[:5] == b"%PDF-"


def test_every_code_of_the_guide_is_a_refusal_with_that_status() -> None:
    told = re.findall(r"\b(4\d\d) `(00\d{3})`", GUIDE)
    assert len(told) >= 8
    assert [(WORDINGS[code].status, code) for _, code in told] == [(int(status), code) for status, code in told]


def test_every_notification_and_every_limit_of_the_guide_is_the_service_s_own() -> None:
    told = {name for name in re.findall(r"`([a-z]+\.[a-z_]+)`", GUIDE) if name.split(".")[0] in SUBJECTS}
    assert told == TOLD | markets_desk.TOLD_OF_MARKETS
    limits = dict(re.findall(r"^\| ([^|]+) \| ([0-9][0-9 ]*)(?: Kio[^|]*)? \|$", GUIDE, re.MULTILINE))
    assert {int(value.replace(" ", "")) for value in limits.values()} == {
        bodies.JSON_BYTES // 1024, markets_desk.MOST_MARKETS, markets_desk.MOST_AWAITED, opening.MOST_OPEN,
        markets_desk.MOST_TRIES,
    }  # fmt: skip


def test_what_is_called_otherwise_elsewhere_is_told() -> None:
    for names in ELSEWHERE.values():
        for theirs, ours in names.items():
            if "enveloppe" not in ours:
                assert theirs in GUIDE
                assert f"`{ours}" in GUIDE
