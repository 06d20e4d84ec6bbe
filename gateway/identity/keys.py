# SPDX-License-Identifier: EUPL-1.2
"""The gateway's own keys: one folder, six files, written once and read at start-up. A seventh is there by choice.

| file | what it is for | what it holds |
|---|---|---|
| `token_signing.pem` | signs the bearer tokens (ES256, RFC 7518 §3.4) | EC P-256 private key, PKCS 8 |
| `audit_signing.pem` | signs the checkpoints of the audit tree | Ed25519 private key, PKCS 8 |
| `documents.key` | encrypts the filed documents (AES-256-GCM) | 32 bytes, hexadecimal |
| `links.key` | signs the documents' links (HMAC) | 32 bytes, hexadecimal |
| `dossiers.key` | encrypts the application files (AES-256-GCM) | 32 bytes, hexadecimal |
| `subjects.key` | wraps the months' keys of the audit's subjects (AES-256-GCM) | 32 bytes, hexadecimal |
| `legacy_tokens.secret` | recognises the former service's tokens (HS256); never made here | its text, 32 bytes up |
"""

import json
import os
from base64 import urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
    derive_private_key,
)
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key

TOKEN = "token_signing.pem"  # noqa: S105 -- the name of a file, not a secret
AUDIT = "audit_signing.pem"
DOCUMENTS = "documents.key"
LINKS = "links.key"
SUBJECTS = "subjects.key"
DOSSIERS = "dossiers.key"
LEGACY = "legacy_tokens.secret"
FILES = (TOKEN, AUDIT, DOCUMENTS, LINKS, SUBJECTS, DOSSIERS)

_SECRET_BYTES = 32
_LEGACY_BYTES = 1024
"""The most a secret may have; the least is the size of the hash (RFC 7518 §3.2)."""
_P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


class KeysMissing(Exception):
    """Some key files are absent or hold something else than their key. `faults`: file name → what is wrong, in French.

    The message never quotes what a file holds.
    """

    def __init__(self, folder: Path, faults: dict[str, str]) -> None:
        said = " ; ".join(f"{name} : {fault}" for name, fault in faults.items())
        super().__init__(
            f"Clés inutilisables dans « {folder} » : {said}. Créez celles qui manquent avec « dlnuf key »."
        )
        self.faults = faults


@dataclass(frozen=True, slots=True, eq=False)
class Keys:
    """All keys of a gateway. Nothing of them shows in `repr`, save `kid`, which is public.

    `token`: signs bearers. `audit`: signs checkpoints. `documents`, `links`, `subjects`, `dossiers`: 32 bytes each.
    `kid`: RFC 7638 thumbprint of the token key, base64url without padding. `legacy`: the secret that the tokens of the
    service before this one were signed with, or b"": then none of them is accepted.
    """

    token: EllipticCurvePrivateKey = field(repr=False)
    audit: Ed25519PrivateKey = field(repr=False)
    documents: bytes = field(repr=False)
    links: bytes = field(repr=False)
    subjects: bytes = field(repr=False)
    dossiers: bytes = field(repr=False)
    kid: str
    legacy: bytes = field(default=b"", repr=False)


def create_missing(folder: Path, random: Callable[[int], bytes]) -> tuple[str, ...]:
    """Writes the key files that are not there yet and returns their names; an existing file is never touched.

    `random` gives that many bytes fit for keys (`os.urandom`). Files are readable by their owner only, and appear whole
    or not at all, even when two processes create them at the same time. Raises OSError when the folder refuses.
    """
    missing = [name for name in FILES if not (folder / name).exists()]
    if not missing:
        return ()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)  # `mkdir` gives way to the umask, and to a folder that was there before
    return tuple(name for name in missing if _write_once(folder / name, _fresh(name, random), random))


def load(folder: Path) -> Keys:
    """The keys of a folder. Raises KeysMissing, which names every file that cannot be used, not only the first."""
    faults: dict[str, str] = {}
    token, audit = _read_pem(folder / TOKEN, faults), _read_pem(folder / AUDIT, faults)
    secrets = (_read_secret(folder / name, faults) for name in (DOCUMENTS, LINKS, SUBJECTS, DOSSIERS))
    documents, links, subjects, dossiers = secrets
    legacy = _read_legacy(folder / LEGACY, faults)
    if not isinstance(token, EllipticCurvePrivateKey) or not isinstance(token.curve, SECP256R1):
        faults.setdefault(TOKEN, "ce n'est pas une clé de la courbe P-256")
        token = None
    if not isinstance(audit, Ed25519PrivateKey):
        faults.setdefault(AUDIT, "ce n'est pas une clé Ed25519")
        audit = None
    if token is None or audit is None or faults:
        raise KeysMissing(folder, faults)
    return Keys(token, audit, documents, links, subjects, dossiers, thumbprint(token.public_key()), legacy)


def thumbprint(key: EllipticCurvePublicKey) -> str:
    """The RFC 7638 thumbprint of a P-256 public key: SHA-256 of its required members, base64url without padding."""
    numbers = key.public_numbers()
    members = {"crv": "P-256", "kty": "EC", "x": _base64url(numbers.x), "y": _base64url(numbers.y)}
    canonical = json.dumps(members, separators=(",", ":"), sort_keys=True)
    return urlsafe_b64encode(sha256(canonical.encode()).digest()).rstrip(b"=").decode()


def _base64url(coordinate: int) -> str:
    return urlsafe_b64encode(coordinate.to_bytes(32)).rstrip(b"=").decode()


def _fresh(name: str, random: Callable[[int], bytes]) -> bytes:
    if name == TOKEN:
        # 64 bits more than the order needs, so that the remainder is not biased (FIPS 186-5, A.2.1).
        scalar = int.from_bytes(random(40)) % (_P256_ORDER - 1) + 1
        return _pem(derive_private_key(scalar, SECP256R1()))
    if name == AUDIT:
        return _pem(Ed25519PrivateKey.from_private_bytes(random(32)))
    return random(_SECRET_BYTES).hex().encode() + b"\n"


def _pem(key: EllipticCurvePrivateKey | Ed25519PrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _write_once(path: Path, content: bytes, random: Callable[[int], bytes]) -> bool:
    """Whether this call wrote the file; False when another process was first, and then its file stays."""
    draft = path.with_name(f".{path.name}.{random(8).hex()}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        # A link, and not a renaming, because it refuses to replace what is there.
        os.link(draft, path)
    except FileExistsError:
        return False
    finally:
        draft.unlink()
    _sync_folder(path.parent)
    return True


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _read_pem(path: Path, faults: dict[str, str]) -> PrivateKeyTypes | None:
    try:
        return load_pem_private_key(path.read_bytes(), password=None)
    except FileNotFoundError:
        faults[path.name] = "absent"
    except OSError:
        faults[path.name] = "illisible"
    except (ValueError, TypeError, UnsupportedAlgorithm):
        faults[path.name] = "ce n'est pas une clé privée au format PEM, sans mot de passe"
    return None


def _read_secret(path: Path, faults: dict[str, str]) -> bytes:
    try:
        secret = bytes.fromhex(path.read_text("ascii"))
    except FileNotFoundError:
        faults[path.name] = "absent"
    except OSError:
        faults[path.name] = "illisible"
    except ValueError:
        faults[path.name] = "ce ne sont pas des chiffres hexadécimaux"
    else:
        if len(secret) == _SECRET_BYTES:
            return secret
        faults[path.name] = f"la clé ne fait pas {_SECRET_BYTES} octets"
    return b""


def _read_legacy(path: Path, faults: dict[str, str]) -> bytes:
    """The secret's text without the line end that editors add; b"" when there is none, which is no fault."""
    try:
        secret = path.read_bytes().rstrip(b"\r\n")
    except FileNotFoundError:
        return b""
    except OSError:
        faults[path.name] = "illisible"
        return b""
    if not _SECRET_BYTES <= len(secret) <= _LEGACY_BYTES:
        faults[path.name] = f"un secret HS256 a de {_SECRET_BYTES} à {_LEGACY_BYTES} octets"
    elif b"-----BEGIN" in secret or secret.startswith(b"ssh-"):
        faults[path.name] = "c'est une clé asymétrique, et non un secret partagé"
    return secret
