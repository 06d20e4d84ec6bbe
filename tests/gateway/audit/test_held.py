# SPDX-License-Identifier: EUPL-1.2
"""No other log is put in the place of one that somebody writes: what they add meanwhile would be in neither."""

import os
import subprocess
import sys
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from gateway.audit.anchor import Anchor
from gateway.audit.held import Held, alone, hold
from gateway.audit.ledger import Ledger
from gateway.audit.log import AuditLog
from gateway.audit.note import Checkpoint, Signer
from gateway.audit.recovery import NotRecovered, recover
from gateway.audit.stores.address import Place
from gateway.audit.stores.writers import store_at
from tests.gateway.audit.audit_world import SIGNER, entry, stored, verified

AFTER = Signer("après", SIGNER.key)
PROCESS = """
import pathlib, sys
from gateway.audit.held import hold
hold(pathlib.Path(sys.argv[1]))
print("held", flush=True)
sys.stdin.read()
"""


def first_record(old: Checkpoint) -> bytes:
    return entry(90 + old.size)


def writing(place: Place, anchor: Path) -> AuditLog:
    return AuditLog.open(place, SIGNER, anchor=anchor)


@pytest.mark.parametrize("writers", [1, 2])
def test_another_log_waits_until_the_last_writer_is_gone(place: Place, tmp_path: Path, writers: int) -> None:
    anchor = tmp_path / "ailleurs.anchor"
    with ExitStack() as open_ones:
        logs = [open_ones.enter_context(closing(writing(place, anchor))) for _ in range(writers)]
        for number, log in enumerate(logs):
            log.append_now([entry(number)])
        logs[0].close()
        if writers == 2:
            with pytest.raises(NotRecovered, match="arrêtez-les toutes"):
                recover(place, anchor, AFTER, "20261124t120000", first_record)
            assert len(stored(place)) == 2, "nothing was put aside"
            logs[1].append_now([entry(7)])
    assert verified(place).problem is None
    done = recover(place, anchor, AFTER, "20261124t120000", first_record)
    assert (done.old.origin, done.old.size) == (SIGNER.name, 1 if writers == 1 else 3)
    with closing(AuditLog.open(place, AFTER, anchor=anchor)) as again:
        assert again.append_now([entry(8)]) == [1], "and the new log is free to be written"


def test_a_log_that_is_refused_is_held_as_well(tmp_path: Path) -> None:
    place, anchor = tmp_path / "audit.db", tmp_path / "log.anchor"
    with closing(Ledger(store_at(place), SIGNER, Anchor(anchor))) as ledger:
        ledger.open()
        ledger.append([entry(0)])
        ledger.publish()
    place.unlink()
    with closing(writing(place, anchor)) as log:
        assert log.reason, "it remembers records that are gone"
        with pytest.raises(NotRecovered, match="arrêtez-les toutes"):
            recover(place, anchor, AFTER, "20261124t120000", first_record)
    assert recover(place, anchor, AFTER, "20261124t120000", first_record).old.size == 1


def test_a_process_that_is_killed_holds_nothing_any_more(tmp_path: Path) -> None:
    place = tmp_path / "audit.db"
    with subprocess.Popen(
        [sys.executable, "-c", PROCESS, str(place)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"held\n"
        with pytest.raises(Held), alone(place):
            pass
        process.kill()
        process.wait(timeout=20)
        with alone(place):
            pass


def test_who_begins_another_log_is_not_alone_with_writers_nor_they_with_them(tmp_path: Path) -> None:
    place = tmp_path / "audit.db"
    let_go = hold(place)
    with pytest.raises(Held), alone(place):
        pass
    let_go()
    with alone(place), pytest.raises(Held), alone(place):
        pass
    assert (tmp_path / "audit.db.lock").stat().st_mode & 0o777 == 0o600


def test_a_folder_where_nothing_can_be_created_hinders_no_writer(tmp_path: Path) -> None:
    hold(tmp_path / "absent" / "audit.db")()
    assert os.listdir(tmp_path) == []
