# SPDX-License-Identifier: EUPL-1.2
"""Told once, really: answers that an earlier file of the same habilitation obtained serve again, with their own dates.

Stands in the house as what is kept, for one question of a file: the purpose, the quota, the narrowing and the record of
the consultation stay those of any exchange; only the registry is spared. It outlives the process, so that a restart
asks nothing twice. How long an answer may serve is the sheet's to say, and never longer than the file it came with.
"""

from collections.abc import Callable

import orjson

from connectors.kit import Answer
from gateway.dossier.asking import end_of, last_day
from gateway.dossier.rules import Piece
from gateway.dossier.store import Store
from gateway.exchange import Kept
from gateway.problems import Problem
from gateway.values import FiledDocument, Question, Sourced


class Reusable:
    """The answers that may serve one question. `reused_from`: the file whose answer did, once it has."""

    def __init__(
        self, store: Store, shared: Kept, piece: Piece, habilitation: str, dossier: str, now: Callable[[], float]
    ) -> None:
        self._store = store
        self._shared = shared
        self._piece = piece
        self._habilitation = habilitation
        self._dossier = dossier
        self._now = now
        self.reused_from = ""

    def fresh(self, question: Question) -> Sourced | None:
        """The answer that may be given again. Raises an absence that the shared cache keeps."""
        now = int(self._now())
        found = self._store.answers.find(self._key(question), now)
        if found is None:
            if (sourced := self._shared.fresh(question)) is not None:
                self._keep(question, sourced)
            return sourced
        self.reused_from, body = found
        told = orjson.loads(body)
        filed = FiledDocument(*told["document"]) if told["document"] else None
        return Sourced(
            Answer(*told["answer"]),
            told["provider"],
            told["obtained_at"],
            told["until"],
            filed if filed is not None and filed.until > now else None,
            cached=True,
        )

    def stale(self, question: Question, trouble: Problem) -> Sourced:
        """As for any call."""
        return self._shared.stale(question, trouble)

    def keep(self, question: Question, sourced: Sourced) -> None:
        """Keep it for all, and for the files to come."""
        self._shared.keep(question, sourced)
        self._keep(question, sourced)

    def _keep(self, question: Question, sourced: Sourced) -> None:
        answer, filed = sourced.answer, sourced.document
        until = end_of(last_day(self._piece.validity, answer.data, sourced.obtained_at))
        body = {
            "answer": (answer.data, answer.links, answer.meta),
            "provider": sourced.provider,
            "obtained_at": sourced.obtained_at,
            "until": until,
            "document": (filed.id, filed.filename, filed.until) if filed else None,
        }
        with self._store.writing():
            self._store.answers.keep(self._key(question), self._dossier, until, orjson.dumps(body))

    def keep_absence(self, question: Question, absence: Problem) -> None:
        """As for any call: an absence is not a fact to keep with a file."""
        self._shared.keep_absence(question, absence)

    def _key(self, question: Question) -> tuple[str, ...]:
        # The parameters as well as the contract's own key: a product asked in two ways has two answers.
        parameters = [f"{name}={value}" for name, value in sorted(question.parameters.items())]
        return ("answer", self._habilitation, self._piece.key, *question.key, *parameters)
