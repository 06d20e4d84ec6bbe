# SPDX-License-Identifier: EUPL-1.2
"""The exports of a deposited file, made from what the store kept. Pure, and slow: call it in a thread.

A file that has not changed gives the same bytes: exports are dated by its last event, identified by what they are of.
"""

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from hashlib import sha256

import orjson

from gateway.dossier.company import Company
from gateway.dossier.espd.fitting import answered_lots
from gateway.dossier.espd.from_dossier import espd_of
from gateway.dossier.espd.missing import Missing, missing
from gateway.dossier.espd.model import EspdResponse
from gateway.dossier.espd.request import Request, read
from gateway.dossier.espd.write import written
from gateway.dossier.export.attestation import attestation_pages
from gateway.dossier.export.buyer import buyer_pages
from gateway.dossier.export.data import as_json, exported
from gateway.dossier.export.package import SEAL_RECEIPT, SEALED, Entry, file_name, numbered, package
from gateway.dossier.export.pdf import pdf
from gateway.dossier.facts import companies
from gateway.dossier.values import Candidature, Document, Item, Member
from gateway.dossier.words import Access

KINDS = {
    "espd.xml": "application/xml",
    "dossier.json": "application/json",
    "dossier.pdf": "application/pdf",
    "dossier.zip": "application/zip",
    "attestation.pdf": "application/pdf",
}
"""The exports there are, and their media types."""


@dataclass(frozen=True, slots=True)
class Material:
    """What exports are made of. `at`: of the last event, epoch seconds. `contents`: documents, exact answers and the
    sealed bytes, by SHA-256. `receipts`: by exchange, None for one that is not published yet. `sealed`: the receipt of
    the deposit's own record, None while it is not.
    """

    dossier: Candidature
    at: int
    public_url: str
    contents: Mapping[str, bytes]
    receipts: Mapping[str, str | None]
    sealed: str | None = None

    def request(self) -> Request | None:
        """The buyer's request, read again from what the store kept."""
        kept = self.dossier.request
        return read(self.contents[kept.sha256]) if kept is not None else None


class Lacking(Exception):
    """The ESPD cannot be written: `missing` says what nobody has given."""

    def __init__(self, lacking: list[Missing]) -> None:
        super().__init__()
        self.missing = lacking


def made(name: str, found: Material, member: Member, lot: str | None) -> bytes:
    """One export. `member`: of the ESPD and the attestation; `lot`: of the ESPD.

    Raises Lacking; ValueError when it is too large.
    """
    known = companies(found.dossier)
    match name:
        case "espd.xml":
            # What an ESPD lacks may be told before the deposit, and then rests on no protected fact.
            told = known if found.dossier.seal else companies(_public(found.dossier))
            return espd(found, told[member.siret], member, lot, found.request())
        case "dossier.json":
            return as_json(exported(found.dossier, known, found.at))
        case "dossier.pdf":
            return pdf(buyer_pages(found.dossier, known, found.at))
        case "attestation.pdf":
            return pdf(attestation_pages(found.dossier, known, found.at, member))
        case _:
            return package(found.dossier, entries(found, known))


def response(
    found: Material, company: Company, member: Member, lot: str | None, request: Request | None = None
) -> EspdResponse:
    """The ESPD Response of one company for one lot, complete or not."""
    seal = found.dossier.seal.digest if found.dossier.seal else ""
    digest = sha256(f"{found.dossier.id} {member.siret} {lot or ''} {seal} {found.at}".encode()).digest()

    def shown(item: Item) -> str:
        return f"{found.public_url}/receipts/{item.provenance.exchange if item.provenance else item.id}"

    identifier = str(uuid.UUID(bytes=digest[:16], version=4))
    return espd_of(found.dossier, member, company, lot, identifier, found.at, shown, request)


def espd(found: Material, company: Company, member: Member, lot: str | None, request: Request | None = None) -> bytes:
    """Its XML. Raises Lacking."""
    whole = response(found, company, member, lot, request)
    if lacking := missing(whole):
        raise Lacking(lacking)
    return written(whole)


def lots_of(dossier: Candidature, member: Member) -> tuple[str | None, ...]:
    """The lots a member answers, each of which has its ESPD; (None,) for a tender as a whole."""
    return answered_lots(dossier, member) or (None,)


def entries(found: Material, known: Mapping[str, Company]) -> Iterator[Entry]:
    """The files of the package, but for its list."""
    dossier = found.dossier
    yield Entry("dossier.pdf", pdf(buyer_pages(dossier, known, found.at)), "page")
    yield Entry("dossier.json", as_json(exported(dossier, known, found.at)), "data")
    yield Entry("attestation.pdf", pdf(attestation_pages(dossier, known, found.at)), "page")
    if dossier.seal and dossier.seal.digest in found.contents:
        yield Entry(SEALED, found.contents[dossier.seal.digest], "seal")
        if found.sealed is not None:
            yield Entry("scelle/depot.tlog-proof", found.sealed.encode(), SEAL_RECEIPT, proves=SEALED)
    yield from _espds(found, known)
    yield from _documents(found)
    yield from _answers(found)


def _espds(found: Material, known: Mapping[str, Company]) -> Iterator[Entry]:
    lacking = []
    request = found.request()
    if found.dossier.request is not None:
        yield Entry("dume/demande-acheteur.xml", found.contents[found.dossier.request.sha256], "dume")
    for member in found.dossier.members:
        for lot in lots_of(found.dossier, member):
            try:
                content = espd(found, known[member.siret], member, lot, request)
            except Lacking as error:
                told = [{"champ": one.field, "manque": one.sentence, "regle": one.rule} for one in error.missing]
                lacking.append({"siret": member.siret, "lot": lot, "manque": told})
                continue
            suffix = f"-lot-{file_name(lot)}" if lot else ""
            yield Entry(f"dume/{member.siret}{suffix}.xml", content, "dume")
    if lacking:
        yield Entry("dume/incomplets.json", orjson.dumps(lacking, option=orjson.OPT_INDENT_2), "data")


def _documents(found: Material) -> Iterator[Entry]:
    dossier = found.dossier
    owned: list[tuple[str, str, Document]] = [
        *((item.siret, item.id, one) for item in dossier.items for one in item.documents),
        *((one.siret, "", paper) for one in dossier.declarations for paper in one.documents),
        *((one.item[:14], one.item, paper) for one in dossier.contests for paper in one.documents),
    ]
    kept = [row for row in owned if row[2].sha256 in found.contents]
    names = numbered(f"documents/{siret}/{file_name(document.name)}" for siret, _, document in kept)
    for (_, item, document), path in zip(kept, names, strict=True):
        yield Entry(path, found.contents[document.sha256], "document", item)


def _answers(found: Material) -> Iterator[Entry]:
    waiting = []
    for item in found.dossier.items:
        told = item.provenance
        if told is None or not told.answer or told.answer not in found.contents:
            continue
        stem = f"{item.siret}-{file_name(item.key)}"
        yield Entry(f"reponses/{stem}.json", found.contents[told.answer], "answer", item.id)
        receipt = found.receipts.get(told.exchange)
        if receipt is None:
            waiting.append({"piece": item.id, "recu": f"{found.public_url}/receipts/{told.exchange}"})
            continue
        yield Entry(f"recus/{stem}.tlog-proof", receipt.encode(), "receipt", item.id, f"reponses/{stem}.json")
    if waiting:
        yield Entry("recus/en-attente.json", orjson.dumps(waiting, option=orjson.OPT_INDENT_2), "data")


def digests(dossier: Candidature) -> list[str]:
    """The contents that a package holds, by SHA-256."""
    found = [
        *(one.sha256 for item in dossier.items for one in item.documents),
        *(item.provenance.answer for item in dossier.items if item.provenance),
        *(one.sha256 for declared in dossier.declarations for one in declared.documents),
        *(one.sha256 for contest in dossier.contests for one in contest.documents),
        dossier.seal.digest if dossier.seal else "",
        dossier.request.sha256 if dossier.request else "",
    ]
    return [one for one in dict.fromkeys(found) if one]


def exchanges(dossier: Candidature) -> list[str]:
    """The exchanges whose receipts a package holds."""
    return [one.provenance.exchange for one in dossier.items if one.provenance and one.provenance.answer]


def _public(dossier: Candidature) -> Candidature:
    """The file as open data make it."""
    return replace(dossier, items=tuple(one for one in dossier.items if one.access is Access.PUBLIC))
