# SPDX-License-Identifier: EUPL-1.2
"""Anomaly rules: what each one finds and what it leaves alone, once for each period, closed with a reason."""

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from gateway.console.findings import Watch, findings
from gateway.console.rules import KINDS, Rule, load_rules
from gateway.console.scraping import HABILITATIONS, KEPT, Scraping
from gateway.purpose.load import default_folder
from gateway.purpose.model import PolicyError
from tests.gateway.pages_world import NOW, SIRET, Somebody

from .conftest import World

NUMBERS = {"least": 10, "factor": 3, "history_days": 28, "active_days": 3, "share_percent": 10}


def rule(kind: str, **numbers: int) -> Rule:
    """A rule of a kind with small numbers."""
    return Rule(kind, kind, kind, kind, {name: {**NUMBERS, **numbers}[name] for name in KINDS[kind]})


@pytest.fixture
async def watch(world: World) -> Watch:
    """The rules at work, with small numbers."""
    found = world.app.state.console.watch
    found.rules = tuple(rule(kind) for kind in KINDS)
    return found


async def calls(world: World, count: int, at: timedelta, **changed: object) -> None:
    """So many refused calls of the consumer at that distance from now."""
    world.hour[0] = NOW + at
    for number in range(count):
        await world.recorder.event(
            "answered",
            **{
                "product": "insee/unite_legale", "version": 4, "registry": "insee", "habilitation": "h", "token": "t",
                "consumer": SIRET, "purpose": "marches_publics", "policy": "5a" * 32, "recipient": SIRET,
                "context": "c", "object": f"o{number}", "cached": True, "fields": "5a" * 32, "digest": "5a" * 32,
                "size": 1, "status": 200, "latency_ms": 1,
                "subject": world.subjects.commitment(f"{number:09}", NOW), **changed,
            },
        )  # fmt: skip
    world.hour[0] = NOW
    world.publish()


def kinds(watch: Watch) -> list[str]:
    """The rules with an open finding."""
    return sorted(one.rule for one in findings(watch.store, "open"))


async def test_an_unusual_day_is_found_once_and_recorded(world: World, watch: Watch) -> None:
    for day in range(1, 5):
        await calls(world, 4, timedelta(days=-day))
    await watch.round()
    assert kinds(watch) == []
    await calls(world, 30, timedelta(hours=-1))
    for _ in range(3):
        await watch.round()
    assert kinds(watch) == ["volume"]
    (record,) = world.records("finding_raised")
    assert record["consumer"] == SIRET
    assert record["count"] == 30


async def test_a_newcomer_and_a_regular_are_left_alone(world: World, watch: Watch) -> None:
    await calls(world, 40, timedelta(hours=-1))
    await watch.round()
    assert "volume" not in kinds(watch)


async def test_calls_at_night_of_a_day_worker_are_found(world: World, watch: Watch) -> None:
    for day in range(2, 6):
        await calls(world, 9, timedelta(days=-day))
    await watch.round()
    assert kinds(watch) == []
    await calls(world, 12, timedelta(hours=-13), object="nuit")
    await watch.round()
    assert "night" in kinds(watch)


async def test_one_agent_over_many_companies_is_found_and_shown(world: World, watch: Watch, auditor: Somebody) -> None:
    agent = world.subjects.person_commitment("agent", "agent-7", NOW)
    await calls(world, 9, timedelta(hours=-2), agent=agent)
    await watch.round()
    assert kinds(watch) == []
    await calls(world, 12, timedelta(hours=-1), agent=agent)
    await watch.round()
    assert kinds(watch) == ["agent_companies"]
    (found,) = findings(watch.store, "open")
    assert found.count == 12
    shown = await auditor.get(f"/console/recherche?{found.address}")
    assert shown.text.count('<th scope="row"') == 21


async def test_one_object_over_many_companies_is_found(world: World, watch: Watch) -> None:
    await calls(world, 12, timedelta(days=-3), object="marche-1")
    await watch.round()
    assert "object_companies" in kinds(watch)


def test_neighbouring_identifiers_are_counted_and_scattered_ones_are_not() -> None:
    clock = [0.0]
    scraping = Scraping(lambda: clock[0])
    for number in range(KEPT * 2):
        scraping.seen("scattered", SIRET, f"{(number * 7_919 * 13) % 10**8:08}0")
        scraping.seen("walker", SIRET, f"{44_000_000 + number:08}0")
        scraping.seen("faithful", SIRET, "999100118")
    assert [name for name, _, _ in scraping.found(20)] == ["walker"]
    clock[0] += 3_601
    assert scraping.found(1) == []
    scraping.seen("other", SIRET, "W123456789")
    for number in range(HABILITATIONS + 10):
        scraping.seen(f"h{number}", SIRET, "999100118")
    assert len(scraping._walks) <= HABILITATIONS


async def test_a_scraper_becomes_a_finding_without_any_identifier(world: World, watch: Watch) -> None:
    for number in range(30):
        watch.scraping.seen("hab-1", SIRET, f"{44_000_000 + number:08}0")
    await watch.round()
    (record,) = world.records("finding_raised")
    assert record["habilitation"] == "hab-1"
    assert "4400" not in str(record)


async def test_a_finding_whose_record_failed_is_recorded_at_the_next_round(world: World, watch: Watch) -> None:
    for number in range(30):
        watch.scraping.seen("hab-1", SIRET, f"{44_000_000 + number:08}0")
    world.recorder.closed = True
    await watch.round()
    assert "pas encore pu être inscrits" in watch.trouble
    world.recorder.closed = False
    await watch.round()
    assert watch.trouble == ""
    assert len(world.records("finding_raised")) == 1


async def test_a_finding_is_closed_with_a_reason_once(world: World, watch: Watch, auditor: Somebody) -> None:
    for number in range(30):
        watch.scraping.seen("hab-1", SIRET, f"{44_000_000 + number:08}0")
    await watch.round()
    page = await auditor.get("/console/constats")
    address = re.search(r'action="(/console/constats/[0-9a-f-]+)"', page.text)
    assert address
    assert (await auditor.send(address[1], verdict="justifie", motif="  ")).status_code == 422
    assert world.records("finding_closed") == []
    world.recorder.closed = True
    assert (await auditor.send(address[1], verdict="justifie", motif="audit interne")).status_code == 503
    world.recorder.closed = False
    assert kinds(watch) == ["consecutive"]
    closed = await auditor.send(address[1], verdict="justifie", motif="<b>audit</b> interne")
    assert "&lt;b&gt;audit" in closed.text
    (record,) = world.records("finding_closed")
    assert record["reason"] == "usage justifié : <b>audit</b> interne"
    assert (await auditor.send(address[1], verdict="justifie", motif="encore")).status_code == 409


def test_the_rules_of_the_house_load() -> None:
    assert {one.kind for one in load_rules(default_folder())} == set(KINDS)


@pytest.mark.parametrize(
    "text",
    [
        "x = 1",
        "rules = 3",
        "[[rules]]\nid = 1",
        '[[rules]]\nid="a"\nkind="other"\ntitle="t"\nsays="s"',
        '[[rules]]\nid="a"\nkind="consecutive"\ntitle="t"\nsays="s"',
        '[[rules]]\nid="a"\nkind="consecutive"\ntitle="t"\nsays="s"\nleast=0',
        '[[rules]]\nid="a"\nkind="consecutive"\ntitle="t"\nsays="s"\nleast=true',
        '[[rules]]\nid="a"\nkind="consecutive"\ntitle="t"\nsays="s"\nleast=1\nmore=1',
        '[[rules]]\nid="a"\nkind="consecutive"\ntitle="t"\nsays="s"\nleast=1\n' * 2,
        "\x00",
    ],
)
def test_rules_that_say_something_else_do_not_load(tmp_path: Path, text: str) -> None:
    (tmp_path / "anomalies.toml").write_text(text)
    with pytest.raises(PolicyError, match=r"anomalies\.toml"):
        load_rules(tmp_path)


async def test_a_rule_that_breaks_stops_no_other(world: World, watch: Watch) -> None:
    broken = replace(rule("volume"), numbers={})
    watch.rules = (broken, rule("consecutive"))
    for number in range(30):
        watch.scraping.seen("hab-1", SIRET, f"{44_000_000 + number:08}0")
    await calls(world, 1, timedelta(hours=-1))
    await watch.round()
    assert kinds(watch) == ["consecutive"]
    assert "n'a pas pu être suivie" in watch.trouble
