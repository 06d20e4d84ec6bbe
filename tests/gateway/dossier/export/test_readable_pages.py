# SPDX-License-Identifier: EUPL-1.2
"""The PDFs: tagged for those who cannot see them, complete, sourced, and never the language of what people wrote."""

import io
from dataclasses import replace
from typing import Any

import pikepdf
import pypdfium2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.dossier.company import Company
from gateway.dossier.export.attestation import attestation_pages
from gateway.dossier.export.buyer import buyer_pages
from gateway.dossier.export.letters import SHOWN, shown
from gateway.dossier.export.pages import Line, Pages, Section
from gateway.dossier.export.pdf import pdf
from gateway.dossier.words import State
from tests.gateway.dossier.dossier_world import COMPANY, NOW, SIRET, candidature, declaration, group

COMPANIES = {SIRET: COMPANY}


def text(content: bytes) -> str:
    document = pypdfium2.PdfDocument(content)
    try:
        found = " ".join(page.get_textpage().get_text_range() for page in document)
    finally:
        document.close()
    return " ".join(found.replace("\N{NO-BREAK SPACE}", " ").replace("\N{NARROW NO-BREAK SPACE}", " ").split())


def kinds(content: bytes) -> list[str]:
    """The kinds of the structure tree's elements, in order."""
    found: list[str] = []

    def walk(node: Any) -> None:
        if isinstance(node, pikepdf.Array):
            for one in node:
                walk(one)
        elif isinstance(node, pikepdf.Dictionary) and "/S" in node:
            found.append(str(node.S))
            if "/K" in node:
                walk(node.K)

    with pikepdf.open(io.BytesIO(content)) as document:
        walk(document.Root.StructTreeRoot.K)
    return found


def tables(content: bytes) -> list[list[list[str]]]:
    """Each table: its rows, and the kinds of their cells."""
    found: list[list[list[str]]] = []

    def walk(node: Any, rows: list[list[str]] | None) -> None:
        if isinstance(node, pikepdf.Array):
            for one in node:
                walk(one, rows)
        elif isinstance(node, pikepdf.Dictionary) and "/S" in node:
            kind = str(node.S)
            if kind == "/Table":
                rows = []
                found.append(rows)
            elif kind == "/TR" and rows is not None:
                rows.append([])
            elif kind in ("/TH", "/TD") and rows:
                rows[-1].append(kind)
            walk(node.get("/K"), rows)

    with pikepdf.open(io.BytesIO(content)) as document:
        walk(document.Root.StructTreeRoot.K, None)
    return found


@pytest.fixture(scope="module")
def buyers() -> bytes:
    return pdf(buyer_pages(candidature(), COMPANIES, NOW))


def test_it_is_tagged_titled_and_french(buyers: bytes) -> None:
    with pikepdf.open(io.BytesIO(buyers)) as document:
        assert document.Root.MarkInfo.Marked
        assert str(document.Root.Lang).startswith("fr")
        assert document.Root.ViewerPreferences.DisplayDocTitle
        with document.open_metadata() as metadata:
            assert metadata["pdfuaid:part"] == "1"
            assert metadata["dc:title"] == "Dossier de candidature"
    found = kinds(buyers)
    assert found.count("/H1") == 1
    assert found.count("/H2") >= 8
    assert found.count("/Table") >= 6
    for rows in tables(buyers):
        assert set(rows[0]) == {"/TH"}  # a header over each column, and only the columns that hold something
        assert {len(row) for row in rows} == {len(rows[0])}
        assert all(set(row) == {"/TD"} for row in rows[1:])
    assert {len(rows[0]) for rows in tables(buyers)} == {2, 3}


def test_a_digest_is_cut_within_its_column_and_copied_whole(buyers: bytes) -> None:
    address = "https://exemple.example/" + "f3a9" * 40
    content = pdf(Pages("T", "", "R", "", "", (Section("S", (Line("Adresse", address, State.DECLARED, "Portail"),)),)))
    assert address in "".join(text(content).split())
    with pikepdf.open(io.BytesIO(content)) as found:
        assert len(found.pages) == 1


def test_facts_declarations_and_absences_stand_apart_with_their_sources(buyers: bytes) -> None:
    told = text(buyers)
    for expected in (
        "ATELIERS DU GRAND CHENE",
        "999 100 118 00010",
        "4 180 500 €",
        "INSEE, consulté le 24/11/2026",
        "valable jusqu'au 30/04/2027",
        "Déclaré",
        "Éloïse Verchény, présidente, le 24/11/2026",
        "Une scierie mobile & <deux> grues",
        "L'entreprise conteste : Le jugement a été infirmé en appel.",
        "Au dépôt : registre indisponible ; complété le 24/11/2026.",
        "Aucun dossier à ce nom.",
        "Le registre ne répond pas.",
        "Non délivrée : l'entreprise n'est pas à jour selon le registre",
        "code de sécurité QW12ER34TY56UI7",
        "Ne concorde pas.",
        "2025 : 3 ; 2024 : 2",
        "Préau du lycée, pour Commune du Bourg, 2025, 125 000,50 €",
        "a" * 20,
    ):
        assert expected in told, expected


def test_an_application_of_which_nothing_is_known_yet_can_be_read() -> None:
    empty = candidature(items=(), declarations=(), contests=(), signatories=(), seal=None)
    told = text(pdf(buyer_pages(empty, {}, NOW)))
    assert "Aucune déclaration n'a été faite." in told
    assert "Dépôt" not in told


def test_each_member_of_a_group_has_its_own_part() -> None:
    told = text(pdf(buyer_pages(group(), COMPANIES | {"99910022500013": Company("99910022500013", None)}, NOW)))
    assert "Mandataire du groupement : ATELIERS DU GRAND CHENE" in told
    assert "Cotraitant : SIRET 999 100 225 00013" in told
    assert "Groupement conjoint" in told


def test_the_company_gets_an_attestation_of_its_deposit() -> None:
    told = text(pdf(attestation_pages(candidature(), COMPANIES, NOW)))
    assert "Attestation de dépôt" in told
    assert "a été déposée le 24 novembre 2026 à 10 h 28" in told
    with pytest.raises(ValueError, match="nothing"):
        attestation_pages(candidature(seal=None), COMPANIES, NOW)


def test_an_attestation_tells_a_company_nothing_of_those_it_applies_with() -> None:
    """Each its own pieces and declarations; of the others, who they are."""
    whole = group()
    partner = whole.members[1]
    theirs = replace(whole.items[0], siret=partner.siret, label="Pièce du cotraitant")
    said = replace(whole.declarations[0], siret=partner.siret, label="Parole du cotraitant")
    whole = replace(whole, items=(*whole.items, theirs), declarations=(*whole.declarations, said))
    known = COMPANIES | {partner.siret: Company(partner.siret, None)}
    lead, member = (text(pdf(attestation_pages(whole, known, NOW, one))) for one in (None, partner))
    for told, own, other in ((lead, 0, partner.siret), (member, 1, whole.lead.siret)):
        assert ("Pièce du cotraitant" in told, "Parole du cotraitant" in told) == (bool(own), bool(own))
        assert other[:3] in told
    assert "participe" in member
    assert whole.declarations[0].label not in member


HOSTILE = ['#panic("x")', "$x^2$ `code` *gras* _x_", '#import "/etc/passwd"', "\\ \u202e \u0000 \u2028 ]", "<h1>&amp;"]


@pytest.mark.parametrize("hostile", HOSTILE)
def test_what_people_write_is_never_a_language(hostile: str) -> None:
    line = Line(hostile, hostile, None, hostile, hostile)
    pages = Pages(hostile, hostile, hostile, hostile, hostile, (Section(hostile, (line,), hostile),))
    told = text(pdf(pages))
    assert told.count(shown(hostile).split()[0]) >= 4


def test_every_character_said_to_be_shown_is_shown() -> None:
    everything = " ".join(sorted(SHOWN))
    pages = Pages("Lettres", "", "", "", everything, ())
    assert pdf(pages).startswith(b"%PDF-1.7")  # PDF/UA refuses a character that no font of ours has


@given(st.text(max_size=60))
@settings(max_examples=40, deadline=None)
def test_any_text_can_be_printed(written: str) -> None:
    assert set(shown(written)) <= SHOWN
    assert pdf(Pages("Titre", written, "", "", "", (Section("S", (Line("l", written),)),))).startswith(b"%PDF-1.7")


def test_a_very_long_answer_goes_on_over_pages() -> None:
    long = declaration("motifs_reconnus", "Phrase assez longue. " * 2000, category="exclusions")
    content = pdf(buyer_pages(candidature(declarations=(long,)), COMPANIES, NOW))
    assert text(content).count("Phrase assez longue.") == 2000


def test_the_same_application_gives_the_same_bytes(buyers: bytes) -> None:
    assert pdf(buyer_pages(replace(candidature()), COMPANIES, NOW)) == buyers
