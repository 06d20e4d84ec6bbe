# SPDX-License-Identifier: EUPL-1.2
"""One JSON line per exchange and per event, on standard error; nothing in it names a person or opens a door.

Lines of exchanges are gathered for a moment and written together: a log line is a convenience, the audit log is the
evidence, and only the latter is waited for.
"""

import asyncio
import json
import logging
import sys
import time
from collections.abc import Callable, Mapping
from typing import Any

import orjson

FLUSH_S = 0.2
MAX_WAITING = 10_000
_USUAL = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "taskName", "color_message"}


class Lines:
    """Gathers lines and writes them together. What cannot be written is dropped: logging never stops an answer."""

    def __init__(self, write: Callable[[bytes], object]) -> None:
        self._write = write
        self._waiting: list[bytes] = []
        self._timer: asyncio.TimerHandle | None = None

    def __call__(self, fields: Mapping[str, Any]) -> None:
        """One line."""
        if len(self._waiting) < MAX_WAITING:
            try:
                self._waiting.append(orjson.dumps(fields, option=orjson.OPT_APPEND_NEWLINE))
            except TypeError:
                return
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(FLUSH_S, self.flush)

    def flush(self) -> None:
        """Write what is waiting."""
        self._timer = None
        lines, self._waiting = self._waiting, []
        try:
            self._write(b"".join(lines))
        except OSError:
            return


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


def configure(level: int = logging.INFO) -> None:
    """Send every logger's lines to standard error in JSON."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    logging.getLogger("httpx").setLevel(logging.WARNING)  # each question to the identity provider, with its address
    logging.getLogger("uvicorn.error").setLevel(logging.WARNING)  # « started », « stopped »: our commands say it


def _places(trace: Any) -> list[str]:
    places = []
    while trace is not None:
        code = trace.tb_frame.f_code
        places.append(f"{code.co_filename.rsplit('/', 1)[-1]}:{trace.tb_lineno} {code.co_name}")
        trace = trace.tb_next
    return places[-6:]
