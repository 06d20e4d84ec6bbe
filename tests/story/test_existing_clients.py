# SPDX-License-Identifier: EUPL-1.2
"""Clients written for API Entreprise, replayed as they call: their parameters, their habits, the fields they read.

They speak through the standard library's HTTP client, which follows no redirect, retries nothing and adds no header.
"""

import base64
import http.client
import json
from typing import Any, ClassVar
from urllib.parse import urlencode, urlsplit

import pytest

HEALTHY, PLACE = "999100118", "99910011800010"


class Client:
    """One GET a call, as Net::HTTP or Typhoeus would make it."""

    def __init__(self, base: str, token: str) -> None:
        self.base, self.token = base, token

    def get(self, path: str, parameters: dict[str, str] | None = None) -> tuple[int, Any, Any]:
        """Status, JSON body, headers."""
        place = urlsplit(self.base)
        connection = http.client.HTTPConnection(place.hostname or "", place.port, timeout=20)
        query = f"?{urlencode(parameters)}" if parameters else ""
        connection.request("GET", f"{place.path}{path}{query}", headers={"Authorization": f"Bearer {self.token}"})
        answer = connection.getresponse()
        body = answer.read()
        connection.close()
        return answer.status, json.loads(body), answer.headers

    def download(self, address: str) -> tuple[bytes, str]:
        """A document fetched without any header, and the name it would be saved under."""
        place = urlsplit(address)
        connection = http.client.HTTPConnection(place.hostname or "", place.port, timeout=30)
        connection.request("GET", place.path)
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        assert answer.status == 200
        return content, place.path.rsplit("/", 1)[1]


@pytest.fixture
def caller(sandbox: Any, bearer: Any) -> Client:
    return Client(f"{sandbox.address}/", bearer.text)


class TestACaseworkApplication:
    """It sends its own name as context, a long object, and parameters nobody knows."""

    PARAMETERS: ClassVar = {
        "context": "demarches-en-ligne",
        "object": "procedure_id: 123456",
        "recipient": "13002526500013",
        "non_diffusables": "true",
    }

    def test_it_reads_the_company(self, caller: Client) -> None:
        status, body, _ = caller.get(f"v3/insee/sirene/unites_legales/{HEALTHY}", self.PARAMETERS)
        data = body["data"]
        assert status == 200
        assert data["forme_juridique"]["code"] == "5710"
        assert data["forme_juridique"]["libelle"]
        assert data["personne_morale_attributs"]["raison_sociale"]
        assert {"prenom_usuel", "nom_usage", "nom_naissance"} <= data["personne_physique_attributs"].keys()
        assert isinstance(data["date_creation"], int)
        assert (data["siret_siege_social"], data["etat_administratif"]) == (PLACE, "A")
        assert data["tranche_effectif_salarie"]["code"] == "12"

    def test_it_reads_the_establishment(self, caller: Client) -> None:
        status, body, _ = caller.get(f"v3/insee/sirene/etablissements/{PLACE}", self.PARAMETERS)
        address = body["data"]["adresse"]
        assert status == 200
        assert list(address["acheminement_postal"]) == [f"l{rank}" for rank in range(1, 8)]
        wanted = ("numero_voie", "type_voie", "libelle_voie", "complement_adresse", "code_postal", "code_commune")
        assert set(wanted) <= address.keys()
        assert body["data"]["activite_principale"]["libelle"]
        assert body["data"]["siege_social"] is True

    def test_it_reads_turnovers(self, caller: Client) -> None:
        _, body, _ = caller.get(f"v3/dgfip/etablissements/{PLACE}/chiffres_affaires", self.PARAMETERS)
        assert [item["data"]["date_fin_exercice"] for item in body["data"]] == [
            "2024-12-31",
            "2023-12-31",
            "2022-12-31",
        ]
        assert all(isinstance(item["data"]["chiffre_affaires"], int) for item in body["data"])

    def test_it_stores_certificates_under_the_last_part_of_their_address(self, caller: Client) -> None:
        for path in (
            f"urssaf/unites_legales/{HEALTHY}/attestation_vigilance",
            f"dgfip/unites_legales/{HEALTHY}/attestation_fiscale",
        ):
            _, body, _ = caller.get(f"v4/{path}", {**self.PARAMETERS, "user_id": "42"})
            content, name = caller.download(body["data"]["document_url"])
            assert content.startswith(b"%PDF-")
            assert name.endswith(".pdf")

    def test_it_decodes_its_token_to_know_its_rights_and_its_end(self, bearer: Any) -> None:
        payload = bearer.text.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        assert {"attestations_sociales", "attestation_sociale_urssaf"} & set(claims["scopes"])
        assert isinstance(claims["exp"], int)

    def test_it_checks_that_its_token_works(self, caller: Client) -> None:
        assert caller.get("privileges")[0] == 200

    def test_it_asks_whether_sirene_answers(self, caller: Client) -> None:
        assert caller.get("ping/insee/sirene")[1]["status"] == "ok"

    def test_it_paces_itself_by_the_pool_s_limit(self, caller: Client) -> None:
        _, _, headers = caller.get(f"v4/urssaf/unites_legales/{HEALTHY}/attestation_vigilance", self.PARAMETERS)
        assert int(headers["RateLimit-Limit"]) in (5, 50, 100, 250)


class TestAProcurementPortal:
    """It sends the candidate's own SIRET as recipient when it has no buyer, and objects of any length."""

    PARAMETERS: ClassVar = {
        "context": "Candidature marché public",
        "object": "Réponse marché: Réhabilitation énergétique du groupe scolaire des Trois Fontaines, lot 4",
        "recipient": PLACE,
    }

    def test_it_fills_a_candidature_from_one_siret(self, caller: Client) -> None:
        _, company, _ = caller.get(f"v3/insee/sirene/etablissements/{PLACE}", self.PARAMETERS)
        unit = company["data"]["unite_legale"]
        assert (unit["categorie_entreprise"], unit["economie_sociale_et_solidaire"]) == ("PME", False)
        for path in (
            "v4/dgfip/unites_legales/{}/attestation_fiscale",
            "v4/urssaf/unites_legales/{}/attestation_vigilance",
        ):
            _, body, _ = caller.get(path.format(HEALTHY), self.PARAMETERS)
            content, _ = caller.download(body["data"]["document_url"])
            assert len(content) >= 100

    def test_it_shows_the_first_error_s_title_and_detail(self, caller: Client) -> None:
        status, body, _ = caller.get("v4/dgfip/unites_legales/999100332/attestation_fiscale", self.PARAMETERS)
        assert status == 404
        assert f"{body['errors'][0]['title']}: {body['errors'][0]['detail']}".startswith("Entité non trouvée: ")
