# SPDX-License-Identifier: EUPL-1.2
"""API Association as it speaks on the wire, for tests, the sandbox and the benchmark, with the files it links to.

Associations are told in full; a public body is known but is no association; nobody else is known, which is told inside
an answer with status 200.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from xml.etree.ElementTree import Element, SubElement, tostring

from connectors.kit.paris import PARIS
from connectors.kit.simulation import Address, Asked, Handler, Persona, Said, World
from connectors.kit.simulation.pdf import pdf

STRUCTURE = "/apim/api-asso-partenaires/api/structure/"
FILES = "/apim/api-asso/api/documents/"
HERE = "https://associations.simulateur.invalid"
TO_ITSELF = "http://localhost:8181/services"
FORMS = {
    "9220": "Association déclarée",
    "9230": "Association déclarée, reconnue d'utilité publique",
    "9260": "Association de droit local",
}
DEPOSITED = (
    ("STC", "Statuts", "PIECE"),
    ("LDC", "Liste dirigeants", "PIECE"),
    ("RCF", "Récépissé délivré", "RECEPISSE"),
)

Row = Mapping[str, object]


def simulator(world: World, clock: Callable[[], datetime]) -> Handler:
    """API Association for these personas, at the clock's time."""
    by_rna = {persona.rna: persona for persona in world.personas if persona.rna}

    def handle(asked: Asked) -> Said:
        if not {name.lower(): value for name, value in asked.headers.items()}.get("x-gravitee-api-key"):
            return Said(401, b"Unauthorized", "text/plain")
        if asked.method == "GET" and asked.path.startswith(FILES):
            return _file(asked.path.removeprefix(FILES), by_rna)
        number = asked.path.removeprefix(STRUCTURE)
        if asked.method != "GET" or number == asked.path or asked.query.get("proxy_only") != "true":
            return Said(404, b"<html><body>No service was found.</body></html>", "text/html")
        persona = by_rna.get(number) or world.by_siren.get(number) or world.by_siret.get(number)
        if persona is None or persona.interdite or persona.redirige_vers:
            return _unknown(number)
        if persona.rna or persona.categorie_juridique in FORMS:
            return _xml(_association(persona, clock().astimezone(PARIS).year))
        return _xml(_other(persona)) if persona.categorie_juridique.startswith("7") else _unknown(number)

    return handle


def _unknown(number: str) -> Said:
    reason = f"HTTP operation failed invoking {TO_ITSELF}/proxy_db_asso/correspondance/{number} with statusCode: 404"
    return _xml(_tree("asso", {"erreur": {"proxy_correspondance": reason}, "identite": {"id_rna": number}}))


def _other(persona: Persona) -> Element:
    identity = {"nom": persona.name, "id_siren": persona.siren, "id_correspondance": _internal(persona),
                "id_forme_juridique": persona.categorie_juridique, "regime": "autre"}  # fmt: skip
    return _tree("asso", {"identite": identity})


def _association(persona: Persona, this_year: int) -> Element:
    years = (this_year - 2, this_year - 3)
    root = _tree("asso", {
        "id_siren": persona.siren,
        "identite": _identity(persona),
        "activites": _activities(persona),
        "coordonnees": {"adresse_siege": _address(persona.adresse), "adresse_gestion": _address(persona.adresse)},
        "agrements": {"agrement": {
            "type": "Jeunesse et éducation populaire", "numero": "99-2019-044", "niveau": "local",
            "attributeur": "Délégation régionale", "date_attribution": "2019-04-04",
            "url": f"{TO_ITSELF}/api/documents/AGR/{persona.rna}",
        }},
        "composition_reseau": {"membre": {
            "nom": "LES RUCHES DE SAULNEUVE", "id_rna": "W999104405", "objet": "Apiculture de quartier",
            "telephone": "00 00 00 00 00", "courriel": "ruches@example.org", "adresse": _address(persona.adresse),
        }},
        "reseaux_affiliation": {"reseau_affiliation": {
            "nom": "RESEAU DES JARDINS COLLECTIFS", "numero": "54-0017", "id_rna": "W999104406",
            "objet": "Fédérer les jardins collectifs", "telephone": "01 99 00 54 00", "nb_licencies": 120,
            "nb_licencies_h": 50, "nb_licencies_f": 70, "url": f"{HERE}{FILES}AFF/{persona.rna}",
        }},
    })  # fmt: skip
    _people(root, persona, years)
    places = SubElement(root, "etablissements")
    _add(places, "nb_actifs", 1)
    _add(places, "etablissement", _establishment(persona))
    _documents(root, persona, years)
    return root


def _identity(persona: Persona) -> Row:
    return {
        "nom": persona.name, "sigle": persona.sigle, "id_rna": persona.rna, "id_siren": persona.siren,
        "id_siret_siege": persona.siret, "id_correspondance": _internal(persona),
        "id_forme_juridique": persona.categorie_juridique,
        "lib_forme_juridique": FORMS.get(persona.categorie_juridique, "Association"),
        "date_pub_jo": persona.creation, "date_creat": persona.creation, "date_creation_sirene": persona.creation,
        "date_dissolution": persona.fermeture or "0001-01-01", "date_modif_rna": "2024-05-16",
        "date_modif_siren": "2024-06-03", "active": persona.etat == "A", "active_sirene": persona.etat == "A",
        "util_publique": persona.categorie_juridique == "9230", "groupement": "Simple", "eligibilite_cec": True,
        "regime": "alsaceMoselle" if persona.categorie_juridique == "9260" else "loi1901",
        "impots_commerciaux": False,
    }  # fmt: skip


def _activities(persona: Persona) -> Row:
    return {
        "objet": "Cultiver ensemble des jardins ouverts aux habitants et transmettre les gestes du jardinage",
        "id_objet_social1": "024000", "lib_objet_social1": "Environnement, cadre de vie",
        "id_activite_principale": persona.naf, "lib_activite_principale": "Organisations par adhésion",
        "annee_activite_principale": persona.creation[:4], "champ_action_territorial": "local",
        "id_tranche_effectif": persona.effectif, "lib_tranche_effectif": "3 à 5 salariés",
        "annee_effectif_salarie_cent": persona.annee_effectif or "0", "appartenance_ess": persona.ess,
        "date_appartenance_ess": "2016-01-01",
    }  # fmt: skip


def _establishment(persona: Persona) -> Row:
    return {
        "id_siret": persona.siret, "id_siren": persona.siren, "nom": persona.name, "courriel": "contact@example.org",
        "telephone": "01 99 00 54 01", "est_siege": True, "actif": persona.etat == "A",
        "date_actif": persona.creation, "adresse": _address(persona.adresse), "id_activite_principale": persona.naf,
        "lib_activite_principale": "Organisations par adhésion",
    }  # fmt: skip


def _people(root: Element, persona: Persona, years: tuple[int, ...]) -> None:
    listed = SubElement(root, "representants_legaux")
    for officer in persona.dirigeants:
        _add(listed, "representant_legal", {
            "civilite": "Madame" if officer.sexe == "F" else "Monsieur", "nom": officer.nom.capitalize(),
            "prenom": (officer.prenom or "").capitalize(), "fonction": officer.qualite.capitalize(),
            "telephone": "00 00 00 00 00", "courriel": f"{officer.nom.lower()}@example.org",
            "id_siret": persona.siret, "deleted": False, "est_representant_legal": True,
            "valideur_cec": officer is persona.dirigeants[0],
        })  # fmt: skip
    people, accounts = SubElement(root, "rhs"), SubElement(root, "comptes")
    for rank, year in enumerate(years):
        _add(people, "rh", {
            "nb_benevoles": 42 - rank, "nb_volontaires": 1, "nb_salaries": 4, "nb_salaries_etpt": "3.2",
            "nb_emplois_aides": 1, "nb_personnels_detaches": 0, "nb_adherents": 130 - rank, "nb_adherents_h": 60,
            "nb_adherents_f": 70 - rank, "id_siret": persona.siret,
        }).set("annee", str(year))  # fmt: skip
        _add(accounts, "compte", {
            "dons": "6120.00", "subv": "38000.00", "subv_cause": "Fonctionnement des jardins",
            "aides_3ans": "12500.00", "produits": "96400.00", "charges": "94850.50", "resultat": "1549.50",
            "id_siret": persona.siret,
        }).set("annee", str(year))  # fmt: skip


def _documents(root: Element, persona: Persona, years: tuple[int, ...]) -> None:
    listed = SubElement(root, "documents")
    _add(listed, "nbDocDac", 3)
    for code, name, state in (("CPA", "Comptes annuels.pdf", "courant"), ("BPA", "Budget.pdf", "supprimé"),
                              ("RIB", "RIB.pdf", "courant")):  # fmt: skip
        number = f"{code}-{persona.rna}"
        _add(listed, "document_dac", {
            "meta": {"annee_validite": years[0], "id_siret": persona.siret, "type": code, "etat": state},
            "time_depot": f"{years[0] + 1}-06-20 10:00:00", "uuid": number, "nom": name,
            "url": f"{HERE}{FILES}{number}",
        })  # fmt: skip
    for rank, (code, label, kind) in enumerate(DEPOSITED):
        when = {} if rank == 1 else {"annee": years[0], "time": 1_700_000_000 + rank * 86_400}
        directory = "PJ" if kind == "PIECE" else "RC"
        _add(listed, "document_rna", {
            "id": f"{code}-{persona.rna}", "type": kind, "sous_type": code, "lib_sous_type": label, **when,
            "url": f"{HERE}{FILES}{directory}/{code}-{persona.rna}",
        })  # fmt: skip
    _add(listed, "nbDocRna", len(DEPOSITED))


def _file(place: str, by_rna: Mapping[str, Persona]) -> Said:
    persona = next((persona for rna, persona in by_rna.items() if place.endswith(rna)), None)
    if persona is None:
        return Said(404, b"<html><body>No service was found.</body></html>", "text/html")
    words = f"SIMULATEUR - document sans valeur\nDocument {place}\n{persona.name}"
    return Said(200, pdf(words), "application/pdf")


def _internal(persona: Persona) -> str:
    return str(int(persona.siren) % 10_000_000)


def _address(address: Address) -> Row:
    return {
        "cplt_1": address.complement, "num_voie": address.numero, "type_voie": address.type_voie,
        "voie": address.voie.title(), "bp": address.distribution, "cp": address.code_postal,
        "commune": address.commune.title(), "code_insee": address.code_commune,
    }  # fmt: skip


def _xml(root: Element) -> Said:
    return Said(200, bytes(tostring(root, encoding="UTF-8")), "application/xml")


def _tree(tag: str, row: Row) -> Element:
    root = Element(tag)
    for name, value in row.items():
        _add(root, name, value)
    return root


def _add(parent: Element, tag: str, value: object) -> Element:
    """A child made of a text, a yes or no, a number, or of children; nothing is written for None."""
    child = SubElement(parent, tag)
    if isinstance(value, Mapping):
        for name, inner in value.items():
            if inner is not None:
                _add(child, name, inner)
    else:
        child.text = str(value).lower() if isinstance(value, bool) else str(value)
    return child
