# SPDX-License-Identifier: EUPL-1.2
"""`dlnuf token adopt`: tokens of the service before this one are registered whole or not at all, and once."""

import time
from collections.abc import Callable
from pathlib import Path

import jwt
import pytest

from gateway.identity.bearer import Bearer
from gateway.identity.keys import LEGACY, load
from gateway.identity.register import Register
from gateway.problems import Problem
from tests.gateway.cli.rights_world import NOBODY, Done, Shown, events, records

SECRET = "un-secret-d-essai-assez-long-pour-hs256"
FIRST, SECOND = "44444444-4444-4444-8444-444444444444", "55555555-5555-4555-8555-555555555555"
HEAD = "habilitation,jti,sub,iat,exp"
SOON = int(time.time()) + 86_400


@pytest.fixture
def secret(state: Path) -> None:
    (state / "keys" / LEGACY).write_text(SECRET + "\n")


@pytest.fixture
def adopt(dlnuf: Callable[..., Done], tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Done]:
    def adopt(*lines: str, encoding: str = "utf-8") -> Done:
        path = tmp_path_factory.mktemp("reprise") / "jetons.csv"
        path.write_text("\n".join(lines), encoding)
        return dlnuf("token", "adopt", str(path), "--reason", "reprise")

    return adopt


def shown(ident: str, **more: object) -> Shown:
    claims = {"uid": ident, "jti": ident, "scopes": ["x"], "sub": "P", "iat": 1, "exp": 2, "version": "1.0", **more}
    return Shown(jwt.encode(claims, SECRET, algorithm="HS256"))


def test_their_holders_change_nothing(adopt: Callable[..., Done], secret: None, habilitation: str, state: Path) -> None:
    done = adopt(HEAD, f"{habilitation},{FIRST},Portail,1700000000,{SOON}", f"{habilitation},{SECOND},Autre,1,{SOON}")
    assert (done.status, done.out) == (0, "2 jetons repris.\n")
    register = Register(state / "register.db")
    gate = Bearer(load(state / "keys"), register, time.time, time.monotonic)
    try:
        consumer = gate.identify(shown(FIRST))
        gate.confirm(consumer)
        assert (consumer.habilitation_id, consumer.expires_at) == (habilitation, SOON)
        assert (consumer.mcp, gate.identify(shown(SECOND, mcp=True)).mcp) == (False, True)
        with pytest.raises(Problem) as caught:
            gate.identify(shown(NOBODY))
        assert caught.value.code == "00106"
    finally:
        register.close()
    issued = [record for record in records(state) if record["event"] == "token_issued"]
    assert [(one["token"], one["reason"]) for one in issued] == [(FIRST, "reprise"), (SECOND, "reprise")]


def test_what_is_known_is_not_adopted_again(
    adopt: Callable[..., Done], secret: None, habilitation: str, state: Path
) -> None:
    line = f"{habilitation},{FIRST},Portail,1700000000,{SOON}"
    adopt(HEAD, line)
    done = adopt(HEAD, line, f"{habilitation},{SECOND},Autre,1,{SOON}")
    assert (done.status, done.out) == (0, "1 jeton repris, 1 déjà connu.\n")
    assert events(state).count("token_issued") == 2


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{h},x,Portail,1,{soon}", "UUID"),
        ("{h},00000000-0000-0000-0000-000000000000,Portail,1,{soon}", "jeton de test"),
        ("{h}," + SECOND + ",,1,{soon}", "intitulé"),
        ("{h}," + SECOND + ",Portail,{soon},1", "échu"),
        ("{h}," + SECOND + ",Portail,hier,{soon}", "secondes"),
        ("{h}," + SECOND + ",Portail,1,999999999999", "secondes"),
        ("{h}," + SECOND + ",Portail,1", "5 colonnes"),
        ("{h}," + SECOND + ",Portail,1,{soon},de trop", "5 colonnes"),
        (NOBODY + "," + SECOND + ",Portail,1,{soon}", "Aucune habilitation"),
        ("{h}," + FIRST + ",Portail,1,{soon}", "deux fois"),
        ("{h}," + SECOND + "," + "x" * 5000 + ",1,{soon}", "4000"),
    ],
)
def test_one_bad_line_adopts_nothing(
    adopt: Callable[..., Done], secret: None, habilitation: str, state: Path, line: str, said: str
) -> None:
    good = f"{habilitation},{FIRST},Portail,1,{SOON}"
    done = adopt(HEAD, good, line.format(h=habilitation, soon=SOON))
    assert done.status != 0
    assert said in done.err
    assert "token_issued" not in events(state)
    assert adopt(HEAD, good).status == 0, "and the file can be mended"


def test_a_token_stands_for_one_habilitation(
    adopt: Callable[..., Done], create: Callable[..., Done], secret: None, habilitation: str
) -> None:
    other = create().out.split()[-1].strip(".")
    adopt(HEAD, f"{habilitation},{FIRST},Portail,1,{SOON}")
    done = adopt(HEAD, f"{other},{FIRST},Portail,1,{SOON}")
    assert done.status != 0
    assert "autre habilitation" in done.err


def test_a_closed_habilitation_takes_none(
    adopt: Callable[..., Done], dlnuf: Callable[..., Done], secret: None, habilitation: str
) -> None:
    dlnuf("habilitation", "close", habilitation)
    assert adopt(HEAD, f"{habilitation},{FIRST},Portail,1,{SOON}").status != 0


def test_without_the_secret_it_says_where_to_put_it(adopt: Callable[..., Done], habilitation: str) -> None:
    done = adopt(HEAD, f"{habilitation},{FIRST},Portail,1,{SOON}")
    assert done.status != 0
    assert LEGACY in done.err


def test_other_files_are_told_apart(adopt: Callable[..., Done], secret: None, habilitation: str) -> None:
    assert HEAD in adopt("a,b", "c,d").err
    assert HEAD in adopt("").err
    assert "UTF-8" in adopt(HEAD, "é" * 9, encoding="latin-1").err
