# SPDX-License-Identifier: EUPL-1.2
"""Files that stay at their registry until somebody opens them: addresses of ours that say nothing of theirs.

The address is `/proxy/files/<sealed>/<file name>`: registry, place and end of validity, sealed with AES-256-GCM, so
that it can be neither read nor changed. Only places that a connector named can be opened, through that registry's own
door. Where a contract has an address of its own (`relay`), that address tells in JSON where the document then is, and
the registry's refusals have its own codes.
"""

import base64
import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from urllib.parse import quote

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from connectors.kit import (
    NotFound,
    Registry,
    RegistryError,
    RegistryTimeout,
    RegistryUnavailable,
    Reply,
)
from connectors.kit.contract import Contract
from connectors.kit.errors import RegistryClosed
from gateway.problems import JSON_API, Problem, problem, provider_problem
from gateway.values import Delivery, Sourced

MAX_LIFE_S = 86_400
_LONGEST = 2_000
_STATUSES = {403: "00601", 429: "00602", 500: "00603", 502: "00604", 503: "00605", 504: "00606"}


class Relay:
    """Makes such addresses, and opens them. `key`: 32 bytes; `now`: epoch seconds; `random`: that many random bytes."""

    def __init__(self, key: bytes, public_url: str, now: Callable[[], float], random: Callable[[int], bytes]) -> None:
        # A key of its own, so that a link can never be taken for a document or the other way round.
        self._cipher = AESGCM(hashlib.sha256(b"dlnuf relay" + key).digest())
        self._public_url = public_url
        self._now = now
        self._random = random
        self._doors: Mapping[str, Registry] = {}
        self._contracts: Mapping[str, Contract] = {}

    def through(self, doors: Mapping[str, Registry], contracts: Mapping[str, Contract] | None = None) -> None:
        """The doors files are fetched through, once they are made, and what their contracts say of such files."""
        self._doors = doors
        self._contracts = contracts or {}

    def link(self, registry: str, base: str, path: str, filename: str, life_s: int) -> str:
        """An address of ours for a registry's file."""
        life = min(life_s, MAX_LIFE_S)
        until = int(self._now()) + life
        nonce = self._random(12)
        sealed = nonce + self._cipher.encrypt(nonce, orjson.dumps((registry, base, path, filename, until, life)), None)
        text = base64.urlsafe_b64encode(sealed).rstrip(b"=").decode()
        contract = self._contracts.get(registry)
        if contract is not None and contract.relay.address:
            return f"{self._public_url}{contract.relay.address}/{text}"
        return f"{self._public_url}/proxy/files/{text}/{quote(filename, safe='')}"

    def sealed(self, url: str) -> tuple[str, str] | None:
        """What `fetch` wants for an address made by `link`: its sealed part, and the contract's path it is under."""
        if not url.startswith(f"{self._public_url}/proxy/"):
            return None
        path = url.removeprefix(self._public_url)
        if path.startswith("/proxy/files/"):
            return path.removeprefix("/proxy/files/").partition("/")[0], ""
        where, _, sealed = path.rpartition("/")
        return sealed, where

    def renewed(self, sourced: Sourced, fields: Sequence[str]) -> Sourced:
        """A kept answer with the addresses in these fields made anew: they live less long than it does."""
        if not fields or not sourced.cached:
            return sourced
        data = dict(sourced.answer.data)
        for name in fields:
            if isinstance(address := data[name], str):
                parts = address.removeprefix(self._public_url).split("/")
                registry, base, path, filename, _, life = self._opened(max(parts, key=len))
                data[name] = self.link(registry, base, path, filename, life)
        return replace(sourced, answer=replace(sourced.answer, data=data))

    async def fetch(self, capability: str, address: str = "") -> Delivery:
        """The file behind an address. Raises 404 `00404`, 410 `00403`, or 502: `0060x` or `00502`.

        `address`: the contract's own that it stands under; then 422 `00314` instead of 404 `00404`, and the registry's
        own codes for what goes wrong there.
        """
        try:
            registry, base, path, filename, until, _ = self._opened(capability)
        except Problem:
            raise (problem("00314", media_type=JSON_API) if address else problem("00404")) from None
        contract = self._contracts.get(registry)
        if (contract.relay.address if contract is not None else "") != address:
            raise problem("00404")
        if until <= self._now():
            raise problem("00403")
        if (door := self._doors.get(registry)) is None:  # a registry that is no longer in use
            raise problem("00404")
        try:
            reply = await door.get(path, base=base)
        except RegistryError as error:
            raise (_trouble(error) if contract is None or not address else _own(contract, error)) from None
        if contract is not None and address:
            _check(contract, reply)
        elif reply.status != 200:
            raise _refused(reply)
        identifier = hashlib.sha256(f"{registry} {base} {path}".encode()).hexdigest()[:32]
        return Delivery(identifier, "", filename, _media_type(reply), reply.body)

    def _opened(self, capability: str) -> tuple[str, str, str, str, int, int]:
        try:
            if len(capability) > _LONGEST or not capability.isascii():
                raise ValueError
            sealed = base64.b64decode(capability + "=" * (-len(capability) % 4), altchars=b"-_", validate=True)
            if base64.urlsafe_b64encode(sealed).rstrip(b"=") != capability.encode():
                raise ValueError  # one file, one address: no other spelling of the same bytes
            found = orjson.loads(self._cipher.decrypt(sealed[:12], sealed[12:], None))
            registry, base, path, filename, until, life = found
        except (ValueError, InvalidTag):
            raise problem("00404") from None
        return registry, base, path, filename, until, life


def _media_type(reply: Reply) -> str:
    """What the registry calls the file, unless that cannot stand in a header."""
    said = reply.headers.get("content-type", "")
    return said if said and said.isascii() and said.isprintable() else "application/octet-stream"


def _check(contract: Contract, reply: Reply) -> None:
    """Raise the registry's own problem for a reply that is not the file, as its contract words it."""
    said = contract.relay.statuses
    if reply.status != 200:
        raise _in_its_codes(contract, said.get(str(reply.status), said["other"]))
    if contract.relay.media_type == "application/pdf" and not reply.body.startswith(b"%PDF-"):
        raise _in_its_codes(contract, "055")


def _own(contract: Contract, error: RegistryError) -> Problem:
    if error.suffix == "501":
        return problem("00501", meta={"provider": contract.provider, "retry_in": 10}, media_type=JSON_API)
    return _in_its_codes(contract, error.suffix, error.retry_in)


def _in_its_codes(contract: Contract, suffix: str, retry_in: int | None = None) -> Problem:
    return provider_problem(contract.error_prefix, contract.provider, suffix, retry_in=retry_in)


def _trouble(error: RegistryError) -> Problem:
    if isinstance(error, NotFound):
        return problem("00404")
    match error:
        case RegistryError(throttles=True):
            code = "00602"
        case RegistryTimeout():
            code = "00606"
        case RegistryClosed():
            code = "00605"
        case RegistryUnavailable():
            code = "00604"
        case _:
            code = "00502"
    return problem(code, media_type=JSON_API)


def _refused(reply: Reply) -> Problem:
    if reply.status == 404:
        return problem("00404")
    return problem(_STATUSES.get(reply.status, "00603"), media_type=JSON_API)
