# SPDX-License-Identifier: EUPL-1.2
"""A company's consultations for programs: an Atom feed (RFC 4287), Estonia's data tracker protocol, and CSV.

findUsage: `{"totalUsages": n, "usages": [{logtime, action, receiverCode, receiverName, receiverSystem}]}`, newest
first, 1000 at most a call. Source: Kasutusteabe esitamise protokoll, version 2 (REST).
"""

import csv
import io
from collections.abc import Sequence
from datetime import UTC, datetime
from xml.etree import ElementTree as ET

from gateway.company.view import Consultation

ATOM = "http://www.w3.org/2005/Atom"
MOST_USAGES = 1000
OUTCOMES = {"answered": "réponse", "refused": "refus", "failed": "échec", "asked": "question sans issue connue"}
_COLUMNS = (
    *("numero", "instant_utc", "issue", "code", "produit", "registre", "finalite", "base_legale", "champs"),
    *("consommateur_siret", "consommateur", "destinataire_siret", "destinataire", "contexte", "objet", "echange"),
)


def action_of(one: Consultation) -> str:
    """What was done and why, in a sentence that a person reads."""
    what = f"{one.product} ({OUTCOMES.get(one.event, one.event)})"
    return f"{what}, pour : {one.title}" if one.title else what


def found_usages(lines: Sequence[Consultation], total: int) -> dict[str, object]:
    """The answer of findUsage."""
    return {
        "totalUsages": total,
        "usages": [
            {
                "logtime": written_at(one.at),
                "action": action_of(one),
                "receiverCode": one.recipient or one.consumer,
                "receiverName": one.recipient_name or one.consumer_name,
                "receiverSystem": one.consumer,
            }
            for one in lines
        ],
    }


def feed(lines: Sequence[Consultation], siren: str, public_url: str, now: datetime) -> bytes:
    """The Atom feed. It names no secret: whoever is shown an entry cannot read the feed with it."""
    ET.register_namespace("", ATOM)
    root = ET.Element(f"{{{ATOM}}}feed", {"{http://www.w3.org/XML/1998/namespace}lang": "fr"})
    _add(root, "title", f"Consultations des données de l'entreprise {siren}")
    _add(root, "id", f"{public_url}/entreprise/{siren}")
    _add(root, "updated", written_at(lines[0].at if lines else now))
    ET.SubElement(root, f"{{{ATOM}}}link", {"rel": "alternate", "href": f"{public_url}/entreprise/{siren}"})
    for one in lines:
        entry = ET.SubElement(root, f"{{{ATOM}}}entry")
        _add(entry, "title", action_of(one))
        _add(entry, "id", f"urn:uuid:{one.id}")
        _add(entry, "updated", written_at(one.at))
        _add(ET.SubElement(entry, f"{{{ATOM}}}author"), "name", one.consumer_name or one.consumer or "inconnu")
        href = f"{public_url}/entreprise/{siren}/consultations/{one.seq}"
        ET.SubElement(entry, f"{{{ATOM}}}link", {"rel": "alternate", "href": href})
        said = [f"Base légale : {'; '.join(one.basis)}." if one.basis else ""]
        said += [f"Champs remis : {', '.join(one.fields)}." if one.fields else "", f"Destinataire : {one.recipient}."]
        _add(entry, "summary", " ".join(part for part in said if part))
    content: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return content


def table(lines: Sequence[Consultation]) -> str:
    """The list as CSV (RFC 4180), no cell of which a spreadsheet would take for a formula."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(_COLUMNS)
    for one in lines:
        row = (
            *(one.seq, written_at(one.at), OUTCOMES.get(one.event, one.event), one.code, one.product, one.provider),
            *(one.title, " ; ".join(one.basis), " ; ".join(one.fields), one.consumer, one.consumer_name),
            *(one.recipient, one.recipient_name, one.context, one.object, one.id),
        )
        writer.writerow([_cell(str(value)) for value in row])
    return "\N{ZERO WIDTH NO-BREAK SPACE}" + text.getvalue()


def written_at(at: datetime) -> str:
    """An instant in UTC, to the second."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _cell(value: str) -> str:
    shown = _plain(value)
    return f"'{shown}" if shown[:1] in ("=", "+", "-", "@") else shown


def _plain(value: str) -> str:
    """On one line, and nothing that XML or a terminal refuses."""
    return "".join(sign if sign.isprintable() else " " for sign in value)


def _add(parent: ET.Element, name: str, text: str) -> None:
    ET.SubElement(parent, f"{{{ATOM}}}{name}").text = _plain(text)
