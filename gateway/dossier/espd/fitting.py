# SPDX-License-Identifier: EUPL-1.2
"""Whether a buyer's request is that of a file: its procedure, its buyer, its lots. Raises 409 00762.

The buyer is known by its SIREN, whatever the establishment that published. A notice of BOAMP or TED has a number of its
own: the procedure's reference can then only be compared when the request cites the notice.
"""

import re

from gateway.dossier.asked import AskedCriterion, BuyerRequest, Requirement
from gateway.dossier.espd.criteria import Expected
from gateway.dossier.espd.request import PLACE, Request
from gateway.dossier.espd.request_criteria import NO_LOT
from gateway.dossier.refusals import refused
from gateway.dossier.values import Candidature, Member
from gateway.dossier.words import Source

_SIREN = re.compile(r"(?:FR[0-9A-Z]{2})?([0-9]{9})([0-9]{5})?")


def fitted(request: Request, dossier: Candidature, sha256: str, size: int, at: int) -> BuyerRequest:
    """What the file keeps of the request. Raises 409 00762."""
    compared = _procedure(request, dossier)
    _buyer(request, dossier)
    _lots(request, dossier)
    criteria = tuple(
        AskedCriterion(
            one.code,
            one.name,
            one.lots,
            tuple(
                Requirement(line.id, line.label, "; ".join(_spelled(each) for each in line.expected))
                for group in one.walk()
                for line in group.properties
                if line.kind == "REQUIREMENT" and line.value not in ("LOT_IDENTIFIER", "CODE_BOOLEAN") and line.expected
            ),
        )
        for one in request.criteria
    )
    name = next((party.name for party in request.buyers if party.name), "")
    return BuyerRequest(
        sha256, size, request.id, request.uuid, request.reference, request.title, request.issued_on,
        request.procedure, name, at, request.lots, criteria, compared,
    )  # fmt: skip


def lot_of(asked: BuyerRequest, lot: str | None) -> str | None:
    """The request's own name for a lot of the file; None when it has no such lot, or more than one."""
    names = [one.id for one in asked.lots] or [NO_LOT]
    if lot is None:
        return names[0] if len(names) == 1 else None
    if lot in names:
        return lot
    alike = [one for one in names if _bare(one) == _bare(lot)]
    return alike[0] if len(alike) == 1 else None


def answered_lots(dossier: Candidature, member: Member) -> tuple[str, ...]:
    """The lots a member answers, as the file names them; () for a tender that has none."""
    stated = member.lots or dossier.lots
    if stated or dossier.request is None:
        return stated
    names = tuple(one.id for one in dossier.request.lots)
    return () if names == (NO_LOT,) else names


def _procedure(request: Request, dossier: Candidature) -> bool:
    """Whether the references were compared, and agree."""
    stated = _plain(dossier.tender.reference)
    if stated in {_plain(one) for one in (request.reference, *request.documents)}:
        return True
    if dossier.tender.source in (Source.BOAMP, Source.TED):
        return False
    raise refused(
        "00762",
        PLACE,
        f"Ce DUME porte sur la procédure « {request.reference[:100]} », le dossier sur « {dossier.tender.reference} ».",
    )


def _buyer(request: Request, dossier: Candidature) -> None:
    found = [match[1] for party in request.buyers for one in party.numbers if (match := _SIREN.fullmatch(one))]
    if dossier.tender.buyer_siret[:9] in found:
        return
    said = "ne donne pas le SIRET de l'acheteur" if not found else f"est celui d'un autre acheteur, {found[0]}"
    raise refused("00762", PLACE, f"Ce DUME {said} : le dossier est pour {dossier.tender.buyer_siret}.")


def _lots(request: Request, dossier: Candidature) -> None:
    names = [one.id for one in request.lots] or [NO_LOT]
    for lot in dict.fromkeys((*dossier.lots, *(lot for member in dossier.members for lot in member.lots))):
        if lot not in names and sum(_bare(one) == _bare(lot) for one in names) != 1:
            raise refused(
                "00762", PLACE, f"Ce DUME n'a pas le lot « {lot} » du dossier ; il a {', '.join(names[:20])}."
            )


def _plain(reference: str) -> str:
    return "".join(reference.split()).casefold()


def _bare(lot: str) -> str:
    """`LOT-0002`, `Lot 2` and `02` are the same lot."""
    return re.sub(r"^lot[\s_-]*", "", lot.strip().casefold()).lstrip("0")


def _spelled(expected: Expected) -> str:
    unit = next((value for name, value in expected.attributes if name == "currencyID"), "")
    return (
        f"{expected.text} {unit}".strip().replace("/", " – ")
        if unit or expected.tag == "ApplicablePeriod"
        else expected.text
    )
