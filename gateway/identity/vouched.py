# SPDX-License-Identifier: EUPL-1.2
"""Who asks in the background: the portal under whose token an application file was opened, whose string is not kept.

An `Identity` of the house for one token id. It takes no notice of what a request shows, so a house that holds it must
never stand behind HTTP: the edge is given the bearer's house, and this one is made for each question of a file, after
the file's own portal was recognised by its token when it opened it. Revocation, expiry and the habilitation are looked
at again each time; the addresses it may call from concern calls, and here nobody calls.
"""

from typing import TYPE_CHECKING

from gateway.identity.bearer import Bearer
from gateway.values import Consumer

if TYPE_CHECKING:
    from gateway.identity.bearer import Shown


class Vouched:
    """Stands for the holder of one token, under one habilitation, until the register says otherwise."""

    def __init__(self, bearer: Bearer, token_id: str) -> None:
        self._bearer = bearer
        self._token_id = token_id

    def identify(self, shown: "Shown") -> Consumer:
        """The consumer, today. Raises Problem: 00105, 00106 or 00500."""
        return self._bearer.recall(self._token_id)

    def confirm(self, consumer: Consumer) -> None:
        """Raises Problem 00103 when its right has run out."""
        self._bearer.confirm(consumer)
