# SPDX-License-Identifier: EUPL-1.2
"""A state folder whose log began years ago: invented exchanges of several months, about two invented companies."""

import secrets
import uuid
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import orjson

from gateway.audit.canonical import canonical
from gateway.audit.log import AuditLog
from gateway.audit.note import Signer, Verifier
from gateway.audit.reader import StoreReader
from gateway.audit.report import Report
from gateway.audit.stores.address import Place
from gateway.audit.stores.keys import keys_at
from gateway.audit.subject import Subjects
from gateway.audit.subject_keys import KeyStore
from gateway.audit.verify import verify
from gateway.cli.main import main
from gateway.identity.keys import create_missing, load
from tests.gateway.audit.audit_world import ANSWERED, ASKED

ONE, OTHER = "999100118", "999100225"
HELD_RIGHT = "0b1d6f7e-0000-4000-8000-000000000001"
OLD, OLDER, RECENT = "2020-03", "2020-02", "2026-10"


@dataclass(frozen=True)
class Aged:
    """The folder, and the commands that work on it."""

    state: Path
    place: Place

    @property
    def verifier(self) -> Verifier:
        """The log's key."""
        return Signer("dlnuf", load(self.state / "keys").audit).verifier

    def size(self) -> int:
        """How many records there are."""
        with closing(StoreReader.at(self.place)) as log:
            return log.size()

    def checkpoint(self) -> str:
        """The head that was published."""
        with closing(StoreReader.at(self.place)) as log:
            return log.checkpoint()

    @property
    def keys(self) -> KeyStore:
        """The subjects' keys."""
        return keys_at(self.place)

    def subjects(self) -> Subjects:
        """The commitments."""
        master = load(self.state / "keys").subjects
        return Subjects(master, self.keys, secrets.token_bytes, lambda: 0.0)

    def run(self, *words: object) -> int:
        """The exit status of `dlnuf audit`; a log that is not in the state is that of the environment."""
        noun, *rest = map(str, words)
        verb = [noun, rest.pop(0)] if noun == "hold" else [noun]
        where = ["--state", str(self.state)] if isinstance(self.place, Path) else []
        return main(["audit", *verb, *where, *rest])

    def exported(self, month: str) -> Path:
        """An export of the month, made now."""
        path = self.state.parent / f"{month}-{uuid.uuid4().hex}.zip"
        assert self.run("export", "--month", month, "--out", path) == 0
        return path

    def records(self) -> dict[int, Mapping[str, object] | None]:
        """Every record, None for what was erased."""
        with closing(StoreReader.at(self.place)) as log:
            entries = log.entries(0, log.size())
        return {one.seq: None if one.entry is None else orjson.loads(one.entry) for one in entries}

    def gone(self) -> set[int]:
        """The numbers of those that were erased."""
        return {number for number, record in self.records().items() if record is None}

    def verified(self, *kept: str) -> Report:
        """The verification of the log."""
        return verify(self.place, self.verifier, kept)

    def write(self, exchanges: Sequence[Sequence[Mapping[str, object]]]) -> None:
        """Write these exchanges, each an id of its own."""
        log = AuditLog.open(self.place, Signer("dlnuf", load(self.state / "keys").audit))
        for records in exchanges:
            identity = str(uuid.uuid4())
            log.append_now([canonical({**record, "id": identity}) for record in records])
        log.close()

    def told(self, template: Mapping[str, object], at: str, company: str, **more: object) -> dict[str, object]:
        """A record of this instant about a company."""
        subject = self.subjects().commitment(company, datetime.fromisoformat(at))
        return {**template, "at": at, "subject": subject, **more}

    def exchange(self, day: str, company: str = ONE, **more: object) -> list[Mapping[str, object]]:
        """A question and its answer."""
        return [
            self.told(ASKED, f"{day}T10:00:00.000Z", company, **more),
            self.told(ANSWERED, f"{day}T10:00:00.100Z", company, **more),
        ]


def aged(folder: Path, place: Place | None = None) -> Aged:
    """Two old months of exchanges, one across their border, one under a right of its own, and a recent one."""
    world = Aged(folder / "state", place or folder / "state" / "audit.db")
    create_missing(world.state / "keys", secrets.token_bytes)
    across = [
        world.told(ASKED, "2020-02-29T23:59:59.900Z", ONE),
        world.told(ANSWERED, "2020-03-01T00:00:00.100Z", ONE),
    ]
    world.write(
        [
            world.exchange("2020-02-10"),
            [{**_created(), "at": "2020-02-11T08:00:00.000Z"}],
            world.exchange("2020-02-12", OTHER),
            across,
            world.exchange("2020-03-05", habilitation=HELD_RIGHT),
            world.exchange("2020-03-06", OTHER, purpose="detection_fraude"),
            world.exchange("2026-10-06"),
        ]
    )
    return world


def _created() -> dict[str, object]:
    return {
        "v": 1, "event": "habilitation_created", "habilitation": HELD_RIGHT, "consumer": "13002526500013",
        "purpose": "marches_publics",
    }  # fmt: skip
