# SPDX-License-Identifier: EUPL-1.2
"""`/console/chiffres`: volumes, refusals and latencies. `/console/sante`: how the log does, not what it holds."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, timedelta

from fastapi import APIRouter, Request, Response

from gateway.audit.index.days import Figures, Sums, figures
from gateway.audit.index.schema import LATENCIES_MS
from gateway.audit.index.store import reading
from gateway.console.desk import Desk
from gateway.console.story import wording
from gateway.web.chart import bars, lines
from gateway.web.console.common import Auditor, Watcher, console_of, desk_of, looker
from gateway.web.console.search import choices, words
from gateway.web.look import page

router = APIRouter(include_in_schema=False)
_DAYS = 30
_MOST_DAYS = 366
_MOST_CODES = 20
_EPOCH = date(1970, 1, 1)
_OUTCOMES = (("answered", "réponses"), ("refused", "refus"), ("failed", "échecs"))
_SHARES = ((0.5, "50 %"), (0.95, "95 %"))
_LATENCIES = "Durées par jour : 50 % et 95 % des échanges ont pris moins de"


@router.get("/console/chiffres")
async def shown(request: Request, person: Auditor) -> Response:
    """The figures of a period; they are a look at the log like any other."""
    desk = desk_of(request)
    given = request.query_params
    until = _day(given.get("au", ""), desk.clock().astimezone(UTC).date())
    since = _day(given.get("du", ""), until - timedelta(days=_DAYS - 1))
    since = max(min(since, until), until - timedelta(days=_MOST_DAYS - 1))
    registry = given.get("registre", "") if given.get("registre", "") in desk.contracts else ""
    purpose = given.get("finalite", "") if given.get("finalite", "") in desk.policies.purposes else ""
    found = await desk.run(lambda: _read(desk, since, until, registry, purpose))
    told = f"chiffres du={since} au={until} registre={registry or 'tous'} finalite={purpose or 'toutes'}"
    await desk.looked(looker(person), told, found.whole.total)
    days = [since + timedelta(days=number) for number in range((until - since).days + 1)]
    labels = [f"{day.day}/{day.month:02}" for day in days]
    sums = [found.days.get((day - _EPOCH).days, Sums()) for day in days]
    volumes = [(name, [one.events.get(event, 0) for one in sums]) for event, name in _OUTCOMES]
    latencies = [(name, [_latency(one, share) for one in sums]) for share, name in _SHARES]
    codes = sorted(found.codes.items(), key=lambda one: -one[1])[:_MOST_CODES]
    return page(
        request,
        "console/chiffres.html",
        title="Chiffres",
        person=person,
        du=since.isoformat(),
        au=until.isoformat(),
        registre=registry,
        finalite=purpose,
        total=found.whole,
        volumes=bars("Échanges par jour", labels, volumes),
        durees=lines(_LATENCIES, labels, latencies),
        par_registre=_ordered(found.registries),
        par_finalite=_ordered(found.purposes),
        par_code=[(code, count, wording(code, desk.contracts)) for code, count in codes],
        etat=desk.state(),
        **choices(desk, {"purpose": [], "registry": [], "product": [], "code": []}),
        **{name: found for name, found in words(desk).items() if name.startswith("titres")},
    )


@router.get("/console/sante")
async def health(request: Request, person: Watcher) -> Response:
    """How the log does: sizes, ages, witnesses."""
    console = console_of(request)
    return page(
        request,
        "console/sante.html",
        title="Santé du journal",
        person=person,
        etat=console.desk.state(),
        dehors=console.health().get("countersigners", []),
        cle=console.desk.verifier.text(),
        publie=await console.desk.run(lambda: console.desk.publication()),
        auditeur="auditeur" in person.roles,
    )


def _read(desk: Desk, since: date, until: date, registry: str, purpose: str) -> Figures:
    connection = reading(desk.index)
    try:
        return figures(connection, (since - _EPOCH).days, (until - _EPOCH).days, registry, purpose)
    finally:
        connection.close()


def _latency(sums: Sums, share: float) -> int | None:
    """The bound under which that share of a day's exchanges stays, the last one if none; None on a day without any."""
    if not any(sums.histogram):
        return None
    found = sums.within_ms(share)
    return LATENCIES_MS[-1] if found is None else found


def _ordered(found: Mapping[str, Sums]) -> Sequence[tuple[str, Sums]]:
    return sorted(found.items(), key=lambda one: -one[1].total)


def _day(text: str, default: date) -> date:
    try:
        return min(max(date.fromisoformat(text), date(2020, 1, 1)), date(2200, 1, 1))
    except ValueError:
        return default
