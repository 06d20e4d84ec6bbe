# SPDX-License-Identifier: EUPL-1.2
"""Serves the published contract as it was committed: one text, under our address and under those clients know.

Read when it is asked for, and kept only compressed: three megabytes are two hundred kilobytes then. Any site may read
it (CORS). A copy of the sources in which it was not written yet serves none; the wheel always has it.
"""

import asyncio
import gzip
import hashlib
from functools import cache
from pathlib import Path

from fastapi import FastAPI, Request, Response

from gateway.edge.openapi.service import CONTRACT


def contract_file() -> Path:
    """The document of the checkout, or the one that came with the package."""
    here = Path(__file__).resolve()
    checkout = here.parents[2] / "openapi" / "entreprise.json"
    return checkout if (here.parents[2] / "pyproject.toml").is_file() else here.parents[1] / "published" / checkout.name


def add_contract(app: FastAPI) -> None:
    """Put the document on the application, under every address it has."""
    file = contract_file()
    if not file.is_file():
        return
    with file.open("rb") as opened:
        tag = f'"{hashlib.file_digest(opened, "sha256").hexdigest()[:32]}"'
    headers = {
        "etag": "W/" + tag,
        "cache-control": "public, max-age=3600",
        "x-content-type-options": "nosniff",
        "access-control-allow-origin": "*",
        "vary": "accept-encoding",
    }

    @cache
    def smaller() -> bytes:
        return gzip.compress(file.read_bytes(), mtime=0)

    def page(media_type: str) -> None:
        async def contract(request: Request) -> Response:
            """The published contract; 304 for whoever has it already."""
            if tag in known(request.headers.get("if-none-match", "")):
                return Response(status_code=304, headers=headers)
            if not takes_gzip(request.headers.get("accept-encoding", "")):
                return Response(await asyncio.to_thread(file.read_bytes), 200, headers, media_type)
            content = await asyncio.to_thread(smaller)
            return Response(content, 200, headers | {"content-encoding": "gzip"}, media_type)

        for path, kind in CONTRACT.items():
            if kind == media_type:
                app.add_api_route(path, contract, methods=["GET", "HEAD"])

    for media_type in sorted(set(CONTRACT.values())):
        page(media_type)


def known(written: str) -> set[str]:
    """The tags of an If-None-Match, compared weakly (RFC 9110, 13.1.2): both encodings are the same document."""
    return {one.strip().removeprefix("W/") for one in written.split(",")}


def takes_gzip(accepted: str) -> bool:
    """Whether Accept-Encoding names gzip, and does not refuse it (RFC 9110, section 12.5.3)."""
    for one in accepted.lower().split(","):
        name, _, weight = one.partition(";")
        if name.strip() == "gzip":
            return weight.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return False
