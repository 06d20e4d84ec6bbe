# SPDX-License-Identifier: EUPL-1.2
"""A buyer's ESPD request is read as hostile, and held against the model and the file.

The requests are written by `requests_world.py`, which shares no code with what reads them; the model's own file, which
is itself a request, is tried where it is at hand.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from gateway.dossier.espd.criteria import Expected, criteria
from gateway.dossier.espd.fitting import lot_of
from gateway.dossier.espd.request import MOST_BYTES, read
from gateway.dossier.espd.xml import CAC, CBC, MOST_ELEMENTS
from gateway.dossier.words import Source
from gateway.problems import Problem
from tests.gateway.dossier.dossier_world import TENDER
from tests.gateway.dossier.espd import official
from tests.gateway.dossier.espd.answering_world import TURNOVER, WHOLE, asked_file, kept
from tests.gateway.dossier.espd.requests_world import BUYER, REFERENCE, SPACES, UUID, request


def test_a_request_says_who_asks_what_of_whom() -> None:
    found = read(WHOLE)
    assert (found.id, found.agency, found.uuid) == ("DUME-A-0042", "PROFIL-BOURG", UUID)
    assert (found.reference, found.issued_on, found.procedure) == (REFERENCE, "2026-11-02", "open")
    assert found.title == "Réfection de la charpente de l'école du Bourg"
    assert [(one.name, one.numbers) for one in found.buyers] == [("Commune du Bourg", (BUYER,))]
    assert [one.id for one in found.lots] == ["LOT-0000"]
    turnover = next(one for one in found.criteria if one.code == "gen-year-to")
    assert (turnover.name, turnover.lots) == ("La mairie demande : gen-year-to", ("LOT-0000",))
    demanded = {line.id: line.expected for one in turnover.walk() for line in one.properties if line.expected}
    assert (
        Expected("MinimumAmount", "250000.50", (("currencyID", "EUR"),))
        in demanded[f"{TURNOVER}/RG1/RSG1/RQ3/R1/R1/R1"]
    )
    requirements = next(one for one in kept(found).criteria if one.code == "gen-year-to").requirements
    assert {one.value for one in requirements} == {"3", "250000.50 EUR"}


@pytest.mark.skipif(not official.AT_HAND, reason="the model's own file is not at hand")
def test_the_model_s_own_file_is_read_whole_and_ours_have_its_shape() -> None:
    """It is a request that demands everything, and nobody of this project wrote it."""
    found = read((official.FOLDER / "validation/ESPDResponse/sch/ESPD-criterion.xml").read_bytes())
    assert [one.code for one in found.criteria] == list(criteria())
    schema = official.FOLDER / "ubl-2.3/xsdrt/maindoc/UBL-QualificationApplicationRequest-2.3.xsd"
    for ours in (WHOLE, request(tuple(criteria()), lots=("LOT-0001", "LOT-0002"))):
        etree.XMLSchema(etree.parse(schema)).assertValid(etree.fromstring(ours))


def _changed(old: str, new: str, times: int = 1) -> bytes:
    text = WHOLE.decode()
    assert old in text, old
    return text.replace(old, new, times).encode()


def _without(name: str) -> bytes:
    """The request without a group of the first level."""
    root = etree.fromstring(WHOLE)
    groups = root.iter(f"{{{CAC}}}TenderingCriterionPropertyGroup")
    gone = next(one for one in groups if one.findtext(f"{{{CBC}}}ID") == name)
    gone.getparent().remove(gone)
    return bytes(etree.tostring(root))


_CRIME = criteria()["crime-org"].uuid
_DTD = WHOLE.decode().replace("?>", '?>\n<!DOCTYPE x [<!ENTITY a "{}">]>', 1)
HOSTILE: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", "XML correct"),
    "no XML": (b"DUME", "XML correct"),
    "cut": (WHOLE[:-40], "XML correct"),
    "another encoding than it says": (WHOLE.decode().encode("utf-16"), "XML correct"),
    "an encoding nobody knows": (WHOLE.replace(b'"UTF-8"', b'"klingon"', 1), "XML correct"),
    "two documents": (WHOLE + WHOLE.partition(b"?>")[2], "XML correct"),
    "an entity": (_DTD.format("b").encode(), "DTD"),
    "a bomb": (_DTD.format("b" * 10 + "&a;" * 10).encode(), "DTD"),
    "an external entity": (_DTD.replace('"{}"', 'SYSTEM "file:///etc/passwd"').encode(), "DTD"),
    "a type definition elsewhere": (WHOLE.replace(b"?>", b'?><!DOCTYPE x SYSTEM "http://a.example/x">', 1), "DTD"),
    "too deep": (f"<QualificationApplicationRequest {SPACES}>{'<a>' * 99}{'</a>' * 99}".encode(), "imbriqués"),
    "too many elements": (f"<r {SPACES}>{'<a/>' * (MOST_ELEMENTS + 1)}</r>".encode(), "trop d'éléments"),
    "too large": (WHOLE + b" " * MOST_BYTES, "Kio"),
    "another root": (f"<cbc:ID {SPACES}>1</cbc:ID>".encode(), "QualificationApplicationRequest d'UBL"),
    "another space": (WHOLE.replace(b"QualificationApplicationRequest-2", b"Invoice-2", 1), "d'UBL"),
    "a response": (WHOLE.replace(b"ApplicationRequest", b"ApplicationResponse"), "réponse d'un candidat"),
    "version 1": (b"<ESPDRequest/>", "version 1"),
    "version 2.1.1": (request(profile="ESPD-EDMv2.1.1"), "ESPD-EDMv2.1.1"),
    "version 3.3.0": (request(profile="ESPD-EDMv3.3.0"), "ESPD-EDMv3.3.0"),
    "no profile": (request(profile=""), "sans profil"),
    "no identifier": (_changed(">DUME-A-0042<", "><"), "ne dit pas ID"),
    "a day that is none": (_changed(">2026-11-02<", ">hier<"), "IssueDate"),
    "a title without end": (request(title="x" * 2_000), "Name dépasse"),
    "nothing demanded": (request(()), "ne demande rien"),
    "a criterion of nobody": (_changed(_CRIME, "00000000-0000-4000-8000-000000000000"), "n'est pas du modèle"),
    "another criterion's code": (_changed('20240612-0">crime-org<', '20240612-0">fraud<'), "au lieu de « crime-org »"),
    "a group missing": (_without("C1_EG_crime-org/QG2"), "manque le groupe C1_EG_crime-org/QG2"),
    "a group of nobody": (_changed("C1_EG_crime-org/QG2<", "C1_EG_crime-org/QG9<"), "groupe inconnu"),
    "a group that opens otherwise": (_changed(">ONTRUE<", ">ONFALSE<"), "au lieu de « ONTRUE »"),
    "a question missing": (_changed("/QG1/Q1</cbc:ID>", "/QG1/Q7</cbc:ID>"), "manque la question"),
    "a question of another type": (_changed(">INDICATOR<", ">DATE<"), "DATE"),
    "a line of another kind": (_changed(">QUESTION<", ">CAPTION<"), "n'admet pas"),
    "a line without identifier": (_changed("C1_EG_crime-org/QG1/Q1<", "<"), "d'identifiant"),
    "the same criterion twice": (request(("fraud", "fraud")), "posée deux fois"),
    "the same lot twice": (request(lots=("LOT-0001", "LOT-0001")), "deux lots"),
    "a lot that is not": (request(lots_of={"gen-year-to": ("LOT-0009",)}), "lot inconnu"),
    "an amount that is none": (_changed(">250000.50<", ">beaucoup<"), "n'est pas un nombre"),
    "an amount beyond all": (_changed(">250000.50<", f">{'9' * 40}<"), "n'est pas un nombre"),
    "a period that is none": (_changed("<cbc:StartDate>2023-01-01<", "<cbc:StartDate>jadis<"), "faite de jours"),
    "a word without end": (_changed("Précisez crime-org.", "x" * 10_001), "dépasse 10000"),
}  # fmt: skip


@pytest.mark.parametrize("case", HOSTILE)
def test_what_cannot_be_answered_is_refused_with_its_reason(case: str) -> None:
    content, said = HOSTILE[case]
    with pytest.raises(Problem) as refused:
        read(content)
    (found,) = refused.value.faults
    assert said in found.detail
    assert (found.source or {}).get("pointer") == "/dume_acheteur"
    assert found.code == {"too large": "00713"}.get(case, "00761" if "ersion" in case or "profile" in case else "00760")


@settings(max_examples=60, deadline=None)
@given(st.integers(0, len(WHOLE) - 1), st.binary(min_size=0, max_size=6), st.integers(0, 40))
def test_a_damaged_request_is_read_or_refused_and_nothing_else(at: int, put: bytes, taken: int) -> None:
    codes: set[str] = set()
    try:
        whole = bool(read(WHOLE[:at] + put + WHOLE[at + taken :]).criteria)
    except Problem as refused:
        whole, codes = False, {one.code for one in refused.faults}
    assert whole != bool(codes)
    assert codes <= {"00760", "00761"}


FITTING: dict[str, tuple[bytes, Mapping[str, Any], str]] = {
    "another procedure": (request(reference="2025-PISCINE-7"), {}, "2025-PISCINE-7"),
    "another buyer": (request(buyer="99910077900019"), {}, "autre acheteur, 999100779"),
    "a buyer without number": (request(buyer="la mairie"), {}, "ne donne pas le SIRET"),
    "a lot it has not": (request(lots=("LOT-0001", "LOT-0002")), {"lots": ("3",)}, "n'a pas le lot « 3 »"),
    "a lot of a tender without any": (WHOLE, {"lots": ("1",)}, "n'a pas le lot « 1 »"),
    "two lots alike": (request(lots=("LOT-0001", "LOT-1")), {"lots": ("1",)}, "n'a pas le lot « 1 »"),
}


@pytest.mark.parametrize("case", FITTING)
def test_a_request_of_another_tender_is_refused(case: str) -> None:
    content, changes, said = FITTING[case]
    with pytest.raises(Problem) as refused:
        kept(read(content), asked_file(request=None, **changes))
    assert [one.code for one in refused.value.faults] == ["00762"]
    assert said in refused.value.faults[0].detail


@pytest.mark.parametrize("number", [BUYER, "130025265", "130025265 00047", "FR12130025265"])
def test_a_buyer_is_known_by_its_company(number: str) -> None:
    assert kept(read(request(buyer=number))).buyer_name == "Commune du Bourg"


def test_a_notice_s_number_is_compared_only_where_the_request_cites_it() -> None:
    notice = asked_file(request=None, tender=replace(TENDER, source=Source.BOAMP, reference="26-100001"))
    assert kept(read(WHOLE), notice).compared is False
    cited = "<cac:AdditionalDocumentReference><cbc:ID>26-100001</cbc:ID></cac:AdditionalDocumentReference>"
    assert kept(read(request(more=cited)), notice).compared is True


@pytest.mark.parametrize(
    ("stated", "named"),
    [("2", "LOT-0002"), ("Lot 02", "LOT-0002"), ("LOT-0002", "LOT-0002"), ("9", None), (None, None)],
)
def test_lots_are_named_as_the_request_names_them(stated: str | None, named: str | None) -> None:
    assert lot_of(kept(read(request(lots=("LOT-0001", "LOT-0002")))), stated) == named
