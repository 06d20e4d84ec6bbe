# SPDX-License-Identifier: EUPL-1.2
"""`POST /v1/candidatures/acces-acheteurs`: a portal sends the buyer it signed in to the files of one of its tenders.

The portal answers for who that is and for whom they buy; we answer for what the link opens: the deposited files of that
tender, opened by this portal, once its deadline is past. Who is sent is a record before the link exists.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from fastapi import FastAPI, Request, Response

from gateway.dossier.given import Given
from gateway.dossier.office import Office
from gateway.dossier.refusals import refused
from gateway.dossier.spoken import written
from gateway.dossier.tenders import Heading
from gateway.dossier.words import Source
from gateway.edge.bodies import json_body
from gateway.edge.candidatures import ROOT, Counter
from gateway.edge.portals import add_counted, answer
from gateway.edge.reading import Network
from gateway.exchange import House
from gateway.people.people import People
from gateway.people.sessions import LINK_S, TooManyLinks
from gateway.problems import problem

ADDRESS = f"{ROOT}/acces-acheteurs"
ISSUER = "urn:dlnuf:portail:"
PAGES = "/acheteur/lien/"


def add_buyers(
    app: FastAPI,
    office: Callable[[], Office],
    house: Callable[[], House],
    people: Callable[[], People],
    trusted: Sequence[Network],
) -> None:
    """Put the address on the application."""
    counter = Counter(office, house, trusted)

    async def send(request: Request) -> Response:
        """A link for one agent of the buyer, to one tender."""
        consumer = counter.caller(request)
        given = Given(await json_body(request))
        given.only("acheteur", "consultation", "agent")
        buyer, told, agent = (given.below(name) for name in ("acheteur", "consultation", "agent"))
        buyer.only("siret")
        told.only("reference", "source")
        agent.only("identifiant", "nom")
        siret = buyer.siret("siret")
        reference = told.text("reference", needed=True, longest=100)
        source = told.word("source", Source, Source.MANUAL) if told.has("source") else None
        name = agent.text("nom", needed=True, longest=120)
        sub = agent.text("identifiant", needed=True, longest=200)
        given.refuse()
        if consumer.recipients is not None and siret not in consumer.recipients:
            raise problem("00213", source={"pointer": "/acheteur/siret"})
        found = _tender(office(), consumer.habilitation_id, siret, reference, source)
        now = house().now()
        if not found.over(now):
            when = f" Celle-ci : {written(found.deadline)}." if found.deadline else " Celle-ci n'est pas connue."
            raise refused("00740", detail=f"Les candidatures s'ouvrent une fois passée la date limite.{when}")
        # What a portal calls its agents may be an address: only a keyed digest of it is kept.
        hidden = office().files.store.hidden("agent", consumer.habilitation_id, sub)
        try:
            secret = await people().send_buyer(
                ISSUER + consumer.habilitation_id, hidden, name, siret, found.key,
                habilitation=consumer.habilitation_id, consumer=consumer.siret,
            )  # fmt: skip
        except TooManyLinks:
            raise refused("00722", detail="Trop de liens attendent d'être utilisés ; réessayez plus tard.") from None
        until = datetime.fromtimestamp(int(now) + LINK_S, UTC)
        body = {
            "adresse": house().public_url + PAGES + secret,
            "expire_le": until.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "candidatures": found.deposited,
        }
        return answer({"data": body}, 201)

    add_counted(app, ADDRESS, "POST", send)


def _tender(office: Office, habilitation: str, siret: str, reference: str, source: Source | None) -> Heading:
    """The tender, at its source, or at whichever has it. Raises 404 00700."""
    tenders = office.files.store.tenders
    for one in [source] if source else list(Source):
        if (found := tenders.one(siret, tenders.key(habilitation, siret, one, reference))) is not None:
            return found
    raise refused("00700", detail="Aucun dossier de votre habilitation ne répond à cette consultation de cet acheteur.")
