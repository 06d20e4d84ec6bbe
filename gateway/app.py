# SPDX-License-Identifier: EUPL-1.2
"""The composition root: settings become parts, parts become the application. The only file that knows everything."""

import asyncio
import secrets
import time
import uuid
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from fastapi import FastAPI

from connectors.kit.contract import Contract, load_all
from gateway.audit.ahead import keep_ahead
from gateway.audit.closing import Closings, DayCloser
from gateway.audit.index.closings import hints_of
from gateway.audit.log import AuditLog
from gateway.audit.note import Signer
from gateway.audit.publisher import Publisher
from gateway.audit.reader import StoreReader
from gateway.audit.recording import Line, Recorder
from gateway.audit.snapshots import Snapshots, announce
from gateway.audit.stores.keys import keys_at
from gateway.audit.subject import KeysUnavailable, Subjects
from gateway.cache import Cache
from gateway.console.rules import load_rules
from gateway.documents import Documents
from gateway.dossier import office
from gateway.dossier.rules import Sheets
from gateway.dossier.sheets import load_sheets
from gateway.edge.buyers import add_buyers
from gateway.edge.candidatures import add_candidatures
from gateway.edge.dume import add_dume
from gateway.edge.evidence import Evidence, Outsiders
from gateway.edge.exports import add_exports
from gateway.edge.hot import Application, HotRoute
from gateway.edge.log import add_log
from gateway.edge.log_health import add_log_health
from gateway.edge.marches import add_marches
from gateway.edge.mcp.door import add_mcp
from gateway.edge.pages import add_pages
from gateway.edge.pings import Pings
from gateway.edge.published import add_contract
from gateway.edge.registry_health import add_registry_health
from gateway.edge.router import Router
from gateway.exchange import House
from gateway.identity.bearer import Bearer
from gateway.identity.keys import Keys
from gateway.identity.register import Register
from gateway.identity.vouched import Vouched
from gateway.inflight import InFlight
from gateway.logs import Aside, Lines, to_standard_error
from gateway.opendata.usage import Usage
from gateway.people.openid import OpenId
from gateway.people.people import People
from gateway.people.person import Assurance, Person, Role
from gateway.people.provider import Provider
from gateway.purpose.load import Policies, load
from gateway.purpose.purpose import Purpose
from gateway.purpose.quota import OnePool, Quotas
from gateway.relay import Relay
from gateway.settings import Settings, SettingsError, chosen
from gateway.source.doors import client_certificate, door
from gateway.source.payloads import Cases, CasesFirst
from gateway.source.source import Source
from gateway.source.wire import ExtraHeaders, Wire
from gateway.web import acheteur, acheteur_lien, candidature, marche, opendata
from gateway.web.candidature import FilePages
from gateway.web.company import pages as company_pages
from gateway.web.company.common import Company
from gateway.web.console import pages as console_pages
from gateway.web.console.common import Console
from gateway.web.console.pages import Lent, open_console, watching
from gateway.web.entries import entries_router
from gateway.web.pages import add_web, open_web
from gateway.web.trace import PeopleTrace

if TYPE_CHECKING:
    from httpx import AsyncBaseTransport


def utc_now() -> datetime:
    """The time, with its zone."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the outside world lends the application: time, randomness, where lines go, and the sandbox's additions.

    `extra_headers`: added to every request to a registry (the sandbox's faults). `cases`: official sandbox cases.
    `identity_transport`: the way to the identity provider, when it is not the network.
    `demo_portal`: the token of the sandbox's portal, whose page takes any SIRET.
    """

    clock: Callable[[], datetime] = utc_now
    now: Callable[[], float] = time.time
    monotonic: Callable[[], float] = time.monotonic
    random: Callable[[int], bytes] = secrets.token_bytes
    line: Line | None = None
    extra_headers: ExtraHeaders | None = None
    cases: Cases | None = None
    identity_transport: "AsyncBaseTransport | None" = None
    demo_portal: str = ""


@dataclass(slots=True)
class _Open:
    """What exists only while the event loop runs."""

    house: House
    pings: Pings
    source: Source
    log: AuditLog
    publisher: Publisher
    evidence: Evidence
    trace: PeopleTrace
    register: Register
    people: People
    openid: OpenId | None
    console: Console
    company: Company
    usage: Usage
    office: office.Office
    tools: OnePool


def create_app(settings: Settings, keys: Keys, around: Surroundings | None = None) -> Application:
    """The application that ships. Raises SettingsError, ContractError or PolicyError when it must not start."""
    around = around or Surroundings()
    every = load_all()
    contracts = chosen(settings, every)
    policies = load(settings.policies, every)
    load_rules(settings.policies)
    for contract in contracts.values():
        _certified(contract, settings)
    sheets = load_sheets(settings.policies, every, policies)
    opened: list[_Open] = []

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with _opened(settings, keys, around, contracts, policies, sheets) as everything:
            opened.append(everything)
            open_web(
                behind,
                everything.people,
                settings.public_url,
                everything.openid,
                trusted=settings.trusted_proxies,
                menu=(*console_pages.MENU, *company_pages.MENU, acheteur.ENTRY),
                sandbox=bool(around.demo_portal),
            )
            behind.state.console = everything.console
            behind.state.files = FilePages(
                everything.office, everything.house, workshop, everything.trace, around.demo_portal
            )
            behind.state.registries = everything.source.standings
            behind.state.company = everything.company
            try:
                yield
            finally:
                opened.clear()

    def ready() -> str | None:
        return (opened[0].log.reason or None) if opened else "arrêt en cours"

    behind = FastAPI(title="Dites-le-nous une fois", lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None)
    add_pages(
        behind,
        lambda: opened[0].house,
        lambda: opened[0].pings,
        ready,
        lambda: opened[0].source.states(),
        settings.trusted_proxies,
        frozenset(contract.relay.address for contract in contracts.values() if contract.relay.address),
    )
    rooms = (lambda: opened[0].office, lambda: opened[0].house)
    add_candidatures(behind, *rooms, settings.trusted_proxies)
    add_buyers(behind, *rooms, lambda: opened[0].people, settings.trusted_proxies)
    add_dume(behind, *rooms, settings.trusted_proxies)
    workshop = add_exports(behind, *rooms, lambda: opened[0].evidence.room.receipts, settings.trusted_proxies)
    add_marches(behind, *rooms, workshop, settings.trusted_proxies)

    async def looked(person: Person, role: Role, query: str) -> None:
        trace = opened[0].trace
        await trace.event("log_read", actor=trace.person(person.id), role=role.value, query=query)

    entries = entries_router(lambda: opened[0].evidence.room, looked)
    figures = opendata.router(lambda: opened[0].usage, policies, settings.public_url)
    add_web(
        behind,
        contracts,
        policies,
        [
            *(entries, figures, *console_pages.ROUTERS, *company_pages.ROUTERS),
            *(candidature.router, marche.router, acheteur_lien.router, acheteur.router),
        ],
    )
    company_pages.add_company(behind)
    console_pages.add_console(behind)
    add_contract(behind)
    add_log(behind, lambda: opened[0].evidence.room, lambda: opened[0].house, settings.trusted_proxies)
    add_registry_health(behind, lambda: opened[0].source.standings())
    add_log_health(behind, lambda: opened[0].publisher, lambda: opened[0].log.size, lambda: opened[0].evidence.states())
    products = [product for contract in contracts.values() for product in contract.products.values()]
    add_mcp(behind, products, rooms[1], lambda: opened[0].tools.spend, settings.trusted_proxies)
    return HotRoute(behind, Router(products), lambda: opened[0].house, settings.trusted_proxies)


@asynccontextmanager
async def _opened(
    settings: Settings,
    keys: Keys,
    around: Surroundings,
    contracts: Mapping[str, Contract],
    policies: Policies,
    sheets: Sheets,
) -> AsyncIterator[_Open]:
    """Open everything, in order; close it all, in the other order."""
    settings.state.mkdir(mode=0o700, parents=True, exist_ok=True)
    log = AuditLog.open(settings.log, Signer(settings.origin, keys.audit), anchor=settings.anchor)
    subjects = Subjects(keys.subjects, keys_at(settings.log), around.random, around.monotonic)
    with suppress(KeysUnavailable):  # then each request says so, until the key can be had
        subjects.prepare(around.clock())
    register = Register(settings.state / "register.db")
    aside = Aside(to_standard_error)
    lines = Lines(aside) if around.line is None else None
    wires = {name: _wire(contract, settings, around) for name, contract in contracts.items()}
    for wire in wires.values():
        await wire.open()
    relay = Relay(keys.links, settings.public_url, around.now, around.random)
    doors = {
        name: door(contract, settings.registry, wires[name], relay.link, around.clock, around.monotonic)
        for name, contract in contracts.items()
    }
    relay.through(doors, contracts)
    documents = Documents(
        settings.state / "documents.db", keys.documents, keys.links, settings.public_url, around.now, around.random
    )
    also = around.cases.identifiers if around.cases else frozenset()
    source = Source(
        contracts, doors, around.clock, around.monotonic, maintenance=settings.maintenance, also_accepted=also
    )
    recorder = Recorder(log, subjects, around.clock, around.line or lines or _nowhere, policies.digest)
    trace = PeopleTrace(recorder, subjects, around.clock)
    oidc = settings.oidc
    people = People(
        settings.state / "people.db", trace, oidc.assurance if oidc else Assurance(), around.now, around.random
    )
    openid = _openid(settings, keys, people, around)
    bearer, quotas = Bearer(keys, register, around.now, around.monotonic), Quotas(policies.pools, around.now)
    house = House(
        audit=recorder,
        identity=bearer,
        quotas=quotas,
        purpose=Purpose(policies),
        in_flight=InFlight(),
        cache=Cache(settings.cache_bytes, around.now),
        source=CasesFirst(around.cases, source) if around.cases else source,
        documents=documents,
        relay=relay,
        public_url=settings.public_url,
        now=around.now,
    )
    pings = Pings(contracts, doors, around.clock, maintenance=settings.maintenance)
    sweeping = asyncio.create_task(documents.sweeping())
    ahead = asyncio.create_task(keep_ahead(subjects, around.clock))
    saying = asyncio.create_task(announce(Snapshots(settings.state / "policies"), house.audit, policies.expansion))
    await asyncio.wait({saying}, timeout=1)  # said before the first decision, unless the log is out of order
    evidence = _evidence(settings, log, recorder, keys, around)
    verifier = Signer(settings.origin, keys.audit).verifier
    console = open_console(
        Lent(
            settings.state, StoreReader.at(settings.log), evidence.follower, verifier, recorder, subjects, register,
            policies, contracts, around.clock, keys.links, settings.policies, around.random, evidence.states,
        )
    )  # fmt: skip
    company = company_pages.open_company(
        company_pages.Lent(
            settings.state, StoreReader.at(settings.log), recorder, subjects, policies, contracts, register,
            around.clock, around.random, settings.public_url,
        )
    )  # fmt: skip
    closings = Closings(StoreReader.at(settings.log), hints_of(settings.state / "index.db"))
    usage = Usage(settings.state / "opendata", StoreReader.at(settings.log), closings, settings.opendata_k)
    await evidence.remember()
    lent = office.Lent(
        house=house,
        sheets=sheets,
        path=settings.state / "dossiers.db",
        key=keys.dossiers,
        vouched=lambda token: Vouched(bearer, token),
        calls=quotas.of_portals().spend,
        rates=quotas.of_files({one.id: one.dossier_pool for one in policies.purposes.values() if one.dossier_pool}),
        places={name: contract.concurrency for name, contract in contracts.items()},
        retention_months={one.id: one.retention_months for one in policies.purposes.values()},
        identifier=lambda: str(uuid.uuid4()),
        random=around.random,
        now=around.now,
        monotonic=around.monotonic,
        loopback=settings.webhooks_to_loopback,
    )
    try:
        async with (
            Publisher(log, evidence.countersigners).running() as publisher,
            recorder.floods.recorded(recorder),
            office.opened(lent) as files,
            _closer(settings, policies, recorder, around).running(after=usage.refresh),
            watching(console),
        ):
            yield _Open(
                house, pings, source, log, publisher, evidence, trace, register, people, openid, console, company,
                usage, files, quotas.of_tools(),
            )  # fmt: skip
    finally:
        saying.cancel()
        sweeping.cancel()
        ahead.cancel()
        evidence.close()
        for wire in wires.values():
            await wire.close()
        log.close()
        documents.close()
        register.close()
        if openid is not None:
            await openid.close()
        people.close()
        company.store.close()
        if lines is not None:
            lines.flush()
        aside.close()


def _closer(settings: Settings, policies: Policies, recorder: Recorder, around: Surroundings) -> DayCloser:
    embargoed = [one.id for one in policies.purposes.values() if one.embargo_days]
    hints = hints_of(settings.state / "index.db")
    return DayCloser(StoreReader.at(settings.log), recorder.event, embargoed, around.clock, hints)


def _evidence(settings: Settings, log: AuditLog, recorder: Recorder, keys: Keys, around: Surroundings) -> Evidence:
    outsiders = Outsiders(
        settings.witnesses, settings.tsa_url, settings.tsa_certificates, settings.tsa_every_s, settings.second_key
    )
    verifier = Signer(settings.origin, keys.audit).verifier
    reader = StoreReader.at(settings.log)
    return Evidence(log, reader, settings.state, verifier, recorder, outsiders, around.now, around.monotonic)


def _openid(settings: Settings, keys: Keys, people: People, around: Surroundings) -> OpenId | None:
    if settings.oidc is None:
        return None
    provider = Provider(settings.oidc, around.monotonic, around.identity_transport)
    return OpenId(settings.oidc, provider, people, settings.public_url, keys.links, around.now, around.random)


def _wire(contract: Contract, settings: Settings, around: Surroundings) -> Wire:
    return Wire(contract, around.extra_headers or dict, client_certificate(contract, settings.registry))


def _certified(contract: Contract, settings: Settings) -> None:
    """Try the files of a mutual TLS now, rather than at the first question. Raises SettingsError."""
    try:
        client_certificate(contract, settings.registry)
    except (OSError, ValueError) as error:
        names = f"{contract.tls.certificate}, {contract.tls.key}" if contract.tls else contract.base_url
        raise SettingsError(f"{names} : certificat ou clé inutilisable ({type(error).__name__}).") from None


def _nowhere(_: Mapping[str, Any]) -> None:
    return
