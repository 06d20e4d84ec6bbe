# SPDX-License-Identifier: EUPL-1.2
"""A portal's market and the applications on it, as values; and how both are read from what the portal sends.

A market is what the files of one consultation have in common, stated once. An application on it is awaited until its
company is known and agrees; from then on it is an ordinary file, under the same id.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from gateway.dossier.given import Given
from gateway.dossier.opening import (
    FURTHEST_S,
    OF_FILE,
    OF_TERMS,
    RETURNING,
    TOO_FAR,
    Opening,
    Terms,
    application,
    kept_until,
    may_open,
    returning,
    terms,
    within,
)
from gateway.dossier.refusals import refused
from gateway.values import Consumer

AWAITED_S = 30 * 86_400
"""How long an application waits for its company."""
USER_LENGTH = 200
ELSEWHERE: Mapping[str, Mapping[str, str]] = {
    "market": {
        "public_market": "donnez les clés du marché sans enveloppe",
        "name": "consultation.objet",
        "deadline": "consultation.date_limite",
        "lots": "consultation.lots",
        "siret": "acheteur.siret",
        "market_type_codes": "type_marche",
        "provider_user_id": "utilisateur",
    },
    "application": {
        "market_application": "donnez les clés de la candidature sans enveloppe",
        "provider_user_id": "utilisateur",
    },
}
"""Keys that portals' software may still send, as Passe Marché calls them, and what they are here."""


class MarketStanding(StrEnum):
    """Whether applications may begin."""

    OPEN = "ouvert"
    CLOSED = "ferme"
    OVER = "echu"


@dataclass(frozen=True, slots=True)
class Market:
    """A consultation on a portal. `token_id`: the portal's token that its companies' questions are put under.

    `user`: whoever of the portal made it, by the portal's own name for them. `until`: when it is erased.
    `request`: SHA-256 of the buyer's own ESPD request, "" without one; `request_at`: when it came.
    """

    id: str
    habilitation_id: str
    token_id: str
    created_at: int
    until: int
    terms: Terms
    user: str = ""
    closed_at: int | None = None
    request: str = ""
    request_at: int = 0

    def standing(self, now: float) -> MarketStanding:
        """Where it stands."""
        if self.closed_at is not None:
            return MarketStanding.CLOSED
        deadline = self.terms.tender.deadline
        return MarketStanding.OVER if deadline is not None and deadline <= now else MarketStanding.OPEN

    def open_to_all(self, now: float) -> None:
        """Raises 409 00751 and 00752 when no application may begin any more."""
        match self.standing(now):
            case MarketStanding.CLOSED:
                raise refused("00751")
            case MarketStanding.OVER:
                raise refused("00752")
            case MarketStanding.OPEN:
                return


@dataclass(frozen=True, slots=True)
class Application:
    """One application on a market. `sent`: what the portal said of it, read again when the file is opened.

    `siret`: the company's, "" until it is known. `begun_at`: when it became a file. `tries`: SIRETs tried by its link.
    """

    id: str
    market: str
    created_at: int
    until: int
    sent: Mapping[str, Any] = field(default_factory=dict)
    siret: str = ""
    user: str = ""
    reference: str = ""
    begun_at: int | None = None
    tries: int = 0

    @property
    def ready(self) -> bool:
        """Whether the portal said all that a file needs: the company, and that it agrees."""
        return bool(self.siret) and self.sent.get("consentement") is not None


def market(sent: object, consumer: Consumer, means: Opening) -> Market:
    """A new market. Raises Problem, with every fault and its place."""
    may_open(consumer, means)
    now = int(means.now())
    given = Given(sent)
    given.only(*OF_TERMS, "utilisateur", elsewhere=ELSEWHERE["market"])
    found = terms(given, means, now)
    deadline = found.tender.deadline
    if deadline is None and not given.faults:
        given.below("consultation").wrong("date_limite", "Un marché a une date limite.")
    user = given.text("utilisateur", longest=USER_LENGTH)
    given.refuse()
    within(consumer, found.tender)
    until = kept_until(found.tender, consumer, means, now)
    return Market(means.identifier(), consumer.habilitation_id, consumer.token_id, now, until, found, user)


def later(sent: object, on: Market, now: int) -> Market:
    """The market with a later deadline. Raises Problem: 409 for one that is closed or over, 422."""
    on.open_to_all(now)
    given = Given(sent)
    given.only("date_limite")
    tender = on.terms.tender
    deadline = given.moment("date_limite")
    if deadline is None and not given.faults:
        given.wrong("date_limite", "Cette donnée est obligatoire.")
    before = tender.deadline or now
    if deadline is not None and deadline < before:
        given.wrong("date_limite", "Une date limite peut être reportée, et jamais avancée.")
    if deadline is not None and deadline > now + FURTHEST_S:
        given.wrong("date_limite", TOO_FAR)
    given.refuse()
    moved = (deadline or before) - before
    terms_after = replace(on.terms, tender=replace(tender, deadline=deadline))
    return replace(on, terms=terms_after, until=on.until + moved)


def awaited(sent: object, consumer: Consumer, on: Market, means: Opening) -> Application:
    """A new application. Raises Problem, with every fault and its place."""
    may_open(consumer, means)
    now = int(means.now())
    given = Given(sent)
    given.only(*OF_FILE, *RETURNING, "utilisateur", elsewhere=ELSEWHERE["application"])
    asked = application(given, on.terms, now, awaited=True)
    siret = asked.members[0].siret
    if asked.members[0].consent is not None and not siret:
        given.wrong("siret", "Un consentement est celui d'une entreprise : donnez son SIRET, ou laissez-la consentir.")
    _, reference = returning(given)
    user = given.text("utilisateur", longest=USER_LENGTH)
    given.refuse()
    within(consumer, on.terms.tender)
    kept = {key: given.raw(key) for key in (*OF_FILE, *RETURNING) if given.has(key)}
    return Application(means.identifier(), on.id, now, now + AWAITED_S, kept, siret, user, reference)
