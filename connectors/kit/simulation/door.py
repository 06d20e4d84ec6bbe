# SPDX-License-Identifier: EUPL-1.2
"""A registry's door that leads to a simulator in the same process: for a connector's own tests, without a network."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import parse_qsl

from connectors.kit.contract import Contract
from connectors.kit.door import Reply, as_json
from connectors.kit.errors import RegistryError, RegistryInternal, RegistryTimeout, RegistryUnavailable
from connectors.kit.facts import READ
from connectors.kit.simulation.web import Asked, Handler
from connectors.kit.throttling import throttled

REDIRECTS = {301, 302, 303, 307, 308}


@dataclass
class SimulatedDoor:
    """Implements `Registry`. `headers` (lower case) and `query` go with every call: the registry's credentials."""

    contract: Contract
    handler: Handler
    clock: datetime
    headers: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)

    async def get(
        self,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        accept_redirect: bool = False,
        base: str = "",
    ) -> Reply:
        """As the real door does; another base address is the folder of that name, as in the sandbox."""
        place, _, written = path.partition("?")
        fields = {**dict(parse_qsl(written)), **(query or {}), **self.query}
        asked = Asked("GET", _under(base, place), fields, {**self.headers, **_lower(headers)})
        return self._put(asked, accept_redirect)

    async def post(self, path: str, *, json: object, headers: Mapping[str, str] | None = None, base: str = "") -> Reply:
        """As the real door does."""
        asked = Asked("POST", _under(base, path), self.query, {**self.headers, **_lower(headers)}, as_json(json))
        return self._put(asked, False)

    async def post_bytes(self, path: str, body: bytes, *, headers: Mapping[str, str] | None = None) -> Reply:
        """As the real door does."""
        return self._put(Asked("POST", path, self.query, {**self.headers, **_lower(headers)}, body), False)

    def secret(self, name: str) -> str:
        """As in the sandbox."""
        return f"sandbox-{name}"

    def link(self, path: str, filename: str, *, base: str = "", life_s: int = 86_400) -> str:
        """An address that shows what it stands for."""
        return f"https://passerelle.test/proxy/files/{base}{path}#{life_s}/{filename}"

    def refusal(
        self,
        name: str,
        provider_errors: Sequence[object] | None = None,
        *,
        retry_in: int | None = None,
        meta: Mapping[str, object] | None = None,
    ) -> RegistryError:
        """As the real door does."""
        return self.contract.refusal(name, provider_errors, retry_in=retry_in, meta=meta)

    def now(self) -> datetime:
        """The test's own time."""
        return self.clock

    def _put(self, asked: Asked, accept_redirect: bool) -> Reply:
        self.asked.append(asked)
        said = self.handler(asked)
        if said.status in (502, 503):
            raise RegistryUnavailable
        if said.status == 504:
            raise RegistryTimeout
        if said.status in REDIRECTS and not accept_redirect:
            raise RegistryInternal
        fields = {"content-type": said.content_type} | {name.lower(): value for name, value in said.headers.items()}
        reply = Reply(said.status, fields, said.body)
        if reply.status == 429 and self.contract.on_429 != READ:
            raise throttled(reply, self.contract.on_429)
        return reply


def _under(base: str, path: str) -> str:
    return f"/{base}{path}" if base else path


def _lower(headers: Mapping[str, str] | None) -> dict[str, str]:
    return {name.lower(): value for name, value in (headers or {}).items()}
