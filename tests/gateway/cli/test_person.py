# SPDX-License-Identifier: EUPL-1.2
"""`dlnuf person`: links, roles and companies by command, each a record of the log before it takes effect."""

import json
import secrets
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from gateway.cli.main import main
from gateway.identity.keys import create_missing

SIREN = "999100118"


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """A state folder with its keys, and nobody in it."""
    create_missing(tmp_path / "keys", secrets.token_bytes)
    return tmp_path


def listed(state: Path, capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    capsys.readouterr()
    assert main(["person", "list", "--json", "--state", str(state)]) == 0
    found: list[dict[str, Any]] = json.loads(capsys.readouterr().out)
    return found


def events(state: Path) -> list[dict[str, Any]]:
    with sqlite3.connect(state / "audit.db") as db:
        found = [json.loads(entry) for (entry,) in db.execute("SELECT entry FROM record ORDER BY seq")]
    return [record for record in found if record["event"].startswith(("role", "repr"))]


def test_a_link_makes_a_local_account_with_its_role_and_its_records(
    state: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ["person", "link", "--name", "Audrey Lestang", "--role", "auditeur", "--siren", SIREN, "--reason", "essai"]
    assert main([*asked, "--public-url", "https://passerelle.example/", "--state", str(state)]) == 0
    url = capsys.readouterr().out.strip()
    assert url.startswith("https://passerelle.example/connexion/lien/")
    secret = url.rpartition("/")[2]
    assert secret.encode() not in b"".join(path.read_bytes() for path in state.glob("people.db*"))
    (account,) = listed(state, capsys)
    assert [one["role"] for one in account["roles"]] == ["auditeur"]
    assert account["sirens"] == [SIREN]
    granted, represented = events(state)
    assert (granted["event"], granted["role"], granted["reason"]) == ("role_granted", "auditeur", "essai")
    assert represented["event"] == "representation_granted"
    assert SIREN not in json.dumps(represented)
    assert "Lestang" not in json.dumps([granted, represented])
    assert granted["actor"] == represented["actor"]


def test_rights_are_granted_and_closed_and_sessions_end_with_them(
    state: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["person", "link", "--name", "Basile", "--state", str(state)]) == 0
    (account,) = listed(state, capsys)
    ident, where = account["id"], ["--state", str(state)]
    assert main(["person", "grant", ident, "--role", "operateur", "--until", "2030-01-31", *where]) == 0
    (account,) = listed(state, capsys)
    assert account["roles"][0]["until"] == "2030-01-31T23:00:00Z"
    with sqlite3.connect(state / "people.db") as db:
        db.execute(
            "INSERT INTO session (digest, account_id, acr, opened_at, seen_at) VALUES (x'00', ?, 'eidas2', 1, 1)",
            (ident,),
        )
    assert main(["person", "close", ident, "--role", "operateur", "--reason", "mutation", *where]) == 0
    assert listed(state, capsys)[0]["roles"] == []
    with sqlite3.connect(state / "people.db") as db:
        assert db.execute("SELECT count(*) FROM session").fetchone() == (0,)
    assert main(["person", "close", ident, "--role", "operateur", *where]) == 0
    assert "n'a pas ce droit" in capsys.readouterr().out
    assert main(["person", "grant", ident, "--siren", SIREN, *where]) == 0
    assert main(["person", "close", ident, "--siren", SIREN, *where]) == 0
    assert listed(state, capsys)[0]["sirens"] == []
    assert [one["event"] for one in events(state)] == [
        "role_granted",
        "role_closed",
        "representation_granted",
        "representation_closed",
    ]


def test_a_right_whose_record_cannot_be_written_is_not_given(state: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["person", "link", "--name", "Basile", "--state", str(state)]) == 0
    (account,) = listed(state, capsys)
    with sqlite3.connect(state / "audit.db") as db:
        db.execute("PRAGMA user_version = 99")
    assert main(["person", "grant", account["id"], "--role", "auditeur", "--state", str(state)]) == 1
    with sqlite3.connect(state / "people.db") as db:
        assert db.execute("SELECT count(*) FROM role").fetchone() == (0,)


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (["link"], 2, "soit"),
        (["link", "x", "--name", "y"], 2, "soit"),
        (["grant", "personne"], 2, "--role ou --siren"),
        (["grant", "personne", "--role", "auditeur"], 1, "fichier des personnes"),
        (["grant", "personne", "--role", "roi"], 2, "valeur impossible"),
        (["link", "--name", "B", "--siren", "123"], 2, "SIREN"),
        (["list"], 1, "fichier des personnes"),
    ],
)
def test_what_cannot_be_done_is_said_in_french(
    state: Path, capsys: pytest.CaptureFixture[str], words: list[str], status: int, said: str
) -> None:
    try:
        found = main(["person", *words, "--state", str(state)])
    except SystemExit as ended:
        found = int(ended.code or 0)
    assert found == status
    assert said in capsys.readouterr().err
