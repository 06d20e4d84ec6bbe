# SPDX-License-Identifier: EUPL-1.2
"""Who is asking: proves a consumer by its bearer token, and issues that token.

    address of the request ─ 00101 when it holds the token
    the token's string ───── 00101 unless this gateway signed it, or the service that it takes over from
    the register ─────────── 00106 unknown · 00105 revoked, or its habilitation closed
    the caller's address ─── 00107 when the habilitation names others
    (rate limit, not ours)
    the clock ────────────── 00103 expired

The last two come in this order because the wire contract has them so: that is why `confirm` is a call of its own.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from hashlib import sha256
from ipaddress import IPv4Address, IPv6Address, ip_address
from math import inf
from typing import Protocol

from gateway.identity.habilitation import Habilitation, Network, Refused, Token
from gateway.identity.keys import Keys
from gateway.identity.register import Register, RegisterUnavailable, Version
from gateway.identity.scopes import expand
from gateway.identity.signed import MAX_LENGTH, Claims, NotOurs, read, sign
from gateway.problems import Problem, problem
from gateway.values import Consumer

LOG = logging.getLogger("dlnuf.identity")

LOOK_EVERY_S = 0.25
"""How old our idea of the register may be. The promise is that a revocation takes effect within a second."""
KEEP_S = 60.0
"""How long a recognised token is remembered, were the register never to change."""
KEEP_AT_MOST = 10_000

_IN_TOKEN = {"parameter": "token"}
_IN_ADDRESS = {"header": "X-Forwarded-For"}
_DISCLOSED = (
    "Le jeton figure dans l'adresse de la requête : les journaux des serveurs traversés en gardent la copie, il doit "
    "donc être tenu pour divulgué et remplacé. Transmettez le nouveau dans l'en-tête « Authorization: Bearer »."
)


class Shown(Protocol):
    """What a caller shows of itself; an `Ask` is one.

    `token`: the bearer, if one came in a header. `token_in_url`: one came in the address. `address`: the caller's IP.
    """

    @property
    def token(self) -> str | None: ...
    @property
    def token_in_url(self) -> bool: ...
    @property
    def address(self) -> str: ...


@dataclass(frozen=True, slots=True)
class _Known:
    """A token recognised: its consumer, where it may call from, when it ends (epoch), how long to remember it."""

    consumer: Consumer
    networks: tuple[Network, ...]
    ends_at: float
    until: float


class Bearer:
    """Recognises the bearers of tokens. To be used by one thread: the register is read where the request is served."""

    def __init__(
        self, keys: Keys, register: Register, clock: Callable[[], float], monotonic: Callable[[], float]
    ) -> None:
        """`clock`: epoch seconds, to compare with dates. `monotonic`: seconds that only go forward, to measure ages."""
        self._keys = keys
        self._register = register
        self._clock = clock
        self._monotonic = monotonic
        self._version: Version | None = None
        self._looked_at = -inf
        # SHA-256 of the token → what is known of it; the tokens themselves do not stay in memory.
        self._known: dict[bytes, _Known] = {}

    def identify(self, shown: Shown) -> Consumer:
        """The consumer whose token came with the request. Raises Problem: 00101, 00105, 00106, 00107 or 00500."""
        token = shown.token
        if shown.token_in_url:
            raise problem("00101", source=_IN_TOKEN, detail=_DISCLOSED)
        # What is not ASCII, or too long, is not worth a digest.
        if token is None or len(token) > MAX_LENGTH or not token.isascii():
            raise problem("00101", source=_IN_TOKEN)
        instant = self._monotonic()
        if instant - self._looked_at > LOOK_EVERY_S:
            self._look(instant)
        digest = sha256(token.encode()).digest()
        known = self._known.get(digest)
        if known is None or known.until <= instant:
            known = self._recognise(token, instant)
            if len(self._known) >= KEEP_AT_MOST:
                self._known.clear()
            self._known[digest] = known
        if known.ends_at != inf and known.ends_at <= self._clock():
            raise _recognised(problem("00105", source=_IN_TOKEN), known.consumer)
        if known.networks and not _within(shown.address, known.networks):
            raise _recognised(problem("00107", source=_IN_ADDRESS), known.consumer)
        return known.consumer

    def recall(self, token_id: str) -> Consumer:
        """The consumer a registered token stands for, today, without its string: for work its holder has asked for.

        Reachable through `identity/vouched.py` only. Revocation and closing are looked at again at each call, as for a
        bearer. Raises Problem: 00105, 00106 or 00500.
        """
        instant = self._monotonic()
        if instant - self._looked_at > LOOK_EVERY_S:
            self._look(instant)
        # A digest has 32 bytes, an identifier 36: the two kinds of keys never meet.
        key = token_id.encode()
        known = self._known.get(key)
        if known is None or known.until <= instant:
            known = self._recalled(token_id, instant)
            if len(self._known) >= KEEP_AT_MOST:
                self._known.clear()
            self._known[key] = known
        if known.ends_at != inf and known.ends_at <= self._clock():
            raise _recognised(problem("00105", source=_IN_TOKEN), known.consumer)
        return known.consumer

    def confirm(self, consumer: Consumer, now: float | None = None) -> None:
        """Raises Problem 00103 when the consumer's right has expired at `now` (epoch seconds; by default, now)."""
        if consumer.expires_at <= (self._clock() if now is None else now):
            raise problem("00103", source=_IN_TOKEN)

    def _look(self, instant: float) -> None:
        """Forgets everything when the register has changed since the last look."""
        try:
            version = self._register.version()
        except RegisterUnavailable as error:
            raise self._blind(error) from error
        if version != self._version:
            self._known.clear()
            self._version = version
        self._looked_at = instant

    def _recognise(self, token: str, instant: float) -> _Known:
        try:
            claims = read(token, self._keys)
            found = self._register.find(claims.id)
        except NotOurs:
            raise problem("00101", source=_IN_TOKEN) from None
        except RegisterUnavailable as error:
            raise self._blind(error) from error
        # The old secret vouches for what its service issued; of our own tokens, it could only be a forger's.
        if found is None or (claims.legacy and not found[0].adopted):
            raise problem("00106", source=_IN_TOKEN)
        entry, habilitation = found
        endings = (entry.revoked_at, habilitation.closed_at)
        return _Known(
            consumer=_consumer(claims.expires_at, entry, habilitation, claimed_mcp=claims.mcp),
            networks=habilitation.allowed_ips,
            ends_at=min((at for at in endings if at is not None), default=inf),
            until=instant + KEEP_S,
        )

    def _recalled(self, token_id: str, instant: float) -> _Known:
        try:
            found = self._register.find(token_id)
        except RegisterUnavailable as error:
            raise self._blind(error) from error
        if found is None:
            raise problem("00106", source=_IN_TOKEN)
        entry, habilitation = found
        endings = (entry.revoked_at, habilitation.closed_at)
        return _Known(
            consumer=_consumer(entry.expires_at, entry, habilitation, claimed_mcp=False),
            networks=(),
            ends_at=min((at for at in endings if at is not None), default=inf),
            until=instant + KEEP_S,
        )

    def _blind(self, error: RegisterUnavailable) -> Problem:
        """Nobody is recognised while the register cannot be read: a token we remember may have been revoked since.

        00500, and not 00510: that one says that the evidence cannot be kept, which is another failure, and the
        catalogue has no third. The next request looks again at once.
        """
        LOG.error("register_unavailable", extra={"reason": str(error)})
        self._known.clear()
        self._looked_at = -inf
        return problem("00500")


def issue(token: Token, habilitation: Habilitation, keys: Keys) -> str:
    """The string of a registered token, for its holder only: it is not kept anywhere.

    Raises Refused when it is not of this habilitation, or when the string would be too long.
    """
    if token.habilitation_id != habilitation.id:
        raise Refused("Ce jeton appartient à une autre habilitation.")
    scopes = tuple(sorted(expand(habilitation.scopes)))
    return sign(Claims(token.id, scopes, token.title, token.issued_at, token.expires_at, token.mcp), keys)


def capped(token: Token, habilitation: Habilitation) -> Token:
    """The token, ending no later than its habilitation."""
    if habilitation.valid_until is None or token.expires_at <= habilitation.valid_until:
        return token
    return replace(token, expires_at=habilitation.valid_until)


def _consumer(claimed_end: int | None, token: Token, habilitation: Habilitation, *, claimed_mcp: bool) -> Consumer:
    """The register decides on everything; of the claims, what says less than it counts: an earlier end, no `mcp`."""
    ends = (claimed_end, token.expires_at, habilitation.valid_until)
    return Consumer(
        token_id=token.id,
        habilitation_id=habilitation.id,
        siret=habilitation.siret,
        name=habilitation.name,
        purpose=habilitation.purpose,
        scopes=expand(habilitation.scopes),
        recipients=habilitation.recipients,
        expires_at=min(end for end in ends if end is not None),
        rate_limit=habilitation.rate_limit,
        safe_listed=token.safe_listed,
        basis=habilitation.basis,
        mcp=claimed_mcp and token.mcp,
    )


def _recognised(refusal: Problem, consumer: Consumer) -> Problem:
    """The refusal, with whom it meets: the record of a revoked token must name it."""
    refusal.consumer = consumer
    return refusal


def _within(address: str, networks: tuple[Network, ...]) -> bool:
    found = _address(address)
    return found is not None and any(found in network for network in networks)


@lru_cache(maxsize=4096)
def _address(text: str) -> IPv4Address | IPv6Address | None:
    """The address in `text`, or None. Seen through a v6 socket, a v4 address is still one (RFC 4291 §2.5.5.2)."""
    try:
        address = ip_address(text)
    except ValueError:
        return None
    return (address.ipv4_mapped or address) if isinstance(address, IPv6Address) else address
