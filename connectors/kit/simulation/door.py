# SPDX-License-Identifier: EUPL-1.2
"""A registry's door that leads to a simulator in the same process: for a connector's own tests, without a network."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from connectors.kit.contract import Contract
from connectors.kit.door import Reply, as_json
from connectors.kit.errors import RegistryError, RegistryInternal, RegistryTimeout, RegistryUnavailable
from connectors.kit.simulation.web import Asked, Handler

REDIRECTS = {301, 302, 303, 307, 308}


@dataclass
class SimulatedDoor:
    """Implements `Registry`. `headers` are sent with every call (the bearer token a test obtained by itself)."""

    contract: Contract
    handler: Handler
    clock: datetime
    headers: Mapping[str, str] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)

    async def get(
        self,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        accept_redirect: bool = False,
    ) -> Reply:
        """As the real door does."""
        asked = Asked("GET", path, dict(query or {}), {**self.headers, **(headers or {})})
        return self._put(asked, accept_redirect)

    async def post(self, path: str, *, json: object, headers: Mapping[str, str] | None = None) -> Reply:
        """As the real door does."""
        return self._put(Asked("POST", path, {}, {**self.headers, **(headers or {})}, as_json(json)), False)

    def refusal(self, name: str, provider_errors: Sequence[object] | None = None) -> RegistryError:
        """As the real door does."""
        return self.contract.refusal(name, provider_errors)

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
        return Reply(said.status, fields, said.body)
