# SPDX-License-Identifier: EUPL-1.2
"""The policies that decisions were taken under, each kept once under its digest: `policies/<digest>.json`.

A record names its policies by their digest only. At start the gateway keeps those it will decide by, and says in the
log when they are not the last ones it said. Bytes under a digest never change; a file that does not have its digest is
as good as absent.
"""

import hashlib
import logging
import os
import re
from asyncio import sleep
from pathlib import Path

from gateway.audit.recording import Recorder
from gateway.problems import Problem

LOG = logging.getLogger("dlnuf.audit")
RETRY_S = 1.0
_DIGEST = re.compile(r"[0-9a-f]{64}")
_LAST = "last"


class Snapshots:
    """The folder of kept policies. Methods raise OSError."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, content: bytes) -> str:
        """Keep these bytes, durably, and give their digest."""
        digest = hashlib.sha256(content).hexdigest()
        if self.read(digest) is None:
            self._write(f"{digest}.json", content, 0o400)
        return digest

    def read(self, digest: str) -> bytes | None:
        """The bytes of this digest; None when they are not here, or were changed."""
        if not _DIGEST.fullmatch(digest):
            return None
        try:
            content = (self._folder / f"{digest}.json").read_bytes()
        except FileNotFoundError:
            return None
        return content if hashlib.sha256(content).hexdigest() == digest else None

    def last_said(self) -> str:
        """The digest that was last said in the log; empty when none is known to have been."""
        try:
            return (self._folder / _LAST).read_text("ascii", "replace").strip()
        except FileNotFoundError:
            return ""

    def said(self, digest: str) -> None:
        """This digest is in the log."""
        self._write(_LAST, f"{digest}\n".encode(), 0o600)

    def _write(self, name: str, content: bytes, mode: int) -> None:
        """The file appears whole or not at all, and stays."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = self._folder / f".{name}.{os.getpid()}"
        draft.unlink(missing_ok=True)
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self._folder / name)
        handle = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


async def announce(snapshots: Snapshots, recorder: Recorder, expansion: bytes) -> None:
    """Keep these policies and say in the log that they are in force, unless that was the last thing said of them.

    Tried again every second until it is done: while it cannot be, no decision can be recorded either.
    """
    while True:
        try:
            digest = snapshots.keep(expansion)
            if snapshots.last_said() != digest:
                await recorder.event("policy_changed", policy=digest)
                snapshots.said(digest)
        except (OSError, Problem) as error:
            LOG.error("policies_not_kept", extra={"reason": str(error)})
            await sleep(RETRY_S)
        else:
            return
