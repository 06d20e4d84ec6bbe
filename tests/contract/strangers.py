# SPDX-License-Identifier: EUPL-1.2
"""Somebody who knows nothing of this service but its published contract, and asks what it announces."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

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

from tests.contract.reading import published

WHOLE = published().whole
CHECKS = [
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
TIMEOUT_S = 20
FOR_PORTALS = ("/v1/candidatures", "/v1/marches")
"""Where a portal's token is wanted."""


@dataclass(frozen=True)
class Stranger:
    """Somebody who has the document and a connection to `address`."""

    schema: Any
    session: requests.Session
    address: str

    def ask(self, case: Any, header: Mapping[str, str]) -> int:
        """Send a request, and check its answer; the status."""
        answer = case.call(base_url=self.address, session=self.session, headers=dict(header), timeout=TIMEOUT_S)
        assert answer.status_code != 500
        case.validate_response(answer, checks=CHECKS)
        return int(answer.status_code)

    def try_out(self, path: str, method: str, examples: int, ask: Callable[[Any], None]) -> None:
        """Requests for one operation, right ones and wrong ones, `examples` of each."""
        operation = WHOLE["paths"][path][method.lower()]
        # What takes nothing, or any text in a header, cannot be asked wrongly.
        parameters = [published().resolved(row) for row in operation.get("parameters", ())]
        wrong_too = "requestBody" in operation or any(row.get("in") != "header" for row in parameters)
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE) if wrong_too else (GenerationMode.POSITIVE,):

            @settings(
                max_examples=examples,
                deadline=None,
                database=None,
                derandomize=True,
                phases=(Phase.generate,),
                suppress_health_check=list(HealthCheck),
            )
            @given(case=self.schema[path][method].as_strategy(generation_mode=mode))
            def asking(case: Any) -> None:
                ask(case)

            asking()


@contextmanager
def stranger(address: str) -> Iterator[Stranger]:
    """One who says at the end how many answers they had, by status."""
    told: dict[int, int] = {}

    def count(answer: requests.Response, *_: Any, **__: Any) -> None:
        told[answer.status_code] = told.get(answer.status_code, 0) + 1

    with requests.Session() as session:
        session.hooks["response"].append(count)
        yield Stranger(schemathesis.openapi.from_dict(WHOLE), session, address)
    print(f"{sum(told.values())} réponses : {dict(sorted(told.items()))}")
