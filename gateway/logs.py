# SPDX-License-Identifier: EUPL-1.2
"""One JSON line per exchange and per event, on standard error; nothing in it names a person or opens a door.

Lines of exchanges are gathered for a moment and written together: a log line is a convenience, the audit log is the
evidence, and only the latter is waited for.
"""

import asyncio
import atexit
import json
import logging
import os
import queue
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

import orjson

FLUSH_S = 0.2
MAX_WAITING = 10_000
EVENTS_WAITING = 1_000
_USUAL = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "taskName", "color_message"}


class Lines:
    """Gathers lines and writes them together. What cannot be written is dropped and counted: no answer waits for it."""

    def __init__(self, write: Callable[[bytes], object]) -> None:
        self._write = write
        self._waiting: list[bytes] = []
        self._dropped = 0
        self._timer: asyncio.TimerHandle | None = None

    def __call__(self, fields: Mapping[str, Any]) -> None:
        """One line."""
        if len(self._waiting) < MAX_WAITING:
            try:
                self._waiting.append(orjson.dumps(fields, option=orjson.OPT_APPEND_NEWLINE))
            except TypeError:
                return
        else:
            self._dropped += 1
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(FLUSH_S, self.flush)

    def flush(self) -> None:
        """Write what is waiting."""
        self._timer = None
        lines, self._waiting = self._waiting, []
        dropped, self._dropped = self._dropped, 0
        if dropped:
            lines.append(orjson.dumps({"event": "lines_dropped", "count": dropped}, option=orjson.OPT_APPEND_NEWLINE))
        try:
            self._write(b"".join(lines))
        except OSError:
            self._dropped = dropped + len(lines) - (1 if dropped else 0)


class Aside:
    """Writes in a thread of its own, so that a reader that has stalled stalls nobody else. `room`: batches that wait.

    Raises BlockingIOError when there is no room left.
    """

    def __init__(self, write: Callable[[bytes], object], room: int = 16) -> None:
        self._write = write
        self._batches: queue.Queue[bytes | None] = queue.Queue(room)
        # A daemon: a reader that never reads again must not keep the process from ending either.
        self._thread = threading.Thread(target=self._run, name="log-lines", daemon=True)
        self._thread.start()

    def __call__(self, batch: bytes) -> None:
        """Hand a batch over."""
        try:
            self._batches.put_nowait(batch)
        except queue.Full:
            raise BlockingIOError from None

    def close(self, patience_s: float = 2.0) -> None:
        """Write what is waiting, for so long at most."""
        with suppress(queue.Full):
            self._batches.put(None, timeout=patience_s)
            self._thread.join(patience_s)

    def _run(self) -> None:
        while (batch := self._batches.get()) is not None:
            with suppress(OSError):
                self._write(batch)


class JsonFormatter(logging.Formatter):
    """A log record as one JSON line; exceptions by their kind and place only, since messages may quote data."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(record.created))
        fields: dict[str, Any] = {"at": at, "level": record.levelname, "logger": record.name, "event": record.msg}
        if record.args or not isinstance(record.msg, str):
            fields["event"] = record.getMessage()
        # One line: asyncio writes what it knows of a lost error, with its message, on the lines below.
        fields["event"] = fields["event"].partition("\n")[0]
        fields |= {key: value for key, value in record.__dict__.items() if key not in _USUAL}
        if record.exc_info and record.exc_info[0] is not None:
            fields["exception"] = record.exc_info[0].__name__
            fields["places"] = _places(record.exc_info[2])
        return json.dumps(fields, ensure_ascii=False, default=str)


class Told(logging.Handler):
    """Hands each event over as one JSON line. What finds no room is counted, and the count goes with the next event."""

    def __init__(self, write: Callable[[bytes], object]) -> None:
        super().__init__()
        self.setFormatter(JsonFormatter())
        self._write = write
        self._dropped = 0

    def emit(self, record: logging.LogRecord) -> None:
        """Write one event. Raises nothing."""
        try:
            texts = [self.format(record)]
            if self._dropped:
                texts.append(json.dumps({"event": "lines_dropped", "count": self._dropped}))
            self._write("".join(f"{text}\n" for text in texts).encode("utf-8", "backslashreplace"))
            self._dropped = 0
        except OSError:
            self._dropped += 1
        except Exception:
            self.handleError(record)


def to_standard_error(text: bytes) -> None:
    """Write to the process's standard error, however long that takes."""
    os.write(2, text)


def configure(level: int = logging.INFO, write: Callable[[bytes], object] = to_standard_error) -> Aside:
    """Send every logger's lines to standard error in JSON, in a thread of their own, which is returned."""
    aside = Aside(write, EVENTS_WAITING)
    atexit.register(aside.close)  # the last words of a process that fails are those one looks for
    logging.basicConfig(level=level, handlers=[Told(aside)], force=True)
    logging.getLogger("httpx").setLevel(logging.WARNING)  # each question to the identity provider, with its address
    logging.getLogger("uvicorn.error").setLevel(logging.WARNING)  # « started », « stopped »: our commands say it
    return aside


def _places(trace: Any) -> list[str]:
    places = []
    while trace is not None:
        code = trace.tb_frame.f_code
        places.append(f"{code.co_filename.rsplit('/', 1)[-1]}:{trace.tb_lineno} {code.co_name}")
        trace = trace.tb_next
    return places[-6:]
