# SPDX-License-Identifier: EUPL-1.2
"""One POST to a witness or an authority: bounded in time and in size, and whatever goes wrong said in one word."""

import time
from typing import NamedTuple

from gateway.audit.countersign import Failed

TIMEOUT_S = 4.0


class Reply(NamedTuple):
    """What came back."""

    status: int
    media_type: str
    content: bytes


def post(url: str, content: bytes, media_type: str, most: int) -> Reply:
    """The reply, of at most `most` bytes, within a few seconds; redirections are not followed. Raises Failed."""
    import httpx  # only a gateway with a witness or an authority carries it

    deadline = time.monotonic() + TIMEOUT_S
    headers = {"content-type": media_type}
    try:
        with httpx.stream("POST", url, content=content, headers=headers, timeout=TIMEOUT_S) as response:
            found = bytearray()
            for part in response.iter_raw():
                found += part
                if len(found) > most:
                    raise Failed("réponse trop longue")
                if time.monotonic() > deadline:
                    raise Failed("réponse trop lente")
            kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
            return Reply(response.status_code, kind, bytes(found))
    except httpx.TimeoutException as error:
        raise Failed("pas de réponse à temps") from error
    except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as error:
        raise Failed(f"injoignable ({type(error).__name__})") from error
