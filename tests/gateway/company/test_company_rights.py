# SPDX-License-Identifier: EUPL-1.2
"""Proofs of days, feeds, findUsage, contests: what a company may do with its consultations, recorded each time."""

import json
import re

import pytest
from defusedxml import ElementTree

from gateway.audit.quorum import WitnessPolicy, log_key
from gateway.people.person import Role
from gateway.verify import verify
from tests.gateway.company.conftest import MINE, OTHER, World, tomorrow
from tests.gateway.pages_world import SIGNER, Somebody

HOME = f"/entreprise/{MINE}"
ATOM = "{http://www.w3.org/2005/Atom}"


async def test_the_proof_of_a_day_verifies_offline_and_counts_what_the_list_shows(
    world: World, officer: Somebody
) -> None:
    await world.wrote()
    await world.wrote(OTHER)
    await world.wrote(purpose="detection_fraude")
    tomorrow(world)
    assert await world.closed_days() == ["2026-11-24"]
    officer = await world.somebody("Éloïse Vercheny", siren=MINE)
    assert "2026-11-24" in (await officer.get(f"{HOME}/journees")).text
    proof = await officer.get(f"{HOME}/journees/2026-11-24.json")
    assert proof.status_code == 200, proof.text
    findings = verify(proof.content, WitnessPolicy.of_log(log_key(SIGNER.verifier.text())))
    assert "2 sont au sujet" in findings.proved[0]  # the question and its answer; not those under embargo
    assert any("sous embargo" in one for one in findings.not_proved)
    tomorrow(world, 400)
    officer = await world.somebody("Éloïse Vercheny", siren=MINE)
    later = verify(
        (await officer.get(f"{HOME}/journees/2026-11-24.json")).content,
        WitnessPolicy.of_log(log_key(SIGNER.verifier.text())),
    )
    assert "4 sont au sujet" in later.proved[0]
    assert (await officer.get(f"{HOME}/journees/2026-11-23.json")).status_code == 404


async def test_a_company_under_embargo_and_one_that_is_not_are_told_the_same(world: World, officer: Somebody) -> None:
    await world.wrote(purpose="detection_fraude")
    tomorrow(world)
    await world.closed_days()
    found = []
    for name, siren in (("Éloïse Vercheny", MINE), ("Autre Dirigeant", OTHER)):
        somebody = await world.somebody(name, siren=siren)
        told = json.loads((await somebody.get(f"/entreprise/{siren}/journees/2026-11-24.json")).content)
        found.append((told["header"], told["embargoed"], [sorted(one) for one in told["parts"][0]["subjects"]]))
        assert len(told["parts"]) == 1
    assert found[0] == found[1]


async def test_a_feed_is_read_by_its_secret_alone_until_it_is_closed(world: World, officer: Somebody) -> None:
    identity = await world.wrote()
    await world.wrote(purpose="detection_fraude")
    opened = await officer.send(f"{HOME}/acces", genre="flux", nom="lecteur")
    found = re.search(r"passerelle\.example(/suivi/[\w-]{43}/flux\.atom)", opened.text)
    assert found, opened.text
    assert found[1] not in (await officer.get(f"{HOME}/acces")).text  # shown once
    reader = world.browser()
    answer = await reader.get(found[1])
    assert answer.status_code == 200
    entries = ElementTree.fromstring(answer.content).findall(f"{ATOM}entry")
    assert [one.findtext(f"{ATOM}id") for one in entries] == [f"urn:uuid:{identity}"]
    assert world.records("access_opened")[0]["reason"] == "flux"
    assert world.records("log_read")[-1]["query"].startswith("entreprise : flux")
    secret = found[1].split("/")[2].encode()
    assert all(secret not in (one.entry or b"") for one in world.reader.entries(0, world.log.size))
    identifier = world.company.store.accesses(MINE)[0].id
    await officer.send(f"{HOME}/acces/{identifier}/fermer")
    assert (await reader.get(found[1])).status_code == 404
    assert len(world.records("access_closed")) == 1


async def test_nothing_leaves_by_the_feed_without_its_record(world: World, officer: Somebody) -> None:
    await world.wrote()
    opened = await officer.send(f"{HOME}/acces", genre="flux", nom="lecteur")
    found = re.search(r"passerelle\.example(/suivi/[\w-]{43}/flux\.atom)", opened.text)
    assert found
    world.recorder.closed = True
    refused = await world.browser().get(found[1])
    assert refused.status_code == 503
    assert "Marchés" not in refused.text
    assert (await officer.send(f"{HOME}/acces", genre="flux", nom="autre")).status_code == 503
    assert len(world.company.store.accesses(MINE)) == 1


async def _token(officer: Somebody) -> str:
    opened = await officer.send(f"{HOME}/acces", genre="api", nom="portail")
    found = re.search(r'class="empreinte">([\w-]{43})<', opened.text)
    assert found, opened.text
    return found[1]


async def test_find_usage_speaks_the_data_tracker_s_protocol(world: World, officer: Somebody) -> None:
    for number in range(3):
        await world.wrote(object=f"marche-{number}")
    await world.wrote(purpose="detection_fraude")
    headers = {"authorization": f"Bearer {await _token(officer)}", "x-road-userid": "FR-12"}
    client = world.browser()
    answer = await client.get("/suivi/findUsage", params={"userCode": MINE, "limit": 2}, headers=headers)
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert told["totalUsages"] == 3
    assert len(told["usages"]) == 2
    assert told["usages"][0].keys() == {"logtime", "action", "receiverCode", "receiverName", "receiverSystem"}
    assert (await client.get("/suivi/heartbeat")).json() == {"status": "UP"}
    assert (await client.get("/suivi/usagePeriod", headers=headers)).json()["periodStart"].endswith("Z")
    for wrong, status in (
        ({"userCode": OTHER}, 403),
        ({"userCode": MINE, "limit": "1001"}, 400),
        ({"userCode": MINE, "offset": "-1"}, 400),
        ({"userCode": MINE, "periodStart": "hier"}, 400),
    ):
        assert (await client.get("/suivi/findUsage", params=wrong, headers=headers)).status_code == status
    for kept in ({"x-road-userid": "FR-12"}, {"authorization": "Bearer " + "a" * 43, "x-road-userid": "x"}):
        refused = await client.get("/suivi/findUsage", params={"userCode": MINE}, headers=kept)
        assert refused.status_code == 401
    later = await client.get(
        "/suivi/findUsage", params={"userCode": MINE, "periodStart": "2026-11-25T00:00:00Z"}, headers=headers
    )
    assert later.json() == {"totalUsages": 0, "usages": []}


async def test_an_access_ends_with_the_decision_it_rests_on(world: World) -> None:
    await world.wrote()
    accountant = await world.somebody("Léandre Quimerch", decided=MINE)
    headers = {"authorization": f"Bearer {await _token(accountant)}", "x-road-userid": "x"}
    client = world.browser()
    assert (await client.get("/suivi/findUsage", params={"userCode": MINE}, headers=headers)).status_code == 200
    world.people.representations.decide("Léandre Quimerch", "open", "closed", "autre", "fin", 1)
    assert (await client.get("/suivi/findUsage", params={"userCode": MINE}, headers=headers)).status_code == 401


async def test_a_contest_is_recorded_answered_and_shown(world: World, officer: Somebody) -> None:
    await world.wrote()
    path = f"{HOME}/consultations/{world.last}/contester"
    assert (await officer.send(path, texte=" ")).status_code == 422
    sent = await officer.send(path, texte="Nous n'avons répondu à aucun marché.")
    assert sent.status_code == 200
    assert "en attente" in sent.text
    recorded = world.records("contested")[0]
    assert recorded["seq"] == world.last
    assert "marché" not in json.dumps(recorded, ensure_ascii=False)
    assert (await officer.send(path, texte="encore")).status_code == 409
    instructor = await world.somebody("Ismaël Corvoisier", Role.INSTRUCTOR)
    assert "aucun marché" in (await instructor.get("/instruction/contestations")).text
    identifier = world.company.store.contests(MINE)[0].id
    assert (await instructor.send(f"/instruction/contestations/{identifier}", reponse="")).status_code == 422
    await instructor.send(f"/instruction/contestations/{identifier}", reponse="Vérifié : la demande était régulière.")
    assert len(world.records("contest_answered")) == 1
    assert (await instructor.send(f"/instruction/contestations/{identifier}", reponse="bis")).status_code == 409
    assert "régulière" in (await officer.get(f"{HOME}/contestations")).text


async def test_an_instructor_who_answers_second_is_told_so(
    world: World, officer: Somebody, monkeypatch: pytest.MonkeyPatch
) -> None:
    await world.wrote()
    await officer.send(f"{HOME}/consultations/{world.last}/contester", texte="Nous n'avons répondu à aucun marché.")
    waiting = world.company.store.contests(MINE)[0]
    instructor = await world.somebody("Ismaël Corvoisier", Role.INSTRUCTOR)
    address = f"/instruction/contestations/{waiting.id}"
    assert (await instructor.send(address, reponse="Vérifié : régulière.")).status_code == 200
    monkeypatch.setattr(world.company.store, "contest_of", lambda _: waiting)  # as both had read it a moment before
    late = await instructor.send(address, reponse="Irrégulière.")
    assert (late.status_code, "déjà été donnée" in late.text) == (409, True)
    assert "Vérifié : régulière." in (await officer.get(f"{HOME}/contestations")).text


async def test_only_one_s_own_visible_consultations_can_be_contested(world: World, officer: Somebody) -> None:
    await world.wrote(OTHER)
    await world.wrote(purpose="detection_fraude")
    for number in (*range(world.last + 1), 99, -1, "x", "9" * 30):
        assert (await officer.send(f"{HOME}/consultations/{number}/contester", texte="non")).status_code == 404
    assert world.records("contested") == []


async def test_a_contest_without_its_record_did_not_happen(world: World, officer: Somebody) -> None:
    await world.wrote()
    world.recorder.closed = True
    assert (await officer.send(f"{HOME}/consultations/{world.last}/contester", texte="non")).status_code == 503
    assert world.company.store.contests(MINE) == []
