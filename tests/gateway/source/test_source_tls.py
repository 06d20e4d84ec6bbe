# SPDX-License-Identifier: EUPL-1.2
"""TLS before a real server: a certificate that does not hold is 009, a greeting cut short is tried again, and
our own certificate is shown where it is wanted."""

import asyncio
import secrets
import socket
import ssl
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import uvloop

from connectors.kit import RegistryError, RegistryUnavailable
from connectors.kit.contract import Contract, load_all
from connectors.kit.errors import BadCertificate
from connectors.kit.facts import ClientCertificate
from gateway.app import create_app
from gateway.identity.keys import create_missing
from gateway.identity.keys import load as load_keys
from gateway.purpose.load import default_folder
from gateway.settings import Settings, SettingsError
from gateway.source.doors import client_certificate
from gateway.source.simulated import addresses
from gateway.source.wire import TLS_TRIES
from tests.gateway.source.certificates import Authority, Identity, authority
from tests.gateway.source.loopback import contract, http, registry, says, wire


@pytest.fixture(scope="module")
def signer(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return authority(tmp_path_factory.mktemp("certificats"))


def trusting(signer: Authority) -> ssl.SSLContext:
    """A client that trusts this authority, as it trusts the usual ones."""
    return ssl.create_default_context(cafile=str(signer.file))


async def test_a_certificate_of_a_known_authority_holds(signer: Authority) -> None:
    server = signer.server(signer.identity("registre"))
    async with registry(says(http(b"ok")), server) as there, wire(contract(), trusting(signer)) as opened:
        assert (await opened.send("GET", there.address, {})).body == b"ok"


async def test_a_certificate_of_an_unknown_authority_is_refused_at_once(signer: Authority) -> None:
    server = signer.server(signer.identity("inconnu"))
    async with registry(says(http(b"ok")), server) as there, wire(contract()) as opened:
        with pytest.raises(BadCertificate) as raised:
            await opened.send("GET", there.address, {"authorization": "Bearer secret"})
    assert raised.value.suffix == "009"
    assert there.received == []


async def test_an_expired_certificate_is_refused(signer: Authority) -> None:
    server = signer.server(signer.identity("ancien", days=-1))
    async with registry(says(http()), server) as there, wire(contract(), trusting(signer)) as opened:
        with pytest.raises(BadCertificate):
            await opened.send("GET", there.address, {})
    assert there.received == []


async def test_a_certificate_for_another_place_is_refused(signer: Authority) -> None:
    server = signer.server(signer.identity("registre"))
    async with registry(says(http()), server) as there, wire(contract(), trusting(signer)) as opened:
        with pytest.raises(BadCertificate):
            await opened.send("GET", there.address.replace("127.0.0.1", "localhost"), {})
    assert there.received == []


async def _cut(greeting: bytes, *, reset: bool) -> tuple[BaseException | None, int]:
    """What the wire says of a registry that stops during the greeting, and how often it was tried."""
    tries = 0

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal tries
        tries += 1
        await reader.read(1)
        writer.write(greeting)
        if reset:
            linger = b"\x01\0\0\0\0\0\0\0"
            writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            writer.transport.abort()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        async with wire(contract()) as opened:
            await opened.send("POST", f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}/", {}, b"corps")
    except RegistryError as error:
        return error, tries
    finally:
        server.close()
    return None, tries


@pytest.mark.parametrize("loop", [asyncio.new_event_loop, uvloop.new_event_loop], ids=["asyncio", "uvloop"])
@pytest.mark.parametrize(
    ("greeting", "reset"), [(b"", False), (b"", True), (b"\x16\x03\x03", False), (b"HTTP/1.1 400 Non\r\n\r\n", False)]
)
def test_a_greeting_cut_short_is_tried_three_times_then_unavailable(
    loop: Callable[[], asyncio.AbstractEventLoop], greeting: bytes, reset: bool
) -> None:
    with asyncio.Runner(loop_factory=loop) as runner:
        error, tries = runner.run(_cut(greeting, reset=reset))
    assert type(error) is RegistryUnavailable
    assert tries == TLS_TRIES


async def test_a_greeting_cut_short_once_does_no_harm(signer: Authority) -> None:
    server = signer.server(signer.identity("registre"))
    async with registry(says(http(b"ok")), server) as there:
        port = int(there.address.rpartition(":")[2])
        first = True

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            nonlocal first
            if first:
                first = False
                writer.close()
                return
            onward_reader, onward = await asyncio.open_connection("127.0.0.1", port)
            await asyncio.gather(_pour(reader, onward), _pour(onward_reader, writer))

        before = await asyncio.start_server(serve, "127.0.0.1", 0)
        async with wire(contract(), trusting(signer)) as opened:
            address = f"https://127.0.0.1:{before.sockets[0].getsockname()[1]}/"
            assert (await opened.send("POST", address, {}, b"corps")).body == b"ok"
        before.close()
    assert [request.body for request in there.received] == [b"corps"]


async def _pour(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    while content := await source.read(65_536):
        target.write(content)
    target.close()


def mutual(identity: Identity, key: Path | None = None) -> tuple[Contract, dict[str, str]]:
    """A contract that wants mutual TLS, and its settings."""
    bent = replace(contract(), tls=ClientCertificate("ESSAI_CERT", "ESSAI_KEY"))
    files = {"ESSAI_CERT": str(identity.certificate), "ESSAI_KEY": str(key or identity.key)}
    return bent, files | {bent.base_url: "https://registre.test"}


async def test_a_registry_that_wants_our_certificate_is_shown_it(signer: Authority) -> None:
    server = signer.server(signer.identity("registre"), wants_client=True)
    bent, settings = mutual(signer.identity("nous"))
    context = client_certificate(bent, settings)
    assert context is not None
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)
    context.load_verify_locations(signer.file)
    async with registry(says(http(b"ok")), server) as there, wire(bent, context) as opened:
        assert (await opened.send("GET", there.address, {})).body == b"ok"


async def test_without_our_certificate_such_a_registry_says_nothing(signer: Authority) -> None:
    server = signer.server(signer.identity("registre"), wants_client=True)
    async with registry(says(http(b"ok")), server) as there, wire(contract(), trusting(signer)) as opened:
        with pytest.raises(RegistryError):
            await opened.send("GET", there.address, {})
    assert there.received == []


def test_a_contract_without_mutual_tls_and_a_simulated_registry_have_no_certificate() -> None:
    assert client_certificate(contract(), {}) is None
    bent = replace(contract(), tls=ClientCertificate("ESSAI_CERT", "ESSAI_KEY"))
    simulated = addresses({"insee": bent}, "http://127.0.0.1:9")
    assert client_certificate(bent, simulated) is None


def test_a_key_under_a_password_is_refused_without_asking_for_it(signer: Authority) -> None:
    identity = signer.identity("verrou")
    with pytest.raises(ssl.SSLError):
        client_certificate(*mutual(identity, identity.locked))


def test_a_certificate_that_is_not_there_or_not_its_key_s_is_refused(signer: Authority, tmp_path: Path) -> None:
    identity, other = signer.identity("nous"), signer.identity("autre")
    with pytest.raises(OSError, match="No such file"):
        client_certificate(*mutual(identity, tmp_path / "absente.key"))
    with pytest.raises(ssl.SSLError):
        client_certificate(*mutual(identity, other.key))


def test_a_certificate_that_cannot_be_used_stops_the_start_and_names_its_settings(tmp_path: Path) -> None:
    contracts = load_all()
    create_missing(tmp_path / "keys", secrets.token_bytes)
    keys = load_keys(tmp_path / "keys")
    settings = Settings(
        state=tmp_path, keys=tmp_path / "keys", policies=default_folder(), public_url="http://passerelle.test",
        registries=("probtp",), registry=addresses(contracts, "https://registres.test"),
    )  # fmt: skip
    tls = contracts["probtp"].tls
    assert tls is not None
    with pytest.raises(SettingsError, match=f"{tls.certificate}, {tls.key} : certificat ou clé inutilisable"):
        create_app(settings, keys)
