# SPDX-License-Identifier: EUPL-1.2
"""The shape of the plain gateway's answer: the fields of our v3 that need no labels, under the same names."""

from typing import Any

from pydantic import BaseModel


class PersonneMorale(BaseModel):
    """What a legal person is called."""

    raison_sociale: str | None
    sigle: str | None


class UniteLegale(BaseModel):
    """A company."""

    siren: str
    rna: str | None
    siret_siege_social: str | None
    personne_morale_attributs: PersonneMorale
    categorie_entreprise: str | None
    economie_sociale_et_solidaire: bool | None
    etat_administratif: str


class Adresse(BaseModel):
    """Where an establishment is."""

    numero_voie: str | None
    indice_repetition_voie: str | None
    complement_adresse: str | None
    code_commune: str | None
    libelle_commune: str | None
    code_postal: str | None
    distribution_speciale: str | None
    code_cedex: str | None
    libelle_cedex: str | None


class Etablissement(BaseModel):
    """An establishment."""

    siret: str
    siege_social: bool
    etat_administratif: str
    enseigne: str | None
    adresse: Adresse
    unite_legale: UniteLegale


class Envelope(BaseModel):
    """The answer."""

    data: Etablissement
    links: dict[str, str]
    meta: dict[str, str]


def envelope(body: dict[str, Any]) -> Envelope:
    """The answer made of the registry's `etablissement`."""
    period = next(row for row in body["periodesEtablissement"] if row["dateFin"] is None)
    company, address = body["uniteLegale"], body["adresseEtablissement"]
    solidarity = company["economieSocialeSolidaireUniteLegale"]
    return Envelope(
        data=Etablissement(
            siret=body["siret"],
            siege_social=body["etablissementSiege"],
            etat_administratif=period["etatAdministratifEtablissement"],
            enseigne=period["enseigne1Etablissement"],
            adresse=Adresse(
                numero_voie=address["numeroVoieEtablissement"],
                indice_repetition_voie=address["indiceRepetitionEtablissement"],
                complement_adresse=address["complementAdresseEtablissement"],
                code_commune=address["codeCommuneEtablissement"],
                libelle_commune=address["libelleCommuneEtablissement"],
                code_postal=address["codePostalEtablissement"],
                distribution_speciale=address["distributionSpecialeEtablissement"],
                code_cedex=address["codeCedexEtablissement"],
                libelle_cedex=address["libelleCedexEtablissement"],
            ),
            unite_legale=UniteLegale(
                siren=body["siren"],
                rna=company["identifiantAssociationUniteLegale"],
                siret_siege_social=body["siren"] + company["nicSiegeUniteLegale"],
                personne_morale_attributs=PersonneMorale(
                    raison_sociale=company["denominationUniteLegale"], sigle=company["sigleUniteLegale"]
                ),
                categorie_entreprise=company["categorieEntreprise"],
                economie_sociale_et_solidaire=None if solidarity is None else solidarity == "O",
                etat_administratif=company["etatAdministratifUniteLegale"],
            ),
        ),
        links={"unite_legale": f"/v3/insee/sirene/unites_legales/{body['siren']}"},
        meta={"source": "INSEE"},
    )
