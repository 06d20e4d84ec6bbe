# SPDX-License-Identifier: EUPL-1.2
"""The whole way, with real processes: answers, receipts, a witness, a time stamp, and a backup that is found out."""

import asyncio
import secrets
import shutil
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx

from gateway.audit.cosignature import ML_DSA_44, CosigningKey
from gateway.audit.note import Signer
from gateway.audit.quorum import WitnessPolicy, log_key
from gateway.identity.keys import create_missing, load
from gateway.verify import Stamped, verify
from tests.conftest import PARAMETERS, Sandbox
from tests.gateway.audit.authority import Authority, serving
from tests.gateway.running_gateway import running
from tests.gateway.witness.running_witness import Running, witness

WAIT_S = 30.0
DEAD = "http://127.0.0.1:9"


async def in_time(ask: Callable[[], Any], wanted: Callable[[Any], bool]) -> Any:
    """What an address answers, once it is as wanted; asked every fifth of a second."""
    for _ in range(int(WAIT_S * 5)):
        found = await ask()
        if wanted(found):
            return found
        await asyncio.sleep(0.2)
    raise AssertionError(getattr(found, "text", found))


async def test_an_answer_names_its_receipt_and_the_receipt_proves_the_answer(sandbox: Sandbox) -> None:
    bearer = sandbox.token()
    async with httpx.AsyncClient(base_url=sandbox.address, headers=bearer.header, timeout=20) as client:
        answer = await client.get("/v4/insee/sirene/unites_legales/999100118", params=PARAMETERS)
        assert answer.status_code == 200
        named = answer.headers["dlnuf-receipt"]
        assert str(uuid.UUID(named)) == named
        assert answer.json()["meta"]["receipt"] == f"{sandbox.address}/receipts/{named}"
        receipt = await in_time(lambda: client.get(f"/receipts/{named}"), lambda found: found.status_code == 200)
        key = log_key((await client.get("/log/key")).text)
        findings = verify(receipt.content, WitnessPolicy.of_log(key), answer=answer.content)
        assert "octet près" in " ".join(findings.proved)
        stranger = sandbox.token()
        refused = await client.get(f"/receipts/{named}", headers=stranger.header)
        assert (refused.status_code, refused.json()["errors"][0]["code"]) == (404, "00405")


def outsiders(running_witness: Running, authority: Authority, url: str) -> dict[str, Any]:
    """The settings of a gateway that shows its heads to both, and to a witness that is dead."""
    dead = ("mort", DEAD, CosigningKey("mort.test", 4, b"m" * 32).cosigner)
    return {
        "witnesses": (("greffe", running_witness.url, running_witness.cosigner), dead),
        "tsa_url": url,
        "tsa_certificates": authority.certificates,
        "second_key": CosigningKey("dlnuf", ML_DSA_44, bytes(range(32))),
    }


async def refusal(client: httpx.AsyncClient) -> str:
    """The identifier of a request that is refused, and recorded."""
    answer = await client.get("/v4/insee/sirene/unites_legales/999100118")
    assert answer.status_code == 422
    return str(answer.headers["x-request-id"])


async def test_heads_are_countersigned_and_a_restored_backup_is_found_out(tmp_path: Path) -> None:
    state, authority = tmp_path / "state", Authority()
    create_missing(state / "keys", secrets.token_bytes)
    log = Signer("dlnuf", load(state / "keys").audit).verifier
    with witness(tmp_path, log.text()) as beside, serving(authority) as url:
        more = outsiders(beside, authority, url)
        async with running(state, DEAD, more=more) as gateway:
            client = gateway.client
            first = await refusal(client)
            receipt = await in_time(lambda: client.get(f"/receipts/{first}"), lambda found: found.status_code == 200)
            policy = f"log {log.text()}\nwitness greffe {beside.cosigner.text()}\nquorum greffe\n"
            trusted = WitnessPolicy.parse(policy.encode())
            receipt = await in_time(
                lambda: client.get(f"/receipts/{first}"), lambda found: beside.cosigner.name in found.text
            )
            findings = verify(receipt.content, trusted)
            assert "greffe" in " ".join(findings.proved)
            second = more["second_key"].cosigner
            assert verify(receipt.content, WitnessPolicy.of_log(second)).facts["key"] == second.text()
            sizes = (await in_time(lambda: client.get("/log/timestamps"), lambda found: found.json()["sizes"])).json()
            size = sizes["sizes"][0]
            stamp = (await client.get(f"/log/timestamps/{size}.tsr")).content
            head = (await client.get(f"/log/timestamps/{size}.checkpoint")).content
            stamped = Stamped(stamp, authority.certificates)
            assert "horodatage" in " ".join(verify(head, WitnessPolicy.of_log(log), stamped=stamped).proved)
            health = (await client.get("/health/log")).json()
            states = {one["name"]: one for one in health["countersigners"]}
            assert states["greffe"]["trouble"] is None
            assert "injoignable" in states["mort"]["trouble"]
            assert (await client.get("/health/ready")).status_code == 200
        shutil.copytree(state, tmp_path / "sauvegarde")
        async with running(state, DEAD, more=more) as gateway:
            seen = beside.state / "witness.db"
            assert seen.exists()
            last = await refusal(gateway.client)
            await in_time(lambda: gateway.client.get(f"/receipts/{last}"), lambda found: "temoin.test" in found.text)
        shutil.rmtree(state)
        shutil.copytree(tmp_path / "sauvegarde", state)  # the log and its anchor, both of the past
        async with running(state, DEAD, more=more) as gateway:
            ready = await in_time(lambda: gateway.client.get("/health/ready"), lambda found: found.status_code == 503)
            assert "copie plus ancienne" in ready.json()["status"]
            refused = await gateway.client.get("/v4/insee/sirene/unites_legales/999100118")
            assert refused.json()["errors"][0]["code"] == "00510"
