# SPDX-License-Identifier: EUPL-1.2
"""What operators do to habilitations and tokens is written in the audit log before it is done, or it is not done."""

import contextlib
import getpass
import os
import secrets
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from gateway.audit.fitting import fitted, stated
from gateway.audit.log import AuditLog
from gateway.audit.note import Signer
from gateway.audit.vocabulary import VERSION, check
from gateway.cli.state import Place
from gateway.identity.habilitation import Habilitation, Token
from gateway.identity.keys import Keys

AUDIT_PUB = "audit.pub"


class Evidence:
    """The log, open for a command. Each method returns once its record is durable, or raises LogUnavailable.

    A record is written first: if the change then fails, the log says a little more than what happened, never less.
    """

    def __init__(self, log: AuditLog, clock: Callable[[], float], random: Callable[[int], bytes]) -> None:
        self._log = log
        self._clock = clock
        self._random = random

    @classmethod
    def open(
        cls,
        where: Place,
        keys: Keys,
        *,
        clock: Callable[[], float] = time.time,
        random: Callable[[int], bytes] = secrets.token_bytes,
    ) -> "Evidence":
        """The log of this place. `clock`: epoch seconds.

        Raises BadNote for a bad origin, BadPlace for an address that is none.
        """
        signer = Signer(where.origin, keys.audit)
        # Whoever verifies this log looks there for its public key. Without it, they are handed the key in another way.
        if (where.state / "keys").is_dir():
            with contextlib.suppress(OSError):
                publish(where.state / "keys", signer)
        return cls(AuditLog.open(where.log, signer, anchor=where.anchor), clock, random)

    def close(self) -> None:
        """Lets go of the log."""
        self._log.close()

    def new_id(self) -> str:
        """A random UUID, for a habilitation or a token."""
        return str(UUID(bytes=self._random(16), version=4))

    def habilitation_created(self, habilitation: Habilitation, policy: str | None = None, reason: str = "") -> None:
        """About to be created. `policy`: digest of the policies that its scopes were checked against, if they were."""
        record = _of(habilitation) | {"basis": list(habilitation.basis), "scopes": sorted(habilitation.scopes)}
        if policy is not None:
            record["policy"] = policy
        self._write("habilitation_created", record | self._terms(habilitation), reason)

    def habilitation_changed(self, before: Habilitation, after: Habilitation, reason: str = "") -> None:
        """About to have other terms: the record says those that change, as they will be."""
        was = self._terms(before)
        terms = {key: value for key, value in self._terms(after).items() if value != was[key]}
        self._write("habilitation_changed", _of(after) | terms, reason)

    def habilitation_closed(self, habilitation: Habilitation, reason: str = "") -> None:
        """About to be closed, now."""
        self._write("habilitation_closed", _of(habilitation), reason)

    def token_issued(self, token: Token, habilitation: Habilitation, reason: str = "") -> None:
        """About to be issued. The token itself is never shown to the log: only its id."""
        record = _of(habilitation) | {"token": token.id, "until": self._date(token.expires_at)}
        if token.mcp:
            record["door"] = "mcp"
        self._write("token_issued", record, reason)

    def token_revoked(self, token: Token, habilitation: Habilitation, at: int, reason: str = "") -> None:
        """About to be revoked. `at`: when it ends, epoch seconds."""
        record = _of(habilitation) | {"token": token.id, "until": self._date(at)}
        self._write("token_revoked", record, reason)

    def happened(self, event: str, facts: dict[str, object], reason: str = "") -> None:
        """Any other event of the vocabulary, about to take effect."""
        self._write(event, {key: value for key, value in facts.items() if value is not None}, reason)

    def date(self, at: float | None) -> str | None:
        """An instant as records write it; None stays None."""
        return None if at is None else self._date(at)

    def _terms(self, habilitation: Habilitation) -> dict[str, object]:
        return {
            "recipients": ["any"] if habilitation.recipients is None else sorted(habilitation.recipients),
            "networks": [str(network) for network in habilitation.allowed_ips] or ["any"],
            "rate_limit": habilitation.rate_limit or 0,
            "until": "none" if habilitation.valid_until is None else self._date(habilitation.valid_until),
        }

    def _write(self, event: str, facts: dict[str, object], reason: str) -> None:
        record: dict[str, object] = {
            "v": VERSION,
            "event": event,
            "id": self.new_id(),
            "at": self._date(self._clock()),
            "operator": operator(),
            **facts,
        }
        if reason:
            record["reason"] = stated(reason)
        check(record)
        self._log.append_now([fitted(record)])

    @staticmethod
    def _date(at: float) -> str:
        return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def publish(folder: Path, signer: Signer) -> None:
    """Writes the log's public key beside the private ones, once, readable by all. Raises OSError."""
    path = folder / AUDIT_PUB
    if path.exists():
        return
    draft = path.with_name(f".{AUDIT_PUB}.{os.getpid()}")
    draft.write_text(signer.verifier.text() + "\n", "utf-8")
    draft.replace(path)


def _of(habilitation: Habilitation) -> dict[str, object]:
    return {"habilitation": habilitation.id, "consumer": habilitation.siret, "purpose": habilitation.purpose}


def operator() -> str:
    """Who runs the command, as the system knows them. A container may have no name for its user."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"uid {os.getuid()}"
