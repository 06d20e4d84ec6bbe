# SPDX-License-Identifier: EUPL-1.2
"""`kill -9` in the middle of a hundred files: all are completed after the restart, nothing lost or asked again."""

import json
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx

from gateway.identity.keys import load
from gateway.identity.register import Register
from tests.conftest import Bearer, Sandbox
from tests.promises.sandboxes import Process, Start, Stop, kill
from tests.story.files import HEALTHY, PERSON, PURPOSE, Portal, codes, piece, request

FILES = 100
PATIENCE_S = 120
AT_THE_DOOR = 3
"""Answers of one file that were in the log, but not yet in the file, at the moment of the kill; they are given again
from what was kept, without asking the registry."""
SIRETS = (
    HEALTHY, "99910022500013", "99910033200017", "99910044900019", "99910055500013", "99910088600012",
    "99910132200017",
)  # fmt: skip


def bearer(state: Path, process: Process, address: str) -> Bearer:
    """A portal's token."""
    register = Register(state / "register.db")
    try:
        return Sandbox(address, state, process, load(state / "keys"), register).token(PURPOSE)
    finally:
        register.close()


def records(state: Path) -> list[dict[str, Any]]:
    """What the log holds."""
    log = sqlite3.connect(f"file:{state}/audit.db?mode=ro", uri=True)
    try:
        return [json.loads(entry) for (entry,) in log.execute("SELECT entry FROM record WHERE entry IS NOT NULL")]
    finally:
        log.close()


def body(number: int) -> dict[str, Any]:
    """The request for one of the hundred files, each for a tender of its own."""
    consultation = {
        "source": "profil",
        "reference": f"MARCHE-{number}",
        "objet": "Essai",
        "date_limite": "2033-01-01T12:00:00Z",
    }
    return request(SIRETS[number % len(SIRETS)], consultation=consultation)


def every(portal: Portal, identifiers: list[str], patience_s: float = PATIENCE_S) -> list[dict[str, Any]]:
    """All files, once complete."""
    end = time.monotonic() + patience_s
    while time.monotonic() < end:
        files = [portal.read(identifier) for identifier in identifiers]
        if all(file["complet"] for file in files):
            return files
        time.sleep(0.3)
    raise AssertionError([one["id"] for one in files if not one["complet"]])


def test_a_hundred_files_survive_a_kill(tmp_path: Path, start_sandbox: Start, stop_sandbox: Stop) -> None:
    """What was settled keeps its answer; what was under way is asked again; what was opened once stays one file."""
    state = tmp_path / "state"
    process, address = start_sandbox(state)
    shown = bearer(state, process, address)
    with httpx.Client(base_url=address, timeout=30) as client:
        portal = Portal(None, client, shown)
        with ThreadPoolExecutor(8) as hands:
            answers = list(hands.map(lambda number: portal.post("", body(number), f"file-{number}"), range(FILES)))
        opened = [answer.json()["data"]["id"] for answer in answers]
        before = {
            (file["id"], one["id"]): one["provenance"]["echange"]
            for file in map(portal.read, opened[::7])
            for one in file["pieces"]
            if one["etat"] == "recuperee"
        }
    kill(process)
    interrupted = Counter[str]()
    told = records(state)
    ended = {row["id"] for row in told if row["event"] in ("answered", "failed", "refused")}
    for row in told:
        if row["event"] == "asked" and row["id"] not in ended:
            interrupted[row["dossier"]] += 1
    settled = sum(row["event"] in ("answered", "failed") for row in told)

    process, address = start_sandbox(state)
    with httpx.Client(base_url=address, timeout=30) as client:
        portal = Portal(None, client, shown)
        again = [portal.post("", body(number), f"file-{number}").json()["data"]["id"] for number in range(FILES)]
        assert again == opened
        files = every(portal, opened)
        after = {(file["id"], one["id"]): one for file in files for one in file["pieces"]}
    assert stop_sandbox(process) == 0
    pieces = Counter(dossier for dossier, _ in after)
    # The kill came in the middle: some answers were in, and some were not.
    assert 0 < settled < sum(pieces.values())
    for key, exchange in before.items():
        assert after[key]["provenance"]["echange"] == exchange
    finished = Counter[str]()
    for row in records(state):
        if row["event"] in ("answered", "failed") and "dossier" in row:
            finished[row["dossier"]] += 1
    for dossier in opened:
        # One outcome for each piece, and one more at most for each that the kill caught between answer and file.
        expected = pieces[dossier]
        assert expected <= finished[dossier] <= expected + interrupted[dossier] + AT_THE_DOOR


def fault(state: Path, *arguments: str) -> None:
    """What an operator does to a simulated registry."""
    command = [sys.executable, "-c", "from gateway.cli.main import entry; entry()", "fault", *arguments]
    subprocess.run([*command, "--state", str(state)], check=True, capture_output=True)


def test_a_registry_down_never_blocks_the_deposit_and_the_file_keeps_both_states(
    tmp_path: Path, start_sandbox: Start, stop_sandbox: Stop
) -> None:
    """Sealed with what was known; completed when the registry is back, without touching what was sealed."""
    state = tmp_path / "state"
    process, address = start_sandbox(state)
    fault(state, "set", "urssaf", "down")
    with httpx.Client(base_url=address, timeout=30) as client:
        portal = Portal(None, client, bearer(state, process, address))
        identifier = portal.opened()
        name = f"{HEALTHY}:attestation_vigilance"

        def asked(one: dict[str, Any]) -> bool:
            """Of what is protected the portal is told only whether its registry was asked."""
            return bool(one["interrogee"]) if one["etat"] == "protegee" else one["etat"] != "en_attente"

        portal.until(identifier, lambda file: all(map(asked, file["pieces"])))
        portal.declared(identifier)
        deposited = portal.post(f"/{identifier}/depot", {"par": PERSON})
        assert deposited.status_code == 201, codes(deposited)
        seal = portal.read(identifier, "acheteur")["depot"]
        assert name in seal["non_recues_au_depot"]
        waiting = piece(portal.read(identifier, "acheteur"), "attestation_vigilance")
        assert (waiting["etat"], waiting["issue"]) == ("indisponible", "indisponible")
        assert waiting["prochain_essai"]
        fault(state, "clear", "urssaf")
        portal.post(f"/{identifier}/actualisation", {})
        file = portal.complete(identifier, "acheteur")
        assert piece(file, "attestation_vigilance")["issue"] == "conforme"
        assert file["depot"]["empreinte"] == seal["empreinte"]
        assert file["depot"]["completees_depuis"] == [
            {
                "piece": name,
                "au_depot": "indisponible",
                "depuis": "recuperee",
                "le": file["depot"]["completees_depuis"][0]["le"],
            }
        ]
    assert stop_sandbox(process) == 0
