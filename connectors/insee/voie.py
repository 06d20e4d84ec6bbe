# SPDX-License-Identifier: EUPL-1.2
"""Where an establishment is: the address field by field, and as the seven lines of an envelope (NF Z 10-011)."""

from connectors.insee.asking import Found
from connectors.insee.diffusion import hide_address, refuse_hidden, status_of
from connectors.insee.labels import table
from connectors.insee.schemas import AcheminementPostal, Adresse, LinksAdresse, MetaAdresse
from connectors.insee.unite import kind_of
from connectors.insee.wire import Wire, child, text
from connectors.kit import Answer, siren_of
from connectors.kit.paris import epoch

COUNTRY = "FRANCE"


def answer_v3(found: Found, *, open_data: bool) -> Answer[Adresse]:
    """The address alone. With `open_data`, what may not be told to everyone is refused (NotFound) or hidden."""
    company = child(found.body, "uniteLegale")
    address = address_of(found.body, company)
    if open_data:
        statuses = (address["status_diffusion"], status_of(company, "statutDiffusionUniteLegale"))
        refuse_hidden(*statuses)
        if "partiellement_diffusible" in statuses:
            hide_address(address)
    links: LinksAdresse = {
        "unite_legale": f"/v3/insee/sirene/unites_legales/{siren_of(found.number)}",
        "etablissement": f"/v3/insee/sirene/etablissements/{found.number}",
    }
    meta: MetaAdresse = {
        "date_derniere_mise_a_jour": epoch(text(found.body, "dateDernierTraitementEtablissement")),
    }
    return Answer(address, links, meta)


def address_of(place: Wire, company: Wire) -> Adresse:
    """The address of an establishment, nothing hidden yet. `company`: its `uniteLegale`, for the addressee's lines."""
    row = child(place, "adresseEtablissement")
    kind = text(row, "typeVoieEtablissement")
    repetition = text(row, "indiceRepetitionEtablissement")
    # Sirene sends a street type as a code or already as the full word, which then stays as it is.
    street_type: str | None = table("types_de_voie").get(kind, kind).upper() if kind else None
    known_repetition: str | None = table("indices_repetition").get(repetition) if repetition else None
    number = text(row, "numeroVoieEtablissement")
    address: Adresse = {
        "numero_voie": number,
        "indice_repetition_voie": known_repetition or repetition,
        "type_voie": street_type,
        "libelle_voie": text(row, "libelleVoieEtablissement"),
        "complement_adresse": text(row, "complementAdresseEtablissement"),
        "code_commune": text(row, "codeCommuneEtablissement"),
        "libelle_commune": text(row, "libelleCommuneEtablissement"),
        "code_postal": text(row, "codePostalEtablissement"),
        "distribution_speciale": text(row, "distributionSpecialeEtablissement"),
        "code_cedex": text(row, "codeCedexEtablissement"),
        "libelle_cedex": text(row, "libelleCedexEtablissement"),
        "libelle_commune_etranger": text(row, "libelleCommuneEtrangerEtablissement"),
        "code_pays_etranger": text(row, "codePaysEtrangerEtablissement"),
        "libelle_pays_etranger": text(row, "libellePaysEtrangerEtablissement"),
        "status_diffusion": status_of(place, "statutDiffusionEtablissement"),
        "acheminement_postal": _blank(),
    }
    address["acheminement_postal"] = _envelope(address, known_repetition, company)
    return address


def _envelope(address: Adresse, repetition: str | None, company: Wire) -> AcheminementPostal:
    lines = _blank()
    lines["l1"], lines["l2"] = _addressee(company)
    lines["l3"] = address["complement_adresse"] or ""
    street = _joined(address["numero_voie"], repetition, address["type_voie"], address["libelle_voie"])
    lines["l4"] = street.upper()
    lines["l5"] = address["distribution_speciale"] or ""
    lines["l6"] = _town(address)
    # A foreign country whose name is missing is not France.
    lines["l7"] = address["libelle_pays_etranger"] or ("" if address["code_pays_etranger"] else COUNTRY)
    return lines


def _addressee(company: Wire) -> tuple[str, str]:
    """The line of a legal person and the line of a person; one of them is empty, or both."""
    match kind_of(company):
        case "personne_morale":
            name = text(company, "denominationUniteLegale")
            usual = text(company, "denominationUsuelle1UniteLegale")
            return _joined(name, usual if usual != name else None), ""
        case "personne_physique":
            return "", _joined(text(company, "nomUniteLegale"), text(company, "prenom1UniteLegale"))
        case _:
            return "", ""


def _town(address: Adresse) -> str:
    if address["code_cedex"]:
        return _joined(address["code_cedex"], address["libelle_cedex"])
    if address["code_pays_etranger"]:
        return address["libelle_commune_etranger"] or ""
    return _joined(address["code_postal"], address["libelle_commune"])


def _joined(*parts: str | None) -> str:
    return " ".join([part for part in parts if part])


def _blank() -> AcheminementPostal:
    return {"l1": "", "l2": "", "l3": "", "l4": "", "l5": "", "l6": "", "l7": ""}
