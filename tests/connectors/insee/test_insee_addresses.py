# SPDX-License-Identifier: EUPL-1.2
"""An address is told field by field and as the seven lines of an envelope."""

from datetime import datetime
from typing import Any

import pytest

from connectors.kit import Siret
from connectors.kit.paris import PARIS
from tests.connectors.insee.insee_door import BIS, CEDEX, ask, at_simulator, raw_for, saying


async def test_an_address_with_a_cedex_is_an_envelope_of_seven_lines() -> None:
    answer = await ask("adresse", 3, Siret(f"{CEDEX}00012"), at_simulator())
    assert answer.data == {
        "numero_voie": "150",
        "indice_repetition_voie": None,
        "type_voie": "BOULEVARD",
        "libelle_voie": "DES BATISSEURS",
        "complement_adresse": None,
        "code_commune": "69383",
        "libelle_commune": "LYON",
        "code_postal": "69003",
        "distribution_speciale": "CS 90015",
        "code_cedex": "69432",
        "libelle_cedex": "LYON CEDEX 03",
        "libelle_commune_etranger": None,
        "code_pays_etranger": None,
        "libelle_pays_etranger": None,
        "status_diffusion": "diffusible",
        "acheminement_postal": {
            "l1": "CONSTRUCTIONS HAUTERIVE",
            "l2": "",
            "l3": "",
            "l4": "150 BOULEVARD DES BATISSEURS",
            "l5": "CS 90015",
            "l6": "69432 LYON CEDEX 03",
            "l7": "FRANCE",
        },
    }
    assert answer.links == {
        "unite_legale": f"/v3/insee/sirene/unites_legales/{CEDEX}",
        "etablissement": f"/v3/insee/sirene/etablissements/{CEDEX}00012",
    }
    assert answer.meta == {"date_derniere_mise_a_jour": int(datetime(2025, 3, 10, tzinfo=PARIS).timestamp())}


def changed(part: str, **fields: object) -> Any:
    """The head office of MENUISERIES VALTORTE with some of its wire fields changed."""
    body = raw_for("adresse", BIS)
    body["etablissement"][part] |= fields
    return body


async def test_a_known_repetition_is_a_word_and_stands_on_the_envelope() -> None:
    address = (await ask("adresse", 3, Siret(f"{BIS}00013"), at_simulator())).data
    assert (address["indice_repetition_voie"], address["type_voie"]) == ("bis", "AVENUE")
    assert address["acheminement_postal"]["l4"] == "8 BIS AVENUE DE LA GARE"


async def test_an_unknown_repetition_is_given_as_it_is_and_left_off_the_envelope() -> None:
    body = changed("adresseEtablissement", indiceRepetitionEtablissement="Z")
    address = (await ask("adresse", 3, Siret(f"{BIS}00013"), saying(body))).data
    assert address["indice_repetition_voie"] == "Z"
    assert address["acheminement_postal"]["l4"] == "8 AVENUE DE LA GARE"


@pytest.mark.parametrize(
    ("sent", "published"), [("ALL", "ALLÉE"), ("Avenue", "AVENUE"), ("QUAI", "QUAI"), (None, None)]
)
async def test_a_street_type_is_a_code_or_already_a_word(sent: str | None, published: str | None) -> None:
    body = changed("adresseEtablissement", typeVoieEtablissement=sent)
    address = (await ask("adresse", 3, Siret(f"{BIS}00013"), saying(body))).data
    assert address["type_voie"] == published


async def test_a_foreign_address_ends_with_its_own_town_and_country() -> None:
    abroad = {
        "codePostalEtablissement": None,
        "libelleCommuneEtablissement": None,
        "codeCommuneEtablissement": None,
        "libelleCommuneEtrangerEtablissement": "1000 BRUXELLES",
        "codePaysEtrangerEtablissement": "99131",
        "libellePaysEtrangerEtablissement": "BELGIQUE",
    }
    address = (await ask("adresse", 3, Siret(f"{BIS}00013"), saying(changed("adresseEtablissement", **abroad)))).data
    lines = address["acheminement_postal"]
    assert (lines["l6"], lines["l7"]) == ("1000 BRUXELLES", "BELGIQUE")


async def test_a_usual_name_follows_the_name_unless_it_is_the_same() -> None:
    for usual, line in (("VALTORTE BOIS", "MENUISERIES VALTORTE VALTORTE BOIS"), ("MENUISERIES VALTORTE",) * 2):
        body = changed("uniteLegale", denominationUsuelle1UniteLegale=usual)
        address = (await ask("adresse", 3, Siret(f"{BIS}00013"), saying(body))).data
        assert address["acheminement_postal"]["l1"] == line
