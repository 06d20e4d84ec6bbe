# SPDX-License-Identifier: EUPL-1.2
"""Forms with files, read so that what was typed survives a file that cannot be taken.

Browsers show no answer before they have sent their whole form. A file that is too large is therefore read to its end
and thrown away as it comes, up to `DRAINED_BYTES`; the fields are kept, and the page says beside which file was wrong.
Files stay in memory until they are encrypted: nothing of them touches the disk in clear. The session's token is the
form's first field, and nothing more is read once it is wrong.
"""

import hmac
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends, Request
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from gateway.web.door import CSRF_FIELD, BadForm, Form, SignedIn, from_our_page

FILE_BYTES = 10 * 1024 * 1024
KEPT_BYTES = 24 * 1024 * 1024
"""What the files of one form may weigh together."""
DRAINED_BYTES = 320 * 1024 * 1024
FIELDS = 600
FILES = 40
FIELD_BYTES = 64 * 1024
FIELDS_BYTES = 512 * 1024
AT_ONCE = 20
AT_ONCE_EACH = 3
TOO_LARGE = f"Ce fichier dépasse {FILE_BYTES // 1024 // 1024} Mio : réduisez-le, ou joignez-en un autre."
TOO_MUCH = f"Les fichiers dépassent ensemble {KEPT_BYTES // 1024 // 1024} Mio : envoyez-les en plusieurs fois."
UNREADABLE = "Ce formulaire ne peut pas être lu."

Upload = tuple[str, bytes]
"""A file that was sent: its name and its content."""


@dataclass(slots=True)
class Sent:
    """What a form held. `files`: by field; `faults`: of the fields whose file was not kept, a sentence each."""

    fields: Form
    files: dict[str, list[Upload]] = field(default_factory=dict)
    faults: dict[str, str] = field(default_factory=dict)


class Places:
    """How many forms with files are being read: a person has few places, and all together not many more."""

    def __init__(self) -> None:
        self._taken: Counter[str] = Counter()

    @contextmanager
    def one(self, person: str) -> Iterator[None]:
        """A place. Raises BadForm 429."""
        if self._taken[person] >= AT_ONCE_EACH or self._taken.total() >= AT_ONCE:
            raise BadForm(429, "Trop d'envois sont en cours : attendez la fin des autres, puis recommencez.")
        self._taken[person] += 1
        try:
            yield
        finally:
            self._taken[person] -= 1
            if not self._taken[person]:
                del self._taken[person]


_PLACES = Places()


async def csrf_with_file(request: Request, person: SignedIn) -> Sent:
    """What a form with files holds, once it is known to carry the session's own token. Raises BadForm."""
    return await _read(request, person.csrf, person.id)


async def typed_in(request: Request, token: str) -> list[tuple[str, str]]:
    """What a form with files holds besides them, for a browser whose session ended: its token. Raises BadForm."""
    return (await _read(request, token, "", files=False)).fields.pairs


async def _read(request: Request, token: str, whose: str, *, files: bool = True) -> Sent:
    from_our_page(request)
    kind, options = parse_options_header(request.headers.get("content-type", ""))
    if kind != b"multipart/form-data" or not 0 < len(options.get(b"boundary", b"")) <= 200:
        raise BadForm(415, "Ce formulaire n'est pas dans le format attendu.")
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and int(announced[:15]) > DRAINED_BYTES:
        raise BadForm(
            413, f"Cet envoi dépasse de loin ce qui est permis : {FILE_BYTES // 1024 // 1024} Mio par fichier."
        )
    with _PLACES.one(whose):
        reading = _Reading(options[b"boundary"], token, files=files)
        size = 0
        async for piece in request.stream():
            size += len(piece)
            if size > DRAINED_BYTES:
                raise BadForm(413, "Cet envoi dépasse de loin ce qui est permis.")
            reading.feed(piece)
        return reading.end()


SentWithFiles = Annotated[Sent, Depends(csrf_with_file)]


class _Reading:
    """One form, part after part."""

    def __init__(self, boundary: bytes, token: str, *, files: bool) -> None:
        self._keeps = files
        self._token = token.encode()
        self._pairs: list[tuple[str, str]] = []
        self._found = Sent(Form([]))
        self._trusted = False
        self._ended = False
        self._typed = self._kept = self._files = 0
        self._header: tuple[bytearray, bytearray] = (bytearray(), bytearray())
        self._name, self._file_name = "", ""
        self._content = bytearray()
        self._lost = False
        self._parser = MultipartParser(
            boundary,
            {
                "on_part_begin": self._begin,
                "on_header_field": self._header_field,
                "on_header_value": self._header_value,
                "on_header_end": self._header_end,
                "on_part_data": self._data,
                "on_part_end": self._end_of_part,
                "on_end": self._end,
            },
        )

    def feed(self, piece: bytes) -> None:
        """Go on. Raises BadForm."""
        try:
            self._parser.write(piece)
        except FormParserError:
            raise BadForm(400, UNREADABLE) from None

    def end(self) -> Sent:
        """All of it. Raises BadForm: cut off, or without the token."""
        if not self._ended:
            raise BadForm(400, UNREADABLE)
        if not self._trusted:
            raise _stale()
        self._found.fields = Form(self._pairs)
        return self._found

    def _begin(self) -> None:
        self._name = self._file_name = ""
        self._content = bytearray()
        self._lost = False

    def _header_field(self, data: bytes, start: int, end: int) -> None:
        self._header[0].extend(data[start:end])

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        self._header[1].extend(data[start:end])

    def _header_end(self) -> None:
        name, value = bytes(self._header[0]).lower(), bytes(self._header[1])
        self._header = (bytearray(), bytearray())
        if name == b"content-disposition":
            _, options = parse_options_header(value)
            self._name = options.get(b"name", b"").decode("utf-8", "replace")[:200]
            self._file_name = options.get(b"filename", b"").decode("utf-8", "replace")[:400]

    def _data(self, data: bytes, start: int, end: int) -> None:
        if self._lost:
            return None
        size = len(self._content) + end - start
        if not self._file_name:
            if size > FIELD_BYTES:
                raise BadForm(413, f"Un champ de ce formulaire dépasse {FIELD_BYTES // 1024} Kio.")
        elif not self._keeps:
            return self._lose("")
        elif size > FILE_BYTES:
            return self._lose(TOO_LARGE)
        elif self._kept + size > KEPT_BYTES:
            return self._lose(TOO_MUCH)
        self._content += data[start:end]
        return None

    def _lose(self, why: str) -> None:
        self._lost = True
        self._content = bytearray()
        self._found.faults.setdefault(self._name, why)

    def _end_of_part(self) -> None:
        if not self._trusted:
            if self._name != CSRF_FIELD or not hmac.compare_digest(bytes(self._content), self._token):
                raise _stale()
            self._trusted = True
            return
        if self._file_name:
            self._files += 1
            if self._files > FILES:
                raise BadForm(413, f"Ce formulaire compte plus de {FILES} fichiers.")
            if not self._lost:
                self._kept += len(self._content)
                self._found.files.setdefault(self._name, []).append((self._file_name, bytes(self._content)))
            return
        self._typed += len(self._content)
        if self._typed > FIELDS_BYTES or len(self._pairs) >= FIELDS:
            raise BadForm(413, "Ce formulaire compte trop de champs.")
        try:
            self._pairs.append((self._name, self._content.decode()))
        except UnicodeDecodeError:
            raise BadForm(400, UNREADABLE) from None

    def _end(self) -> None:
        self._ended = True


def _stale() -> BadForm:
    return BadForm(403, "Ce formulaire n'est plus valable : rouvrez la page, puis recommencez.")
