# SPDX-License-Identifier: EUPL-1.2
"""Anything at all, and what is nearly a message, sent to `/mcp`: told as the published contract announces."""

import json
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.story.models import COMPANY, TOOL, Connect

SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20)
ANYTHING = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
)
NEARLY = st.fixed_dictionaries(
    {"jsonrpc": st.just("2.0") | ANYTHING},
    optional={
        "id": st.integers() | st.text(max_size=9) | ANYTHING,
        "method": st.sampled_from(["initialize", "ping", "tools/list", "tools/call", "server/discover"]) | ANYTHING,
        "params": ANYTHING
        | st.fixed_dictionaries(
            {"name": st.just(TOOL) | ANYTHING},
            optional={
                "arguments": ANYTHING | st.dictionaries(st.sampled_from([*COMPANY, "year"]), SCALARS),
                "_meta": ANYTHING,
                "protocolVersion": ANYTHING,
            },
        ),
    },
)


def test_whatever_comes_is_answered_as_the_contract_announces_and_never_by_a_failure_of_ours(connect: Connect) -> None:
    model = connect(safe_listed=True)

    @settings(max_examples=120, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(
        st.one_of(NEARLY, ANYTHING, st.lists(NEARLY, max_size=3)),
        st.dictionaries(
            st.sampled_from(["mcp-protocol-version", "mcp-method", "mcp-name", "accept", "origin"]),
            st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=12),
            max_size=2,
        ),
    )
    def comes(found: Any, headers: dict[str, str]) -> None:
        given_with = {"Content-Type": "application/json", **headers, **model.bearer.header}
        answer = model.client.post("/mcp", content=json.dumps(found), headers=given_with)
        assert answer.status_code in (200, 202, 400, 403, 404, 406)

    comes()
