# SPDX-License-Identifier: EUPL-1.2
"""Small real PDFs with a text layer, for the documents that simulated registries hand out."""

import ctypes
import io
from functools import lru_cache

import pypdfium2
from pypdfium2 import raw

from connectors.kit.pdf import ONE_AT_A_TIME

A4 = (595.0, 842.0)


@lru_cache(maxsize=256)
def pdf(*pages: str) -> bytes:
    """A PDF whose pages carry these texts, one line of text a line, in Helvetica 11."""
    with ONE_AT_A_TIME:  # a connector may be reading another document in its thread
        return _made(pages)


def _made(pages: tuple[str, ...]) -> bytes:
    document = pypdfium2.PdfDocument.new()
    for text in pages:
        page = document.new_page(*A4)
        for rank, line in enumerate(text.splitlines()):
            if line.strip():
                _write(document, page, line, 60.0, A4[1] - 70.0 - 18.0 * rank)
        page.gen_content()
    out = io.BytesIO()
    document.save(out)
    document.close()
    return out.getvalue()


def _write(document: pypdfium2.PdfDocument, page: pypdfium2.PdfPage, line: str, x: float, y: float) -> None:
    shape = raw.FPDFPageObj_NewTextObj(document, b"Helvetica", ctypes.c_float(11.0))
    encoded = (line + "\x00").encode("utf-16-le")
    buffer = ctypes.create_string_buffer(encoded, len(encoded))
    raw.FPDFText_SetText(shape, ctypes.cast(buffer, ctypes.POINTER(ctypes.c_ushort)))
    raw.FPDFPageObj_Transform(shape, 1, 0, 0, 1, x, y)
    raw.FPDFPage_InsertObject(page, shape)
