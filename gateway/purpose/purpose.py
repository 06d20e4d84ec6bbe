# SPDX-License-Identifier: EUPL-1.2
"""The purpose room as the story sees it: three questions to the policies in force."""

from typing import Any

from connectors.kit import Answer
from connectors.kit.contract import Product
from gateway.problems import provider_problem
from gateway.purpose import decide
from gateway.purpose.load import Policies
from gateway.values import Ask, Consumer, Grant, Permit, Released

KEPT_GRANTS = 10_000


class Purpose:
    """The policies in force, loaded once. Fails closed: what they do not grant is refused."""

    def __init__(self, policies: Policies) -> None:
        self._policies = policies
        self._granted: dict[tuple[str, str], tuple[Consumer, Grant]] = {}

    def grant(self, consumer: Consumer, product: Product) -> Grant:
        """What the consumer's purpose opens. Raises 403 `00100`."""
        key = (consumer.token_id, product.id)
        known = self._granted.get(key)
        # The same consumer object, under the same policies, for the same product: the same grant.
        if known is not None and known[0] is consumer:
            return known[1]
        granted = decide.grant(self._policies, consumer, product)
        if len(self._granted) >= KEPT_GRANTS:
            self._granted.clear()
        self._granted[key] = (consumer, granted)
        return granted

    def permit(self, grant: Grant, ask: Ask) -> Permit:
        """The decision for this very request. Raises 422, 404, 403."""
        return decide.permit(grant, ask.version, ask.stated, ask.subject)

    def narrow(self, permit: Permit, product: Product, answer: Answer[Any]) -> Released:
        """Only what the permit lets out. An answer without the published shape is the registry's fault: `XX999`."""
        try:
            return permit.release.narrow(answer)
        except ValueError:
            raise provider_problem(product.error_prefix, product.provider, "999") from None
