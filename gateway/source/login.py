# SPDX-License-Identifier: EUPL-1.2
"""How each kind of login is written, and how its answer says how long the token lives."""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeGuard
from urllib.parse import urlencode

import orjson

from connectors.kit.door import as_json
from connectors.kit.facts import Access

GRANTS = {"oauth2_client_credentials": "client_credentials", "oauth2_password": "password"}


@dataclass(frozen=True, slots=True)
class Login:
    """One account's login request. Body and headers hold secrets and are never shown."""

    url: str
    headers: Mapping[str, str] = field(repr=False)
    body: bytes | None = field(repr=False)


def login(access: Access, url: str, fields: Mapping[str, str]) -> Login:
    """The request for an account whose secrets are `fields`."""
    accept = {"accept": "application/json"}
    match access.kind:
        case "json_login":
            return Login(url, {"content-type": "application/json", **accept}, as_json({**fields, **access.fixed}))
        case "basic_login":
            pair = base64.b64encode(f"{fields['username']}:{fields['password']}".encode()).decode()
            return Login(url, {"authorization": f"Basic {pair}", **accept}, b"")
        case kind:
            form = {"grant_type": GRANTS[kind], **fields, **access.fixed}
            headers = {"content-type": "application/x-www-form-urlencoded", **accept}
            return Login(url, headers, urlencode(form).encode())


def value_at(said: Any, path: str) -> Any:
    """The value at a dotted path of a JSON answer, or None."""
    for name in path.split("."):
        said = said.get(name) if isinstance(said, dict) else None
    return said


def life_of(how: str, said: Any, token: str, now: float) -> float:
    """Seconds the token will live, as `Access.life` says to read it; 0 when it is over or cannot be known."""
    if how == "jwt":
        end = _payload(token).get("exp")
        return max(0.0, float(end) - now) if _number(end) else 0.0
    if how.startswith("date:"):
        written = value_at(said, how.removeprefix("date:"))
        return max(0.0, _date(written) - now) if isinstance(written, str) else 0.0
    seconds = value_at(said, how)
    return float(seconds) if _number(seconds) else 0.0


def _number(value: Any) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < 1e12


def _payload(token: str) -> dict[str, Any]:
    """The claims of a JWT that is ours to carry, not to trust; {} when it is none."""
    parts = token.split(".")
    if len(parts) != 3:
        return {}
    try:
        found = orjson.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (ValueError, json.JSONDecodeError):
        return {}
    return found if isinstance(found, dict) else {}


def _date(text: str) -> float:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return 0.0
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()
