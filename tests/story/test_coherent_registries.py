# SPDX-License-Identifier: EUPL-1.2
"""One company, one story: what several registries tell of the same company agrees, and each knows whom it should.

Both tables are data: SAME says which fields mean the same thing, WHO which registries know a company and which do not.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import httpx
import pytest

from connectors.kit.contract import load_all
from connectors.kit.simulation import Persona, load_world
from connectors.kit.simulation.asking import parameters_of
from tests.conftest import PARAMETERS

PERSONAS = load_world().personas
WHERE = {
    version.operation: (product, version)
    for contract in load_all().values()
    for product in contract.products.values()
    for version in product.versions.values()
}
UNIT, PLACE = "api_entreprise_v4_insee_unites_legales", "api_entreprise_v4_insee_etablissements"
SEAT = "api_entreprise_v4_insee_sieges_unites_legales"
ADDRESS = "api_entreprise_v3_insee_adresses_etablissements"
OLD_UNIT = "api_entreprise_v3_insee_unites_legales"
RCS, RNE = "api_entreprise_v3_infogreffe_extraits_rcs", "api_entreprise_v3_inpi_rne_extrait_rne"
SEARCH, RNA = "dlnuf_v1_recherche_entreprises_unite_legale", "api_entreprise_v4_mi_unites_legales_open_data"
OLD_RNA, EORI = "api_entreprise_v3_mi_associations", "api_entreprise_v3_dgddi_eori"
BIO, BODACC = "dlnuf_v1_agence_bio_certifications", "dlnuf_v1_bodacc_annonces"
TRAINING = "api_entreprise_v3_carif_oref_certifications_qualiopi_france_competences"
YEARLY = "api_entreprise_v3_gip_mds_effectifs_annuels_entreprise"
MONTHLY = "api_entreprise_v3_gip_mds_effectifs_mensuels_etablissement"
TVA, VIES = "api_entreprise_v3_dgfip_tva", "api_entreprise_v3_european_commission_vies"
BAN = "dlnuf_v1_ban_adresses"
TURNOVER, RATIOS = "api_entreprise_v3_dgfip_chiffres_affaires", "dlnuf_v1_ratios_financiers_ratios"

SAME: Mapping[str, Sequence[tuple[str, str]]] = {
    "its SIREN": (
        (UNIT, "siren"), (OLD_UNIT, "siren"), (PLACE, "unite_legale.siren"), (RCS, "siren"), (YEARLY, "siren"),
        (RNE, "identite_entreprise.siren"), (SEARCH, "siren"), (RNA, "siren"),
    ),
    "its SIRET": (
        (UNIT, "siret_siege_social"), (PLACE, "siret"), (SEAT, "siret"), (RNE, "etablissements.0.siret"),
        (SEARCH, "siege.siret"), (RNA, "siret_siege"), (OLD_RNA, "siret_siege_social"), (EORI, "id"),
        (MONTHLY, "siret"), (BIO, "0.data.siret"), (TRAINING, "siret"),
    ),
    "its RNA number": (
        (UNIT, "rna"), (RNA, "rna"), (OLD_RNA, "rna_id"), (SEARCH, "signes.identifiant_association"),
    ),
    "its name": (
        (UNIT, "personne_morale_attributs.raison_sociale"), (OLD_UNIT, "personne_morale_attributs.raison_sociale"),
        (PLACE, "unite_legale.personne_morale_attributs.raison_sociale"), (RCS, "personne_morale.denomination"),
        (RNE, "identite_entreprise.denomination"), (SEARCH, "nom_raison_sociale"), (RNA, "nom"), (OLD_RNA, "titre"),
        (EORI, "libelle"), (BIO, "0.data.raison_sociale"), (BODACC, "0.data.commercant"),
        (BODACC, "0.data.personnes_morales.0.denomination"),
    ),
    "its legal form": (
        (UNIT, "forme_juridique.code"), (PLACE, "unite_legale.forme_juridique.code"), (SEARCH, "nature_juridique"),
        (RNE, "identite_entreprise.forme_juridique.code"), (RNA, "forme_juridique.code"),
    ),
    "its activity, NAF rév. 2": (
        (UNIT, "activite_principale_naf_rev2.code"), (OLD_UNIT, "activite_principale.code"),
        (PLACE, "activite_principale_naf_rev2.code"), (SEARCH, "activite_principale"),
        (RCS, "etablissement_principal.code_ape"), (RNE, "identite_entreprise.code_APE.code"),
        (RNE, "etablissements.0.code_APE.code"), (RNA, "activites.activite_principale.code"),
    ),
    "its activity, NAF 2025": (
        (UNIT, "activite_principale.code"), (PLACE, "activite_principale.code"), (SEARCH, "activite_principale_naf25"),
    ),
    "its street": (
        (RNE, "identite_entreprise.adresse_siege_social.voie"), (RNE, "etablissements.0.adresse.voie"), (EORI, "rue"),
        (BIO, "0.data.adresses.0.lieu"),
    ),
    "its post code": (
        (PLACE, "adresse.code_postal"), (SEAT, "adresse.code_postal"), (ADDRESS, "code_postal"),
        (RNE, "identite_entreprise.adresse_siege_social.code_postal"), (SEARCH, "siege.code_postal"),
        (RNA, "adresse_siege.code_postal"), (OLD_RNA, "adresse_siege.code_postal"), (EORI, "code_postal"),
        (BIO, "0.data.adresses.0.code_postal"), (BAN, "0.data.code_postal"),
    ),
    "its town": (
        (PLACE, "adresse.libelle_commune"), (ADDRESS, "libelle_commune"), (SEARCH, "siege.commune"), (EORI, "ville"),
        (RNE, "identite_entreprise.adresse_siege_social.commune"), (BIO, "0.data.adresses.0.ville"),
    ),
    "its town's code": (
        (PLACE, "adresse.code_commune"), (ADDRESS, "code_commune"), (SEARCH, "siege.code_commune"),
        (RNA, "adresse_siege.code_insee"), (OLD_RNA, "adresse_siege.code_insee"),
        (BIO, "0.data.adresses.0.code_commune"), (BAN, "0.data.code_commune"),
    ),
    "its beginning": (
        (RCS, "date_immatriculation"), (RNE, "identite_entreprise.date_immatriculation_rne"), (SEARCH, "date_creation"),
        (RNA, "date_creation"), (OLD_RNA, "date_creation"),
    ),
    "whether it still is": ((UNIT, "etat_administratif"), (SEARCH, "etat_administratif")),
    "its capital": ((RCS, "capital.montant"), (RNE, "identite_entreprise.capital_social.montant")),
    "its VAT number": ((TVA, "numero_tva"), (VIES, "tva_number")),
    "its turnover": ((TURNOVER, "0.data.chiffre_affaires"), (RATIOS, "0.data.chiffre_d_affaires")),
}  # fmt: skip
SPELT_OTHERWISE: Mapping[tuple[str, str], Callable[[Any], Any]] = {
    (EORI, "id"): lambda text: text.removeprefix("FR"),
    (RCS, "etablissement_principal.code_ape"): lambda text: f"{text[:2]}.{text[2:]}",
    (RNE, "identite_entreprise.code_APE.code"): lambda text: f"{text[:2]}.{text[2:]}",
    (RNE, "etablissements.0.code_APE.code"): lambda text: f"{text[:2]}.{text[2:]}",
    (RATIOS, "0.data.chiffre_d_affaires"): int,
    (TURNOVER, "0.data.chiffre_affaires"): int,
}
"""Registries that write the same fact in another way."""

HIDDEN = ("[ND]", "[NON-DIFFUSIBLE]")
ASKED = tuple(dict.fromkeys(operation for places in SAME.values() for operation, _ in places))

QUALIBAT, RGE = "api_entreprise_v4_qualibat_certifications_batiment", "api_entreprise_v3_ademe_certificats_rge"
CIBTP = "api_entreprise_v3_cibtp_attestation_cotisations_conges_payes_chomage_intemperies"
CNETP = "api_entreprise_v3_cnetp_attestation_cotisations_conges_payes_chomage_intemperies"
PROBTP = "api_entreprise_v3_probtp_attestations_cotisation_retraite"
FNTP = "api_entreprise_v3_fntp_carte_professionnelle_travaux_publics"
OPQIBI, QUALIFELEC = "api_entreprise_v3_opqibi_certifications_ingenierie", "api_entreprise_v3_qualifelec_certificats"
MSA, URSSAF = "api_entreprise_v3_msa_conformites_cotisations", "api_entreprise_v4_acoss_attestations_sociales"
SUBSIDIES, CRAFTS = "api_entreprise_v3_data_subvention_subventions", "api_entreprise_v3_rnm_entreprises_artisanales"
TAX = "api_entreprise_v4_dgfip_attestations_fiscales"
OWNERS = "api_entreprise_v3_inpi_rne_beneficiaires_effectifs"

WHO: Mapping[str, tuple[Sequence[str], Sequence[str]]] = {
    "qualibat": (
        (UNIT, RCS, RNE, SEARCH, QUALIBAT, RGE, CIBTP, PROBTP, CRAFTS, URSSAF, TAX, YEARLY),
        (CNETP, FNTP, OPQIBI, QUALIFELEC, TRAINING, BIO, MSA, RNA, SUBSIDIES),
    ),
    "travaux_publics": (
        (UNIT, RCS, RNE, FNTP, CNETP, PROBTP, URSSAF, TAX),
        (CIBTP, QUALIBAT, RGE, QUALIFELEC, OPQIBI, CRAFTS, MSA, TRAINING, RNA),
    ),
    "electricite": ((UNIT, QUALIFELEC, RGE, CIBTP, PROBTP, CRAFTS), (QUALIBAT, FNTP, CNETP, OPQIBI, MSA, TRAINING)),
    "ingenierie": ((UNIT, RCS, OPQIBI, URSSAF, TAX), (QUALIBAT, QUALIFELEC, CIBTP, CNETP, PROBTP, FNTP, RGE, CRAFTS)),
    "formation": ((UNIT, RCS, TRAINING, URSSAF, TAX), (QUALIBAT, OPQIBI, CIBTP, MSA, BIO, CRAFTS)),
    "agriculture": ((UNIT, RCS, RNE, MSA, BIO, TAX), (URSSAF, CIBTP, PROBTP, QUALIBAT, CRAFTS, RNA, SUBSIDIES)),
    "association": ((UNIT, RNA, OLD_RNA, SUBSIDIES, URSSAF), (RCS, RNE, TAX, TVA, VIES, EORI, BODACC, OPQIBI)),
    "liquidation": ((UNIT, RCS, RNE, BODACC, URSSAF), (TAX, MSA, CIBTP, CNETP, QUALIBAT)),
    "organisme_public": ((UNIT, SEARCH, URSSAF, YEARLY), (RCS, RNE, TAX, RNA, BODACC, EORI)),
    "fermee": ((UNIT, RCS, BODACC, TURNOVER), (URSSAF, TAX, CIBTP, QUALIBAT, YEARLY, TVA)),
}  # fmt: skip
"""For one company of each kind: the operations that answer 200 about it, and those that answer 404."""


class Registries:
    """Every registry, asked once about each company, with the right to ask it."""

    def __init__(self, sandbox: Any, client: httpx.Client) -> None:
        self._client = client
        self._tokens = [sandbox.token(purpose, safe_listed=True) for purpose in ("marches_publics", "detection_fraude")]
        self._known: dict[tuple[str, str], httpx.Response] = {}

    def ask(self, operation: str, persona: Persona) -> httpx.Response:
        """The answer, to public procurement, or to the fight against fraud where procurement may not ask."""
        key = (operation, persona.siren)
        if key not in self._known:
            product, version = WHERE[operation]
            path = f"/v{version.number}" + version.path.format(**parameters_of(product, persona))
            for token in self._tokens:
                self._known[key] = self._client.get(path, params=PARAMETERS, headers=token.header)
                if self._known[key].status_code != 403:
                    break
        return self._known[key]

    def told(self, operation: str, path: str, persona: Persona) -> Any:
        """What the field says, in the spelling that all share; None when the registry says nothing of it."""
        answer = self.ask(operation, persona)
        assert answer.status_code in (200, 404, 451, 502), (operation, persona.siren, answer.text)
        value = field(answer.json()["data"], path) if answer.status_code == 200 else None
        if value in (None, "") or value in HIDDEN:
            return None
        return SPELT_OTHERWISE.get((operation, path), lambda same: same)(value)


def field(value: Any, path: str) -> Any:
    """The value at a path of names and ranks; None where the way ends early. A name no contract has is an error."""
    for step in path.split("."):
        if value is None or (step.isdigit() and int(step) >= len(value)):
            return None
        value = value[int(step)] if step.isdigit() else value[step]
    return value


@pytest.fixture(scope="module")
def registries(sandbox: Any) -> Iterator[Registries]:
    with httpx.Client(base_url=sandbox.address, timeout=30) as client:
        yield Registries(sandbox, client)


@pytest.mark.parametrize("persona", [one for one in PERSONAS if not one.redirige_vers], ids=lambda one: one.siren)
def test_registries_agree_on_every_fact_that_several_of_them_tell(registries: Registries, persona: Persona) -> None:
    for fact, places in SAME.items():
        told = {place: registries.told(*place, persona) for place in places}
        said = {place: value for place, value in told.items() if value is not None}
        assert len(set(said.values())) <= 1, (fact, said)


@pytest.mark.parametrize("fact", SAME)
def test_each_fact_is_told_by_two_registries_at_least_about_some_company(registries: Registries, fact: str) -> None:
    """So that the comparison above compares something."""
    sources = [
        {WHERE[operation][0].registry for operation, path in SAME[fact] if registries.told(operation, path, persona)}
        for persona in PERSONAS
    ]
    assert max(map(len, sources)) >= 2
    quiet = [
        place for place in SAME[fact] if not any(registries.told(*place, persona) for persona in PERSONAS)
    ]  # fmt: skip
    assert quiet == []


@pytest.mark.parametrize("trait", WHO)
def test_a_company_is_known_where_it_should_be_and_nowhere_else(registries: Registries, trait: str) -> None:
    persona = next(one for one in PERSONAS if trait in one.traits)
    knowing, ignoring = WHO[trait]
    statuses = {operation: registries.ask(operation, persona).status_code for operation in (*knowing, *ignoring)}
    assert statuses == dict.fromkeys(knowing, 200) | dict.fromkeys(ignoring, 404)


def persona_with(trait: str) -> Persona:
    return next(one for one in PERSONAS if trait in one.traits)


def test_a_winding_up_is_told_by_bodacc_and_both_registers_while_the_company_still_is(registries: Registries) -> None:
    persona = persona_with("liquidation")
    (notice,) = [
        row["data"]
        for row in registries.ask(BODACC, persona).json()["data"]
        if row["data"]["defaillance_signalee"]
    ]  # fmt: skip
    assert "liquidation judiciaire" in notice["jugement"]["nature"]
    remarks = [
        [(row.get("date") or row.get("date_ajout"), (row.get("libelle") or row.get("texte")).lower()) for row in rows]
        for rows in (registries.ask(name, persona).json()["data"]["observations"] for name in (RCS, RNE))
    ]
    for ((day, words),) in remarks:
        assert day == notice["jugement"]["date"] == persona.liquidation
        assert "liquidation judiciaire" in words
    assert registries.told(UNIT, "etat_administratif", persona) == "A"
    assert registries.told(URSSAF, "entity_status.code", persona) == "refus_de_delivrance"


def test_a_closed_establishment_is_an_answer_and_its_company_goes_on(sandbox: Any, client: httpx.Client) -> None:
    persona = persona_with("etablissement_ferme")
    (other,) = persona.etablissements
    token = sandbox.token()
    path = f"/v4/insee/sirene/etablissements/{persona.siren}{other.nic}"
    data = client.get(path, params=PARAMETERS, headers=token.header).json()["data"]
    assert (data["etat_administratif"], data["siege_social"]) == ("F", False)
    assert data["date_fermeture"] == 1664488800  # 30 September 2022, 00:00 in Paris
    unit = client.get(f"/v4/insee/sirene/unites_legales/{persona.siren}", params=PARAMETERS, headers=token.header)
    assert unit.json()["data"]["etat_administratif"] == "A"
    register = client.get(
        f"/v3/inpi/rne/unites_legales/{persona.siren}/extrait_rne", params=PARAMETERS, headers=token.header
    ).json()["data"]
    assert [(one["siret"], one["statut"]) for one in register["etablissements"]] == [
        (persona.siret, "actif"),
        (persona.siren + other.nic, "fermé"),
    ]
    assert register["etablissements_fermes_total"] == 1
    people = client.get(
        f"/v3/gip_mds/etablissements/{persona.siren}{other.nic}/effectifs_mensuels/06/annee/2024",
        params=PARAMETERS, headers=token.header,
    )  # fmt: skip
    assert people.status_code == 404  # nobody works there any more
