# SPDX-License-Identifier: EUPL-1.2
"""What leaves: the contract's envelope and headers, serialised once, and what the gateway says of the answer.

Ours is `meta.passerelle`, beside the contract's own meta: under which purpose and legal basis, from which registry,
obtained and fresh until when, which fields the purpose withheld, and, when an older answer is served because the
registry does not answer, the code of its trouble.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import orjson

from gateway.problems import JSON_API, Problem
from gateway.values import Ask, Envelope, Permit, Quota, Released, Sourced


def envelope(
    ask: Ask, permit: Permit, released: Released, sourced: Sourced, quota: Quota | None, public_url: str, now: float
) -> Envelope:
    """The answer as it leaves. `now`: epoch seconds."""
    data = released.data
    if permit.version.collection:
        data = [_item(item) for item in data]
    meta = dict(released.meta)
    meta["receipt"] = f"{public_url}/receipts/{ask.id}"
    meta["passerelle"] = {
        "identifiant": ask.id,
        "finalite": permit.purpose,
        "fondement": permit.basis,
        "source": sourced.provider,
        "obtenu_le": _instant(sourced.obtained_at),
        "valable_jusqu_au": _instant(sourced.fresh_until) if sourced.fresh_until > sourced.obtained_at else None,
        "en_cache": sourced.cached,
        "champs_non_communiques": permit.release.withheld,
    }
    if sourced.instead_of:
        meta["passerelle"]["perime_faute_de_reponse"] = sourced.instead_of
    body = orjson.dumps({"data": data, "links": _absolute(released.links, public_url), "meta": meta})
    left = str(max(0, sourced.fresh_until - int(now))).encode() if sourced.cached else b""
    headers = (
        (b"x-response-cached", b"true" if sourced.cached else b"false"),
        (b"x-cache-expires-in", left),
        (b"dlnuf-receipt", ask.id.encode()),
        *quota_headers(quota),
    )
    return Envelope(200, body, JSON_API, headers)


def problem_envelope(problem: Problem) -> Envelope:
    """A problem as it leaves."""
    items = [fault.as_json() for fault in problem.faults]
    again = problem.again
    if again is not None:
        dated = {
            "obtenu_le": _instant(again.obtained_at),
            "valable_jusqu_au": _instant(again.fresh_until),
            "en_cache": True,
        }
        for item in items:
            item["meta"]["passerelle"] = dated
    body = orjson.dumps({"errors": items})
    headers = (
        (b"x-response-cached", b"false" if again is None else b"true"),
        (b"x-cache-expires-in", b"" if again is None else b"%d" % again.left_s),
        *quota_headers(problem.quota),
        *problem.headers,
    )
    return Envelope(problem.status, body, problem.media_type, headers)


def quota_headers(quota: Quota | None) -> tuple[tuple[bytes, bytes], ...]:
    """The rate-limit headers, when the request was counted."""
    if quota is None:
        return ()
    return (
        (b"ratelimit-limit", b"%d" % quota.limit),
        (b"ratelimit-remaining", b"%d" % quota.remaining),
        (b"ratelimit-reset", b"%d" % quota.reset),
    )


def _item(item: dict[str, Any]) -> dict[str, Any]:
    """An item of a collection in its envelope; one whose schema is `data` and `meta` brings its own meta."""
    if "data" in item:
        return {"data": item["data"], "links": {}, "meta": item["meta"]}
    return {"data": item, "links": {}, "meta": {}}


def _absolute(links: Mapping[str, Any], public_url: str) -> dict[str, Any]:
    return {
        name: public_url + value if isinstance(value, str) and value.startswith("/") else value
        for name, value in links.items()
    }


@lru_cache(maxsize=8192)
def _instant(epoch_seconds: int) -> str:
    return datetime.fromtimestamp(epoch_seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
