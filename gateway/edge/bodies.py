# SPDX-License-Identifier: EUPL-1.2
"""What is sent about application files, read no further than its limits: JSON, or a form that carries it with files."""

import json
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import orjson
from fastapi import Request
from starlette.datastructures import FormData, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from gateway.dossier.acts.acting import MOST_UPLOADS, Upload
from gateway.dossier.espd.request import MOST_BYTES, PLACE
from gateway.dossier.refusals import refused
from gateway.edge.reading import depth
from gateway.problems import problem

JSON_BYTES = 256 * 1024
FORM_BYTES = 12 * 1024 * 1024
MOST_DEPTH = 12


async def json_body(request: Request) -> Any:
    """The JSON of a request; {} for an empty one. Raises 400 00401, 413 00713."""
    return read_json(await bounded(request, JSON_BYTES))


def read_json(content: bytes) -> Any:
    """JSON, not too deep. Raises 400 00401."""
    if not content.strip():
        return {}
    try:
        found = orjson.loads(content)
    except orjson.JSONDecodeError:
        raise problem("00401", detail="Le corps de la requête n'est pas du JSON correct.") from None
    if depth(found, MOST_DEPTH) > MOST_DEPTH:
        raise problem("00401", detail="Le corps de la requête est trop imbriqué.")
    # Said twice, a thing has two values, and other readers of the same bytes may take the other one.
    json.loads(content, object_pairs_hook=_once, parse_int=str, parse_float=str)
    return found


def _once(pairs: list[tuple[str, Any]]) -> None:
    known: set[str] = set()
    for key, _ in pairs:
        if key in known:
            raise problem("00401", detail=f"La clé « {key[:60]} » est écrite deux fois dans le même objet.")
        known.add(key)


async def bounded(request: Request, limit: int) -> bytes:
    """The body, read no further than a limit. Raises 413 00713."""
    announced = request.headers.get("content-length", "0")
    if not announced.isdecimal() or int(announced[:15]) > limit:
        raise refused("00713", detail=f"Le corps de la requête dépasse {limit // 1024} Kio.")
    parts: list[bytes] = []
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > limit:
            raise refused("00713", detail=f"Le corps de la requête dépasse {limit // 1024} Kio.")
        parts.append(part)
    return b"".join(parts)


async def body_and_files(request: Request) -> tuple[Any, list[Upload]]:
    """JSON alone, or a form whose field `donnees` is the JSON and whose files are named `fichiers`."""
    if not _is_form(request):
        return await json_body(request), []
    async with _form(request, FORM_BYTES) as form:
        _only(form, "fichiers")
        if any(isinstance(one, str) for one in form.getlist("fichiers")):
            raise refused("00701", "/fichiers", "Un fichier s'envoie avec son nom (filename).")
        uploads = [
            (one.filename or "document", await one.read())
            for one in form.getlist("fichiers")
            if isinstance(one, UploadFile)
        ]
        return await _data(form), uploads


async def opening_body(request: Request) -> tuple[Any, bytes]:
    """JSON alone, or a form whose part `dume_acheteur` is the buyer's ESPD request (b"": none). Raises 422 for two."""
    if not _is_form(request):
        return await json_body(request), b""
    async with _form(request, MOST_BYTES + JSON_BYTES + 4096) as form:
        _only(form, "dume_acheteur")
        found = form.getlist("dume_acheteur")
        if len(found) > 1:
            raise refused("00701", PLACE, "Un seul DUME de l'acheteur est attendu.")
        asked = b"".join([await one.read() if isinstance(one, UploadFile) else one.encode() for one in found])
        if found and not asked:
            raise refused("00701", PLACE, "Le DUME de l'acheteur est vide.")
        return await _data(form), asked


def _is_form(request: Request) -> bool:
    return request.headers.get("content-type", "").lower().startswith("multipart/form-data")


@asynccontextmanager
async def _form(request: Request, limit: int) -> AsyncIterator[FormData]:
    """A form, closed at the end. Raises 400 00401, 413 00713."""
    content = await bounded(request, limit)

    async def once() -> AsyncGenerator[bytes, None]:
        yield content

    parser = MultiPartParser(request.headers, once(), max_files=MOST_UPLOADS, max_fields=5, max_part_size=JSON_BYTES)
    try:
        form = await parser.parse()
    except (MultiPartException, ValueError, KeyError):
        raise problem("00401", detail="Le formulaire ne peut pas être lu.") from None
    try:
        yield form
    finally:
        await form.close()


def _only(form: FormData, more: str) -> None:
    """Raises 422 for a part that nobody reads: a misspelled one must not be silently lost."""
    for name in form:
        if name not in ("donnees", more):
            raise refused(
                "00701", f"/{name[:60]}", f"Cette partie est inconnue ; celles que l'on lit : donnees, {more}."
            )


async def _data(form: FormData) -> Any:
    """The JSON of the part `donnees`, whether it was sent as a field or as a file."""
    sent = form.get("donnees")
    if isinstance(sent, UploadFile) and (sent.size or 0) <= JSON_BYTES:
        return read_json(await sent.read())
    if not isinstance(sent, str):
        raise refused("00701", "/donnees", "Le champ donnees, en JSON, est obligatoire.")
    return read_json(sent.encode())
