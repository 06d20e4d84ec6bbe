# SPDX-License-Identifier: EUPL-1.2
"""Documents handed over by registries: kept encrypted for a day at most, behind an address that carries its own right.

The address needs no header: `/documents/<id>.<until>.<delivery>.<signature>/<file name>`. `delivery` is the exchange
that gave it out, so that a download can be traced to the consultation it belongs to. AES-256-GCM at rest, with the id
as associated data; HMAC-SHA-256 over the address. Fails closed: what cannot be read, proved or found is not given.
"""

import asyncio
import base64
import hashlib
import hmac
import re
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from connectors.kit import Answer
from gateway.problems import JSON_API, problem
from gateway.values import Delivery, FiledDocument, Permit, Sourced

MAX_LIFE_S = 86_400
SWEEP_S = 600.0
_CAPABILITY = re.compile(
    r"(?P<id>[0-9a-f]{32})\.(?P<until>[0-9]{1,12})\.(?P<delivery>[0-9a-f-]{36})\.(?P<sig>[\w-]{43})", re.ASCII
)
_SCHEMA = """
CREATE TABLE IF NOT EXISTS document(
  id TEXT PRIMARY KEY, until INTEGER NOT NULL, filename TEXT NOT NULL, media_type TEXT NOT NULL,
  nonce BLOB NOT NULL, content BLOB NOT NULL) STRICT;
CREATE INDEX IF NOT EXISTS document_until ON document(until);
PRAGMA user_version = 1;
"""


class Documents:
    """The filing cabinet. `now`: epoch seconds; `random`: that many random bytes; `public_url`: no final slash."""

    def __init__(
        self,
        path: Path,
        encryption_key: bytes,
        link_key: bytes,
        public_url: str,
        now: Callable[[], float],
        random: Callable[[int], bytes],
    ) -> None:
        self._cipher = AESGCM(encryption_key)
        self._link_key = link_key
        self._public_url = public_url
        self._now = now
        self._random = random
        path.touch(mode=0o600)  # SQLite gives its side files the mode of the main one
        self._store = sqlite3.connect(path, timeout=2.0, isolation_level=None, check_same_thread=False)
        self._store.execute("PRAGMA journal_mode=WAL")
        # A document lost with the power is fetched again from its registry: no need to wait for the disk each time.
        self._store.execute("PRAGMA synchronous=NORMAL")
        self._store.executescript(_SCHEMA)

    def sweep(self) -> int:
        """Forget the documents whose time is over; how many. What cannot be swept now will be later."""
        try:
            return self._store.execute("DELETE FROM document WHERE until < ?", (int(self._now()),)).rowcount
        except sqlite3.Error:
            return 0

    async def sweeping(self) -> None:
        """Sweep from time to time, until cancelled: without a new document, nothing else would."""
        while True:
            self.sweep()
            await asyncio.sleep(SWEEP_S)

    def close(self) -> None:
        """Close the store."""
        self._store.close()

    def file(self, sourced: Sourced, *, kept: bool) -> Sourced:
        """File the document that came with an answer, if one did. `kept`: the answer goes to the cache.

        The document lives a day at most, or what its registry promises if that is less; it ends no later than the
        cached answer whose link leads to it.
        Raises 502 `00502` when the store cannot take it.
        """
        document = sourced.answer.document
        if document is None:
            return sourced
        until = sourced.obtained_at + min(document.life_s, MAX_LIFE_S)
        if kept and sourced.fresh_until > sourced.obtained_at:
            until = min(until, sourced.fresh_until)
        filed = self._keep(document.content, document.filename, document.media_type, until)
        return replace(sourced, answer=replace(sourced.answer, document=None), document=filed)

    def hold(self, delivery: Delivery, exchange_id: str) -> tuple[str, int]:
        """Keep a file that was fetched from its registry for a day; its address, and the seconds it will work.

        Raises 502 `00502` when the store cannot take it.
        """
        until = int(self._now()) + MAX_LIFE_S
        filed = self._keep(delivery.content, delivery.filename, delivery.media_type, until)
        return self._address(filed, exchange_id), MAX_LIFE_S

    def _keep(self, clear: bytes, filename: str, media_type: str, until: int) -> FiledDocument:
        identifier = self._random(16).hex()
        nonce = self._random(12)
        content = self._cipher.encrypt(nonce, clear, identifier.encode())
        try:
            self._store.execute("DELETE FROM document WHERE until < ?", (int(self._now()),))
            self._store.execute(
                "INSERT INTO document VALUES (?, ?, ?, ?, ?, ?)",
                (identifier, until, filename, media_type, nonce, content),
            )
        except sqlite3.Error:
            raise problem("00502", media_type=JSON_API) from None
        return FiledDocument(identifier, filename, until)

    def named(self, sourced: Sourced, permit: Permit, exchange_id: str) -> Sourced:
        """The answer with its document's address and remaining seconds filled in, where the permit releases them."""
        fields, filed = permit.version.document, sourced.document
        if fields is None or filed is None:
            return sourced
        answer = sourced.answer
        data = dict(answer.data)
        if fields.url in permit.release.fields:
            data[fields.url] = self._address(filed, exchange_id)
        if fields.expires_in in permit.release.fields:
            data[fields.expires_in] = max(0, filed.until - int(self._now()))
        return replace(sourced, answer=Answer(data, answer.links, answer.meta))

    def open(self, capability: str) -> Delivery:
        """The document a signed address stands for.

        Raises 404 `00404`, 410 `00403` once expired, 502 `00502` when the store cannot be read.
        """
        match = _CAPABILITY.fullmatch(capability)
        if not match or not hmac.compare_digest(
            match["sig"], self._sign(match["id"], match["until"], match["delivery"])
        ):
            raise problem("00404")
        if int(match["until"]) <= self._now():
            raise problem("00403")
        try:
            row = self._store.execute(
                "SELECT filename, media_type, nonce, content FROM document WHERE id = ?", (match["id"],)
            ).fetchone()
        except sqlite3.Error:
            raise problem("00502", media_type=JSON_API) from None
        if row is None:
            raise problem("00403")
        filename, media_type, nonce, content = row
        try:
            clear = self._cipher.decrypt(nonce, content, match["id"].encode())
        except InvalidTag:
            raise problem("00500") from None
        return Delivery(match["id"], match["delivery"], filename, media_type, clear)

    def _address(self, filed: FiledDocument, exchange_id: str) -> str:
        signature = self._sign(filed.id, str(filed.until), exchange_id)
        name = quote(filed.filename, safe="")
        return f"{self._public_url}/documents/{filed.id}.{filed.until}.{exchange_id}.{signature}/{name}"

    def _sign(self, *parts: str) -> str:
        digest = hmac.digest(self._link_key, ".".join(("document", *parts)).encode(), hashlib.sha256)
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
