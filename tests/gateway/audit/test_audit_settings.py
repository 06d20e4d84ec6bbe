# SPDX-License-Identifier: EUPL-1.2
"""`dlnuf audit` works where the gateway does: its settings say where, unless a folder is named."""

import argparse
import json
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from gateway.audit.anchor import Anchor
from gateway.audit.ledger import Ledger
from gateway.audit.note import Signer
from gateway.audit.stores.address import Place
from gateway.audit.stores.writers import store_at
from gateway.cli.audit import register
from gateway.identity.keys import create_missing, load
from tests.gateway.audit.audit_world import entry


@pytest.fixture
def house(place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A gateway whose keys and whose log's memory are elsewhere than its state; its settings are in the environment."""
    state = tmp_path / "état"
    state.mkdir()
    if isinstance(place, Path):
        place = state / "audit.db"
    else:
        monkeypatch.setenv("DLNUF_LOG_URL", place)
    create_missing(tmp_path / "clés", lambda count: bytes(count))
    signer = Signer("avant", load(tmp_path / "clés").audit)
    (tmp_path / "clés" / "audit.pub").write_text(signer.verifier.text(), "utf-8")
    with closing(Ledger(store_at(place), signer, Anchor(tmp_path / "mémoire"))) as ledger:
        ledger.open()
        ledger.append([entry(number) for number in range(3)])
        ledger.publish()
    monkeypatch.setenv("DLNUF_STATE", str(state))
    monkeypatch.setenv("DLNUF_KEYS", str(tmp_path / "clés"))
    monkeypatch.setenv("DLNUF_LOG_ANCHOR", str(tmp_path / "mémoire"))
    return state


def run(*words: object) -> Any:
    """The exit code of a command line."""
    parser = argparse.ArgumentParser(prog="dlnuf")
    register(parser.add_subparsers(required=True))
    arguments = parser.parse_args(["audit", *map(str, words)])
    return arguments.run(arguments)


def test_without_an_option_the_gateway_s_own_log_is_verified_and_shown(
    house: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("verify") == 0
    assert "VÉRIFIÉ : 3 enregistrements" in capsys.readouterr().out
    assert run("show", "--json") == 0
    assert [json.loads(line)["seq"] for line in capsys.readouterr().out.splitlines()] == [0, 1, 2]
    assert run("checkpoint") == 0
    assert capsys.readouterr().out.startswith("avant\n3\n")


def test_recovering_takes_the_memory_that_the_gateway_keeps_elsewhere(
    house: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = (tmp_path / "mémoire").read_text("utf-8")
    assert run("recover", "--origin", "après", "--reason", "essai") == 0
    assert "à 3 enregistrements" in capsys.readouterr().out
    after = (tmp_path / "mémoire").read_text("utf-8")
    assert (before.splitlines()[:2], after.splitlines()[:2]) == (["avant", "3"], ["après", "1"])
    assert not (house / "log.anchor").exists()
    assert run("verify") == 0
    assert "VÉRIFIÉ : 1 enregistrement," in capsys.readouterr().out


def test_the_database_of_the_settings_goes_with_their_memory_whichever_folder_is_named(
    place: Place, house: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ("--state", house, "--database", "--keys", tmp_path / "clés")
    code = run("recover", *words, "--origin", "après", "--reason", "essai")
    if isinstance(place, Path):
        assert (code, "DLNUF_LOG_URL ne donne pas d'adresse" in capsys.readouterr().err) == (2, True)
        assert (tmp_path / "mémoire").read_text("utf-8").startswith("avant\n3\n")
    else:
        assert code == 0
        assert (tmp_path / "mémoire").read_text("utf-8").startswith("après\n1\n")


def test_a_folder_that_is_named_brings_its_own_log_and_keys(
    house: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = tmp_path / "copie"
    create_missing(other / "keys", lambda count: b"\x01" * count)
    signer = Signer("autre", load(other / "keys").audit)
    (other / "keys" / "audit.pub").write_text(signer.verifier.text(), "utf-8")
    with closing(Ledger(store_at(other / "audit.db"), signer, Anchor(other / "log.anchor"))) as ledger:
        ledger.open()
        ledger.append([entry(9)])
        ledger.publish()
    memory = (tmp_path / "mémoire").read_bytes()
    assert run("verify", "--state", other) == 0
    assert "VÉRIFIÉ : 1 enregistrement," in capsys.readouterr().out
    assert run("recover", "--state", other, "--origin", "autre-2", "--reason", "essai") == 0
    assert (other / "log.anchor").read_text("utf-8").startswith("autre-2\n1\n")
    assert (tmp_path / "mémoire").read_bytes() == memory
    assert run("verify") == 0
    assert "VÉRIFIÉ : 3 enregistrements" in capsys.readouterr().out


@pytest.mark.parametrize("address", ["mysql://base/journal", "/var/lib/journal"])
def test_an_address_that_is_none_is_said_without_being_repeated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], address: str
) -> None:
    monkeypatch.setenv("DLNUF_STATE", str(tmp_path))
    monkeypatch.setenv("DLNUF_LOG_URL", address)
    assert run("verify") == 2
    said = capsys.readouterr().err
    assert "DLNUF_LOG_URL ne donne pas d'adresse postgresql" in said
    assert address not in said
    monkeypatch.setenv("DLNUF_STATE", str(tmp_path / "absent"))
    assert run("verify") == 2
    assert "n'est pas un dossier" in capsys.readouterr().err
