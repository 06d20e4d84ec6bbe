# SPDX-License-Identifier: EUPL-1.2
"""What each kind of rule finds in the index: a signal, with where to see what it rests on. Bounded in lines read."""

import sqlite3
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from connectors.kit.paris import PARIS
from gateway.audit.index.lines import TERMS
from gateway.console.question import Question
from gateway.console.rules import Rule

MOST_LINES = 500_000
"""How many of the last lines a rule looks at, whatever its period."""
MOST_SIGNALS = 100
_HOUR_MS = 3_600_000
_NIGHT = (*range(22, 24), *range(6))


@dataclass(frozen=True, slots=True)
class Signal:
    """What a rule found. `whom` and `span`: what makes it one finding. `seq`: a record it rests on, or None.

    `question`: where to see it; agents and objects are filled in from that record.
    """

    rule: str
    whom: str
    span: str
    told: str
    count: int
    question: Question
    consumer: str = ""
    habilitation: str = ""
    seq: int | None = None
    fill: str = ""


def signals(rule: Rule, db: sqlite3.Connection, now: datetime) -> Iterator[Signal]:
    """What a rule finds at this instant."""
    found = {
        "volume": _volume,
        "night": _night,
        "agent_companies": _agents,
        "object_companies": _objects,
    }.get(rule.kind)
    if found is not None:
        yield from found(rule, db, now)


def _volume(rule: Rule, db: sqlite3.Connection, now: datetime) -> Iterator[Signal]:
    today = int(now.timestamp()) // 86_400
    for consumer, hours in _hours(db, today - rule.numbers["history_days"], today).items():
        days: dict[int, int] = defaultdict(int)
        for hour, count in hours.items():
            days[hour // 24] += count
        mine = days.pop(today, 0)
        usual = sum(days.values()) / len(days) if len(days) >= rule.numbers["active_days"] else None
        if usual is not None and mine >= max(rule.numbers["least"], rule.numbers["factor"] * usual):
            day = now.astimezone(UTC).date().isoformat()
            told = f"{mine} appels le {day} (UTC), au lieu de {usual:.0f} un jour d'activité ordinaire"
            yield Signal(rule.id, consumer, day, told, mine, _at(now, 1, consommateur=consumer), consumer)


def _night(rule: Rule, db: sqlite3.Connection, now: datetime) -> Iterator[Signal]:
    today = int(now.timestamp()) // 86_400
    last = int(now.timestamp()) // 3600
    for consumer, hours in _hours(db, today - rule.numbers["history_days"], today).items():
        tonight = sum(count for hour, count in hours.items() if last - 24 < hour <= last and _dark(hour))
        before = {hour: count for hour, count in hours.items() if hour <= last - 24}
        nights = sum(count for hour, count in before.items() if _dark(hour))
        known = len({hour // 24 for hour in before}) >= rule.numbers["active_days"]
        usual = 100 * nights < rule.numbers["share_percent"] * sum(before.values())
        if known and usual and tonight >= rule.numbers["least"]:
            day = now.astimezone(PARIS).date().isoformat()
            told = f"{tonight} appels de nuit en vingt-quatre heures, contre {nights} sur tout son passé connu"
            yield Signal(rule.id, consumer, day, told, tonight, _at(now, 2, consommateur=consumer), consumer)


def _agents(rule: Rule, db: sqlite3.Connection, now: datetime) -> Iterator[Signal]:
    day = now.astimezone(UTC).date().isoformat()
    for agent, consumer, companies, seq in _many(rule, db, now - timedelta(hours=24), "agent"):
        told = f"un même agent a consulté {companies} entreprises différentes en vingt-quatre heures"
        yield Signal(rule.id, f"{agent:x}", day, told, companies, _at(now, 2), consumer, "", seq, "agent")


def _objects(rule: Rule, db: sqlite3.Connection, now: datetime) -> Iterator[Signal]:
    year, week, _ = now.astimezone(UTC).isocalendar()
    for key, consumer, companies, seq in _many(rule, db, now - timedelta(days=7), "object"):
        told = f"un même objet a servi pour {companies} entreprises différentes en sept jours"
        question = _at(now, 8, consommateur=consumer)
        yield Signal(
            rule.id, f"{consumer}/{key:x}", f"{year}-S{week:02}", told, companies, question, consumer, "", seq, "objet"
        )


def _many(rule: Rule, db: sqlite3.Connection, since: datetime, column: str) -> list[tuple[int, str, int, int]]:
    """Values of a column with many companies since then: (value, consumer, companies, one record)."""
    at = int(since.timestamp() * 1000)
    texts = _texts(db, "consumer")
    answered = {text: number for number, text in _texts(db, "event").items()}.get("answered", -1)
    rows = db.execute(
        f"SELECT {column}, consumer, count(DISTINCT subject), max(seq) FROM line NOT INDEXED "  # noqa: S608 — a column
        f"WHERE seq >= ? AND at >= ? AND event = ? AND {column} IS NOT NULL AND subject IS NOT NULL "
        f"GROUP BY {column}, consumer HAVING count(DISTINCT subject) >= ? ORDER BY 3 DESC LIMIT ?",
        (_first(db, at), at, answered, rule.numbers["least"], MOST_SIGNALS),
    )
    return [(value, texts.get(consumer, ""), companies, seq) for value, consumer, companies, seq in rows]


def _first(db: sqlite3.Connection, at: int) -> int:
    """A record number before which nothing is as recent as `at`; never more than MOST_LINES from the end."""
    (size,) = db.execute("SELECT size FROM state").fetchone()
    low, high = max(0, int(size) - MOST_LINES), int(size)
    while low < high:
        middle = (low + high) // 2
        row = db.execute("SELECT at FROM line WHERE seq >= ? ORDER BY seq LIMIT 1", (middle,)).fetchone()
        if row is None or row[0] >= at - _HOUR_MS:  # instants are nearly in order: an hour more makes up for it
            high = middle
        else:
            low = middle + 1
    return low


def _hours(db: sqlite3.Connection, first: int, last: int) -> Mapping[str, dict[int, int]]:
    """Calls by consumer and hour since 1970, from one day to another, both included."""
    texts = _texts(db, "consumer")
    found: dict[str, dict[int, int]] = defaultdict(dict)
    rows = db.execute("SELECT consumer, hour, n FROM hour WHERE hour >= ? AND hour < ?", (first * 24, last * 24 + 24))
    for consumer, hour, count in rows:
        found[texts.get(consumer, "")][hour] = count
    return found


def _texts(db: sqlite3.Connection, field: str) -> dict[int, str]:
    return dict(db.execute("SELECT id, text FROM term WHERE field = ?", (TERMS.index(field),)).fetchall())


def _dark(hour: int) -> bool:
    return datetime.fromtimestamp(hour * 3600, PARIS).hour in _NIGHT


def _at(now: datetime, days: int, **more: str) -> Question:
    """The exchanges of the last days."""
    today = now.astimezone(PARIS).date()
    since = (today - timedelta(days=days - 1)).isoformat()
    return Question(du=since, au=today.isoformat(), **more)
