# SPDX-License-Identifier: EUPL-1.2
"""The witness's decision: it signs a head that continues the last one it signed for that log, and nothing else.

It believes nothing of who asks: only the log's signature counts, and the proof. A head that the log signed and that is
refused is kept; of the same size as ours, with another root, it proves that the log told two stories.
Source: c2sp.org/tlog-witness.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from gateway.audit.addition import SIZE_TYPE, Addition, BadAddition
from gateway.audit.cosignature import CosigningKey
from gateway.audit.merkle import BadProof, verify_consistency
from gateway.audit.note import BadNote, Checkpoint, parts
from gateway.audit.quorum import LogKey, log_checkpoint
from gateway.witness.memory import Decision, Memory, SeenHead

PLAIN = "text/plain; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Reply:
    """An HTTP answer."""

    status: int
    text: str
    media_type: str = PLAIN


class Witness:
    """One witness. `logs`: the key of each log it follows, by origin. `now`: epoch seconds."""

    def __init__(self, key: CosigningKey, logs: Mapping[str, LogKey], memory: Memory, now: Callable[[], float]) -> None:
        self.key = key
        self.logs = logs
        self.memory = memory
        self._now = now

    def add_checkpoint(self, body: bytes) -> Reply:
        """Answer a log that presents a head. Raises MemoryLost, and then nothing was signed."""
        try:
            addition = Addition.parse(body)
            origin = Checkpoint.parse(parts(addition.note)[0]).origin
        except (BadAddition, BadNote) as error:
            return Reply(400, f"Requête illisible : {error}.\n")
        log = self.logs.get(origin)
        if log is None:
            return Reply(404, "Ce témoin ne suit pas ce journal.\n")
        try:
            head = log_checkpoint(addition.note, log)
        except BadNote as error:
            return Reply(403, f"Point de contrôle refusé : {error}.\n")
        if addition.old > head.size:
            return Reply(400, "L'ancienne taille dépasse celle du point de contrôle.\n")
        with self.memory.deciding(origin) as decision:
            refused = self._refusal(addition, head, decision)
            if refused is not None:
                return refused
            at = int(self._now())
            text, _ = parts(addition.note)
            line = self.key.cosign(text, at)
            decision.keep(SeenHead(head.size, head.root, addition.note, at))
        return Reply(200, line)  # the head is on the disk: only now may the signature leave

    def _refusal(self, addition: Addition, head: Checkpoint, decision: Decision) -> Reply | None:
        known = decision.known
        if head.size == known.size and head.root != known.root:
            decision.refused(addition.note, int(self._now()), proved=True)
            return _other_size(known.size)
        if addition.old != known.size:
            return _other_size(known.size)
        try:
            verify_consistency(known.size, head.size, known.root, head.root, addition.proof)
        except BadProof as error:
            decision.refused(addition.note, int(self._now()), proved=False)
            return Reply(422, f"Ce point de contrôle ne prolonge pas celui que ce témoin a signé : {error}.\n")
        return None

    def about(self) -> str:
        """What anybody may know of this witness: its key, the logs it follows, the head it signed last for each."""
        lines = [f"Témoin {self.key.name}", f"Clé : {self.key.cosigner.text()}"]
        for origin in self.logs:
            seen = self.memory.seen(origin)
            lines.append(f"\nJournal {origin}, dernier point de contrôle signé :")
            lines.append(seen.note if seen.note else "aucun\n")
        contradictions = sum(conflict.proved for conflict in self.memory.conflicts())
        lines.append(f"Contradictions relevées : {contradictions}")
        return "\n".join(lines) + "\n"


def _other_size(size: int) -> Reply:
    return Reply(409, f"{size}\n", SIZE_TYPE)
