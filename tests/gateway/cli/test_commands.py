# SPDX-License-Identifier: EUPL-1.2
"""What every command promises: help with an example, exit statuses; and the nouns that have no other test."""

import argparse
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.cli.fault import read
from gateway.cli.main import main, parser


def leaves(
    command: argparse.ArgumentParser, words: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], argparse.ArgumentParser]]:
    nested = [action for action in command._actions if isinstance(action, argparse._SubParsersAction)]
    if not nested:
        yield words, command
    for action in nested:
        for name, child in action.choices.items():
            yield from leaves(child, (*words, name))


COMMANDS = dict(leaves(parser()))


def test_the_names_others_rely_on_are_there() -> None:
    wanted = {
        ("serve",), ("sandbox",), ("token", "issue"), ("token", "list"), ("token", "revoke"), ("policy", "check"),
        ("policy", "explain"), ("policy", "test"), ("audit", "verify"), ("audit", "show"), ("connector", "list"),
        ("connector", "check"), ("connector", "new"), ("habilitation", "create"),
    }  # fmt: skip
    assert wanted <= COMMANDS.keys()


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_every_command_has_help_with_an_example(words: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([*words, "--help"])
    assert ended.value.code == 0
    shown = capsys.readouterr().out
    assert "Exemple" in shown
    assert f"dlnuf {' '.join(words)}" in shown or words[0] in shown.partition("Exemple")[2]
    assert "show this help" not in shown


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_wrong_usage_exits_2_and_says_so_in_french(words: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([*words, "--nonsense"])
    assert ended.value.code == 2
    assert "arguments inconnus" in (said := capsys.readouterr().err) or "il manque" in said


def test_an_unknown_noun_exits_2() -> None:
    with pytest.raises(SystemExit) as ended:
        main(["bonjour"])
    assert ended.value.code == 2


def test_faults_are_set_listed_and_cleared(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    state = ["--state", str(tmp_path)]
    assert main(["fault", "set", "insee", "slow", *state]) == 0
    assert main(["fault", "set", "urssaf", "down", *state]) == 0
    assert read(tmp_path) == {"insee": "slow", "urssaf": "down"}
    assert main(["fault", "clear", "insee", *state]) == 0
    capsys.readouterr()
    assert main(["fault", "list", "--json", *state]) == 0
    assert json.loads(capsys.readouterr().out) == {"urssaf": "down"}
    assert main(["fault", "clear", *state]) == 0
    assert read(tmp_path) == {}


@pytest.mark.parametrize("content", ["", "{", "[]", '{"insee": 3}', '{"insee": "explode"}'])
def test_a_spoiled_fault_file_means_no_fault(tmp_path: Path, content: str) -> None:
    (tmp_path / "faults.json").write_text(content)
    assert read(tmp_path) == {}


def test_connectors_are_listed_and_checked(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["connector", "list", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert {"insee", "urssaf", "dgfip"} <= {row["registry"] for row in listed}
    assert main(["connector", "check"]) == 0
    assert main(["connector", "check", "nulle_part"]) == 1


def test_the_page_of_registries_is_the_one_the_contracts_give(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["connector", "table"]) == 0
    page = Path(__file__).parents[3] / "docs" / "connectors.md"
    assert capsys.readouterr().out == page.read_text("utf-8"), "dlnuf connector table > docs/connectors.md"


def test_serve_refuses_to_start_without_keys_and_names_what_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DLNUF_STATE", str(tmp_path))
    assert main(["serve"]) == 1
    assert "token_signing.pem" in capsys.readouterr().err


def test_serve_refuses_a_wrong_policy_and_says_where(tmp_path: Path) -> None:
    folder = tmp_path / "policies"
    (folder / "purposes").mkdir(parents=True)
    (folder / "pools.toml").write_text("")
    (folder / "purposes" / "vide.toml").write_text('id = "vide"\n')
    made = main(["key", "create", "--state", str(tmp_path)])
    assert made == 0
    found = subprocess.run(
        [sys.executable, "-c", "from gateway.cli.main import entry; entry()", "serve"],
        env={
            "DLNUF_STATE": str(tmp_path),
            "DLNUF_POLICIES": str(folder),
            "DLNUF_REGISTRIES": "dgfip",
            "DGFIP_APIM_URL": "http://127.0.0.1:1",
            "DGFIP_CLIENT_ID": "a",
            "DGFIP_CLIENT_SECRET": "tres-secret",
            "PYTHONPATH": str(Path(__file__).parents[3]),
        },
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert found.returncode == 1
    assert "pools.toml" in found.stderr or "vide.toml" in found.stderr
    assert "tres-secret" not in found.stderr


def test_a_new_registry_passes_the_conformance_suite_and_its_own_test_as_it_is_written(tmp_path: Path) -> None:
    """Written beside a copy of the kit, so that the tree under test is left alone."""
    root = Path(__file__).parents[3]
    shutil.copytree(root / "connectors", tmp_path / "connectors")
    shutil.copytree(root / "gateway", tmp_path / "gateway")
    shutil.copytree(root / "policies", tmp_path / "policies")
    suite = tmp_path / "tests" / "connectors"
    suite.mkdir(parents=True)
    for name in ("test_conformance.py", "in_process.py"):
        shutil.copy(root / "tests" / "connectors" / name, suite / name)
    environment = {"PYTHONPATH": str(tmp_path), "PATH": "/usr/bin:/bin"}
    words = [
        "connector",
        "new",
        "essai",
        "--prefix",
        "97",
        "--provider",
        "Essai",
        "--product",
        "conformite",
        "--parameter",
        "siret",
    ]

    def dlnuf(*arguments: str) -> "subprocess.CompletedProcess[str]":
        script = f"import sys; sys.path.insert(0, {str(tmp_path)!r}); from gateway.cli.main import entry; entry()"
        return subprocess.run(
            [sys.executable, "-c", script, *arguments],
            cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip

    made = dlnuf(*words)
    assert made.returncode == 0, made.stderr
    assert (tmp_path / "connectors" / "essai" / "contract.toml").exists()
    assert dlnuf("connector", "check", "essai").stdout.startswith("essai : en ordre")
    tried = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-o", "asyncio_mode=auto", "-k", "essai", "tests/connectors"],
        cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert tried.returncode == 0, tried.stdout
    assert " passed" in tried.stdout
    assert dlnuf(*words).returncode == 1
    words[2] = "autre"
    again = dlnuf(*words)
    assert (again.returncode, "le préfixe 97 est déjà" in again.stderr) == (1, True)
    for command in (("connector", "table"), ("openapi", "check")):  # nobody may ask for it yet, and the reader is told
        told = dlnuf(*command)
        assert (told.returncode, "aucune finalité n'ouvre essai/conformite" in told.stderr) == (1, True), told.stderr
