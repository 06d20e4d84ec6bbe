# SPDX-License-Identifier: EUPL-1.2
"""The conversation with simulated Infogreffe: every persona, the order as it is sent, the contract's facts."""

import re

import pytest

from connectors.infogreffe import extrait_kbis, mandataires_sociaux
from connectors.kit import NotFound, Siren
from connectors.kit.simulation import Asked, Persona
from connectors.kit.xml import parsed, text
from tests.connectors.infogreffe.infogreffe_answers import BUILDER, CONTRACT, SIREN, SOAP, WORLD, at_simulator, refused
from tests.connectors.kit.doors import NOW, mismatches
from tests.connectors.kit.published import differences

ENTERED = {
    "999100118", "999100225", "999100332", "999100555", "999100662", "999100886", "999101215", "999101322",
    "999101546", "999101652", "999101769", "999101876", "999101983", "999102098", "999102205", "999102312",
}  # fmt: skip
REFUSED = {
    "999100449": "081", "999100779": "081", "999100993": "006", "999101108": "081", "999101439": "008",
}  # fmt: skip


@pytest.mark.parametrize("persona", WORLD.personas, ids=lambda persona: persona.siren)
async def test_companies_and_traders_are_entered_and_nobody_else(persona: Persona) -> None:
    asked = (extrait_kbis.v3, mandataires_sociaux.v3)
    if persona.siren not in ENTERED:
        for ask in asked:
            error = await refused(ask(Siren(persona.siren), at_simulator()))
            assert type(error) is NotFound
            assert re.search(REFUSED[persona.siren], str(error.meta["provider_error"]))
        return
    extract = await extrait_kbis.v3(Siren(persona.siren), at_simulator())
    officers = await mandataires_sociaux.v3(Siren(persona.siren), at_simulator())
    assert mismatches(CONTRACT, "extrait_kbis", 3, extract) == []
    assert mismatches(CONTRACT, "mandataires_sociaux", 3, officers) == []
    assert extract.data["date_immatriculation"] == persona.creation
    assert extract.data["date_extrait"] == "17 MARS 2026"
    assert extract.data["date_radiation"] == persona.fermeture
    names = [officer["nom"] or officer["raison_sociale"] for officer in officers.data]
    assert names == ([officer.nom for officer in persona.dirigeants] or [str(persona.nom_naissance)])
    if persona.natural_person:
        assert extract.data["personne_physique"]["adresse"]["code_postal"] == persona.adresse.code_postal
    else:
        assert extract.data["personne_morale"]["denomination"] == persona.nom


async def test_the_builder_has_persons_and_companies_among_its_officers_and_a_remark() -> None:
    officers = await mandataires_sociaux.v3(BUILDER, at_simulator())
    assert officers.meta == {"personnes_physiques_count": 3, "personnes_morales_count": 2, "count": 5}
    extract = (await extrait_kbis.v3(BUILDER, at_simulator())).data
    assert extract["capital"] == {"montant": 12_000_000.0, "devise": "EUROS", "code_devise": "EUR"}
    assert extract["observations"] == [{"numero": "1", "libelle": "TRANSFERT DU SIEGE SOCIAL", "date": "2016-07-01"}]


async def test_an_unknown_company_is_a_not_found() -> None:
    error = await refused(extrait_kbis.v3(Siren("130025265"), at_simulator()))
    assert str(error.meta["provider_error"]).count("006") == 1


async def test_the_order_is_soap_with_our_credentials_inside() -> None:
    door = at_simulator()
    await extrait_kbis.v3(SIREN, door)
    (asked,) = door.asked
    assert (asked.method, asked.path, asked.query) == ("POST", "", {})
    assert asked.headers == {
        "content-type": "text/xml",
        "charset": "utf-8",
        "soapaction": "getProduitsWebServicesXML",
    }
    place = "{urn:WebServicesProduits}getProduitsWebServicesXML/arg0/demande"
    demand = parsed(asked.body).find(f"{{{SOAP}}}Body/{place}")
    assert demand is not None
    assert [one.tag for one in demand] == ["emetteur", "commande"]
    assert text(demand, "emetteur/code_abonne") == "sandbox-code_abonne"
    assert text(demand, "emetteur/mot_passe") == "sandbox-mot_passe"
    assert text(demand, "commande/num_siren") == "999100118"
    order = demand.find("emetteur/code_requete")
    assert order is not None
    assert [(one.tag, one.text) for one in order] == [
        ("type_profil", "A"), ("origine_emetteur", "IC"), ("nature_requete", "C"), ("type_document", "KB"),
        ("type_requete", "S"), ("mode_diffusion", None), ("media", "WS"),
    ]  # fmt: skip
    mode = order.find("mode_diffusion/mode")
    assert mode is not None
    assert mode.get("type") == "XL"


async def test_credentials_cannot_break_the_order(monkeypatch: pytest.MonkeyPatch) -> None:
    door = at_simulator()
    monkeypatch.setattr(door, "secret", lambda name: f"<{name}>&'\"{{}}")
    await extrait_kbis.v3(SIREN, door)
    assert "<mot_passe>&'\"{}" in "".join(parsed(door.asked[0].body).itertext())


def test_the_simulator_refuses_what_is_no_order() -> None:
    door = at_simulator()
    headers = {"content-type": "text/xml", "soapaction": "getProduitsWebServicesXML"}
    assert door.handler(Asked("GET", "", {}, headers)).status == 404
    assert door.handler(Asked("POST", "/autre", {}, headers)).status == 404
    for body in (b"", b"<demande/>", b"<a>" * 3):
        assert door.handler(Asked("POST", "", {}, headers, body)).status == 500
    assert door.handler(Asked("POST", "", {}, {}, b"<demande/>")).status == 500


async def test_the_simulator_wants_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    door = at_simulator()
    monkeypatch.setattr(door, "secret", lambda name: "")
    assert (await refused(extrait_kbis.v3(SIREN, door))).suffix == "501"


def test_the_contract_says_what_the_sheet_says() -> None:
    extract, officers = (
        CONTRACT.products["infogreffe/extrait_kbis"],
        CONTRACT.products["infogreffe/mandataires_sociaux"],
    )
    assert (CONTRACT.provider, CONTRACT.error_prefix, CONTRACT.pings) == ("Infogreffe", "02", ("infogreffe/rcs",))
    assert (CONTRACT.connect_timeout_s, CONTRACT.timeout_s, CONTRACT.maintenance) == (10, 10, ())
    assert CONTRACT.access.kind == "in_body"
    assert extract.versions[3].path == "/infogreffe/rcs/unites_legales/{siren}/extrait_kbis"
    assert officers.versions[3].path == "/infogreffe/rcs/unites_legales/{siren}/mandataires_sociaux"
    assert extract.scopes == {"extraits_rcs", "open_data"}
    assert officers.scopes == {"entreprises", "mandataires_sociaux_infogreffe"}
    assert (extract.open_data, officers.open_data) == (True, False)
    assert officers.versions[3].collection
    for product in (extract, officers):
        assert product.pool == "json_resources_entreprise"
        assert product.freshness.seconds(NOW) == 0
        personal = [name for group in product.natural_persons for name in product.groups[group]]
        assert all(product.versions[3].fields[name].withholdable for name in personal)
        assert {name for name in product.versions[3].fields if "naissance" in name or "prenom" in name} <= {*personal}


def test_the_same_fields_as_the_published_openapi_when_it_is_at_hand() -> None:
    """The ordinary tests of the answers' shapes stand beside this one."""
    assert differences(CONTRACT) == []
