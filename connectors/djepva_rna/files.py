# SPDX-License-Identifier: EUPL-1.2
"""Addresses of files that stay at API Association. Ours are handed out for them; no other host is ever opened for them.

A file below `/apim/api-asso` is fetched from the service's own base address, whichever host its link names; links that
the service makes to itself (`localhost`) stand for the same place. A link to another host is handed over as it is
written, for the caller to open.
"""

import re
import unicodedata
from urllib.parse import urlsplit

from connectors.kit import Registry

LIFE_S = 86_400
BELOW = "/apim/api-asso"
TO_ITSELF = "http://localhost:8181/services"
_PLACE = re.compile(r"/apim/api-asso(?:/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)+", re.ASCII)
_LONGEST = 500
_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9._-]+", re.ASCII)


def place(link: str | None) -> str | None:
    """The path of a file of API Association; None for a link to anything else."""
    if not link or len(link) > _LONGEST:
        return None
    path = BELOW + link.removeprefix(TO_ITSELF) if link.startswith(TO_ITSELF + "/") else _path(link)
    return path if _PLACE.fullmatch(path) else None


def handed_out(link: str | None, filename: str, djepva: Registry) -> str | None:
    """What a caller is given for a protected file: an address of ours, another host's own, or nothing."""
    path = place(link)
    return djepva.link(path, filename, life_s=LIFE_S) if path else elsewhere(link)


def published(link: str | None, filename: str, djepva: Registry) -> str | None:
    """What a caller is given for a public file: its link as it is, unless the service wrote one to itself."""
    if link and link.startswith(TO_ITSELF):
        return handed_out(link, filename, djepva)
    return elsewhere(link)


def elsewhere(link: str | None) -> str | None:
    """A link that a caller can open; None for anything else."""
    if not link or not _path(link) or any(one.isspace() or one in '<>"' for one in link):
        return None
    return link


def filename(written: str | None, otherwise: str) -> str:
    """A file's name in plain letters, as a person sees it when saving the file."""
    plain = unicodedata.normalize("NFKD", written or "").encode("ascii", "ignore").decode()
    return _NOT_IN_NAMES.sub("_", plain).strip("._")[:100] or otherwise


def _path(link: str) -> str:
    """The path of a web link, `/` at least; empty for what is no web link, or one to the service's own machine."""
    try:
        parts = urlsplit(link)
        host = parts.hostname
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or not host or host == "localhost":
        return ""
    return f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
