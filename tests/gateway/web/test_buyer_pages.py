# SPDX-License-Identifier: EUPL-1.2
"""A buyer's pages: nothing before the deadline, nothing to anybody else, each look recorded, an absence no « no »."""

import hashlib
import os
import re
import secrets
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import pytest_asyncio

from gateway.dossier.store import Store
from gateway.dossier.words import Phase, Standing
from gateway.people.database import Database
from gateway.people.person import Role
from gateway.problems import problem
from gateway.web.trace import PeopleTrace
from tests.gateway.dossier import dossier_world
from tests.gateway.running_gateway import Running, running
from tests.gateway.web.buyers_world import BUYER, OTHER_OFFICE, STRANGER, World

NAME = "ATELIERS DU GRAND CHENE"
"""What only an open file tells."""


pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def gateway(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Running]:
    """The shipped application, whose registries do not answer."""
    async with running(tmp_path_factory.mktemp("buyers") / "state", "http://127.0.0.1:9") as found:
        yield found


@pytest_asyncio.fixture(loop_scope="module")
async def world(gateway: Running) -> AsyncIterator[World]:
    """A tender of this test alone."""
    store = Store(gateway.state / "dossiers.db", gateway.keys.dossiers, os.urandom)
    people = Database(gateway.state / "people.db")
    found = World(gateway, store, people)
    yield found
    await found.close()
    people.close()
    store.close()


async def test_before_the_deadline_not_even_the_number_of_candidates_shows(world: World) -> None:
    early, agent = world.filed(past=False), world.agent()
    assert world.reference not in (await agent.get("")).text
    unknown = await agent.get(f"/{secrets.token_hex(16)}")
    for path in (world.key(early), f"{world.key(early)}/comparer", f"{world.key(early)}/{early.id}"):
        answer = await agent.get(f"/{path}")
        assert (answer.status_code, answer.text) == (404, unknown.text)
    late = world.filed(reference=f"{world.reference}-2")
    assert f"{world.reference}-2" in (await agent.get("")).text
    assert (await agent.get(f"/{world.key(late)}/{late.id}")).status_code == 200


async def test_the_latest_deadline_stated_for_a_tender_is_the_one_that_counts(world: World) -> None:
    first = world.filed()
    agent = world.agent()
    assert (await agent.get(f"/{world.key(first)}")).status_code == 200
    world.filed(past=False)  # the portal says that the tender was extended
    assert (await agent.get(f"/{world.key(first)}")).status_code == 404


async def test_an_unknown_deadline_opens_nothing(world: World) -> None:
    found = world.filed(deadline=None)
    assert (await world.agent().get(f"/{world.key(found)}")).status_code == 404


@pytest.mark.parametrize("siret", [OTHER_OFFICE, STRANGER])
async def test_an_agent_of_another_siret_learns_nothing_not_even_that_a_tender_exists(world: World, siret: str) -> None:
    found, agent = world.filed(), world.agent(siret)
    assert (await world.agent().get(f"/{world.key(found)}")).status_code == 200
    listed = await agent.get("")
    assert listed.status_code == 200
    assert world.reference not in listed.text
    unknown = await agent.get(f"/{secrets.token_hex(16)}/{found.id}")
    for path in (
        "",
        "/comparer",
        f"/{found.id}",
        f"/{found.id}/exports/dossier.json",
        f"/{found.id}/documents/{'0' * 64}",
    ):
        answer = await agent.get(f"/{world.key(found)}{path}")
        assert (answer.status_code, answer.text) == (404, unknown.text), path
    answered = await agent.send(f"/{world.key(found)}/{found.id}/contestations", contestation="c-1", reponse="Vu.")
    assert answered.status_code == 404


async def test_a_weak_sign_in_opens_nothing_and_says_what_it_lacks(world: World) -> None:
    found = world.filed()
    answer = await world.agent(acr="eidas1").get(f"/{world.key(found)}")
    assert answer.status_code == 403
    assert "second facteur" in answer.text
    assert NAME not in answer.text


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.INSTRUCTOR, Role.OPERATOR])
async def test_who_watches_over_the_service_does_not_buy_in_it(world: World, role: Role) -> None:
    found = world.filed()
    assert (await world.agent(role=role).get(f"/{world.key(found)}")).status_code == 403


async def test_nobody_in_particular_is_led_to_sign_in(world: World) -> None:
    found = world.filed()
    async with httpx.AsyncClient(base_url=world.running.address) as browser:
        for path in ("", f"/{world.key(found)}", f"/{world.key(found)}/{found.id}/exports/dossier.zip"):
            answer = await browser.get(f"/acheteur{path}")
            assert answer.status_code == 303
            assert answer.headers["location"].startswith("/connexion")


async def test_only_what_was_deposited_shows(world: World) -> None:
    shown, agent = world.filed(), world.agent()
    hidden = [
        world.not_deposited(),
        world.not_deposited(standing=Standing.WITHDRAWN),
        world.not_deposited(standing=Standing.REFUSED),
    ]
    given_up = world.not_deposited(standing=Standing.WITHDRAWN, seal=shown.seal)
    page = await agent.get(f"/{world.key(shown)}")
    assert shown.number in page.text
    assert "diffère" in page.text  # what its notice says otherwise than what was stated
    assert not any(one.number in page.text for one in hidden)
    assert f"après le dépôt, et effacée : {given_up.number}" in page.text.replace("\N{NO-BREAK SPACE}", " ")
    for one in (*hidden, given_up):
        assert (await agent.get(f"/{world.key(shown)}/{one.id}")).status_code == 404


async def test_whom_a_portal_sent_opens_one_tender_and_is_nothing_else(world: World) -> None:
    mine, other = world.filed(), world.filed(reference=f"{world.reference}-2")
    agent = world.agent(acr="urn:dlnuf:assurance:portail", role=Role.AUDITOR, tender=world.key(mine))
    assert (await agent.get(f"/{world.key(mine)}/{mine.id}")).status_code == 200
    assert (await agent.get(f"/{world.key(other)}")).status_code == 404
    assert (await agent.get(f"/{world.key(other)}/{mine.id}")).status_code == 404
    assert (await agent.get("")).headers["location"] == f"/acheteur/{world.key(mine)}"
    assert (await agent.browser.get("/console")).status_code == 403
    asked = await agent.browser.get("/compte")
    token = asked.text.split('name="jeton" value="')[1].split('"')[0]
    form = {"jeton": token, "siren": "999100118", "motif": "essai"}
    assert (await agent.browser.post("/compte/representations", data=form)).status_code == 403


async def test_each_look_is_a_record_about_each_company_it_shows(world: World) -> None:
    alone, group, agent = world.filed(), world.filed(dossier_world.group()), world.agent()
    key = world.key(alone)
    before = world.records("dossier_read")
    for path, looks in ((f"/{key}", 4), (f"/{key}/comparer?dossier={alone.id}", 1), (f"/{key}/{group.id}", 3)):
        assert (await agent.get(path)).status_code == 200
        found = world.records("dossier_read")[len(before) :]
        assert len(found) == looks, path
        assert {row["recipient"] for row in found} == {BUYER}
        assert {row["role"] for row in found} == {"acheteur"}
        assert len({row["actor"] for row in found}) == 1
        before += found
    assert {row["dossier"] for row in before} == {alone.id, group.id}
    assert len({row["subject"] for row in before}) == 3


async def test_a_look_at_a_page_without_files_is_a_record_as_well(world: World) -> None:
    """It says that the tender is there, how many answered it, and the numbers of those who gave up since."""
    found, agent = world.filed(), world.agent()
    answer = await agent.get(f"/{world.key(found)}?page=9")
    assert (answer.status_code, found.tender.reference in answer.text) == (200, True)
    assert [row.get("count") for row in world.records("dossier_read")] == [0]


@pytest.mark.parametrize(
    "path", ["", "/{key}", "/{key}?page=9", "/{key}/comparer", "/{key}/{id}", "/{key}/{id}/exports/dossier.json"]
)
async def test_without_a_record_nothing_is_shown(world: World, monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    found, agent = world.filed(), world.agent()
    address = path.format(key=world.key(found), id=found.id)
    assert (await agent.get(address)).status_code == 200

    async def full(*_: Any, **__: Any) -> None:
        raise problem("00510")

    monkeypatch.setattr(PeopleTrace, "event", full)
    monkeypatch.setattr("gateway.audit.recording.Recorder.event", full)
    answer = await agent.get(address)
    assert answer.status_code == 503
    assert NAME not in answer.text
    assert found.number not in answer.text


async def test_a_file_tells_facts_declarations_and_contests_apart(world: World) -> None:
    found = world.filed()
    page = (await world.agent().get(f"/{world.key(found)}/{found.id}")).text
    facts, declared = page.split("Ce qu'elle déclare")
    assert "Le jugement a été infirmé en appel." in facts
    assert "Aucun dossier à ce nom." in facts
    assert "Préau du lycée" in declared
    assert "Préau du lycée" not in facts
    assert "Éloïse Verchény, présidente" in declared
    assert "Au dépôt" in facts  # what came since stands beside what was known
    assert "Une seule réponse est possible" in facts
    for text in ("Une scierie mobile &amp; &lt;deux&gt; grues", found.seal.digest if found.seal else ""):
        assert text in page


async def test_an_absence_is_never_told_as_a_fact_against_the_company(world: World) -> None:
    found = world.filed()
    page = (await world.agent().get(f"/{world.key(found)}/comparer")).text
    (row,) = re.findall(r'<th scope="row">Attestation de congés payés et de chômage.*?</tr>', page, re.DOTALL)
    assert "Manquant" in row
    assert "Aucun dossier à ce nom." in row
    assert "À examiner" not in row
    assert "Non délivrée" not in row
    (refused,) = re.findall(r'<th scope="row">Attestation de régularité fiscale.*?</tr>', page, re.DOTALL)
    assert "À examiner" in refused  # what a registry did say is told as such


async def test_a_contest_is_answered_once_by_the_buyer(world: World) -> None:
    found, agent = world.filed(), world.agent()
    ici = f"/{world.key(found)}/{found.id}"
    empty = await agent.send(f"{ici}/contestations", contestation="c-1", reponse="  ")
    assert (empty.status_code, "Cette réponse est obligatoire." in empty.text) == (422, True)
    assert (await agent.send(f"{ici}/contestations", contestation="c-9", reponse="Vu.")).status_code == 422
    done = await agent.send(f"{ici}/contestations", contestation="c-1", reponse="Nous retenons <l'arrêt> d'appel.")
    assert done.status_code == 303
    page = (await agent.get(ici)).text
    assert "Nous retenons &lt;l&#39;arrêt&gt; d&#39;appel." in page
    assert "Répondre à l'entreprise" not in page
    again = await agent.send(f"{ici}/contestations", contestation="c-1", reponse="Non, finalement.")
    assert again.status_code == 409
    assert "Non, finalement." not in (await agent.get(ici)).text
    assert [row["role"] for row in world.records("contest_answered")] == ["acheteur"]
    unsigned = await agent.browser.post(f"/acheteur{ici}/contestations", data={"contestation": "c-1", "reponse": "x"})
    assert unsigned.status_code == 403


async def test_certificates_are_asked_of_the_candidate_who_is_to_have_the_contract(world: World) -> None:
    found, agent = world.filed(dossier_world.candidature(contests=())), world.agent()
    ici = f"/{world.key(found)}/{found.id}"
    assert (await agent.send(f"{ici}/attribution")).status_code == 422
    assert world.records("dossier_advanced") == []
    assert (await agent.send(f"{ici}/attribution", envisage="oui")).status_code == 303
    after = world.store.load(found.id)
    assert after is not None
    assert after.phase is Phase.ATTRIBUTION
    assert [row["dossier"] for row in world.records("dossier_advanced")] == [found.id]
    assert "Demander les certificats" not in (await agent.get(ici)).text
    other = world.filed(dossier_world.candidature(contests=()))
    assert "Déjà demandés à un autre candidat" in (await agent.get(f"/{world.key(other)}/{other.id}")).text


async def test_many_candidates_are_listed_page_by_page_none_lost(world: World) -> None:
    alone = dossier_world.candidature(items=(), declarations=(), contests=())
    found = [world.filed(alone) for _ in range(60)]
    agent, key = world.agent(), world.key(found[0])
    first, second = [(await agent.get(f"/{key}{query}")).text for query in ("", "?page=1")]
    assert "60&nbsp;candidatures" in first
    assert f"/acheteur/{key}?page=1" in first
    for rank, one in enumerate(found):
        assert (one.id in first, one.id in second) == (rank < 50, rank >= 50)
    for strange in ("?page=2", "?page=-1", "?page=99999", "?page=é"):
        assert (await agent.get(f"/{key}{strange}")).status_code == 200
    chosen = "&".join(f"dossier={one.id}" for one in found[40:])
    side = (await agent.get(f"/{key}/comparer?{chosen}&dossier=x")).text
    assert [one.id in side for one in found] == [40 <= rank < 52 for rank in range(60)]
    assert "48 autres candidatures" in side


async def test_documents_and_exports_leave_as_files_and_recorded(world: World) -> None:
    content = dossier_world.PDF
    digest = hashlib.sha256(content).hexdigest()
    found, agent = world.filed(), world.agent()
    with world.store.writing():
        world.store.file(found.id, content)
    ici = f"/{world.key(found)}/{found.id}"
    for name, start in (("dossier.json", b"{"), ("dossier.pdf", b"%PDF-"), ("dossier.zip", b"PK")):
        answer = await agent.get(f"{ici}/exports/{name}")
        assert (answer.status_code, answer.content[: len(start)]) == (200, start)
        assert answer.headers["content-disposition"].startswith("attachment")
    assert [row["product"] for row in world.records("exported")] == ["dossier.json", "dossier.pdf", "dossier.zip"]
    assert all(row["actor"] for row in world.records("exported"))
    lacking = await agent.get(f"{ici}/exports/espd.xml")
    assert (lacking.status_code, "DUME incomplet" in lacking.text) == (409, True)  # said, and nothing filled in for it
    for name in ("attestation.pdf", "rien.txt"):
        assert (await agent.get(f"{ici}/exports/{name}")).status_code == 404
    assert (await agent.get(f"{ici}/documents/{digest}")).status_code == 404  # kept, and no part of the file
