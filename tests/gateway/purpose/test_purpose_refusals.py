# SPDX-License-Identifier: EUPL-1.2
"""Every refusal of a permit by name, the order in which they come, and what each tells the caller."""

from dataclasses import replace

import pytest

from gateway.problems import JSON, JSON_API, Problem
from gateway.purpose.decide import LONGEST_STATED, grant, permit
from gateway.purpose.load import Policies
from gateway.values import Grant, Stated
from tests.gateway.purpose.purpose_world import CALLED, FACT, PURPOSE, RECIPIENT, Folder, consumer, edited, stated

WRONG = ((), ("",), ("  ",), ("a", "b"))


@pytest.fixture
def granted(policies: Policies) -> Grant:
    return grant(policies, consumer(), FACT)


def refusal(granted: Grant, said: Stated, version: int = 3, called: str | None = CALLED) -> Problem:
    with pytest.raises(Problem) as caught:
        permit(granted, version, said, called)
    return caught.value


def sources(problem: Problem) -> list[tuple[str, object]]:
    return [(fault.code, fault.source and fault.source["parameter"]) for fault in problem.faults]


def test_a_permit_carries_what_was_stated_and_decided(granted: Grant) -> None:
    permitted = permit(granted, 3, stated(), CALLED)
    assert (permitted.context, permitted.object, permitted.recipient) == ("Essai", "Dossier 1", RECIPIENT)
    assert permitted.version is FACT.versions[3]
    assert permitted.release is granted.releases[3]
    assert permitted.basis == granted.basis
    assert permitted.policy == granted.policy


@pytest.mark.parametrize("values", WRONG)
@pytest.mark.parametrize(("name", "code"), [("context", "00201"), ("object", "00202"), ("recipient", "00203")])
def test_missing_empty_or_repeated_is_422(granted: Grant, name: str, code: str, values: tuple[str, ...]) -> None:
    problem = refusal(granted, stated(**{name: values}))
    assert (problem.status, problem.media_type) == (422, JSON)
    assert sources(problem) == [(code, name)]


def test_all_that_is_missing_is_told_at_once_in_the_services_order(granted: Grant) -> None:
    problem = refusal(granted, Stated())
    assert sources(problem) == [("00201", "context"), ("00203", "recipient"), ("00202", "object")]


@pytest.mark.parametrize("sign", ["\n", "\r", "\t", "\x00", "\x1b", "\x7f", "\x85", "\u2028", "\u2029", "\ud800"])
@pytest.mark.parametrize(("name", "code"), [("context", "00201"), ("object", "00202")])
def test_control_characters_are_422_and_say_so(granted: Grant, name: str, code: str, sign: str) -> None:
    problem = refusal(granted, stated(**{name: (f"avant{sign}après",)}))
    assert problem.status == 422
    assert sources(problem) == [(code, name)]
    assert "caractères de contrôle" in problem.faults[0].detail


@pytest.mark.parametrize("name", ["context", "object"])
def test_too_long_is_422_and_says_so(granted: Grant, name: str) -> None:
    problem = refusal(granted, stated(**{name: ("x" * (LONGEST_STATED + 1),)}))
    assert problem.status == 422
    assert str(LONGEST_STATED) in problem.faults[0].detail
    longest = "x" * LONGEST_STATED
    assert getattr(permit(granted, 3, stated(**{name: (longest,)}), CALLED), name) == longest


def test_french_typography_is_no_control_character(granted: Grant) -> None:
    said = "Marché n°\u00a05\u202f: l’achat d’œuvres – lot\u00a0A"
    assert permit(granted, 3, stated(object=(said,)), CALLED).object == said


def test_a_version_the_product_lacks_is_404(granted: Grant) -> None:
    problem = refusal(granted, stated(), version=9)
    assert (problem.status, problem.code, problem.media_type) == (404, "00402", JSON_API)


def test_a_version_the_purpose_does_not_grant_is_403_and_names_those_it_does(folder: Folder) -> None:
    policies = folder.write(edited(PURPOSE, 'groups = ["base"', 'versions = ["v3"]\ngroups = ["base"')).load()
    problem = refusal(grant(policies, consumer(), FACT), stated(), version=4)
    assert (problem.status, problem.code) == (403, "00100")
    assert "v3" in problem.faults[0].detail


@pytest.mark.parametrize("value", ["99900000300016", "999000003", "9990000030001A", " 99900000300015"])
def test_a_recipient_that_is_no_siret_is_422(granted: Grant, value: str) -> None:
    problem = refusal(granted, stated(recipient=(value,)))
    assert (problem.status, problem.code, problem.media_type) == (422, "00210", JSON_API)
    assert sources(problem) == [("00210", "recipient")]


def test_a_recipient_of_another_habilitation_is_403(granted: Grant) -> None:
    problem = refusal(granted, stated(recipient=("99900000300023",)))
    assert (problem.status, problem.media_type) == (403, JSON)
    assert sources(problem) == [("00213", "recipient")]


def test_any_recipient_is_accepted_where_the_habilitation_says_any(granted: Grant) -> None:
    anyone = replace(granted, recipients=None)
    assert permit(anyone, 3, stated(recipient=("99900000300023",)), CALLED).recipient == "99900000300023"


@pytest.mark.parametrize("called", ["999000003", "99900000300023"])
def test_the_company_called_is_422_as_recipient_only_where_a_purpose_forbids_it(granted: Grant, called: str) -> None:
    assert permit(granted, 3, stated(), called).recipient == RECIPIENT
    problem = refusal(replace(granted, self_lookup=False), stated(), called=called)
    assert (problem.status, problem.media_type) == (422, JSON_API)
    assert sources(problem) == [("00211", "recipient")]


@pytest.mark.parametrize("called", [None, CALLED])
def test_another_company_or_none_is_no_self_lookup(granted: Grant, called: str | None) -> None:
    assert permit(replace(granted, self_lookup=False), 3, stated(), called).recipient == RECIPIENT


def test_self_lookup_is_read_from_the_policy(folder: Folder) -> None:
    text = edited(PURPOSE, "retention_months = 36", "retention_months = 36\nself_lookup = false")
    assert not grant(folder.write(text).load(), consumer(), FACT).self_lookup


def test_a_context_the_purpose_does_not_accept_is_403_and_names_those_it_does(folder: Folder) -> None:
    text = edited(PURPOSE, "retention_months = 36", 'retention_months = 36\ncontexts = ["Essais publics", "Essais"]')
    granted = grant(folder.write(text).load(), consumer(), FACT)
    assert permit(granted, 3, stated(context=("Essais",)), CALLED).context == "Essais"
    problem = refusal(granted, stated(context=("Autre",)))
    assert (problem.status, problem.code) == (403, "00100")
    assert sources(problem) == [("00100", "context")]
    assert "« Essais publics », « Essais »" in problem.faults[0].detail


def test_refusals_come_in_the_contracts_order(granted: Grant) -> None:
    strict = replace(granted, contexts=("Autre",), self_lookup=False, releases={3: granted.releases[3]})
    bad, foreign, own = ("1",), ("99900000300023",), (RECIPIENT,)
    called = "999000003"
    steps = [
        ("00201", stated(context=(), recipient=bad), 9),
        ("00402", stated(recipient=bad), 9),
        ("00100", stated(recipient=bad), 4),
        ("00210", stated(recipient=bad), 3),
        ("00213", stated(recipient=foreign), 3),
        ("00211", stated(recipient=own), 3),
    ]
    assert [refusal(strict, said, version, called).code for _, said, version in steps] == [code for code, _, _ in steps]
    assert refusal(strict, stated(recipient=own), 3, CALLED).code == "00100"
