# SPDX-License-Identifier: EUPL-1.2
"""A time-stamping authority of the tests' own: RFC 3161 replies, signed by a certificate made for the occasion.

A few lines of DER are all there is to it: a time stamp is a CMS SignedData (RFC 5652) around a TSTInfo (RFC 3161).
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from rfc3161_client import _rust

SHA256_OID, RSA_OID = "2.16.840.1.101.3.4.2.1", "1.2.840.113549.1.1.1"
SIGNED_DATA, TST_INFO = "1.2.840.113549.1.7.2", "1.2.840.113549.1.9.16.1.4"
CONTENT_TYPE, MESSAGE_DIGEST = "1.2.840.113549.1.9.3", "1.2.840.113549.1.9.4"
SIGNING_CERTIFICATE = "1.2.840.113549.1.9.16.2.47"
POLICY = "1.3.6.1.4.1.99999.1"
START = datetime(2026, 1, 1, tzinfo=UTC)


def der(tag: int, *contents: bytes) -> bytes:
    """One DER value."""
    content = b"".join(contents)
    if len(content) < 128:
        return bytes([tag, len(content)]) + content
    length = len(content).to_bytes((len(content).bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(length)]) + length + content


def oid(text: str) -> bytes:
    """An object identifier."""
    first, second, *rest = map(int, text.split("."))
    content = bytearray()
    for arc in (first * 40 + second, *rest):
        groups = [arc & 0x7F]
        while arc := arc >> 7:
            groups.append(arc & 0x7F | 0x80)
        content += bytes(reversed(groups))
    return der(6, bytes(content))


def integer(number: int) -> bytes:
    """A whole number."""
    return der(2, number.to_bytes(number.bit_length() // 8 + 1, "big"))


def sequence(*contents: bytes) -> bytes:
    """A SEQUENCE."""
    return der(0x30, *contents)


def attribute(name: str, value: bytes) -> bytes:
    """A signed attribute."""
    return sequence(oid(name), der(0x31, value))


ALGORITHM = sequence(oid(SHA256_OID), der(5))


@cache
def _key(name: str) -> rsa.RSAPrivateKey:
    """A key of the tests, made once under each name."""
    return rsa.generate_private_key(65537, 2048)


class Authority:
    """An authority and the root above it. `at`: its clock, when it does not tell the time."""

    def __init__(self, name: str = "Horodatage d'essai", at: datetime | None = None) -> None:
        self.at = at
        self.serial = 0
        self._key = _key("authority")
        root_key, root_name = _key("root"), self._name(f"Racine de {name}")
        root = self._certificate(root_name, root_name, root_key, root_key, authority=True)
        self._issued = self._certificate(self._name(name), root_name, self._key, root_key, authority=False)
        self.certificates = root.public_bytes(Encoding.PEM)

    @staticmethod
    def _name(text: str) -> x509.Name:
        return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])

    @staticmethod
    def _certificate(
        subject: x509.Name, issuer: x509.Name, key: rsa.RSAPrivateKey, signer: rsa.RSAPrivateKey, *, authority: bool
    ) -> x509.Certificate:
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(issuer)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(START)
            .not_valid_after(START + timedelta(days=3650))
            .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        )
        if not authority:
            usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
            builder = builder.add_extension(usage, critical=True)
        return builder.sign(signer, SHA256())

    def stamp(self, imprint: bytes, nonce: int | None = None, at: datetime | None = None) -> bytes:
        """A reply that stamps this SHA-256."""
        self.serial += 1
        moment = at or self.at or datetime.now(UTC)
        info = sequence(
            integer(1),
            oid(POLICY),
            sequence(ALGORITHM, der(4, imprint)),
            integer(self.serial),
            der(0x18, moment.astimezone(UTC).strftime("%Y%m%d%H%M%SZ").encode()),
            *([] if nonce is None else [integer(nonce)]),
        )
        certificate = self._issued.public_bytes(Encoding.DER)
        attributes = sorted(
            (
                attribute(CONTENT_TYPE, oid(TST_INFO)),
                attribute(MESSAGE_DIGEST, der(4, sha256(info).digest())),
                attribute(SIGNING_CERTIFICATE, sequence(sequence(sequence(der(4, sha256(certificate).digest()))))),
            )
        )
        signature = self._key.sign(der(0x31, *attributes), padding.PKCS1v15(), SHA256())
        signer = sequence(
            integer(1),
            sequence(self._issued.issuer.public_bytes(), integer(self._issued.serial_number)),
            ALGORITHM,
            der(0xA0, *attributes),
            sequence(oid(RSA_OID), der(5)),
            der(4, signature),
        )
        signed = sequence(
            integer(3),
            der(0x31, ALGORITHM),
            sequence(oid(TST_INFO), der(0xA0, der(4, info))),
            der(0xA0, certificate),
            der(0x31, signer),
        )
        return sequence(sequence(integer(0)), sequence(oid(SIGNED_DATA), der(0xA0, signed)))

    def reply(self, request: bytes) -> bytes:
        """The reply to a request."""
        asked = _rust.parse_timestamp_request(request)
        return self.stamp(asked.message_imprint.message, asked.nonce)


def refusal() -> bytes:
    """The reply of an authority that refuses (PKIStatus 2)."""
    return sequence(sequence(integer(2)))


@contextmanager
def serving(authority: Authority) -> Iterator[str]:
    """The authority's address, while it answers over HTTP."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            content = authority.reply(self.rfile.read(int(self.headers["content-length"])))
            self.send_response(200)
            self.send_header("content-type", "application/timestamp-reply")
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
