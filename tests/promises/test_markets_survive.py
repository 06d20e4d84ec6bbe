# SPDX-License-Identifier: EUPL-1.2
"""`kill -9` between a portal's clicks: its market, its links and what it had not been told yet are there afterwards."""

from pathlib import Path

import httpx

from tests.promises.sandboxes import Start, Stop, kill
from tests.promises.test_files_survive import bearer
from tests.story.browsing import Visitor
from tests.story.files import BUYER, HEALTHY, PERSON
from tests.story.notices import listening

MARKET = {
    "acheteur": {"siret": BUYER},
    "consultation": {"reference": "2026-SURVIE", "objet": "Un préau", "date_limite": "2035-01-01T12:00:00Z"},
    "type_marche": "travaux",
}
AGREED = {"siret": "99910022500013", "consentement": {"par": PERSON}}


def test_a_portal_goes_on_after_a_kill(tmp_path: Path, start_sandbox: Start, stop_sandbox: Stop) -> None:
    """Repeating each request under its key changes nothing; the company's link still leads to its application."""
    state = tmp_path / "state"
    process, address = start_sandbox(state)
    header = bearer(state, process, address).header
    with listening() as notices:
        notices.refuse = 1_000  # the portal is down as well
        body = {**MARKET, "notification": {"url": notices.address, "secret": "seize-signes-au-moins"}}
        sent = {"idempotency-key": "a", **header}
        with httpx.Client(base_url=f"{address}/v1", headers=sent, timeout=30) as portal:
            on = portal.post("/marches", json=body).json()["data"]["id"]
            awaited = portal.post(f"/marches/{on}/candidatures", json={}).json()
            begun = portal.post(f"/marches/{on}/candidatures", json=AGREED, headers={"idempotency-key": "b"}).json()
        kill(process)
        notices.received.clear()
        notices.refuse = 0
        process, address = start_sandbox(state)
        try:
            with httpx.Client(base_url=f"{address}/v1", headers=sent, timeout=30) as portal:
                assert portal.post("/marches", json=body).json()["data"]["id"] == on
                again = portal.post(f"/marches/{on}/candidatures", json=AGREED, headers={"idempotency-key": "b"})
                assert again.json()["data"]["id"] == begun["data"]["id"]
                told = notices.until(lambda found: {"marche.ouvert", "candidature.commencee"} <= _names(found))
                assert {one["candidature"] for one in told if "siret" in one} == {begun["data"]["id"]}
                visitor = Visitor(address)
                path = httpx.URL(awaited["links"]["entreprise"]).raw_path.decode()
                page = visitor.go(path)
                page = visitor.send(
                    page, page.url.path, siret=HEALTHY, prenom="Éloïse", nom="Verchény", qualite="présidente",
                    accord="oui",
                )  # fmt: skip
                visitor.close()
                assert page.url.path == f"/candidature/{awaited['data']['id']}"
                counts = portal.get(f"/marches/{on}").json()["data"]["candidatures"]
                assert counts == {"attendues": 0, "commencees": 2, "deposees": 0}
        finally:
            stop_sandbox(process)


def _names(found: list[dict[str, object]]) -> set[object]:
    return {one["evenement"] for one in found}
