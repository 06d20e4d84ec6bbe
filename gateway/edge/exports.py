# SPDX-License-Identifier: EUPL-1.2
"""`/v1/candidatures/{id}/exports/…`: a deposited file as files: for the buyer's software, for readers, as evidence.

Made in a thread, a few at a time. Recorded before the first byte leaves. Before the deposit only what an ESPD still
lacks is told; that depends on what was declared and on open data, and on no protected fact.
"""

import asyncio
import base64
import hashlib
from collections.abc import Callable, Sequence

from fastapi import FastAPI, Request, Response

from gateway.audit.reader import LogUnreadable
from gateway.audit.receipts import NoReceipt, ReceiptErased, Receipts
from gateway.dossier.espd.missing import Missing
from gateway.dossier.export.exporting import KINDS, Lacking, Material, digests, exchanges, made
from gateway.dossier.office import Office
from gateway.dossier.refusals import WORDINGS, all_of, refused
from gateway.dossier.values import Candidature, Member
from gateway.dossier.words import Standing
from gateway.edge.candidatures import ROOT, Counter
from gateway.edge.portals import add_counted
from gateway.edge.reading import Network
from gateway.exchange import House
from gateway.problems import Fault, Problem, problem

AT_ONCE = 2
WAITING = 20
PATIENCE_S = 60.0
_PRIVATE = {"cache-control": "private, no-cache", "x-content-type-options": "nosniff"}


class Workshop:
    """Where exports are made: so many at once, so many waiting, for so long."""

    def __init__(
        self, office: Callable[[], Office], house: Callable[[], House], receipts: Callable[[], Receipts]
    ) -> None:
        self._office = office
        self._house = house
        self._receipts = receipts
        self._places = asyncio.Semaphore(AT_ONCE)
        self._waiting = 0

    async def export(self, dossier: Candidature, name: str, siret: str, lot: str | None, *, actor: str = "") -> bytes:
        """One export, recorded. `siret`: a member's, "" for the first. `actor`: commitment of a person, when one asks.

        Raises 403 00721 before the deposit, 409 00727 for an ESPD that lacks something, 429 00722.
        """
        if name not in KINDS:
            raise refused("00700", detail="Cet export n'existe pas.")
        member = dossier.member(siret) if siret else dossier.lead
        if member is None:
            raise refused("00700", "/siret", "Cette entreprise ne figure pas dans la candidature.")
        if dossier.standing is Standing.WITHDRAWN:
            raise refused("00717")
        if dossier.seal is None and name != "espd.xml":
            raise refused("00721")
        content = await self._made(dossier, name, member, lot)
        if dossier.seal is None:
            raise refused("00721")
        house = self._house()
        await house.audit.event(
            "exported", count=1, dossier=dossier.id, product=name, size=len(content),
            habilitation=dossier.habilitation_id, digest=hashlib.sha256(content).hexdigest(), actor=actor or None,
            **house.audit.commitments(member.siren, None),
        )  # fmt: skip
        return content

    async def _made(self, dossier: Candidature, name: str, member: Member, lot: str | None) -> bytes:
        if self._waiting >= WAITING:
            raise _busy()
        self._waiting += 1
        try:
            async with asyncio.timeout(PATIENCE_S), self._places:
                material = await self._material(dossier, name)
                return await asyncio.to_thread(made, name, material, member, lot)
        except TimeoutError:
            raise _busy() from None
        except Lacking as error:
            raise all_of([_fault(one) for one in error.missing]) from None
        except ValueError as error:
            if str(error) == "the package is too large":
                raise refused("00713") from None
            raise
        finally:
            self._waiting -= 1

    async def _material(self, dossier: Candidature, name: str) -> Material:
        files = self._office().files
        at = max(
            [dossier.created_at, dossier.seal.at if dossier.seal else 0]
            + [one.at for one in (dossier.seal.completions if dossier.seal else ())]
            + [one.at for one in dossier.declarations]
            + [max(one.at, one.answered_at or 0) for one in dossier.contests]
            + [one.provenance.retrieved_at for one in dossier.items if one.provenance]
            + ([dossier.request.received_at] if dossier.request else [])
        )
        contents: dict[str, bytes] = {}
        receipts: dict[str, str | None] = {}
        sealed: str | None = None
        wanted = [dossier.request.sha256] if dossier.request and name == "espd.xml" else []
        for digest in digests(dossier) if name == "dossier.zip" else wanted:
            content = files.store.content(dossier.id, digest)
            if content is not None:
                contents[digest] = content
            await asyncio.sleep(0)  # others are served between two files
        if name == "dossier.zip":
            receipts = await asyncio.to_thread(self._receipts_of, dossier)
            sealed = await asyncio.to_thread(self._sealed, dossier)
        return Material(dossier, at, self._house().public_url, contents, receipts, sealed)

    def _sealed(self, dossier: Candidature) -> str | None:
        """The receipt of the deposit's record; None while it is not published."""
        seal = dossier.seal
        if seal is None or seal.record is None:
            return None
        says = {"event": "dossier_sealed", "dossier": dossier.id, "digest": seal.digest}
        try:
            return self._receipts().of_record(seal.record, says)
        except (NoReceipt, ReceiptErased, LogUnreadable):
            return None  # the list says so

    def _receipts_of(self, dossier: Candidature) -> dict[str, str | None]:
        receipts = self._receipts()
        found: dict[str, str | None] = {}
        for exchange in exchanges(dossier):
            try:
                found[exchange] = receipts.receipt(exchange, dossier.habilitation_id)
            except (NoReceipt, ReceiptErased, LogUnreadable):
                found[exchange] = None  # the package says that it is not there yet, and where it will be
        return found


def add_exports(
    app: FastAPI,
    office: Callable[[], Office],
    house: Callable[[], House],
    receipts: Callable[[], Receipts],
    trusted: Sequence[Network],
) -> Workshop:
    """Put the exports' address on the application; the workshop, for the pages."""
    counter = Counter(office, house, trusted)
    workshop = Workshop(office, house, receipts)

    async def export(request: Request, identifier: str, name: str) -> Response:
        dossier = counter.found(request, identifier)
        query = request.query_params
        content = await workshop.export(dossier, name, query.get("siret", ""), query.get("lot"))
        return file(request, content, name, dossier.number)

    add_counted(app, ROOT + "/{identifier}/exports/{name}", "GET", export)
    return workshop


def file(request: Request, content: bytes, name: str, number: str) -> Response:
    """An export as it is sent, with its digest; or that it has not changed."""
    digest = hashlib.sha256(content)
    tag = f'"{digest.hexdigest()}"'
    headers = {
        **_PRIVATE,
        "etag": tag,
        "repr-digest": f"sha-256=:{base64.b64encode(digest.digest()).decode()}:",
        "content-disposition": f'attachment; filename="{number}-{name}"',
        "content-security-policy": "default-src 'none'",
    }
    if tag in (one.strip() for one in request.headers.get("if-none-match", "").split(",")):
        return Response(None, 304, headers)
    return Response(content, 200, headers, KINDS[name])


def _fault(one: Missing) -> Fault:
    return Fault("00727", WORDINGS["00727"].title, one.sentence, {"pointer": f"/{one.field}"}, {"regle": one.rule})


def _busy() -> Problem:
    found = problem("00429", detail="Trop d'exports sont demandés en même temps : redemandez celui-ci dans un instant.")
    found.headers = ((b"retry-after", b"5"),)
    return found
