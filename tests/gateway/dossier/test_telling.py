# SPDX-License-Identifier: EUPL-1.2
"""What each audience is told of a file while registries answer: nothing of a protected piece shows on an open page."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from gateway.dossier.store import Event
from gateway.dossier.telling import progress, tellable, told, view
from gateway.dossier.values import Candidature, Item
from gateway.dossier.words import Audience, State
from tests.gateway.dossier.files_world import NOW, SHEETS, SIRET, dossier, item

OPEN, PROTECTED = "qualibat", "attestation_vigilance"
FATES: dict[str, Callable[[Item], Item]] = {
    "asked by nobody yet": lambda one: replace(one, state=State.PENDING, attempts=0, value=None, provenance=None),
    "silent": lambda one: replace(one, state=State.UNAVAILABLE, value=None),
    "under examination": lambda one: replace(one, state=State.PENDING, value=None),
    "refused": lambda one: replace(one, value={"entity_status": {"code": "refus_de_delivrance"}}, against=True),
    "delivered": lambda one: one,
}


def file(fate: str) -> Candidature:
    return dossier(item(OPEN, value={"a": 1}), FATES[fate](item(PROTECTED, value={"b": 2})))


def seen(fate: str, audience: Audience) -> dict[str, Any]:
    return view(file(fate), audience, SHEETS, sirens={SIRET[:9]})


@pytest.mark.parametrize("fate", FATES)
def test_an_open_page_reads_the_same_whatever_becomes_of_a_protected_piece(fate: str) -> None:
    """Not even whether its registry was asked, and so not when it answered."""
    assert seen(fate, Audience.PUBLIC) == seen("delivered", Audience.PUBLIC)
    assert seen(fate, Audience.PUBLIC)["progression"] == {"attendues": 1, "interrogees": 1}
    assert seen(fate, Audience.PUBLIC)["complet"] is True


@pytest.mark.parametrize("fate", [one for one in FATES if one != "asked by nobody yet"])
def test_a_portal_learns_that_a_registry_was_asked_and_not_what_it_does_since(fate: str) -> None:
    assert seen(fate, Audience.PORTAL) == seen("delivered", Audience.PORTAL)
    assert seen(fate, Audience.PORTAL)["complet"] is True
    assert seen("asked by nobody yet", Audience.PORTAL)["complet"] is False


def test_the_company_itself_sees_who_is_still_expected() -> None:
    complete = {fate: seen(fate, Audience.REPRESENTATIVE)["complet"] for fate in FATES}
    assert complete == {
        "asked by nobody yet": False,
        "silent": False,
        "under examination": False,
        "refused": True,
        "delivered": True,
    }


def test_an_open_piece_still_counts_for_everybody() -> None:
    waiting = dossier(replace(item(OPEN), state=State.UNAVAILABLE), item(PROTECTED))
    for audience in (Audience.PUBLIC, Audience.PORTAL, Audience.REPRESENTATIVE):
        assert view(waiting, audience, SHEETS, sirens={SIRET[:9]})["complet"] is False
    assert progress(waiting, Audience.PUBLIC) == {"attendues": 1, "interrogees": 1}


def test_what_happens_to_a_protected_piece_is_told_to_the_company_alone() -> None:
    """An open page is told which pieces there are, and what becomes of the open ones."""
    found = file("refused")

    def event(name: str, key: str) -> Event:
        return Event(found.id, 1, int(NOW), name, {"piece": f"{SIRET}:{key}"})

    for name, key, open_page in (
        ("piece.attendue", PROTECTED, True),
        ("piece.mise_a_jour", PROTECTED, False),
        ("piece.completee", PROTECTED, False),
        ("alerte.expiration", PROTECTED, False),
        ("contestation.recue", PROTECTED, False),
        ("piece.mise_a_jour", OPEN, True),
    ):
        assert tellable(event(name, key), found, Audience.PUBLIC) is open_page, name
        assert tellable(event(name, key), found, Audience.REPRESENTATIVE, {SIRET[:9]})
    mine = told(event("piece.mise_a_jour", PROTECTED), found, Audience.REPRESENTATIVE, SHEETS, sirens={SIRET[:9]})
    assert mine["piece"]["defavorable"] is True
    stranger = told(event("piece.mise_a_jour", PROTECTED), found, Audience.REPRESENTATIVE, SHEETS, sirens={"999100225"})
    assert stranger["piece"]["etat"] == "protegee"
