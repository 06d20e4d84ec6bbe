# SPDX-License-Identifier: EUPL-1.2
"""The ground the project stands on: its texts, licence, locks, decisions and commands say what is so."""

import os
import re
import subprocess
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
DECISIONS = ROOT / "docs" / "decisions"
LOCKS = ("run.lock", "dev.lock")

# Written in pieces, so that this file does not hold what it looks for.
FOLDERS = ("work", "tmp", "root", "home", "Users")
MACHINE_PATH = re.compile(r"(?<![\w.)}])/(?:" + "|".join(FOLDERS) + r")/[\w.-]|/opt/" + "pypi")
INDEX_HOSTS = ("pypi" + ".org", "pythonhosted" + ".org", "npmjs" + ".org", "npmjs" + ".com", "deb.debian" + ".org")


def written_files(*folders: str) -> list[str]:
    """Every file of the repository, committed or about to be, as paths from its root."""
    listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", *folders]
    names = subprocess.run(listed, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\0")
    return sorted({name for name in names if name and (ROOT / name).is_file()})


def text_of(name: str) -> str:
    """The text of a file, or nothing when it is no text."""
    try:
        return (ROOT / name).read_text("utf-8")
    except UnicodeDecodeError:
        return ""


def locked(lock: str) -> dict[str, str]:
    """Name → version of a lock."""
    pins = re.findall(r"^([\w.-]+)==([^\s;\\]+)", text_of(f"requirements/{lock}"), re.MULTILINE)
    return {canonicalize_name(name): version for name, version in pins}


def project() -> dict[str, list[Requirement]]:
    """What pyproject.toml asks for: `run` and `dev`, what builds it counted as `run`."""
    facts = tomllib.loads(text_of("pyproject.toml"))
    run = [*facts["project"]["dependencies"], *facts["build-system"]["requires"]]
    dev = facts["dependency-groups"]["dev"]
    return {"run.lock": [Requirement(row) for row in run], "dev.lock": [Requirement(row) for row in dev]}


def make_targets() -> set[str]:
    """The Makefile's targets."""
    return set(re.findall(r"^([a-z][a-z-]*):", text_of("Makefile"), re.MULTILINE))


def test_no_text_names_a_folder_of_somebodys_machine_or_a_package_index() -> None:
    found = []
    for name in written_files():
        for number, line in enumerate(text_of(name).splitlines(), 1):
            if MACHINE_PATH.search(line) or any(host in line for host in INDEX_HOSTS):
                found.append(f"{name}:{number}")
    assert found == []


@pytest.mark.parametrize("folder", FOLDERS)
def test_the_search_for_machine_paths_finds_them(folder: str) -> None:
    assert MACHINE_PATH.search(f'path = "/{folder}/x"')
    assert not MACHINE_PATH.search(f"https://exemple.test/{folder}/x and {folder}/x")


def test_every_python_file_bears_its_licence() -> None:
    line = "# SPDX-License-Identifier: EUPL-1.2"
    bare = [name for name in written_files() if name.endswith(".py") and not text_of(name).startswith(line + "\n")]
    assert bare == []


def test_the_licence_is_whole() -> None:
    text = text_of("LICENSE")
    assert text.startswith("EUROPEAN UNION PUBLIC LICENCE v. 1.2\n")
    articles = re.findall(r"^(\d+)\.[A-Z]", text, re.MULTILINE)
    assert articles == [str(number) for number in range(1, 16)]
    compatible = text[text.index("Appendix") :]
    assert all(name in compatible for name in ("GPL", "AGPL", "OSL", "EPL", "CeCILL", "MPL", "LGPL", "LiLiQ-R"))
    assert text.endswith("require the production of a new EUPL version.\n")


def test_the_list_of_decisions_is_the_folder() -> None:
    files = sorted(path.name for path in DECISIONS.glob("[0-9]*.md"))
    rows = re.findall(r"^\| \[(\d{4})\]\((\S+)\) \| (.+) \|$", text_of("docs/decisions/README.md"), re.MULTILINE)
    assert [name for _, name, _ in rows] == files
    # Numbers are handed out before pages are written, so one may be missing; none stands twice or under another's file.
    numbers = [number for number, _, _ in rows]
    assert numbers == sorted(set(numbers)) == [name[:4] for name in files]
    for number, name, title in rows:
        assert name.startswith(number + "-")
        assert text_of(f"docs/decisions/{name}").startswith(f"# {number}. {title}\n")


@pytest.mark.parametrize("name", sorted(path.name for path in DECISIONS.glob("[0-9]*.md")))
def test_a_decision_is_one_page_with_its_alternatives(name: str) -> None:
    lines = text_of(f"docs/decisions/{name}").splitlines()
    parts = [line.removeprefix("## ") for line in lines if line.startswith("## ")]
    assert parts == ["Context", "Decision", "Consequences", "Alternatives considered"]
    assert len(lines) <= 60


def test_a_decision_named_anywhere_exists() -> None:
    named = {
        number
        for name in written_files()
        if not name.startswith("docs/decisions/")
        for number in re.findall(r"docs/decisions/(\d{4})", text_of(name))
    }
    assert named <= {path.name[:4] for path in DECISIONS.glob("[0-9]*.md")}


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_pins_hashes_and_names_no_index(lock: str) -> None:
    text = text_of(f"requirements/{lock}")
    assert not re.search(r"https?:|index|find-links|trusted-host|^-[^-]|@ ", text, re.MULTILINE)
    joined = text.replace("\\\n", " ").splitlines()
    unpinned = [
        line for line in joined if not re.match(r"[\w.-]+(\[[\w,]+\])?==\S+ .*--hash=sha256:[0-9a-f]{64}", line)
    ]
    assert unpinned == []
    assert len(locked(lock)) == len(joined)


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_holds_what_the_project_asks_for(lock: str) -> None:
    pins = locked("run.lock") | locked(lock)
    missing = [
        str(wanted)
        for wanted in project()[lock]
        if pins.get(canonicalize_name(wanted.name), "") not in wanted.specifier
    ]
    assert missing == []


def test_the_locks_agree() -> None:
    run, dev = locked("run.lock"), locked("dev.lock")
    assert {name: (run[name], dev[name]) for name in run.keys() & dev.keys() if run[name] != dev[name]} == {}


def test_the_make_targets_that_the_documents_name_exist() -> None:
    documents = [".ci/run", *(name for name in written_files() if name.endswith(".md"))]
    named = {
        target
        for name in documents
        for target in re.findall(r"(?:`|^)make ([a-z][a-z-]*)", text_of(name), re.MULTILINE)
    }
    assert {"demo", "test", "check", "bench"} <= named <= make_targets()


def test_the_readmes_commands_are_ours() -> None:
    blocks = re.findall(r"^```sh\n(.*?)^```$", text_of("README.md"), re.MULTILINE | re.DOTALL)
    commands = [line for block in blocks for line in block.splitlines()]
    assert {"make demo", "make test"} <= set(commands)
    assert all(command.split()[0] in ("make", "curl", ".venv/bin/dlnuf") for command in commands)


def test_the_merge_check_runs_the_checks_then_the_tests_and_stops_at_the_first_failure() -> None:
    script = ROOT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    lines = script.read_text("utf-8").splitlines()
    assert lines[0] == "#!/usr/bin/env bash"
    order = ["set -euo pipefail", 'cd "$(dirname "${BASH_SOURCE[0]}")/.."', "make check", "make test"]
    assert [line for line in lines if line in order] == order
