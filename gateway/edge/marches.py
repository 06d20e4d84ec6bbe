# SPDX-License-Identifier: EUPL-1.2
"""`/v1/marches`: a portal's markets, and the applications on them, from the button to the buyer's package.

A thin layer: an application is an ordinary file as soon as its company is known, and everything else about it is at
`/v1/candidatures` under the same id.
"""

import asyncio
from collections.abc import Callable, Sequence

from fastapi import FastAPI, Request, Response

from gateway.dossier.espd.request import MOST_BYTES, PLACE
from gateway.dossier.markets import Application, Market
from gateway.dossier.markets_desk import PAGE, Markets
from gateway.dossier.markets_telling import told_application, told_market
from gateway.dossier.office import Office
from gateway.dossier.refusals import refused
from gateway.dossier.values import Candidature
from gateway.dossier.words import Standing
from gateway.edge import candidatures
from gateway.edge.bodies import bounded, json_body
from gateway.edge.candidatures import Counter
from gateway.edge.dume import NOT_XML, XML
from gateway.edge.exports import Workshop, file
from gateway.edge.portals import add_counted, answer, cursor, key_of
from gateway.edge.reading import Network
from gateway.exchange import House

ROOT = "/v1/marches"


class MarketCounter:
    """The API's own part: reading, who calls, answering. `counter`: who calls, as for files."""

    def __init__(
        self, counter: Counter, office: Callable[[], Office], house: Callable[[], House], workshop: Workshop
    ) -> None:
        self._counter = counter
        self._office = office
        self._house = house
        self._workshop = workshop

    @property
    def _markets(self) -> Markets:
        return self._office().markets

    async def create(self, request: Request) -> Response:
        """Open a market: 201, with where it is and where applications on it are made."""
        consumer = self._counter.caller(request)
        found = await self._markets.open(await json_body(request), consumer, key_of(request))
        return self._shown(found, 201, location=True)

    async def mine(self, request: Request) -> Response:
        """The caller's markets, latest first, a page at a time."""
        consumer = self._counter.caller(request)
        rows = self._markets.mine(consumer, cursor(request))
        data = [told_market(one, self._markets.now()) for one in rows]
        return answer({"data": data, "links": {"suite": self._next(ROOT, [one.id for one in rows])}})

    async def read(self, request: Request, identifier: str) -> Response:
        """A market."""
        return self._shown(self._of(request, identifier))

    async def ask(self, request: Request, identifier: str) -> Response:
        """The buyer's own ESPD request, for the files to come."""
        consumer = self._counter.caller(request)
        found = self._markets.of(identifier, consumer)
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() not in XML:
            raise refused("00714", PLACE, NOT_XML)
        return answer({"data": await self._markets.ask(found, await bounded(request, MOST_BYTES), consumer)})

    async def postpone(self, request: Request, identifier: str) -> Response:
        """A later deadline."""
        consumer = self._counter.caller(request)
        found = self._markets.of(identifier, consumer)
        return self._shown(await self._markets.postpone(found, await json_body(request), consumer))

    async def close(self, request: Request, identifier: str) -> Response:
        """No application begins any more."""
        consumer = self._counter.caller(request)
        found = self._markets.of(identifier, consumer)
        return self._shown(await self._markets.close(found, consumer))

    async def apply(self, request: Request, identifier: str) -> Response:
        """An application: 201, with where to lead the company."""
        consumer = self._counter.caller(request)
        on = self._markets.of(identifier, consumer)
        found = await self._markets.apply(on, await json_body(request), consumer, key_of(request))
        return self._application(found, 201, location=True)

    async def applications(self, request: Request, identifier: str) -> Response:
        """The applications on a market, latest first, a page at a time."""
        on = self._of(request, identifier)
        rows = self._markets.applications(on, cursor(request))
        data = []
        for one in rows:
            data.append(told_application(one, self._markets.file(one)))
            await asyncio.sleep(0)  # a file is read whole: others are served in between
        path = f"{ROOT}/{on.id}/candidatures"
        return answer({"data": data, "links": {"suite": self._next(path, [one.id for one in rows])}})

    async def application(self, request: Request, identifier: str, candidature: str) -> Response:
        """One application, with a new link for its company."""
        return self._application(self._markets.application(self._of(request, identifier), candidature))

    async def attestation(self, request: Request, identifier: str, candidature: str) -> Response:
        """The attestation of deposit."""
        return await self._export(request, identifier, candidature, "attestation.pdf")

    async def package(self, request: Request, identifier: str, candidature: str) -> Response:
        """The whole file, with documents and receipts."""
        return await self._export(request, identifier, candidature, "dossier.zip")

    async def _export(self, request: Request, identifier: str, candidature: str, name: str) -> Response:
        one = self._markets.application(self._of(request, identifier), candidature)
        dossier = self._markets.file(one)
        if dossier is None:
            raise refused("00755")
        return file(request, await self._workshop.export(dossier, name, "", None), name, dossier.number)

    def _of(self, request: Request, identifier: str) -> Market:
        return self._markets.of(identifier, self._counter.caller(request))

    def _shown(self, one: Market, status: int = 200, *, location: bool = False) -> Response:
        begun, deposited = self._markets.rows.counts(one.id)
        now = self._markets.now()
        found = told_market(one, now, (self._markets.rows.waiting(one.id, int(now)), begun, deposited))
        here = f"{self._house().public_url}{ROOT}/{one.id}"
        links = {
            "marche": here,
            "candidatures": f"{here}/candidatures",
            "dume_acheteur": f"{here}/dume-acheteur",
            "report": f"{here}/report",
            "fermeture": f"{here}/fermeture",
        }
        return answer({"data": found, "links": links}, status, {"location": here} if location else None)

    def _application(self, one: Application, status: int = 200, *, location: bool = False) -> Response:
        dossier = self._markets.file(one)
        public = self._house().public_url
        here = f"{public}{ROOT}/{one.market}/candidatures/{one.id}"
        deposited = dossier is not None and dossier.seal is not None
        links = {
            "candidature": here,
            "entreprise": self._start(one, dossier),
            "dossier": f"{public}{candidatures.ROOT}/{one.id}" if dossier is not None else None,
            "attestation": f"{here}/attestation" if deposited else None,
            "paquet": f"{here}/paquet" if deposited else None,
        }
        found = {"data": told_application(one, dossier), "links": links}
        return answer(found, status, {"location": here} if location else None)

    def _start(self, one: Application, dossier: Candidature | None) -> str:
        starts = self._office().starts
        again = dossier is None or dossier.standing is Standing.REFUSED
        return starts.beginning(one.id) if again else starts.address(one.id)

    def _next(self, path: str, shown: Sequence[str]) -> str | None:
        return f"{self._house().public_url}{path}?apres={shown[-1]}" if len(shown) == PAGE else None


def add_marches(
    app: FastAPI,
    office: Callable[[], Office],
    house: Callable[[], House],
    workshop: Workshop,
    trusted: Sequence[Network],
) -> None:
    """Put the markets' addresses on the application."""
    counter = MarketCounter(Counter(office, house, trusted), office, house, workshop)
    one = ROOT + "/{identifier}"
    applied = one + "/candidatures/{candidature}"
    for path, method, endpoint in (
        (ROOT, "POST", counter.create),
        (ROOT, "GET", counter.mine),
        (one, "GET", counter.read),
        (one + "/dume-acheteur", "PUT", counter.ask),
        (one + "/report", "POST", counter.postpone),
        (one + "/fermeture", "POST", counter.close),
        (one + "/candidatures", "POST", counter.apply),
        (one + "/candidatures", "GET", counter.applications),
        (applied, "GET", counter.application),
        (applied + "/attestation", "GET", counter.attestation),
        (applied + "/paquet", "GET", counter.package),
    ):
        add_counted(app, path, method, endpoint)
