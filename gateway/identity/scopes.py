# SPDX-License-Identifier: EUPL-1.2
"""The two vocabularies of scopes: a token names its rights in the old words and in DataPass's, for every client.

Existing clients look for the name they know before they call (one wants `bilans_entreprise_bdf`, another
`bilans_bdf`), so both must be in the token. But the two vocabularies do not cut the same way: `etablissements` opens
establishments, public or not, while its DataPass counterpart opens the protected ones and the legal units. Adding a
« synonym » blindly would give away products. So the table below says which names open each endpoint, and a name is
added only when everything it opens is open already.

One rule of the running service widens on purpose: any `open_data_…` scope of DataPass stands for `open_data`, which
opens every open product.
"""

from collections.abc import Iterable

OPEN_DATA = "open_data"
_OPEN_DATA_PREFIX = "open_data_"

_CONGES_BTP = (
    "certificat_cnetp",
    "certification_cnetp",
    "attestation_cotisations_conges_payes_chomage_intemperies_cibtp_cnetp",
)

OPENED_BY: dict[str, tuple[str, ...]] = {
    "insee/etablissements/adresse": ("etablissements", "unites_legales_etablissements_insee"),
    "insee/etablissements_diffusibles/adresse": ("etablissements", OPEN_DATA),
    "insee/etablissements": ("etablissements", "unites_legales_etablissements_insee"),
    "insee/etablissements_diffusibles": ("etablissements", OPEN_DATA),
    "insee/siege_social_diffusible": ("etablissements", OPEN_DATA),
    "insee/siege_social": ("etablissements", "unites_legales_etablissements_insee"),
    "insee/successions": ("etablissements", OPEN_DATA),
    "insee/unites_legales": ("entreprises", "unites_legales_etablissements_insee"),
    "insee/unites_legales_diffusibles": ("entreprises", OPEN_DATA),
    "infogreffe/extrait_kbis": ("extraits_rcs", OPEN_DATA),
    "infogreffe/mandataires_sociaux": ("entreprises", "mandataires_sociaux_infogreffe"),
    "inpi_rne/actes_bilans": (OPEN_DATA,),
    "inpi_rne/beneficiaires_effectifs": ("beneficiaires_effectifs_inpi",),
    "inpi_rne/beneficiaires_effectifs_open_data": (OPEN_DATA, "beneficiaires_effectifs_inpi"),
    "inpi_rne/extrait_rne": ("unites_legales_etablissements_insee",),
    "cma_france/unites_legales": ("entreprises_artisanales", OPEN_DATA),
    "ministere_interieur/associations": ("associations", OPEN_DATA),
    "ministere_interieur/documents": ("associations", OPEN_DATA),
    "ministere_interieur/siaf_associations": ("associations_mi_siaf",),
    "ministere_interieur/siaf_associations_open_data": (OPEN_DATA, "associations_mi_siaf"),
    "ministere_interieur/siaf_fondations": ("fondations_mi_siaf",),
    "djepva/associations": ("associations_donnees_protegees", "associations_djepva"),
    "djepva/associations_open_data": ("associations", OPEN_DATA),
    "data_subvention/subventions": ("data_subvention_subventions",),
    "douanes/immatriculations_eori": ("eori_douanes", OPEN_DATA),
    "fabrique_numerique/conventions_collectives": ("conventions_collectives", OPEN_DATA),
    "gip_mds/effectifs_annuels": ("effectifs_urssaf",),
    "gip_mds/effectifs_mensuels": ("effectifs_urssaf",),
    "dgfip/attestation_fiscale": ("attestations_fiscales", "attestation_fiscale_dgfip"),
    "dgfip/chiffres_affaires": ("exercices", "chiffre_affaires_dgfip"),
    "dgfip/liasses_fiscales": ("liasse_fiscale", "liasses_fiscales_dgfip"),
    "dgfip/liens_capitalistiques": ("liasse_fiscale", "liasses_fiscales_dgfip", "liens_capitalistiques_dgfip"),
    "banque_de_france/bilans": ("bilans_entreprise_bdf", "bilans_bdf"),
    "urssaf/attestation_vigilance": ("attestations_sociales", "attestation_sociale_urssaf"),
    "msa/conformite_cotisations": ("msa_cotisations", "cotisations_msa"),
    "probtp/attestation": ("probtp", "cotisations_probtp"),
    "probtp/conformite": ("probtp", "cotisations_probtp"),
    "cnetp/attestation": _CONGES_BTP,
    "cibtp/attestation": _CONGES_BTP,
    "fntp/carte_professionnelle": ("fntp_carte_pro", OPEN_DATA),
    "ademe/certification_rge": ("certificat_rge_ademe", OPEN_DATA),
    "qualibat/certification_batiment": ("qualibat", OPEN_DATA),
    "qualifelec/certificats": (OPEN_DATA,),
    "opqibi/certification_ingenierie": ("certificat_opqibi", "certification_opqibi", OPEN_DATA),
    "carif_oref/qualiopi": ("certifications_qualiopi_france_competences",),
}
"""Endpoint → the names that open it, any one of them being enough; the endpoints' names here are only labels."""


def expand(scopes: Iterable[str]) -> frozenset[str]:
    """These scopes, and every other name that opens nothing more than they do together.

    Names that no endpoint knows are kept as they are and bring nothing.
    """
    held = set(scopes)
    if any(scope.startswith(_OPEN_DATA_PREFIX) for scope in held):
        held.add(OPEN_DATA)
    closed = {name for names in OPENED_BY.values() if held.isdisjoint(names) for name in names}
    every = {name for names in OPENED_BY.values() for name in names}
    return frozenset(held | (every - closed))
