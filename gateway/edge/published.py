# SPDX-License-Identifier: EUPL-1.2
"""Serves the published contract as it was committed: one text, under our address and under those clients know.

Read once at start. A copy of the sources in which it was not written yet serves none; the wheel always has it.
"""

import hashlib
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
    document = file.read_bytes()
    tag = f'"{hashlib.sha256(document).hexdigest()[:32]}"'
    headers = {"etag": tag, "cache-control": "public, max-age=3600", "x-content-type-options": "nosniff"}

    def page(media_type: str) -> None:
        async def contract(request: Request) -> Response:
            """The published contract; 304 for whoever has it already."""
            if request.headers.get("if-none-match") == tag:
                return Response(status_code=304, headers=headers)
            return Response(document, 200, headers, media_type)

        for path, kind in CONTRACT.items():
            if kind == media_type:
                app.add_api_route(path, contract, methods=["GET"])

    for media_type in sorted(set(CONTRACT.values())):
        page(media_type)
