# SPDX-License-Identifier: EUPL-1.2
"""`/candidature/…`: a file as a company sees it fill, declares, contests and deposits. Plain HTML, no script needed.

Who comes by the portal's start link sees open data only, not even whether a refusal exists. A signed-in representative
sees everything about the companies they speak for, and acts for them in their own name.

file.py       the file: what registries say, what was declared, what remains; live.py streams it as it fills
declaring.py  one form a block of the sheets, whose questions fields.py turns into fields and back
consent.py    a member's agreement            contest.py  what a company answers to a fact
signing.py    who engages a company           deposit.py  sealing, and the attestation
"""

from gateway.web.candidature.common import FilePages, room_of
from gateway.web.candidature.pages import router

__all__ = ["FilePages", "room_of", "router"]
