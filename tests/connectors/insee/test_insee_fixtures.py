# SPDX-License-Identifier: EUPL-1.2
"""Real answers of Sirene, when they are at hand, give the answers that API Entreprise gives.

The ordinary tests of answers, diffusion and refusals say the same things about our own companies.
"""

from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import orjson
import pytest

from connectors.kit import Answer, Siren, Siret
from connectors.kit.simulation import Asked, Handler, Said
from tests.connectors.insee.insee_door import ROOT, WORLD, at_simulator, door_to, mismatches, outcome, raw

FIXTURES = Path(__file__).resolve().parents[3] / ".." / "shared" / "registries" / "insee" / "fixtures"
COMPANY = ("unite_legale", "unite_legale_diffusible")
PLACE = ("etablissement", "etablissement_diffusible", "adresse", "adresse_diffusible")
OFFICE = ("siege_social", "siege_social_diffusible")
LINKS = ("successions",)

# Fixture → products asked, suffix of the protected and of the open answer (None for an answer).
EXPECTED: dict[str, tuple[tuple[str, ...], str | None, str | None]] = {
    "etablissement_ferme": (PLACE, None, None),
    "etablissement_interdit_403": (PLACE, "005", "005"),
    "etablissement_non_diffusible_N": (PLACE, None, "003"),
    "etablissement_partiel_P_personne_physique": (PLACE, None, None),
    "etablissement_personne_morale": (PLACE, None, None),
    "etablissement_siege_avec_enseigne": (PLACE, None, None),
    "siege_inconnu_404": (OFFICE, "003", "003"),
    "siege_recherche": (OFFICE, None, None),
    "succession_aucune_404": (LINKS, "003", "003"),
    "succession_une": (LINKS, None, None),
    "unite_legale_association_cessee": (COMPANY, None, None),
    "unite_legale_inconnue_404": (COMPANY, "003", "003"),
    "unite_legale_interdite_403": (COMPANY, "005", "005"),
    "unite_legale_non_diffusible_N": (COMPANY, None, "003"),
    "unite_legale_partielle_P_personne_morale": (COMPANY, None, None),
    "unite_legale_personne_morale": (COMPANY, None, None),
    "unite_legale_personne_physique": (COMPANY, None, None),
    "unite_legale_redirigee_301": (COMPANY, None, None),
}

# What a fixture's index announces of an answer: product, version, path of the value, value.
ANNOUNCED: list[tuple[str, str, int, str, object]] = [
    ("etablissement_ferme", "etablissement", 3, "data.etat_administratif", "F"),
    ("etablissement_ferme", "etablissement", 4, "data.date_fermeture", 1315173600),
    ("etablissement_non_diffusible_N", "etablissement", 4, "data.status_diffusion", "non_diffusible"),
    ("etablissement_partiel_P_personne_physique", "etablissement", 4, "data.adresse.type_voie", "AVENUE"),
    ("etablissement_partiel_P_personne_physique", "etablissement_diffusible", 4, "data.enseigne", "[ND]"),
    ("etablissement_partiel_P_personne_physique", "adresse_diffusible", 3, "data.libelle_voie", "[ND]"),
    ("etablissement_siege_avec_enseigne", "etablissement", 4, "data.siege_social", True),
    ("unite_legale_association_cessee", "unite_legale", 4, "data.rna", "W912007752"),
    ("unite_legale_association_cessee", "unite_legale", 4, "data.date_cessation", 1552863600),
    ("unite_legale_non_diffusible_N", "unite_legale", 3, "data.status_diffusion", "non_diffusible"),
    ("unite_legale_partielle_P_personne_morale", "unite_legale_diffusible", 4,
     "data.personne_morale_attributs.sigle", "[ND]"),
    ("unite_legale_personne_morale", "unite_legale", 4, "data.activite_principale.code", "46.49Y"),
    ("unite_legale_personne_physique", "unite_legale", 4, "data.type", "personne_physique"),
    ("unite_legale_redirigee_301", "unite_legale", 4, "data.siren", "778870675"),
    ("unite_legale_redirigee_301", "unite_legale", 4, "meta.redirect_from_siren", "532221694"),
    ("unite_legale_redirigee_301", "unite_legale", 4, "data.date_creation", None),
]  # fmt: skip


def at_hand() -> dict[str, Any]:
    found = sorted(FIXTURES.glob("*.json"))
    return {path.stem: orjson.loads(path.read_bytes()) for path in found}


def replay(fixture: Any) -> Handler:
    """The recorded exchanges as a registry; anything that was not recorded is a 400."""

    def handler(asked: Asked) -> Said:
        for exchange in fixture["exchanges"]:
            url = urlsplit(exchange["request"]["url"].replace("{INSEE_SIRENE_URL}", ""))
            if (url.path, dict(parse_qsl(url.query))) == (asked.path, dict(asked.query)):
                response = exchange["response"]
                headers = {name: value for name, value in response["headers"].items() if name != "content-type"}
                return Said(response["status"], orjson.dumps(response["body"]), headers=headers)
        return Said(400)

    return handler


def number_in(fixture: Any, product: str) -> Siren | Siret:
    url = fixture["exchanges"][0]["request"]["url"]
    if product in COMPANY:
        return Siren(url[-9:])
    return Siren(url[-9:]) if product in OFFICE else Siret(url[-14:])


async def test_every_fixture_gets_the_announced_outcome_in_the_published_shape() -> None:
    if not (recorded := at_hand()):
        pytest.skip("recorded answers are not at hand: the cases in our own form stand")
    for name, fixture in recorded.items():
        if name in {"auth_token", "expired_token_401"}:
            continue
        products, protected, public = EXPECTED[name]
        for product in products:
            for version in (3,) if product.startswith(("adresse", "successions")) else (3, 4):
                got = await outcome(product, version, number_in(fixture, product), door_to(replay(fixture)))
                expected = public if product.endswith("diffusible") else protected
                if isinstance(got, Answer):
                    assert (expected, mismatches(product, version, got)) == (None, []), (name, product)
                else:
                    assert got == expected, (name, product)


@pytest.mark.parametrize(("name", "product", "version", "path", "value"), ANNOUNCED)
async def test_what_the_index_announces_is_answered(
    name: str, product: str, version: int, path: str, value: object
) -> None:
    fixture = at_hand().get(name)
    if fixture is None:
        return
    got = await outcome(product, version, number_in(fixture, product), door_to(replay(fixture)))
    assert isinstance(got, Answer)
    found: Any = {"data": got.data, "meta": got.meta}
    for key in path.split("."):
        found = found[key]
    assert found == value


def test_the_simulator_says_every_key_that_the_real_registry_says() -> None:
    door = at_simulator()
    persona = WORLD.personas[0]
    ours = keys(raw(f"/siren/{persona.siren}", door)) | keys(raw(f"/siret/{persona.siret}", door))
    assert {"uniteLegale.siren", "uniteLegale.periodesUniteLegale[].dateFin", "etablissement.siret"} <= ours
    for name, fixture in at_hand().items():
        for exchange in fixture["exchanges"]:
            body = exchange["response"]["body"]
            if {"uniteLegale", "etablissement"} & body.keys():
                assert keys(body) <= ours, name
    assert ROOT == "/api-sirene/prive/3.11"


def keys(value: Any, path: str = "") -> set[str]:
    if isinstance(value, dict):
        return {one for key, inner in value.items() for one in keys(inner, f"{path}.{key}" if path else key)}
    if isinstance(value, list):
        return {one for inner in value for one in keys(inner, f"{path}[]")}
    return {path}
