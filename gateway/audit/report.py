# SPDX-License-Identifier: EUPL-1.2
"""What a verification says: how far the log holds, and the first thing that does not."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal[
    "file",  # no file, not a database, a page that cannot be read
    "schema",  # another table, column, index, view, trigger or version than ours
    "missing",  # a record is not there
    "extra",  # a record is there that should not be
    "type",  # a column of a record holds another type
    "chain",  # a record is not what was written at its place
    "entry",  # a record's bytes are not canonical, or outside the vocabulary
    "erased",  # a record's bytes are gone, and no record says that they were erased
    "tile",  # an inner node of the tree is not the one its records lead to
    "published",  # a head said to have been published is not signed by the log's key
    "story",  # an answer without its question, a second outcome
    "clock",  # a record says that it is much older than one before it
    "head",  # the head is missing, doubled, or says something else than the records
    "signature",  # the head is not signed by the log's key
    "checkpoint",  # a checkpoint kept elsewhere cannot be used with this key
    "truncated",  # the log is shorter than a checkpoint kept elsewhere
    "rewritten",  # the records lead to another root than the one that was signed
]


@dataclass(frozen=True, slots=True)
class Problem:
    """The first thing that does not hold. `record`: its number, from 0; None when it is not about one record.

    `explanation`: one French sentence.
    """

    kind: Kind
    record: int | None
    explanation: str


@dataclass(frozen=True, slots=True)
class Report:
    """`size`: records verified, in order; `root`: hex root over them; `last_at`: time of the last one.

    `checkpoints`: how many checkpoints kept elsewhere were found again. `problem`: None when everything holds.
    `erased`: how many of these records were erased, as others say (erasures.py).
    """

    size: int
    root: str
    last_at: str | None
    checkpoints: int
    problem: Problem | None
    erased: int = 0
