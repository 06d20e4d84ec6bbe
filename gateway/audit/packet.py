# SPDX-License-Identifier: EUPL-1.2
"""A ZIP that lists its own files, read as if it were hostile: every file is there, is as listed, and nothing else is.

Pure: standard library only, nothing is written, nothing is extracted. A manifest is `{"format": …, "files": [{"path",
"sha256", "size", "what", …}]}`; which formats there are, and what their files prove, is their reader's matter.
"""

import json
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO
from typing import Any

MANIFEST = "manifest.json"
MAX_FILES = 5_000
MAX_BYTES = 1024 * 1024 * 1024
MAX_MANIFEST = 4 * 1024 * 1024
_CHUNK = 1 << 20


class BadPacket(Exception):
    """The ZIP is not what its manifest says, or no such ZIP. The message says what, in French."""


@dataclass(frozen=True, slots=True)
class Listed:
    """One file as the manifest lists it. `proves`: for a receipt, the path of what it is about."""

    path: str
    sha256: str
    size: int
    what: str
    proves: str


class Packet:
    """A ZIP whose every file is as its manifest says."""

    def __init__(self, content: bytes) -> None:
        """Reads and checks all of it. Raises BadPacket."""
        try:
            self._archive = zipfile.ZipFile(BytesIO(content))
            self._infos = _entries(self._archive)
            self.manifest = _manifest(self._read(MANIFEST, MAX_MANIFEST))
            self.files = tuple(_listed(row) for row in self.manifest["files"])
            self._check()
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError) as error:
            raise BadPacket(f"ce fichier n'est pas un paquet lisible ({type(error).__name__})") from error

    def of(self, what: str) -> Iterator[Listed]:
        """The files of one kind, in the manifest's order."""
        return (one for one in self.files if one.what == what)

    def content(self, path: str) -> bytes:
        """The bytes of a listed file. Raises BadPacket for another."""
        listed = next((one for one in self.files if one.path == path), None)
        if listed is None:
            raise BadPacket(f"le paquet ne contient pas « {path} »")
        return self._read(path, listed.size)

    def _check(self) -> None:
        names = {one.path for one in self.files}
        if len(names) != len(self.files):
            raise BadPacket("la liste nomme deux fois le même fichier")
        if missing := sorted(names - self._infos.keys()):
            raise BadPacket(f"il manque « {missing[0]} »")
        if extra := sorted(self._infos.keys() - names - {MANIFEST}):
            raise BadPacket(f"« {extra[0]} » n'est pas dans la liste")
        for one in self.files:
            if sha256(self._read(one.path, one.size)).hexdigest() != one.sha256:
                raise BadPacket(f"« {one.path} » n'est pas le fichier qui a été listé")

    def _read(self, path: str, limit: int) -> bytes:
        """The bytes of an entry. Raises BadPacket when there are others than so many."""
        info = self._infos.get(path)
        if info is None:
            raise BadPacket(f"il manque « {path} »")
        found = bytearray()
        with self._archive.open(info) as stream:
            while chunk := stream.read(_CHUNK):
                found += chunk
                if len(found) > limit:
                    raise BadPacket(f"« {path} » est plus long que prévu")
        if path != MANIFEST and len(found) != limit:
            raise BadPacket(f"« {path} » est plus court que prévu")
        return bytes(found)


def _entries(archive: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    infos = archive.infolist()
    if len(infos) > MAX_FILES or sum(info.file_size for info in infos) > MAX_BYTES:
        raise BadPacket("le paquet est trop grand")
    names = [info.filename for info in infos]
    if len(set(names)) != len(names):
        raise BadPacket("le paquet contient deux fichiers du même nom")
    return dict(zip(names, infos, strict=True))


def _manifest(content: bytes) -> Mapping[str, Any]:
    try:
        found = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise BadPacket("la liste du paquet n'est pas du JSON") from error
    if not isinstance(found, dict) or not isinstance(found.get("files"), list) or len(found["files"]) > MAX_FILES:
        raise BadPacket("la liste du paquet n'en est pas une")
    return found


def _listed(row: object) -> Listed:
    if not isinstance(row, dict):
        raise BadPacket("la liste du paquet contient une ligne illisible")
    path, digest, size, what = row.get("path"), row.get("sha256"), row.get("size"), row.get("what")
    proves = row.get("proves", "")
    if not (
        isinstance(path, str)
        and isinstance(digest, str)
        and type(size) is int
        and 0 <= size <= MAX_BYTES
        and isinstance(what, str)
        and isinstance(proves, str)
    ):
        raise BadPacket("la liste du paquet contient une ligne illisible")
    return Listed(path, digest, size, what, proves)
