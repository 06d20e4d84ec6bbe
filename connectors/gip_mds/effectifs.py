# SPDX-License-Identifier: EUPL-1.2
"""What both questions to the GIP-MDS have in common: how they are put, and how the list of headcounts is read.

Every headcount comes twice, once for the general scheme (RG) and once for the agricultural one (RA). The rules and
their order are those of the registry's sheet; first match wins.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from urllib.parse import parse_qsl

from connectors.kit import NotFound, Registry, RegistryInternal, Reply, UnknownAnswer
from connectors.kit.waiting import retry_after
from connectors.kit.wire import Wire, day, needed, objects, text

HEADCOUNTS = "/rcd-api/1.0.0/effectifs"
ASKING = "00000DINUM"
SCHEMES = "RA;RG"
NOT_COMMUNICATED = "NC"
MOST_ITEMS = 200
"""Two schemes and fourteen months at most make 28 items."""

_NATURES = {"moyen": "01", "boeth": "02", "ecap": "03", "assujettissement_oeth": "04"}
_COUNT = re.compile(r"[0-9]{1,9}(\.[0-9]{1,9})?", re.ASCII)
_NEXT_ACCESS = re.compile(
    r"([0-9]{4})-([A-Z][a-z]{2})-([0-9]{2}) ([0-9]{2}:[0-9]{2}:[0-9]{2})([+-][0-9]{4})(?: [A-Z]+)?", re.ASCII
)
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

Regime = Literal["regime_general", "regime_agricole"]
_REGIMES: Mapping[str, Regime] = {"RG": "regime_general", "RA": "regime_agricole"}


@dataclass(frozen=True, slots=True)
class Headcount:
    """One headcount. `value`: persons, a decimal number; None when it is not communicated.

    `nature`: the registry's code, A01 to A04 of a year, M01 to M04 of a month. `period`: eight digits. `updated`:
    `YYYY-MM-DD`.
    """

    regime: Regime
    nature: str
    period: str
    value: float | None
    updated: str | None


def nature_code(letter: str, nature: str | None) -> str:
    """The registry's code of a nature, of a year (`A`) or a month (`M`). An unknown nature is read as `moyen`."""
    return letter + _NATURES.get(nature or "", _NATURES["moyen"])


async def ask(question: Mapping[str, str], gip_mds: Registry) -> list[Headcount]:
    """The headcounts, in the registry's order. Raises NotFound when none is communicated, and the registry's errors."""
    now = gip_mds.now()
    common = {
        "codeOPSDemandeur": ASKING,
        "dateHeure": now.isoformat(timespec="seconds"),
        "source": SCHEMES,
    }
    return _read(await gip_mds.get(HEADCOUNTS, query={**common, **question}), gip_mds, now)


def _read(reply: Reply, gip_mds: Registry, now: datetime) -> list[Headcount]:
    match reply.status:
        case 204 | 404:
            raise NotFound
        case 401 | 403:
            raise gip_mds.refusal("acces_momentanement_refuse")
        case 429:
            reopens = _seconds_until_next_access(reply, now)
            raise gip_mds.refusal("quota_atteint", retry_in=retry_after(reply.headers) if reopens is None else reopens)
        case 500:
            raise RegistryInternal
    body = reply.json()
    if isinstance(body, dict) and body.get("code") == "KO_TECHNIQUE":
        raise gip_mds.refusal("incident_technique")
    if reply.status != 200:
        raise UnknownAnswer
    items = objects(body, MOST_ITEMS)
    sources = [item.get("source") for item in items]
    if not all(scheme in sources for scheme in _REGIMES):
        raise UnknownAnswer
    if all(item.get("effectifs") == NOT_COMMUNICATED for item in items):
        raise NotFound
    return [_headcount(item) for item in items]


def _headcount(item: Wire) -> Headcount:
    regime = _REGIMES.get(needed(item, "source"))
    if regime is None:
        raise UnknownAnswer
    return Headcount(
        regime=regime,
        nature=needed(item, "nature"),
        period=needed(item, "periode"),
        value=_value(needed(item, "effectifs")),
        updated=None if text(item, "miseAJourRCD") == NOT_COMMUNICATED else day(item, "miseAJourRCD"),
    )


def _value(written: str) -> float | None:
    if written == NOT_COMMUNICATED:
        return None
    if not _COUNT.fullmatch(written):
        raise UnknownAnswer
    return float(written)


def _seconds_until_next_access(reply: Reply, now: datetime) -> int | None:
    """How long the quota stays used up, said in a form-encoded body; None when that cannot be read."""
    try:
        written = dict(parse_qsl(reply.text(), max_num_fields=20)).get("nextAccessTime", "")
    except ValueError:  # more fields than any of its answers has
        return None
    found = _NEXT_ACCESS.fullmatch(written)
    if not found or found[2] not in _MONTHS:
        return None
    month = _MONTHS.index(found[2]) + 1
    try:
        then = datetime.fromisoformat(f"{found[1]}-{month:02d}-{found[3]}T{found[4]}{found[5]}")
        return max(0, int((then - now).total_seconds()))
    except (ValueError, OverflowError):
        return None
