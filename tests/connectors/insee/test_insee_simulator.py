# SPDX-License-Identifier: EUPL-1.2
"""The simulated Sirene keeps its doors closed without a token, and speaks with the real one's statuses and keys."""

from datetime import datetime, timedelta
from urllib.parse import urlencode

import orjson
import pytest

from connectors.insee.simulator import simulator
from connectors.kit.simulation import Asked, Said
from tests.connectors.insee.insee_door import (
    CEDEX,
    CLOSED,
    DUPLICATE,
    FORBIDDEN,
    HEALTHY,
    HIDDEN_PERSON,
    LOGIN,
    NOW,
    PARTIAL_PERSON,
    ROOT,
    WORLD,
    at_simulator,
    raw,
)

FORM = {"grant_type": "password", "client_id": "us", "client_secret": "s", "username": "me", "password": "p"}
ANSWERING = f"{ROOT}/siren/{HEALTHY}"


def login(form: dict[str, str]) -> Said:
    return simulator(WORLD, lambda: NOW)(Asked("POST", "/token", body=urlencode(form).encode()))


def test_a_login_gives_a_token_that_lives_as_long_as_the_real_one() -> None:
    said = orjson.loads(login(FORM).body)
    assert (said["token_type"], said["expires_in"]) == ("Bearer", 598077)
    assert said["access_token"] != orjson.loads(login(FORM).body)["access_token"]


@pytest.mark.parametrize("field", FORM)
def test_a_login_without_one_of_its_five_fields_is_refused(field: str) -> None:
    assert login({name: value for name, value in FORM.items() if name != field}).status == 400
    assert login(FORM | {field: ""}).status == 400


def test_a_login_of_another_kind_or_that_is_no_form_is_refused() -> None:
    assert login(FORM | {"grant_type": "client_credentials"}).status == 400
    assert simulator(WORLD, lambda: NOW)(Asked("POST", "/token", body=b"\xff\xfe")).status == 400


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer inconnu", "Basic inconnu"])
def test_nothing_is_told_without_a_known_token(header: str | None) -> None:
    headers = {} if header is None else {"authorization": header}
    said = at_simulator().handler(Asked("GET", ANSWERING, {}, headers))
    assert said.status == 401
    assert orjson.loads(said.body) == {"header": {"statut": 401, "message": "Jeton invalide ou jeton expiré"}}


def test_a_token_dies_at_its_time() -> None:
    times: list[datetime] = [NOW]
    handler = simulator(WORLD, lambda: times[-1])
    token = orjson.loads(handler(Asked("POST", "/token", body=LOGIN)).body)["access_token"]
    asked = Asked("GET", ANSWERING, {}, {"authorization": f"Bearer {token}"})
    assert handler(asked).status == 200
    times.append(NOW + timedelta(seconds=598077))
    assert handler(asked).status == 401


@pytest.mark.parametrize(
    ("path", "query", "status"),
    [
        (f"{ROOT}/siren/{HEALTHY}", {}, 200),
        (f"{ROOT}/siren/000000000", {}, 404),
        (f"{ROOT}/siren/{FORBIDDEN}", {}, 403),
        (f"{ROOT}/siren/{DUPLICATE}", {}, 301),
        (f"{ROOT}/siret/{FORBIDDEN}00019", {}, 403),
        (f"{ROOT}/siret/{DUPLICATE}00016", {}, 301),
        (f"{ROOT}/siret/00000000000000", {}, 404),
        (f"{ROOT}/siret", {"q": f"etablissementSiege:true AND siren:{FORBIDDEN}"}, 404),
        (f"{ROOT}/siret", {"q": f"etablissementSiege:true AND siren:{DUPLICATE}"}, 404),
        (f"{ROOT}/siret", {"q": "siren:*"}, 400),
        (f"{ROOT}/siret", {}, 400),
        (f"{ROOT}/siret/liensSuccession", {"q": "n'importe quoi"}, 400),
        (f"{ROOT}/siren/abc", {}, 400),
        (f"/siren/{HEALTHY}", {}, 404),
    ],
)
def test_each_address_answers_with_the_real_status(path: str, query: dict[str, str], status: int) -> None:
    door = at_simulator()
    said = door.handler(Asked("GET", path, query, door.headers))
    assert said.status == status
    assert orjson.loads(said.body)["header"]["statut"] == (0 if status == 301 else status)


def test_a_duplicate_points_to_another_host_with_the_number_that_is_kept_at_the_end() -> None:
    door = at_simulator()
    for path, kept in ((f"/siren/{DUPLICATE}", HEALTHY), (f"/siret/{DUPLICATE}00016", f"{HEALTHY}00010")):
        location = door.handler(Asked("GET", ROOT + path, {}, door.headers)).headers["location"]
        assert location.startswith("https://")
        assert ROOT not in location
        assert location.endswith(f"/{kept}")


def test_every_persona_has_one_period_under_way_that_is_not_always_the_first() -> None:
    door, firsts = at_simulator(), set()
    for persona in WORLD.personas:
        if persona.interdite or persona.redirige_vers:
            continue
        company = raw(f"/siren/{persona.siren}", door)["uniteLegale"]
        place = raw(f"/siret/{persona.siret}", door)["etablissement"]
        for periods in (company["periodesUniteLegale"], place["periodesEtablissement"]):
            open_ended = [rank for rank, period in enumerate(periods) if period["dateFin"] is None]
            assert len(open_ended) == 1, persona.siren
            assert len(periods) > 1, persona.siren
            firsts.add(open_ended[0] == 0)
    assert firsts == {True, False}


def test_the_registry_itself_hides_nothing_and_knows_states() -> None:
    door = at_simulator()
    for siren, status in ((PARTIAL_PERSON, "P"), (HIDDEN_PERSON, "N"), (HEALTHY, "O")):
        body = raw(f"/siren/{siren}", door)["uniteLegale"]
        assert body["statutDiffusionUniteLegale"] == status
        assert b"[ND]" not in orjson.dumps(body)
    closed = raw(f"/siren/{CLOSED}", door)["uniteLegale"]["periodesUniteLegale"]
    assert [period["etatAdministratifUniteLegale"] for period in closed if period["dateFin"] is None] == ["C"]
    links = {"q": f"siretEtablissementSuccesseur:{CEDEX}00012 OR siretEtablissementPredecesseur:{CEDEX}00012"}
    assert raw("/siret/liensSuccession", door, links)["header"]["total"] == 1
