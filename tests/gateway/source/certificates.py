# SPDX-License-Identifier: EUPL-1.2
"""Certificates made for one test run: an authority nobody else trusts, a server's, a client's."""

import datetime
import ipaddress
import ssl
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

PASSWORD = b"mot de passe"


@dataclass(frozen=True, slots=True)
class Identity:
    """A certificate's and its key's files; `locked` is the same key under a password."""

    certificate: Path
    key: Path
    locked: Path


@dataclass(frozen=True, slots=True)
class Authority:
    """Signs certificates in `folder`."""

    folder: Path
    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    @property
    def file(self) -> Path:
        """The authority's own certificate."""
        return self.folder / "authority.pem"

    def identity(self, name: str, *, days: int = 1) -> Identity:
        """A certificate for 127.0.0.1 under this name. `days`: until when it is valid, from now."""
        key = ec.generate_private_key(ec.SECP256R1())
        place = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
        made = _signed(name, key, self.key, self.certificate.subject, days).add_extension(place, critical=False)
        found = Identity(*(self.folder / f"{name}.{kind}" for kind in ("pem", "key", "locked")))
        found.certificate.write_bytes(made.sign(self.key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
        for path, under in (
            (found.key, serialization.NoEncryption()),
            (found.locked, serialization.BestAvailableEncryption(PASSWORD)),
        ):
            pem, pkcs8 = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
            path.write_bytes(key.private_bytes(pem, pkcs8, under))
        return found

    def server(self, identity: Identity, *, wants_client: bool = False) -> ssl.SSLContext:
        """A server that shows this certificate, and may want one of ours from its clients."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(identity.certificate, identity.key)
        if wants_client:
            context.verify_mode = ssl.CERT_REQUIRED
            context.load_verify_locations(self.file)
        return context


def authority(folder: Path) -> Authority:
    """A new authority."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Autorité d'essai")])
    made = _signed("Autorité d'essai", key, key, name, 1)
    made = made.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    found = Authority(folder, key, made.sign(key, hashes.SHA256()))
    found.file.write_bytes(found.certificate.public_bytes(serialization.Encoding.PEM))
    return found


def _signed(
    name: str,
    key: ec.EllipticCurvePrivateKey,
    signer: ec.EllipticCurvePrivateKey,
    issuer: x509.Name,
    days: int,
) -> x509.CertificateBuilder:
    now = datetime.datetime.now(datetime.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=30))
        .not_valid_after(now + datetime.timedelta(days=days))
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
