# SPDX-License-Identifier: EUPL-1.2
"""What an answer, or its absence, means: four outcomes that are not « yes », and no conclusion from silence."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.kit.contract import load_all
from gateway.dossier import asking
from gateway.dossier.planning import planned
from gateway.dossier.rules import EXCLUSION, Validity
from gateway.dossier.sheets import load_sheets
from gateway.dossier.values import Candidature, Consent, Item, Member, Person, Provenance, Tender
from gateway.dossier.words import Kind, Outcome, Phase, Role, Source, State
from gateway.problems import PROVIDER, Problem, problem, provider_problem
from gateway.purpose.load import default_folder, load

CONTRACTS = load_all()
SHEETS = load_sheets(default_folder(), CONTRACTS, load(default_folder(), CONTRACTS))
PERSON = Person("Eloïse", "Vercheny", "présidente")
SIRET = "99910011800010"
VIGILANCE = SHEETS.pieces["attestation_vigilance"]
SOURCE = Provenance("urssaf", "Urssaf", "urssaf/attestation_vigilance", 4, 1_790_000_000, "e", "p", ("a",))


def dossier(source: Source = Source.BOAMP) -> Candidature:
    """A file for works, with what is due at candidature."""
    tender = Tender(source, "26-99127", "Réservoir", "99910077900019", Kind.WORKS, deadline=2_000_000_000)
    bare = Candidature(
        "d", "n", 1, "h", "t", tender, (Member(SIRET, Role.SOLE, Consent(PERSON, 1)),), Phase.CANDIDATURE, 9
    )
    return planned(bare, SHEETS)[0]


def item(key: str) -> Item:
    """An item of the sheets, not asked yet."""
    piece = SHEETS.pieces[key]
    return Item(key, SIRET, piece.buyer, piece.phase, piece.access, criterion=piece.criterion)


@pytest.mark.parametrize(
    ("trouble", "state", "outcome"),
    [
        (provider_problem("04", "Urssaf", "003"), State.MISSING, Outcome.UNKNOWN),
        (
            provider_problem("04", "Urssaf", "003", provider_errors=[{"code": "FUNC517"}]),
            State.OUT_OF_SCOPE,
            Outcome.OUT_OF_SCOPE,
        ),
        (provider_problem("04", "Urssaf", "002"), State.UNAVAILABLE, Outcome.UNAVAILABLE),
        (provider_problem("04", "Urssaf", "008"), State.PENDING, Outcome.UNAVAILABLE),
        (
            provider_problem("31", "GIP-MDS", "503", wording=PROVIDER["008"], throttles=True),
            State.PENDING,
            Outcome.UNAVAILABLE,
        ),
        (provider_problem("04", "Urssaf", "020"), State.UNAVAILABLE, Outcome.UNAVAILABLE),
        (provider_problem("04", "Urssaf", "005"), State.MISSING, Outcome.UNKNOWN),
        (problem("00105"), State.UNAVAILABLE, Outcome.UNAVAILABLE),
        (problem("00100"), State.MISSING, Outcome.UNKNOWN),
        (problem("00302"), State.MISSING, Outcome.UNKNOWN),
        (problem("00510"), State.UNAVAILABLE, Outcome.UNAVAILABLE),
        (problem("00429"), State.PENDING, Outcome.UNKNOWN),
        (problem("00015"), State.PENDING, Outcome.UNKNOWN),
    ],
)
def test_four_outcomes_are_told_apart(trouble: Problem, state: State, outcome: Outcome) -> None:
    """Out of scope, unknown, unavailable; and « non conforme » never without an answer."""
    found = asking.failure(trouble, VIGILANCE, 0)
    assert (found.state, found.outcome) == (state, outcome)


@pytest.mark.parametrize("key", [key for key, piece in SHEETS.pieces.items() if piece.criterion in EXCLUSION])
@pytest.mark.parametrize("suffix", PROVIDER)
def test_no_exclusion_ground_comes_from_an_absence(key: str, suffix: str) -> None:
    """Whatever a registry cannot say, nothing is concluded for or against the company."""
    found = asking.failure(provider_problem("99", "Registre", suffix), SHEETS.pieces[key], 3)
    assert found.outcome not in (Outcome.COMPLIANT, Outcome.NOT_COMPLIANT)
    assert found.state is not State.RETRIEVED


def test_what_is_being_looked_into_is_neither_refused_nor_down() -> None:
    """An agent of the Urssaf has the file: pending, and asked again when they say."""
    looked_into = provider_problem("04", "Urssaf", "501", wording=PROVIDER["000"], retry_in=172_800)
    found = asking.failure(looked_into, VIGILANCE, 0)
    assert (found.state, found.wait_s) == (State.PENDING, 172_800)


def test_a_delivered_certificate_proves_nothing_until_its_file_was_looked_at() -> None:
    """The answer alone is not the document."""
    told = {"data": {"entity_status": {"code": "ok"}, "date_debut_validite": "2026-10-31"}}
    found = asking.answered(item("attestation_vigilance"), VIGILANCE, told, SOURCE)
    assert (found.state, found.outcome, found.against) == (State.RETRIEVED, Outcome.UNKNOWN, False)
    assert found.provenance is not None
    assert found.provenance.as_of == "2026-10-31"


def test_a_refusal_is_a_recovered_fact_against_the_company() -> None:
    """Not a failure: it has a source and a date, and may be contested."""
    told = {"data": {"entity_status": {"code": "refus_de_delivrance"}, "date_debut_validite": None}}
    found = asking.answered(item("attestation_vigilance"), VIGILANCE, told, SOURCE)
    assert (found.state, found.outcome, found.against) == (State.RETRIEVED, Outcome.NOT_COMPLIANT, True)


def test_information_concludes_nothing() -> None:
    """Turnover is neither compliant nor not."""
    rows = {"data": [{"data": {"chiffre_affaires": 1, "date_fin_exercice": "2025-12-31"}, "links": {}, "meta": {}}]}
    found = asking.answered(item("chiffres_affaires"), SHEETS.pieces["chiffres_affaires"], rows, SOURCE)
    assert found.outcome is None
    assert found.value == [{"chiffre_affaires": 1, "date_fin_exercice": "2025-12-31"}]


def test_silence_is_asked_again_later_and_later() -> None:
    """And never sooner than the registry says."""
    down = provider_problem("04", "Urssaf", "001")
    waits = [asking.failure(down, VIGILANCE, attempts).wait_s for attempts in range(8)]
    assert waits == [2, 10, 60, 300, 900, 3_600, 3_600, 3_600]
    told = provider_problem("04", "Urssaf", "001", retry_in=500)
    assert asking.failure(told, VIGILANCE, 0).wait_s == 500


def test_the_pool_s_end_is_no_attempt() -> None:
    """A portal that must wait has not had its question put."""
    found = asking.failure(problem("00429"), VIGILANCE, 0)
    assert (found.counted, found.hold) == (False, True)


@pytest.mark.parametrize(
    ("notice", "refused"),
    [
        ({"nature": "APPEL_OFFRE", "date_limite_reponse": "2090-01-01T12:00:00+00:00"}, False),
        ({"nature": "APPEL_OFFRE", "date_limite_reponse": "2020-01-01T12:00:00+00:00"}, True),
        ({"nature": "ATTRIBUTION", "date_limite_reponse": None}, True),
        ({"nature": None, "date_limite_reponse": None}, False),
    ],
)
def test_a_closed_tender_makes_no_application(notice: dict[str, str | None], refused: bool) -> None:
    """Said by its own notice; a notice that says nothing closes nothing."""
    found = replace(item("avis_boamp"), state=State.RETRIEVED, value=notice, provenance=SOURCE)
    assert (asking.verdict(dossier(), found) is not None) is refused


def test_what_was_stated_is_compared_and_never_overwritten() -> None:
    """A title that differs is said to differ; a deadline nobody stated is taken from the notice."""
    notice = {"objet": "Réservoir d'eau", "acheteur": "SYNDICAT", "date_limite_reponse": "2090-01-01T12:00:00+00:00"}
    found = replace(item("avis_boamp"), state=State.RETRIEVED, value=notice, provenance=SOURCE)
    stated = replace(dossier().tender, deadline=None)
    after = asking.compared(stated, found)
    assert after.title == "Réservoir"
    assert {check.what: check.agrees for check in after.checks} == {
        "objet": False,
        "acheteur": None,
        "date limite": None,
    }
    assert after.deadline == asking.instant("2090-01-01T12:00:00+00:00")


@given(st.text(max_size=30) | st.none() | st.integers() | st.lists(st.integers()))
def test_a_day_that_is_none_is_not_read_as_one(written: object) -> None:
    """Whatever a registry writes, validity ends at the latest when it was obtained, or on a real day."""
    found = asking.last_day(Validity(field="jour"), {"jour": written}, 1_790_000_000)
    assert found.year >= 1
    items = [{"jour": written}]
    assert asking.last_day(Validity(field="jour", days=5), items, 1_790_000_000) >= found


def test_a_year_counts_from_the_day_in_paris() -> None:
    """A question of the new year's first hour asks for the year just over."""
    file = dossier()
    effectif = next(one for one in file.items if one.key == "effectif_annee_1")
    ask = asking.question(file, effectif, SHEETS.pieces["effectif_annee_1"], "i", 1_798_757_000.0, fresh=False)
    assert ask.parameters["year"] == "2025"
    ask = asking.question(file, effectif, SHEETS.pieces["effectif_annee_1"], "i", 1_798_758_100.0, fresh=False)
    assert ask.parameters["year"] == "2026"


def test_the_notice_is_asked_of_its_own_source_only() -> None:
    """A tender of a buyer's profile is not looked for at BOAMP."""
    assert "avis_boamp" in {one.key for one in dossier().items}
    assert "avis_boamp" not in {one.key for one in dossier(Source.PROFILE).items}
