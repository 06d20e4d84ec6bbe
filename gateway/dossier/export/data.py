# SPDX-License-Identifier: EUPL-1.2
"""The application as data, for the buyer's software: `dossier.json`, whose schema stands in `openapi/`.

What belongs to the portal alone (its token, its webhook's secret) is no part of these types, hence of no export.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import orjson

from gateway.dossier.asked import BuyerRequest
from gateway.dossier.company import Company
from gateway.dossier.spelling import plain
from gateway.dossier.values import (
    Candidature,
    Contest,
    Declaration,
    Item,
    Member,
    Seal,
    Signatory,
    Tender,
)
from gateway.dossier.words import GroupForm, Phase, Standing

FORMAT = "dlnuf-dossier/1"


@dataclass(frozen=True, slots=True)
class Exported:
    """An application as exported. `exported_at`: epoch seconds; `companies`: the facts read from the items."""

    format: str
    id: str
    number: str
    created_at: int
    exported_at: int
    standing: Standing
    phase: Phase
    form: GroupForm
    lots: tuple[str, ...]
    tender: Tender
    members: tuple[Member, ...]
    companies: tuple[Company, ...]
    items: tuple[Item, ...]
    declarations: tuple[Declaration, ...]
    contests: tuple[Contest, ...]
    signatories: tuple[Signatory, ...]
    seal: Seal | None
    request: BuyerRequest | None


def exported(candidature: Candidature, companies: Mapping[str, Company], now: int) -> Exported:
    """The application as the buyer's software reads it."""
    return Exported(
        format=FORMAT,
        id=candidature.id,
        number=candidature.number,
        created_at=candidature.created_at,
        exported_at=now,
        standing=candidature.standing,
        phase=candidature.phase,
        form=candidature.form,
        lots=candidature.lots,
        tender=candidature.tender,
        members=candidature.members,
        companies=tuple(companies[member.siret] for member in candidature.members if member.siret in companies),
        items=candidature.items,
        declarations=candidature.declarations,
        contests=candidature.contests,
        signatories=candidature.signatories,
        seal=candidature.seal,
        request=candidature.request,
    )


def as_json(found: Exported) -> bytes:
    """Its bytes: UTF-8, keys in order, indented for people."""
    return orjson.dumps(plain(found), option=orjson.OPT_SORT_KEYS | orjson.OPT_INDENT_2)
