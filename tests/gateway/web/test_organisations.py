# SPDX-License-Identifier: EUPL-1.2
"""What organisations are called on pages."""

import uuid
from pathlib import Path

from gateway.identity.habilitation import Habilitation
from gateway.identity.register import Register
from gateway.web.organisations import Organisations

CITY, STATE = "21750001600019", "13002526500013"


def test_an_organisation_is_called_as_its_first_habilitation_says_and_keeps_it(tmp_path: Path) -> None:
    register = Register(tmp_path / "register.db")
    rows = [(CITY, "Ville d'essai", 3), (CITY, "Ville d'essai, voirie", 4), (STATE, "Service de l'État", 1)]
    made = [
        Habilitation(str(uuid.uuid4()), siret, name, "marches_publics", frozenset(("open_data",)), None, at)
        for siret, name, at in rows
    ]
    for one in reversed(made):
        register.create(one)
    called = Organisations(register)
    assert called.by_siret() == {CITY: "Ville d'essai", STATE: "Service de l'État"}
    assert called.by_number() == called.by_siret() | {one.id: one.name for one in made}
    register.close()
    assert called.by_siret()[CITY] == "Ville d'essai"
    lost = Organisations(register)
    assert lost.by_number() == {}
