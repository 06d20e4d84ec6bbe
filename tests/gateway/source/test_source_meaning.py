# SPDX-License-Identifier: EUPL-1.2
"""What each trouble of the HTTP client means, in the kit's words; among them those no loopback can cause."""

import errno
import ssl
from unittest.mock import Mock

import aiohttp
import pytest
from aiohttp.client_reqrep import ConnectionKey

from connectors.kit import RegistryError, RegistryTimeout, RegistryUnavailable, UnknownAnswer
from connectors.kit.errors import BadCertificate, NetworkDown, RegistryNameUnknown
from gateway.source.wire import meaning

HOST = ConnectionKey("nulle-part.invalid", 443, True, True, None, None, None)


def number(error: BaseException) -> int | None:
    """The system's number of an error, if it has one."""
    return error.errno if isinstance(error, OSError) else None


def connecting(number: int) -> aiohttp.ClientConnectorError:
    """A connection that the system refused with this error number."""
    return aiohttp.ClientConnectorError(HOST, OSError(number, "…"))


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (aiohttp.ClientConnectorDNSError(HOST, OSError(-2, "…")), RegistryNameUnknown),
        (aiohttp.ClientConnectorCertificateError(HOST, ssl.SSLCertVerificationError("…")), BadCertificate),
        (aiohttp.ClientConnectorSSLError(HOST, ssl.SSLEOFError(8, "…")), RegistryUnavailable),
        (connecting(errno.ECONNREFUSED), RegistryUnavailable),
        (connecting(errno.EHOSTUNREACH), RegistryUnavailable),
        (connecting(errno.ENETUNREACH), NetworkDown),
        (connecting(errno.ENETDOWN), NetworkDown),
        (connecting(errno.ETIMEDOUT), RegistryTimeout),
        (aiohttp.ClientOSError(errno.ETIMEDOUT, "…"), RegistryTimeout),
        (aiohttp.ClientOSError(errno.ECONNRESET, "…"), RegistryUnavailable),
        (aiohttp.ServerDisconnectedError(), RegistryTimeout),
        (aiohttp.ConnectionTimeoutError(), RegistryTimeout),
        (aiohttp.SocketTimeoutError(), RegistryTimeout),
        (aiohttp.ClientPayloadError(), RegistryTimeout),
        (TimeoutError(), RegistryTimeout),
        (aiohttp.ClientResponseError(Mock(), ()), UnknownAnswer),
        (aiohttp.InvalidURL("…"), RegistryUnavailable),
        (ConnectionResetError(), RegistryUnavailable),
    ],
    ids=lambda value: value.__name__ if isinstance(value, type) else f"{type(value).__name__} {number(value)}",
)
def test_each_trouble_of_the_client_has_one_meaning(error: BaseException, kind: type[RegistryError]) -> None:
    found = meaning(error)
    assert type(found) is kind
    assert found.retry_in == (10 if kind is NetworkDown else None)
