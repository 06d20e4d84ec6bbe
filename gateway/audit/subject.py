# SPDX-License-Identifier: EUPL-1.2
"""Whom a record is about, without saying it: a keyed commitment to the company's SIREN.

Nine digits are few enough to be tried one by one, so a plain digest would hide nothing. With the key, our own search
finds a company's records; once the key is destroyed after the retention period (CRPA R114-9-7: 36 months), the tree
still verifies and nobody can tell whom it is about.
"""

import hmac

PREFIX = "hmac-sha256:"


class Subjects:
    """Commitments under one key, which is prepared once for all of them."""

    def __init__(self, key: bytes) -> None:
        self._keyed = hmac.new(key, digestmod="sha256")

    def commitment(self, siren: str) -> str:
        """`hmac-sha256:` and the HMAC-SHA256 of the SIREN (or RNA number, in ASCII), in 64 hexadecimal digits."""
        mac = self._keyed.copy()
        mac.update(siren.encode("ascii"))
        return PREFIX + mac.hexdigest()


def commitment(key: bytes, siren: str) -> str:
    """One commitment under a key."""
    return Subjects(key).commitment(siren)
