# SPDX-License-Identifier: EUPL-1.2
"""The only door a connector has to the network: its own registry, already authenticated."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

import orjson

from connectors.kit.errors import RegistryError, UnknownAnswer


@dataclass(frozen=True, slots=True)
class Reply:
    """A registry's HTTP answer: status, headers (lower case) and body, decompressed, within the size limit."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    def json(self) -> Any:
        """The body as JSON. Raises UnknownAnswer when it is empty or not JSON."""
        try:
            return orjson.loads(self.body)
        except orjson.JSONDecodeError:
            raise UnknownAnswer from None

    def json_or_none(self) -> Any:
        """The body as JSON, or None when it is empty or not JSON (also when it is JSON's null)."""
        try:
            return orjson.loads(self.body)
        except orjson.JSONDecodeError:
            return None

    def text(self) -> str:
        """The body as text; undecodable bytes are replaced."""
        return self.body.decode("utf-8", errors="replace")


class Registry(Protocol):
    """A registry, as its connector sees it.

    Calls carry the registry's credentials, obey the contract's time-outs and size limit, and raise the transport
    errors common to all registries (429, 502, 503, 504, redirects, network) before a connector sees anything; a 429 is
    left to the connector where the contract says `on_429 = "read"`.
    """

    async def get(
        self,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        accept_redirect: bool = False,
        base: str = "",
    ) -> Reply:
        """Ask with GET. `path` is under the contract's base address, or under the one its `other_urls` calls `base`.

        A redirect raises RegistryInternal, unless `accept_redirect` asks to see it; it is never followed by itself.
        """
        ...

    async def post(self, path: str, *, json: object, headers: Mapping[str, str] | None = None, base: str = "") -> Reply:
        """Ask with POST and a JSON body."""
        ...

    async def post_bytes(self, path: str, body: bytes, *, headers: Mapping[str, str] | None = None) -> Reply:
        """Ask with POST and a body as it is (SOAP); `headers` say what it is."""
        ...

    def secret(self, name: str) -> str:
        """A secret that this registry wants inside the question's body; only with the access kind `in_body`."""
        ...

    def link(self, path: str, filename: str, *, base: str = "", life_s: int = 86_400) -> str:
        """An address of ours, to be put in an answer, behind which this registry's file at `path` will be fetched.

        It needs no token, works `life_s` seconds at most, and reveals nothing of the registry's address.
        """
        ...

    def refusal(
        self,
        name: str,
        provider_errors: Sequence[object] | None = None,
        *,
        retry_in: int | None = None,
        meta: Mapping[str, object] | None = None,
    ) -> RegistryError:
        """The error that the contract's refusal table gives for `name`, ready to be raised."""
        ...

    def now(self) -> datetime:
        """The time, in Europe/Paris."""
        ...


def as_json(value: object) -> bytes:
    """`value` as compact JSON bytes, as registries expect in request bodies."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
