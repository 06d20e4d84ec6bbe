# SPDX-License-Identifier: EUPL-1.2
"""A place for a log, of either kind: what is promised of the log is promised of both."""

from pathlib import Path

import pytest

from gateway.audit.stores.address import Place

KINDS = ("sqlite", "postgres")


@pytest.fixture(params=KINDS)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """Where a log may be founded."""
    return new_place(request, request.param, tmp_path)


def new_place(request: pytest.FixtureRequest, kind: str, folder: Path) -> Place:
    """A file that does not exist yet, or an empty database."""
    if kind == "sqlite":
        return folder / "audit.db"
    address: str = request.getfixturevalue("postgres").database()
    return address
