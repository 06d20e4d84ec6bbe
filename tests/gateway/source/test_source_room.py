# SPDX-License-Identifier: EUPL-1.2
"""A question goes in; the registry's answer comes out, dated, or the problem its caller will understand."""

import asyncio
import json
import logging
import re
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from connectors.kit import Answer, Caller, Document, NotFound, RegistryError, RegistryThrottled, RegistryTimeout, Siren
from connectors.kit.contract import load
from connectors.kit.errors import NetworkDown
from connectors.kit.facts import Product
from connectors.kit.freshness import Freshness, Window
from connectors.kit.parameters import KINDS
from gateway.logs import JsonFormatter
from gateway.problems import PLATFORM, Problem
from gateway.source.source import Source
from gateway.values import Question

NOW = datetime(2026, 11, 22, 10, 0, 0, 500_000, tzinfo=UTC)
SIREN = "999100118"

Conversation = Callable[..., Awaitable[Answer[Any]]]


async def fine(**_: object) -> Answer[Any]:
    """A registry that answers."""
    return Answer({"siren": SIREN})


def about(
    conversation: Conversation = fine, siren: str = SIREN, freshness: str = "1h", **changes: object
) -> tuple[Source, Question]:
    """The source room before a registry that holds this conversation, and a question about a company."""
    contract = replace(load("insee"), maintenance=(Window.parse("01:00-02:00"),))
    product = contract.products["insee/unite_legale"]
    version = replace(product.versions[4], conversation=conversation)
    bent: Product = replace(product, freshness=Freshness.parse(freshness), **changes)  # type: ignore[arg-type]  # by name
    caller = Caller("jeton", "13002526500013", "demande")
    question = Question(bent, version, {"siren": siren}, caller, (product.id, "v4", siren))
    return Source({"insee": contract}, {}, lambda: NOW, lambda: 0.0, maintenance=False), question


def source_at(moment: datetime, *, maintenance: bool = True, also: frozenset[str] = frozenset()) -> Source:
    """The source room at this moment, before a registry that closes every night from one to two."""
    contract = replace(load("insee"), maintenance=(Window.parse("01:00-02:00"), Window.parse("00:30-01:30")))
    doors = {"insee": "porte"}
    return Source(
        {"insee": contract},
        doors,  # type: ignore[arg-type]  # only handed on
        lambda: moment,
        lambda: 0.0,
        maintenance=maintenance,
        also_accepted=also,
    )


def test_while_a_registry_is_closed_the_answer_is_020_and_the_longest_wait() -> None:
    _, question = about(siren="pas un SIREN")
    with pytest.raises(Problem) as raised:
        source_at(datetime(2026, 1, 15, 0, 15, tzinfo=UTC)).ready(question)  # 01:15 in Paris: both windows
    assert (raised.value.status, raised.value.code) == (503, "01020")
    assert raised.value.faults[0].meta == {"provider": "INSEE", "retry_in": 45 * 60}


def test_outside_its_windows_or_where_they_do_not_count_parameters_are_read() -> None:
    _, question = about()
    for source in (source_at(NOW), source_at(datetime(2026, 1, 15, 0, 15, tzinfo=UTC), maintenance=False)):
        arguments = source.ready(question).arguments
        assert arguments["siren"] == SIREN
        assert isinstance(arguments["siren"], Siren)
        assert "porte" in arguments.values()


def test_a_parameter_that_cannot_be_read_is_named_with_the_contract_s_code() -> None:
    source, question = about(siren="999100119")
    with pytest.raises(Problem) as raised:
        source.ready(question)
    (fault,) = raised.value.faults
    assert (raised.value.status, fault.code, fault.source) == (422, "00301", {"parameter": "siren"})
    assert not raised.value.from_registry


@pytest.mark.parametrize("code", sorted({kind.code for kind in KINDS.values()} - {"00401"}))
def test_the_refusal_of_a_parameter_says_how_it_is_written(code: str) -> None:
    """« Not well formed » helps nobody: spaces and a wrong last digit are what people type."""
    assert re.search(r"\bchiffres\b|\bentier de \d+ à \d+|entre \d+ et", PLATFORM[code].detail), PLATFORM[code].detail


def test_identifiers_of_official_cases_need_no_check_digit_and_others_still_do() -> None:
    source = source_at(NOW, also=frozenset({"123456789"}))
    assert source.ready(about(siren="123456789")[1]).arguments["siren"] == "123456789"
    with pytest.raises(Problem):
        source.ready(about(siren="123456780")[1])


def put(source: Source, question: Question, *, alone: bool = True) -> Awaitable[Any]:
    """Put a question whose conversation needs no argument."""
    call = replace(source_at(NOW).ready(about()[1]), question=question, arguments={})
    return source.put(call, alone=alone)


@pytest.mark.parametrize(("freshness", "life"), [("1h", 3600), ("none", 0), ("until next day 08:00", 21 * 3600)])
async def test_an_answer_says_when_it_was_obtained_and_until_when_it_is_fresh(freshness: str, life: int) -> None:
    sourced = await put(*about(freshness=freshness))
    assert sourced.obtained_at == int(NOW.timestamp())
    assert sourced.fresh_until - sourced.obtained_at == life
    assert (sourced.provider, sourced.cached, sourced.document) == ("INSEE", False, None)


@pytest.mark.parametrize(
    ("freshness", "life_s", "life"), [("1h", 86_400, 3600), ("1h", 600, 600), ("90h", 90_000, 86_400)]
)
async def test_an_answer_is_never_fresh_longer_than_its_document_lives(freshness: str, life_s: int, life: int) -> None:
    async def documented(**_: object) -> Answer[Any]:
        return Answer({}, document=Document(b"%PDF-", "a.pdf", life_s=life_s))

    sourced = await put(*about(documented, freshness=freshness))
    assert sourced.fresh_until - sourced.obtained_at == life


@pytest.mark.parametrize(
    "error", [ValueError("DUPONT"), KeyError("DUPONT"), RecursionError("DUPONT"), TypeError("DUPONT")], ids=repr
)
async def test_what_breaks_in_a_connector_is_999_and_its_log_line_does_not_quote_it(
    error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    async def breaks(**_: object) -> Answer[Any]:
        raise error

    with caplog.at_level(logging.ERROR), pytest.raises(Problem) as raised:
        await put(*about(breaks))
    assert (raised.value.status, raised.value.code, raised.value.from_registry) == (502, "01999", True)
    line = json.loads(JsonFormatter().format(caplog.records[-1]))
    assert line["event"] == "connector_failed"
    assert line["product"] == "insee/unite_legale"
    assert line["exception"] == type(error).__name__
    assert "DUPONT" not in str(line)


@pytest.mark.parametrize(
    ("error", "status", "code", "meta"),
    [
        (NotFound(), 404, "01003", {"provider": "INSEE"}),
        (RegistryTimeout(retry_in=3), 504, "01002", {"provider": "INSEE", "retry_in": 3}),
        (NetworkDown(retry_in=10), 502, "00501", {"provider": "INSEE", "retry_in": 10}),
        (NotFound(provider_errors=["e"]), 404, "01003", {"provider": "INSEE", "provider_errors": ["e"]}),
        (load("insee").refusal("plusieurs_sieges"), 502, "01501", {"provider": "INSEE"}),
        (RegistryThrottled(retry_in=9), 502, "01008", {"provider": "INSEE", "retry_in": 9}),
        (load("gip_mds").refusal("quota_atteint"), 502, "01503", {"provider": "INSEE"}),
    ],
    ids=["not found", "late", "network", "provider errors", "own refusal", "too often", "its quota"],
)
async def test_a_registry_s_error_becomes_the_catalogue_s_problem(
    error: RegistryError, status: int, code: str, meta: dict[str, object]
) -> None:
    async def raises(**_: object) -> Answer[Any]:
        raise error

    with pytest.raises(Problem) as raised:
        await put(*about(raises))
    assert (raised.value.status, raised.value.code, raised.value.from_registry) == (status, code, True)
    assert raised.value.faults[0].meta == meta
    assert raised.value.throttles == (code in ("01008", "01503"))


async def test_a_product_of_another_provider_answers_under_its_own_name_and_prefix() -> None:
    async def raises(**_: object) -> Answer[Any]:
        raise NotFound

    source, question = about(raises, error_prefix="77", provider="AUTRE")
    with pytest.raises(Problem) as raised:
        await put(source, question)
    assert (raised.value.code, raised.value.faults[0].meta) == ("77003", {"provider": "AUTRE"})


async def test_those_who_share_a_trouble_are_each_told_by_a_problem_of_their_own() -> None:
    asked = 0

    async def raises(**_: object) -> Answer[Any]:
        nonlocal asked
        asked += 1
        await asyncio.sleep(0)
        raise RegistryTimeout

    source, question = about(raises)
    told = await asyncio.gather(*(put(source, question, alone=False) for _ in range(20)), return_exceptions=True)
    assert asked == 1
    assert {error.code for error in told if isinstance(error, Problem)} == {"01002"}
    assert len({id(error) for error in told}) == 20  # a problem carries its own caller's counters


async def test_a_question_asked_afresh_or_whose_answer_may_not_be_kept_is_put_for_each() -> None:
    asked = 0

    async def count(**_: object) -> Answer[Any]:
        nonlocal asked
        asked += 1
        await asyncio.sleep(0)
        return Answer({})

    source, question = about(count)
    await asyncio.gather(*(put(source, question) for _ in range(5)))
    assert asked == 5
    source, question = about(count, freshness="none")
    await asyncio.gather(*(put(source, question, alone=False) for _ in range(5)))
    assert asked == 10


def test_every_kind_has_a_code_of_the_catalogue() -> None:
    assert {kind.code for kind in KINDS.values()} <= PLATFORM.keys()


def test_a_product_with_a_time_out_of_its_own_is_handed_a_door_that_has_it() -> None:
    class Patient:
        def within(self, seconds: float) -> str:
            return f"porte, {seconds:g} s"

    contract = load("dgfip")
    source = Source({"dgfip": contract}, {"dgfip": Patient()}, lambda: NOW, lambda: 0.0)  # type: ignore[dict-item]  # handed on
    waits = {}
    for product in contract.products.values():
        given = {"siren": SIREN, "siret": SIREN + "00010", "year": "2024"}
        version = max(product.versions.values(), key=lambda version: version.number)
        ready = source.ready(Question(product, version, given, Caller("jeton", "13002526500013", "demande"), ()))
        waits[product.name] = ready.arguments["dgfip"]
    short = "porte, 10 s"
    assert isinstance(waits.pop("attestation_fiscale"), Patient)
    assert waits == dict.fromkeys(("chiffres_affaires", "liasses_fiscales", "liens_capitalistiques"), short)
