# SPDX-License-Identifier: EUPL-1.2
"""`dlnuf audit`: exit codes, what it prints, and records that would like to command the terminal."""

import argparse
import json
import sqlite3
from pathlib import Path

import pytest

from gateway.audit.note import Signer, open_checkpoint
from gateway.audit.show import readable
from gateway.cli.audit import register
from tests.gateway.audit.audit_world import SIGNER, identity
from tests.gateway.audit.forger import COUNT, change, note_of, resigned, write_log


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """A state folder: the log and its public key."""
    folder = tmp_path / "état"
    (folder / "keys").mkdir(parents=True)
    (folder / "keys" / "audit.pub").write_text(SIGNER.verifier.text() + "\n", "utf-8")
    return write_log(folder)


def run(*words: object) -> int:
    """The exit code of a command line."""
    parser = argparse.ArgumentParser(prog="dlnuf")
    register(parser.add_subparsers(required=True))
    arguments = parser.parse_args(["audit", *map(str, words)])
    code = arguments.run(arguments)
    assert isinstance(code, int)
    return code


def test_a_log_that_holds_is_verified(state: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("verify", "--state", state) == 0
    shown = capsys.readouterr().out
    assert shown.startswith(f"VÉRIFIÉ : {COUNT} enregistrements, le dernier à 2026-11-22T10:00:00.123Z.\nRacine : ")
    assert "Sans point de contrôle gardé ailleurs" in shown


def test_the_first_bad_record_is_named_and_refused(state: Path, capsys: pytest.CaptureFixture[str]) -> None:
    change(state / "audit.db", "UPDATE record SET chain = zeroblob(32) WHERE seq IN (5, 9)")
    assert run("verify", "--state", state) == 1
    assert capsys.readouterr().out.startswith("REFUSÉ : l'enregistrement 5 n'est pas celui")
    assert run("verify", "--state", state, "--json") == 1
    said = json.loads(capsys.readouterr().out)
    assert (said["verified"], said["problem"]["kind"], said["problem"]["record"]) == (False, "chain", 5)


def test_a_kept_checkpoint_reveals_a_cut(state: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("checkpoint", "--state", state) == 0
    kept = tmp_path / "point.txt"
    kept.write_text(capsys.readouterr().out, "utf-8")
    assert open_checkpoint(kept.read_text("utf-8"), SIGNER.verifier).size == COUNT
    assert run("verify", "--state", state, "--checkpoint", kept) == 0
    assert "Points de contrôle retrouvés : 1" in capsys.readouterr().out
    change(state / "audit.db", "DELETE FROM record WHERE seq > 9", resigned())
    assert run("verify", "--state", state) == 0
    assert run("verify", "--state", state, "--checkpoint", kept) == 1
    assert "REFUSÉ : le journal s'arrête avant l'enregistrement 10" in capsys.readouterr().out


def test_a_pinned_key_reveals_a_replaced_one(state: Path, capsys: pytest.CaptureFixture[str]) -> None:
    impostor = Signer.from_seed(SIGNER.name, b"i" * 32)
    change(state / "audit.db", resigned(impostor))
    (state / "keys" / "audit.pub").write_text(impostor.verifier.text(), "utf-8")
    assert run("verify", "--state", state) == 0
    assert run("verify", "--state", state, "--key", SIGNER.verifier.text()) == 1
    assert "non signé par dlnuf.test/journal" in capsys.readouterr().out


def test_what_was_typed_wrongly_is_a_usage_error(state: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("verify", "--state", state / "absent") == 2
    assert run("verify", "--state", state, "--key", "clé") == 2
    assert run("verify", "--state", state, "--checkpoint", state / "absent.txt") == 2
    assert run("verify", "--state", state, "--checkpoint", state / "audit.db") == 2
    assert "dlnuf audit : " in capsys.readouterr().err
    for words in (["verify", "--state", state, "--x"], ["show", "--state", state, "--last", "-1"], []):
        with pytest.raises(SystemExit) as stopped:
            run(*words)
        assert stopped.value.code == 2


def test_what_the_folder_lacks_is_refused(state: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (state / "keys" / "audit.pub").write_text("clé", "utf-8")
    assert run("verify", "--state", state) == 1
    assert run("checkpoint", "--state", state) == 1
    (state / "keys" / "audit.pub").unlink()
    assert run("verify", "--state", state) == 1
    assert run("verify", "--state", state, "--key", SIGNER.verifier.text()) == 0
    (state / "audit.db").write_bytes(b"rien")
    for words in ("verify", "show", "checkpoint"):
        assert run(words, "--state", state) == 1
    (state / "audit.db").unlink()
    for words in ("verify", "show", "checkpoint"):
        assert run(words, "--state", state) == 1
    said = capsys.readouterr()
    assert "Traceback" not in said.out + said.err
    assert "audit.pub" in said.out
    assert "n'existe pas" in said.err


def test_a_checkpoint_that_the_log_did_not_sign_is_not_printed(state: Path, capsys: pytest.CaptureFixture[str]) -> None:
    change(state / "audit.db", "UPDATE head SET note = replace(note, '24', '25')")
    assert run("checkpoint", "--state", state) == 1
    assert capsys.readouterr().out == ""


def test_records_are_shown_one_per_line(state: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("show", "--state", state, "--last", "3") == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split("  ")[0] for line in lines] == ["n° 21", "n° 22", "n° 23"]
    assert "question" in lines[1]
    assert "objet marche-127" in lines[1]
    assert "réponse" in lines[2]
    assert "statut 200" in lines[2]


def test_the_records_of_one_exchange_are_shown(state: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("show", "--state", state, "--id", identity(4), "--json") == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(line["seq"], line["record"]["event"]) for line in lines] == [(8, "asked"), (9, "answered")]
    assert run("show", "--state", state, "--id", "\ud800") == 0
    assert capsys.readouterr().out == ""


def test_odd_records_are_shown_without_obeying_them(state: Path, capsys: pytest.CaptureFixture[str]) -> None:
    odd = [
        b'{"event":"asked","object":"a\\u001b[2J\\u202eb\\n\\u0007","at":7,"id":null,"groups":[1,{}]}',
        b'{"event":["x"],"cached":true,"status":{"a":"\\u0000"}}',
        b"\xff\x00",
        b"[]",
        b"",
    ]
    with sqlite3.connect(state / "audit.db") as connection:
        connection.executemany("UPDATE record SET entry=? WHERE seq=?", [(row, seq) for seq, row in enumerate(odd)])
    connection.close()
    assert run("show", "--state", state, "--last", str(COUNT)) == 0
    shown = capsys.readouterr().out
    assert len(shown.splitlines()) == COUNT
    assert not set(shown) & set("\x1b\u202e\x07\x00\r")
    assert "objet a\\u001b[2J\\u202eb\\u000a\\u0007" in shown
    assert shown.count("illisible") == 3
    assert run("show", "--state", state, "--last", str(COUNT), "--json") == 0


def test_values_are_made_readable() -> None:
    assert readable("Marchés publics « été »") == "Marchés publics « été »"
    assert readable([True, None, 3, "\u2028"]) == "oui, néant, 3, \\u2028"
    assert readable("\U000e0041") == "\\U000e0041"


@pytest.mark.parametrize("words", [["verify"], ["show"], ["checkpoint"]])
def test_every_command_has_an_example(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        run(*words, "--help")
    assert stopped.value.code == 0
    shown = capsys.readouterr().out
    assert f"Exemple :\n  dlnuf audit {words[0]} --state .sandbox" in shown


def test_the_note_printed_is_the_one_in_the_file(state: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("checkpoint", "--state", state) == 0
    assert capsys.readouterr().out == note_of(state / "audit.db")
