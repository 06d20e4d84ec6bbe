# SPDX-License-Identifier: EUPL-1.2
"""What a company is shown of who consulted it, and what is shown to nobody: others, agents, what is under embargo."""

import csv
import io
import re

import pytest

from gateway.audit.subject import PREFIX
from tests.gateway.company.conftest import HABILITATION, MINE, OTHER, World, tomorrow
from tests.gateway.pages_world import SIRET, Somebody

LIST = f"/entreprise/{MINE}"


async def test_a_company_sees_who_consulted_it_for_what_and_which_fields(world: World, officer: Somebody) -> None:
    await world.wrote(product="urssaf/attestation_vigilance", registry="urssaf")
    shown = await officer.get(LIST)
    assert shown.status_code == 200
    for words in ("Ville d'essai", "Marchés publics", "Attestation de vigilance"):
        assert words.lower() in shown.text.replace("&#39;", "'").lower()
    one = await officer.get(f"{LIST}/consultations/{world.last}")
    assert one.status_code == 200, one.text
    for words in ("identite", "adresse", "marche-127", "dans le journal signé"):
        assert words in one.text


async def test_nobody_s_agent_address_token_or_commitment_is_shown(world: World, officer: Somebody) -> None:
    await world.wrote()
    for path in (LIST, f"{LIST}/consultations/{world.last}", f"{LIST}/consultations.csv"):
        text = (await officer.get(path)).text
        for secret in ("192.0.2.7", PREFIX, "jeton-1", HABILITATION):
            assert secret not in text, path


async def test_another_company_s_consultations_are_never_shown(world: World, officer: Somebody) -> None:
    await world.wrote(OTHER, object="marche-autrui")
    assert "marche-autrui" not in (await officer.get(f"{LIST}/consultations.csv")).text
    assert (await officer.get(f"{LIST}/consultations/{world.last}")).status_code == 404
    for path in ("", "/journees", "/acces", "/contestations", "/consultations.csv", f"/consultations/{world.last}"):
        assert (await officer.get(f"/entreprise/{OTHER}{path}")).status_code == 403
    assert (await officer.send(f"/entreprise/{OTHER}/acces", genre="flux", nom="x")).status_code == 403


@pytest.mark.parametrize("path", ["", "/consultations.csv", "/consultations/3"])
async def test_each_look_is_in_the_log_before_the_page_leaves(world: World, officer: Somebody, path: str) -> None:
    await world.wrote()
    before = len(world.records("log_read"))
    assert (await officer.get(LIST + path)).status_code == 200
    read = world.records("log_read")
    assert len(read) == before + 1
    assert read[-1]["role"] == "representant"
    assert read[-1]["subject"] == world.subjects.commitment(MINE, world.hour[0])
    assert MINE not in read[-1]["query"]
    world.recorder.closed = True
    refused = await officer.get(LIST + path)
    assert refused.status_code == 503
    assert "marche-127" not in refused.text


async def test_a_question_that_has_its_answer_is_no_line_of_its_own(world: World, officer: Somebody) -> None:
    await world.wrote()
    assert (await officer.get(f"{LIST}/consultations/{world.last - 1}")).status_code == 404
    assert (await officer.get(f"{LIST}/consultations/{world.last}")).status_code == 200


async def test_refusals_and_questions_without_outcome_are_shown_too(world: World, officer: Somebody) -> None:
    await world.wrote(event="refused")
    await world.wrote(event="asked")
    shown = (await officer.get(LIST)).text
    assert "refus" in shown
    assert "question sans issue connue" in shown


async def test_an_embargo_is_stated_to_everybody_and_ends_when_it_says(world: World, officer: Somebody) -> None:
    empty = (await officer.get(LIST)).text
    assert "ne sont montrées qu'après 365 jours" in empty.replace("\N{NO-BREAK SPACE}", " ").replace("&#39;", "'")
    await world.wrote(purpose="detection_fraude", object="enquete-9")
    for path in (LIST, f"{LIST}?finalite=detection_fraude", f"{LIST}/consultations.csv"):
        assert "enquete-9" not in (await officer.get(path)).text
    assert (await officer.get(f"{LIST}/consultations/{world.last}")).status_code == 404
    assert (await officer.get(LIST)).text == empty  # to the letter: nothing tells that there is something
    tomorrow(world, 366)
    again = await world.somebody("Éloïse Vercheny", siren=MINE)
    assert "enquete-9" in (await again.get(f"{LIST}/consultations.csv")).text


async def test_filters_and_pages_lead_through_the_whole_list_once(world: World, officer: Somebody) -> None:
    for number in range(120):
        await world.wrote(object=f"marche-{number}", purpose="aides_publiques" if number % 3 else "marches_publics")
    seen: list[int] = []
    path = f"{LIST}?finalite=aides_publiques"
    while path:
        text = (await officer.get(path)).text
        seen += [int(one) for one in re.findall(rf'{LIST}/consultations/(\d+)"', text)]
        following = re.search(r'href="([^"]+)" rel="next"', text)
        path = following[1].replace("&amp;", "&") if following else ""
    assert len(seen) == len(set(seen)) == 80
    assert seen == sorted(seen, reverse=True)
    assert "marche-" not in (await officer.get(f"{LIST}?du=2026-11-25")).text
    for wrong in ("du=hier", "consommateur=12", "du=2026-11-25&au=2026-11-01"):
        assert (await officer.get(f"{LIST}?{wrong}")).status_code == 422


async def test_a_spreadsheet_meets_no_formula(world: World, officer: Somebody) -> None:
    await world.wrote(object="=cmd|' /C calc'!A0")
    rows = list(csv.DictReader(io.StringIO((await officer.get(f"{LIST}/consultations.csv")).text.lstrip("\ufeff"))))
    assert [row["objet"][:5] for row in rows] == ["'=cmd"]
    assert rows[0]["consommateur_siret"] == SIRET


async def test_who_represents_nobody_and_who_represents_two(world: World) -> None:
    nobody = await world.somebody("Odette Franchard")
    assert (await nobody.get("/entreprise")).status_code == 403
    both = await world.somebody("Léandre Quimerch", siren=MINE, decided=OTHER)
    text = (await both.get("/entreprise")).text
    assert f'href="/entreprise/{MINE}"' in text
    assert f'href="/entreprise/{OTHER}"' in text
