# SPDX-License-Identifier: EUPL-1.2
"""What is received is what it is, not what it is called: scripts, joined files and disguises are refused."""

import io
import zlib
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pikepdf
import pytest

from connectors.kit.pdf import pages
from connectors.kit.simulation.pdf import pdf
from gateway.dossier.checking import UPLOAD_BYTES, certificate, holds, plain_name, received, signed_whole
from gateway.problems import Problem
from tests.pictures import png

PLAIN = pdf("Attestation d'assurance\nCode AB12CD34EF56GH7")
PNG = png()


async def refusal(content: bytes, name: str = "fichier.pdf") -> str:
    """The code a file is refused with."""
    with pytest.raises(Problem) as refused:
        await received(content, name)
    return refused.value.code


async def test_a_pdf_and_an_image_are_received() -> None:
    """With their digest and their type by content."""
    assert (await received(PLAIN, "a.pdf")).media_type == "application/pdf"
    assert (await received(PNG, "a.pdf")).media_type == "image/png"


@pytest.mark.parametrize(
    "content",
    [
        b"MZ\x90\0" + b"\0" * 50,
        b"PK\x03\x04 word/vbaProject.bin",
        b"<html><script>alert(1)</script></html>",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        b"GIF89a",
        b"",
        b" %PDF-1.7",
    ],
)
async def test_a_disguised_file_is_refused(content: bytes) -> None:
    """An .exe, an office file with macros, a page: whatever its name says."""
    assert await refusal(content) == "00714"


@pytest.mark.parametrize(
    "word", [b"/JavaScript (x)", b"/JS (app.alert)", b"/Launch /x", b"/EmbeddedFile", b"/XFA []", b"/J#61vaScript (x)"]
)
async def test_a_pdf_that_does_something_is_refused(word: bytes) -> None:
    """In the open, or with its name spelled in hexadecimal."""
    assert await refusal(PLAIN + b"\n1 0 obj << /S " + word + b" >> endobj") == "00714"


async def test_a_script_in_a_compressed_stream_is_refused() -> None:
    """Where object streams hide it."""
    hidden = zlib.compress(b"<< /S /JavaScript /JS (app.alert(1)) >>")
    assert await refusal(PLAIN + b"\n9 0 obj << >> stream\n" + hidden + b"\nendstream endobj") == "00714"


def scripted(**how: Any) -> bytes:
    """A PDF that runs a script when it is opened, its objects in a stream."""
    document, out = pikepdf.Pdf.open(io.BytesIO(PLAIN)), io.BytesIO()
    script = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS=pikepdf.String("app.alert(1)"))
    document.Root.OpenAction = document.make_indirect(script)
    document.save(out, object_stream_mode=pikepdf.ObjectStreamMode.generate, **how)
    return out.getvalue()


def written_out(filters: bytes, encode: Callable[[bytes], bytes]) -> bytes:
    """The same, whose catalogue is in an object stream that is filtered so."""
    catalogue = b"1 0 << /Type /Catalog /Pages 2 0 R /OpenAction << /S /JavaScript /JS (app.alert\\(1\\)) >> >>"
    hidden = encode(catalogue)
    objects = {
        2: b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        3: b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] >>",
        4: b"<< /Type /ObjStm /N 1 /First 4 %s /Length %d >> stream\n%s\nendstream" % (filters, len(hidden), hidden),
    }
    out, places = bytearray(b"%PDF-1.5\n"), {}
    for number, body in objects.items():
        places[number] = len(out)
        out += b"%d 0 obj " % number + body + b" endobj\n"
    rows = [b"\0" * 7, b"\2" + (4).to_bytes(4, "big") + b"\0\0"]
    rows += [b"\1" + places[number].to_bytes(4, "big") + b"\0\0" for number in objects]
    rows.append(b"\1" + len(out).to_bytes(4, "big") + b"\0\0")
    table = b"".join(rows)
    start = len(out)
    out += b"5 0 obj << /Type /XRef /Size 6 /W [1 4 2] /Root 1 0 R /Length %d >> stream\n" % len(table)
    return bytes(out) + table + b"\nendstream endobj\nstartxref\n%d\n%%%%EOF" % start


def predicted(content: bytes) -> bytes:
    """Each four bytes after the PNG filter that leaves them as they are, then compressed."""
    rows = (content[at : at + 4].ljust(4) for at in range(0, len(content), 4))
    return zlib.compress(b"".join(b"\0" + row for row in rows))


@pytest.mark.parametrize(
    "content",
    [
        scripted(),
        scripted(encryption=pikepdf.Encryption(owner="secret", user="", R=4)),
        scripted(encryption=pikepdf.Encryption(owner="secret", user="", R=6)),
        written_out(b"/Filter /FlateDecode", zlib.compress),
        written_out(b"/Filter /ASCIIHexDecode", lambda clear: clear.hex().encode() + b">"),
        written_out(b"/Filter /FlateDecode /DecodeParms << /Predictor 12 /Columns 4 >>", predicted),
        written_out(b"/Filter /FlateDecode", lambda clear: zlib.compress(clear)[:-4] + b"oops"),
    ],
    ids=["object stream", "encrypted", "encrypted anew", "by hand", "hexadecimal", "predicted", "wrong checksum"],
)
async def test_a_script_is_found_wherever_a_reader_would_find_it(content: bytes) -> None:
    """Encrypted with no password to open it, behind another filter, cut into rows, in a stream not quite right."""
    assert await pages(content, 1), "a reader opens it"
    assert await refusal(content) == "00714"


async def test_a_bomb_is_refused_rather_than_inflated() -> None:
    """What cannot be looked through within a limit is not received."""
    bomb = zlib.compress(b"\0" * (40 * 1024 * 1024))
    assert await refusal(PLAIN + b"\n9 0 obj << >> stream\n" + bomb + b"\nendstream endobj") == "00714"


async def test_what_does_not_open_is_refused() -> None:
    """The first bytes of a PDF do not make one."""
    assert await refusal(b"%PDF-1.7\n" + b"x" * 100) == "00714"


async def test_a_file_too_large_is_refused() -> None:
    """One byte more than is allowed."""
    assert await refusal(b"%PDF-" + b"x" * UPLOAD_BYTES) == "00713"


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\x\\devis.pdf", "devis.pdf"),
        ("a\0b\n.pdf", "ab.pdf"),
        ("..", "document"),
        ("x" * 300 + ".pdf", "x" * 116 + ".pdf"),
    ],
)
def test_a_name_is_only_a_name(name: str, kept: str) -> None:
    """No path, no control character, no length without end."""
    assert plain_name(name) == kept


async def test_a_certificate_with_its_code_printed_holds() -> None:
    """It opens, and the code the registry gave is in it."""
    found = await certificate(PLAIN, "a.pdf", code="AB12CD34EF56GH7", valid_until="2027-01-01", today="2026-11-24")
    assert holds(found)
    assert found.checks is not None
    assert found.checks.security_code == "AB12CD34EF56GH7"


@pytest.mark.parametrize(
    ("content", "code", "valid_until"),
    [
        (PLAIN, "ZZZZZZZZZZZZZZZ", ""),
        (PLAIN, "", "2026-11-23"),
        (b"%PDF-nothing", "", ""),
        (b"<html>", "", ""),
        (PLAIN + b"/ByteRange [0 10 20 30]", "", ""),
    ],
)
async def test_a_certificate_with_something_wrong_proves_nothing(content: bytes, code: str, valid_until: str) -> None:
    """Another code, past its date, not a PDF, a signature that leaves bytes out: each alone."""
    found = await certificate(content, "a.pdf", code=code, valid_until=valid_until, today="2026-11-24")
    assert not holds(found)
    assert not holds(replace(found, checks=None))


def test_a_signature_covers_the_whole_file_or_does_not() -> None:
    """None when there is none: an absent signature is not a wrong one."""
    assert signed_whole(PLAIN) is None
    head, tail = b"%PDF-1.7 /ByteRange [0 AAAA BBBB CCCC] /Contents ", b" trailer"
    gap = b"<" + b"30" * 20 + b">"
    start = len(head)
    numbers = (b"%04d" % start, b"%04d" % (start + len(gap)), b"%04d" % len(tail))
    for mark, number in zip((b"AAAA", b"BBBB", b"CCCC"), numbers, strict=True):
        head = head.replace(mark, number)
    assert signed_whole(head + gap + tail) is True
    assert signed_whole(head + gap + tail + b" added later") is False
