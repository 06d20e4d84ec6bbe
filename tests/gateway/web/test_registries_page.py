# SPDX-License-Identifier: EUPL-1.2
"""`/operateur/registres`: operators see where each registry stands, those in trouble first; nobody else does."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from connectors.kit.contract import load_all
from gateway.people.person import Role
from gateway.source.standing import History, Standing, standing
from tests.gateway.web.conftest import House

NOW = datetime(2026, 11, 24, 2, 15, tzinfo=UTC)  # 03:15 in Paris, while the MSA is closed
CONTRACTS = load_all()


def of(registry: str, state: str = "closed", history: History | None = None, *, maintenance: bool = True) -> Standing:
    return standing(CONTRACTS[registry], state, history or History(), NOW, maintenance=maintenance)


FAILED = History(3, NOW - timedelta(minutes=9), NOW - timedelta(minutes=1), "01002")
STANDINGS = [of("ademe"), of("cnetp"), of("insee", "open", FAILED), of("msa")]


@pytest.fixture(autouse=True)
def registries(house: House) -> None:
    house.app.state.registries = lambda: STANDINGS


async def test_an_operator_sees_all_of_them_those_in_trouble_first(house: House) -> None:
    reader = await house.known("Odile", Role.OPERATOR)
    shown = await reader.browser.get("/operateur/registres")
    assert shown.status_code == 200
    rows = re.findall(r'<th scope="row">(\w+)', shown.text)
    assert rows == ["insee", "msa", "ademe", "cnetp"]
    told = " ".join(re.sub(r"<[^>]+>", " ", shown.text).replace("\u00a0", " ").split())
    for words in ("laissé en paix", "code 01002", "3 sur 64", "connexion 2 s", "en tout 4 s", "aucune depuis le"):
        assert words in told
    assert "Registres en difficulté : 1" in told


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.INSTRUCTOR])
async def test_other_roles_are_told_no(house: House, role: Role) -> None:
    reader = await house.known("Autre", role)
    assert (await reader.browser.get("/operateur/registres")).status_code == 403


async def test_somebody_who_is_not_signed_in_is_led_to_the_door(house: House) -> None:
    async with house.browser() as browser:
        answer = await browser.get("/operateur/registres")
    assert (answer.status_code, answer.headers["location"]) == (303, "/connexion?suite=%2Foperateur%2Fregistres")


def test_a_window_is_told_while_it_lasts_and_before_it_begins() -> None:
    closed, coming = of("msa"), of("cnetp")
    assert closed.closed_until == datetime(2026, 11, 24, 2, 30, tzinfo=UTC)
    assert closed.closes_at == datetime(2026, 11, 25, 2, 0, tzinfo=UTC)
    assert (coming.closed_until, coming.closes_at) == (None, datetime(2026, 11, 24, 5, 0, tzinfo=UTC))
    without = of("msa", maintenance=False)
    assert (without.closed_until, without.closes_at) == (None, None)


def test_what_stands_comes_from_the_contract() -> None:
    insee = of("insee")
    assert (insee.limit, insee.connect_timeout_s, insee.timeout_s, insee.stale_s) == (64, 2, 4, 86_400)
