# SPDX-License-Identifier: EUPL-1.2
"""Files joined to what a company declares, and the documents of its file: taken, kept, handed to who may read."""

import re
import uuid

import httpx
import pytest

from connectors.kit.simulation.pdf import pdf
from tests.conftest import Sandbox
from tests.gateway.web.company_world import form, named
from tests.story.files import Portal, request
from tests.story.representatives import Representative, fields_of, said


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("attestation.pdf", b"MZ" + bytes(400), "PDF et les images"),
        ("attestation.docm", b"PK\x03\x04" + bytes(400), "PDF et les images"),
        ("attestation.pdf", pdf("x") + b"/OpenAction << /S /JavaScript >>", "contient un script"),
        ("attestation.pdf", b"%PDF-1.7" + bytes(11 * 1024 * 1024), "dépasse 10 Mio"),
        ("attestation.pdf", b"%PDF-1.7" + bytes(200 * 1024 * 1024), "dépasse 10 Mio"),
    ],
    ids=["disguised", "macro", "script", "11 Mio", "200 Mio"],
)
def test_a_file_that_cannot_be_taken_is_refused_on_the_same_page(
    name: str, content: bytes, why: str, eloise: Representative, file: str
) -> None:
    """Beside its field, with what was typed; nothing is declared."""
    path = form(file, "capacite_economique")
    answer = eloise.upload(
        path, named({"assurance_risques": {"": "1500000"}}), [("f.assurance_risques", name, content)]
    )
    assert answer.status_code == 422
    beside = re.search(r'id="f-assurance_risques-faute">(.*?)</p>', answer.text)
    assert beside
    assert why in said(f"<main>{beside[1]}")
    assert fields_of(answer.text)["q.assurance_risques"] == "1500000"
    good = eloise.upload(
        path, named({"assurance_risques": {"": "1500000"}}), [("f.assurance_risques", name, pdf("Vu"))]
    )
    assert good.url.path == file


def test_a_corrected_answer_keeps_the_files_it_is_told_to_keep(
    eloise: Representative, file: str, portal: Portal
) -> None:
    """Two files of the same name on the same form stay two files."""
    path = form(file, "capacite_economique")
    files = [("f.assurance_risques", "scan.pdf", pdf("Un")), ("f.assurance_risques", "scan.pdf", pdf("Deux"))]
    eloise.upload(path, {"q.assurance_risques": "100"}, files)
    kept = re.findall(r'name="g\.assurance_risques" value="([0-9a-f]{64})"', eloise.get(path).text)
    assert len(kept) == 2
    eloise.upload(path, {"q.assurance_risques": "200", "g.assurance_risques": kept[:1]})
    eloise.upload(
        form(file, "exclusions"), named({"honneur_exclusions": {"": "oui"}, "obligation_emploi": {"": "oui"}})
    )
    eloise.send(f"{file}/depot")
    told = portal.read(file.rpartition("/")[2], "acheteur")["declarations"]
    made = [one for one in told if one["cle"] == "assurance_risques"]
    assert [(one["valeur"], len(one["documents"])) for one in made] == [(100, 2), (200, 1)]
    assert made[1]["documents"][0]["sha256"] == kept[0]


def test_a_document_is_handed_to_whom_its_piece_is_shown(
    eloise: Representative, anselme: Representative, file: str, sandbox: Sandbox, portal: Portal
) -> None:
    page = eloise.get(file).text
    protected = re.search(rf'href="({file}/documents/[0-9a-f]{{64}})">attestation_vigilance', page)
    assert protected
    assert eloise.get(protected[1]).headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert anselme.get(protected[1]).status_code == 404
    assert httpx.get(sandbox.address + protected[1]).status_code == 404
    link = portal.post("", request(), str(uuid.uuid4())).json()["links"]["pages"].partition("?")[2]
    assert httpx.get(f"{sandbox.address}{protected[1]}?{link}").status_code == 404
