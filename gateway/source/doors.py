# SPDX-License-Identifier: EUPL-1.2
"""Making the doors of all registries in use from their contracts and their settings."""

import ssl
from collections.abc import Callable, Mapping
from datetime import datetime

from connectors.kit.contract import Contract
from gateway.source.credentials import Credentials
from gateway.source.door import Door, Lent, Link
from gateway.source.login import login
from gateway.source.wire import Wire


def door(
    contract: Contract,
    settings: Mapping[str, str],
    wire: Wire,
    link: Link,
    clock: Callable[[], datetime],
    monotonic: Callable[[], float],
) -> Door:
    """The door of one registry. `settings`: the variables its contract names."""
    access = contract.access
    base = settings[contract.base_url]
    urls = {"": base} | {name: settings[variable] for name, variable in contract.other_urls.items()}
    credentials = None
    if access.logs_in:
        at = access.token_url
        url = base.rstrip("/") + at if at.startswith("/") else settings[at]
        accounts = (access.secrets, *access.accounts)
        logins = [login(access, url, {name: settings[of] for name, of in account.items()}) for account in accounts]
        credentials = Credentials(access, logins, wire.send, monotonic, lambda: clock().timestamp())
    secrets = {} if access.logs_in else {name: settings[variable] for name, variable in access.secrets.items()}
    return Door(contract, Lent(urls, wire.send, clock, link, credentials, secrets))


def client_certificate(contract: Contract, settings: Mapping[str, str]) -> ssl.SSLContext | None:
    """The TLS context that shows our certificate, for registries that want one. Raises OSError, ssl.SSLError."""
    if contract.tls is None or not settings[contract.base_url].startswith("https://"):
        return None  # a simulated registry is spoken to without TLS
    certificate, key = settings[contract.tls.certificate], settings[contract.tls.key]
    context = ssl.create_default_context()
    # A key under a password is refused: without this, OpenSSL would ask for it on the terminal and wait.
    context.load_cert_chain(certificate, key, password="")
    return context
