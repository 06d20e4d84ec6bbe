# SPDX-License-Identifier: EUPL-1.2
"""The example portal of `docs/portal/`, run as its reader would: from its button to the buyer's verified package."""

import hashlib
import hmac
import html
import importlib.util
import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx
import pytest

from tests.conftest import Sandbox, stop
from tests.story.browsing import Visitor
from tests.story.files import HEALTHY, HONOUR, PERSON, PURPOSE

PROGRAM = Path(__file__).resolve().parents[2] / "docs" / "portal" / "portail.py"
PATIENCE_S = 30


@dataclass
class Running:
    """The example, running. `headers`: those of its token."""

    address: str
    received: Path
    headers: dict[str, str]

    def says(self, what: str) -> str:
        """Its front page, once it says something."""
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            if what in (found := html.unescape(httpx.get(self.address).text)):
                return found
            time.sleep(0.1)
        raise AssertionError(found)


@pytest.fixture
def portal(sandbox: Sandbox, tmp_path: Path) -> Iterator[Running]:
    """The example in a process of its own."""
    bearer = sandbox.token(PURPOSE)
    (tmp_path / "jeton").write_text(bearer.text)
    command = [sys.executable, str(PROGRAM), "--service", sandbox.address, "--jeton", str(tmp_path / "jeton")]
    command += ["--recu", str(tmp_path / "recu"), "--port", "0"]
    with (tmp_path / "erreurs").open("w") as errors:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True)
    assert process.stdout is not None
    found = re.search(r"http://\S+", process.stdout.readline())
    assert found is not None, (tmp_path / "erreurs").read_text()
    yield Running(found[0], tmp_path / "recu", bearer.header)
    assert stop(process) == 0
    assert (tmp_path / "erreurs").read_text() == ""


def test_from_the_button_to_the_verified_package(portal: Running, sandbox: Sandbox) -> None:
    """A company that the portal does not know: its SIRET is typed on our page, and comes back with everything."""
    portal.says("Candidater avec mon SIRET")
    with httpx.Client(base_url=portal.address) as browser:
        led = browser.post("/candidater")
        assert led.status_code == 303
        visitor = Visitor(sandbox.address)
        page = visitor.go(led.headers["location"])
        page = visitor.send(
            page, page.url.path, siret="999 100 118 00010", prenom="Éloïse", nom="Verchény", qualite="présidente",
            accord="oui",
        )  # fmt: skip
        identifier = page.url.path.rpartition("/")[2]
        assert page.url.path == f"/candidature/{identifier}"
        portal.says(f"{identifier} : commencée par {HEALTHY}")
        service = httpx.Client(base_url=f"{sandbox.address}/v1/candidatures/{identifier}", headers=portal.headers)
        with service:
            assert service.post("/declarations", json={"par": PERSON, "declarations": HONOUR}).status_code == 201
            assert service.post("/depot", json={"par": PERSON}).status_code == 201
        portal.says(f"{identifier} : déposée, paquet vérifié")
        page = visitor.signed_in("eloise-vercheny", f"/candidature/{identifier}")
        visitor.close()
        back = re.search(rf'href="({portal.address}/retour[^"]+)"', page.text)
        assert back is not None
        address = html.unescape(back[1])
        assert httpx.get(address).status_code == 403  # another browser, without the session's cookie
        assert "« depose »" in browser.get(address).text
        assert browser.get(address).status_code == 403  # a second time
    kept = portal.received / identifier
    assert (kept / "attestation.pdf").read_bytes()[:5] == b"%PDF-"
    said = (kept / "verification.txt").read_text()
    assert "fichiers du paquet sont ceux de sa liste" in said
    assert "Ce qui ne l'est pas" in said


def example() -> ModuleType:
    """The example's code, loaded as a module."""
    spec = importlib.util.spec_from_file_location("portail", PROGRAM)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["portail"] = module
    spec.loader.exec_module(module)
    return module


SECRET = "un secret du portail d'exemple"
NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


def signed(secret: str = SECRET, **changes: Any) -> tuple[bytes, str]:
    """A notification, and its signature."""
    said = {
        "evenement": "candidature.commencee", "marche": "m", "rang": 2, "candidature": "c", "siret": HEALTHY,
        "envoye_le": NOW.isoformat(), **changes,
    }  # fmt: skip
    body = json.dumps(said).encode()
    return body, "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


@pytest.fixture
def checking(tmp_path: Path) -> Any:
    """The example's judgement alone, without network."""
    return example().Portail(None, "http://127.0.0.1", tmp_path, "dlnuf", "", SECRET)


def test_a_signed_and_recent_notification_counts_once(checking: Any) -> None:
    assert checking.notifie(*signed(), NOW.timestamp()) == 204
    assert checking.etats == {"c": f"commencée par {HEALTHY}"}
    checking.etats.clear()
    assert checking.notifie(*signed(), NOW.timestamp() + 10) == 204
    assert checking.etats == {}
    assert checking.notifie(*signed(rang=3), NOW.timestamp()) == 204
    assert checking.etats != {}


@pytest.mark.parametrize("change", ["forged", "altered", "unsigned", "old", "future"])
def test_what_is_forged_or_replayed_changes_nothing(checking: Any, change: str) -> None:
    body, signature = signed(secret="un autre") if change == "forged" else signed()
    body = body.replace(HEALTHY.encode(), b"99910022500013") if change == "altered" else body
    signature = "" if change == "unsigned" else signature
    late = {"old": timedelta(minutes=6), "future": timedelta(minutes=-6)}.get(change, timedelta())
    assert checking.notifie(body, signature, (NOW + late).timestamp()) == 403
    assert checking.etats == {}


def test_what_could_not_be_fetched_is_asked_for_again(checking: Any) -> None:
    class Silent:
        def fichier(self, *_: str) -> bytes:
            raise httpx.ConnectError("silent")

    checking.service = Silent()
    assert checking.notifie(*signed(evenement="dossier.depose"), NOW.timestamp()) == 503
    assert checking.vus == {}
