# SPDX-License-Identifier: EUPL-1.2
"""The policies of every decision are kept before it is taken, once, and the log says when they change."""

import asyncio
import hashlib
from pathlib import Path

import pytest

from gateway.audit import snapshots as snapshots_module
from gateway.audit.recording import Recorder
from gateway.audit.snapshots import Snapshots, announce
from tests.gateway.audit.subject_world import NOVEMBER, subjects
from tests.gateway.audit.test_recorder_events import Kept

ONE, OTHER = b'{"un":1}', b'{"deux":2}'


def recorder(log: Kept, folder: Path) -> Recorder:
    return Recorder(log, subjects(folder), lambda: NOVEMBER, lambda _: None)


async def test_a_change_is_said_once_and_what_was_before_stays(tmp_path: Path) -> None:
    log, kept = Kept(), Snapshots(tmp_path / "policies")
    for content in (ONE, ONE, OTHER, OTHER, ONE):
        await announce(Snapshots(tmp_path / "policies"), recorder(log, tmp_path), content)
    said = [record["policy"] for record in log.records]
    digests = [hashlib.sha256(content).hexdigest() for content in (ONE, OTHER)]
    assert said == [digests[0], digests[1], digests[0]]
    assert [kept.read(digest) for digest in digests] == [ONE, OTHER]
    assert {record["event"] for record in log.records} == {"policy_changed"}


async def test_changed_bytes_are_not_taken_for_those_of_their_digest_and_are_written_again(tmp_path: Path) -> None:
    kept = Snapshots(tmp_path / "policies")
    digest = kept.keep(ONE)
    path = tmp_path / "policies" / f"{digest}.json"
    path.chmod(0o600)
    path.write_bytes(OTHER)
    assert kept.read(digest) is None
    assert kept.keep(ONE) == digest
    assert kept.read(digest) == ONE
    assert sorted(one.name for one in (tmp_path / "policies").iterdir()) == [f"{digest}.json"]


@pytest.mark.parametrize("digest", ["", "..", "../secret", "a" * 63, "A" * 64, f"{'a' * 64}\n"])
def test_no_other_file_is_ever_read(tmp_path: Path, digest: str) -> None:
    (tmp_path / "secret.json").write_bytes(ONE)
    assert Snapshots(tmp_path / "policies").read(digest) is None


async def test_it_is_tried_again_until_the_log_takes_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(snapshots_module, "RETRY_S", 0.001)
    log, kept = Kept(refuses=True), Snapshots(tmp_path / "policies")
    saying = asyncio.create_task(announce(kept, recorder(log, tmp_path), ONE))
    await asyncio.sleep(0.02)
    assert (saying.done(), kept.last_said()) == (False, "")
    log.refuses = False
    await asyncio.wait_for(saying, 5)
    assert kept.last_said() == hashlib.sha256(ONE).hexdigest()
    assert len(log.records) == 1


async def test_a_folder_that_cannot_be_written_says_nothing_in_the_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(snapshots_module, "RETRY_S", 0.001)
    (tmp_path / "policies").write_text("un fichier à la place du dossier")
    log = Kept()
    saying = asyncio.create_task(announce(Snapshots(tmp_path / "policies"), recorder(log, tmp_path), ONE))
    await asyncio.sleep(0.02)
    assert (saying.done(), log.records) == (False, [])
    saying.cancel()
