# SPDX-License-Identifier: EUPL-1.2
"""`dlnuf key`: keys are made once, and only their public halves are ever shown; and where commands look for them."""

import argparse
import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from gateway.audit.note import Signer, Verifier
from gateway.cli.evidence import Evidence, publish
from gateway.cli.main import main
from gateway.cli.state import Place, instant, last_instant, place
from gateway.identity.keys import FILES, load
from gateway.settings import from_environment


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DLNUF_STATE", "DLNUF_KEYS", "DLNUF_LOG_ORIGIN", "DLNUF_LOG_URL", "DLNUF_LOG_ANCHOR"):
        monkeypatch.delenv(name, raising=False)


def test_keys_are_made_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["key", "create", "--state", str(tmp_path), "--json"]) == 0
    first = json.loads(capsys.readouterr().out)
    assert first["created"] == list(FILES)
    before = {file.name: file.read_bytes() for file in (tmp_path / "keys").iterdir()}
    assert set(before) == {*FILES, "audit.pub"}
    assert main(["key", "create", "--state", str(tmp_path)]) == 0
    assert "rien n'a été changé" in capsys.readouterr().out
    assert {file.name: file.read_bytes() for file in (tmp_path / "keys").iterdir()} == before


def test_the_public_keys_are_shown_and_the_private_ones_are_not(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["key", "create", "--state", str(tmp_path)])
    keys = load(tmp_path / "keys")
    said = capsys.readouterr().out
    assert main(["key", "show", "--state", str(tmp_path)]) == 0
    said += capsys.readouterr().out
    assert main(["key", "show", "--state", str(tmp_path), "--json"]) == 0
    shown = json.loads(out := capsys.readouterr().out)
    said += out
    assert shown["kid"] == keys.kid
    assert load_pem_public_key(shown["token"].encode()) == keys.token.public_key()
    assert Verifier.parse(shown["audit"]).key == keys.audit.public_key().public_bytes_raw()
    assert "PRIVATE" not in said
    for name in FILES:
        for line in (tmp_path / "keys" / name).read_text().splitlines():
            assert line.startswith("-----") or line not in said, name


def test_absent_keys_are_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["key", "show", "--state", str(tmp_path)]) == 1
    said = capsys.readouterr().err
    assert all(name in said for name in FILES)


def test_the_logs_public_key_lies_beside_the_others(tmp_path: Path) -> None:
    main(["key", "create", "--state", str(tmp_path)])
    public = tmp_path / "keys" / "audit.pub"
    keys = load(tmp_path / "keys")
    signer = Signer("dlnuf", keys.audit)
    assert Verifier.parse(public.read_text()) == signer.verifier
    public.unlink()
    Evidence.open(
        Place(tmp_path, tmp_path / "keys", "dlnuf", tmp_path / "audit.db", tmp_path / "log.anchor"), keys
    ).close()
    assert Verifier.parse(public.read_text()) == signer.verifier, "whoever opens the log for writing says its key"
    publish(tmp_path / "keys", Signer("another", keys.audit))
    assert Verifier.parse(public.read_text()) == signer.verifier, "a key that was published stays"


@pytest.mark.parametrize(
    ("state", "keys", "environment", "expected"),
    [
        (None, None, {}, (".dlnuf", ".dlnuf/keys")),
        (None, None, {"DLNUF_STATE": "var"}, ("var", "var/keys")),
        (None, None, {"DLNUF_STATE": "var", "DLNUF_KEYS": "secret"}, ("var", "secret")),
        ("mine", None, {"DLNUF_STATE": "var", "DLNUF_KEYS": "secret"}, ("mine", "mine/keys")),
        ("mine", "box", {"DLNUF_STATE": "var", "DLNUF_KEYS": "secret"}, ("mine", "box")),
        (None, "box", {"DLNUF_STATE": "var"}, ("var", "box")),
        ("./var", None, {"DLNUF_STATE": "var", "DLNUF_KEYS": "secret"}, ("var", "secret")),
        (".dlnuf", None, {"DLNUF_KEYS": "secret"}, (".dlnuf", "secret")),
    ],
)
def test_a_state_named_on_the_command_line_brings_its_own_keys(
    state: str | None, keys: str | None, environment: dict[str, str], expected: tuple[str, str]
) -> None:
    args = argparse.Namespace(state=state and Path(state), keys=keys and Path(keys))
    assert place(args, environment) == Place(
        Path(expected[0]), Path(expected[1]), "dlnuf", Path(expected[0]) / "audit.db", Path(expected[0]) / "log.anchor"
    )
    assert place(args, environment | {"DLNUF_LOG_ORIGIN": "log.example"}).origin == "log.example"
    elsewhere = place(args, environment | {"DLNUF_LOG_ANCHOR": "autre/log.anchor"}).anchor
    assert elsewhere == (Path("mine/log.anchor") if state == "mine" else Path("autre/log.anchor"))


DATABASE = "postgresql://log.example/journal"


@pytest.mark.parametrize("state", [None, "var", "var/../var"])
def test_the_gateway_s_own_state_goes_with_its_database_however_it_is_named(state: str | None) -> None:
    args = argparse.Namespace(state=state and Path(state), keys=None)
    assert place(args, {"DLNUF_STATE": "var", "DLNUF_LOG_URL": DATABASE}).log == DATABASE


def test_no_log_is_begun_in_a_file_beside_the_database_of_the_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["person", "link", "--name", "Audrey Lestang", "--role", "auditeur", "--state", str(tmp_path / "autre")]
    main(["key", "create", "--state", str(tmp_path / "autre")])
    monkeypatch.setenv("DLNUF_STATE", str(tmp_path / "état"))
    monkeypatch.setenv("DLNUF_LOG_URL", DATABASE)
    assert main(words) == 2
    assert "DLNUF_LOG_URL dit où est le journal de" in capsys.readouterr().err
    assert not (tmp_path / "autre" / "audit.db").exists()
    monkeypatch.delenv("DLNUF_LOG_URL")
    assert main(words) == 0
    monkeypatch.setenv("DLNUF_LOG_URL", DATABASE)
    assert main(words) == 0, "a folder that has its own log keeps it"


def test_without_a_word_the_commands_and_the_gateway_mean_the_same_folder() -> None:
    nothing = argparse.Namespace(state=None, keys=None)
    settings = from_environment({"DLNUF_PUBLIC_URL": "https://passerelle.example.fr"}, Path("policies"))
    found = place(nothing, {})
    assert (found.state, found.keys, found.log) == (settings.state, settings.keys, settings.log)


@pytest.mark.parametrize(
    ("text", "epoch"),
    [
        ("2027-01-01T00:00", 1_798_758_000),
        ("2027-07-01T00:00", 1_814_392_800),
        ("2027-01-01T00:00Z", 1_798_761_600),
        ("2027-01-01", 1_798_758_000),
    ],
)
def test_dates_without_a_zone_are_of_paris(text: str, epoch: int) -> None:
    assert instant(text) == epoch


def test_a_last_day_counts_whole() -> None:
    assert last_instant("2026-12-31") == instant("2027-01-01")
    assert last_instant("2026-12-31T10:00") == instant("2026-12-31T10:00")


@pytest.mark.parametrize("verb", ["create", "show"])
def test_key_explains_itself_in_french(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(["key", verb, "--help"])
    assert left.value.code == 0
    assert f"Exemple :\n  dlnuf key {verb} " in capsys.readouterr().out
