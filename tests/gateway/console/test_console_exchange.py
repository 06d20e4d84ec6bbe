# SPDX-License-Identifier: EUPL-1.2
"""One exchange on one page: who, why, under which rule, what the registry said, and proofs that hold."""

import html
import re
import uuid

from gateway.audit.proof import ProofFile
from tests.gateway.pages_world import SIGNER, SIRET, Somebody

from .conftest import World


async def test_an_exchange_is_told_from_its_question_to_its_proof(world: World, auditor: Somebody) -> None:
    facts = await world.wrote(obtained_at=1_795_000_000, fresh_until=1_795_003_600)
    await world.recorder.event("downloaded", id=facts["id"], document="d1", size=12, address="192.0.2.9")
    world.publish()
    found = await auditor.get("/console/enregistrements/1")
    assert found.headers["location"] == f"/console/echanges/{facts['id']}"
    text = html.unescape((await auditor.get(found.headers["location"])).text)
    for said in (
        "Ville d'essai",
        "Marchés publics",
        "article R2143-13",
        "Institut national de la statistique",
        "marche-127",
        "téléchargement",
        "ont changé depuis",
    ):
        assert said in text, said
    assert len(re.findall("vérifié par le serveur", text)) == 3
    (look,) = world.records("log_read")
    assert look["query"] == f"échange={facts['id']}"
    assert look["count"] == 3
    assert look["subject"] == facts["subject"]


async def test_a_receipt_is_a_file_that_the_offline_tools_read(world: World, auditor: Somebody) -> None:
    facts = await world.wrote()
    found = await auditor.get(f"/console/echanges/{facts['id']}/1.tlog-proof")
    assert found.headers["content-disposition"] == 'attachment; filename="recu-1.tlog-proof"'
    proof = ProofFile.parse(found.text)
    assert proof.index == 1
    assert proof.extra is not None
    assert facts["id"].encode() in proof.extra
    SIGNER.verifier.open(proof.checkpoint)


async def test_a_record_not_yet_published_is_said_to_be_soon_provable(world: World, auditor: Somebody) -> None:
    facts = await world.wrote()
    world.reader.note = SIGNER.sign(f"{SIGNER.name}\n1\n" + world.reader.note.split("\n")[2] + "\n")
    page = await auditor.get(f"/console/echanges/{facts['id']}")
    assert "bientôt prouvable" in page.text
    assert (await auditor.get(f"/console/echanges/{facts['id']}/1.tlog-proof")).status_code == 404


async def test_a_log_that_was_tampered_with_is_shown_as_such(world: World, auditor: Somebody) -> None:
    facts = await world.wrote()
    size = world.log.size
    world.reader.note = SIGNER.sign(f"{SIGNER.name}\n{size}\n{'A' * 43}=\n")
    text = (await auditor.get(f"/console/echanges/{facts['id']}")).text
    assert text.count("preuve refusée") == 2
    assert "vérifié par le serveur" not in text


async def test_a_question_without_outcome_is_told_as_such(world: World, auditor: Somebody) -> None:
    identity = str(uuid.uuid4())
    await world.recorder.event(
        "asked", id=identity, product="insee/unite_legale", version=4, registry="insee", habilitation="h", token="t",
        consumer=SIRET, purpose="marches_publics", policy="5a" * 32, recipient=SIRET, context="c", object="o",
    )  # fmt: skip
    world.publish()
    found = await auditor.send("/console/recherche", quoi="sans_issue")
    assert found.text.count('<th scope="row"') == 1
    assert "Question sans issue" in (await auditor.get(f"/console/echanges/{identity}")).text


async def test_what_is_not_there_is_not_found(world: World, auditor: Somebody) -> None:
    await world.wrote()
    for path in (
        f"/console/echanges/{uuid.uuid4()}",
        "/console/echanges/not-an-id",
        "/console/enregistrements/99999",
        f"/console/echanges/{uuid.uuid4()}/0.tlog-proof",
    ):
        assert (await auditor.get(path)).status_code == 404, path
    assert (await auditor.get("/console/enregistrements/abc")).status_code == 422
