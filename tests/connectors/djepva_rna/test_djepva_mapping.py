# SPDX-License-Identifier: EUPL-1.2
"""Every row of API Association's mappings, on answers written by hand."""

import hashlib
from typing import Any

import pytest

from tests.connectors.djepva_rna.djepva_answers import CONTRACT, KNOWN, PRODUCTS, RNA, SIRET, ask, structure
from tests.connectors.kit.doors import mismatches

V4 = pytest.mark.parametrize("product", ["association_protegee", "association_open_data"])
FILE = "https://x.example.org/apim/api-asso/api/documents/7"
PLACE = f"<etablissement><id_siret>{SIRET}</id_siret></etablissement>"
HERE = f"<id_siret>{SIRET}</id_siret>"


async def data_of(product: str, inside: str = "", identity: str = "", number: str = RNA) -> Any:
    answer = await ask(product, structure(inside, KNOWN + identity), number)
    assert mismatches(CONTRACT, product, PRODUCTS[product][0], answer) == []
    return answer.data


async def place(inside: str, product: str = "association_protegee") -> Any:
    (one,) = (await data_of(product, f"<etablissements>{PLACE}</etablissements>{inside}"))["etablissements"]
    return one


async def test_v3_tells_who_where_and_since_when() -> None:
    identity = (
        "<nom>LES JARDINS</nom><id_siret_siege>99910044900019</id_siret_siege><date_creat>2011-06-21</date_creat>"
        "<date_modif_rna>2024-05-16</date_modif_rna><date_pub_jo>0001-01-01</date_pub_jo><active>true</active>"
        "<date_dissolution/><groupement>Simple</groupement>"
    )
    inside = (
        "<activites><objet>Jardiner</objet></activites>"
        "<coordonnees><adresse_siege><cp>54000</cp></adresse_siege></coordonnees>"
    )
    data = await data_of("association", inside, identity)
    assert data.pop("adresse_siege")["code_postal"] == "54000"
    assert data == {
        "rna_id": RNA, "titre": "LES JARDINS", "objet": "Jardiner", "siret": None, "siret_siege_social": SIRET,
        "date_creation": "2011-06-21", "date_declaration": "2024-05-16", "date_publication": None,
        "date_dissolution": None, "etat": True, "groupement": "Simple", "mise_a_jour": "2024-05-16",
    }  # fmt: skip


async def test_v3_repeats_the_siret_that_was_asked_about() -> None:
    assert (await data_of("association", number=SIRET))["siret"] == SIRET


async def test_v3_of_an_empty_association_has_every_key() -> None:
    data = await data_of("association")
    assert (data["titre"], data["objet"], data["date_creation"], data["etat"]) == (None, None, None, False)


async def test_documents_are_counted_and_get_addresses_of_ours_for_a_day() -> None:
    inside = (
        f"<documents><document_rna><time>1631182730</time><lib_sous_type>Statuts</lib_sous_type><url>{FILE}</url>"
        "</document_rna><document_rna><url>https://ailleurs.example.org/7</url></document_rna><document_rna/>"
        "<nbDocRna>3</nbDocRna></documents>"
    )
    answer = await ask("documents", structure(inside))
    assert mismatches(CONTRACT, "documents", 3, answer) == []
    ours, elsewhere, broken = answer.data
    assert ours["url"].startswith("https://passerelle.test/proxy/files//apim/api-asso/api/documents/7#86400")
    assert (ours["timestamp"], ours["type"], ours["expires_in"], ours["errors"]) == ("1631182730", "Statuts", 86400, [])
    assert elsewhere == {"timestamp": None, "type": None, "url": "https://ailleurs.example.org/7",
                         "expires_in": None, "errors": []}  # fmt: skip
    assert (broken["url"], broken["expires_in"], len(broken["errors"])) == (None, None, 1)
    assert answer.meta == {"nombre_documents": 3, "nombre_documents_deficients": 1}


@V4
async def test_v4_tells_the_identity(product: str) -> None:
    texts = {"id_ex": "541P4404", "id_siren": "999100449", "nom": "LES JARDINS", "sigle": "JPS",
             "id_siret_siege": SIRET, "id_forme_juridique": "9220", "lib_forme_juridique": "Association déclarée",
             "groupement": "Union", "raison_non_eligibilite_cec": "Trop jeune", "tribunal_instance": "Metz",
             "volume": "122", "folio": "082", "date_pub_registre": "2019-01-01", "date_creat": "2011-06-21",
             "date_dissolution": "0001-01-01", "date_publication_util_publique": "1955-03-18T00:00:00.000Z",
             "date_pub_jo": "2011-07-02", "util_publique": "true", "eligibilite_cec": "true",
             "impots_commerciaux": "true", "regime": "loi1901"}  # fmt: skip
    data = await data_of(product, identity="".join(f"<{name}>{value}</{name}>" for name, value in texts.items()))
    expected = {"rna": RNA, "ancien_id": "541P4404", "siren": "999100449", "nom": "LES JARDINS", "sigle": "JPS",
                "siret_siege": SIRET, "forme_juridique": {"code": "9220", "libelle": "Association déclarée"},
                "regime": "Loi 1901", "groupement": "Union", "eligibilite_cec": True,
                "raison_non_eligibilite_cec": "Trop jeune", "impots_commerciaux": True,
                "reconnue_utilite_publique": True, "date_creation": "2011-06-21", "date_dissolution": None,
                "date_publication_reconnue_utilite_publique": "1955-03-18",
                "date_publication_journal_officiel": "2011-07-02",
                "alsace_moselle": {"tribunal_instance": "Metz", "volume": "122", "folio": "082",
                                   "date_publication_registre_association": "2019-01-01"}}  # fmt: skip
    assert {name: data[name] for name in expected} == expected


@V4
@pytest.mark.parametrize(
    ("written", "regime"),
    [("alsaceMoselle", "Alsace-Moselle"), ("loi1901", "Loi 1901"), ("collectivite", "Collectivite"), ("autre", "Autre"),
     ("", "Autre")],
)  # fmt: skip
async def test_v4_names_the_regime(product: str, written: str, regime: str) -> None:
    assert (await data_of(product, identity=f"<regime>{written}</regime>"))["regime"] == regime


@V4
@pytest.mark.parametrize(
    ("rna", "sirene", "active"), [("true", "true", True), ("true", "false", False), ("false", "true", False)]
)
async def test_v4_is_active_when_both_registers_say_so(product: str, rna: str, sirene: str, active: bool) -> None:
    identity = f"<active>{rna}</active><active_sirene>{sirene}</active_sirene>"
    assert (await data_of(product, identity=identity))["active"] is active
    assert (await data_of(product, identity="<active>true</active>"))["active"] is False


@V4
@pytest.mark.parametrize("first", ["<date_creat>0001-01-01</date_creat>", ""])
async def test_v4_was_created_when_sirene_says_so_if_the_rna_does_not(product: str, first: str) -> None:
    identity = f"{first}<date_creation_sirene>2012-01-01</date_creation_sirene>"
    assert (await data_of(product, identity=identity))["date_creation"] == "2012-01-01"


@V4
async def test_v4_tells_addresses_activities_network_and_approvals(product: str) -> None:
    inside = (
        "<coordonnees><adresse_siege><cp>54000</cp></adresse_siege><adresse_gestion><cp>54001</cp></adresse_gestion>"
        "</coordonnees><activites><objet>O</objet><id_objet_social1>1</id_objet_social1><lib_objet_social1>un"
        "</lib_objet_social1><id_objet_social2>2</id_objet_social2><champ_action_territorial>local"
        "</champ_action_territorial><id_activite_principale>94.99Z</id_activite_principale><lib_activite_principale>A"
        "</lib_activite_principale><annee_activite_principale>0   </annee_activite_principale><id_tranche_effectif>02"
        "</id_tranche_effectif><lib_tranche_effectif>3 à 5</lib_tranche_effectif><annee_effectif_salarie_cent>2020"
        "</annee_effectif_salarie_cent><appartenance_ess>O</appartenance_ess>"
        "<date_appartenance_ess>2016-01-01</date_appartenance_ess></activites>"
        "<composition_reseau><membre><nom>M</nom><id_rna>W1</id_rna><telephone>00 00</telephone><site_web>m.fr"
        "</site_web></membre><membre/></composition_reseau>"
        "<agrements><agrement><numero>5</numero><date_attribution>2019-04-04</date_attribution><type>JEP</type>"
        "<niveau>local</niveau><attributeur>D</attributeur><url>http://localhost:8181/services/api/documents/7</url>"
        "</agrement></agrements>"
    )
    data = await data_of(product, inside)
    assert (data["adresse_siege"]["code_postal"], data["adresse_gestion"]["code_postal"]) == ("54000", "54001")
    assert data["activites"] == {
        "objet": "O", "objet_social1": {"code": "1", "libelle": "un"}, "objet_social2": {"code": "2", "libelle": None},
        "champ_action_territorial": "local",
        "activite_principale": {"code": "94.99Z", "libelle": "A", "annee": None},
        "tranche_effectif": {"code": "02", "libelle": "3 à 5", "annee": "2020"},
        "economie_sociale_et_solidaire": True, "date_appartenance_ess": "2016-01-01",
    }  # fmt: skip
    member, empty = data["composition_reseau"]
    assert (member["nom"], member["rna"], member["telephone"], member["site_web"]) == ("M", "W1", None, "m.fr")
    assert empty["nom"] is None
    (approval,) = data["agrements"]
    assert approval.pop("url").startswith("https://passerelle.test/proxy/files//apim/api-asso/api/documents/7")
    assert approval == {"numero": "5", "date_attribution": "2019-04-04", "type": "JEP", "niveau": "local",
                        "attributeur": "D"}  # fmt: skip


@V4
async def test_an_establishment_carries_the_associations_headcount(product: str) -> None:
    inside = (
        "<activites><id_tranche_effectif>53</id_tranche_effectif><lib_tranche_effectif>Beaucoup"
        "</lib_tranche_effectif></activites><etablissements><etablissement><id_siret>99910044900019</id_siret>"
        "<id_siren>999100449</id_siren><actif>true</actif><est_siege>true</est_siege><nom>E</nom>"
        "<telephone>01 99 00</telephone><courriel>c@example.org</courriel><date_actif>2011-06-21</date_actif>"
        "<id_activite_principale>94.99Z</id_activite_principale><id_tranche_effectif>02</id_tranche_effectif>"
        "</etablissement><etablissement/></etablissements>"
    )
    first, empty = (await data_of(product, inside))["etablissements"]
    assert first["tranche_effectif"] == {"code": "53", "libelle": "Beaucoup"}
    assert first["activite_principale"] == {"code": "94.99Z", "libelle": None}
    told = {name: first[name] for name in ("siren", "siret", "actif", "siege", "nom", "telephone", "courriel",
                                           "date_debut_activite")}  # fmt: skip
    assert told == {"siren": "999100449", "siret": SIRET, "actif": True, "siege": True, "nom": "E",
                    "telephone": "019900", "courriel": "c@example.org",
                    "date_debut_activite": "2011-06-21"}  # fmt: skip
    assert (empty["siret"], empty["actif"], empty["rhs"], empty["comptes"]) == (None, False, [], [])


@pytest.mark.parametrize("product", ["association_protegee", "association_open_data"])
async def test_people_and_accounts_go_with_the_establishment_that_has_their_siret(product: str) -> None:
    inside = (
        f"<rhs><rh annee='2024'>{HERE}<nb_benevoles>10</nb_benevoles><nb_salaries_etpt>0.47</nb_salaries_etpt>"
        "<nb_adherents>33</nb_adherents><nb_adherents_h>16</nb_adherents_h><nb_adherents_f>17</nb_adherents_f></rh>"
        "<rh annee='2024'><id_siret>99910044900027</id_siret></rh><rh annee='2023'/></rhs>"
        f"<comptes><compte annee='2024'>{HERE}<dons>1.50</dons><subv>2</subv><subv_cause>Jardins</subv_cause>"
        "<aides_3ans>3</aides_3ans><charges>4</charges><resultat>-5.25</resultat><produits>6</produits>"
        "<a_commisaire_aux_comptes>true</a_commisaire_aux_comptes></compte>"
        f"<compte annee='0'>{HERE}<dons>NN</dons></compte></comptes>"
    )
    one = await place(inside, product)
    (people,) = one["rhs"]
    assert people == {
        "annee": "2024", "nombre_benevoles": 10, "nombre_volontaires": None, "nombre_salaries": None,
        "nombre_salaries_etpt": 0.47, "nombre_emplois_aides": None, "nombre_personnels_detaches": None,
        "nombre_adherents": {"hommes": 16, "femmes": 17, "total": 33},
    }  # fmt: skip
    accounts, empty = one["comptes"]
    assert accounts == {
        "annee": "2024", "commisaire_aux_comptes": True, "montant_dons": 1.5, "cause_subventions": "Jardins",
        "montant_subventions": 2.0, "montant_aides_sur_3ans": 3.0, "total_charges": 4.0, "total_resultat": -5.25,
        "total_produits": 6.0,
    }  # fmt: skip
    assert (empty["annee"], empty["montant_dons"], empty["total_charges"]) == (None, None, 0.0)


@pytest.mark.parametrize(
    ("marks", "shown"),
    [("<deleted>false</deleted>", True), ("<deleted>true</deleted>", False), ("", False),
     ("<deleted>false</deleted><est_representant_legal>true</est_representant_legal>", True),
     ("<deleted>false</deleted><est_representant_legal>false</est_representant_legal>", False)],
    ids=["kept", "deleted", "unsaid", "representative", "not_one"],
)  # fmt: skip
async def test_only_living_representatives_are_named(marks: str, shown: bool) -> None:
    inside = (
        f"<representants_legaux><representant_legal>{HERE}{marks}<civilite>Madame</civilite><nom>Brandélis</nom>"
        "<prenom>Hermine</prenom><fonction>Présidente</fonction><valideur_cec>true</valideur_cec>"
        "<telephone>00 00</telephone><courriel>h@example.org</courriel></representant_legal></representants_legaux>"
    )
    assert (await place(inside))["representants_legaux"] == [
        {"civilite": "Madame", "nom": "BRANDÉLIS", "prenom": "Hermine", "fonction": "Présidente", "valideur_cec": True,
         "publication_internet": False, "telephone": None, "courriel": "h@example.org"}
    ][: int(shown)]  # fmt: skip


@pytest.mark.parametrize(
    ("code", "label"),
    [("BPA", "Budget prévisionnel"), ("CPA", "Comptes du dernier exercice clôt"),
     ("RCA", "Rapport du commissaire au compte"), ("RAR", "Rapport d'activité (le plus récent)"),
     ("RFA", "Rapport financier"), ("AGR", "Arrêté de l'agrement"), ("AFF", "Attestation d’affiliation"),
     ("PRS", "Projet sportif"), ("STC", "STC")],
)  # fmt: skip
async def test_deposited_documents_have_a_label(code: str, label: str) -> None:
    inside = (
        f"<documents><document_dac><meta>{HERE}<type>{code}</type><etat>courant</etat><annee_validite>2018"
        "</annee_validite></meta><time_depot>2018-02-26 15:39:56</time_depot><uuid>u-1</uuid><nom>Budget été.pdf</nom>"
        f"<commentaire>Signé</commentaire><url>{FILE}</url></document_dac></documents>"
    )
    (one,) = (await place(inside))["documents_dac"]
    assert one.pop("url").endswith("/apim/api-asso/api/documents/7#86400/Budget_ete.pdf")
    assert one == {
        "id": hashlib.sha256(b"u-1").hexdigest(), "nom": "Budget été.pdf", "annee_validite": "2018",
        "commentaire": "Signé", "etat": "courant", "type": label, "date_depot": "2018-02-26",
    }  # fmt: skip


@pytest.mark.parametrize("marks", ["<type>RIB</type><etat>courant</etat>", "<type>BPA</type><etat>supprimé</etat>"])
async def test_bank_details_and_withdrawn_documents_never_leave(marks: str) -> None:
    inside = f"<documents><document_dac><meta>{HERE}{marks}</meta><url>{FILE}</url></document_dac></documents>"
    assert (await place(inside))["documents_dac"] == []


async def test_the_protected_answer_lists_networks_and_prefecture_documents() -> None:
    inside = (
        "<reseaux_affiliation><reseau_affiliation><nom>N</nom><numero>7</numero><id_rna>W2</id_rna><objet>O</objet>"
        "<url>http://localhost:8181/services/api/documents/9</url><nb_licencies>3</nb_licencies>"
        "<nb_licencies_h>1</nb_licencies_h></reseau_affiliation></reseaux_affiliation>"
        "<documents><document_rna><id>d-1</id><type>PIECE</type><sous_type>STC</sous_type><lib_sous_type>Statuts"
        f"</lib_sous_type><time>1604185200</time><annee>2020</annee><url>{FILE}</url></document_rna>"
        "<document_rna><type>RECEPISSE</type></document_rna></documents>"
    )
    data = await data_of("association_protegee", inside)
    (network,) = data["reseaux_affiliation"]
    assert network["nombre_licencies"] == {"hommes": 1, "femmes": None, "total": 3}
    assert network["attestation_affiliation_url"].startswith("https://passerelle.test/proxy/files/")
    assert (network["nom"], network["numero"], network["rna"], network["siret"]) == ("N", "7", "W2", None)
    statutes, receipt = data["documents_rna"]
    assert statutes.pop("url").endswith("/apim/api-asso/api/documents/7#86400/document_asso.pdf")
    assert statutes == {
        "id": hashlib.sha256(b"d-1").hexdigest(), "type": "Pièce", "sous_type": {"code": "STC", "libelle": "Statuts"},
        "date_depot": "2020-11-01T00:00:00.000+01:00", "annee_depot": "2020",
    }  # fmt: skip
    assert (receipt["id"], receipt["type"], receipt["url"]) == (None, "Récipicé", None)


@V4
async def test_links_lead_to_the_head_office_and_meta_tells_the_last_changes(product: str) -> None:
    identity = f"{KNOWN}<date_modif_siren>2022-11-10</date_modif_siren><date_modif_rna>2022-08-10</date_modif_rna>"
    without = await ask(product, structure(identity=identity))
    assert without.links == {"insee_siege_social": None, "insee_siege_social_adresse": None}
    assert without.meta == {"internal_id": "77", "date_derniere_mise_a_jour_sirene": "2022-11-10",
                            "date_derniere_mise_a_jour_rna": "2022-08-10"}  # fmt: skip
    office = f"/v3/insee/sirene/etablissements/{SIRET}"
    answer = await ask(product, structure(identity=f"{KNOWN}<id_siret_siege>{SIRET}</id_siret_siege>"))
    assert answer.links == {"insee_siege_social": office, "insee_siege_social_adresse": f"{office}/adresse"}
    odd = await ask(product, structure(identity=f"{KNOWN}<id_siret_siege>../x</id_siret_siege>"))
    assert odd.links["insee_siege_social"] is None
