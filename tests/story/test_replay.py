# SPDX-License-Identifier: EUPL-1.2
"""What was decided is decided again: alike under its own policies, otherwise under others, which is then told."""

import json
import shutil
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from connectors.kit.contract import load_all
from gateway.cli.main import main
from gateway.identity.bearer import issue
from gateway.identity.habilitation import Habilitation, Token
from gateway.identity.keys import load
from gateway.identity.register import Register
from gateway.purpose.load import default_folder
from gateway.purpose.load import load as load_policies
from tests.conftest import start, stop

BUYER = "13002526500013"
UNIT = "/v4/insee/sirene/unites_legales/999100118"
OPEN_UNIT = "/v4/insee/sirene/unites_legales/diffusibles/999100118"
VIGILANCE = "/v4/urssaf/unites_legales/999100118/attestation_vigilance"
STATED = {"context": "Essai", "object": "essai", "recipient": BUYER}


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The state of a sandbox that granted and refused, and was stopped: four grants, and refusals of three kinds."""
    folder = tmp_path_factory.mktemp("replay") / "state"
    process, address = start(folder)
    try:
        public = load_policies(default_folder(), load_all()).grantable_scopes("marches_publics")
        with httpx.Client(base_url=address, timeout=30) as client:
            buyer = {"Authorization": f"Bearer {_token(folder, 'marches_publics', public)}"}
            filler = {"Authorization": f"Bearer {_token(folder, 'preremplissage_public', public)}"}
            asked = [
                (UNIT, STATED, buyer, 200), (VIGILANCE, STATED, buyer, 200), (UNIT, {}, buyer, 422),
                (VIGILANCE, STATED, filler, 403), (UNIT, {**STATED, "recipient": "21750001600019"}, buyer, 200),
                (OPEN_UNIT, STATED, filler, 200), (UNIT, STATED, {}, 401),
            ]  # fmt: skip
            for path, stated, who, status in asked:
                assert client.get(path, params=stated, headers=who).status_code == status
    finally:
        assert stop(process) == 0
    return folder


def _token(folder: Path, purpose: str, scopes: frozenset[str]) -> str:
    now = int(time.time())
    habilitation = Habilitation(str(uuid.uuid4()), BUYER, "Essai", purpose, scopes, None, now, ("Texte fictif",))
    token = Token(str(uuid.uuid4()), habilitation.id, "essai", now - 60, now + 3600)
    register = Register(folder / "register.db")
    try:
        register.create(habilitation)
        register.issue(token)
    finally:
        register.close()
    return issue(token, habilitation, load(folder / "keys"))


@pytest.fixture
def replay(state: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, Any]]:
    """Runs the command; its status and what it says, as data."""

    def run(*more: str, place: Path = state) -> tuple[int, Any]:
        status = main(["audit", "replay", "--state", str(place), "--json", *more])
        return status, json.loads(capsys.readouterr().out)

    return run


@pytest.fixture
def policies(tmp_path: Path) -> Path:
    """A copy of the shipped policies, to change."""
    return Path(shutil.copytree(default_folder(), tmp_path / "policies"))


def _edit(folder: Path, purpose: str, change: Callable[[str], str]) -> Path:
    path = folder / "purposes" / f"{purpose}.toml"
    text = path.read_text("utf-8")
    changed = change(text)
    assert changed != text
    # The shipped examples describe the shipped rules, which are just what is changed here; one of them stays.
    path.write_text(changed, "utf-8")
    return folder


def test_every_decision_comes_out_alike_under_its_own_policies(replay: Callable[..., tuple[int, Any]]) -> None:
    status, found = replay()
    assert (status, found["judged"], found["same"], found["unknown"]) == (0, 6, 6, {})


def test_and_under_the_same_policies_read_again(replay: Callable[..., tuple[int, Any]]) -> None:
    status, found = replay("--policies", str(default_folder()))
    assert (status, found["judged"], found["same"]) == (0, 6, 6)


def _without_examples(text: str) -> str:
    """The purpose with one example that holds whatever it grants: without any right, nothing."""
    rules, _, _ = text.partition("[[examples]]")
    return (
        rules + '[[examples]]\nsays = "Sans droit, rien"\nproduct = "insee/unite_legale"\nversion = "v4"\n'
        'scopes = []\nexpect = "00100"\n'
    )


def _without_grant(product: str, text: str) -> str:
    parts = text.split("[[grants]]")
    kept = [part for part in parts if f'product = "{product}"' not in part]
    assert len(kept) == len(parts) - 1
    return "[[grants]]".join(kept)


def test_who_loses_access_is_told(replay: Callable[..., tuple[int, Any]], policies: Path) -> None:
    _edit(
        policies,
        "marches_publics",
        lambda text: _without_grant("urssaf/attestation_vigilance", _without_examples(text)),
    )
    status, found = replay("--policies", str(policies))
    assert status == 1
    assert (found["judged"], found["same"], found["gained"]) == (6, 5, [])
    assert found["lost"] == [
        {
            "consumer": BUYER, "purpose": "marches_publics", "product": "urssaf/attestation_vigilance", "version": 4,
            "what": "00100", "decisions": 1,
        }
    ]  # fmt: skip


def test_who_gains_access_is_told(replay: Callable[..., tuple[int, Any]], policies: Path) -> None:
    marches = (policies / "purposes" / "marches_publics.toml").read_text("utf-8")
    grants = marches.partition("[[examples]]")[0].split("[[grants]]")
    (grant,) = [part for part in grants if 'product = "urssaf/attestation_vigilance"' in part]
    _edit(
        policies,
        "preremplissage_public",
        lambda text: (
            _without_examples(text)
            .replace("open_data_only = true", "open_data_only = false")
            .replace('  "urssaf/attestation_vigilance",\n', "")
            .replace('"urssaf/attestation_vigilance",', "")
            .replace("[[examples]]", f"[[grants]]{grant}\n[[examples]]")
        ),
    )
    status, found = replay("--policies", str(policies))
    assert status == 1
    assert [(one["purpose"], one["product"], one["what"]) for one in found["gained"]] == [
        ("preremplissage_public", "urssaf/attestation_vigilance", "00100")
    ]
    assert (found["judged"], found["same"], found["lost"]) == (6, 5, [])


def test_groups_of_fields_that_are_lost_are_told(replay: Callable[..., tuple[int, Any]], policies: Path) -> None:
    def without(text: str) -> str:
        head, _, rest = _without_examples(text).partition('product = "insee/unite_legale"')
        return head + 'product = "insee/unite_legale"' + rest.replace('"activite", "effectif", ', '"activite", ', 1)

    _edit(policies, "marches_publics", without)
    status, found = replay("--policies", str(policies))
    assert (status, found["judged"], found["same"], found["lost"], found["wider"]) == (1, 6, 4, [], [])
    (narrower,) = found["narrower"]
    assert (narrower["product"], narrower["decisions"]) == ("insee/unite_legale", 2)
    assert narrower["what"].startswith("effectif (")
    assert "tranche_effectif" in narrower["what"]


def test_groups_of_fields_that_are_gained_are_told(replay: Callable[..., tuple[int, Any]], policies: Path) -> None:
    def with_persons(text: str) -> str:
        head, found, rest = _without_examples(text).partition('product = "insee/unite_legale_diffusible"')
        assert found
        wider = rest.replace('"effectif", "etat"]', '"effectif", "etat", "personne_physique"]', 1)
        return head.replace("natural_persons = false", "natural_persons = true") + found + wider

    _edit(policies, "preremplissage_public", with_persons)
    status, found = replay("--policies", str(policies))
    assert (status, found["judged"], found["same"], found["gained"], found["narrower"]) == (1, 6, 5, [], [])
    (wider,) = found["wider"]
    assert (wider["product"], wider["decisions"]) == ("insee/unite_legale_diffusible", 1)
    assert wider["what"].startswith("personne_physique (personne_physique_attributs.nom_naissance, ")


def test_what_the_command_says_is_said_in_words(
    state: Path, policies: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _edit(
        policies,
        "marches_publics",
        lambda text: _without_grant("urssaf/attestation_vigilance", _without_examples(text)),
    )
    assert main(["audit", "replay", "--state", str(state), "--policies", str(policies)]) == 1
    said = capsys.readouterr().out
    assert said.startswith("6 décisions prises à nouveau, dont 5 à l'identique.")
    assert (
        f"Perdent l'accès :\n  {BUYER}  marches_publics  urssaf/attestation_vigilance v4 : 00100 (1 décision)" in said
    )


def test_a_decision_whose_policies_were_not_kept_is_counted_apart(
    state: Path, tmp_path: Path, replay: Callable[..., tuple[int, Any]]
) -> None:
    copy = Path(shutil.copytree(state, tmp_path / "copy"))
    shutil.rmtree(copy / "policies")
    status, found = replay(place=copy)
    assert (status, found["judged"], sum(found["unknown"].values())) == (0, 0, 6)
    assert "n'ont pas été gardées" in next(iter(found["unknown"]))


def test_policies_that_do_not_load_are_said_to_be_unusable(
    state: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["audit", "replay", "--state", str(state), "--policies", str(tmp_path)]) == 2
    assert "pools.toml" in capsys.readouterr().err
