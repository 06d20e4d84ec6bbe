# SPDX-License-Identifier: EUPL-1.2
"""Neither a token nor a key can be read in what a value or an error prints."""

import traceback
from pathlib import Path
from typing import Any

import pytest

from gateway.identity import keys as key_files
from gateway.identity.bearer import Bearer
from gateway.identity.habilitation import Token
from gateway.identity.keys import Keys, KeysMissing
from gateway.identity.register import Register
from gateway.identity.signed import read
from gateway.problems import Problem


def shown_by(value: object) -> str:
    return f"{value!r} {value}"


def test_keys_show_nothing_but_their_public_name(keys: Keys) -> None:
    text = shown_by(keys)
    assert text == f"{Keys.__name__}(kid='{keys.kid}') Keys(kid='{keys.kid}')"
    for secret in (keys.documents, keys.links, keys.subjects):
        assert secret.hex() not in text
        assert repr(secret) not in text


def test_a_key_file_that_cannot_be_read_is_not_quoted(tmp_path: Path) -> None:
    for name in key_files.FILES:
        (tmp_path / name).write_text("5ec2e7 not a key")
    with pytest.raises(KeysMissing) as caught:
        key_files.load(tmp_path)
    assert "5ec2e7" not in "".join(traceback.format_exception(caught.value))


def test_no_problem_quotes_the_token(bearer: Bearer, token: str, show: Any) -> None:
    signature = token.rpartition(".")[2]
    for bad in (token[:-1], token + "=", token.swapcase(), token + "A" * 9000):
        with pytest.raises(Problem) as caught:
            bearer.identify(show(bad))
        problem = caught.value
        said = "".join(traceback.format_exception(problem)) + shown_by(problem) + shown_by(problem.faults)
        for secret in (bad, token, signature, signature.swapcase()):
            assert secret not in said


def test_neither_the_consumer_nor_the_room_show_the_token(bearer: Bearer, token: str, keys: Keys, show: Any) -> None:
    consumer = bearer.identify(show(token))
    for value in (consumer, bearer, read(token, keys), bearer._known):
        assert token not in shown_by(value)
        assert token.rpartition(".")[2] not in shown_by(value)


def test_the_register_never_holds_a_token(register: Register, token: str, entry: Token, path: Path) -> None:
    assert register.find(entry.id) is not None
    written = b"".join(file.read_bytes() for file in path.parent.glob("register.db*"))
    assert entry.id.encode() in written
    for part in token.split("."):
        assert part.encode() not in written
