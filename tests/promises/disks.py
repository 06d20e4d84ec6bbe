# SPDX-License-Identifier: EUPL-1.2
"""Disks that fill up and files that cannot be written: what every user may do, and what only root may.

full           a limit on the size of the process's files (any user)      a tmpfs of 3 MiB (root, where mounts work)
not writable   the file's mode, obeyed by root as well (any user)         the file mounted read-only (root, idem)
"""

import os
import resource
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Protocol

from tests.promises.sandboxes import Process

ROOM = 160 * 1024
"""What a limited process may write to each of its files, in bytes: a minute's records, not more."""
TMPFS = 3 * 1024 * 1024
BALLAST = 1024 * 1024


class Disk(Protocol):
    """A disk that load fills up. `state`: a folder on it."""

    @property
    def state(self) -> Path: ...

    def shrink(self, process: Process) -> None:
        """Leave little room, from now on."""

    def make_room(self, process: Process) -> None:
        """Leave enough again, while the process runs."""


@dataclass(frozen=True, slots=True)
class Limited:
    """No file of the process may grow beyond `ROOM`: RLIMIT_FSIZE, set from outside."""

    state: Path

    def shrink(self, process: Process) -> None:
        """The soft limit only: it can be raised again."""
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (ROOM, resource.RLIM_INFINITY))

    def make_room(self, process: Process) -> None:
        """No limit any more."""
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


@dataclass(frozen=True, slots=True)
class Small:
    """A real disk, small, part of which a ballast takes."""

    state: Path

    @property
    def ballast(self) -> Path:
        """A file in the way."""
        return self.state.parent / "lest"

    def shrink(self, process: Process) -> None:
        """The ballast is there from the beginning: the disk is small enough."""
        assert self.ballast.stat().st_size == BALLAST

    def make_room(self, process: Process) -> None:
        """Throw the ballast overboard."""
        self.ballast.unlink()


def full_disks() -> tuple[str, ...]:
    """The kinds of disk that can be filled up here."""
    return ("limit", "tmpfs") if can_mount() else ("limit",)


def unwritables() -> tuple[str, ...]:
    """The ways to make a file read-only here."""
    return ("mode", "mount") if can_mount() else ("mode",)


@contextmanager
def disk(kind: str, folder: Path) -> Iterator[Disk]:
    """A disk of this kind for the time of the block."""
    if kind == "limit":
        yield Limited(folder / "state")
        return
    with tmpfs(folder / "disk") as mounted:
        small = Small(mounted / "state")
        small.ballast.write_bytes(bytes(BALLAST))
        yield small


@contextmanager
def tmpfs(folder: Path) -> Iterator[Path]:
    """A file system of `TMPFS` bytes, mounted on a new folder. Raises OSError when that is not permitted."""
    folder.mkdir()
    _mount("-t", "tmpfs", "-o", f"size={TMPFS},mode=700", "tmpfs", str(folder))
    try:
        yield folder
    finally:
        # Lazily: a process that a failed test left behind must not keep the mount.
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


@contextmanager
def unwritable(kind: str, path: Path) -> Iterator[None]:
    """A file that cannot be written for the time of the block."""
    if kind == "mode":
        path.chmod(0o400)
        try:
            yield
        finally:
            path.chmod(0o600)
        return
    _mount("--bind", str(path), str(path))
    try:
        _mount("-o", "remount,ro,bind", str(path))
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(path)], check=True)


def remount_read_only(folder: Path) -> None:
    """Make a mounted file system read-only. Raises OSError while a process writes on it."""
    _mount("-o", "remount,ro", str(folder))


@cache
def can_mount() -> bool:
    """Whether file systems may be mounted here: for root, outside narrow containers."""
    if os.geteuid() != 0:
        return False
    with tempfile.TemporaryDirectory() as folder:
        try:
            with tmpfs(Path(folder) / "essai"):
                return True
        except OSError:
            return False


def _mount(*arguments: str) -> None:
    done = subprocess.run(["mount", *arguments], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise OSError(done.stderr.strip())
