# SPDX-License-Identifier: EUPL-1.2
"""The people's door: what a page writes in its signature to be behind it.

    @router.get("/console")
    async def console(request: Request, person: Annotated[Person, Depends(must_be(Role.AUDITOR))]) -> Response: …

    @router.post("/console/…")
    async def close(request: Request, person: Annotated[…], form: Annotated[Form, Depends(csrf)]) -> Response: …

Whoever is not signed in is led to `/connexion` and back; whoever has not the role is told so, in 403.
"""

import hmac
from collections.abc import Awaitable, Callable
from typing import Annotated
from urllib.parse import parse_qsl, quote

from fastapi import Depends, Request

from gateway.people.person import Person, Role
from gateway.people.sessions import SECRET_CHARS
from gateway.web.look import web_of

BODY_BYTES = 65_536
FIELDS = 200
CSRF_FIELD = "jeton"


class SignInFirst(Exception):
    """Nobody is signed in. `path`: where they wanted to go."""

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self.path = path


class Forbidden(Exception):
    """Somebody is signed in and may not. `role`: what they lack; `dormant`: they have it, with a surer sign-in."""

    def __init__(self, role: Role | None = None, *, dormant: bool = False, why: str = "") -> None:
        super().__init__(why)
        self.role = role
        self.dormant = dormant
        self.why = why


class BadForm(Exception):
    """A form that is too long, is not one, or was not sent from our page. `status` and a sentence in French."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status
        self.why = why


class Form(dict[str, str]):
    """The fields of a form, already checked; `all` has the repeated ones."""

    def __init__(self, pairs: list[tuple[str, str]]) -> None:
        super().__init__(pairs)
        self._pairs = pairs

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """Every field, in order."""
        return list(self._pairs)

    def all(self, name: str) -> list[str]:
        """Every value of a field, in order."""
        return [value for key, value in self._pairs if key == name]

    def text(self, name: str, most: int) -> str:
        """A field without the blanks around it. Raises BadForm when it is longer than `most` characters."""
        found = self.get(name, "").strip()
        if len(found) > most or "\0" in found:
            raise BadForm(422, f"Le champ « {name} » est trop long ou illisible.")
        return found


async def visitor(request: Request) -> Person | None:
    """Who reads the page, if somebody is signed in."""
    web = web_of(request)
    secret = web.cookies.read(request, web.cookies.session)
    person = await web.people.person(secret) if len(secret) == SECRET_CHARS else None
    request.state.person = person
    return person


async def signed_in(request: Request) -> Person:
    """Who reads the page. Raises SignInFirst."""
    person = await visitor(request)
    if person is None:
        query = request.url.query
        raise SignInFirst(request.url.path + (f"?{query}" if query else ""))
    return person


def must_be(*roles: Role) -> Callable[[Request], Awaitable[Person]]:
    """A dependency: whoever reads the page has one of these roles. Raises SignInFirst, Forbidden."""
    if not roles:
        raise ValueError("une page réservée à personne n'est ouverte à personne")

    async def reader(request: Request) -> Person:
        person = await signed_in(request)
        if not person.roles & set(roles):
            raise Forbidden(roles[0], dormant=bool(person.dormant & set(roles)))
        return person

    return reader


def represents(person: Person, siren: str) -> None:
    """Refuse whoever may not speak for this company: Forbidden, in the same words whether or not it exists."""
    if siren not in person.sirens:
        raise Forbidden(Role.REPRESENTATIVE, why="Vous ne représentez pas cette entreprise.")


async def form(request: Request) -> Form:
    """The fields of a form that needs no session yet: it still comes from our own page. Raises BadForm."""
    from_our_page(request)
    return Form(await _fields(request))


async def csrf(request: Request) -> Form:
    """The fields of a form, which carries the session's own token and comes from our own page. Raises BadForm."""
    person = await signed_in(request)
    found = await form(request)
    if not hmac.compare_digest(found.get(CSRF_FIELD, "").encode(), person.csrf.encode()):
        raise BadForm(403, "Ce formulaire n'est plus valable : rouvrez la page, puis recommencez.")
    return found


SignedIn = Annotated[Person, Depends(signed_in)]
Visitor = Annotated[Person | None, Depends(visitor)]
Checked = Annotated[Form, Depends(csrf)]


def own_path(path: str, default: str = "/compte") -> str:
    """A path of this site to go on to; anything else, and anything doubtful, is the default."""
    plain = path.isascii() and path.isprintable() and " " not in path and "\\" not in path
    if plain and path.startswith("/") and not path.startswith("//") and len(path) <= 2000:
        return path
    return default


def sign_in_path(path: str) -> str:
    """Where to sign in, to come back to `path`."""
    return f"/connexion?suite={quote(own_path(path), safe='')}"


def from_our_page(request: Request) -> None:
    """Browsers say where a form was sent from; what they say must be us."""
    web = web_of(request)
    origin = request.headers.get("origin")
    site = request.headers.get("sec-fetch-site")
    if (origin is not None and origin != web.origin) or (site is not None and site not in ("same-origin", "none")):
        raise BadForm(403, f"Ce formulaire n'a pas été envoyé depuis ce service. Ouvrez-le à l'adresse {web.origin}.")


async def _fields(request: Request) -> list[tuple[str, str]]:
    content_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > BODY_BYTES:
            raise BadForm(413, f"Ce formulaire dépasse {BODY_BYTES // 1024} Kio.")
    if content_type != "application/x-www-form-urlencoded" and body:
        raise BadForm(415, "Ce formulaire n'est pas dans le format attendu.")
    try:
        return parse_qsl(body.decode("ascii"), keep_blank_values=True, max_num_fields=FIELDS, errors="strict")
    except ValueError:
        raise BadForm(400, "Ce formulaire ne peut pas être lu.") from None
