# SPDX-License-Identifier: EUPL-1.2
"""The log held against what clients received: every answer has its record, and every record its reason.

« Record if and only if answer », as it can be kept. A client that received an answer has exactly one durable outcome,
written over the very bytes it holds. An outcome whose answer nobody holds belongs to a request that got no answer (the
process or the client was gone), or to one that was told 503 00510: a disk that fails while it writes may have written.
The doubt is always on the side of the record: there may be one too many, never one too few.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson

from gateway.audit.note import Verifier
from gateway.audit.reading import opened
from gateway.audit.verify import verify
from gateway.audit.vocabulary import OUTCOMES
from tests.promises.clients import Received

UNRECORDED = "00510"

Record = Mapping[str, Any]


def verified(state: Path, kept: Sequence[str] = ()) -> int:
    """How many records the log holds, all verified, going on from the checkpoints `kept`."""
    key = Verifier.parse((state / "keys" / "audit.pub").read_text("utf-8"))
    report = verify(state / "audit.db", key, kept)
    assert report.problem is None, report.problem
    assert report.checkpoints == len(kept)
    return report.size


def records(state: Path) -> list[Record]:
    """Every record, in order."""
    with opened(state / "audit.db") as connection:
        return [orjson.loads(entry) for (entry,) in connection.execute("SELECT entry FROM record ORDER BY seq")]


def assert_settled(log: Sequence[Record], received: Sequence[Received], unanswered: int) -> None:
    """Hold the log against what was received. `unanswered`: requests that never got a whole answer."""
    told: defaultdict[str, list[Record]] = defaultdict(list)
    for record in log:
        if record["event"] in OUTCOMES or record["event"] in ("asked", "downloaded"):
            told[record["id"]].append(record)
    for answer in received:
        if not answer.document:
            _assert_told(answer, told[answer.id])
    _assert_downloads(told, received, unanswered)

    exchanges = [answer for answer in received if not answer.document]
    held = {answer.id for answer in exchanges if answer.status == 200}
    doubtful = {answer.id for answer in exchanges if answer.code == UNRECORDED}
    nobody_holds = [identity for identity in told if identity not in held | doubtful and _answered(told[identity])]
    without_outcome = [identity for identity, mine in told.items() if identity not in doubtful and not _outcomes(mine)]
    assert len(nobody_holds) + len(without_outcome) <= unanswered


def _assert_told(answer: Received, mine: Sequence[Record]) -> None:
    outcomes = _outcomes(mine)
    questions = [record for record in mine if record["event"] == "asked"]
    assert len(outcomes) <= 1, f"{answer.id} has {len(outcomes)} outcomes"
    assert len(questions) <= 1, f"{answer.id} was asked {len(questions)} times"
    if answer.code == UNRECORDED:
        assert (answer.status, answer.holds_data) == (503, False)
        return
    assert len(outcomes) == 1, f"{answer} has no record"
    (outcome,) = outcomes
    assert outcome["status"] == answer.status
    if answer.status == 200:
        assert outcome["event"] == "answered"
        assert (outcome["digest"], outcome["size"]) == (answer.digest, answer.size)
        assert outcome["cached"] or mine.index(questions[0]) < mine.index(outcome)
    else:
        assert outcome["event"] in ("refused", "failed")
        assert (outcome["code"], answer.holds_data) == (answer.code, False)


def _assert_downloads(told: Mapping[str, Sequence[Record]], received: Sequence[Received], unanswered: int) -> None:
    """Every document that was received was recorded first, with its size."""
    recorded = Counter(
        (record["id"], record["size"]) for mine in told.values() for record in mine if record["event"] == "downloaded"
    )
    documents = [answer for answer in received if answer.document]
    whole = Counter((answer.id, answer.size) for answer in documents if answer.status == 200)
    doubtful = sum(answer.code == UNRECORDED for answer in documents)
    assert not whole - recorded, "a document without its record"
    assert (recorded - whole).total() <= unanswered + doubtful
    assert not any(answer.holds_data for answer in documents if answer.code == UNRECORDED)


def _outcomes(mine: Sequence[Record]) -> list[Record]:
    return [record for record in mine if record["event"] in OUTCOMES]


def _answered(mine: Sequence[Record]) -> bool:
    return any(record["event"] == "answered" for record in mine)
