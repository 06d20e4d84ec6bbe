# SPDX-License-Identifier: EUPL-1.2
"""Whom a record is about, without saying it: a keyed commitment to the company's SIREN.

Nine digits are few enough to be tried one by one, so a plain digest would hide nothing. With the key, our own search
finds a company's records; once the key is destroyed after the retention period (CRPA R114-9-7: 36 months), the tree
still verifies and nobody can tell whom it is about.
"""

import hmac

PREFIX = "hmac-sha256:"


def commitment(key: bytes, siren: str) -> str:
    """`hmac-sha256:` and the HMAC-SHA256 of the SIREN under `key`, in 64 hexadecimal digits."""
    return PREFIX + hmac.digest(key, siren.encode("ascii"), "sha256").hex()
