# SPDX-License-Identifier: EUPL-1.2
"""What the purpose room's tests share: a folder to write policies in, and the usual ones, loaded."""

from pathlib import Path

import pytest

from gateway.purpose.load import Policies
from tests.gateway.purpose.purpose_world import Folder


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """An empty folder."""
    return Folder(tmp_path / "politiques")


@pytest.fixture
def policies(folder: Folder) -> Policies:
    """The usual policies: one purpose, one product."""
    return folder.write().load()
