# SPDX-License-Identifier: EUPL-1.2
"""For how long a registry wants to be left alone, when it says « too often » (429) or that it is closed (503).

Source: RFC 9110, section 10.2.3 (Retry-After: seconds, or a date). A date is read against the answer's own Date, so
that no two clocks have to agree.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

LONGEST_S = 3_600
"""A registry that wants to be left alone for longer is asked again after an hour all the same."""

_SECONDS = re.compile(r"[0-9]{1,9}", re.ASCII)


def retry_after(headers: Mapping[str, str]) -> int | None:
    """Seconds to wait, 1 to LONGEST_S; None when the registry does not say it, or not in a way that can be read."""
    written = headers.get("retry-after", "").strip()
    if _SECONDS.fullmatch(written):
        return _within(int(written))
    then, now = _moment(written), _moment(headers.get("date", ""))
    return None if then is None or now is None else _within(int((then - now).total_seconds()))


def _within(seconds: int) -> int:
    return min(max(1, seconds), LONGEST_S)


def _moment(written: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(written)
    except (ValueError, OverflowError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
