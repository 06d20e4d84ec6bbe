# SPDX-License-Identifier: EUPL-1.2
"""Under which purpose a product can be asked for, in these tests."""

from connectors.kit.contract import load_all
from gateway.purpose.load import default_folder, load

POLICIES = load(default_folder(), load_all())


def purpose_of(product: str) -> str:
    """Public procurement, or the fight against fraud where procurement may not ask."""
    for name in ("marches_publics", "detection_fraude"):
        if (name, product) in POLICIES.rules:
            return name
    raise AssertionError(f"{product}: policies/purposes/ grants it neither to procurement nor against fraud")
