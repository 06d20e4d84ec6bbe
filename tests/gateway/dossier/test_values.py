# SPDX-License-Identifier: EUPL-1.2
"""A dossier written is the dossier read, and its canonical bytes do not depend on how it came to be."""

from dataclasses import replace

import orjson
import pytest

from gateway.dossier.spelling import canonical, plain, read
from gateway.dossier.values import (
    Candidature,
    Consent,
    Contest,
    Declaration,
    Document,
    DocumentChecks,
    Item,
    Lot,
    Member,
    Person,
    Provenance,
    Seal,
    Signatory,
    Tender,
    TenderCheck,
)
from gateway.dossier.words import Access, Kind, Outcome, Phase, Role, Source, State

PERSON = Person("Eloïse", "Vercheny", "présidente", "e.vercheny@grand-chene.example")
SIRET, OTHER = "99910011800010", "99910088600012"
FILE = Document("attestation.pdf", "application/pdf", 2048, "ab" * 32, DocumentChecks(True, None, "CODE", "2026-10-31"))


def dossier() -> Candidature:
    """One with something in every place."""
    tender = Tender(
        Source.BOAMP, "26-99127", "Réservoir", "99910077900019", Kind.WORKS, deadline=1_800_000_000,
        lots=(Lot("1", "Génie civil"),), checks=(TenderCheck("objet", "Réservoir", "Réservoir d'eau", False),),
        published={"objet": "Réservoir d'eau", "departements": ["63"]},
    )  # fmt: skip
    asked = Provenance("urssaf", "Urssaf", "urssaf/attestation_vigilance", 4, 1_790_000_000, "e" * 36, "p", ("a", "b"))
    return Candidature(
        id="0" * 36, number="CA-2026-000001", created_at=1, habilitation_id="h", token_id="t", tender=tender,
        members=(Member(SIRET, Role.LEAD, Consent(PERSON, 2, early=True)), Member(OTHER, Role.SUBCONTRACTOR)),
        phase=Phase.CANDIDATURE, until=9,
        items=(Item("urssaf", SIRET, "Vigilance", Phase.ATTRIBUTION, Access.PROTECTED, State.RETRIEVED,
                    Outcome.COMPLIANT, {"code": "x", "n": [1.5, None]}, (FILE,), asked),),
        declarations=(Declaration("d", "exclusion", SIRET, "Honneur", True, PERSON, 3),),
        contests=(Contest("c", f"{SIRET}:urssaf", "Nous contestons.", PERSON, 4, (FILE,)),),
        signatories=(Signatory(SIRET, "Eloïse", "Vercheny", "présidente"),), seal=Seal(5, "cd" * 32, PERSON),
    )  # fmt: skip


def test_what_is_written_is_what_is_read() -> None:
    """Every value of a dossier survives the store."""
    assert read(Candidature, canonical(dossier())) == dossier()


def test_the_canonical_bytes_do_not_depend_on_the_order_of_keys() -> None:
    """Two equal dossiers have one digest, whatever order a registry's answer had."""
    first = dossier()
    assert first.tender.published is not None
    turned = dict(reversed(list(first.tender.published.items())))
    assert canonical(replace(first, tender=replace(first.tender, published=turned))) == canonical(first)


@pytest.mark.parametrize(
    ("where", "what"),
    [("phase", "jamais"), ("members", {}), ("created_at", "1"), ("unknown", 1), ("created_at", True)],
)
def test_a_damaged_row_is_refused(where: str, what: object) -> None:
    """What is no dossier is never read as one."""
    damaged = plain(dossier()) | {where: what}
    with pytest.raises((ValueError, TypeError)):
        read(Candidature, orjson.dumps(damaged))


def test_the_latest_declaration_counts_and_the_earlier_one_stays() -> None:
    """A correction does not erase what was said before."""
    first = dossier()
    later = replace(first.declarations[0], id="e", value=False, at=10)
    both = replace(first, declarations=(*first.declarations, later))
    assert both.declared("exclusion", SIRET) == later
    assert both.declarations[0] == first.declarations[0]
    assert both.declared("exclusion", OTHER) is None
