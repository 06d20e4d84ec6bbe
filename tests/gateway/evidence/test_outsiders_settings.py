# SPDX-License-Identifier: EUPL-1.2
"""Who countersigns comes from settings: each wrong one refuses to start, and is named."""

from pathlib import Path

import pytest

from gateway.audit.cosignature import ED25519, ML_DSA_44, CosigningKey
from gateway.settings import Settings, SettingsError, from_environment
from tests.gateway.audit.authority import Authority

KEY = CosigningKey("temoin.test/w1", ED25519, b"+" * 32).cosigner
WITNESS = f"greffe=https://temoin.test/prefixe+{KEY.text()}"


def read(**environment: str) -> Settings:
    """The settings of this environment."""
    return from_environment(environment, Path("policies"))


def test_nobody_countersigns_unless_told_so() -> None:
    found = read()
    assert (found.witnesses, found.tsa_url, found.tsa_certificates, found.second_key) == ((), "", b"", None)


def test_witnesses_an_authority_and_a_second_key_are_read(tmp_path: Path) -> None:
    authority = tmp_path / "autorite.pem"
    authority.write_bytes(Authority().certificates)
    second = CosigningKey("journal.test", ML_DSA_44, bytes(32))
    (tmp_path / "second.key").write_text(second.text())
    found = read(
        DLNUF_WITNESSES=f"{WITNESS}, autre=http://127.0.0.1:1+{KEY.text()}",
        DLNUF_TSA_URL="https://tsa.test",
        DLNUF_TSA_CERTIFICATES=str(authority),
        DLNUF_TSA_EVERY_S="600",
        DLNUF_LOG_ORIGIN="journal.test",
        DLNUF_LOG_SECOND_KEY=str(tmp_path / "second.key"),
    )
    assert found.witnesses == (("greffe", "https://temoin.test/prefixe", KEY), ("autre", "http://127.0.0.1:1", KEY))
    assert (found.tsa_url, found.tsa_every_s) == ("https://tsa.test", 600)
    assert found.second_key == second
    assert second.text() not in repr(found)


@pytest.mark.parametrize(
    ("name", "environment"),
    [
        ("DLNUF_WITNESSES", {"DLNUF_WITNESSES": "greffe"}),
        ("DLNUF_WITNESSES", {"DLNUF_WITNESSES": "=https://temoin.test+" + KEY.text()}),
        ("DLNUF_WITNESSES", {"DLNUF_WITNESSES": "greffe=ftp://temoin.test+" + KEY.text()}),
        ("DLNUF_WITNESSES", {"DLNUF_WITNESSES": "greffe=https://temoin.test+rien"}),
        ("DLNUF_WITNESSES", {"DLNUF_WITNESSES": f"{WITNESS},{WITNESS}"}),
        ("DLNUF_TSA_CERTIFICATES", {"DLNUF_TSA_URL": "https://tsa.test"}),
        ("DLNUF_TSA_URL", {"DLNUF_TSA_URL": "tsa.test", "DLNUF_TSA_CERTIFICATES": "/dev/null"}),
        ("DLNUF_TSA_CERTIFICATES", {"DLNUF_TSA_URL": "https://tsa.test", "DLNUF_TSA_CERTIFICATES": "/dev/null"}),
        ("DLNUF_TSA_EVERY_S", {"DLNUF_TSA_EVERY_S": "1"}),
        ("DLNUF_LOG_SECOND_KEY", {"DLNUF_LOG_SECOND_KEY": "/dev/null"}),
        ("DLNUF_LOG_SECOND_KEY", {"DLNUF_LOG_SECOND_KEY": "/absent"}),
    ],
)
def test_a_wrong_one_refuses_to_start_and_is_named(name: str, environment: dict[str, str]) -> None:
    with pytest.raises(SettingsError, match=name):
        read(**environment)


@pytest.mark.parametrize(
    "key", [CosigningKey("dlnuf", ED25519, bytes(32)), CosigningKey("autre", ML_DSA_44, bytes(32))]
)
def test_a_second_key_is_ml_dsa_and_the_log_s_own(tmp_path: Path, key: CosigningKey) -> None:
    (tmp_path / "second.key").write_text(key.text())
    with pytest.raises(SettingsError, match="DLNUF_LOG_SECOND_KEY"):
        read(DLNUF_LOG_SECOND_KEY=str(tmp_path / "second.key"))
