# SPDX-License-Identifier: EUPL-1.2
"""Style sheets, scripts and pictures, under names that change with their bytes: whoever fetched them keeps them."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from fastapi import FastAPI, Request, Response

from gateway.web.headers import ALWAYS

FOLDER = Path(__file__).parent / "static"
PREFIX = "/statique"
TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
}


@dataclass(frozen=True, slots=True)
class Asset:
    """One file, ready to be sent."""

    content: bytes
    media_type: str


class Assets:
    """Every static file, read once at start-up: requests name no path of the disk."""

    def __init__(self, folder: Path = FOLDER) -> None:
        self._files: dict[str, Asset] = {}
        self._names: dict[str, str] = {}
        for path in sorted(folder.iterdir()):
            media_type = TYPES.get(path.suffix)
            if media_type is None:
                continue
            content = path.read_bytes()
            named = f"{path.stem}.{hashlib.sha256(content).hexdigest()[:16]}{path.suffix}"
            self._files[named] = Asset(content, media_type)
            self._names[path.name] = f"{PREFIX}/{named}"

    def url(self, name: str) -> str:
        """The address of a file. Raises KeyError for one that is not there: a template's mistake."""
        return self._names[name]

    def install(self, app: FastAPI) -> None:
        """Serve them."""

        @app.get(PREFIX + "/{name}", include_in_schema=False)
        async def asset(request: Request, name: str) -> Response:
            found = self._files.get(name)
            if found is None:
                return Response("Ce fichier n'existe pas.\n", 404, media_type="text/plain; charset=utf-8")
            headers = {**ALWAYS, "cache-control": "public, max-age=31536000, immutable"}
            return Response(found.content, 200, headers, found.media_type)
