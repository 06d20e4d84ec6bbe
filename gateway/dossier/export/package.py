# SPDX-License-Identifier: EUPL-1.2
"""The package of an application: a ZIP of its readable pages, data, documents, exact answers and receipts.

`manifest.json` lists every other file with its SHA-256, and says which receipt proves which answer, so that
`dlnuf verify` checks the whole without network and without us. The same dossier gives the same bytes.
"""

import io
import re
import unicodedata
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256

import orjson

from gateway.dossier.values import Candidature

FORMAT = "dlnuf-candidature/1"
MANIFEST = "manifest.json"
SEALED = "scelle/dossier.json"
SEAL_RECEIPT = "seal-receipt"
NOT_PUBLISHED = "pas encore publié"
NOT_NUMBERED = "dépôt antérieur à la conservation du numéro de son enregistrement"
MAX_BYTES = 512 * 1024 * 1024
_EPOCH = (1980, 1, 1, 0, 0, 0)
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")
_README = """Ce paquet contient une candidature : {number}, déposée par l'entreprise {siret}.

  dossier.pdf            ce qu'un acheteur lit
  dossier.json           les mêmes informations, pour un programme
  attestation.pdf        l'attestation de dépôt, quand la candidature a été déposée
  dume/                  la réponse au format européen DUME (ESPD 4.1.0), par entreprise et par lot
  documents/             les pièces, telles que les registres ou les personnes les ont données
  reponses/, recus/      les réponses exactes des registres, et le reçu qui prouve chacune
  scelle/dossier.json    ce qui était connu au moment du dépôt
  scelle/depot.tlog-proof  le reçu qui prouve quand le journal en a inscrit l'empreinte, dès qu'il est publié
  manifest.json          la liste de ces fichiers, avec leur empreinte SHA-256

Pour tout vérifier, sans réseau et sans nous croire : dlnuf verify CE-FICHIER.zip --cle CLE-DU-JOURNAL
"""


@dataclass(frozen=True, slots=True)
class Entry:
    """One file of the package. `what`: `page`, `data`, `dume`, `document`, `answer`, `receipt`, `seal` or
    `seal-receipt`.

    `proves`: for a receipt, the path of the answer it is about, or of the sealed bytes. `item`: the item it belongs to,
    "" for none.
    """

    path: str
    content: bytes
    what: str
    item: str = ""
    proves: str = ""


def package(candidature: Candidature, entries: Iterable[Entry]) -> bytes:
    """The ZIP's bytes. Raises ValueError for two files of one name, or more than `MAX_BYTES` in all."""
    readme = _README.format(number=candidature.number, siret=candidature.lead.siret).encode()
    files = [Entry("LISEZMOI.txt", readme, "page"), *entries]
    if len({entry.path for entry in files}) != len(files):
        raise ValueError("two files of the package have the same name")
    if sum(len(entry.content) for entry in files) > MAX_BYTES:
        raise ValueError("the package is too large")
    manifest = {
        "format": FORMAT,
        "id": candidature.id,
        "number": candidature.number,
        "seal": _seal(candidature, files),
        "files": [_listed(entry) for entry in files],
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for entry in files:
            _write(archive, entry.path, entry.content)
        _write(archive, MANIFEST, orjson.dumps(manifest, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS))
    return buffer.getvalue()


def file_name(text: str) -> str:
    """A name that every system accepts, from a text of people: letters without accents, digits, dots and dashes."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return _UNSAFE.sub("-", plain).strip("-.")[:80] or "fichier"


def numbered(names: Iterable[str]) -> Iterator[str]:
    """The names, with a number before the extension of each that came before."""
    seen: set[str] = set()
    for name in names:
        stem, dot, extension = name.rpartition(".") if "." in name else (name, "", "")
        found, rank = name, 1
        while found.lower() in seen:
            rank += 1
            found = f"{stem}-{rank}{dot}{extension}"
        seen.add(found.lower())
        yield found


def _seal(candidature: Candidature, files: Iterable[Entry]) -> dict[str, object] | None:
    """What the list says of the deposit: its digest, the log's record of it, and the receipt that proves when."""
    seal = candidature.seal
    if seal is None:
        return None
    receipt = next((entry.path for entry in files if entry.what == SEAL_RECEIPT), None)
    told: dict[str, object] = {"at": seal.at, "sha256": seal.digest, "record": seal.record, "receipt": receipt}
    if receipt is None:
        told["why"] = NOT_NUMBERED if seal.record is None else NOT_PUBLISHED
    return told


def _listed(entry: Entry) -> dict[str, object]:
    row: dict[str, object] = {
        "path": entry.path,
        "sha256": sha256(entry.content).hexdigest(),
        "size": len(entry.content),
        "what": entry.what,
    }
    if entry.item:
        row["item"] = entry.item
    if entry.proves:
        row["proves"] = entry.proves
    return row


def _write(archive: zipfile.ZipFile, path: str, content: bytes) -> None:
    info = zipfile.ZipInfo(path, _EPOCH)
    info.external_attr = 0o644 << 16
    info.compress_type = zipfile.ZIP_STORED if path.endswith(".pdf") else zipfile.ZIP_DEFLATED
    archive.writestr(info, content)
