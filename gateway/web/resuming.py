# SPDX-License-Identifier: EUPL-1.2
"""A form sent after its session ended: what was typed comes back, and nothing is done with it meanwhile.

Nothing is kept here. The answer is a page that holds what was typed, packed in a field of its own: its reader signs in
in another tab, comes back to this one, and gets a form that carries the new session's token and leads where they were.
Only a form that this very browser was given is answered so: it carries the token of the session that ended, which
follows from the secret that the browser still holds. Files are not kept: they are to be chosen again.
"""

import binascii
import hmac
import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode

import orjson
from fastapi import APIRouter, Request, Response
from python_multipart.multipart import parse_options_header

from gateway.people.sessions import SECRET_CHARS, derived
from gateway.web.door import CSRF_FIELD, BadForm, Visitor, form, own_path, sign_in_path
from gateway.web.look import page, web_of
from gateway.web.uploads import FIELDS, FIELDS_BYTES, typed_in

router = APIRouter(include_in_schema=False)
ADDRESS = "/connexion/reprise"
AGAIN = "reprise"
"""A field that says: show the form with what was typed, and do nothing yet."""
PACKED_CHARS = 60_000
"""What the field that holds everything may measure: the form that carries it has a limit of its own."""

Pairs = list[tuple[str, str]]


async def kept(request: Request) -> Response | None:
    """The page that holds what was typed, when there is something, and when the form was this browser's."""
    web = web_of(request)
    secret = web.cookies.read(request, web.cookies.session)
    if request.method != "POST" or len(secret) != SECRET_CHARS:
        return None
    token = derived(secret, "formulaire")
    kind, _ = parse_options_header(request.headers.get("content-type", ""))
    several = kind == b"multipart/form-data"
    try:
        if several:
            pairs = await typed_in(request, token)
        else:
            found = await form(request)
            pairs = found.pairs
            if not hmac.compare_digest(found.get(CSRF_FIELD, "").encode(), token.encode()):
                return None
    except BadForm:
        return None
    pairs = [(name, value) for name, value in pairs if name not in (CSRF_FIELD, AGAIN)]
    packed = pack(pairs)
    if not any(value.strip() for _, value in pairs) or len(packed) > PACKED_CHARS:
        return None
    return _waiting(request, packed, request.url.path, several=several)


@router.post(ADDRESS)
async def resumed(request: Request, person: Visitor) -> Response:
    """Who has signed in again: their form, under the new session's token. Who has not yet: the same page again."""
    sent = await form(request)
    onward, several = own_path(sent.get("vers", "")), sent.get("fichiers") == "oui"
    try:
        pairs = unpack(sent.get("dit", ""))
    except ValueError:
        raise BadForm(400, "Ce formulaire ne peut pas être lu.") from None
    if person is None:
        return _waiting(request, sent["dit"], onward, several=several, tried=True)
    return page(
        request,
        "reprise.html",
        title="Reprendre votre formulaire",
        person=person,
        vers=onward,
        paires=pairs,
        fichiers=several,
        encore=AGAIN,
    )


def pack(pairs: Pairs) -> str:
    """What was typed, in one field."""
    return urlsafe_b64encode(zlib.compress(orjson.dumps(pairs), 9)).decode()


def unpack(text: str) -> Pairs:
    """What was packed. Raises ValueError."""
    try:
        opened = zlib.decompressobj()
        plain = opened.decompress(urlsafe_b64decode(text), 2 * FIELDS_BYTES)
        pairs = orjson.loads(plain) if opened.eof else None
    except (binascii.Error, zlib.error, ValueError):
        raise ValueError("illisible") from None
    if not isinstance(pairs, list) or len(pairs) > FIELDS:
        raise ValueError("ce n'est pas un formulaire")
    found = [(one[0], one[1]) for one in pairs if isinstance(one, list) and len(one) == 2]
    if len(found) != len(pairs) or not all(isinstance(part, str) for one in found for part in one):
        raise ValueError("ce n'est pas un formulaire")
    return [(name, value) for name, value in found if name not in (CSRF_FIELD, AGAIN)]


def _waiting(request: Request, packed: str, onward: str, *, several: bool, tried: bool = False) -> Response:
    return page(
        request,
        "session_finie.html",
        title="Votre session a pris fin",
        status=403,
        dit=packed,
        vers=onward,
        fichiers=several,
        encore=tried,
        reprise=ADDRESS,
        connexion=sign_in_path("/compte"),
    )
