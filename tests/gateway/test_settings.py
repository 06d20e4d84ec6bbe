# SPDX-License-Identifier: EUPL-1.2
"""Settings: a wrong one refuses to start and is named; a registry says which of its variables are missing."""

import ipaddress
from dataclasses import replace
from pathlib import Path

import pytest

from connectors.kit.contract import Contract, load_all
from connectors.kit.facts import Access, ClientCertificate
from gateway.settings import Settings, SettingsError, chosen, from_environment, variables
from gateway.source.simulated import addresses

POLICIES = Path("policies")
MIB = 1024 * 1024


def read(**environment: str) -> Settings:
    """The settings of this environment."""
    return from_environment(environment, POLICIES)


def test_an_empty_environment_listens_here_only_and_trusts_nobody() -> None:
    found = read()
    assert (found.host, found.port, found.public_url) == ("127.0.0.1", 8000, "http://127.0.0.1:8000")
    assert (found.state, found.keys, found.policies) == (Path(".dlnuf"), Path(".dlnuf/keys"), POLICIES)
    assert (found.registries, found.trusted_proxies) == ((), ())
    assert (found.cache_bytes, found.origin, found.maintenance) == (32 * MIB, "dlnuf", True)


def test_every_variable_is_read() -> None:
    found = read(
        DLNUF_STATE="/srv/etat",
        DLNUF_KEYS="/srv/cles",
        DLNUF_POLICIES="/srv/finalites",
        DLNUF_PUBLIC_URL="https://passerelle.test/",
        DLNUF_HOST="0.0.0.0",  # noqa: S104  # read, not listened on
        DLNUF_PORT="0",
        DLNUF_REGISTRIES=" insee, ,urssaf ",
        DLNUF_TRUSTED_PROXIES="10.0.0.0/8,2001:db8::/32, 192.0.2.7",
        DLNUF_CACHE_BYTES="0",
        DLNUF_LOG_ORIGIN="passerelle.test/journal",
    )
    assert (found.state, found.keys, found.policies) == tuple(map(Path, ("/srv/etat", "/srv/cles", "/srv/finalites")))
    assert (found.public_url, found.host, found.port) == ("https://passerelle.test", "0.0.0.0", 0)  # noqa: S104  # idem
    assert found.registries == ("insee", "urssaf")
    assert found.trusted_proxies == tuple(map(ipaddress.ip_network, ("10.0.0.0/8", "2001:db8::/32", "192.0.2.7/32")))
    assert (found.cache_bytes, found.origin) == (0, "passerelle.test/journal")


def test_the_public_address_of_a_v6_host_can_be_asked_for() -> None:
    assert read(DLNUF_HOST="::1", DLNUF_PORT="80").public_url == "http://[::1]:80"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *[("DLNUF_PORT", value) for value in ("", "http", "-1", "65536", "8000.0", " 8000", "٣", "²", "9" * 5000)],
        *[("DLNUF_CACHE_BYTES", value) for value in ("", "32MiB", "-1", str((1 << 40) + 1), "1e6")],
        *[
            ("DLNUF_PUBLIC_URL", value)
            for value in ("", "passerelle.test", "ftp://passerelle.test", "http:", "http://")
        ],
        *[
            ("DLNUF_TRUSTED_PROXIES", value)
            for value in ("10.0.0.1/8", "10.0.0", "proxy.test", "10.0.0.0/8;192.0.2.0/24", "::/129", "10.0.0.0/8,x")
        ],
    ],
    ids=lambda value: value[:24],
)
def test_a_wrong_variable_refuses_to_start_and_is_named(name: str, value: str) -> None:
    with pytest.raises(SettingsError) as raised:
        read(**{name: value})
    assert name in str(raised.value)
    assert str(raised.value).endswith(".")
    assert len(str(raised.value)) < 200


def test_the_complaint_about_a_network_quotes_it() -> None:
    with pytest.raises(SettingsError, match=r"« proxy\.test »"):
        read(DLNUF_TRUSTED_PROXIES="10.0.0.0/8,proxy.test")


def test_no_setting_shows_a_secret() -> None:
    found = read(INSEE_CLIENT_SECRET="tres-secret", INSEE_PASSWORD="tres-secret", DLNUF_STATE="etat")
    assert found.registry["INSEE_CLIENT_SECRET"] == "tres-secret"
    assert "tres-secret" not in repr(found)
    assert "tres-secret" not in str(found)


CONTRACTS = load_all()
SIMULATED = addresses(CONTRACTS, "http://127.0.0.1:9")


def given(registries: tuple[str, ...] = (), without: tuple[str, ...] = (), empty: tuple[str, ...] = ()) -> Settings:
    """Settings with all registries' variables but these."""
    registry = {name: value for name, value in SIMULATED.items() if name not in without}
    return replace(read(), registries=registries, registry=registry | dict.fromkeys(empty, ""))


def test_without_a_choice_every_registry_is_in_use() -> None:
    assert chosen(given(), CONTRACTS) == CONTRACTS


def test_a_choice_keeps_those_named_and_asks_nothing_of_the_others() -> None:
    others = {variable for name, contract in CONTRACTS.items() if name != "insee" for variable in variables(contract)}
    settings = given(("insee",), without=tuple(others - set(variables(CONTRACTS["insee"]))))
    assert chosen(settings, CONTRACTS).keys() == {"insee"}


@pytest.mark.parametrize("name", CONTRACTS)
def test_each_missing_or_empty_variable_is_named_with_the_way_out(name: str) -> None:
    for variable in variables(CONTRACTS[name]):
        for settings in (given((name,), without=(variable,)), given((name,), empty=(variable,))):
            with pytest.raises(SettingsError) as raised:
                chosen(settings, CONTRACTS)
            assert variable in str(raised.value)
            assert "DLNUF_REGISTRIES" in str(raised.value)


def test_all_missing_variables_are_named_at_once_and_no_value_is_shown() -> None:
    wanted = variables(CONTRACTS["insee"])
    with pytest.raises(SettingsError) as raised:
        chosen(given(("insee",), without=wanted[1:]), CONTRACTS)
    assert all(variable in str(raised.value) for variable in wanted[1:])
    assert SIMULATED[wanted[0]] not in str(raised.value)


def test_an_unknown_registry_is_named() -> None:
    with pytest.raises(SettingsError, match="nulle_part"):
        chosen(given(("insee", "nulle_part")), CONTRACTS)


def test_a_registry_s_variables_are_all_those_its_contract_names_each_once() -> None:
    access = Access(
        "json_login", "A_LOGIN", {"u": "A_USER", "p": "A_PASSWORD"}, accounts=({"u": "B_USER", "p": "A_PASSWORD"},)
    )
    bent: Contract = replace(
        CONTRACTS["insee"],
        base_url="A_URL",
        other_urls={"pieces": "A_FILES"},
        access=access,
        tls=ClientCertificate("A_CERT", "A_KEY"),
    )
    assert sorted(variables(bent)) == [
        "A_CERT", "A_FILES", "A_KEY", "A_LOGIN", "A_PASSWORD", "A_URL", "A_USER", "B_USER",
    ]  # fmt: skip
    path = replace(bent, access=replace(access, token_url="/token"))
    assert "A_LOGIN" not in variables(path)
    assert "/token" not in variables(path)


def test_announced_maintenance_is_added_to_the_registry_it_is_about() -> None:
    contracts = load_all()
    settings = replace(
        read(DLNUF_MAINTENANCE="gip_mds=2026-12-03 13:00-17:00, dgfip=sunday 04:00-05:00"),
        registry=addresses(contracts, "http://127.0.0.1:9"),
    )
    found = chosen(settings, contracts)
    assert list(map(str, found["gip_mds"].maintenance)) == ["2025-03-20 13:00-17:00", "2026-12-03 13:00-17:00"]
    assert list(map(str, found["dgfip"].maintenance)) == ["01:00-02:00", "sunday 04:00-05:00"]
    assert found["insee"] is contracts["insee"]
    with pytest.raises(SettingsError, match="DLNUF_MAINTENANCE nomme des registres inconnus : inconnu"):
        chosen(replace(settings, windows=read(DLNUF_MAINTENANCE="inconnu=01:00-02:00").windows), contracts)


def test_usual_maintenance_that_a_registry_gave_up_is_lifted() -> None:
    contracts = load_all()
    settings = replace(
        read(DLNUF_MAINTENANCE="dgfip=aucune, msa=aucune, msa=sunday 02:00-04:00"),
        registry=addresses(contracts, "http://127.0.0.1:9"),
    )
    found = chosen(settings, contracts)
    assert found["dgfip"].maintenance == ()
    assert list(map(str, found["msa"].maintenance)) == ["sunday 02:00-04:00"]
    assert found["cnetp"] is contracts["cnetp"]


@pytest.mark.parametrize("value", ["dgfip", "dgfip=", "dgfip=demain", "=", "dgfip=2026-02-30 01:00-02:00"])
def test_maintenance_that_cannot_be_read_is_refused_with_an_example(value: str) -> None:
    with pytest.raises(SettingsError, match=r"DLNUF_MAINTENANCE : .* écrivez par exemple"):
        read(DLNUF_MAINTENANCE=value)
