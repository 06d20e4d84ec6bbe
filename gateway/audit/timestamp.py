# SPDX-License-Identifier: EUPL-1.2
"""An authority's word that a head existed at a time: RFC 3161 time stamps over a checkpoint's text.

What is stamped is the checkpoint's text, its three lines: it stays the same whoever signs it afterwards.
"""

from datetime import datetime

MAX_BYTES = 64 * 1024
REQUEST_TYPE = "application/timestamp-query"
REPLY_TYPE = "application/timestamp-reply"


class BadTimestamp(Exception):
    """A time stamp is none, is not of this text, or is not signed by a trusted authority. In French."""


def request_for(text: str) -> tuple[bytes, int]:
    """The request to an authority for a stamp of this text, with its certificate; and the nonce it must repeat."""
    from rfc3161_client import HashAlgorithm, TimestampRequestBuilder

    request = TimestampRequestBuilder().data(text.encode()).hash_algorithm(HashAlgorithm.SHA256).build()
    if request.nonce is None:
        raise BadTimestamp("la bibliothèque n'a pas mis de nombre unique dans la demande")
    return bytes(request.as_bytes()), request.nonce


def check(reply: bytes, text: str, certificates: bytes, nonce: int | None = None) -> datetime:
    """When an authority that has one of these certificates (PEM) above it stamped this text. Raises BadTimestamp.

    `nonce`: what the reply must repeat, for whoever has just asked.
    """
    from cryptography import x509
    from rfc3161_client import VerificationError, VerifierBuilder, decode_timestamp_response

    if len(reply) > MAX_BYTES:
        raise BadTimestamp("trop long pour un horodatage")
    try:
        trusted = x509.load_pem_x509_certificates(certificates)
    except ValueError as error:
        raise BadTimestamp("les certificats de l'autorité d'horodatage ne se lisent pas") from error
    try:
        response = decode_timestamp_response(reply)
        builder = VerifierBuilder(nonce=nonce)
        for certificate in trusted:
            builder = builder.add_root_certificate(certificate)
        builder.build().verify_message(response, text.encode())
        return response.tst_info.gen_time
    except (VerificationError, ValueError) as error:
        raise BadTimestamp(f"l'horodatage ne se vérifie pas ({error})") from error
