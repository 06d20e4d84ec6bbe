# SPDX-License-Identifier: EUPL-1.2
"""The text layer of a PDF handed over by a registry. No character recognition: what is not text is not read.

PDFium is loaded by the first PDF, in the thread that reads it: a gateway that meets none does not carry it.
"""

import asyncio
import io
import threading

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
        import pypdfium2

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


class _Bounded(io.BytesIO):
    """Keeps so much and no more."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self.left = most

    def write(self, piece: bytes) -> int:  # type: ignore[override]  # PDFium hands over an array of ctypes
        """Keep a piece, while there is room."""
        self.left -= len(piece)
        return super().write(piece) if self.left >= 0 else len(piece)


def spelled_out(content: bytes, most: int) -> bytes | None:
    """The document with each of its objects in the open, whatever compressed or encrypted stream they came in.

    Names are then readable, texts need not be. None when it cannot be read, or would be longer than `most` bytes.
    """
    found = _Bounded(most)
    with ONE_AT_A_TIME:
        import pypdfium2

        try:
            document = pypdfium2.PdfDocument(content)
        except pypdfium2.PdfiumError:
            return None
        try:
            document.save(found)
        except pypdfium2.PdfiumError:
            return None
        finally:
            document.close()
    return found.getvalue() if found.left >= 0 else None
