# SPDX-License-Identifier: EUPL-1.2
"""A file's stream, as its page reads it."""

import json
import uuid
from typing import Any

import httpx

from tests.conftest import Sandbox
from tests.gateway.web.company_world import HEALTHY
from tests.story.files import Portal, request
from tests.story.representatives import Representative, said


def streamed(browser: httpx.Client, path: str) -> list[tuple[str, dict[str, Any]]]:
    """What a stream says until its end."""
    found, name = [], ""
    with browser.stream("GET", path) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        for line in answer.iter_lines():
            if line.startswith("event: "):
                name = line[7:]
            elif line.startswith("data: "):
                found.append((name, json.loads(line[6:])))
    return found


def test_the_stream_says_what_each_reader_s_page_would(
    eloise: Representative, anselme: Representative, portal: Portal, sandbox: Sandbox
) -> None:
    """Open data to whoever holds the link; everything to the company; nothing to others; and it ends."""
    answer = portal.post("", request(), str(uuid.uuid4()))
    identifier, link = answer.json()["data"]["id"], answer.json()["links"]["pages"].partition("?")[2]
    path = f"/candidature/{identifier}/evenements"
    with httpx.Client(base_url=sandbox.address, timeout=30) as reader:
        seen = streamed(reader, f"{path}?{link}")
        assert reader.get(path).status_code == 404
    assert anselme.get(path).status_code == 404
    assert seen[-1][0] == "fin"
    hidden = [one for name, one in seen if name == "piece" and one["piece"].endswith(":attestation_vigilance")]
    assert {said(f"<main>{one['texte']}") for one in hidden} == {
        "Attestation de vigilance Réservé à l'entreprise Urssaf"
    }
    assert not [name for name, _ in seen if name == "reste"]
    own = streamed(eloise.browser, path)
    latest = {one["piece"]: one["texte"] for name, one in own if name == "piece"}
    assert "Récupéré à la source" in latest[f"{HEALTHY}:attestation_vigilance"]
    assert latest.keys() == {one["id"] for one in portal.read(identifier)["pieces"]}
    assert [name for name, _ in own].count("reste") >= 1
    come, expected = [one["texte"] for name, one in own if name == "jauge"][-1].split("/")
    assert come == expected
    assert "Plus aucun registre n'est attendu." in [one["texte"] for name, one in own if name == "avancement"][-1]
