# SPDX-License-Identifier: EUPL-1.2
"""The text layer of a PDF handed over by a registry. No character recognition: what is not text is not read."""

import asyncio
import threading

import pypdfium2

MAGIC = b"%PDF-"
ONE_AT_A_TIME = threading.Lock()  # PDFium is not thread-safe: whoever calls it holds this


def is_pdf(content: bytes) -> bool:
    """Whether the content begins as a PDF does."""
    return content.startswith(MAGIC)


async def pages(content: bytes, limit: int = 2) -> list[str]:
    """The text of the first `limit` pages, without blocking the loop; [] when the PDF cannot be read."""
    return await asyncio.to_thread(_pages, content, limit)


def _pages(content: bytes, limit: int) -> list[str]:
    with ONE_AT_A_TIME:
        try:
            document = pypdfium2.PdfDocument(content)
        except pypdfium2.PdfiumError:
            return []
        try:
            return [document[rank].get_textpage().get_text_bounded() for rank in range(min(limit, len(document)))]
        except pypdfium2.PdfiumError:
            return []
        finally:
            document.close()
