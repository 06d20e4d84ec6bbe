# SPDX-License-Identifier: EUPL-1.2
"""Control campaigns: a draw that anybody can redo, answers by a link, decisions, and everything in the log."""

import html
import re
from collections import Counter
from dataclasses import dataclass

import httpx
import pytest

from gateway.console.campaigns import FILE_BYTES, FILES_PER_ANSWER, drawn, seed_of
from gateway.people.people import Identity
from tests.gateway.pages_world import ADDRESS, NOW, SIRET, Somebody

from .conftest import World
from .test_console_search import HOSTILE, harmless

PDF = b"%PDF-1.7 invented"


@dataclass
class Opened:
    """A campaign that was just opened, and its consumer's link."""

    address: str
    link: str

    @property
    def id(self) -> str:
        return self.address.rsplit("/", 1)[1]


async def opened(auditor: Somebody, count: str = "3") -> Opened:
    """Open a campaign over every answer, and make the consumer's link."""
    found = await auditor.send("/console/campagnes?quoi=reponses", titre="Printemps", nombre=count, jours="30")
    assert found.status_code == 200, found.text
    address = found.url.path
    linked = await auditor.send(f"{address}/lien", consommateur=SIRET)
    link = re.search(r"https://passerelle\.example(/console/reponse/[0-9a-f]{64})", linked.text)
    assert link
    return Opened(address, link[1])


async def answering(
    world: World, link: str, seq: int, text: str = "Marché 127, lot 2", file: tuple[str, bytes] | None = None
) -> httpx.Response:
    """A consumer's answer, as a browser without a session sends it."""
    async with world.browser() as nobody:
        files = {"fichier": (*file, "application/pdf")} if file else {"fichier": ("", b"", "application/octet-stream")}
        return await nobody.post(
            link, data={"seq": str(seq), "texte": text}, files=files, headers={"origin": ADDRESS}, follow_redirects=True
        )


def sampled(world: World, campaign: str) -> list[int]:
    """The records of a campaign's sample."""
    return [item.seq for item in world.app.state.console.campaigns.items(campaign)]


async def test_anybody_with_the_log_draws_the_same_sample(world: World, auditor: Somebody) -> None:
    for _ in range(12):
        await world.wrote()
    campaign = await opened(auditor)
    (record,) = world.records("campaign_opened")
    seed = seed_of(record["campaign"], bytes.fromhex(record["root"]))
    assert f"graine={seed} population=12 " in record["query"]
    entries = world.reader.entries(0, record["size"])
    population = [entry.seq for entry in entries if entry.entry and b'"event":"answered"' in entry.entry]
    assert drawn(population, seed, record["count"]) == sampled(world, campaign.id)


def test_every_record_has_the_same_chance() -> None:
    seen: Counter[int] = Counter()
    for number in range(400):
        seen.update(drawn(range(20), f"seed {number}", 5))
    assert set(seen) == set(range(20))
    assert max(seen.values()) < 2 * min(seen.values())
    assert drawn(range(3), "seed", 50) == [0, 1, 2]
    assert drawn([], "seed", 5) == []


async def test_a_consumer_answers_by_its_link_and_the_auditor_decides(world: World, auditor: Somebody) -> None:
    for _ in range(4):
        await world.wrote()
    campaign = await opened(auditor)
    first, *others = sampled(world, campaign.id)
    found = await answering(world, campaign.link, first, file=("note.pdf", PDF))
    assert found.status_code == 200
    assert "Marché 127, lot 2" in found.text
    (record,) = world.records("campaign_answered")
    assert (record["consumer"], record["seq"], record["count"]) == (SIRET, first, 1)
    assert PDF not in (world.state / "console.db").read_bytes() + (world.state / "console.db-wal").read_bytes()
    page = await auditor.get(campaign.address)
    file = re.search(rf"{campaign.address}/fichiers/[0-9a-f-]+", page.text)
    assert file
    sent = await auditor.get(file[0])
    assert (sent.content, sent.headers["content-type"]) == (PDF, "application/pdf")
    assert sent.headers["content-disposition"].startswith("attachment;")
    assert (await auditor.send(f"{campaign.address}/decision", seq=str(first), decision="conforme")).status_code == 422
    await auditor.send(f"{campaign.address}/decision", seq=str(first), decision="conforme", motif="pièce vue")
    (decided,) = world.records("campaign_decided")
    assert decided["reason"] == "conforme : pièce vue"
    assert (await answering(world, campaign.link, first)).status_code == 422
    assert (await auditor.send(f"{campaign.address}/cloture")).status_code == 422
    await auditor.send(f"{campaign.address}/cloture", motif="Rien à signaler")
    (closed,) = world.records("campaign_closed")
    assert closed["count"] == 1
    assert (await answering(world, campaign.link, others[0])).status_code == 404


async def test_a_new_link_replaces_the_older_and_guesses_open_nothing(world: World, auditor: Somebody) -> None:
    await world.wrote()
    campaign = await opened(auditor)
    again = await auditor.send(f"{campaign.address}/lien", consommateur=SIRET)
    assert again.status_code == 200
    async with world.browser() as nobody:
        for secret in (campaign.link, "/console/reponse/" + "0" * 64, "/console/reponse/x", "/console/reponse/%2e%2e"):
            assert (await nobody.get(secret)).status_code == 404
    assert campaign.link.rsplit("/", 1)[1].encode() not in (world.state / "console.db-wal").read_bytes()
    assert (await auditor.send(f"{campaign.address}/lien", consommateur="21750001600019")).status_code == 422


async def test_a_consumer_sees_its_own_exchanges_alone(world: World, auditor: Somebody) -> None:
    await world.wrote()
    await world.wrote(consumer="21750001600019", object="à d'autres")
    campaign = await opened(auditor)
    async with world.browser() as nobody:
        text = html.unescape((await nobody.get(campaign.link)).text)
    assert "marche-127" in text
    assert "à d'autres" not in text
    theirs = next(item.seq for item in world.app.state.console.campaigns.items(campaign.id) if item.consumer != SIRET)
    assert (await answering(world, campaign.link, theirs)).status_code == 422


async def test_somebody_who_speaks_for_the_consumer_needs_no_link(world: World, auditor: Somebody) -> None:
    await world.wrote()
    campaign = await opened(auditor)
    acr = next(iter(world.people.assurance.officer))
    secret = await world.people.enter(Identity("https://fournisseur.example", "m", "Maire", acr, siret=SIRET))
    address = f"/console/controle/{campaign.id}/{SIRET}"
    async with world.browser() as mayor, world.browser() as nobody:
        mayor.cookies.set("__Host-dlnuf-session", secret, domain="passerelle.example")
        assert (await mayor.get(address)).status_code == 200
        assert (await mayor.get(f"/console/controle/{campaign.id}/21750001600019")).status_code == 404
        assert (await nobody.get(address)).status_code == 303
        unsigned = await mayor.post(address, data={"seq": "1", "texte": "x"}, files={"fichier": ("", b"")})
        assert unsigned.status_code == 403
    assert (await auditor.get(address)).status_code == 404


@pytest.mark.parametrize(
    ("file", "status"),
    [
        (("a.pdf", PDF), 200),
        (("a.png", b"\x89PNG\r\n\x1a\n..."), 200),
        (("a.jpg", b"\xff\xd8\xff..."), 200),
        (("a.pdf", b"MZ not a pdf"), 422),
        (("a.html", b"<script>alert(1)</script>"), 422),
        (("a.pdf", b"%PDF-" + bytes(FILE_BYTES)), 422),
        (("a.pdf", b"%PDF-" + bytes(FILE_BYTES + 100_000)), 413),
        (("../../x\r\ny\u202e.pdf", PDF), 200),
    ],
    ids=["pdf", "png", "jpeg", "program", "page", "large", "larger", "hostile name"],
)
async def test_files_are_checked_by_what_they_hold(
    world: World, auditor: Somebody, file: tuple[str, bytes], status: int
) -> None:
    await world.wrote()
    campaign = await opened(auditor, "1")
    (seq,) = sampled(world, campaign.id)
    found = await answering(world, campaign.link, seq, file=file)
    assert found.status_code == status
    assert len(world.records("campaign_answered")) == (status == 200)
    harmless(found.text)
    if status == 200:
        page = await auditor.get(campaign.address)
        harmless(page.text)
        link = re.search(rf"{campaign.address}/fichiers/[0-9a-f-]+", page.text)
        assert link
        assert (await auditor.get(link[0])).content == file[1]


async def test_an_answer_has_so_many_files_and_so_many_words(world: World, auditor: Somebody) -> None:
    await world.wrote()
    campaign = await opened(auditor, "1")
    (seq,) = sampled(world, campaign.id)
    for _ in range(FILES_PER_ANSWER):
        assert (await answering(world, campaign.link, seq, file=("a.pdf", PDF))).status_code == 200
    assert (await answering(world, campaign.link, seq, file=("a.pdf", PDF))).status_code == 422
    assert (await answering(world, campaign.link, seq, "x" * 2_001)).status_code == 422
    assert (await answering(world, campaign.link, seq, " ")).status_code == 422
    assert (await answering(world, campaign.link, -5)).status_code == 422


async def test_nothing_hostile_does_anything_in_any_field(world: World, auditor: Somebody) -> None:
    await world.wrote(object=HOSTILE["html"], context=HOSTILE["formula"])
    campaign = await opened(auditor, "1")
    (seq,) = sampled(world, campaign.id)
    for kind, value in HOSTILE.items():
        for field in ("titre", "message", "nombre", "jours"):
            given = {"titre": "t", "nombre": "1", "jours": "1", "message": "m", field: value}
            found = await auditor.send("/console/campagnes?quoi=reponses", **given)
            assert found.status_code in (200, 422), (field, kind)
            harmless(found.text)
        for action in ("lien", "decision", "cloture"):
            given = dict.fromkeys(("consommateur", "seq", "decision"), value)
            given["motif"] = "" if action == "cloture" else value
            found = await auditor.send(f"{campaign.address}/{action}", **given)
            assert found.status_code in (413, 422), (action, kind)
            harmless(found.text)
        found = await answering(world, campaign.link, seq, value)
        assert found.status_code in (200, 422), kind
        harmless(found.text)
        harmless((await auditor.get(campaign.address)).text)
    text = (await auditor.get(campaign.address)).text + (await auditor.get("/console/campagnes")).text
    harmless(text)
    assert "\u202e" not in text


async def test_what_cannot_be_recorded_does_not_happen(world: World, auditor: Somebody) -> None:
    await world.wrote()
    campaign = await opened(auditor, "1")
    (seq,) = sampled(world, campaign.id)
    token = await auditor.token()
    world.recorder.closed = True
    assert (await answering(world, campaign.link, seq)).status_code == 503
    for path in ("/console/campagnes?quoi=reponses", f"{campaign.address}/cloture", f"{campaign.address}/lien"):
        given = {"jeton": token, "titre": "t", "nombre": "1", "jours": "1", "motif": "m", "consommateur": SIRET}
        assert (await auditor.browser.post(path, data=given, headers={"origin": ADDRESS})).status_code == 503
    world.recorder.closed = False
    campaigns = world.app.state.console.campaigns
    assert len(campaigns.all()) == 1
    assert campaigns.all()[0].state == "open"
    assert campaigns.items(campaign.id)[0].answer is None
    assert campaigns.all()[0].deadline == int(NOW.timestamp()) + 30 * 86_400
