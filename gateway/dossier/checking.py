# SPDX-License-Identifier: EUPL-1.2
"""What a file is, by what it holds and never by its name: certificates of registries, and files people send.

A registry's certificate is a real PDF whose text can be opened, whose security code is printed where its sheet says,
and whose signature, when it has one, covers the whole file. What people send is a PDF or a whole image; a PDF that
carries a script, a form of XFA, an embedded file or something to launch is refused, and so is everything else (macros
included).
"""

import asyncio
import hashlib
import re
import zlib

from connectors.kit.pdf import is_pdf, pages, spelled_out
from gateway.dossier.images import whole
from gateway.dossier.refusals import refused
from gateway.dossier.values import Document, DocumentChecks

UPLOAD_BYTES = 10 * 1024 * 1024
NAME_LENGTH = 120
_INFLATED_BYTES = 32 * 1024 * 1024
_KINDS = {
    "application/pdf": (b"%PDF-",),
    "image/png": (b"\x89PNG\r\n\x1a\n",),
    "image/jpeg": (b"\xff\xd8\xff",),
}
_FORBIDDEN = re.compile(rb"/(JavaScript|JS|Launch|EmbeddedFile|EmbeddedFiles|RichMedia|XFA|ImportData|SubmitForm)\b")
_STREAM = re.compile(rb"stream\r?\n(.*?)endstream", re.DOTALL)
_ESCAPED = re.compile(rb"#([0-9A-Fa-f]{2})")
_RANGE = re.compile(rb"/ByteRange\s*\[\s*(\d{1,10})\s+(\d{1,10})\s+(\d{1,10})\s+(\d{1,10})\s*\]")


async def certificate(
    content: bytes, name: str, *, code: str = "", issued_on: str = "", valid_until: str = "", today: str = ""
) -> Document:
    """A registry's document, checked. `code`: what the registry says is printed in it; days as `YYYY-MM-DD`."""
    notes = []
    texts = await pages(content, 3) if is_pdf(content) else []
    if not texts:
        notes.append("Le fichier ne s'ouvre pas comme un PDF.")
    if code and texts and code not in "".join(" ".join(texts).split()):
        notes.append("Le code de sécurité annoncé n'est pas imprimé dans le document.")
        code = ""
    if valid_until and today and valid_until < today:
        notes.append("L'attestation n'est plus valable.")
    signature = signed_whole(content)
    if signature is False:
        notes.append("La signature ne couvre pas tout le fichier.")
    checks = DocumentChecks(bool(texts), signature, code, issued_on, valid_until, tuple(notes))
    return _document(content, name, "application/pdf", checks)


def holds(document: Document) -> bool:
    """Whether a certificate may be relied upon: it opens, and nothing is wrong with it."""
    return document.checks is not None and document.checks.pdf and not document.checks.notes


async def received(content: bytes, name: str) -> Document:
    """A file that somebody sent. Raises 413 00713, 415 00714."""
    if len(content) > UPLOAD_BYTES:
        raise refused("00713", detail=f"Un fichier ne peut pas dépasser {UPLOAD_BYTES // 1024 // 1024} Mio.")
    kind = next((kind for kind, starts in _KINDS.items() if content.startswith(starts)), None)
    if kind is None:
        raise refused("00714")
    checks = None
    if kind == "application/pdf":
        if not await pages(content, 1):
            raise refused("00714", detail="Ce PDF ne s'ouvre pas : il est vide, protégé ou abîmé.")
        if await asyncio.to_thread(active, content):
            raise refused("00714", detail="Ce PDF contient un script, un fichier joint ou une action : il est refusé.")
        checks = DocumentChecks(True, signed_whole(content))
    elif not whole(content):
        raise refused("00714", detail="Cette image est incomplète, abîmée, ou n'en est pas une.")
    return _document(content, name, kind, checks)


def active(content: bytes) -> bool:
    """Whether a PDF could do something: searched in the file and in what its streams hold, however it is spelled.

    And in the file as it is read: encryption without a password, filters and predictors hide names from who looks on.
    """
    if _names(content):
        return True
    read = spelled_out(content, _INFLATED_BYTES)
    if read is None or _names(read):
        return True
    left = _INFLATED_BYTES
    for found in _STREAM.finditer(content):
        inflating = zlib.decompressobj()
        try:
            inner = inflating.decompress(found[1], left)
        except zlib.error:
            continue
        left -= len(inner)
        if left <= 0 or _names(inner):
            return True  # what cannot be looked through is not received
    return False


def _names(content: bytes) -> bool:
    plain = _ESCAPED.sub(lambda one: bytes([int(one[1], 16)]), content)
    return _FORBIDDEN.search(plain) is not None


def signed_whole(content: bytes) -> bool | None:
    """Whether the last signature covers the whole file; None when there is none."""
    ranges = [tuple(map(int, found)) for found in _RANGE.findall(content)]
    if not ranges:
        return None
    start, before, after, rest = ranges[-1]
    gap = content[start + before : after].strip()
    return start == 0 and before < after and after + rest == len(content) and gap[:1] == b"<" and gap[-1:] == b">"


def plain_name(name: str) -> str:
    """A file name that can be shown and zipped: no path, no control, no surprise."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    kept = "".join(sign for sign in last if sign.isprintable() and sign not in '<>:"|?*').strip(" .")
    return kept[-NAME_LENGTH:] or "document"


def _document(content: bytes, name: str, kind: str, checks: DocumentChecks | None) -> Document:
    return Document(plain_name(name), kind, len(content), hashlib.sha256(content).hexdigest(), checks)
