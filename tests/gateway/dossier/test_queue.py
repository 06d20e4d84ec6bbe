# SPDX-License-Identifier: EUPL-1.2
"""Whose turn it is: files take turns, plain calls keep their places, a throttled registry is left alone."""

from dataclasses import dataclass

from gateway.dossier.queue import AT_ONCE, Queue, Waiting


@dataclass
class Time:
    """Seconds that only the test moves."""

    at: float = 100.0


def queue(places: int = 8) -> tuple[Queue, Time]:
    """A queue whose registries allow so many calls at once."""
    time = Time()
    return Queue(lambda _: places, lambda: time.at), time


def stand(line: Queue, dossier: str, count: int, registry: str = "urssaf", holder: str = "jeton") -> None:
    """So many questions of a file for a registry."""
    for number in range(count):
        line.add(registry, Waiting(dossier, f"{registry}-{number}", holder))


def taken(line: Queue) -> list[Waiting]:
    """Those whose turn it is."""
    return [waiting for _, waiting in line.ready()]


def test_files_take_turns_whatever_the_number_of_their_questions() -> None:
    """A file of fifty questions does not make one of two wait for fifty."""
    line, _ = queue(places=4)
    stand(line, "grand", 50)
    stand(line, "petit", 2)
    order = []
    for _ in range(4):
        for waiting in taken(line):
            order.append(waiting.dossier)
            line.done("urssaf", waiting)
    assert order[:4] == ["grand", "petit", "grand", "petit"]


def test_half_of_a_registry_s_places_stay_for_plain_calls() -> None:
    """However many files wait."""
    line, _ = queue(places=8)
    for number in range(30):
        stand(line, f"dossier-{number}", 3)
    first = taken(line)
    assert len(first) == 4
    assert taken(line) == []
    line.done("urssaf", first[0])
    assert len(taken(line)) == 1


def test_a_registry_of_one_place_is_still_asked() -> None:
    """Half of one is one, or files would never be filled."""
    line, _ = queue(places=1)
    stand(line, "dossier", 2)
    assert len(taken(line)) == 1


def test_the_process_as_a_whole_has_a_limit() -> None:
    """Many registries do not add up to any number of questions at once."""
    line, _ = queue(places=1_000)
    for number in range(10):
        stand(line, f"dossier-{number}", 20, registry=f"registre-{number}")
    assert len(taken(line)) == AT_ONCE


def test_a_question_does_not_stand_twice_in_line() -> None:
    """Nor while it is being asked."""
    line, _ = queue()
    stand(line, "dossier", 1)
    stand(line, "dossier", 1)
    assert line.waiting() == 1
    (first,) = taken(line)
    stand(line, "dossier", 1)
    assert line.waiting() == 0
    line.done("urssaf", first)
    stand(line, "dossier", 1)
    assert line.waiting() == 1


def test_a_registry_that_is_asked_too_often_is_left_alone_for_all() -> None:
    """And the queue says when to come back."""
    line, time = queue()
    stand(line, "a", 1)
    stand(line, "b", 1)
    stand(line, "a", 1, registry="dgfip")
    line.close("urssaf", 30)
    assert [waiting.item for waiting in taken(line)] == ["dgfip-0"]
    assert line.until() == 30
    time.at += 30
    assert {waiting.dossier for waiting in taken(line)} == {"a", "b"}
    assert line.until() is None


def test_a_portal_whose_pool_is_used_up_makes_no_other_wait() -> None:
    """Its files stand aside, in their places, until the pool opens again."""
    line, time = queue()
    stand(line, "sien", 2, holder="épuisé")
    stand(line, "autre", 2, holder="large")
    line.hold("épuisé", 20)
    assert {waiting.dossier for waiting in taken(line)} == {"autre"}
    time.at += 20
    assert {waiting.dossier for waiting in taken(line)} == {"sien"}


def test_a_pace_is_kept_between_two_questions() -> None:
    """Real quotas: so many seconds from one to the next, and turns as ever."""
    line, time = queue()
    stand(line, "a", 3)
    stand(line, "b", 3)
    line.pace("urssaf", 12)
    order = []
    for _ in range(4):
        for waiting in taken(line):
            order.append(waiting.dossier)
            line.done("urssaf", waiting)
        time.at += 12
    assert order == ["a", "b", "a", "b"]


def test_a_throttling_registry_is_asked_at_a_slower_pace_then_quicker_again() -> None:
    """Nobody loses its turn; the pace is found again by its answers."""
    line, time = queue()
    stand(line, "a", 6)
    line.throttled("urssaf", 1)
    line.throttled("urssaf", 1)  # the second was under way with the first
    assert taken(line) == []
    time.at += 1
    (first,) = taken(line)
    assert taken(line) == []
    line.done("urssaf", first)
    time.at += 0.1
    assert len(taken(line)) == 1
    for _ in range(200):
        line.eased("urssaf")
    time.at += 1
    assert len(taken(line)) == 3


def test_a_withdrawn_file_leaves_every_line() -> None:
    """Nothing more is asked for it."""
    line, _ = queue()
    stand(line, "retiré", 3)
    stand(line, "retiré", 3, registry="dgfip")
    stand(line, "autre", 1)
    line.drop("retiré")
    assert {waiting.dossier for waiting in taken(line)} == {"autre"}


def test_a_line_that_opens_while_the_lines_are_being_looked_at_is_not_forgotten() -> None:
    """Its end lies between two looks at the clock: nothing else would wake whoever waits for it."""
    line, time = queue()
    stand(line, "un", 1)
    line.close("urssaf", 1.0)
    assert taken(line) == []
    time.at += 1.5
    until = line.until()
    assert until is not None
    assert until <= 0
    assert len(taken(line)) == 1
    assert line.until() is None


def test_a_portal_whose_turn_comes_back_meanwhile_is_not_forgotten_either() -> None:
    line, time = queue()
    stand(line, "un", 1, holder="jeton")
    line.hold("jeton", 1.0)
    assert taken(line) == []
    time.at += 1.5
    until = line.until()
    assert until is not None
    assert until <= 0
    assert len(taken(line)) == 1
