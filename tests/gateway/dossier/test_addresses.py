# SPDX-License-Identifier: EUPL-1.2
"""Where a webhook may lead: nowhere but to public addresses, whatever the address looks like or later resolves to."""

import socket
import threading

import pytest

from gateway.dossier.addresses import Names, NotPublic, complaint, pinned

URL = "https://portail.example/retour"


class Resolver:
    """Gives these addresses for any name, and counts how often it was asked."""

    def __init__(self, *addresses: str) -> None:
        self.asked = 0
        self._addresses = addresses

    async def __call__(self, host: str, port: int) -> list[str]:
        self.asked += 1
        return list(self._addresses)


@pytest.mark.parametrize(
    "url",
    [
        "http://portail.example/x",
        "ftp://portail.example/x",
        "https://127.0.0.1/x",
        "https://10.1.2.3/x",
        "https://172.16.0.1/",
        "https://192.168.1.1/",
        "https://169.254.169.254/latest/meta-data",
        "https://100.64.0.1/",
        "https://0.0.0.0/",
        "https://224.0.0.1/",
        "https://[::1]/x",
        "https://[::ffff:10.0.0.1]/x",
        "https://[fd00::1]/",
        "https://[fe80::1]/",
        "https://[64:ff9b::a00:1]/",
        "https://[2002:0a00:0001::1]/",
        "https://localhost/x",
        "https://db.internal/x",
        "https://imprimante.local/",
        "https://registre/x",
        "https://127.1/x",
        "https://0x7f000001/x",
        "https://2130706433/x",
        "https://user:secret@portail.example/x",
        "https://portail.example:22/x",
        "https://portail.example:99999/x",
        "https://portail.example\\@10.0.0.1/x",
        "https:///x",
        "https://portail .example/",
        "pas une adresse",
    ],
)
def test_an_address_that_leads_inside_is_refused_as_written(url: str) -> None:
    """Before anything is resolved."""
    assert complaint(url)


def test_a_public_address_is_accepted() -> None:
    """By name or by number."""
    assert complaint(URL) is None
    assert complaint("https://portail.example:8443/x") is None
    assert complaint("https://192.88.99.99.example/x") is None
    assert complaint("https://8.8.8.8/x") is None


@pytest.mark.parametrize("inside", ["127.0.0.1", "10.0.0.5", "::1", "169.254.169.254", "fd12::1", "::ffff:192.168.0.1"])
async def test_a_name_that_resolves_inside_is_refused(inside: str) -> None:
    """Even when another of its addresses is public."""
    for addresses in ((inside,), ("8.8.8.8", inside)):
        with pytest.raises(NotPublic):
            await pinned(URL, Resolver(*addresses))


async def test_the_connection_goes_where_the_check_went() -> None:
    """A name that changes its mind between the check and the connection changes nothing: it is not asked again."""
    resolve = Resolver("8.8.8.8")
    where = await pinned(URL, resolve)
    assert [row["host"] for row in await where.resolve("portail.example", 443)] == ["8.8.8.8"]
    assert resolve.asked == 1
    with pytest.raises(OSError, match="another name"):
        await where.resolve("ailleurs.example", 443)


async def test_each_delivery_is_checked_anew() -> None:
    """Public yesterday, inside today: refused today."""
    await pinned(URL, Resolver("8.8.8.8"))
    with pytest.raises(NotPublic):
        await pinned(URL, Resolver("10.0.0.1"))


async def test_loopback_needs_the_setting() -> None:
    """The sandbox's, and nobody else's."""
    url = "http://127.0.0.1:9000/x"
    with pytest.raises(NotPublic):
        await pinned(url, Resolver("127.0.0.1"))
    assert (await pinned(url, Resolver("127.0.0.1"), loopback=True)).address == "127.0.0.1"
    with pytest.raises(NotPublic):
        await pinned(URL, Resolver("10.0.0.1"), loopback=True)


async def test_names_are_looked_up_in_threads_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that never answers must not hold the threads in which files are checked and exports made."""
    threads: list[str] = []

    def look_up(host: str, port: int, **_: object) -> list[object]:
        threads.append(threading.current_thread().name)
        return [(2, 1, 6, "", ("198.51.100.7", port)), (2, 1, 6, "", ("198.51.100.7", port))]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    names = Names(2)
    assert await names.addresses("portail.example", 443) == ["198.51.100.7"]
    names.close()
    assert [one.startswith("dlnuf-names") for one in threads] == [True]
