# SPDX-License-Identifier: EUPL-1.2
"""What we remember of the log outside of it: the last head that was about to be published.

A store that comes back from a backup, or is replaced by another, holds together by itself and yet forgets what was
signed. Whoever starts from it would sign a second history. So the note of each head is put into a file of its own,
flushed, before anybody is shown it; at start, the store must contain it and go on from there.
"""

import os
from pathlib import Path

_MODE = 0o600


class Anchor:
    """A memory of one note in a file."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @property
    def name(self) -> str:
        """The file's name."""
        return self._path.name

    def note(self) -> str | None:
        """The note that was kept last; None when none ever was. Raises OSError or UnicodeDecodeError."""
        try:
            return self._path.read_text("utf-8")
        except FileNotFoundError:
            return None

    def keep(self, note: str) -> None:
        """Keep this note in the place of the former, durably: after a crash it is one or the other. Raises OSError."""
        draft = self._path.with_name(f".{self._path.name}.{os.getpid()}")
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, _MODE), "wb") as file:
            file.write(note.encode())
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self._path)
        folder = os.open(self._path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
