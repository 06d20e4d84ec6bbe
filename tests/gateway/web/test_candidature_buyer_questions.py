# SPDX-License-Identifier: EUPL-1.2
"""What the buyer's own ESPD request asks, on the company's pages: each in its form, until none is left."""

import html
import re

import httpx

from gateway.cli.dossier_example import request as example
from gateway.dossier.espd.request import read as read_request
from tests.gateway.dossier.espd import requests_world
from tests.gateway.web.company_world import HEALTHY, form, named
from tests.story.files import Portal, request
from tests.story.representatives import WHO, Representative, fields_of, said

TO_THE_BUYER = {
    "AMOUNT": "1 500 000,50", "QUANTITY": "2", "PERCENTAGE": "40", "QUANTITY_INTEGER": "3", "QUANTITY_YEAR": "2025",
    "DATE": "03/02/2020", "PERIOD": "du 01/01/2024 au 31/12/2024", "CODE_COUNTRY": "FRA", "INDICATOR": "oui",
    "URL": "https://liste.example/1", "ECONOMIC_OPERATOR_IDENTIFIER": "999 100 225 00013", "CODE": "group-mem",
}  # fmt: skip


def test_the_buyer_s_own_questions_are_asked_and_answered_until_none_is_left(
    eloise: Representative, portal: Portal, client: httpx.Client
) -> None:
    """Each in its own form; an answer opens the next ones; then the ESPD lacks nothing but its deposit."""
    body = example(HEALTHY, "travaux") | {"consentement": request()["consentement"]}
    identifier = portal.opened(body)
    portal.complete(identifier)
    headers = portal.bearer.header | {"content-type": "application/xml"}
    content = requests_world.request(reference=body["consultation"]["reference"])
    address = f"/v1/candidatures/{identifier}"
    assert client.put(f"{address}/dume-acheteur", content=content, headers=headers).status_code == 200
    kinds = {line.id: line.value for one in read_request(content).criteria for line in one.questions()}
    file = f"/candidature/{identifier}"
    path = form(file, "dume_acheteur")
    eloise.upload(
        form(file, "exclusions"), named({"honneur_exclusions": {"": "oui"}, "obligation_emploi": {"": "oui"}})
    )
    eloise.send(f"{file}/signataire/{HEALTHY}", **{"s-prenom": "É", "s-nom": "V", "s-qualite": "p", "s-pays": "FRA"})
    assert "Questions de l'acheteur (DUME) À faire" in said(eloise.get(file).text)
    wrong = eloise.upload(path, {f"q.{key}": "???" for key in shown_by(eloise.get(path).text)})
    assert wrong.status_code == 422
    for _ in range(6):
        keys = shown_by(eloise.get(path).text)
        eloise.upload(path, {f"q.{key}": TO_THE_BUYER.get(kinds[key], "Voir le mémoire") for key in keys})
        if "Questions de l'acheteur (DUME) Déclaré" in said(eloise.get(file).text):
            break
    unchanged = eloise.upload(path, fields_shown(eloise.get(path).text))
    assert (unchanged.status_code, "Rien n'a changé" in said(unchanged.text)) == (422, True)
    told = portal.read(identifier, "portail")["declarations"]
    assert told == []  # made on the company's own pages: the portal reads them once deposited
    assert eloise.send(f"{file}/depot").url.path == file
    answer = portal.get(f"/{identifier}/exports/espd.xml")
    assert answer.status_code == 200, answer.text


def shown_by(page: str) -> set[str]:
    """The questions of the buyer that a form asks."""
    return set(re.findall(r'name="q\.([^"]+)"', page))


def fields_shown(page: str) -> dict[str, str]:
    """A form as it stands: what its fields, choices and areas hold."""
    found = {name: value for name, value in fields_of(page).items() if not name.startswith("q.")}
    for tag in re.findall(r'<input[^>]*name="q\.[^>]*>', page):
        name, value = re.search(r'name="([^"]+)"', tag), re.search(r'value="([^"]*)"', tag)
        if name and value and ('type="radio"' not in tag or " checked" in tag):
            found[name[1]] = html.unescape(value[1])
    for name, text in re.findall(r'<textarea[^>]*name="([^"]+)"[^>]*>([^<]*)</textarea>', page):
        found[name] = html.unescape(text)
    for name, options in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', page, re.DOTALL):
        found[name] = next(iter(re.findall(r'value="([^"]*)" selected', options)), "")
    return found | WHO
