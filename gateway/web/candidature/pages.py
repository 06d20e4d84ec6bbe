# SPDX-License-Identifier: EUPL-1.2
"""The pages of a file, put together."""

from fastapi import APIRouter

from gateway.web.candidature import consent, contest, declaring, deposit, documents, file, live, signing, start

router = APIRouter(include_in_schema=False)
for _room in (start, live, documents, declaring, signing, consent, contest, deposit, file):
    router.include_router(_room.router)
