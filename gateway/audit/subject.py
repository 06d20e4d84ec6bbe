# SPDX-License-Identifier: EUPL-1.2
"""Whom a record is about, without saying it: a keyed commitment to the company's SIREN, or to a person.

Nine digits are few enough to be tried one by one, so a plain digest would hide nothing. Each UTC month has a random key
of its own, wrapped by the master key. With it our own search finds a company's records, one commitment a month; once it
is destroyed after the retention period (CRPA R114-9-7: 36 months), the tree still verifies and nobody can tell any more
whom that month was about. A key that cannot be read or made durable is KeysUnavailable: no record, so no data.
"""

import hmac
from collections.abc import Callable
from datetime import UTC, datetime
from threading import Lock

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from gateway.audit.subject_keys import KeyStore, KeysUnavailable

__all__ = ["PREFIX", "KeysUnavailable", "Subjects", "agent_of", "month_of"]

PREFIX = "hmac-sha256:"
RETRY_S = 1.0
_KEY_BYTES = 32
_NONCE_BYTES = 12
_WRAPPED_FOR = b"dlnuf subject key "


class Subjects:
    """Commitments under the keys of their months.

    `master`: 32 bytes, which wrap the keys. `random`: bytes fit for keys. `monotonic`: seconds; after a failure the
    store is left alone for one of them, so that a broken store does not make everybody wait for it in turn.
    """

    def __init__(
        self, master: bytes, store: KeyStore, random: Callable[[int], bytes], monotonic: Callable[[], float]
    ) -> None:
        self._wrapping = AESGCM(master)
        self._store = store
        self._random = random
        self._monotonic = monotonic
        self._keyed: dict[str, hmac.HMAC] = {}
        self._lock = Lock()
        self._failure = ""
        self._retry_at = 0.0

    def prepare(self, at: datetime) -> None:
        """Have the key of this instant's month ready and durable. Raises KeysUnavailable."""
        self._current(month_of(at))

    def commitment(self, siren: str, at: datetime) -> str:
        """`hmac-sha256:` and 64 hexadecimal digits: the SIREN (or RNA number) under the key of this instant's month.

        The month's key is made when it has none. Raises KeysUnavailable, also when that month's key was destroyed.
        """
        return _spelled(self._current(month_of(at)), siren.encode("ascii"))

    def person_commitment(self, kind: str, identifier: str, at: datetime) -> str:
        """The same for a person. `kind`: `agent`, `person`… : one identifier of two kinds has two commitments."""
        return _spelled(self._current(month_of(at)), _person(kind, identifier))

    def over(self, siren: str, since: datetime, until: datetime) -> list[str]:
        """One commitment for each month from `since` to `until`, both included, that has a key. Makes no key."""
        return [_spelled(keyed, siren.encode("ascii")) for keyed in self._known(since, until)]

    def person_over(self, kind: str, identifier: str, since: datetime, until: datetime) -> list[str]:
        """The same for a person."""
        return [_spelled(keyed, _person(kind, identifier)) for keyed in self._known(since, until)]

    def destroy(self, month: str) -> bool:
        """Destroy the key of a month, `2026-11`, for good; whether there was one. Raises KeysUnavailable.

        Another process that holds it in memory drops it at its next search.
        """
        with self._lock:
            self._keyed.pop(month, None)
            return self._store.destroy(month)

    def _current(self, month: str) -> hmac.HMAC:
        keyed = self._keyed.get(month)
        if keyed is not None:
            return keyed
        with self._lock:
            if self._failure and self._monotonic() < self._retry_at:
                raise KeysUnavailable(self._failure)
            try:
                found = self._keyed.get(month) or self._made(month)
            except KeysUnavailable as error:
                self._failure = str(error)
                self._retry_at = self._monotonic() + RETRY_S
                raise
            self._failure = ""
            return found

    def _made(self, month: str) -> hmac.HMAC:
        wrapped, known = self._store.read(month)
        if not known:
            nonce = self._random(_NONCE_BYTES)
            key = self._random(_KEY_BYTES)
            self._store.create(month, nonce + self._wrapping.encrypt(nonce, key, _WRAPPED_FOR + month.encode()))
            wrapped, known = self._store.read(month)  # ours, or that of whoever was first
        if wrapped is None:
            said = "a été détruite" if known else "n'a pas été gardée"
            raise KeysUnavailable(f"la clé des sujets de {month} {said}")
        keyed = self._keyed[month] = self._unwrapped(month, wrapped)
        return keyed

    def _known(self, since: datetime, until: datetime) -> list[hmac.HMAC]:
        first, last = month_of(since), month_of(until)
        found = []
        with self._lock:
            for month, wrapped in self._store.all().items():
                if wrapped is None:
                    self._keyed.pop(month, None)  # destroyed by another process
                elif first <= month <= last:
                    if month not in self._keyed:
                        self._keyed[month] = self._unwrapped(month, wrapped)
                    found.append(self._keyed[month])
        return found

    def _unwrapped(self, month: str, wrapped: bytes) -> hmac.HMAC:
        nonce, sealed = wrapped[:_NONCE_BYTES], wrapped[_NONCE_BYTES:]
        try:
            key = self._wrapping.decrypt(nonce, sealed, _WRAPPED_FOR + month.encode())
        except (InvalidTag, ValueError) as error:
            raise KeysUnavailable(f"la clé des sujets de {month} ne s'ouvre pas avec cette clé maîtresse") from error
        return hmac.new(key, digestmod="sha256")


def month_of(at: datetime) -> str:
    """The UTC month of an instant: `2026-11`."""
    utc = at.astimezone(UTC)
    return f"{utc.year:04}-{utc.month:02}"


def agent_of(consumer: str, agent: str) -> str:
    """How an agent is identified: by its consumer's SIRET too, because two organisations may both have an agent 42."""
    return f"{consumer}\0{agent}"


def _person(kind: str, identifier: str) -> bytes:
    # A SIREN has no zero byte: what is said of people never equals what is said of companies.
    return b"\0".join((b"person", kind.encode("ascii"), identifier.encode("utf-8", "surrogatepass")))


def _spelled(keyed: hmac.HMAC, message: bytes) -> str:
    mac = keyed.copy()
    mac.update(message)
    return PREFIX + mac.hexdigest()
