# SPDX-License-Identifier: EUPL-1.2
"""The people's room as pages use it: who a browser belongs to, letting in and out, deciding who represents whom.

Whatever gives or ends a right is a durable record before it takes effect: when the record fails, nothing happened.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol
from uuid import UUID

from gateway.people.accounts import Accounts
from gateway.people.database import Database
from gateway.people.person import GRANTABLE, LINK_ACR, PORTAL_ACR, Account, Assurance, Person, Role
from gateway.people.representations import AlreadyAsked, Representation, Representations, Undecidable
from gateway.people.sessions import LONGEST_S, Link, LinkState, Sessions, derived


class Trace(Protocol):
    """The audit log, as this room needs it. Both raise a Problem when nothing may be recorded."""

    async def event(self, name: str, **facts: object) -> None:
        """One durable record."""
        ...

    def person(self, account_id: str) -> str:
        """How a record names a person: a keyed commitment."""
        ...

    def company(self, siren: str) -> str:
        """How a record names a company."""
        ...


@dataclass(frozen=True, slots=True)
class Identity:
    """What a provider proved about somebody. `siret`: of the organisation they work for, or empty."""

    issuer: str
    sub: str
    name: str
    acr: str
    siret: str = ""
    token: str = ""


class People:
    """Everybody who may open a page."""

    def __init__(
        self,
        path: Path,
        trace: Trace,
        assurance: Assurance,
        now: Callable[[], float],
        random: Callable[[int], bytes],
    ) -> None:
        """Opens the people's file. Raises PeopleUnavailable."""
        self._database = Database(path)
        self.accounts = Accounts(self._database)
        self.sessions = Sessions(self._database, random)
        self.representations = Representations(self._database)
        self.assurance = assurance
        self._trace = trace
        self._now = now
        self._random = random

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    @property
    def now(self) -> int:
        """Epoch seconds."""
        return int(self._now())

    def new_id(self) -> str:
        """A random UUID."""
        return str(UUID(bytes=self._random(16), version=4))

    async def person(self, secret: str) -> Person | None:
        """Who holds this session, with the rights they have at this moment; None when nobody does."""
        return await asyncio.to_thread(self._person, secret)

    async def enter(self, identity: Identity) -> str:
        """Let in somebody a provider proved; the session's secret. An officer's claim opens their company to them."""
        siren = identity.siret[:9] if identity.siret and identity.acr in self.assurance.officer else None
        account = await asyncio.to_thread(
            self.accounts.remember, identity.issuer, identity.sub, identity.name, self.new_id(), self.now
        )
        await self._claim(account, siren)
        return await self._open(account, identity.acr, siren, identity.token, identity.siret)

    async def link(self, secret: str) -> Link | None:
        """A link, whatever became of it; None when it is none of ours."""
        return await asyncio.to_thread(self.sessions.link, secret, self.now)

    async def link_holder(self, secret: str) -> Account | None:
        """Whom an operator's link would let in, if it may still be used."""
        found = await self.link(secret)
        usable = found is not None and found.state is LinkState.USABLE and not found.tender
        return await self.holder(found) if found is not None and usable else None

    async def holder(self, link: Link) -> Account:
        """Whom a link lets in."""
        return await asyncio.to_thread(self.accounts.get, link.account_id)

    async def enter_by_link(self, secret: str, *, sent: bool = False) -> str | None:
        """Use a link, once; the session's secret, or None when the link is spent, too old or unknown.

        `sent`: it must be one that a portal asked for; else one that an operator made.
        """
        found = await self.link(secret)
        if found is None or bool(found.tender) is not sent:
            return None
        if not await asyncio.to_thread(self.sessions.spend_link, secret, self.now):
            await self.refused("lien", found.account_id)
            return None
        acr = PORTAL_ACR if sent else LINK_ACR
        return await self._open(await self.holder(found), acr, None, "", found.buyer, found.tender)

    async def send_buyer(self, issuer: str, sub: str, name: str, buyer: str, tender: str, **facts: str) -> str:
        """A link for a buyer whom a portal signed in, to one tender; its secret. `facts`: of the record, made before.

        `issuer`, `sub`: the portal, and its word for this agent. Raises TooManyLinks, 503 `00510`.
        """
        account = await asyncio.to_thread(self.accounts.remember, issuer, sub, name, self.new_id(), self.now)
        actor = self._trace.person(account.id)
        await self._trace.event("buyer_invited", actor=actor, role=Role.BUYER.value, recipient=buyer, **facts)
        return await asyncio.to_thread(self.sessions.make_link, account.id, self.now, buyer, tender)

    async def refused(self, code: str, account_id: str | None = None) -> None:
        """Record that a sign-in was refused. `code`: one word, never what was shown."""
        actor = {} if account_id is None else {"actor": self._trace.person(account_id)}
        await self._trace.event("sign_in_refused", code=code, **actor)

    async def leave(self, secret: str, person: Person) -> str:
        """Let out; what the provider wants back to end its own session, or an empty text."""
        await self._trace.event("signed_out", actor=self._trace.person(person.id))
        kept = await asyncio.to_thread(self.sessions.end, secret)
        if not await asyncio.to_thread(self.sessions.running, person.id):
            for old in await asyncio.to_thread(self.representations.claimed, person.id):
                await self._unclaim(old, "déconnexion")
        return kept

    async def forget(self, secret: str) -> None:
        """End the session that a browser held before it signed in anew."""
        await asyncio.to_thread(self.sessions.end, secret)

    async def ask_to_represent(self, person: Person, siren: str, reason: str) -> None:
        """Note a request for an instructor. It gives no right. Raises AlreadyAsked."""
        if siren in person.sirens:
            raise AlreadyAsked
        asked = Representation(self.new_id(), person.id, siren, "decision", "asked", self.now, reason)
        await asyncio.to_thread(self.representations.ask, asked)

    async def decide(self, by: Person, representation_id: str, before: str, after: str, reason: str) -> None:
        """Grant (asked → open), refuse (asked → refused) or end (open → closed). Raises Undecidable."""
        found = await asyncio.to_thread(self.representations.get, representation_id)
        if found.state != before or found.account_id == by.id:
            raise Undecidable(representation_id)
        if "open" in (before, after):
            await self._trace.event(
                "representation_granted" if after == "open" else "representation_closed",
                actor=self._trace.person(found.account_id),
                role=Role.REPRESENTATIVE.value,
                subject=self._trace.company(found.siren),
                operator=self._trace.person(by.id),
                reason=reason,
            )
        await asyncio.to_thread(self.representations.decide, representation_id, before, after, by.id, reason, self.now)

    async def _claim(self, account: Account, siren: str | None) -> None:
        """What the provider says of an officer: recorded, and over with the session at the latest."""
        before = await asyncio.to_thread(self.representations.claimed, account.id)
        for old in before:
            if old.siren != siren:
                await self._unclaim(old, "le fournisseur d'identité ne le dit plus")
                await asyncio.to_thread(self.sessions.end_all, account.id)
        if siren is None:
            return
        until = self.now + LONGEST_S
        await self._trace.event(
            "representation_granted",
            actor=self._trace.person(account.id),
            role=Role.REPRESENTATIVE.value,
            subject=self._trace.company(siren),
            reason="dit par le fournisseur d'identité",
            until=written(until),
        )
        claimed = Representation(
            self.new_id(),
            account.id,
            siren,
            "claim",
            "open",
            self.now,
            "dit par le fournisseur d'identité",
            until=until,
        )
        await asyncio.to_thread(self.representations.claim, claimed)

    async def _unclaim(self, old: Representation, reason: str) -> None:
        """End what a provider said; one whose term is past ended by itself, as its record announced."""
        if (old.until or 0) > self.now:
            await self._trace.event(
                "representation_closed",
                actor=self._trace.person(old.account_id),
                role=Role.REPRESENTATIVE.value,
                subject=self._trace.company(old.siren),
                reason=reason,
            )
        await asyncio.to_thread(self.representations.unclaim, old.id, reason, self.now)

    async def _open(
        self, account: Account, acr: str, siren: str | None, token: str, buyer: str = "", tender: str = ""
    ) -> str:
        more = {"role": Role.BUYER.value, "recipient": buyer} if tender else {}
        await self._trace.event("signed_in", actor=self._trace.person(account.id), **more)
        return await asyncio.to_thread(self.sessions.open, account.id, acr, siren, self.now, token, buyer, tender)

    def _person(self, secret: str) -> Person | None:
        session = self.sessions.find(secret, self.now)
        if session is None:
            return None
        account = self.accounts.get(session.account_id)
        csrf = derived(secret, "formulaire")
        if session.tender:  # whoever a portal sent is a buyer of that tender, and nothing else that they may be
            only = frozenset((Role.BUYER,))
            return Person(
                account.id, account.name, only, frozenset(), session.acr,
                buyer=session.buyer, tender=session.tender, csrf=csrf,
            )  # fmt: skip
        granted = {one.role for one in self.accounts.roles(account.id, self.now)}
        usable = {role for role in granted if self.assurance.enough(session.acr, role)}
        sirens = self.representations.sirens(account.id, self.now)
        if session.siren is not None and session.acr in self.assurance.officer:
            sirens |= {session.siren}
        # Who watches over this service does not open what is sent to buyers, even to their own organisation.
        buys = bool(session.buyer) and session.acr in self.assurance.buyer and not granted & set(GRANTABLE)
        also = {role for role, holds in ((Role.REPRESENTATIVE, sirens), (Role.BUYER, buys)) if holds}
        return Person(
            id=account.id,
            name=account.name,
            roles=frozenset(usable | also),
            sirens=sirens,
            acr=session.acr,
            dormant=frozenset(granted - usable),
            buyer=session.buyer if buys else "",
            csrf=csrf,
        )


def written(at: float) -> str:
    """An instant as records write it."""
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
