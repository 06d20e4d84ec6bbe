# SPDX-License-Identifier: EUPL-1.2
"""A time-stamping authority (RFC 3161), asked now and then to say when a published head existed.

Its reply is checked with the certificates we were given before it is believed; it is kept with the head it is for, and
a record of the log says that it was. A dead authority costs nothing but the date: `/health/log` says since when.
"""

from collections.abc import Callable, Sequence
from hashlib import sha256
from typing import Any

from gateway.audit.countersign import Failed
from gateway.audit.fetching import post
from gateway.audit.note import Checkpoint, parts
from gateway.audit.reader import LogReader, LogUnreadable
from gateway.audit.stamps import Stamps, StoredStamp
from gateway.audit.timestamp import MAX_BYTES, REPLY_TYPE, REQUEST_TYPE, BadTimestamp, check, request_for
from gateway.audit.witnesses import Post

Told = Callable[[int, bytes, str], None]
"""Told of a stamp: size, root, SHA-256 hex of the reply. Raises Failed when that cannot be recorded."""


class Authority:
    """One authority. `certificates`: PEM. `every_s`: at most one stamp in so many seconds; `now`: epoch seconds."""

    name = "horodatage"
    """As health calls it."""

    def __init__(
        self,
        url: str,
        certificates: bytes,
        stamps: Stamps,
        told: Told,
        now: Callable[[], float],
        every_s: float = 3600,
        send: Post = post,
    ) -> None:
        self._url = url
        self._certificates = certificates
        self._stamps = stamps
        self._told = told
        self._now = now
        self._every_s = every_s
        self._post = send

    def state(self) -> dict[str, Any]:
        """The last stamp: `size` of its head, `at` its time in epoch seconds."""
        try:
            last = self._stamps.last()
        except LogUnreadable:
            last = None
        return {"kind": "timestamp", "size": last.size if last else None, "at": last.at if last else None}

    def countersign(self, note: str, reader: LogReader) -> Sequence[str]:
        """See Outsider; a time stamp is no line of the note."""
        head = Checkpoint.parse(parts(note)[0])
        try:
            last = self._stamps.last()
            if not head.size or (last and (last.size >= head.size or 0 <= self._now() - last.at < self._every_s)):
                return ()
            stamp = self._stamped(note, head)
            self._stamps.keep(stamp)
        except LogUnreadable as error:
            raise Failed(f"l'horodatage ne peut pas être gardé ({error})") from error
        self._told(head.size, head.root, sha256(stamp.reply).hexdigest())
        return ()

    def _stamped(self, note: str, head: Checkpoint) -> StoredStamp:
        text, _ = parts(note)
        request, nonce = request_for(text)
        reply = self._post(self._url, request, REQUEST_TYPE, MAX_BYTES)
        if reply.status != 200 or reply.media_type != REPLY_TYPE:
            raise Failed(f"l'autorité n'a pas horodaté (HTTP {reply.status})")
        try:
            at = check(reply.content, text, self._certificates, nonce)
        except BadTimestamp as error:
            raise Failed(str(error)) from error
        return StoredStamp(head.size, note, reply.content, int(at.timestamp()))
