# SPDX-License-Identifier: EUPL-1.2
"""The key files: made once, for their owner only, and all that is wrong with them is told at once."""

import stat
from base64 import urlsafe_b64decode
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from gateway.identity import keys as key_files
from gateway.identity.keys import FILES, KeysMissing, create_missing, load, thumbprint


def same(size: int) -> bytes:
    return b"\x07" * size


def test_missing_keys_are_made_and_can_be_read(tmp_path: Path) -> None:
    assert create_missing(tmp_path / "state" / "keys", same) == FILES
    keys = load(tmp_path / "state" / "keys")
    assert keys.documents == keys.links == keys.subjects == same(32)
    assert isinstance(keys.token.curve, ec.SECP256R1)
    assert len(urlsafe_b64decode(keys.kid + "=")) == 32
    assert keys.kid == thumbprint(keys.token.public_key())


def test_the_thumbprint_is_that_of_rfc_7638() -> None:
    """The P-256 key of RFC 7517 appendix A.1, whose thumbprint other libraries publish."""
    x = "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4"
    y = "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM"
    at = [int.from_bytes(urlsafe_b64decode(part + "=")) for part in (x, y)]
    key = ec.EllipticCurvePublicNumbers(*at, ec.SECP256R1()).public_key()
    assert thumbprint(key) == "cn-I_WNMClehiVp51i_0VpOENW1upEerA8sEam5hn-s"


def test_existing_keys_are_never_touched(tmp_path: Path) -> None:
    create_missing(tmp_path, same)
    before = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
    assert create_missing(tmp_path, lambda size: b"\x08" * size) == ()
    (tmp_path / "links.key").unlink()
    assert create_missing(tmp_path, lambda size: b"\x08" * size) == ("links.key",)
    after = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
    assert after == before | {"links.key": (b"\x08" * 32).hex().encode() + b"\n"}


def test_whoever_comes_first_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another process writes the same file between the look and the writing."""
    create_missing(tmp_path, same)
    monkeypatch.setattr(Path, "exists", lambda self: False)
    assert create_missing(tmp_path, lambda size: b"\x08" * size) == ()
    monkeypatch.undo()
    assert load(tmp_path).links == same(32)
    assert sorted(file.name for file in tmp_path.iterdir()) == sorted(FILES)


def test_only_the_owner_reads_them(tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    folder.mkdir(mode=0o755)
    create_missing(folder, same)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()} == {0o600}


def test_every_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(KeysMissing) as caught:
        load(tmp_path / "nowhere")
    assert set(caught.value.faults) == set(FILES)
    for name in FILES:
        assert f"{name} : absent" in str(caught.value)


def test_everything_that_is_wrong_is_told_at_once(tmp_path: Path) -> None:
    create_missing(tmp_path, same)
    pem = (Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (tmp_path / key_files.TOKEN).write_bytes(ec.derive_private_key(7, ec.SECP384R1()).private_bytes(*pem))
    (tmp_path / key_files.AUDIT).write_bytes(ec.derive_private_key(7, ec.SECP256R1()).private_bytes(*pem))
    (tmp_path / key_files.DOCUMENTS).write_text("00" * 31)
    (tmp_path / key_files.LINKS).write_text("not hexadecimal")
    (tmp_path / key_files.SUBJECTS).unlink()
    (tmp_path / key_files.SUBJECTS).mkdir()
    with pytest.raises(KeysMissing) as caught:
        load(tmp_path)
    assert {name: fault.split()[-1] for name, fault in caught.value.faults.items()} == {
        key_files.TOKEN: "P-256",
        key_files.AUDIT: "Ed25519",
        key_files.DOCUMENTS: "octets",
        key_files.LINKS: "hexadécimaux",
        key_files.SUBJECTS: "illisible",
    }


def test_a_key_of_the_wrong_kind_or_with_a_password_is_refused(tmp_path: Path) -> None:
    create_missing(tmp_path, same)
    key = ed25519.Ed25519PrivateKey.from_private_bytes(same(32))
    (tmp_path / key_files.TOKEN).write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    (tmp_path / key_files.AUDIT).write_bytes(b"-----BEGIN PRIVATE KEY-----\nnope\n-----END PRIVATE KEY-----\n")
    with pytest.raises(KeysMissing) as caught:
        load(tmp_path)
    assert set(caught.value.faults) == {key_files.TOKEN, key_files.AUDIT}


def test_the_token_key_is_always_a_valid_scalar(tmp_path: Path) -> None:
    for rank, filling in enumerate((b"\x00", b"\xff")):
        create_missing(tmp_path / str(rank), lambda size, filling=filling: filling * size)
        scalar = load(tmp_path / str(rank)).token.private_numbers().private_value
        assert 1 <= scalar < key_files._P256_ORDER
