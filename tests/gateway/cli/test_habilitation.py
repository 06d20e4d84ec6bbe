# SPDX-License-Identifier: EUPL-1.2
"""`dlnuf habilitation`: rights are given, shown, changed and ended, and the log knew before it was done."""

import json
import sqlite3
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from gateway.audit.anchor import Anchor
from gateway.audit.log import AuditLog
from gateway.audit.note import Signer
from gateway.cli.main import main
from gateway.identity.bearer import Bearer
from gateway.identity.habilitation import Refused
from gateway.identity.keys import load
from gateway.identity.register import Register
from gateway.problems import Problem
from tests.gateway.cli.rights_world import BUYER, OTHER, Done, Shown, events, records


@pytest.fixture
def shown(dlnuf: Callable[..., Done], habilitation: str) -> Shown:
    """A token of the habilitation, as its holder shows it."""
    return Shown(dlnuf("token", "issue", "--habilitation", habilitation).out.strip())


def described(dlnuf: Callable[..., Done]) -> dict[str, Any]:
    (one,) = json.loads(dlnuf("habilitation", "list", "--json").out)
    return dict(one)


def test_other_terms_hold_for_the_tokens_that_are_out_already(
    dlnuf: Callable[..., Done], habilitation: str, bearer: Bearer, shown: Shown
) -> None:
    before = bearer.identify(shown)
    done = dlnuf(
        "habilitation", "change", habilitation, "--recipients", OTHER, "--rate-limit", "30",
        "--allowed-ips", "192.0.2.0/24", "--valid-until", "2998-12-31", "--reason", "avenant",
    )  # fmt: skip
    assert (done.status, done.err) == (0, "")
    after = bearer.identify(shown)
    assert (before.recipients, before.rate_limit) == (None, None)
    assert (after.recipients, after.rate_limit) == (frozenset((OTHER,)), 30)
    with pytest.raises(Problem) as caught:
        bearer.identify(replace(shown, address="198.51.100.7"))
    assert caught.value.code == "00107"
    one = described(dlnuf)
    assert (one["recipients"], one["allowed_ips"], one["rate_limit_per_minute"], one["valid_until"]) == (
        [OTHER], ["192.0.2.0/24"], 30, "2998-12-31T23:00:00Z",
    )  # fmt: skip


def test_terms_are_lifted_when_it_is_said(create: Callable[..., Done], dlnuf: Callable[..., Done], state: Path) -> None:
    ident = create(recipients=OTHER, allowed_ips="192.0.2.1", rate_limit="30", valid_until="2998-12-31").out.strip()
    before = described(dlnuf)
    words = ("--recipients", "any", "--allowed-ips", "any", "--rate-limit", "none", "--valid-until", "none")
    assert dlnuf("habilitation", "change", ident, *words).status == 0
    assert described(dlnuf) == before | {
        "recipients": "any", "allowed_ips": [], "rate_limit_per_minute": None, "valid_until": None,
    }  # fmt: skip
    changed = records(state)[-1]
    assert (changed["recipients"], changed["networks"], changed["rate_limit"], changed["until"]) == (
        ["any"], ["any"], 0, "none",
    )  # fmt: skip


def test_a_change_tells_the_log_what_changes_and_nothing_else(
    dlnuf: Callable[..., Done], habilitation: str, state: Path
) -> None:
    assert dlnuf("habilitation", "change", habilitation, "--rate-limit", "30", "--reason", "trop d'appels").status == 0
    changed = records(state)[-1]
    assert (changed["event"], changed["habilitation"], changed["consumer"], changed["purpose"]) == (
        "habilitation_changed", habilitation, BUYER, "marches_publics",
    )  # fmt: skip
    assert (changed["rate_limit"], changed["reason"]) == (30, "trop d'appels")
    assert not changed.keys() & {"recipients", "networks", "until", "scopes"}
    again = dlnuf("habilitation", "change", habilitation, "--rate-limit", "30")
    assert (again.status, "rien n'a changé" in again.out) == (0, True)
    assert events(state) == ["habilitation_created", "habilitation_changed"]


def test_an_end_brought_forward_ends_the_tokens(
    dlnuf: Callable[..., Done], habilitation: str, bearer: Bearer, shown: Shown
) -> None:
    far = bearer.identify(shown).expires_at
    day = time.strftime("%Y-%m-%d", time.localtime(time.time() + 5 * 86_400))
    assert dlnuf("habilitation", "change", habilitation, "--valid-until", day).status == 0
    consumer = bearer.identify(shown)
    assert consumer.expires_at < far
    with pytest.raises(Problem) as caught:
        bearer.confirm(consumer, far - 1)
    assert caught.value.code == "00103"


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        ((), 2, "dites ce qui change"),
        (("--recipients", ""), 2, "destinataire"),
        (("--recipients", "123"), 2, "123"),
        (("--allowed-ips", ""), 2, "any"),
        (("--allowed-ips", ","), 2, "any"),
        (("--allowed-ips", "192.0.2.1/24"), 2, "CIDR"),
        (("--rate-limit", "0"), 2, "nombre entier"),
        (("--rate-limit", "00000000099999999"), 2, "nombre entier"),
        (("--valid-until", "2001-01-01"), 2, "date est passée"),
    ],
)
def test_a_change_that_cannot_be_is_refused(
    dlnuf: Callable[..., Done], habilitation: str, state: Path, words: tuple[str, ...], status: int, said: str
) -> None:
    before = described(dlnuf)
    done = dlnuf("habilitation", "change", habilitation, *words)
    assert (done.status, done.out) == (status, "")
    assert said in done.err
    assert described(dlnuf) == before
    assert events(state) == ["habilitation_created"]


def test_a_command_believes_the_memory_that_the_gateway_keeps_elsewhere(
    state: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def create() -> int:
        options = ("--purpose", "marches_publics", "--scopes", "all", "--recipients", "any")
        return main(["habilitation", "create", "--siret", BUYER, "--name", "Essai", *options])

    anchor = state.parent / "memoire" / "log.anchor"
    anchor.parent.mkdir()
    monkeypatch.setenv("DLNUF_STATE", str(state))
    monkeypatch.setenv("DLNUF_LOG_ANCHOR", str(anchor))
    assert create() == 0
    older = (state / "audit.db").read_bytes()
    assert create() == 0
    log = AuditLog.open(state / "audit.db", Signer("dlnuf", load(state / "keys").audit), anchor=anchor)
    Anchor(anchor).keep(log.checkpoint())
    log.close()
    assert create() == 0, "the memory is of this very log"
    for file in state.glob("audit.db*"):
        file.unlink()
    (state / "audit.db").write_bytes(older)
    capsys.readouterr()
    assert create() == 1
    assert "journal" in capsys.readouterr().err
    assert events(state) == ["habilitation_created"]


def test_what_is_closed_does_not_change_any_more(dlnuf: Callable[..., Done], habilitation: str, state: Path) -> None:
    assert dlnuf("habilitation", "close", habilitation).status == 0
    done = dlnuf("habilitation", "change", habilitation, "--rate-limit", "30")
    assert (done.status, done.out) == (1, "")
    assert "close" in done.err
    register = Register(state / "register.db")
    try:  # nor when it was closed between the command's look and its writing
        with pytest.raises(Refused):
            register.change(register.habilitation(habilitation))
    finally:
        register.close()
    assert events(state) == ["habilitation_created", "habilitation_closed"]


def test_closing_a_habilitation_ends_its_tokens(dlnuf: Callable[..., Done], habilitation: str, bearer: Bearer) -> None:
    shown = Shown(dlnuf("token", "issue", "--habilitation", habilitation).out.strip())
    bearer.identify(shown)
    assert dlnuf("habilitation", "close", habilitation).status == 0
    with pytest.raises(Problem) as caught:
        bearer.identify(shown)
    assert caught.value.code == "00105"
    again = dlnuf("token", "issue", "--habilitation", habilitation)
    assert (again.status, again.out) == (1, "")
    assert "close" in again.err
    assert "close le" in dlnuf("habilitation", "list").out
    assert "révoqué" in dlnuf("token", "list").out
    assert dlnuf("habilitation", "close", habilitation).status == 0


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"siret": "12345678901234"}, "SIRET"),
        ({"siret": BUYER[:9]}, "SIRET"),
        ({"name": " "}, "titulaire"),
        ({"purpose": "curiosité"}, "marches_publics"),
        ({"scopes": ""}, "au moins un scope"),
        ({"scopes": ","}, "au moins un scope"),
        ({"scopes": "attestations_sociales,beneficiaires_effectifs_inpi"}, "beneficiaires_effectifs_inpi"),
        ({"recipients": ""}, "destinataire"),
        ({"recipients": f"{OTHER},123"}, "123"),
        ({"allowed_ips": "192.0.2.1/24"}, "CIDR"),
        ({"rate_limit": "0"}, "nombre entier"),
        ({"valid_until": "2001-01-01"}, "fini"),
        ({"valid_until": "2027-02-30"}, "date"),
        ({"basis": "un texte"}, "sans effet"),
        ({"purpose": "detection_fraude"}, "--basis"),
        ({"purpose": "detection_fraude", "basis": " "}, "--basis"),
        ({"reason": "ligne\nde trop"}, "ligne"),
    ],
)
def test_a_habilitation_that_cannot_be_is_refused(
    create: Callable[..., Done], dlnuf: Callable[..., Done], state: Path, changes: dict[str, str], said: str
) -> None:
    done = create(**changes)
    assert (done.status, done.out) == (2, "")
    assert said in done.err
    assert not (state / "audit.db").exists() or events(state) == []


def test_a_habilitation_is_what_was_asked_for(create: Callable[..., Done], dlnuf: Callable[..., Done]) -> None:
    done = create(
        purpose="detection_fraude",
        scopes="attestations_sociales, open_data_extrait_rcs_infogreffe",
        recipients=f"{OTHER},{BUYER}",
        basis="Code du travail, article L. 8271-1",
        allowed_ips="192.0.2.0/24,2001:db8::1",
        rate_limit="30",
        valid_until="2998-12-31",
    )
    assert done.status == 0, done.err
    (one,) = json.loads(dlnuf("habilitation", "list", "--json").out)
    created_at = one.pop("created_at")
    assert created_at.endswith("Z")
    assert one == {
        "id": done.out.strip(),
        "siret": BUYER,
        "name": "Commune de Valbrune",
        "purpose": "detection_fraude",
        "scopes": ["attestations_sociales", "open_data_extrait_rcs_infogreffe"],
        "recipients": sorted([BUYER, OTHER]),
        "basis": ["Code du travail, article L. 8271-1"],
        "allowed_ips": ["192.0.2.0/24", "2001:db8::1/128"],
        "rate_limit_per_minute": 30,
        "valid_until": "2998-12-31T23:00:00Z",
        "closed_at": None,
    }


def test_a_token_ends_with_its_habilitation(create: Callable[..., Done], dlnuf: Callable[..., Done]) -> None:
    day = time.strftime("%Y-%m-%d", time.localtime(time.time() + 5 * 86_400))
    habilitation = create(valid_until=day).out.strip()
    assert dlnuf("token", "issue", "--habilitation", habilitation, "--days", "30").status == 0
    (token,) = json.loads(dlnuf("token", "list", "--habilitation", habilitation, "--json").out)
    (holder,) = json.loads(dlnuf("habilitation", "list", "--json").out)
    assert token["expires_at"] == holder["valid_until"]


def test_a_list_too_long_for_a_record_gives_way_to_its_digest(create: Callable[..., Done], state: Path) -> None:
    many = [f"356000000{rank:05}" for rank in range(400)]
    assert create(recipients=",".join(many)).status == 0
    (record,) = records(state)
    assert record["recipients"][0].startswith("400 valeurs, sha256:")
    assert len(record["scopes"]) > 1


def test_a_name_cannot_play_tricks_on_a_terminal(dlnuf: Callable[..., Done], habilitation: str, state: Path) -> None:
    with sqlite3.connect(state / "register.db") as db:
        db.execute("UPDATE habilitation SET name = ?", ("a\x1b[2Jb\nc\N{RIGHT-TO-LEFT OVERRIDE}\N{NO-BREAK SPACE}d",))
    db.close()
    line = dlnuf("habilitation", "list").out.splitlines()[0]
    assert line.endswith("a\ufffd[2Jb\ufffdc\ufffd d")


@pytest.mark.parametrize("verb", ["create", "list", "change", "close"])
def test_habilitation_explains_itself_in_french(dlnuf: Callable[..., Done], verb: str) -> None:
    done = dlnuf("habilitation", verb, "--help")
    assert done.status == 0
    assert f"Exemple :\n  dlnuf habilitation {verb} " in done.out
