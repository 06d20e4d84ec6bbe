# SPDX-License-Identifier: EUPL-1.2
"""The seal of a deposit: the canonical bytes of what was known, and what differs since. Pure.

The bytes hold everything a file says, with times, sources and digests of documents; not the portal's secret, nor its
token. Their SHA-256 is in the record `dossier_sealed`: nobody, we included, can later say it was different.
"""

from dataclasses import replace

from gateway.dossier.spelling import canonical, plain
from gateway.dossier.values import Candidature, Completion, Person

FORMAT = "dlnuf-candidature-scellee/1"


def sealed_bytes(dossier: Candidature, at: int, by: Person) -> bytes:
    """What is sealed at a deposit."""
    bare = replace(dossier, webhook=None, token_id="", seal=None, return_url="")
    return canonical({"format": FORMAT, "at": at, "by": plain(by), "dossier": plain(bare)})


def completions(sealed: Candidature, now: Candidature, at: int) -> tuple[Completion, ...]:
    """What came between the moment that was sealed and the moment the seal was recorded."""
    before = {item.id: item for item in sealed.items}
    return tuple(
        Completion(item.id, before[item.id].state, item.state, at)
        for item in now.items
        if item.id in before and before[item.id].state is not item.state
    )
