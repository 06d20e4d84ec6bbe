# SPDX-License-Identifier: EUPL-1.2
"""`dlnuf sandbox` on a state folder that cannot serve: one line that says which file, and no traceback."""

from collections.abc import Callable
from pathlib import Path

import pytest

from gateway.cli.main import main


def no_database(path: Path) -> None:
    path.write_bytes(b"ceci n'est pas une base de donn\xc3\xa9es, mais en a la longueur. " * 40)


def no_key(path: Path) -> None:
    path.parent.mkdir()
    path.write_text("illisible", "ascii")


@pytest.mark.parametrize(
    ("name", "spoil", "said"),
    [
        ("subjects.db", no_database, "les clés des sujets ne peuvent pas être lues ou gardées"),
        ("register.db", no_database, "Le registre « "),
        ("people.db", no_database, "personnes"),
        ("audit.db", no_database, "journal"),
        ("keys/links.key", no_key, "links.key : "),
    ],
)
def test_a_state_that_cannot_serve_is_said_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, spoil: Callable[[Path], None], said: str
) -> None:
    spoil(tmp_path / name)
    assert main(["sandbox", "--state", str(tmp_path), "--port", "0"]) == 1
    told = capsys.readouterr().err
    (line,) = [one for one in told.splitlines() if not one.startswith("{")]
    assert line.startswith(f"dlnuf sandbox : le dossier {tmp_path} ne peut pas servir : ")
    assert said in line
    assert not line.endswith("..")
    assert "Traceback" not in told
