# SPDX-License-Identifier: EUPL-1.2
"""A company reads which buyers opened its application files; who within the buyer stays a commitment."""

from gateway.audit.subject import PREFIX
from tests.gateway.company.conftest import MINE, OTHER, World
from tests.gateway.pages_world import SIRET, Somebody

DOSSIER = "6b1f0c1e-8a51-4a0c-9a5e-000000000001"
LIST = f"/entreprise/{MINE}/candidatures"


async def opened(world: World, siren: str, query: str, event: str = "dossier_read") -> None:
    """A buyer looks at a file of a company."""
    await world.recorder.event(
        event,
        actor=world.subjects.person_commitment("person", "acheteuse", world.hour[0]),
        role="acheteur",
        recipient=SIRET,
        dossier=DOSSIER,
        subject=world.subjects.commitment(siren, world.hour[0]),
        query=query,
    )
    world.publish()


async def test_a_company_sees_which_buyer_opened_its_file_and_what_for(world: World, officer: Somebody) -> None:
    assert "Aucun acheteur n&#39;a ouvert" in (await officer.get(LIST)).text.replace("n'a", "n&#39;a")
    await opened(world, MINE, "comparaison")
    await opened(world, MINE, "dossier", "contest_answered")
    await opened(world, OTHER, "document d'autrui")
    shown = (await officer.get(LIST)).text
    for words in ("comparaison", "a répondu à votre contestation", f"/candidature/{DOSSIER}", "Ville d'essai"):
        assert words.replace("'", "&#39;") in shown.replace("'", "&#39;"), words
    assert "autrui" not in shown
    assert PREFIX not in shown
    assert (await officer.get(f"/entreprise/{OTHER}/candidatures")).status_code == 403


async def test_many_readings_are_read_page_by_page_none_lost(world: World, officer: Somebody) -> None:
    for number in range(60):
        await opened(world, MINE, f"lecture {number:02}")
    first = (await officer.get(LIST)).text
    onward = first.split('rel="next"')[0].rpartition('href="')[2].partition('"')[0]
    second = (await officer.get(onward)).text
    told = [number for number in range(60) for text in (first, second) if f"lecture {number:02}" in text]
    assert told == list(range(60))


async def test_the_company_s_own_look_is_recorded_first(world: World, officer: Somebody) -> None:
    await opened(world, MINE, "comparaison")
    assert (await officer.get(LIST)).status_code == 200
    assert world.records("log_read")[-1]["query"].endswith("lectures de ses candidatures")
    world.recorder.closed = True
    refused = await officer.get(LIST)
    assert refused.status_code == 503
    assert "comparaison" not in refused.text
