# SPDX-License-Identifier: EUPL-1.2
"""An application with everything in it: facts, declarations, a contest, absences, a deposit. All invented."""

from dataclasses import replace

from gateway.dossier.company import (
    Address,
    Attestation,
    Certification,
    Company,
    Headcount,
    Identity,
    Insurance,
    Notice,
    Ratios,
    Registration,
    Representative,
    Turnover,
)
from gateway.dossier.values import (
    Candidature,
    Completion,
    Consent,
    Contact,
    Contest,
    Declaration,
    Document,
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
from gateway.dossier.words import (
    Access,
    GroupForm,
    Kind,
    Outcome,
    Phase,
    Role,
    Source,
    Standing,
    State,
)

NOW = 1_795_512_600  # 24 November 2026, 10:30 in Paris
SIRET = "99910011800010"
PARTNER = "99910022500013"
ELOISE = Person("Éloïse", "Verchény", "présidente", "eloise@grand-chene.example")
PDF = b"%PDF-1.7\n" + b"attestation fictive " * 20


def item(key: str, state: State = State.RETRIEVED, siret: str = SIRET, **more: object) -> Item:
    """An item, with a provenance when a registry answered."""
    access = more.pop("access", Access.PROTECTED)
    told = Provenance(
        registry=str(more.pop("registry", "urssaf")),
        provider=str(more.pop("provider", "Urssaf")),
        product=key,
        version=4,
        retrieved_at=NOW - 600,
        exchange=f"00000000-0000-4000-8000-{abs(hash((siret, key))) % 10**12:012}",
        purpose="marches_publics",
        basis=("code de la commande publique, article R2143-13",),
        as_of="2026-10-31",
        valid_until="2027-04-30",
        said=str(more.pop("said", "")),
    )
    whole = Item(key, siret, str(more.pop("label", key)), Phase.CANDIDATURE, Access(access), state, provenance=told)
    return replace(whole, **more)  # type: ignore[arg-type]  # the tests name the fields


ITEMS = (
    item("identite", label="Identité", registry="insee", provider="INSEE", access=Access.PUBLIC),
    item("immatriculation_rcs", label="RCS", registry="infogreffe", provider="Infogreffe", access=Access.PUBLIC),
    item("chiffres_affaires", label="Chiffres d'affaires", registry="dgfip", provider="DGFIP"),
    item("effectif_annee_1", label="Effectif moyen", registry="gip_mds", provider="GIP-MDS"),
    item(
        "attestation_vigilance",
        label="Attestation de vigilance",
        outcome=Outcome.COMPLIANT,
        documents=(Document("attestation vigilance.pdf", "application/pdf", len(PDF), "0" * 64),),
    ),
    item(
        "attestation_fiscale", label="Attestation fiscale", registry="dgfip", provider="DGFIP",
        outcome=Outcome.NOT_COMPLIANT, against=True,
    ),
    item("qualibat", label="Certification Qualibat", registry="qualibat", provider="Qualibat", access=Access.PUBLIC),
    item("annonces_bodacc", label="Annonces légales", registry="bodacc", provider="BODACC", access=Access.PUBLIC),
    item("conges_intemperies_cibtp", State.MISSING, label="Congés et intempéries", said="Aucun dossier à ce nom."),
    item("cotisations_retraite_probtp", State.UNAVAILABLE, label="Retraite PRO BTP", said="Le registre ne répond pas."),
)  # fmt: skip
COMPANY = Company(
    siret=SIRET,
    identity=Identity(
        siret=SIRET,
        name="ATELIERS DU GRAND CHENE",
        legal_form=("5710", "SAS, société par actions simplifiée"),
        activity=("43.32A", "Travaux de menuiserie bois et PVC"),
        naf="43.32A",
        active=True,
        natural_person=False,
        item=f"{SIRET}:identite",
        trade_name="Le Grand Chêne",
        address=Address(("12 RUE DES CHARPENTIERS",), "35000", "RENNES"),
        category="PME",
        size="small",
        created_on="2009-03-02",
    ),
    representatives=(Representative("Présidente", "VERCHENY", "Eloise", "", f"{SIRET}:immatriculation_rcs"),),
    registrations=(Registration("RCS", "999100118", "Rennes", "2009-03-05", f"{SIRET}:immatriculation_rcs"),),
    turnovers=(
        Turnover("2024-12-31", 4_180_500, f"{SIRET}:chiffres_affaires"),
        Turnover("2023-12-31", 3_920_100, f"{SIRET}:chiffres_affaires"),
    ),
    headcounts=(Headcount("2025", 27.4, "moyen", f"{SIRET}:effectif_annee_1"),),
    attestations=(
        Attestation(
            "attestation_vigilance", "Attestation de vigilance", "Urssaf", Outcome.COMPLIANT, Access.PROTECTED,
            f"{SIRET}:attestation_vigilance", criterion="socsec-pay", code="QW12ER34TY56UI7",
        ),
        Attestation(
            "attestation_fiscale", "Attestation de régularité fiscale", "DGFIP", Outcome.NOT_COMPLIANT,
            Access.PROTECTED, f"{SIRET}:attestation_fiscale", criterion="tax-pay",
        ),
    ),
    certifications=(
        Certification("qualibat", "Qualibat", "Qualibat", f"{SIRET}:qualibat", "E-12345", "2024-05-01", "2028-05-01",
                      ("2312 Fabrication et pose de charpentes",), criterion="qu-certif-indep"),
    ),
    insurances=(Insurance("Responsabilité décennale", "Mutuelle du Bourg", f"{SIRET}:qualibat", "D-77"),),
    notices=(
        Notice("A2026-1", "2026-05-04", "Procédures collectives", "TC Rennes", "Jugement d'ouverture", "2026-04-28",
               "Redressement judiciaire", "https://bodacc.example/A2026-1", True, True, f"{SIRET}:annonces_bodacc"),
    ),
    notices_known=True,
    ratios=(Ratios("2024-12-31", (("Marge d'EBE", 0.1234), ("Autonomie financière", 0.42)), f"{SIRET}:identite"),),
)  # fmt: skip
TENDER = Tender(
    source=Source.BOAMP,
    reference="26-100001",
    title="Réfection de la charpente de l'école du Bourg",
    buyer_siret="13002526500013",
    kind=Kind.WORKS,
    buyer_name="Direction interministérielle du numérique",
    deadline=NOW + 86_400,
    procedure="Procédure ouverte",
    url="https://boamp.example/26-100001",
    checks=(TenderCheck("Date limite", "25/11/2026", "26/11/2026", False),),
)


def declaration(key: str, value: object, siret: str = SIRET, **more: object) -> Declaration:
    """What Éloïse declares."""
    whole = Declaration(f"d-{siret}-{key}", key, siret, str(more.pop("label", key)), value, ELOISE, NOW - 300)
    return replace(whole, **more)  # type: ignore[arg-type]  # the tests name the fields


YEARS = [{"annee": 2025, "valeur": 3}, {"annee": 2024, "valeur": 2}]
REFERENCES = [{"intitule": "Préau du lycée", "client": "Commune du Bourg", "annee": 2025, "montant": 125_000.5}]
DECLARATIONS = (
    declaration("honneur_exclusions", True, label="Aucun motif d'exclusion", category="exclusions"),
    declaration("obligation_emploi", True, label="Obligation d'emploi respectée", category="exclusions"),
    declaration("assurance_risques", 1_500_000, label="Assurance des risques", category="capacite_economique"),
    declaration("effectif_encadrement", YEARS, label="Encadrement", category="capacite_economique"),
    declaration("references_travaux", REFERENCES, label="Travaux comparables", category="capacite_technique"),
    declaration(
        "moyens_techniques", "Une scierie mobile & <deux> grues", label="Moyens", category="capacite_technique"
    ),
)


def candidature(**changes: object) -> Candidature:
    """The application."""
    whole = Candidature(
        id="6b1f0c1e-8a51-4a0c-9a5e-000000000001",
        number="CA-2026-000001",
        created_at=NOW - 3600,
        habilitation_id="6b1f0c1e-8a51-4a0c-9a5e-000000000002",
        token_id="6b1f0c1e-8a51-4a0c-9a5e-000000000003",
        tender=TENDER,
        members=(
            Member(SIRET, Role.SOLE, Consent(ELOISE, NOW - 3500), contact=Contact("contact@gc.example", "0299000000")),
        ),
        phase=Phase.CANDIDATURE,
        until=NOW + 10_000_000,
        items=ITEMS,
        declarations=DECLARATIONS,
        contests=(
            Contest("c-1", f"{SIRET}:annonces_bodacc", "Le jugement a été infirmé en appel.", ELOISE, NOW - 200),
        ),
        signatories=(Signatory(SIRET, "Éloïse", "Verchény", "présidente"),),
        standing=Standing.SEALED,
        seal=Seal(
            NOW - 100,
            "a" * 64,
            ELOISE,
            (f"{SIRET}:cotisations_retraite_probtp",),
            (Completion(f"{SIRET}:attestation_vigilance", State.UNAVAILABLE, State.RETRIEVED, NOW - 50),),
        ),
    )
    return replace(whole, **changes)  # type: ignore[arg-type]  # the tests name the fields


def group(**changes: object) -> Candidature:
    """The same company as the head of a group, with a partner and a subcontractor."""
    members = (
        Member(SIRET, Role.LEAD, Consent(ELOISE, NOW), ("1",)),
        Member(PARTNER, Role.MEMBER, Consent(ELOISE, NOW), ("1",), "Menuiseries"),
        Member("99910033200017", Role.SUBCONTRACTOR, Consent(ELOISE, NOW), (), "Études"),
    )
    lots = (Lot("1", "Charpente"), Lot("2", "Couverture"))
    tender = replace(TENDER, lots=lots)
    return candidature(members=members, form=GroupForm.JOINT, lots=("1",), tender=tender, **changes)
