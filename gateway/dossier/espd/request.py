# SPDX-License-Identifier: EUPL-1.2
"""A buyer's ESPD Request 4.1.0, read as hostile: whose it is, its lots, and what it demands, held against the model.

A response must repeat each criterion as the model has it (BR-TC-02, -04, -07, -13, -16, -20, -21): what could not be
answered by the rules is refused here, when it is sent, and not when the company applies. Raises Problem.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from xml.etree import ElementTree as ET

from gateway.dossier.asked import AskedLot
from gateway.dossier.espd.criteria import Criterion
from gateway.dossier.espd.request_criteria import NO_LOT, Unfit, for_lot, read_criterion
from gateway.dossier.espd.xml import PROFILE, REQUEST, Unreadable, held, said, tree
from gateway.dossier.refusals import refused

PLACE = "/dume_acheteur"
MOST_BYTES = 2 * 1024 * 1024
MOST_LOTS = 200
LONGEST = 1_000
PROCEDURES = frozenset(
    (
        "open", "restricted", "neg-w-call", "neg-wo-call", "comp-dial", "innovation", "comp-tend", "oth-single",
        "oth-mult",
    )
)  # fmt: skip
"""Codes of the EU list `procurement-procedure-type`."""


@dataclass(frozen=True, slots=True)
class Party:
    """A contracting authority: its name and the numbers it gives."""

    name: str
    numbers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Request:
    """The request. `agency`: whose identifier `id` is. `documents`: numbers of the notices and papers it cites."""

    id: str
    agency: str
    uuid: str
    reference: str
    title: str
    issued_on: str
    procedure: str
    buyers: tuple[Party, ...]
    lots: tuple[AskedLot, ...]
    criteria: tuple[Criterion, ...]
    documents: tuple[str, ...]

    def of_lot(self, lot: str) -> tuple[Criterion, ...]:
        """What is demanded of whoever answers a lot, as the response repeats it."""
        return tuple(found for one in self.criteria if (found := for_lot(one, lot)) is not None)


def read(content: bytes) -> Request:
    """The request. Raises 413 00713, 422 00760 (unreadable, or not answerable), 422 00761 (another version)."""
    if len(content) > MOST_BYTES:
        raise refused("00713", PLACE, f"Un DUME de l'acheteur compte au plus {MOST_BYTES // 1024} Kio.")
    try:
        root = tree(content)
    except Unreadable as error:
        raise unfit(str(error)) from None
    _version(root)
    try:
        criteria = tuple(read_criterion(one) for one in held(root, "TenderingCriterion"))
    except Unfit as error:
        raise unfit(str(error)) from None
    found = Request(
        id=_needed(root, "ID"),
        agency=_agency(root),
        uuid=_text(root, "UUID"),
        reference=_needed(root, "ContractFolderID"),
        title=_title(root),
        issued_on=_day(_needed(root, "IssueDate")),
        procedure=_procedure(root),
        buyers=tuple(_buyers(root)),
        lots=tuple(_lots(root)),
        criteria=criteria,
        documents=tuple(said(one, "ID")[:LONGEST] for one in held(root, "AdditionalDocumentReference")[:50]),
    )
    _answerable(found)
    return found


def unfit(why: str) -> Exception:
    """The refusal of a request that is not one that can be answered."""
    return refused("00760", PLACE, f"Le DUME de l'acheteur ne peut pas être repris : {why}.")


def _version(root: ET.Element) -> None:
    space, _, name = root.tag.rpartition("}")
    profile = said(root, "ProfileExecutionID")
    if name == "ESPDRequest":
        raise refused("00761", PLACE, "Ce DUME est de la version 1 (ESPDRequest) : seule la version 4.1.0 est reprise.")
    if name == "QualificationApplicationResponse":
        raise unfit("c'est la réponse d'un candidat, et non la demande de l'acheteur")
    if space != f"{{{REQUEST}" or name != "QualificationApplicationRequest":
        raise unfit("ce n'est pas un document QualificationApplicationRequest d'UBL")
    if profile != PROFILE:
        told = f"du profil « {profile[:60]} »" if profile else "sans profil (ProfileExecutionID)"
        raise refused("00761", PLACE, f"Ce DUME est {told} : seul {PROFILE} est repris, dans les deux sens.")


def _text(element: ET.Element | None, tag: str) -> str:
    found = said(element, tag)
    if len(found) > LONGEST:
        raise unfit(f"{tag} dépasse {LONGEST} caractères")
    return found


def _needed(root: ET.Element, tag: str) -> str:
    found = _text(root, tag)
    if not found:
        raise unfit(f"il ne dit pas {tag}")
    return found


def _agency(root: ET.Element) -> str:
    for element in root:
        if element.tag.endswith("}ID"):
            return " ".join(element.get("schemeAgencyID", "").split())[:100] or "OP"
    return "OP"


def _day(written: str) -> str:
    try:
        return date.fromisoformat(written[:10]).isoformat()
    except ValueError:
        raise unfit("IssueDate n'est pas un jour") from None


def _title(root: ET.Element) -> str:
    project = next(iter(held(root, "ProcurementProject")), None)
    return _text(root, "ContractName") or _text(project, "Name") or _text(project, "Description")


def _procedure(root: ET.Element) -> str:
    code = _text(root, "ProcedureCode").lower()
    return code if code in PROCEDURES else ""


def _buyers(root: ET.Element) -> Iterator[Party]:
    for party in held(root, "ContractingParty", "Party"):
        name = next((said(one, "Name") for one in held(party, "PartyName")), "")
        numbers = (said(one, "ID").replace(" ", "") for one in held(party, "PartyIdentification")[:20])
        yield Party(name[:LONGEST], tuple(one for one in numbers if one))


def _lots(root: ET.Element) -> Iterator[AskedLot]:
    rows = held(root, "ProcurementProjectLot")
    if len(rows) > MOST_LOTS:
        raise unfit(f"il a plus de {MOST_LOTS} lots")
    seen: set[str] = set()
    for row in rows:
        lot = _needed(row, "ID")
        if lot in seen:
            raise unfit(f"deux lots portent le numéro {lot[:60]}")
        seen.add(lot)
        project = next(iter(held(row, "ProcurementProject")), None)
        yield AskedLot(lot, _text(project, "Name"))


def _answerable(found: Request) -> None:
    """Whether a response can exist: something is demanded, of lots that exist, and no question twice for one lot."""
    if not found.criteria:
        raise unfit("il ne demande rien")
    known = {lot.id for lot in found.lots} | {NO_LOT}
    for criterion in found.criteria:
        if strange := [lot for lot in criterion.lots if lot not in known]:
            raise unfit(f"le critère {criterion.code} vise un lot inconnu, {strange[0][:60]}")
    for lot in sorted({one.id for one in found.lots} or {NO_LOT}):
        seen: set[str] = set()
        for criterion in found.of_lot(lot):
            for group in criterion.walk():
                for line in group.properties:
                    if line.is_question and line.id in seen:
                        raise unfit(f"la question {line.id} est posée deux fois pour le lot {lot[:60]}")
                    seen.add(line.id)
