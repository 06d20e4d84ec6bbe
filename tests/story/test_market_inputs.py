# SPDX-License-Identifier: EUPL-1.2
"""What bad input gets at `/v1/marches`: its code and its place, and nothing is made of it."""

from typing import Any

import httpx
import pytest

from tests.conftest import Sandbox
from tests.story.files import BUYER, HEALTHY, PERSON, codes
from tests.story.markets import SECRET, Markets, market, refusal


@pytest.fixture
def portal(sandbox: Sandbox, client: httpx.Client) -> Markets:
    """A portal of this test alone."""
    return Markets(sandbox, client)


@pytest.mark.parametrize(
    ("change", "code", "pointer"),
    [
        ({"date_limite": "2020-01-01T00:00:00Z"}, "00703", "/consultation/date_limite"),
        ({"date_limite": "demain"}, "00701", "/consultation/date_limite"),
        ({"date_limite": "2027-02-30T12:00:00Z"}, "00701", "/consultation/date_limite"),
        ({"date_limite": "2027-02-03T12:00:00+99:00"}, "00701", "/consultation/date_limite"),
        ({"date_limite": "2999-01-01T00:00:00Z"}, "00701", "/consultation/date_limite"),
        ({"date_limite": "99999-01-01T00:00:00Z"}, "00701", "/consultation/date_limite"),
        ({"date_limite": 1_800_000_000}, "00701", "/consultation/date_limite"),
        ({"date_limite": None, "source": "boamp"}, "00701", "/consultation/date_limite"),
        ({"lots": [{"numero": str(rank)} for rank in range(201)]}, "00701", "/consultation/lots"),
        ({"lots": [{"numero": "1"}, {"numero": "1"}]}, "00701", "/consultation/lots"),
        ({"lots": [{"numero": "1", "intitule": "x" * 501}]}, "00701", "/consultation/lots/0/intitule"),
        ({"lots": "tous"}, "00701", "/consultation/lots"),
        ({"objet": "x" * 1_001}, "00701", "/consultation/objet"),
        ({"reference": "a\0b"}, "00701", "/consultation/reference"),
        ({"reference": ""}, "00701", "/consultation/reference"),
    ],
)
def test_a_wrong_consultation_is_told_by_its_place(
    portal: Markets, change: dict[str, Any], code: str, pointer: str
) -> None:
    answer = portal.post("marches", market(**change))
    assert answer.status_code == 422
    assert (code, pointer) in [(one["code"], one["source"]["pointer"]) for one in answer.json()["errors"]]
    assert portal.get("marches").json()["data"] == []


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"type_marche": "tout"}, "/type_marche"),
        ({"acheteur": {"siret": "123"}}, "/acheteur/siret"),
        ({"acheteur": None}, "/acheteur/siret"),
        ({"utilisateur": "x" * 201}, "/utilisateur"),
        ({"utilisateur": {"id": 1}}, "/utilisateur"),
        ({"pieces": ["casier_judiciaire"]}, "/pieces"),
        ({"retour": "javascript:alert(1)"}, "/retour"),
        ({"retour": "http://portail.example/"}, "/retour"),
        ({"retour": "http://localhost.ailleurs.example/"}, "/retour"),
        ({"retour": "http://127.0.0.1@ailleurs.example/"}, "/retour"),
        ({"retour": "https://portail.example/\"><script>"}, "/retour"),
        ({"public_market": {"name": "x"}}, "/public_market"),
        ({"lots": [{"name": "x"}]}, "/lots"),
        ({"inconnue": 1}, "/inconnue"),
    ],
)  # fmt: skip
def test_a_wrong_market_is_told_by_its_place(portal: Markets, body: dict[str, Any], pointer: str) -> None:
    answer = portal.post("marches", {**market(), **body})
    assert answer.status_code == 422
    assert pointer in [one["source"]["pointer"] for one in answer.json()["errors"]]


@pytest.mark.parametrize(
    "url",
    [
        "http://portail.example/n", "https://10.0.0.1/n", "https://169.254.169.254/latest/meta-data", "https://[fd00::1]/n",
        "https://[::ffff:10.0.0.1]/n", "https://portail.internal/n", "https://2130706433/n", "https://0x7f.1/n",
        "https://nom:mot@portail.example/n", "https://portail.example:22/n", "file:///etc/passwd", "https://",
    ],
)  # fmt: skip
def test_a_notification_never_leads_inside(portal: Markets, url: str) -> None:
    answer = portal.post("marches", {**market(), "notification": {"url": url, "secret": SECRET}})
    assert refusal(answer) == (422, ["00715"])


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"siret": "12"}, "00701"),
        ({"siret": BUYER, "consentement": {"par": PERSON}}, "00702"),
        ({"consentement": {"par": PERSON}}, "00701"),
        ({"siret": HEALTHY, "consentement": {}}, "00701"),
        ({"siret": HEALTHY, "consentement": {"par": PERSON, "le": "2999-01-01T00:00:00Z"}}, "00701"),
        ({"lots": ["9"]}, "00705"),
        ({"lots": [[]]}, "00701"),
        ({"acheteur": {"siret": "13002526500013"}}, "00701"),
        ({"consultation": {"date_limite": "2030-01-01T00:00:00Z"}}, "00701"),
        ({"provider_user_id": "7"}, "00701"),
        ({"groupement": {"forme": "conjoint"}}, "00701"),
        ([], "00701"),
    ],
)
def test_a_wrong_application_makes_nothing(portal: Markets, body: object, code: str) -> None:
    on = portal.opened(market(lots=[{"numero": "1"}]))
    answer = portal.post(f"marches/{on}/candidatures", body)
    assert answer.status_code == 422
    assert code in codes(answer)
    assert portal.get(f"marches/{on}/candidatures").json()["data"] == []


def test_bodies_are_bounded_and_read_as_json(portal: Markets, client: httpx.Client) -> None:
    for content, status in ((b"{", 400), (b"[" * 100 + b"]" * 100, 400), (b" " * 300_000 + b"{}", 413)):
        answer = client.post("/v1/marches", content=content, headers=portal.bearer.header)
        assert answer.status_code == status
    assert client.post("/v1/marches", json=market()).status_code == 401
    assert refusal(portal.post("marches", market(), "x" * 201)) == (422, ["00701"])


@pytest.mark.parametrize("identifier", ["0" * 36, "..%2f..", "x" * 3_000, "%00", "' OR 1=1 --"])
def test_an_identifier_that_is_none_is_unknown(portal: Markets, identifier: str) -> None:
    assert portal.get(f"marches/{identifier}").status_code in (404, 422)
    on = portal.opened()
    assert portal.get(f"marches/{on}/candidatures/{identifier}").status_code in (404, 422)
