# SPDX-License-Identifier: EUPL-1.2
"""Markets on disk: sealed, found again by what they are about, and erased when their time is over."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from gateway.dossier.files import Files
from gateway.dossier.markets import Application, Market, MarketStanding
from gateway.dossier.markets_store import MarketRows
from gateway.dossier.markets_telling import letter
from gateway.dossier.opening import Terms
from gateway.dossier.values import Tender, Webhook
from gateway.dossier.words import Kind, Source, Standing
from gateway.problems import Problem
from tests.gateway.dossier.files_world import NOW as WORLD
from tests.gateway.dossier.files_world import Time, dossier, opened

NOW = int(WORLD)

URL = "https://portail.example/notifications"
TENDER = Tender(Source.PROFILE, "2026-REF-77", "Un préau", "99910077900019", Kind.WORKS, deadline=NOW + 86_400)
MARKET = Market(
    "a" * 36, "h", "t", NOW, NOW + 1_000_000, Terms(TENDER, webhook=Webhook(URL, "un-secret-bien-garde")), "u-7"
)
AWAITED = Application("b" * 36, MARKET.id, NOW, NOW + 3_600, {"lots": ["1"]}, user="u-8", reference="s-1")


@pytest.fixture
def files(tmp_path: Path) -> Iterator[Files]:
    """Files on a store of this test's own."""
    found = opened(tmp_path, Time())
    yield found
    found.store.close()


@pytest.fixture
def rows(files: Files) -> MarketRows:
    """The tables, with one market and one application on it."""
    found = files.store.lend(MarketRows)
    with files.store.writing():
        found.put(MARKET)
        found.put_application(AWAITED)
    return found


def test_what_is_kept_is_what_was_given(rows: MarketRows) -> None:
    assert rows.market(MARKET.id) == MARKET
    assert rows.application(AWAITED.id) == AWAITED
    assert rows.waiting(MARKET.id, NOW) == 1
    assert rows.market(AWAITED.id) is rows.application(MARKET.id) is None


def test_nothing_said_is_in_the_clear_on_disk(rows: MarketRows, files: Files, tmp_path: Path) -> None:
    with files.store.writing():
        rows.put_application(replace(AWAITED, siret="99910011800010"))
    files.store.close()
    kept = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    for said in (
        b"2026-REF-77",
        b"99910077900019",
        b"99910011800010",
        b"u-7",
        b"s-1",
        b"un-secret",
        b"portail.example",
    ):
        assert said not in kept
    assert MARKET.id.encode() in kept


def test_the_same_consultation_is_known_again_however_it_is_spelled(rows: MarketRows, files: Files) -> None:
    spelled = replace(TENDER, reference=" 2026-ref-77  ", title="autrement")
    assert rows.same("h", spelled, NOW) == MARKET.id
    assert rows.same("h", spelled, NOW + 86_400) is None  # its deadline is past
    for other in (replace(TENDER, reference="2026-REF-78"), replace(TENDER, buyer_siret="13002526500013")):
        assert rows.same("h", other, NOW) is None
    assert rows.same("another", TENDER, NOW) is None
    with files.store.writing():
        rows.put(replace(MARKET, closed_at=NOW))
    assert rows.same("h", TENDER, NOW) is None
    assert rows.count("h", NOW) == 0


@pytest.mark.parametrize(
    ("closed_at", "later", "standing", "code"),
    [
        (None, 0, MarketStanding.OPEN, ""),
        (None, 86_399, MarketStanding.OPEN, ""),
        (None, 86_400, MarketStanding.OVER, "00752"),
        (NOW, 0, MarketStanding.CLOSED, "00751"),
        (NOW, 86_400, MarketStanding.CLOSED, "00751"),
    ],
)
def test_a_market_is_open_until_it_is_closed_or_over(
    closed_at: int | None, later: int, standing: MarketStanding, code: str
) -> None:
    market = replace(MARKET, closed_at=closed_at)
    assert market.standing(NOW + later) is standing
    if code:
        with pytest.raises(Problem) as refused:
            market.open_to_all(NOW + later)
        assert refused.value.code == code
    else:
        market.open_to_all(NOW + later)


def test_what_is_over_is_erased_and_what_goes_on_stays(rows: MarketRows, files: Files) -> None:
    begun = replace(AWAITED, id="c" * 36, siret="99910011800010", begun_at=NOW)
    files.create(dossier(identifier=begun.id), "", "", lambda _: rows.put_application(begun))
    with files.store.writing():
        files.store.happened(MARKET.id, NOW, "marche.ouvert", {})
        rows.sweep(NOW + 3_599)
    assert rows.waiting(MARKET.id, NOW) == 1
    with files.store.writing():
        rows.sweep(NOW + 3_600)
    assert rows.application(AWAITED.id) is None
    assert rows.application(begun.id) == begun
    files.erase(begun.id)
    with files.store.writing():
        rows.sweep(NOW + 3_600)
    assert rows.application(begun.id) is None
    with files.store.writing():
        rows.sweep(MARKET.until)
    assert rows.market(MARKET.id) is None
    assert files.store.events(MARKET.id, 0) == []


def test_a_file_and_its_application_are_written_together_or_not_at_all(rows: MarketRows, files: Files) -> None:
    def fails(_: object) -> None:
        rows.put_application(replace(AWAITED, begun_at=NOW, siret="99910011800010"))
        raise OSError("disk")

    with pytest.raises(OSError, match="disk"):
        files.create(dossier(identifier=AWAITED.id), "", "", fails)
    assert files.find(AWAITED.id) is None
    assert rows.application(AWAITED.id) == AWAITED


def test_counts_are_of_files_as_they_stand(rows: MarketRows, files: Files) -> None:
    for rank, standing in enumerate((Standing.OPEN, Standing.SEALED, Standing.WITHDRAWN)):
        one = replace(AWAITED, id=f"{rank}" * 36, begun_at=NOW, siret="99910011800010")
        file = replace(dossier(identifier=one.id), standing=standing)
        files.create(file, "", "", lambda _, one=one: rows.put_application(one))  # type: ignore[misc]  # bound in the loop
    assert rows.counts(MARKET.id) == (3, 1)
    assert len(rows.begun_by(MARKET.id, "99910011800010")) == 3
    assert rows.begun_by(MARKET.id, "99910022500013") == []


def test_a_letter_says_what_the_portal_may_know_and_never_its_secret(rows: MarketRows, files: Files) -> None:
    with files.store.writing():
        first = files.store.happened(MARKET.id, NOW, "marche.ouvert", {})
        files.store.happened(MARKET.id, NOW, "candidature.commencee", {"candidature": AWAITED.id, "siret": "1" * 14})
    opening = letter(rows, files, MARKET.id, first.seq, NOW)
    assert opening is not None
    assert (opening[0].url, opening[1]["evenement"], opening[1]["etat"]) == (URL, "marche.ouvert", "ouvert")
    begun = letter(rows, files, MARKET.id, first.seq + 1, NOW)
    assert begun is not None
    assert (begun[1]["candidature"], begun[1]["siret"], begun[1]["reference_portail"]) == (AWAITED.id, "1" * 14, "s-1")
    assert "un-secret" not in str(begun[1])
    assert letter(rows, files, MARKET.id, first.seq + 2, NOW) is None
    assert letter(rows, files, AWAITED.id, 1, NOW) is None
