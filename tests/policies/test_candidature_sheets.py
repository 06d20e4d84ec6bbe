# SPDX-License-Identifier: EUPL-1.2
"""The sheets of application files: they load, their examples hold, and what would be dishonest does not load."""

import shutil
from pathlib import Path

import pytest

from connectors.kit.contract import load_all
from gateway.dossier.rules import EXCLUSION, NEVER_AUTOMATIC, Sheets, Traits
from gateway.dossier.sheets import load_sheets
from gateway.dossier.words import Access, Kind, Phase, Role, State
from gateway.purpose.load import default_folder, load
from gateway.purpose.model import PolicyError

CONTRACTS = load_all()
POLICIES = load(default_folder(), CONTRACTS)
SHEETS = load_sheets(default_folder(), CONTRACTS, POLICIES)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the shipped policies, to spoil."""
    return Path(shutil.copytree(default_folder(), tmp_path / "politiques"))


def spoiled(copy: Path, name: str, old: str, new: str) -> Sheets:
    """The sheets after a change to one of them."""
    path = copy / "candidature" / f"{name}.toml"
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")
    return load_sheets(copy, CONTRACTS, load(copy, CONTRACTS))


def test_no_registry_ever_answers_a_penal_ground() -> None:
    """Penal grounds and those left to the buyer's judgment have no piece; people declare them."""
    assert not {piece.criterion for piece in SHEETS.pieces.values()} & NEVER_AUTOMATIC
    declared = {code for question in SHEETS.questions.values() for code in question.criteria}
    assert declared >= NEVER_AUTOMATIC


@pytest.mark.parametrize("ground", sorted(NEVER_AUTOMATIC))
def test_a_sheet_that_would_answer_one_does_not_load(ground: str, copy: Path) -> None:
    """Whichever piece would do it."""
    with pytest.raises(PolicyError, match="seule une personne le déclare"):
        spoiled(copy, "exclusions", 'criterion = "tax-pay"', f'criterion = "{ground}"')


def test_an_exclusion_ground_is_concluded_from_an_answer_only(copy: Path) -> None:
    """A piece about an exclusion ground says which answer proves or contradicts it, or it does not load."""
    for piece in SHEETS.pieces.values():
        if piece.criterion in EXCLUSION:
            assert piece.certificate or piece.proves or piece.against
    with pytest.raises(PolicyError, match="ne se conclut que d'une réponse"):
        spoiled(copy, "exclusions", "certificate = true", "certificate = false")


def test_an_absence_proves_nothing(copy: Path) -> None:
    """« Not found » is missing or out of scope; no sheet makes anything else of it."""
    assert {piece.absent for piece in SHEETS.pieces.values()} == {State.MISSING, State.OUT_OF_SCOPE}
    with pytest.raises(PolicyError, match="ne prouve rien"):
        spoiled(copy, "exclusions", 'absent = "hors_perimetre"', 'absent = "recuperee"')


def test_public_pieces_are_open_data_and_nothing_else(copy: Path) -> None:
    """What an open page may show comes from open products; a protected one does not load as public."""
    for piece in SHEETS.pieces.values():
        assert piece.access is Access.PROTECTED or piece.product.open_data
    with pytest.raises(PolicyError, match="ne peut pas être publique"):
        spoiled(copy, "capacite_economique", 'access = "protege"', 'access = "public"')


def test_what_may_be_against_the_company_is_never_public() -> None:
    """Not even open data: the company sees it first."""
    assert all(piece.access is Access.PROTECTED for piece in SHEETS.pieces.values() if piece.against)


def test_at_candidature_no_certificate_is_asked_whatever_the_market() -> None:
    """Declarations and information only, unless the portal says so and the company consents."""
    for kind in Kind:
        traits = Traits(kind, Role.SOLE, "43.32A", "5710", 20, False, False)
        due = SHEETS.due(traits, Phase.CANDIDATURE, False, True)
        assert {piece.key for piece in due}
        assert not any(piece.certificate or piece.criterion in ("tax-pay", "socsec-pay") for piece in due)
        early = {piece.key for piece in SHEETS.due(traits, Phase.CANDIDATURE, True, True)}
        assert {"attestation_fiscale", "attestation_vigilance"} <= early


def test_before_the_company_is_known_only_what_does_not_depend_on_it_is_asked() -> None:
    """A condition about the company waits for its identity rather than guess."""
    traits = Traits(Kind.WORKS)
    before = {piece.key for piece in SHEETS.due(traits, Phase.ATTRIBUTION, False, False)}
    assert {"identite", "attestation_vigilance", "qualibat"} <= before
    assert not {"cotisations_msa", "conges_intemperies_cibtp", "effectif_boeth", "association"} & before


def test_wanted_proofs_limit_what_is_asked_but_never_the_gate() -> None:
    """A buyer that names its proofs gets those, and the identity without which nothing can be concluded."""
    traits = Traits(Kind.WORKS, Role.SOLE, "43.32A", "5710", 20, False, False)
    due = SHEETS.due(traits, Phase.CANDIDATURE, False, True, ("chiffres_affaires",))
    assert {piece.key for piece in due} == {"chiffres_affaires", "identite", "identite_publique"}


@pytest.mark.parametrize(
    ("name", "old", "new", "told"),
    [
        ("identite", 'product = "insee/siege_social_diffusible"', 'product = "insee/rien"', "aucun registre n'offre"),
        ("identite", 'key = "siege_social"', 'key = "identite"', "déjà prise"),
        ("identite", "validity = { days = 1 }", "validity = { }", "jusqu'à quand"),
        ("exclusions", 'field = "date_fin_validite"', 'field = "date_inconnue"', "pas un champ de cette ressource"),
        ("exclusions", 'naf = ["01", "02", "03"]', 'couleur = ["bleu"]', "clé inconnue"),
        ("exclusions", 'not_asked = ["cotisations_msa"]', 'not_asked = ["attestation_fiscale"]', "est demandée"),
        ("capacite_technique", 'not_asked = ["qualibat"]', 'not_asked = ["opqibi"]', "ne se vérifie pas"),
        ("capacite_economique", 'year = "année-1"', 'year = "année-une"', "année relative"),
    ],
)
def test_a_sheet_that_contradicts_itself_does_not_load(name: str, old: str, new: str, told: str, copy: Path) -> None:
    """And the error says where, and what to do."""
    with pytest.raises(PolicyError, match=told) as refused:
        spoiled(copy, name, old, new)
    assert refused.value.file == f"candidature/{name}.toml"


def test_a_piece_that_no_purpose_opens_does_not_load(copy: Path) -> None:
    """What a file asks is granted by its purpose, or nothing starts."""
    path = copy / "purposes" / "candidature_marches_publics.toml"
    text = path.read_text("utf-8")
    start = text.index('[[grants]]\nproduct = "opqibi/certification_ingenierie"')
    end = text.index("[[", start + 2)
    path.write_text(text[:start] + text[end:], "utf-8")
    with pytest.raises(PolicyError, match="que cette finalité n'ouvre pas"):
        load_sheets(copy, CONTRACTS, load(copy, CONTRACTS))


def test_without_sheets_no_file_can_be_opened(copy: Path) -> None:
    """Emptiness asks nothing."""
    shutil.rmtree(copy / "candidature")
    empty = load_sheets(copy, CONTRACTS, load(copy, CONTRACTS))
    assert not empty.pieces
    assert not empty.questions


def test_the_categories_come_in_the_order_of_an_application() -> None:
    """Identity, exclusion grounds, capacities; two sheets of one rank do not load."""
    assert list(SHEETS.titles)[:4] == ["identite", "exclusions", "capacite_economique", "capacite_technique"]
    assert {one.category for one in SHEETS.questions.values()} <= SHEETS.titles.keys()


def test_sheets_of_the_same_rank_do_not_load(copy: Path) -> None:
    with pytest.raises(PolicyError, match="même rang"):
        spoiled(copy, "exclusions", "rank = 2", "rank = 1")


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("identite", 'answer = "choix"', 'answer = "texte"'),
        ("identite", 'answer = "pays"', 'answer = "choix"'),
    ],
)
def test_a_choice_has_options_and_nothing_else_does(name: str, old: str, new: str, copy: Path) -> None:
    with pytest.raises(PolicyError, match="options"):
        spoiled(copy, name, old, new)
