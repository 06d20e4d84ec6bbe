# SPDX-License-Identifier: EUPL-1.2
"""The console's other pages: who read what, figures, health, searches that are kept."""

import html
import re
from datetime import timedelta

import pytest

from gateway.audit.words import EVENTS
from gateway.people.person import Role
from gateway.web.console.words import KEYS
from tests.gateway.pages_world import NOW, Somebody

from .conftest import SIREN, World


async def test_readers_are_named_to_each_other_and_the_look_is_in_the_log(world: World, auditor: Somebody) -> None:
    await world.wrote()
    await auditor.send("/console/recherche", entreprise=SIREN)
    world.publish()
    text = html.unescape((await auditor.get("/console/lectures")).text)
    assert "Audrey Lestang" in text
    assert "entreprise=hmac-sha256:" in text
    assert SIREN not in text
    assert [record["query"] for record in world.records("log_read")][-1] == "quoi=lectures"


async def test_figures_count_what_the_log_holds(world: World, auditor: Somebody) -> None:
    for _ in range(3):
        await world.wrote()
    await world.wrote(event="refused", registry="urssaf", product="urssaf/attestation_vigilance")
    text = " ".join(html.unescape((await auditor.get("/console/chiffres")).text).split())
    assert '<p class="chiffre-cle">4</p><p>échanges</p>' in text
    assert '<p class="chiffre-cle">1</p><p>refus</p>' in text
    assert "<svg" in text
    assert "50 ms" in text
    filtered = " ".join((await auditor.get("/console/chiffres?registre=urssaf")).text.split())
    assert '<p class="chiffre-cle">1</p>' in filtered
    assert world.records("log_read")[-1]["count"] == 1


async def test_days_without_exchanges_have_no_duration(world: World, auditor: Somebody) -> None:
    await world.wrote()
    whole = " ".join((await auditor.get("/console/chiffres?du=2026-11-20&au=2026-11-24")).text.split())
    table = whole.split("Durées par jour", 2)[-1]
    rows = re.findall(r'<th scope="row">(\d+/\d+)</th>((?:<td class="nombre">[^<]*</td>)+)', table)
    cells = {day: re.findall(">([^<]*)</td>", row) for day, row in rows}
    assert cells == {"20/11": ["", ""], "21/11": ["", ""], "22/11": ["", ""], "23/11": ["", ""], "24/11": ["50 ms"] * 2}


@pytest.mark.parametrize(
    "query", ["du=x&au=y", "du=2026-11-30&au=2020-01-01", "registre=%27&finalite=%3Cb%3E", "du=9999-99-99"]
)
async def test_figures_take_any_period_without_a_fault(world: World, auditor: Somebody, query: str) -> None:
    await world.wrote()
    assert (await auditor.get(f"/console/chiffres?{query}")).status_code == 200


async def test_an_operator_sees_how_the_log_does_and_nothing_of_it(world: World) -> None:
    await world.wrote()
    operator = await world.signed_in("Odile Pradel", Role.OPERATOR)
    found = await operator.get("/console/sante")
    assert found.status_code == 200
    assert "enregistrements signés" in found.text
    assert "/console/recherche" not in found.text
    assert "il y a 0\xa0s" in found.text
    assert "à jour" in found.text
    for path in ("/console/chiffres", "/console/lectures", "/console/recherche"):
        assert (await operator.get(path)).status_code == 403


async def test_the_health_page_says_how_old_the_checkpoint_is_and_when_records_wait_too_long(world: World) -> None:
    await world.wrote()
    operator = await world.signed_in("Odile Pradel", Role.OPERATOR)
    await world.recorder.event("signed_out", actor="hmac-sha256:" + "0" * 64, role="auditeur")
    for later, said, pill in ((12, "12 s", "en cours"), (1500, "25 min", "en retard")):
        world.hour[0] = NOW + timedelta(seconds=later)
        text = " ".join((await operator.get("/console/sante")).text.split())
        assert f"il y a {said}" in text
        assert pill in text
        assert "à publier" in text


def test_every_key_that_a_record_may_have_is_named_in_french() -> None:
    assert {key for shape in EVENTS.values() for key in shape.kinds} <= set(KEYS)


async def test_a_search_is_kept_found_again_and_dropped_by_its_owner_alone(world: World, auditor: Somebody) -> None:
    await world.wrote()
    search = await auditor.send("/console/recherche", entreprise=SIREN)
    kept = await auditor.send(f"/console/recherches?{search.url.query.decode()}", nom="Ma <b>société</b>")
    assert kept.status_code == 200
    assert "Ma &lt;b&gt;société&lt;/b&gt;" in kept.text
    assert SIREN not in (world.state / "console.db").read_bytes().decode("latin-1")
    found = re.search(r"/console/recherches/([0-9a-f-]+)/effacer", kept.text)
    assert found
    other = await world.signed_in("Basile Ourcq", Role.AUDITOR)
    assert "Ma &lt;b&gt;" not in (await other.get("/console/recherche")).text
    await other.send(found[0])
    assert "Ma &lt;b&gt;" in (await auditor.get("/console/recherche")).text
    await auditor.send(found[0])
    assert "Ma &lt;b&gt;" not in (await auditor.get("/console/recherche")).text


async def test_a_form_from_elsewhere_changes_nothing(world: World, auditor: Somebody) -> None:
    token = await auditor.token()
    for path in ("/console/recherche", "/console/recherches?quoi=echanges", "/console/export?quoi=echanges"):
        found = await auditor.browser.post(path, data={"jeton": token}, headers={"origin": "https://ailleurs.example"})
        assert found.status_code == 403
        assert (await auditor.browser.post(path, data={"jeton": "x"})).status_code == 403
    assert world.records("exported") == []
