# SPDX-License-Identifier: EUPL-1.2
"""A company's tax return of one year, as Adélie lists it: forms, and in each form figures that may be repeated."""

from collections.abc import Iterator
from dataclasses import dataclass

from connectors.dgfip.adelie import put
from connectors.kit import Caller, NotFound, Registry, RegistryInternal, Reply, Siren, UnknownAnswer
from connectors.kit.wire import LARGEST, Wire, an_object, objects

SERVER_ERROR = "Une erreur applicative s'est produite sur le serveur ADELIE."
MOST_FORMS = 200
MOST_FIGURES = 50_000
HIGHEST_RANK = 5_000
MOST_VALUES = 50_000
"""Of one form, once the gaps between ranks are counted."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One occurrence of a figure; `rank`: whose it is when a form has several, from 1 on; None when it is alone."""

    code: str
    value: str | None
    rank: int | None


@dataclass(frozen=True, slots=True)
class Form:
    """One form of the return, with the facts written beside its figures."""

    number: str
    facts: Wire
    figures: tuple[Figure, ...]


@dataclass(frozen=True, slots=True)
class Return:
    """A tax return; `company` is what Adélie says of the company itself."""

    company: Wire
    forms: tuple[Form, ...]


async def tax_return(siren: Siren, year: str, caller: Caller, dgfip: Registry) -> Return:
    """The return of a year. Raises NotFound when there is none, and the registry's errors."""
    return read(await put("getLiasseFiscale", {"annee": year, "siren": siren}, caller, dgfip))


def read(reply: Reply) -> Return:
    """The meaning of a reply, by the rules of the registry's sheet in their order; first match wins."""
    if b"erreur applicative" in reply.body and SERVER_ERROR in " ".join(reply.text().split()):
        raise RegistryInternal
    if reply.status == 404:
        raise NotFound
    body = reply.json()
    # Whatever the status, even a 500: JSON without declarations is how Adélie says that it has none.
    if body is None or (isinstance(body, dict) and body.get("declarations") in (None, "", [], {})):
        raise NotFound
    if reply.status != 200:
        raise UnknownAnswer
    company = an_object(body).get("entreprise")
    return Return(
        company=an_object({} if company is None else company),
        forms=tuple(_form(row) for row in one_or_more(body["declarations"], MOST_FORMS)),
    )


def one_or_more(value: object, most: int) -> list[Wire]:
    """A list of objects; Adélie writes a list of one as the object itself, and nothing as null or an empty text."""
    if value is None or value == "":
        return []
    return [value] if isinstance(value, dict) else objects(value, most)


def written(row: Wire, key: str) -> str | None:
    """A text that Adélie may also write as a number; None for null. Raises UnknownAnswer."""
    value = row.get(key)
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool) or not isinstance(value, int | float) or not -LARGEST <= value <= LARGEST:
        raise UnknownAnswer
    return str(value)


def ranked(form: Form) -> dict[str, dict[int, str | None]]:
    """The values of each figure by their rank; one without a rank takes the first that is free."""
    found: dict[str, dict[int, str | None]] = {}
    free: dict[str, int] = {}
    for figure in form.figures:
        values = found.setdefault(figure.code, {})
        rank = figure.rank
        if rank is None:
            rank = free.get(figure.code, 1)
            while rank in values:
                rank += 1
            free[figure.code] = rank + 1
        values[rank] = figure.value
    if sum(max(values) for values in found.values()) > MOST_VALUES:
        raise UnknownAnswer
    return found


def listed(form: Form) -> Iterator[tuple[str, list[str | None]]]:
    """The figures of a form with their values, in the order they come first.

    A figure that comes once has one value, whatever its rank; one that is repeated has a value for each rank up to the
    highest, null where there is none.
    """
    times: dict[str, int] = {}
    for figure in form.figures:
        times[figure.code] = times.get(figure.code, 0) + 1
    for code, values in ranked(form).items():
        if times[code] == 1:
            yield code, list(values.values())
        else:
            yield code, [values.get(rank) for rank in range(1, max(values) + 1)]


def _form(row: Wire) -> Form:
    number = written(row, "numero_imprime")
    if not number:
        raise UnknownAnswer
    printed = row.get("imprime")
    rows = one_or_more(an_object({} if printed in (None, "") else printed).get("donnees"), MOST_FIGURES)
    return Form(number, row, tuple(_figure(one) for one in rows))


def _figure(row: Wire) -> Figure:
    code = written(row, "code_nref")
    if not code:
        raise UnknownAnswer
    if row.get("valeurs") is None:
        return Figure(code, written(row, "valeur"), None)
    inner = an_object(row["valeurs"])
    return Figure(code, written(inner, "valeur"), _rank(written(inner, "indiceRepetition")))


def _rank(text: str | None) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) <= 6 and 1 <= int(text) <= HIGHEST_RANK):
        raise UnknownAnswer
    return int(text)
