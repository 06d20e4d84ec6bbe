# SPDX-License-Identifier: EUPL-1.2
"""Extrait Kbis: what the commercial register says of a company, field by field (there is no PDF behind it).

A text that the register does not have is empty, not null, except where a schema says otherwise.
"""

import re

from connectors.infogreffe.asking import ask
from connectors.infogreffe.officers import in_extract, officers
from connectors.infogreffe.schemas import (
    Adresse,
    Capital,
    EtablissementPrincipal,
    Extrait,
    Observation,
    PersonneMorale,
    PersonnePhysique,
)
from connectors.kit import Answer, Registry, Siren, UnknownAnswer
from connectors.kit.xml import Element, attribute, text

_AMOUNT = re.compile(r"[0-9]{1,15}(?:\.[0-9]{1,6})?", re.ASCII)


async def v3(siren: Siren, infogreffe: Registry) -> Answer[Extrait]:
    """The extract. Raises NotFound for a company that the register does not know or does not have."""
    root = await ask(siren, infogreffe)
    file = root.find(".//dossier")
    if file is None:
        raise UnknownAnswer
    company = file.find("entreprise")
    return Answer(
        Extrait(
            siren=str(siren),
            date_radiation=attribute(file, ".//radiation/date_radiation", "dateISO") or None,
            date_extrait=attribute(file, ".", "date_extrait"),
            date_immatriculation=attribute(file, ".", "dateISO_immat"),
            mandataires_sociaux=[in_extract(officer) for officer in officers(root)],
            observations=[_observation(one) for one in file.findall(".//liste_observations/observation")],
            nom_commercial=_trade_name(file),
            etablissement_principal=_main_establishment(file),
            capital=_capital(file),
            greffe={"valeur": text(company, "greffe"), "code": attribute(company, "greffe", "code")},
            personne_physique=_trader(root, company),
            personne_morale=_company(company),
        )
    )


def _observation(one: Element) -> Observation:
    return {
        "numero": attribute(one, ".", "numero"),
        "libelle": text(one, "libelle").strip(),
        "date": attribute(one, ".", "dateISO"),
    }


def _main(file: Element) -> Element | None:
    return file.find("etablissement[@type='1']")


def _trade_name(file: Element) -> str:
    """The main establishment's trade name; without such an establishment, those of all of them one after the other."""
    main = _main(file)
    if main is not None:
        return text(main, "nom_commercial")
    return "".join(text(place, "nom_commercial") for place in file.findall("etablissement"))


def _main_establishment(file: Element) -> EtablissementPrincipal:
    main = _main(file)
    if main is None:
        return {"activite": None, "origine_fonds": None, "mode_exploitation": None, "code_ape": None}
    return {
        "activite": text(main, "activite"),
        "origine_fonds": text(main, "origine_fonds"),
        "mode_exploitation": text(main, "mode_exploit"),
        "code_ape": text(main, "codeAPE"),
    }


def _capital(file: Element) -> Capital:
    # The currency stands in attributes of the amount. The running service looks for elements that are not there and
    # always answers empty texts: the register's own words are given here instead.
    return {
        "montant": _amount(text(file, ".//capital/montant")),
        "devise": attribute(file, ".//capital/montant", "devise"),
        "code_devise": attribute(file, ".//capital/montant", "codeDevise"),
    }


def _amount(written: str) -> float | None:
    """An amount such as `1 000,00`, whatever its spaces are; 0.0 when nothing is written."""
    plain = "".join(written.split()).replace(",", ".")
    if not plain:
        return 0.0
    return float(plain) if _AMOUNT.fullmatch(plain) else None


def _company(company: Element | None) -> PersonneMorale:
    return {
        "forme_juridique": {
            "valeur": attribute(company, "pm", "forme_juridique"),
            "code": attribute(company, "pm", "codeFormeJuridique"),
        },
        "denomination": text(company, "pm/denomination"),
        "date_cloture_exercice_comptable": attribute(company, "pm/date_cloture", "dateISO"),
        "date_fin_de_vie": attribute(company, "pm/duree_ste/valeur_duree", "dateISO"),
    }


def _trader(root: Element, company: Element | None) -> PersonnePhysique:
    return {
        "adresse": _address(root, attribute(company, "pp", "adresse")),
        "nationalite": {
            "valeur": attribute(company, "pp", "nationalite"),
            "code": attribute(company, "pp", "codeNationalite"),
        },
        "nom": text(company, "pp/nom"),
        "prenom": text(company, "pp/prenom"),
        "naissance": {
            "pays": {
                "valeur": attribute(company, "pp/naissance", "pays"),
                "code": attribute(company, "pp/naissance", "codePays"),
            },
            "date": attribute(company, "pp/naissance/date", "dateISO"),
            "lieu": text(company, "pp/naissance/lieu"),
        },
    }


def _address(root: Element, reference: str) -> Adresse:
    """The address that the file calls `reference`: addresses stand beside the file, each with its own name."""
    found = next((place for place in root.iter("adresse") if reference and place.get("id") == reference), None)
    return {
        "nom_postal": text(found, "nompostal"),
        "numero": text(found, "numero"),
        "type": text(found, "type"),
        "voie": text(found, "voie"),
        "ligne_1": text(found, "ligne1"),
        "ligne_2": text(found, "ligne2"),
        "localite": text(found, "localite"),
        "code_postal": text(found, "code_postal"),
        "bureau_distributeur": text(found, "bureau_distributeur"),
        "pays": text(found, "pays"),
    }
