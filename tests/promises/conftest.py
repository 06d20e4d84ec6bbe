# SPDX-License-Identifier: EUPL-1.2
"""Which faults the promises are tried under (those that this machine lets us make), and nothing left running after."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.promises.disks import full_disks, unwritables
from tests.promises.sandboxes import Process, Start, kill


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test that names a kind of fault runs once for each that can be made here; one of each always can."""
    for name, kinds in (("full_disk", full_disks), ("unwritable_by", unwritables)):
        if name in metafunc.fixturenames:
            metafunc.parametrize(name, kinds())


@pytest.fixture
def start_sandbox(start_sandbox: Start) -> Iterator[Start]:
    """Starts a sandbox as everywhere else; a test that fails leaves none behind."""
    started: list[Process] = []

    def start(*arguments: Any, **options: Any) -> tuple[Process, str]:
        process, address = start_sandbox(*arguments, **options)
        started.append(process)
        return process, address

    yield start
    for process in started:
        kill(process)
