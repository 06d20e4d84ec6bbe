# SPDX-License-Identifier: EUPL-1.2
"""An address as its caller meant it: slashes too many are none, and a slash that was encoded is part of its word.

A base address that ends with a slash, before a path that begins with one, makes two; the running service takes such
addresses, and never redirects.
"""

from urllib.parse import unquote

MOST = 64
"""Words that are looked at: no address of ours has so many."""


def has_slashes_too_many(path: str) -> bool:
    """Whether `meant` would change it."""
    return path.endswith("/") or "//" in path


def meant(path: str) -> str:
    """The path without empty words."""
    return "/" + "/".join([word for word in path.split("/") if word])


def words(raw: bytes) -> list[str]:
    """The words of a path as it was written on the wire, each decoded by itself; the first one is empty, as in `split`.

    What is not UTF-8 is replaced, as the server does.
    """
    return ["", *[unquote(word) for word in raw.decode("latin-1").split("/", MOST) if word]]
