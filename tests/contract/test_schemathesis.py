# SPDX-License-Identifier: EUPL-1.2
"""The running sandbox against its own published contract, by somebody who knows nothing else of it: schemathesis.

It makes requests from the document, right ones and wrong ones; no answer may be a failure of ours, have a status, a
media type, a header or a body that the document does not announce. What portals write has a module of its own.
"""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.conftest import PARAMETERS
from tests.contract.purposes import purpose_of
from tests.contract.reading import published
from tests.contract.strangers import FOR_PORTALS, WHOLE, Stranger, stranger

# One path has the same bytes as another.
PATHS = [path for path in published().operations if not path.endswith(".yaml") and not path.startswith(FOR_PORTALS)]


@pytest.fixture(scope="module")
def visitor(sandbox: Any) -> Iterator[Stranger]:
    with stranger(sandbox.address) as found:
        yield found


@pytest.fixture(scope="module")
def headers(sandbox: Any) -> dict[str, dict[str, str]]:
    """A token that is not counted, for each of the two purposes that open everything."""
    return {name: sandbox.token(name, safe_listed=True).header for name in ("marches_publics", "detection_fraude")}


@pytest.mark.parametrize("path", PATHS)
def test_what_a_stranger_makes_of_the_document_is_answered_as_announced(
    visitor: Stranger, headers: dict[str, dict[str, str]], path: str
) -> None:
    """A few requests of each kind for each operation: every change pays for them."""
    try_out(visitor, headers, path, examples=2)


@pytest.mark.slow
@pytest.mark.parametrize("path", PATHS)
def test_what_a_stranger_makes_of_the_document_for_a_long_time(
    visitor: Stranger, headers: dict[str, dict[str, str]], path: str
) -> None:
    """A hundred of each."""
    try_out(visitor, headers, path, examples=100)


def try_out(visitor: Stranger, headers: dict[str, dict[str, str]], path: str, examples: int) -> None:
    """Right and wrong requests for one operation as they are made, and right ones about a company that exists."""
    operation = WHOLE["paths"][path]["get"]
    product = operation.get("x-dlnuf", {}).get("produit")
    header = headers[purpose_of(product)] if product else {}
    known = {
        row["name"]: next(iter(row["examples"].values()))["value"]
        for row in operation.get("parameters", ())
        if row.get("in") == "path" and "examples" in row
    }
    statuses = set()

    def ask(case: Any) -> None:
        statuses.add(visitor.ask(case, header))
        if known:
            case.path_parameters = dict(known)
            case.query = {**dict(case.query or {}), "recipient": PARAMETERS["recipient"]}
            statuses.add(visitor.ask(case, header))

    visitor.try_out(path, "GET", examples, ask)
    if product:
        assert 200 in statuses, statuses
