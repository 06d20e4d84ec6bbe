# SPDX-License-Identifier: EUPL-1.2
"""How pages are made: one Jinja environment, escaping everything, with the few filters that all pages share.

A page is `page(request, "console/liste.html", title=…, **facts)`. Templates extend `base.html`; `templates/README.md`
shows the macros. Undefined names are errors: a page never has a hole where a fact should be.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, cast

from fastapi import Request, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from jinja2.ext import Extension
from jinja2.lexer import Token, TokenStream

from connectors.kit.paris import PARIS
from gateway.edge.reading import Network
from gateway.people.openid import OpenId
from gateway.people.people import People
from gateway.people.person import TITLES, Person, Role
from gateway.typography import NBSP, typeset
from gateway.web.cookies import Cookies
from gateway.web.headers import page_headers
from gateway.web.pace import Pace
from gateway.web.static import Assets

TEMPLATES = Path(__file__).parent / "templates"
MONTHS = (
    *("janvier", "février", "mars", "avril", "mai", "juin"),
    *("juillet", "août", "septembre", "octobre", "novembre", "décembre"),
)
NARROW = "\N{NARROW NO-BREAK SPACE}"


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the menu, for those who have the role; `role` None is for everybody signed in."""

    title: str
    path: str
    role: Role | None = None


@dataclass(slots=True)
class Web:
    """What every page may need, for as long as the application runs; `request.app.state.web`.

    origin: scheme and host of the public address. openid: the identity provider, when there is one.
    pace: how often one address may try to sign in. trusted: the proxies whose word on addresses is believed.
    sandbox: whether companies and registries are invented, which every page then says.
    """

    people: People
    look: Environment
    assets: Assets
    cookies: Cookies
    origin: str
    openid: OpenId | None
    pace: Pace
    trusted: Sequence[Network]
    menu: list[Entry]
    sandbox: bool = False


def web_of(request: Request) -> Web:
    """The pages' own state."""
    return cast("Web", request.app.state.web)


class FrenchSpaces(Extension):
    """The spaces of French typography, in what templates say themselves; values and expressions are left alone."""

    def filter_stream(self, stream: TokenStream) -> Iterator[Token]:
        """The template's own text, with its spaces made non-breaking where a line must not end."""
        for token in stream:
            if token.type == "data":
                yield Token(token.lineno, "data", typeset(token.value))
            else:
                yield token


def environment(assets: Assets) -> Environment:
    """The Jinja environment."""
    look = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        extensions=[FrenchSpaces],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    look.filters |= {
        "jour": day,
        "instant": instant,
        "court": short,
        "iso": iso,
        "nombre": number,
        "duree": duration,
        "siren": spaced_siren,
        "role": lambda role: TITLES[Role(role)],
    }
    look.globals |= {"statique": assets.url}
    return look


def page(
    request: Request,
    template: str,
    *,
    title: str,
    status: int = 200,
    person: Person | None = None,
    headers: Mapping[str, str] | None = None,
    **facts: Any,
) -> Response:
    """A page. `person`: who reads it, when somebody is signed in (pages behind the door already know)."""
    web = web_of(request)
    reader = person or getattr(request.state, "person", None)
    text = web.look.get_template(template).render(
        titre=title,
        personne=reader,
        menu=[entry for entry in web.menu if _seen(entry, reader)],
        chemin=request.url.path,
        fournisseur=web.openid.client.name if web.openid else "",
        essai=web.sandbox,
        **facts,
    )
    sent = page_headers(secure=web.cookies.secure) | dict(headers or {})
    return Response(text, status, sent, "text/html; charset=utf-8")


def redirect(request: Request, path: str) -> Response:
    """Go on by GET: to one of our own pages, or to the identity provider."""
    return Response(status_code=303, headers=page_headers(secure=web_of(request).cookies.secure) | {"location": path})


def _seen(entry: Entry, reader: Person | None) -> bool:
    return reader is not None and (entry.role is None or entry.role in reader.roles)


def _local(at: float | datetime) -> datetime:
    return (at if isinstance(at, datetime) else datetime.fromtimestamp(at, PARIS)).astimezone(PARIS)


def day(at: float | datetime) -> str:
    """A day in Paris, for people: 24 novembre 2026."""
    found = _local(at)
    shown = "1er" if found.day == 1 else str(found.day)
    return f"{shown}{NBSP}{MONTHS[found.month - 1]}{NBSP}{found.year}"


def instant(at: float | datetime) -> str:
    """An instant in Paris, for people: 24 novembre 2026 à 16 h 05."""
    found = _local(at)
    return f"{day(found)} à{NBSP}{found.hour}{NBSP}h{NBSP}{found.minute:02}"


def short(at: float | datetime) -> str:
    """An instant in Paris, for tables: 24/11/2026 16:05:09."""
    return f"{_local(at):%d/%m/%Y %H:%M:%S}"


def iso(at: float | datetime) -> str:
    """An instant for machines (`<time datetime>`)."""
    return _local(at).isoformat(timespec="seconds")


def duration(seconds: int) -> str:
    """A time span in its two largest units, whole: « 12 s », « 3 min », « 2 h 05 min », « 4 jours 6 h »."""
    minutes, hours, days = seconds // 60, seconds // 3600, seconds // 86_400
    if days:
        said = f"{number(days)} jour{'s' if days > 1 else ''} {hours % 24} h"
    elif hours:
        said = f"{hours} h {minutes % 60:02} min"
    else:
        said = f"{minutes} min" if minutes else f"{seconds} s"
    return said.replace(" ", NBSP)


def number(value: float) -> str:
    """A number with the thousands apart, and a decimal comma: 12 345,6."""
    return f"{value:,}".replace(",", NARROW).replace(".", ",")


def spaced_siren(identifier: str) -> str:
    """A SIREN or SIRET in groups: 999 100 118 00010."""
    groups = [identifier[0:3], identifier[3:6], identifier[6:9], identifier[9:]]
    return NBSP.join(group for group in groups if group)
