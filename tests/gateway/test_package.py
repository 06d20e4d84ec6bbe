# SPDX-License-Identifier: EUPL-1.2
"""What leaves the workshop: the wheel is the whole product without its simulators, and the image runs it safely."""

import importlib.metadata
import os
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
DOCKERFILE = (ROOT / "Dockerfile").read_text("utf-8")
SIMULATORS = re.compile(r"connectors/(\w+/simulator\.py|kit/simulation/.*)")


def written_files(*folders: str) -> set[str]:
    """The files of these folders, committed or about to be, as paths from the repository's root."""
    listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", *folders]
    names = subprocess.run(listed, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\0")
    return {name for name in names if name and (ROOT / name).is_file()}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder holding what the wheel holds, and nothing else of ours."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True, timeout=60)
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "site")
    return folder / "site"


def run_from(site: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Runs `dlnuf` from the wheel's own files, in an empty folder."""
    program = (
        "import sys, gateway, connectors; from gateway.cli.main import main; "
        "assert all(m.__file__.startswith(sys.argv[1]) for m in (gateway, connectors)); "
        "sys.argv = ['dlnuf', *sys.argv[2:]]; sys.exit(main())"
    )
    empty = site.parent / "empty"
    empty.mkdir(exist_ok=True)
    command = [sys.executable, "-c", program, str(site), *arguments]
    environment = {"PYTHONPATH": str(site), "PATH": os.environ["PATH"]}
    return subprocess.run(command, cwd=empty, env=environment, capture_output=True, text=True, timeout=30, check=False)


def test_the_wheel_holds_the_whole_product_and_no_simulator(site: Path) -> None:
    held = {path.relative_to(site).as_posix() for path in site.rglob("*") if path.is_file()}
    ours = written_files("gateway", "connectors")
    simulators = {name for name in ours if SIMULATORS.fullmatch(name)}
    assert simulators, "the checkout has them"
    assert {name for name in held if SIMULATORS.fullmatch(name)} == set()
    assert ours - simulators <= held


def test_nothing_in_the_wheels_connectors_needs_a_simulator(site: Path) -> None:
    needy = re.compile(r"(kit\.|import )simulat")
    assert [str(path) for path in (site / "connectors").rglob("*.py") if needy.search(path.read_text("utf-8"))] == []


def test_the_wheel_holds_the_policies(site: Path) -> None:
    policies = [name.removeprefix("policies/") for name in written_files("policies")]
    assert "pools.toml" in policies
    for name in policies:
        assert (site / "gateway" / "default_policies" / name).read_bytes() == (ROOT / "policies" / name).read_bytes()


def test_the_wheel_holds_the_published_contract_where_it_is_served_from(site: Path) -> None:
    held = site / "gateway" / "published" / "entreprise.json"
    assert held.read_bytes() == (ROOT / "openapi" / "entreprise.json").read_bytes()
    program = "import gateway.edge.published as p; print(p.contract_file())"
    environment = {"PYTHONPATH": str(site), "PATH": os.environ["PATH"]}
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=site.parent, env=environment, capture_output=True, text=True, check=True
    )
    assert Path(done.stdout.strip()) == held


def test_the_wheel_alone_explains_itself(site: Path) -> None:
    done = run_from(site, "--help")
    assert done.returncode == 0, done.stderr
    assert "dlnuf" in done.stdout


def test_the_wheel_alone_reads_its_contracts_and_policies(site: Path) -> None:
    done = run_from(site, "policy", "check")
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_wheel_alone_has_no_sandbox_and_says_so(site: Path) -> None:
    done = run_from(site, "sandbox", "--state", "bac", "--port", "0")
    assert done.returncode != 0
    assert "simul" in done.stderr
    assert "Traceback" not in done.stderr


def needed_at_run_time() -> set[str]:
    """Every package that the project's own dependencies need, here."""
    facts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    rows = map(Requirement, facts["project"]["dependencies"])
    waiting = [row for row in rows if row.marker is None or row.marker.evaluate({"extra": ""})]
    found: set[str] = set()
    while waiting:
        wanted = waiting.pop()
        name = canonicalize_name(wanted.name)
        extras = wanted.extras or {""}
        if name in found:
            continue
        found.add(name)
        for row in importlib.metadata.requires(name) or []:
            inner = Requirement(row)
            if inner.marker is None or any(inner.marker.evaluate({"extra": extra}) for extra in extras):
                inner.marker = None  # met: it was asked with its extra, which the requirement alone does not know
                waiting.append(inner)
    return found


def test_the_image_runs_without_privilege_and_says_how_it_is() -> None:
    last_stage = DOCKERFILE[DOCKERFILE.rindex("\nFROM ") :]
    assert re.findall(r"^USER (.+)$", last_stage, re.MULTILINE) == ["10001:10001"]
    assert "EXPOSE 8000\n" in last_stage
    assert 'ENTRYPOINT ["dlnuf"]\nCMD ["serve"]\n' in last_stage
    assert "/health/live" in last_stage
    assert "HEALTHCHECK" in last_stage


def test_the_image_is_built_from_the_lock_on_a_named_version() -> None:
    bases = re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE)
    assert len(bases) == 2
    assert all(re.fullmatch(r"python:3\.\d+-slim(@sha256:[0-9a-f]{64})?", base) for base in bases)
    assert "--require-hashes" in DOCKERFILE
    assert "-r requirements/run.lock" in DOCKERFILE


def test_what_builds_the_image_does_not_stay_in_it_and_what_runs_does() -> None:
    (line,) = re.findall(r"pip uninstall --yes ([^\\\n]+)", DOCKERFILE)
    removed = set(line.split())
    lock = (ROOT / "requirements" / "run.lock").read_text("utf-8")
    locked = {canonicalize_name(name) for name in re.findall(r"^([\w.-]+)==", lock, re.MULTILINE)}
    assert removed == locked - needed_at_run_time()


def test_the_image_is_built_from_named_files_only() -> None:
    ignore = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    lines = [line for line in ignore if line and not line.startswith("#")]
    assert lines[0] == "*"
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", DOCKERFILE, re.MULTILINE)
    assert {line.removeprefix("!") for line in lines if line.startswith("!")} == set(" ".join(copied).split())
    assert {"connectors/*/simulator.py", "connectors/kit/simulation"} <= set(lines)
