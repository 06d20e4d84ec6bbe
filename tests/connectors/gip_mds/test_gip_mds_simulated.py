# SPDX-License-Identifier: EUPL-1.2
"""The conversation with the simulated GIP-MDS: personas, the login, the ping, recorded exchanges, hostility."""

import json
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.gip_mds import effectifs_annuels, effectifs_mensuels
from connectors.gip_mds.ping import ping
from connectors.gip_mds.simulator import simulator
from connectors.kit import Answer, RegistryError, Siren, Siret
from connectors.kit.simulation import Asked, Persona
from tests.connectors.gip_mds.gip_mds_door import (
    BUILDER,
    CONTRACT,
    LOGIN,
    WORLD,
    at_simulator,
    item,
    monthly,
    yearly,
)
from tests.connectors.kit.doors import (
    NOW,
    STATUSES,
    Recorded,
    answering,
    damaged,
    data_of,
    json_values,
    mismatches,
    outcome,
    recorded,
)

EMPLOYERS = {
    "999100118", "999100225", "999100332", "999100449", "999100779", "999100886", "999101215", "999101322",
    "999101546", "999101652", "999101769", "999101876", "999101983", "999102098", "999102205", "999102312",
}  # fmt: skip
FARM = "999102098"


@pytest.mark.parametrize("persona", WORLD.personas, ids=lambda persona: persona.siren)
async def test_employers_have_headcounts_and_the_others_are_not_found(persona: Persona) -> None:
    door = at_simulator()
    year = await outcome(effectifs_annuels.v3(Siren(persona.siren), "2024", None, door))
    month = await outcome(effectifs_mensuels.v3(Siret(persona.siret), "06", "2024", None, "2", door))
    if persona.siren not in EMPLOYERS:
        assert (year, month) == ("003", "003")
        return
    assert isinstance(year, Answer)
    assert isinstance(month, Answer)
    assert mismatches(CONTRACT, "effectifs_annuels", 3, year) == []
    assert mismatches(CONTRACT, "effectifs_mensuels", 3, month) == []
    assert [row["mois"] for row in month.data["effectifs_mensuels"]] == ["06", "06", "05", "05", "04", "04"]
    silent = {row["regime"] for row in year.data["effectifs_annuel"] if row["value"] is None}
    assert silent == {"regime_general" if persona.siren == FARM else "regime_agricole"}


@pytest.mark.parametrize("month", [f"{number:02d}" for number in range(1, 13)])
async def test_the_large_builder_has_every_month_of_2024(month: str) -> None:
    _, general = (await data_of(monthly(at_simulator(), month)))["effectifs_mensuels"]
    assert 2000 < general["value"] < 3200
    assert general["mois"] == month


async def test_a_company_is_the_sum_of_its_establishments() -> None:
    door = at_simulator()
    sirets = [Siret("99910088600012"), Siret("99910088600129")]
    parts = [await data_of(effectifs_mensuels.v3(siret, "06", "2024", None, None, door)) for siret in sirets]
    total = sum(part["effectifs_mensuels"][1]["value"] for part in parts)
    assert 3000 < total < 3300


@pytest.mark.parametrize("year", ["2026", "2027", "1975"])
async def test_a_year_that_is_not_over_or_before_the_company_has_no_headcount(year: str) -> None:
    assert await outcome(yearly(at_simulator(), year)) == "003"


def test_the_login_is_checked_and_tokens_die() -> None:
    times = [NOW]
    handler = simulator(WORLD, lambda: times[-1])
    assert handler(Asked("POST", "/token", body=b"grant_type=password")).status == 400
    given_ = orjson.loads(handler(Asked("POST", "/token", body=urlencode(LOGIN).encode())).body)
    assert given_["expires_in"] == 3600
    asked = Asked("GET", "/rcd-api/1.0.0/effectifs", {}, {"authorization": f"Bearer {given_['access_token']}"})
    assert handler(asked).status == 400
    times.append(NOW + timedelta(hours=1))
    assert handler(asked).status == 401


@pytest.mark.parametrize(
    "changed",
    [
        {"nature": "B01"},
        {"periode": "20241345"},
        {"periode": "hier"},
        {"codeOPSDemandeur": "X"},
        {"source": "RG"},
        {"profondeurHistorique": "14"},
    ],
    ids=str,
)
def test_a_malformed_question_is_refused_by_the_simulator(changed: dict[str, str]) -> None:
    door = at_simulator()
    good = {
        "codeOPSDemandeur": "00000DINUM", "dateHeure": NOW.isoformat(), "source": "RA;RG", "nature": "A01",
        "siren": BUILDER, "periode": "20241231",
    }  # fmt: skip
    assert door.handler(Asked("GET", "/rcd-api/1.0.0/effectifs", good, door.headers)).status == 200
    assert door.handler(Asked("GET", "/rcd-api/1.0.0/effectifs", good | changed, door.headers)).status == 400
    assert door.handler(Asked("GET", "/ailleurs", good, door.headers)).status == 404


async def test_ping_asks_about_a_fixed_company_and_takes_a_not_found_for_a_sign_of_life() -> None:
    door = at_simulator()
    await ping(door)
    assert (door.asked[0].query["siren"], door.asked[0].query["periode"]) == ("130025265", "20251231")
    await ping(answering(CONTRACT, [item("RA"), item("RG")]))
    for status in (401, 429, 500):
        with pytest.raises(RegistryError):
            await ping(answering(CONTRACT, b"", status))


def test_the_contract_says_what_the_sheet_says() -> None:
    year, month = CONTRACT.products["gip_mds/effectifs_annuels"], CONTRACT.products["gip_mds/effectifs_mensuels"]
    assert (CONTRACT.provider, CONTRACT.error_prefix, CONTRACT.pings) == ("GIP-MDS", "31", ("gip_mds/effectifs",))
    assert (CONTRACT.connect_timeout_s, CONTRACT.timeout_s) == (2, 6)
    assert (year.scopes, year.pool, month.pool) == ({"effectifs_urssaf"}, "gip_mds", "gip_mds")
    assert year.freshness.month_end
    assert month.freshness.month_end
    assert year.kinds == {"siren": "siren", "year": "year", "nature_effectif": "text"}
    assert month.kinds["profondeur"] == "depth"
    assert set(year.cache_key) == set(year.kinds)
    assert set(month.cache_key) == set(month.kinds)


GENUINE = [item("RA", "NC", miseAJourRCD=""), item("RG")]
MONTHS = [item("RA", "2", periode="20240601", nature="M01"), item("RG", periode="20240601", nature="M01")]
KEYS = ("code", "effectifs", "source", "nature", "periode", "miseAJourRCD")


@settings(max_examples=300, deadline=None, derandomize=True, database=None)
@given(
    body=st.binary(max_size=40) | json_values(*KEYS).map(lambda value: json.dumps(value).encode())
    | (damaged(GENUINE, KEYS) | damaged(MONTHS, KEYS)).map(lambda value: json.dumps(value).encode()),
    status=STATUSES,
)  # fmt: skip
async def test_a_hostile_answer_is_in_shape_or_an_error_of_a_registry(body: bytes, status: int) -> None:
    for name, ask in (("effectifs_annuels", yearly), ("effectifs_mensuels", monthly)):
        got: Any = await outcome(ask(answering(CONTRACT, body, status)))
        if isinstance(got, Answer):
            assert mismatches(CONTRACT, name, 3, got) == []
        else:
            assert len(got) == 3


@pytest.mark.parametrize("fixture", recorded("gip_mds").values(), ids=lambda fixture: fixture.name)
async def test_recorded_exchanges_give_what_is_expected_of_them(fixture: Recorded) -> None:
    if fixture.name == "auth_token":
        assert orjson.loads(fixture.body)["expires_in"] == 3600
        return
    ask = monthly if "siret=" in fixture.url else yearly
    got = await outcome(ask(answering(CONTRACT, fixture.body, fixture.status)))
    assert fixture.expected == "200" if isinstance(got, Answer) else f"31{got}" in fixture.expected
