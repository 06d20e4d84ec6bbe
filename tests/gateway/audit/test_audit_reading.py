# SPDX-License-Identifier: EUPL-1.2
"""Any copy of the folder is read as it was left, and not one byte or file of it changes."""

import hashlib
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.audit.log import AuditLog
from tests.gateway.audit.audit_world import SIGNER, entry, verified

ROOT = Path(__file__).resolve().parents[3]
KILLED = """
import os, sys
from pathlib import Path
from gateway.audit.log import AuditLog
from tests.gateway.audit.audit_world import SIGNER, entry

log = AuditLog.open(Path(sys.argv[1]) / "audit.db", SIGNER)
for number in range(0, 40, 4):
    log.append_now([entry(number + step) for step in range(4)])
print(log.checkpoint(), flush=True)
os._exit(9)
"""


def state(folder: Path) -> dict[str, tuple[int, str]]:
    """Every file of the folder, with when and what it was last written."""
    return {
        path.name: (path.stat().st_mtime_ns, hashlib.sha256(path.read_bytes()).hexdigest()) for path in folder.iterdir()
    }


@pytest.fixture(scope="module")
def left_behind(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """What a killed process leaves, and the last checkpoint it gave out."""
    folder = tmp_path_factory.mktemp("abandon")
    done = subprocess.run([sys.executable, "-c", KILLED, str(folder)], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert done.returncode == 9
    return folder, done.stdout[:-1]


@pytest.mark.parametrize("lacking", [(), ("-shm",)])
def test_a_folder_left_by_a_killed_process_is_read_whole_and_untouched(
    left_behind: tuple[Path, str], tmp_path: Path, lacking: tuple[str, ...]
) -> None:
    folder, note = left_behind
    for name in ("audit.db", "audit.db-wal", "audit.db-shm"):
        if not name.endswith(lacking or " "):
            shutil.copyfile(folder / name, tmp_path / name)
    before = state(tmp_path)
    report = verified(tmp_path, note)
    assert (report.problem, report.size, report.checkpoints) == (None, 40, 1)
    assert state(tmp_path) == before


def test_a_database_without_its_wal_is_shorter_and_the_checkpoint_tells(
    left_behind: tuple[Path, str], tmp_path: Path
) -> None:
    folder, note = left_behind
    shutil.copyfile(folder / "audit.db", tmp_path / "audit.db")
    report = verified(tmp_path, note)
    assert report.problem is not None
    assert report.size < 40


@pytest.fixture
def read_only(tmp_path: Path) -> Iterator[Path]:
    log = AuditLog.open(tmp_path / "audit.db", SIGNER)
    log.append_now([entry(0), entry(1)])
    log.close()
    (tmp_path / "log.anchor").unlink()
    (tmp_path / "audit.db.lock").unlink()  # a copy is of the log alone
    tmp_path.chmod(0o555)
    (tmp_path / "audit.db").chmod(0o444)
    yield tmp_path
    tmp_path.chmod(0o755)


def test_a_read_only_copy_is_read_and_nothing_is_created(read_only: Path) -> None:
    before = state(read_only)
    assert (verified(read_only).problem, verified(read_only).size) == (None, 2)
    assert state(read_only) == before == {"audit.db": before["audit.db"]}


def test_a_copy_in_a_folder_with_an_odd_name_is_read(tmp_path: Path) -> None:
    folder = tmp_path / "état ?#%41 & co"
    folder.mkdir()
    log = AuditLog.open(folder / "audit.db", SIGNER)
    log.append_now([entry(0)])
    log.close()
    assert (verified(folder).problem, verified(folder).size) == (None, 1)


def test_an_empty_wal_is_no_wal(tmp_path: Path) -> None:
    log = AuditLog.open(tmp_path / "audit.db", SIGNER)
    log.append_now([entry(0)])
    log.close()
    (tmp_path / "audit.db-wal").touch()
    before = state(tmp_path)
    assert verified(tmp_path).size == 1
    assert state(tmp_path) == before


def test_a_live_log_is_read_by_its_own_process_and_goes_on(tmp_path: Path) -> None:
    """Closing a file of one's own process drops SQLite's locks: the reader must not."""
    log = AuditLog.open(tmp_path / "audit.db", SIGNER)
    for number in range(3):
        log.append_now([entry(number)])
        assert verified(tmp_path, log.checkpoint()).size == number + 1
    other = sqlite3.connect(tmp_path / "audit.db")
    assert other.execute("SELECT count(*) FROM record").fetchone() == (3,)
    other.close()
    assert (tmp_path / "audit.db-wal").exists()
    assert log.append_now([entry(3)]) == [3]
    log.close()
    assert verified(tmp_path).size == 4
