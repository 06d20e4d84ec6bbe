# SPDX-License-Identifier: EUPL-1.2
"""`/v1/candidatures`: application files over HTTP, for portals. Every call shows a token of the file's habilitation."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping, Sequence

import orjson
from fastapi import FastAPI, Request, Response
from fastapi.responses import StreamingResponse

from gateway.dossier.office import Office
from gateway.dossier.refusals import refused
from gateway.dossier.telling import tellable, told, view
from gateway.dossier.values import Candidature
from gateway.dossier.words import Audience, Standing
from gateway.edge.bodies import body_and_files, json_body, opening_body
from gateway.edge.portals import PRIVATE, add_counted, answer, cursor, key_of
from gateway.edge.reading import Fields, Network, address, credential, parameters
from gateway.exchange import House
from gateway.problems import Problem
from gateway.values import Consumer

ROOT = "/v1/candidatures"
PAGE = 100
HEARTBEAT_S = 15
LISTEN_S = 3_600
LISTENERS = 200
LISTENERS_EACH = 20
_VIEWS = {"portail": Audience.PORTAL, "public": Audience.PUBLIC, "acheteur": Audience.BUYER}


class Counter:
    """The API's own part: reading, who calls, answering. `office` and `house` open with the event loop."""

    def __init__(self, office: Callable[[], Office], house: Callable[[], House], trusted: Sequence[Network]) -> None:
        self._office = office
        self._house = house
        self._trusted = trusted
        self._listening: dict[str, int] = {}

    def caller(self, request: Request) -> Consumer:
        """Who calls, by its token; the request is counted. Raises 401, 403, 429."""
        consumer = self.known(request)
        request.state.quota = self._office().calls(consumer)
        return consumer

    def known(self, request: Request) -> Consumer:
        """Who calls, by its token. Raises 401, 403."""
        fields = Fields(request.scope["headers"])
        shown = credential(
            fields, parameters(request.scope["query_string"]), address(request.scope, fields, self._trusted)
        )
        identity = self._house().identity
        consumer = identity.identify(shown)
        identity.confirm(consumer)
        return consumer

    def found(self, request: Request, identifier: str) -> Candidature:
        """A file of the caller's."""
        return self._office().desk.of(identifier, self.caller(request))

    async def create(self, request: Request) -> Response:
        """Open a file: 202 at once, its items arrive in the background."""
        consumer = self.caller(request)
        sent, asked = await opening_body(request)
        dossier = await self._office().desk.open(sent, consumer, key_of(request), asked)
        location = f"{self._house().public_url}{ROOT}/{dossier.id}"
        found = view(dossier, Audience.PORTAL, self._office().sheets, public_url=self._house().public_url)
        links = {"pages": self._office().starts.address(dossier.id)}
        return answer({"data": found, "links": links}, 202, {"location": location})

    async def mine(self, request: Request) -> Response:
        """The caller's files, latest first, a page at a time."""
        consumer = self.caller(request)
        office, before = self._office(), cursor(request)
        if before:
            office.desk.of(before, consumer)
        data = []
        for identifier in office.files.store.of(consumer.habilitation_id, before, PAGE):
            await asyncio.sleep(0)  # a file is read whole: others are served in between
            if (one := office.files.find(identifier)) is None:
                continue
            data.append(
                {
                    "id": one.id,
                    "numero": one.number,
                    "etat": one.standing.value,
                    "phase": one.phase.value,
                    "siret": one.lead.siret,
                    "reference": one.tender.reference,
                    "complet": one.gathered,
                }
            )
        more = f"{self._house().public_url}{ROOT}?apres={data[-1]['id']}" if len(data) == PAGE else None
        return answer({"data": data, "links": {"suite": more}})

    async def read(self, request: Request, identifier: str) -> Response:
        """A file. `?vue=public|portail|acheteur`; the buyer's view opens with the deposit."""
        dossier = self.found(request, identifier)
        wanted = request.query_params.get("vue", "portail")
        if wanted not in _VIEWS:
            raise refused("00701", "/vue", f"Écrivez l'une de ces valeurs : {', '.join(_VIEWS)}.")
        audience = _VIEWS[wanted]
        if audience is Audience.BUYER and dossier.seal is not None:
            await self._looked(dossier, "le dossier, par le portail")
        return self.shown(dossier, audience)

    async def _looked(self, dossier: Candidature, what: str) -> None:
        """Record a buyer's look through its portal, for each company it shows. Raises 503 `00510`."""
        audit = self._house().audit
        portal = audit.commitments(None, f"habilitation {dossier.habilitation_id}")["agent"]
        for member in dossier.members:
            await audit.event(
                "dossier_read", actor=portal, recipient=dossier.tender.buyer_siret, query=what, dossier=dossier.id,
                habilitation=dossier.habilitation_id, **audit.commitments(member.siren, None),
            )  # fmt: skip

    async def document(self, request: Request, identifier: str, digest: str) -> Response:
        """A document of the file: of a public piece at any time, of any piece once deposited. Recorded first."""
        dossier = self.found(request, identifier)
        seen = json.dumps(view(dossier, _reading(dossier), self._office().sheets))
        if digest not in seen:
            raise refused("00700", detail="Ce dossier n'a pas ce document, ou il ne vous est pas montré.")
        found, content = self._office().desk.document(dossier, digest)
        if dossier.seal is not None:
            await self._looked(dossier, "un document, par le portail")
        where = address(request.scope, Fields(request.scope["headers"]), self._trusted)
        await self._house().audit.downloaded(digest[:32], "", len(content), where)
        headers = {**PRIVATE, "x-content-type-options": "nosniff", "content-security-policy": "default-src 'none'"}
        return Response(content, 200, headers, found.media_type)

    async def declare(self, request: Request, identifier: str) -> Response:
        """Declarations of a named person, with files."""
        dossier = self.found(request, identifier)
        sent, uploads = await body_and_files(request)
        return self.shown(await self._office().desk.declare(dossier, sent, uploads), Audience.PORTAL, 201)

    async def contest(self, request: Request, identifier: str) -> Response:
        """The company's answer to a fact, with files."""
        dossier = self.found(request, identifier)
        sent, uploads = await body_and_files(request)
        return self.shown(await self._office().desk.contest(dossier, sent, uploads), Audience.PORTAL, 201)

    async def consent(self, request: Request, identifier: str) -> Response:
        """A member's agreement, after the opening."""
        dossier = self.found(request, identifier)
        after = await self._office().desk.consent(dossier, await json_body(request))
        return self.shown(after, Audience.PORTAL, 201)

    async def deposit(self, request: Request, identifier: str) -> Response:
        """Seal the file."""
        dossier = self.found(request, identifier)
        after = await self._office().desk.deposit(dossier, await json_body(request), key_of(request))
        return self.shown(after, Audience.PORTAL, 201)

    async def returned(self, request: Request, identifier: str) -> Response:
        """Whether a browser that came back really comes from us; once."""
        dossier = self.found(request, identifier)
        sent = await json_body(request)
        token = sent.get("jeton") if isinstance(sent, dict) else None
        state = self._office().returns.spend(dossier, token if isinstance(token, str) else "")
        return answer({"data": {"candidature": dossier.id, "etat": state}})

    async def refresh(self, request: Request, identifier: str) -> Response:
        """Ask again, or move to a later phase."""
        dossier = self.found(request, identifier)
        after = await self._office().desk.refresh(dossier, await json_body(request))
        return self.shown(after, Audience.PORTAL, 202)

    async def withdraw(self, request: Request, identifier: str) -> Response:
        """Give the application up."""
        consumer = self.caller(request)
        dossier = self._office().desk.of(identifier, consumer)
        await self._office().desk.withdraw(dossier, consumer)
        return Response(status_code=204, headers=PRIVATE)

    async def events(self, request: Request, identifier: str) -> Response:
        """What happens to the file, as it happens; resumes after `Last-Event-ID`."""
        consumer = self.caller(request)
        self._office().desk.of(identifier, consumer)
        last = request.headers.get("last-event-id", "0")
        after = int(last) if last.isascii() and last.isdigit() and len(last) < 12 else 0
        holder = consumer.habilitation_id
        if self._full(holder):
            raise refused("00722")
        headers = {**PRIVATE, "x-accel-buffering": "no"}
        return StreamingResponse(
            self._stream(request, identifier, after, holder), 200, headers, "text/event-stream; charset=utf-8"
        )

    def _full(self, holder: str) -> bool:
        return self._listening.get(holder, 0) >= LISTENERS_EACH or sum(self._listening.values()) >= LISTENERS

    async def _stream(self, request: Request, identifier: str, after: int, holder: str) -> AsyncIterator[bytes]:
        if self._full(holder):
            return  # several were let in at the same instant: these try again, and are told
        office = self._office()
        self._listening[holder] = self._listening.get(holder, 0) + 1
        try:
            with office.files.watching(identifier) as something:
                loop = asyncio.get_running_loop()
                end = loop.time() + LISTEN_S
                yield b"retry: 2000\n\n"
                while loop.time() < end:
                    something.clear()
                    # A token that ended, or a file that is gone, ends the listening as well.
                    dossier = office.desk.of(identifier, self.known(request))
                    rows = office.files.events(identifier, after)
                    for event in rows:
                        after = event.seq
                        if tellable(event, dossier, Audience.PORTAL):
                            facts = told(
                                event, dossier, Audience.PORTAL, office.sheets, public_url=self._house().public_url
                            )
                            yield b"id: %d\nevent: %s\ndata: %s\n\n" % (
                                event.seq,
                                event.name.encode(),
                                orjson.dumps(facts),
                            )
                    if rows:
                        continue  # there may be more than are read at once
                    if dossier.standing in (Standing.WITHDRAWN, Standing.REFUSED):
                        return
                    try:
                        async with asyncio.timeout(HEARTBEAT_S):
                            await something.wait()
                    except TimeoutError:
                        yield b": toujours la\n\n"
        except Problem:
            return
        finally:
            left = self._listening[holder] - 1
            if left:
                self._listening[holder] = left
            else:
                del self._listening[holder]

    def shown(
        self, dossier: Candidature, audience: Audience, status: int = 200, headers: Mapping[str, str] | None = None
    ) -> Response:
        """A file as an audience sees it."""
        found = view(dossier, audience, self._office().sheets, public_url=self._house().public_url)
        return answer({"data": found}, status, headers)


def add_candidatures(
    app: FastAPI, office: Callable[[], Office], house: Callable[[], House], trusted: Sequence[Network]
) -> None:
    """Put the files' addresses on the application."""
    counter = Counter(office, house, trusted)
    one = ROOT + "/{identifier}"
    for path, method, endpoint in (
        (ROOT, "POST", counter.create),
        (ROOT, "GET", counter.mine),
        (one, "GET", counter.read),
        (one, "DELETE", counter.withdraw),
        (one + "/events", "GET", counter.events),
        (one + "/documents/{digest}", "GET", counter.document),
        (one + "/consentements", "POST", counter.consent),
        (one + "/declarations", "POST", counter.declare),
        (one + "/contestations", "POST", counter.contest),
        (one + "/depot", "POST", counter.deposit),
        (one + "/actualisation", "POST", counter.refresh),
        (one + "/retours", "POST", counter.returned),
    ):
        add_counted(app, path, method, endpoint)


def _reading(dossier: Candidature) -> Audience:
    return Audience.BUYER if dossier.seal is not None else Audience.PORTAL
