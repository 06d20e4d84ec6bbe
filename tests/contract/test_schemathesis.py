# SPDX-License-Identifier: EUPL-1.2
"""The running sandbox against its own published contract, by somebody who knows nothing else of it: schemathesis.

It makes requests from the document, right ones and wrong ones; no answer may be a failure of ours, have a status, a
media type, a header or a body that the document does not announce.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.conftest import PARAMETERS
from tests.contract.purposes import purpose_of
from tests.contract.reading import published

WHOLE = published().whole
# One path has the same bytes as another; a stream of events does not end.
PATHS = [path for path in published().operations if not path.endswith((".yaml", "/events"))]
CHECKS = [
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
TIMEOUT_S = 20


@pytest.fixture(scope="module")
def schema() -> Any:
    return schemathesis.openapi.from_dict(WHOLE)


@pytest.fixture(scope="module")
def session() -> Iterator[requests.Session]:
    with requests.Session() as found:
        yield found


@pytest.fixture(scope="module")
def headers(sandbox: Any) -> dict[str, dict[str, str]]:
    """A token that is not counted, for each of the two purposes that open everything."""
    return {name: sandbox.token(name, safe_listed=True).header for name in ("marches_publics", "detection_fraude")}


@pytest.mark.parametrize("path", PATHS)
def test_what_a_stranger_makes_of_the_document_is_answered_as_announced(
    schema: Any, session: requests.Session, headers: dict[str, dict[str, str]], sandbox: Any, path: str
) -> None:
    """A few requests of each kind for each operation: every change pays for them."""
    try_out(Stranger(schema, session, headers, sandbox.address), path, examples=2)


@pytest.mark.slow
@pytest.mark.parametrize("path", PATHS)
def test_what_a_stranger_makes_of_the_document_for_a_long_time(
    schema: Any, session: requests.Session, headers: dict[str, dict[str, str]], sandbox: Any, path: str
) -> None:
    """A hundred of each."""
    try_out(Stranger(schema, session, headers, sandbox.address), path, examples=100)


@dataclass(frozen=True)
class Stranger:
    """Somebody who has the document, a connection and a token for each purpose."""

    schema: Any
    session: requests.Session
    headers: dict[str, dict[str, str]]
    address: str

    def ask(self, case: Any, product: str | None) -> int:
        """Send a request, and check its answer; the status."""
        header = self.headers[purpose_of(product)] if product else {}
        answer = case.call(base_url=self.address, session=self.session, headers=header, timeout=TIMEOUT_S)
        assert answer.status_code != 500
        case.validate_response(answer, checks=CHECKS)
        return int(answer.status_code)


def try_out(stranger: Stranger, path: str, examples: int) -> None:
    """Right and wrong requests for one operation as they are made, and right ones about a company that exists."""
    operation = WHOLE["paths"][path]["get"]
    product = operation.get("x-dlnuf", {}).get("produit")
    known = {
        row["name"]: next(iter(row["examples"].values()))["value"]
        for row in operation.get("parameters", ())
        if row.get("in") == "path" and "examples" in row
    }
    statuses = set()
    # What takes nothing, or any text in a header, cannot be asked wrongly.
    wrong_too = any(row.get("in") != "header" for row in operation.get("parameters", ()))
    for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE) if wrong_too else (GenerationMode.POSITIVE,):

        @settings(
            max_examples=examples,
            deadline=None,
            database=None,
            derandomize=True,
            phases=(Phase.generate,),
            suppress_health_check=list(HealthCheck),
        )
        @given(case=stranger.schema[path]["GET"].as_strategy(generation_mode=mode))
        def ask(case: Any) -> None:
            statuses.add(stranger.ask(case, product))
            if known:
                case.path_parameters = dict(known)
                case.query = {**dict(case.query or {}), "recipient": PARAMETERS["recipient"]}
                statuses.add(stranger.ask(case, product))

        ask()
    if product:
        assert 200 in statuses, statuses
