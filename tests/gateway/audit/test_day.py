# SPDX-License-Identifier: EUPL-1.2
"""A day's tree: every company proves its records, every other its absence, and nothing can be said that is not so."""

import hashlib
import json
from collections.abc import Mapping

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.audit.day import (
    Counted,
    Day,
    DayUncounted,
    check_absent,
    check_present,
    content_of,
    day_of,
    key_of,
    tree_of,
)
from gateway.audit.day_proof import BadDayProof, checked, written
from gateway.audit.merkle import BadProof, leaf_hash

DAY = "2026-11-23"
EMBARGO = "detection_fraude"
PURPOSES = ("marches_publics", EMBARGO, None)
EVENTS = ("asked", "answered", "refused", "failed", "log_read", "signed_in")


def commitment(number: int) -> str:
    return "hmac-sha256:" + hashlib.sha256(b"%d" % number).hexdigest()


companies = st.integers(0, 12)
records = st.lists(st.tuples(companies, st.sampled_from(EVENTS), st.sampled_from(PURPOSES)), max_size=40)


def entries(rows: list[tuple[int, str, str | None]], first: int = 7) -> list[tuple[int, bytes, bytes]]:
    """These records as a log holds them, from this number on."""
    found = []
    for offset, (company, event, purpose) in enumerate(rows):
        facts = {"event": event, "id": f"{offset}", "subject": commitment(company), "purpose": purpose}
        entry = orjson.dumps({key: value for key, value in facts.items() if value is not None})
        found.append((first + offset, entry, leaf_hash(entry)))
    return found


def worked_out(rows: list[tuple[int, str, str | None]], purposes: tuple[str, ...] = (EMBARGO,)) -> Day:
    return day_of(DAY, 7, 7 + len(rows), entries(rows), purposes)


def counted(rows: list[tuple[int, str, str | None]], company: int, *, sealed: bool) -> list[int]:
    """Which records are about a company, told without any tree."""
    return [
        7 + at
        for at, (who, event, purpose) in enumerate(rows)
        if who == company and event in ("asked", "answered", "refused", "failed") and (purpose == EMBARGO) is sealed
    ]


@settings(max_examples=60, deadline=None)
@given(rows=records, company=companies)
def test_every_company_proves_its_records_or_its_absence(rows: list[tuple[int, str, str | None]], company: int) -> None:
    day = worked_out(rows)
    for closing, embargoed in (("", {EMBARGO: "2027-11-23"}), ("", {})):
        claim = checked(written(day, closing, [commitment(company)], embargoed))
        assert claim.header == day.header
        mine = counted(rows, company, sealed=False)
        hidden = [] if embargoed else counted(rows, company, sealed=True)
        assert [one.seq for one in claim.records] == sorted(mine + hidden)
        assert claim.counts[""] == len(mine)


@settings(max_examples=60, deadline=None)
@given(rows=records, company=companies, data=st.data())
def test_a_proof_that_was_tampered_with_is_found(
    rows: list[tuple[int, str, str | None]], company: int, data: st.DataObject
) -> None:
    told = json.loads(written(worked_out(rows), "", [commitment(company)], {}))
    places = sorted(_places(told), key=str)
    place = data.draw(st.sampled_from([one for one in places if one[0] not in ("closing",)]))
    _change(told, place)
    try:
        claim = checked(json.dumps(told))
    except BadDayProof:
        return
    # What still reads says something else of the day, or of somebody else: the log's own record contradicts it.
    assert claim.header.digest() != worked_out(rows).header.digest() or claim.commitments != (commitment(company),)


@settings(max_examples=60, deadline=None)
@given(rows=records, company=companies)
def test_leaving_out_or_adding_a_record_is_found(rows: list[tuple[int, str, str | None]], company: int) -> None:
    tree = worked_out(rows).open
    key = key_of(DAY, commitment(company))
    place = tree.place(key)
    if place is None:
        before, after = tree.around(key)
        check_absent(key, before, after, tree.root, tree.size)
        if tree.size:
            with pytest.raises(BadProof):
                check_absent(tree.leaves[0].key, *tree.around(key), tree.root, tree.size) if tree.size == 1 else (
                    check_absent(key, None, None, tree.root, tree.size)
                )
        return
    shown, mine = tree.shown(place), tree.records[key]
    check_present(key, mine, place, shown.path, tree.root, tree.size)
    for other in (mine[:-1], (*mine, Counted(10_000, bytes(32))), tuple(reversed(mine)) if len(mine) > 1 else ()):
        with pytest.raises(BadProof):
            check_present(key, other, place, shown.path, tree.root, tree.size)
    with pytest.raises(BadProof):  # a company that is there is never absent
        check_absent(key, *tree.around(key), tree.root, tree.size)


@settings(max_examples=40, deadline=None)
@given(rows=records)
def test_what_is_under_embargo_changes_nothing_of_the_open_tree(rows: list[tuple[int, str, str | None]]) -> None:
    day = worked_out(rows)
    others = [row if row[2] != EMBARGO else (row[0], "log_read", row[2]) for row in rows]
    # The numbers stay the same; only the leaves of what is hidden differ.
    assert {leaf.key for leaf in worked_out(others).open.leaves} == {leaf.key for leaf in day.open.leaves}
    assert day.under_embargo[EMBARGO].size == day.seals[EMBARGO].size


def test_a_seal_hides_even_that_its_tree_is_empty() -> None:
    nobody, other = [(1, "answered", "marches_publics")], [(2, "answered", "marches_publics")]
    assert worked_out(nobody).seals[EMBARGO].root == worked_out(other).seals[EMBARGO].root
    assert worked_out(nobody).header.sealed != worked_out(other).header.sealed


def test_a_neighbour_is_not_recognised_from_one_day_to_the_next() -> None:
    assert key_of(DAY, commitment(1)) != key_of("2026-11-24", commitment(1))


def test_a_day_without_records_proves_everybody_s_absence() -> None:
    claim = checked(written(worked_out([]), "", [commitment(3)], {}))
    assert claim.records == ()
    assert claim.header.size == 0


def test_a_day_with_an_erased_or_missing_record_is_not_worked_out() -> None:
    rows = entries([(1, "answered", None), (2, "answered", None)])
    erased = [(rows[0][0], None, rows[0][2]), rows[1]]
    for found, complaint in ((erased, "effacé"), (rows[:1], "manque"), (rows[1:], "manque")):
        with pytest.raises(DayUncounted, match=complaint):
            day_of(DAY, 7, 9, found, ())


@pytest.mark.parametrize(
    "text", ["{}", "[]", "{", '{"format":"dlnuf.day-proof/1"}', "[" * 5000, '{"format":"dlnuf.day-proof/1","header":3}']
)
def test_garbage_is_said_to_be_no_proof(text: str) -> None:
    with pytest.raises(BadDayProof):
        checked(text)


def test_a_sealed_tree_cannot_be_exchanged_for_another() -> None:
    rows: list[tuple[int, str, str | None]] = [(1, "answered", EMBARGO), (1, "answered", "marches_publics")]
    told = json.loads(written(worked_out(rows), "", [commitment(1)], {}))
    empty = json.loads(written(worked_out([(2, "answered", None)]), "", [commitment(1)], {}))
    told["parts"][1] = empty["parts"][1]
    with pytest.raises(BadDayProof, match="scellé"):
        checked(json.dumps(told))


def test_the_count_is_part_of_the_leaf() -> None:
    one, two = Counted(1, bytes(32)), Counted(2, bytes(32))
    assert len({content_of(()), content_of((one,)), content_of((one, two)), content_of((two,))}) == 4
    assert tree_of(DAY, {commitment(1): ()}).size == 0


def _places(told: object, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    if isinstance(told, Mapping):
        return [place for key, value in told.items() for place in _places(value, (*path, key))]
    if isinstance(told, list):
        return [place for at, value in enumerate(told) for place in _places(value, (*path, at))]
    return [path] if path else []


def _change(told: object, path: tuple[str | int, ...]) -> None:
    for key in path[:-1]:
        told = told[key]  # type: ignore[index]  # a place that _places gave
    value = told[path[-1]]  # type: ignore[index]
    changed: object = value + 1 if isinstance(value, int) else 1
    if isinstance(value, str):
        changed = ("1" if value[:1] != "1" else "2") + value[1:]
    told[path[-1]] = changed  # type: ignore[index]
