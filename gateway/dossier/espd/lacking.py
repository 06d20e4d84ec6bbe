# SPDX-License-Identifier: EUPL-1.2
"""One thing that an ESPD lacks."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Missing:
    """One thing lacking: `field`, a stable name for programs; `sentence`, French, for people; `rule`, its source."""

    field: str
    sentence: str
    rule: str
