# SPDX-License-Identifier: EUPL-1.2
"""The benchmark says what happened: it reads wrk rightly, refuses a dishonest load, and its page tells its own figures.

No speed is asserted here: a busy machine must not break a test.
"""

import json
import sqlite3
import subprocess
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from bench import files as bench_files
from bench import tools
from bench.__main__ import OUT, PAGE
from bench.evidence import Dishonest, Written, expect_honest, expect_two_records, written
from bench.figures import Ratio, Row, Sample, disturbance, interval, ratios, row
from bench.load import LoadFailed, Window, parsed
from bench.plain import SCOPE, Settings, create_app
from bench.registry import PREFIX, Sirene
from bench.report import Summary, conclusions, goals, markdown, read, refreshed, save, table
from bench.world import invented, sirets
from connectors.insee import etablissement
from connectors.insee.simulator import ROOT, simulator
from connectors.kit import Siret
from connectors.kit.contract import load_all
from connectors.kit.simulation import Asked, load_world
from connectors.kit.simulation.door import SimulatedDoor
from gateway.audit.layout import RECORD_TABLE
from gateway.source.simulated import simulators

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
BODY = "13002526500013"
LOGIN = {"client_id": "a", "client_secret": "b", "username": "c", "password": "d"}
FORM = b"grant_type=password&client_id=a&client_secret=b&username=c&password=d"
SAID = """Running 1s test @ http://127.0.0.1:1
  1200 requests in 1.00s, 4.00MB read

BENCH {"sent":1233,"requests":1200,"duration_us":1000000,"p50_us":2500,"p99_us":9000,"statuses":{"200":1200},\
"connect":0,"read":0,"write":0,"timeout":0}
"""
WINDOW = parsed(SAID)


def test_what_wrk_says_is_read() -> None:
    assert Window(1232, 1200, 1.0, 2.5, 9.0, {200: 1200}, 0) == WINDOW
    assert WINDOW.per_second == 1200


def test_wrk_saying_nothing_is_an_error() -> None:
    with pytest.raises(LoadFailed, match="unable to connect"):
        parsed("unable to connect to 127.0.0.1:1 Connection refused\n")


@pytest.mark.parametrize(
    "window",
    [
        replace(WINDOW, statuses={200: 1199, 429: 1}),
        replace(WINDOW, statuses={200: 1199}),
        replace(WINDOW, statuses={204: 1200}),
        replace(WINDOW, broken=1),
        replace(WINDOW, answers=0),
    ],
)
def test_an_answer_that_is_no_200_makes_the_load_dishonest(window: Window) -> None:
    expect_honest("dlnuf", [WINDOW])
    with pytest.raises(Dishonest, match="200"):
        expect_honest("dlnuf", [WINDOW, window])


@pytest.mark.parametrize(
    "found",
    [
        Written(2400, 1200, 1200, 1199),
        Written(2399, 1200, 1199, 1200),
        Written(2401, 1200, 1200, 1200),
        Written(2400, 1100, 1200, 1200),
        Written(2398, 1199, 1199, 1199),
        Written(2466, 1233, 1233, 1233),
    ],
)
def test_anything_but_two_records_an_answer_makes_the_load_dishonest(found: Written) -> None:
    expect_two_records(Written(2400, 1200, 1200, 1200), [WINDOW])
    expect_two_records(Written(2464, 1232, 1232, 1232), [WINDOW])
    with pytest.raises(Dishonest, match="deux enregistrements"):
        expect_two_records(found, [WINDOW])


def test_records_are_counted_from_a_moment_on(tmp_path: Path) -> None:
    entries: list[dict[str, object]] = [{"event": "token_issued", "id": "0"}]
    for name, cached, status in (("1", False, 200), ("2", False, 200), ("3", True, 200), ("4", False, 502)):
        entries += [{"event": "asked", "id": name}]
        entries += [{"event": "answered", "id": name, "status": status, "cached": cached}]
    entries += [{"event": "finding_raised", "id": "5"}]  # the load was noticed: it is not about a request
    path = tmp_path / "audit.db"
    log = sqlite3.connect(path)
    log.execute(RECORD_TABLE)
    log.executemany(
        "INSERT INTO record VALUES (?, x'00', ?, x'00')", ((n, json.dumps(e).encode()) for n, e in enumerate(entries))
    )
    log.commit()
    log.close()
    assert written(path, 1) == Written(records=8, exchanges=4, asked=4, answered=2)
    assert written(path, 3) == Written(records=6, exchanges=3, asked=3, answered=1)


def test_a_row_is_made_of_medians_and_of_processor_time_over_requests_begun() -> None:
    windows = [replace(WINDOW, answers=answers, p99_ms=p99) for answers, p99 in ((1000, 1.0), (1200, 9.0), (5000, 2.0))]
    found = row("full", "dlnuf", 32, [Sample(window, 0.616) for window in windows])
    assert found == Row("full", "dlnuf", 32, 1200.0, 2.5, 2.0, 500.0)


def test_a_busy_machine_is_told() -> None:
    samples = [Sample(WINDOW, 0.8, others, 1.0) for others in (0.0, 0.3)]
    assert disturbance(samples) == pytest.approx(0.15)
    _, summary = some_results()
    assert "Attention" not in conclusions(summary)
    assert "jusqu'à 15 % du cœur" in conclusions(replace(summary, disturbed=disturbance(samples)))


def test_ratios_compare_windows_of_the_same_round() -> None:
    ours = [Sample(replace(WINDOW, answers=answers), 0.1) for answers in (1000, 2000, 3000)]
    theirs = [Sample(replace(WINDOW, answers=answers), 0.1) for answers in (100, 200, 300)]
    (found,) = ratios("full", 32, {"dlnuf": ours, "plain": theirs})
    assert found == Ratio("full", 32, "plain", 10.0, 10.0, 10.0)


def test_a_window_without_any_answer_counts_as_slow_and_not_as_instant() -> None:
    none = replace(WINDOW, answers=0, statuses={}, p50_ms=0.0, p99_ms=0.0)
    expect_honest("plain", [WINDOW, none])
    with pytest.raises(Dishonest, match="aucune réponse"):
        expect_honest("plain", [none, none])
    samples = [Sample(window, 0.1) for window in (none, WINDOW, WINDOW)]
    assert row("full", "plain", 256, samples).p50_ms == WINDOW.p50_ms
    (found,) = ratios("full", 256, {"dlnuf": [Sample(WINDOW, 0.1)], "plain": samples[:1]})
    assert found.ratio == 1200


def test_the_interval_holds_the_median_and_not_the_outlier() -> None:
    low, high = interval([9.0, 10.0, 10.5, 11.0, 10.2, 9.8, 10.1, 9.9, 40.0], seed=1)
    assert 9.0 <= low <= 10.1 <= high <= 11.0


def some_results() -> tuple[list[Row], Summary]:
    """A small run."""
    rows = [Row("full", "dlnuf", 32, 4000.0, 7.5, 12.25, 240.0), Row("full", "plain", 32, 400.0, 75.0, 355.0, 2700.0)]
    memory = {"dlnuf": 98.0, "plain": 80.0}
    return rows, Summary([Ratio("full", 32, "plain", 10.2, 9.9, 10.4)], memory, 0.8, 50_000, 1200, 2400, 0.02)


def test_results_are_a_list_of_rows_and_come_back_as_they_were(tmp_path: Path) -> None:
    rows, summary = some_results()
    save(rows, summary, tmp_path / "results.json")
    assert json.loads((tmp_path / "results.json").read_text("utf-8")) == [asdict(one) for one in rows]
    assert read(tmp_path / "results.json") == (rows, summary)


def test_a_goal_is_judged_by_the_low_end_of_the_interval() -> None:
    _, summary = some_results()
    assert [met for _, met in goals(summary)] == [False, True, True]
    better = replace(summary, ratios=[replace(summary.ratios[0], low=10.0)], sandbox_ready_s=2.0)
    assert [met for _, met in goals(better)] == [True, True, False]
    assert "non atteint : au moins 10 fois" in conclusions(summary)
    assert "4000.0" in table(some_results()[0])


def test_the_figures_take_the_place_of_the_former_ones() -> None:
    rows, summary = some_results()
    once = refreshed(PAGE.read_text("utf-8"), "former figures")
    again = refreshed(once, markdown(rows, summary))
    assert "former figures" in once
    assert "former figures" not in again
    assert "| full | dlnuf | 32 | 4,000 | 7.50 | 12.25 | 240 |" in again
    with pytest.raises(ValueError, match="no place"):
        refreshed("a page without marks", "figures")


def test_the_page_tells_the_figures_of_the_results_file() -> None:
    page = PAGE.read_text("utf-8")
    assert refreshed(page, markdown(*read(OUT))) == page


def test_the_committed_results_cover_every_system_and_number_of_connections() -> None:
    rows = json.loads(OUT.read_text("utf-8"))
    names = {"scenario", "system", "connections", "requests_per_second", "p50_ms", "p99_ms", "cpu_us_per_request"}
    assert all(set(one) == names for one in rows)
    full = {(one["system"], one["connections"]) for one in rows if one["scenario"] == "full"}
    assert full == {(system, count) for system in ("dlnuf", "haproxy", "plain") for count in (1, 32, 256)}


def test_the_companies_of_the_load_are_distinct_and_valid() -> None:
    found = sirets(2000)
    assert len(set(found)) == 2000
    assert all(Siret.parse(siret) for siret in found)
    assert not set(found) & set(load_world().by_siret)


def test_the_fast_registry_answers_what_the_simulator_answers() -> None:
    world = invented(3)
    siret = world.personas[1].siret
    sirene = Sirene(world)
    login = sirene.answer("POST", f"{PREFIX}/token".encode(), {}, FORM)
    bearer = "Bearer " + json.loads(login.partition(b"\r\n\r\n")[2])["access_token"]
    url = f"{PREFIX}{ROOT}/siret/{siret}".encode()
    quick = sirene.quick(url, bearer.encode())
    slow = simulator(world, lambda: NOW)
    token = json.loads(slow(Asked("POST", "/token", {}, {}, FORM)).body)["access_token"]
    said = slow(Asked("GET", f"{ROOT}/siret/{siret}", {}, {"authorization": f"Bearer {token}"}))
    assert quick is not None
    assert quick.startswith(b"HTTP/1.1 200 OK\r\n")
    assert quick.partition(b"\r\n\r\n")[2] == said.body
    assert sirene.quick(url, b"Bearer of-nobody") is None
    assert sirene.answer("GET", url, {"authorization": "Bearer of-nobody"}, b"").startswith(b"HTTP/1.1 401 ")


async def plain_answer(
    path: str, claims: dict[str, object], *, key: ec.EllipticCurvePrivateKey | None = None
) -> httpx.Response:
    """What the plain gateway says, in front of the simulator; `key`: the one that signs, if not the right one."""
    right = ec.generate_private_key(ec.SECP256R1())
    public = right.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    base = "http://registry/insee"
    upstream = httpx.ASGITransport(simulators(["insee"], lambda: NOW))
    app = create_app(Settings(public, base, f"{base}/token", LOGIN), upstream)
    token = jwt.encode(claims, key or right, algorithm="ES256")
    headers = {"Authorization": f"Bearer {token}"}
    params = {"context": "Marchés publics", "object": "marche-1", "recipient": BODY}
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://plain") as client,
    ):
        return await client.get(path, params=params, headers=headers)


CLAIMS: dict[str, object] = {"jti": "1", "scopes": [SCOPE], "exp": 4_000_000_000}
PERSONA = "99910011800010"
PLACE = f"/v3/insee/sirene/etablissements/{PERSONA}"


async def test_the_plain_gateway_gives_the_values_that_ours_gives() -> None:
    handler = simulator(load_world(), lambda: NOW)
    token = json.loads(handler(Asked("POST", "/token", {}, {}, FORM)).body)["access_token"]
    door = SimulatedDoor(load_all()["insee"], handler, NOW, {"authorization": f"Bearer {token}"})
    siret = Siret.parse(PERSONA)
    assert siret is not None
    ours = await etablissement.v3(siret, door)
    answer = await plain_answer(PLACE, CLAIMS)
    assert answer.status_code == 200
    theirs = answer.json()["data"]
    assert theirs == common(theirs, dict(ours.data))
    assert theirs["unite_legale"]["personne_morale_attributs"]["raison_sociale"] == "ATELIERS DU GRAND CHENE"


def common(theirs: dict[str, object], ours: dict[str, object]) -> dict[str, object]:
    """Our values under the keys that the plain gateway has."""
    found = {}
    for name, value in theirs.items():
        mine = ours[name]
        found[name] = common(value, mine) if isinstance(value, dict) and isinstance(mine, dict) else mine
    return found


@pytest.mark.parametrize(
    ("path", "claims", "status"),
    [
        (PLACE, {**CLAIMS, "exp": 1_000_000_000}, 401),
        (PLACE, {**CLAIMS, "scopes": ["open_data"]}, 403),
        (PLACE.replace(PERSONA, "99910011800011"), CLAIMS, 422),
        (PLACE.replace(PERSONA, sirets(1)[0]), CLAIMS, 404),
    ],
)
async def test_the_plain_gateway_refuses_what_it_should(path: str, claims: dict[str, object], status: int) -> None:
    assert (await plain_answer(path, claims)).status_code == status


async def test_the_plain_gateway_checks_the_signature() -> None:
    other = ec.generate_private_key(ec.SECP256R1())
    assert (await plain_answer(PLACE, CLAIMS, key=other)).status_code == 401


def test_missing_programs_are_named_when_they_cannot_be_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tools, "found", lambda name: None)
    with pytest.raises(tools.ToolsMissing, match="apt-get install haproxy wrk"):
        tools.ready(root=True)


def test_nothing_is_installed_by_whoever_may_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tools, "found", lambda name: "apt-get" if name == "apt-get" else None)
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: pytest.fail("a program was run"))
    with pytest.raises(tools.ToolsMissing, match="haproxy et wrk"):
        tools.ready(root=False)


def test_files_say_which_of_their_goals_are_missed() -> None:
    found = {
        "single": {"ratio": 1.02},
        "crowd": {"plain_alone_ms": {"p50": 20.0}, "plain_meanwhile_ms": {"p50": 60.0}},
        "quota": {"latecomer_s": 4.0, "last_s": 5.0},
    }
    assert all(said.endswith(": met") for said in bench_files.goals(found))
    missed = {
        "single": {"ratio": 1.11},
        "crowd": {"plain_alone_ms": {"p50": 20.0}, "plain_meanwhile_ms": {"p50": 201.0}},
        "quota": {"latecomer_s": 5.1, "last_s": 5.0},
    }
    assert all(said.endswith(": missed") for said in bench_files.goals(missed))
