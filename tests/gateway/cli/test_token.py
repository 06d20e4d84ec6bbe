# SPDX-License-Identifier: EUPL-1.2
"""`dlnuf token` and `dlnuf habilitation`: rights are given, shown and ended, and the log knew before it was done."""

import json
import sqlite3
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from connectors.kit.simulation.personas import load_world
from gateway.audit.vocabulary import check
from gateway.cli.main import main
from gateway.identity.bearer import Bearer
from gateway.identity.keys import load
from gateway.identity.register import Register
from gateway.problems import Problem

BUYER = load_world().personas[0].siret
OTHER = load_world().personas[1].siret
NOBODY = "99999999-9999-4999-8999-999999999999"


@dataclass(frozen=True)
class Done:
    """What a command did."""

    status: int
    out: str
    err: str


@dataclass(frozen=True)
class Shown:
    """What a caller shows."""

    token: str
    token_in_url: bool = False
    address: str = "192.0.2.7"


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("DLNUF_STATE", "DLNUF_KEYS", "DLNUF_POLICIES", "DLNUF_LOG_ORIGIN"):
        monkeypatch.delenv(name, raising=False)
    assert main(["key", "create", "--state", str(tmp_path)]) == 0
    return tmp_path


@pytest.fixture
def dlnuf(state: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., Done]:
    def run(*arguments: str) -> Done:
        capsys.readouterr()
        try:
            status = main([*arguments, "--state", str(state)])
        except SystemExit as left:
            status = int(str(left.code))
        said = capsys.readouterr()
        return Done(status, said.out, said.err)

    return run


@pytest.fixture
def create(dlnuf: Callable[..., Done]) -> Callable[..., Done]:
    def create(**changes: str) -> Done:
        wanted = {
            "siret": BUYER,
            "name": "Commune de Valbrune",
            "purpose": "marches_publics",
            "scopes": "all",
            "recipients": "any",
        }
        wanted |= changes
        options = [part for name, value in wanted.items() for part in (f"--{name.replace('_', '-')}", value)]
        return dlnuf("habilitation", "create", *options)

    return create


@pytest.fixture
def habilitation(create: Callable[..., Done]) -> str:
    """The id of a new habilitation."""
    done = create()
    assert (done.status, done.err) == (0, "")
    return done.out.strip()


@pytest.fixture
def bearer(state: Path) -> Any:
    """A gateway that reads the same state, and looks at it at each request."""
    register = Register(state / "register.db")
    ticks = iter(range(10**6))
    yield Bearer(load(state / "keys"), register, time.time, lambda: float(next(ticks)))
    register.close()


def records(state: Path) -> list[dict[str, Any]]:
    """What the log holds, oldest first; each of them within the vocabulary."""
    with sqlite3.connect(state / "audit.db") as db:
        found = [json.loads(entry) for (entry,) in db.execute("SELECT entry FROM record ORDER BY seq")]
    db.close()
    for record in found:
        check(record)
    return found


def events(state: Path) -> list[str]:
    return [str(record["event"]) for record in records(state)]


def spoil_the_log(state: Path) -> None:
    """After this no record can be written."""
    for file in state.glob("audit.db*"):
        file.unlink()
    (state / "audit.db").mkdir()


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

    for method in ("create", "issue", "revoke", "close_habilitation"):
        monkeypatch.setattr(Register, method, refuse)
    assert create().status == 1
    assert dlnuf("token", "issue", "--habilitation", habilitation).status == 1
    assert dlnuf("token", "revoke", token["id"]).status == 1
    assert dlnuf("habilitation", "close", habilitation).status == 1
    assert [told[-1] for told in done] == [
        "habilitation_created",
        "token_issued",
        "token_revoked",
        "habilitation_closed",
    ]


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
        ("token", "issue", "--habilitation", NOBODY, "--title", "deux\nlignes"),
        ("token", "issue"),
        ("token", "revoke", NOBODY, "--at", "bientôt"),
        ("token", "revoke"),
        ("token",),
    ],
)
def test_wrong_usage_of_token(dlnuf: Callable[..., Done], command: tuple[str, ...]) -> None:
    assert dlnuf(*command).status == 2


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


def test_lists_of_nothing(dlnuf: Callable[..., Done], state: Path) -> None:
    absent = dlnuf("token", "list")
    assert (absent.status, "--state" in absent.err) == (1, True)
    assert not (state / "register.db").exists(), "listing creates nothing"
    Register(state / "register.db").close()
    assert dlnuf("token", "list").out == "Aucun jeton.\n"
    assert dlnuf("habilitation", "list").out == "Aucune habilitation.\n"


def test_a_name_cannot_play_tricks_on_a_terminal(dlnuf: Callable[..., Done], habilitation: str, state: Path) -> None:
    with sqlite3.connect(state / "register.db") as db:
        db.execute("UPDATE habilitation SET name = ?", ("a\x1b[2Jb\nc\N{RIGHT-TO-LEFT OVERRIDE}\N{NO-BREAK SPACE}d",))
    db.close()
    line = dlnuf("habilitation", "list").out.splitlines()[0]
    assert line.endswith("a\ufffd[2Jb\ufffdc\ufffd d")


@pytest.mark.parametrize("verb", ["issue", "list", "revoke"])
def test_token_explains_itself_in_french(dlnuf: Callable[..., Done], verb: str) -> None:
    done = dlnuf("token", verb, "--help")
    assert done.status == 0
    assert f"Exemple :\n  dlnuf token {verb} " in done.out


@pytest.mark.parametrize("verb", ["create", "list", "close"])
def test_habilitation_explains_itself_in_french(dlnuf: Callable[..., Done], verb: str) -> None:
    done = dlnuf("habilitation", verb, "--help")
    assert done.status == 0
    assert f"Exemple :\n  dlnuf habilitation {verb} " in done.out
