# SPDX-License-Identifier: EUPL-1.2
"""Our two cookies: the session, and the sign-in under way. Unreadable by scripts, bound to this host and to https.

On a laptop (plain http on a loopback address) they have plain names, because `__Host-` needs https. On any other plain
http address nobody can sign in: whoever listens would sign in as them.
"""

import ipaddress
from dataclasses import dataclass
from urllib.parse import urlsplit

from fastapi import Request, Response


@dataclass(frozen=True, slots=True)
class Cookies:
    """How cookies are named and set for a public address."""

    secure: bool
    allowed: bool

    @classmethod
    def of(cls, public_url: str) -> "Cookies":
        """For this public address."""
        parts = urlsplit(public_url)
        secure = parts.scheme == "https"
        return cls(secure, secure or is_loopback(parts.hostname or ""))

    @property
    def session(self) -> str:
        """The name of the session's cookie."""
        return self._name("session")

    @property
    def departure(self) -> str:
        """The name of the cookie of a sign-in under way."""
        return self._name("depart")

    def read(self, request: Request, name: str) -> str:
        """A cookie's value; empty when it is absent, or there twice: someone else then set one of them."""
        values = [
            value.strip().partition("=")[2]
            for header in request.headers.getlist("cookie")
            for value in header.split(";")
            if value.strip().partition("=")[0] == name
        ]
        return values[0] if len(values) == 1 else ""

    def give(self, response: Response, name: str, value: str, seconds: int | None = None) -> None:
        """Set a cookie; without `seconds` it ends with the browser."""
        response.set_cookie(name, value, max_age=seconds, path="/", secure=self.secure, httponly=True, samesite="lax")

    def take(self, response: Response, name: str) -> None:
        """Remove a cookie."""
        response.set_cookie(name, "", max_age=0, path="/", secure=self.secure, httponly=True, samesite="lax")

    def _name(self, what: str) -> str:
        return f"__Host-dlnuf-{what}" if self.secure else f"dlnuf-{what}"


def is_loopback(host: str) -> bool:
    """Whether a host is this machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
