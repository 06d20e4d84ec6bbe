# SPDX-License-Identifier: EUPL-1.2
"""Identifiers in an address: a search can be shared between auditors, and says nothing to whoever keeps addresses.

AES-SIV (RFC 5297), so that one search has one address; the key never leaves the gateway, and what was not sealed by it
does not open. The kind of identifier is part of what is authenticated: a company's seal is no agent's.
"""

import base64
import binascii
import hashlib
import hmac

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

_LABEL = b"dlnuf console address"
MOST = 600


class Seal:
    """Seals under a key derived from `secret`, 32 bytes."""

    def __init__(self, secret: bytes) -> None:
        self._cipher = AESSIV(hmac.digest(secret, _LABEL, hashlib.sha512))

    def close(self, kind: str, text: str) -> str:
        """The identifier as an address carries it."""
        return base64.urlsafe_b64encode(self._cipher.encrypt(text.encode(), [kind.encode()])).rstrip(b"=").decode()

    def open(self, kind: str, sealed: str) -> str | None:
        """The identifier; None for anything that was not sealed here."""
        if not sealed.isascii() or len(sealed) > MOST:
            return None
        try:
            content = base64.b64decode(sealed + "=" * (-len(sealed) % 4), altchars=b"-_", validate=True)
            return self._cipher.decrypt(content, [kind.encode()]).decode()
        except (binascii.Error, InvalidTag, ValueError):
            return None
