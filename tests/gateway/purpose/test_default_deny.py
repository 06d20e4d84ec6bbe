# SPDX-License-Identifier: EUPL-1.2
"""Emptiness refuses: each missing thing alone is enough for a no."""

import pytest

from gateway.problems import Problem
from gateway.purpose.decide import grant, permit
from gateway.purpose.load import Policies
from gateway.values import Grant
from tests.gateway.purpose.purpose_world import CALLED, FACT, FREE, PURPOSE, YEARS, Folder, consumer, edited, stated


def refusal(policies: Policies, **changes: object) -> Problem:
    with pytest.raises(Problem) as caught:
        grant(policies, consumer(**changes), FACT)
    assert caught.value.status == 403
    assert caught.value.code == "00100"
    assert caught.value.faults[0].source == {"parameter": "token"}
    return caught.value


def test_the_usual_consumer_is_granted_so_that_refusals_below_have_one_cause_each(policies: Policies) -> None:
    found = grant(policies, consumer(), FACT)
    assert (found.purpose, found.title, found.policy) == ("essai", "Essai", policies.digest)
    assert found.basis == ("code des essais, article L1",)
    assert permit(found, 3, stated(), CALLED).release.fields >= {"numero", "taux"}


def test_empty_policies_refuse() -> None:
    refusal(Policies({}, {}, {}, ""))


def test_an_unknown_purpose_refuses(policies: Policies) -> None:
    refusal(policies, purpose="autre")


def test_an_empty_purpose_refuses(policies: Policies) -> None:
    refusal(policies, purpose="")


def test_no_scope_refuses(policies: Policies) -> None:
    assert "droit" in refusal(policies, scopes=frozenset()).faults[0].detail


def test_a_foreign_scope_refuses(policies: Policies) -> None:
    refusal(policies, scopes=frozenset({"ouvert"}))


def test_a_product_without_a_rule_refuses_even_with_its_scope(policies: Policies) -> None:
    with pytest.raises(Problem, match="00100"):
        grant(policies, consumer(scopes=frozenset({"droit", "ouvert"})), YEARS)


def test_a_product_without_scopes_is_no_exception_to_rules(policies: Policies) -> None:
    with pytest.raises(Problem, match="00100"):
        grant(policies, consumer(), FREE)


def test_a_product_without_scopes_is_open_to_any_token_of_a_purpose_that_grants_it(folder: Folder) -> None:
    also = '[[grants]]\nproduct = "r/free"\nneed = "optionnel"\ngroups = ["tout"]\n\n[[examples]]'
    policies = folder.write(edited(PURPOSE, "[[examples]]", also)).load()
    assert grant(policies, consumer(scopes=frozenset()), FREE).product is FREE


@pytest.mark.parametrize("basis", [(), ("",), ("  ",)])
def test_a_purpose_that_wants_the_habilitations_basis_refuses_without_one(
    folder: Folder, basis: tuple[str, ...]
) -> None:
    text = edited(PURPOSE, '[{ text = "code des essais", article = "L1" }]', '"habilitation"')
    policies = folder.write(text).load()
    assert grant(policies, consumer(basis=("décret d'essai",)), FACT).basis == ("décret d'essai",)
    assert "fondement juridique" in refusal(policies, basis=basis).faults[0].detail


def test_no_recipient_of_its_own_refuses_every_recipient(policies: Policies) -> None:
    found: Grant = grant(policies, consumer(recipients=frozenset()), FACT)
    with pytest.raises(Problem, match="00213"):
        permit(found, 3, stated(), CALLED)


def test_rights_come_from_the_purpose_and_never_from_another_one(folder: Folder) -> None:
    folder.write()
    other = edited(edited(PURPOSE, '"essai"', '"autre"'), "r/fact", "r/years").replace('["base", "taux"]', '["annees"]')
    other = other.split("[[examples]]")[0] + (
        '[[examples]]\nsays = "non"\nproduct = "r/fact"\nversion = "v3"\nscopes = ["droit"]\nexpect = "00100"\n'
    )
    policies = folder.write(other, name="autre").load()
    assert grant(policies, consumer(purpose="autre"), YEARS).purpose == "autre"
    refusal(policies, purpose="autre")
