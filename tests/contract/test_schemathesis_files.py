# SPDX-License-Identifier: EUPL-1.2
"""What portals write, by somebody who knows nothing but the published contract: bodies right and wrong, addresses too.

A file that exists stands in for the identifiers that a stranger makes up, every other time: else each request would
stop at a 404.
"""

from collections.abc import Iterator
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.generation import GenerationMode

from tests.conftest import Sandbox
from tests.contract.reading import published
from tests.contract.test_schemathesis import CHECKS, TIMEOUT_S
from tests.story.files import PURPOSE, request

WHOLE = published().whole
METHODS = ("get", "post", "put", "patch", "delete")
OPERATIONS = [
    (path, method)
    for path, row in WHOLE["paths"].items()
    if path.startswith(("/v1/candidatures", "/v1/marches")) and not path.endswith("/events")  # a stream does not end
    for method in METHODS
    if method in row
]


@pytest.fixture(scope="module")
def schema() -> Any:
    return schemathesis.openapi.from_dict(WHOLE)


@pytest.fixture(scope="module")
def session(sandbox: Sandbox) -> Iterator[requests.Session]:
    with requests.Session() as found:
        found.headers.update(sandbox.token(PURPOSE, safe_listed=True).header)
        yield found


@pytest.fixture
def known(sandbox: Sandbox, session: requests.Session) -> str:
    """A file that exists."""
    answer = session.post(f"{sandbox.address}/v1/candidatures", json=request(), timeout=TIMEOUT_S)
    assert answer.status_code == 202, answer.text
    return str(answer.json()["data"]["id"])


@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_whatever_a_portal_writes_is_answered_as_announced(
    schema: Any, session: requests.Session, sandbox: Sandbox, known: str, path: str, method: str
) -> None:
    """A few requests of each kind for each operation: every change pays for them."""
    try_out(schema[path][method.upper()], session, sandbox.address, known, examples=6)


@pytest.mark.slow
@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_whatever_a_portal_writes_for_a_long_time(
    schema: Any, session: requests.Session, sandbox: Sandbox, known: str, path: str, method: str
) -> None:
    """Two hundred of each."""
    try_out(schema[path][method.upper()], session, sandbox.address, known, examples=200)


def try_out(operation: Any, session: requests.Session, address: str, known: str, examples: int) -> None:
    """Right and wrong requests for one operation; a file that exists every other time."""
    turns = iter(range(10**9))
    statuses: set[int] = set()
    for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):

        @settings(
            max_examples=examples,
            deadline=None,
            database=None,
            derandomize=True,
            phases=(Phase.generate,),
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy(generation_mode=mode))
        def ask(case: Any) -> None:
            if "identifier" in (case.path_parameters or {}) and next(turns) % 2:
                case.path_parameters = {**case.path_parameters, "identifier": known}
            answer = case.call(base_url=address, session=session, timeout=TIMEOUT_S)
            assert answer.status_code < 500, answer.text
            case.validate_response(answer, checks=CHECKS)
            statuses.add(answer.status_code)

        ask()
    assert statuses - {401, 403}, statuses
