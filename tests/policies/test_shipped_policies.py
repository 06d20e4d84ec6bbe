# SPDX-License-Identifier: EUPL-1.2
"""The policies that are shipped: they load, their examples hold, and they grant what the official matrix says."""

from collections.abc import Mapping

import pytest

from connectors.kit.contract import Contract, load_all
from gateway.purpose.examples import outcome, sample
from gateway.purpose.load import compiled, default_folder, load
from gateway.purpose.model import Example, Policies, Purpose, Rule

CONTRACTS: Mapping[str, Contract] = load_all()
POLICIES: Policies = compiled(default_folder(), CONTRACTS)
EXAMPLES = [(purpose, example) for purpose in POLICIES.purposes.values() for example in purpose.examples]
RELEASES = [(rule, number) for rule in POLICIES.rules.values() for number in rule.releases]

# marchés publics, aides publiques, subventions, fraude: R requis, o optionnel, X interdit, . not granted.
COLUMNS = ("marches_publics", "aides_publiques", "subventions_associations", "detection_fraude")
MATRIX = {
    "insee/etablissement": "RRRR",
    "insee/etablissement_diffusible": "RRRR",
    "insee/siege_social_diffusible": "RoRo",
    "insee/siege_social": "RoRR",
    "insee/adresse": "oooo",
    "insee/adresse_diffusible": "oooo",
    "insee/unite_legale": "oooo",
    "insee/unite_legale_diffusible": "oooo",
    "insee/successions": "oooo",
    "dgfip/chiffres_affaires": "RRX.",
    "dgfip/attestation_fiscale": "RRR.",
    "urssaf/attestation_vigilance": "RRRR",
    "inpi_rne/extrait_rne": "RRRR",
    "infogreffe/extrait_kbis": "RRXR",
    "cma_france/entreprise_artisanale": "RRXR",
    "inpi_rne/actes_bilans": "RRXR",
    "djepva_rna/association": "RR.R",
    "djepva_rna/documents": "RR.R",
    "djepva_rna/association_protegee": "RRRR",
    "djepva_rna/association_open_data": "oooo",
    "fabrique_numerique/conventions_collectives": "Rooo",
    "ademe/certification_rge": "oooo",
    "qualibat/certification_batiment": "oooo",
    "opqibi/certification_ingenierie": "oooo",
    "qualifelec/certificats": "oooo",
    "douanes/immatriculations_eori": "ooXR",
    "vies/numero_tva": "ooXR",
    "dgfip_tva/numero_tva": "ooXR",  # newer than the matrix: the same fact, from another register
    "fntp/carte_professionnelle": "ooXX",
    "data_subvention/subventions": "ooRR",
    "msa/conformite_cotisations": "RRXR",
    "infogreffe/mandataires_sociaux": "oRXR",
    "banque_de_france/bilans": "ooRR",
    "dgfip/liasses_fiscales": "oRR.",
    "dgfip/liens_capitalistiques": "oRR.",
    "probtp/conformite_cotisations_retraite": "ooXo",
    "probtp/attestation_cotisations_retraite": "ooXo",
    "cnetp/attestation_conges_payes": "ooXo",
    "cibtp/attestation_conges_payes": "ooXo",
    "carif_oref/qualiopi": "oooR",
    "gip_mds/effectifs_annuels": "oooR",
    "gip_mds/effectifs_mensuels": "oooR",
    "inpi_rne/beneficiaires_effectifs": "XXXR",
    "inpi_rne/beneficiaires_effectifs_open_data": "XXXR",
    # Open registries that the matrix does not know: ours, for whoever wants them.
    "agence_bio/certifications": "oooo",
    "ban/adresses": "oooo",
    "boamp/avis": "oooo",
    "bodacc/annonces": "oooo",
    "ratios_financiers/ratios": "oooo",
    "recherche_entreprises/recherche": "oooo",
    "recherche_entreprises/unite_legale": "oooo",
}
# limit, seconds, each product its own counter
POOLS = {
    "json_resources_entreprise": (250, 60, False),
    "low_latency_documents": (50, 60, False),
    "high_latency_documents": (5, 60, True),
    "inpi_rne": (15, 60, True),
    "urssaf": (100, 60, True),
    "gip_mds": (50, 60, False),
    "mcp": (100, 60, False),
    # Ours: what application files draw on, and portals' requests about them.
    "candidature": (6000, 60, False),
    "portails": (6000, 60, False),
}


def named(pair: tuple[Rule, int]) -> str:
    return f"{pair[0].purpose.id}-{pair[0].product.id}-v{pair[1]}"


def test_the_shipped_policies_load_whole() -> None:
    policies = load(default_folder(), CONTRACTS)
    assert set(policies.purposes) == {
        *COLUMNS,
        "preremplissage_public",
        "verification_reguliere",
        "candidature_marches_publics",
    }
    assert policies.digest == POLICIES.digest


@pytest.mark.parametrize(("purpose", "example"), EXAMPLES, ids=[f"{p.id}-{e.place}" for p, e in EXAMPLES])
def test_an_example_comes_out_as_it_says(purpose: Purpose, example: Example) -> None:
    assert outcome(POLICIES, CONTRACTS, purpose, example) is None


@pytest.mark.parametrize("purpose", POLICIES.purposes.values(), ids=POLICIES.purposes)
def test_every_purpose_shows_what_it_allows_and_what_it_refuses(purpose: Purpose) -> None:
    assert {example.expect == "accordé" for example in purpose.examples} == {True, False}


@pytest.mark.parametrize("rank", range(len(COLUMNS)), ids=COLUMNS)
def test_the_four_official_uses_grant_what_the_matrix_says(rank: int) -> None:
    purpose = POLICIES.purposes[COLUMNS[rank]]
    needs = {rule.product.id: rule.need for rule in POLICIES.rules_of(purpose.id)}
    words = {"R": "requis", "o": "optionnel"}
    assert needs == {product: words[row[rank]] for product, row in MATRIX.items() if row[rank] in words}
    assert purpose.forbidden == {product for product, row in MATRIX.items() if row[rank] == "X"}


@pytest.mark.parametrize("purpose", COLUMNS)
def test_the_four_official_uses_see_every_field_of_what_they_are_granted(purpose: str) -> None:
    for rule in POLICIES.rules_of(purpose):
        assert set(rule.releases) == set(rule.product.versions)
        assert [release.withheld for release in rule.releases.values()] == [()] * len(rule.releases)


def test_three_purposes_bring_their_own_legal_basis() -> None:
    own = {purpose.id: [str(text) for text in purpose.basis] for purpose in POLICIES.purposes.values() if purpose.basis}
    assert own == {
        "marches_publics": [
            "code de la commande publique, article R2143-13",
            "code des relations entre le public et l'administration, article L114-8",
        ],
        "candidature_marches_publics": [
            "code de la commande publique, article R2143-13",
            "code de la commande publique, article R2143-14",
            "code des relations entre le public et l'administration, article L114-8",
        ],
        "preremplissage_public": ["loi n° 2016-1321 du 7 octobre 2016 pour une République numérique, article 1"],
    }


def test_public_prefilling_gives_open_data_without_a_natural_person() -> None:
    rules = POLICIES.rules_of("preremplissage_public")
    assert {rule.product.id for rule in rules if rule.product.registry == "insee"} == {
        "insee/unite_legale_diffusible",
        "insee/siege_social_diffusible",
        "insee/etablissement_diffusible",
        "insee/adresse_diffusible",
        "insee/successions",
    }
    opened = {
        product.id for contract in CONTRACTS.values() for product in contract.products.values() if product.open_data
    }
    kept_out = {
        "inpi_rne/beneficiaires_effectifs_open_data",  # nothing but natural persons
        "boamp/avis",  # names of winners, which its contract promises
    }
    assert {rule.product.id for rule in rules} == opened - kept_out
    for rule in rules:
        assert rule.product.open_data
        for number, release in rule.releases.items():
            of_persons = {
                name for group in rule.product.natural_persons for name in rule.product.fields_of(group, number)
            }
            assert set(release.withheld) == of_persons


def test_regular_checking_gives_yes_or_no_and_until_when() -> None:
    (rule,) = POLICIES.rules_of("verification_reguliere")
    assert rule.product.id == "urssaf/attestation_vigilance"
    assert {number: release.fields for number, release in rule.releases.items()} == {
        4: {"entity_status.code", "entity_status.libelle", "entity_status.description", "date_fin_validite"}
    }


def test_pools_are_the_contracts() -> None:
    assert {pool.name: (pool.limit, pool.period_s, pool.each) for pool in POLICIES.pools.values()} == POOLS


@pytest.mark.parametrize("pair", RELEASES, ids=[named(pair) for pair in RELEASES])
def test_a_full_answer_keeps_every_key_and_nulls_exactly_what_is_withheld(pair: tuple[Rule, int]) -> None:
    rule, number = pair
    version, release = rule.product.versions[number], rule.releases[number]
    whole = sample(version)
    out = release.narrow(whole)
    item = out.data[0] if version.collection else out.data
    full = whole.data[0] if version.collection else whole.data
    assert list(item) == list(full)
    assert list(out.links) == list(whole.links)
    assert list(out.meta) == list(whole.meta)
    if not release.withheld:
        assert (out.data, out.links, out.meta) == (whole.data, whole.links, whole.meta)
    for name in release.withheld:
        assert hidden(name.split("."), item)


def hidden(path: list[str], value: object) -> bool:
    """Whether nothing of a field shows: it is null, or a list or an object it belongs to is."""
    if not path or value is None:
        return value is None
    inside = value.get(path[0].removesuffix("[]")) if isinstance(value, dict) else None
    if path[0].endswith("[]"):
        return inside is None or (isinstance(inside, list) and all(hidden(path[1:], one) for one in inside))
    return hidden(path[1:], inside)
