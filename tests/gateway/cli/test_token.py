# SPDX-License-Identifier: EUPL-1.2
"""`dlnuf token`: tokens are issued, shown and revoked, and the log knew before it was done."""

import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from gateway.identity.bearer import Bearer
from gateway.identity.register import Register
from gateway.problems import Problem
from tests.gateway.cli.rights_world import BUYER, NOBODY, Done, Shown, events, records, spoil_the_log


def test_a_token_is_printed_alone_and_opens_the_door(
    dlnuf: Callable[..., Done], habilitation: str, bearer: Bearer
) -> None:
    done = dlnuf("token", "issue", "--habilitation", habilitation, "--title", "Portail", "--days", "10")
    assert done.status == 0
    token = done.out.removesuffix("\n")
    assert "\n" not in token
    consumer = bearer.identify(Shown(token))
    assert (consumer.habilitation_id, consumer.siret, consumer.purpose) == (habilitation, BUYER, "marches_publics")
    assert consumer.expires_at == pytest.approx(time.time() + 10 * 86_400, abs=60)
    assert consumer.token_id in done.err
    assert token not in done.err


def test_the_token_is_kept_nowhere(dlnuf: Callable[..., Done], habilitation: str, state: Path) -> None:
    token = dlnuf("token", "issue", "--habilitation", habilitation).out.strip()
    payload, signature = token.split(".")[1:]
    for file in state.rglob("*"):
        if file.is_file():
            content = file.read_bytes()
            assert payload.encode() not in content, file.name
            assert signature.encode() not in content, file.name


def test_every_change_is_in_the_log(dlnuf: Callable[..., Done], habilitation: str, state: Path) -> None:
    dlnuf("token", "issue", "--habilitation", habilitation, "--days", "2", "--reason", "mise en service")
    (token,) = json.loads(dlnuf("token", "list", "--json").out)
    assert dlnuf("token", "revoke", token["id"], "--reason", "divulgué").status == 0
    assert dlnuf("habilitation", "close", habilitation).status == 0
    created, issued, revoked, closed = records(state)
    assert [record["event"] for record in (created, issued, revoked, closed)] == [
        "habilitation_created",
        "token_issued",
        "token_revoked",
        "habilitation_closed",
    ]
    for record in (created, issued, revoked, closed):
        assert (record["habilitation"], record["consumer"]) == (habilitation, BUYER)
        assert record["purpose"] == "marches_publics"
        assert record["operator"]
    assert created["recipients"] == ["any"]
    assert created["scopes"] == json.loads(dlnuf("habilitation", "list", "--json").out)[0]["scopes"]
    assert len(created["policy"]) == 64
    assert (issued["token"], issued["reason"]) == (token["id"], "mise en service")
    assert "door" not in issued
    assert issued["until"].startswith(token["expires_at"].removesuffix("Z"))
    assert (revoked["token"], revoked["reason"]) == (token["id"], "divulgué")
    assert len({record["id"] for record in records(state)}) == 4


def test_a_revoked_token_is_refused_by_a_running_gateway(
    dlnuf: Callable[..., Done], habilitation: str, bearer: Bearer
) -> None:
    shown = Shown(dlnuf("token", "issue", "--habilitation", habilitation).out.strip())
    token_id = bearer.identify(shown).token_id
    assert dlnuf("token", "revoke", token_id).status == 0
    with pytest.raises(Problem) as caught:
        bearer.identify(shown)
    assert caught.value.code == "00105"


def test_a_revocation_may_be_set_for_later_and_brought_forward_but_not_put_off(
    dlnuf: Callable[..., Done], habilitation: str, bearer: Bearer, state: Path
) -> None:
    shown = Shown(dlnuf("token", "issue", "--habilitation", habilitation).out.strip())
    token_id = bearer.identify(shown).token_id
    assert dlnuf("token", "revoke", token_id, "--at", "2999-01-01T12:00").status == 0
    assert records(state)[-1]["until"] == "2999-01-01T11:00:00.000Z", "noon in Paris"
    bearer.identify(shown)
    assert "valable" in dlnuf("token", "list").out
    later = dlnuf("token", "revoke", token_id, "--at", "2999-02-01T12:00")
    assert (later.status, "déjà révoqué" in later.out) == (0, True)
    assert len(records(state)) == 3, "nothing was done, nothing is told"
    assert dlnuf("token", "revoke", token_id, "--at", "2020-01-01T12:00+00:00").status == 0
    with pytest.raises(Problem):
        bearer.identify(shown)
    assert "révoqué" in dlnuf("token", "list").out


def test_without_the_log_nothing_is_done(
    dlnuf: Callable[..., Done], create: Callable[..., Done], habilitation: str, state: Path
) -> None:
    dlnuf("token", "issue", "--habilitation", habilitation)
    (token,) = json.loads(dlnuf("token", "list", "--json").out)
    before = (dlnuf("habilitation", "list", "--json").out, dlnuf("token", "list", "--json").out)
    spoil_the_log(state)
    for done in (
        create(),
        dlnuf("token", "issue", "--habilitation", habilitation),
        dlnuf("token", "revoke", token["id"]),
        dlnuf("habilitation", "change", habilitation, "--rate-limit", "3"),
        dlnuf("habilitation", "close", habilitation),
    ):
        assert (done.status, done.out) == (1, "")
        assert "journal" in done.err
    assert (dlnuf("habilitation", "list", "--json").out, dlnuf("token", "list", "--json").out) == before


def test_the_log_is_written_before_the_register(
    dlnuf: Callable[..., Done],
    create: Callable[..., Done],
    habilitation: str,
    state: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    dlnuf("token", "issue", "--habilitation", habilitation)
    (token,) = json.loads(dlnuf("token", "list", "--json").out)
    done: list[list[str]] = []

    def refuse(*_: object) -> None:
        done.append(events(state))
        raise OSError("panne")

    for method in ("create", "issue", "revoke", "change", "close_habilitation"):
        monkeypatch.setattr(Register, method, refuse)
    assert create().status == 1
    assert dlnuf("token", "issue", "--habilitation", habilitation).status == 1
    assert dlnuf("token", "revoke", token["id"]).status == 1
    assert dlnuf("habilitation", "change", habilitation, "--rate-limit", "3").status == 1
    assert dlnuf("habilitation", "close", habilitation).status == 1
    assert [told[-1] for told in done] == [
        "habilitation_created",
        "token_issued",
        "token_revoked",
        "habilitation_changed",
        "habilitation_closed",
    ]


def test_the_log_says_which_tokens_open_the_door_of_language_models(
    dlnuf: Callable[..., Done], habilitation: str, state: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert dlnuf("token", "issue", "--habilitation", habilitation, "--mcp").status == 0
    assert records(state)[-1]["door"] == "mcp"
    shown = dlnuf("audit", "show", "--last", "2").out
    assert "porte mcp" in shown
    assert "  sans terme  " in shown, "a habilitation without an end is said in French"
    assert "none" not in shown


def test_what_cannot_be_signed_leaves_no_trace(dlnuf: Callable[..., Done], habilitation: str, state: Path) -> None:
    done = dlnuf("token", "issue", "--habilitation", habilitation, "--title", "x" * 9000)
    assert (done.status, done.out) == (1, "")
    assert "trop long" in done.err
    assert events(state) == ["habilitation_created"]
    assert json.loads(dlnuf("token", "list", "--json").out) == []


@pytest.mark.parametrize(
    "command",
    [
        ("token", "issue", "--habilitation", NOBODY),
        ("token", "revoke", NOBODY),
        ("token", "revoke", "eyJ-this-could-be-a-secret"),
        ("habilitation", "close", NOBODY),
        ("habilitation", "change", "--rate-limit", "3", NOBODY),
    ],
)
def test_an_unknown_id_is_refused_and_not_repeated(
    dlnuf: Callable[..., Done], habilitation: str, state: Path, command: tuple[str, ...]
) -> None:
    done = dlnuf(*command)
    assert (done.status, done.out) == (1, "")
    assert "identifiant" in done.err
    assert command[-1] not in done.err
    assert events(state) == ["habilitation_created"]


@pytest.mark.parametrize(
    "command",
    [
        ("token", "issue", "--habilitation", NOBODY, "--days", "0"),
        ("token", "issue", "--habilitation", NOBODY, "--days", "-1"),
        ("token", "issue", "--habilitation", NOBODY, "--days", "9999999999"),
        ("token", "issue", "--habilitation", NOBODY, "--days", "00000003659999"),
        ("token", "issue", "--habilitation", NOBODY, "--title", "deux\nlignes"),
        ("token", "issue"),
        ("token", "revoke", NOBODY, "--at", "bientôt"),
        ("token", "revoke"),
        ("token",),
    ],
)
def test_wrong_usage_of_token(dlnuf: Callable[..., Done], command: tuple[str, ...]) -> None:
    assert dlnuf(*command).status == 2


def test_lists_of_nothing(dlnuf: Callable[..., Done], state: Path) -> None:
    absent = dlnuf("token", "list")
    assert (absent.status, "--state" in absent.err) == (1, True)
    assert not (state / "register.db").exists(), "listing creates nothing"
    Register(state / "register.db").close()
    assert dlnuf("token", "list").out == "Aucun jeton.\n"
    assert dlnuf("habilitation", "list").out == "Aucune habilitation.\n"


@pytest.mark.parametrize("verb", ["issue", "list", "revoke"])
def test_token_explains_itself_in_french(dlnuf: Callable[..., Done], verb: str) -> None:
    done = dlnuf("token", verb, "--help")
    assert done.status == 0
    assert f"Exemple :\n  dlnuf token {verb} " in done.out


def test_a_token_opens_mcp_only_when_it_was_issued_for_that(
    dlnuf: Callable[..., Done], habilitation: str, bearer: Bearer
) -> None:
    issue = ("token", "issue", "--habilitation", habilitation)
    tools, plain = (dlnuf(*issue, *more).out.strip() for more in (("--mcp",), ()))
    assert [bearer.identify(Shown(token)).mcp for token in (tools, plain)] == [True, False]
    assert sorted(row["mcp"] for row in json.loads(dlnuf("token", "list", "--json").out)) == [False, True]
    assert dlnuf("token", "list").out.count(", avec /mcp") == 1
