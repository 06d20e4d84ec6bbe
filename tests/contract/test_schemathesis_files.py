# SPDX-License-Identifier: EUPL-1.2
"""What portals write, by somebody who knows nothing but the published contract: bodies right and wrong, addresses too.

A file that exists stands in for the identifiers that a stranger makes up: else each request would stop at a 404. And
nothing that is made up may leave that file unreadable.
"""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.contract.strangers import FOR_PORTALS, WHOLE, Stranger, stranger
from tests.story.files import PURPOSE, Portal

METHODS = ("get", "post", "put", "patch", "delete")
OPERATIONS = [
    (path, method.upper())
    for path, item in WHOLE["paths"].items()
    for method in METHODS
    # A stream of events does not end.
    if method in item and path.startswith(FOR_PORTALS) and not path.endswith("/events")
]
EACH_OPERATION = pytest.mark.parametrize(("path", "method"), OPERATIONS)


@pytest.fixture(scope="module")
def visitor(sandbox: Any) -> Iterator[Stranger]:
    with stranger(sandbox.address) as found:
        yield found


@pytest.fixture
def portal(sandbox: Any, client: httpx.Client) -> Portal:
    return Portal(None, client, sandbox.token(PURPOSE, safe_listed=True))


@EACH_OPERATION
def test_whatever_a_portal_writes_is_answered_as_announced(
    visitor: Stranger, portal: Portal, path: str, method: str
) -> None:
    """A few requests of each kind for each operation: every change pays for them."""
    try_out(visitor, portal, path, method, examples=6)


@pytest.mark.slow
@EACH_OPERATION
def test_whatever_a_portal_writes_for_a_long_time(visitor: Stranger, portal: Portal, path: str, method: str) -> None:
    """Two hundred of each."""
    try_out(visitor, portal, path, method, examples=200)


def try_out(visitor: Stranger, portal: Portal, path: str, method: str, examples: int) -> None:
    """Requests as they are made, then about a file that exists; without a token, which is told before any fault."""
    known = portal.opened()
    header = portal.bearer.header
    statuses = set()

    def ask(case: Any) -> None:
        statuses.add(visitor.ask(case, header))
        if "{identifier}" in path:
            case.path_parameters = {**dict(case.path_parameters or {}), "identifier": known}
            statuses.add(visitor.ask(case, header))
            assert visitor.ask(case, {}) in (400, 401)

    visitor.try_out(path, method, examples, ask)
    assert statuses - {401, 403}, statuses
    assert max(statuses) < 500, statuses
    assert portal.get(f"/{known}").status_code == 200
