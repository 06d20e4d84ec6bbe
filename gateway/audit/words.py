# SPDX-License-Identifier: EUPL-1.2
"""The words of a record, as a table: every key with what its value is, every event with the keys it must carry.

v            1, the version of this vocabulary               id          UUID of the exchange, or of the event
event        one of the names below                          at          UTC, milliseconds: 2026-11-22T10:00:00.123Z
subject      commitment to the SIREN (subject.py)            agent       … to the agent behind the call
actor        … to the person who acts; `role` says as what   operator    … or the account that ran a command
trace, span  W3C trace and span ids, hex                     product     registry/product; `version`, its version
policy       SHA-256 of the policies in force, hex           fields      SHA-256 of the released fields, hex
digest       SHA-256 of the bytes that left, hex             size        how many bytes, or records, that is
status       HTTP status                                     code        code of the refusal or failure
obtained_at  when the registry answered, epoch seconds       fresh_until until when that is fresh, epoch seconds
instead_of   the registry's trouble, when a kept answer is served because of it
query        what a reader of the log looked for, no identifier in clear
day, month   2026-11-22, 2026-11                             seq         number of a record, from 0
until        end of a right, or of a period; `none`, no end  count       how many records or refusals are meant
door         `mcp`: an exchange came through it; a token opens it (docs/decisions/0056)
networks     where its calls may come from, `any`: anywhere  rate_limit  calls a minute of its own; 0, none
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

TEXT, NUMBER, FLAG, TEXTS, TEXT_OR_TEXTS = (str,), (int,), (bool,), (list,), (str, list)
Kinds = tuple[type, ...]

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_HEX = re.compile(r"[0-9a-f]{64}")
_COMMITMENT = re.compile(r"hmac-sha256:[0-9a-f]{64}")

FORMATS: Mapping[str, re.Pattern[str]] = {
    "id": _UUID,
    "at": re.compile(r"[0-9]{4}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-6][0-9]\.[0-9]{3}Z"),
    "dossier": _UUID,
    "market": _UUID,
    "subject": _COMMITMENT,
    "agent": _COMMITMENT,
    "actor": _COMMITMENT,
    "policy": _HEX,
    "fields": _HEX,
    "digest": _HEX,
    "root": _HEX,
    "trace": re.compile(r"(?!0{32})[0-9a-f]{32}"),
    "span": re.compile(r"(?!0{16})[0-9a-f]{16}"),
    "day": re.compile(r"[0-9]{4}-[01][0-9]-[0-3][0-9]"),
    "month": re.compile(r"[0-9]{4}-[01][0-9]"),
    "door": re.compile(r"mcp"),
    "runs": re.compile(r"[1-9][0-9]{0,15}(,[1-9][0-9]{0,15})*"),
}
"""Keys whose value has one way of being written, whatever the event."""

ALWAYS: Mapping[str, Kinds] = {"v": NUMBER, "event": TEXT, "id": TEXT, "at": TEXT}
_TRACED: dict[str, Kinds] = {"trace": TEXT, "span": TEXT}
_EXCHANGE: dict[str, Kinds] = {
    **ALWAYS,
    **_TRACED,
    "product": TEXT,
    "version": NUMBER,
    "registry": TEXT,
    "subject": TEXT,
    "agent": TEXT,
    "habilitation": TEXT,
    "token": TEXT,
    "consumer": TEXT,
    "purpose": TEXT,
    "policy": TEXT,
    "basis": TEXT_OR_TEXTS,
    "recipient": TEXT,
    "context": TEXT,
    "object": TEXT,
    "address": TEXT,
    "cached": FLAG,
    "groups": TEXTS,
    "fields": TEXT,
    "digest": TEXT,
    "size": NUMBER,
    "status": NUMBER,
    "code": TEXT,
    "latency_ms": NUMBER,
    "document": TEXT,
    "obtained_at": NUMBER,
    "fresh_until": NUMBER,
    "instead_of": TEXT,
    "dossier": TEXT,
    "door": TEXT,
    "count": NUMBER,
}
_HABILITATION: dict[str, Kinds] = {
    **ALWAYS,
    **_TRACED,
    "habilitation": TEXT,
    "token": TEXT,
    "consumer": TEXT,
    "purpose": TEXT,
    "policy": TEXT,
    "basis": TEXT_OR_TEXTS,
    "recipient": TEXT,
    "recipients": TEXTS,
    "scopes": TEXTS,
    "networks": TEXTS,
    "rate_limit": NUMBER,
    "door": TEXT,
    "context": TEXT,
    "object": TEXT,
    "until": TEXT,
    "operator": TEXT,
    "actor": TEXT,
    "role": TEXT,
    "reason": TEXT,
}
_HOUSE: dict[str, Kinds] = {
    **ALWAYS,
    **_TRACED,
    "actor": TEXT,
    "role": TEXT,
    "operator": TEXT,
    "address": TEXT,
    "subject": TEXT,
    "query": TEXT,
    "count": NUMBER,
    "reason": TEXT,
    "code": TEXT,
    "day": TEXT,
    "root": TEXT,
    "month": TEXT,
    "seq": NUMBER,
    "origin": TEXT,
    "size": NUMBER,
    "runs": TEXT,
    "dossier": TEXT,
    "market": TEXT,
    "finding": TEXT,
    "campaign": TEXT,
    "consumer": TEXT,
    "recipient": TEXT,
    "habilitation": TEXT,
    "purpose": TEXT,
    "policy": TEXT,
    "product": TEXT,
    "digest": TEXT,
    "until": TEXT,
}
_ASKED = "product version registry habilitation token consumer purpose policy recipient context object"


@dataclass(frozen=True, slots=True)
class Event:
    """One word of the vocabulary: the keys it requires, and every key it may carry with the types of its value."""

    required: frozenset[str]
    kinds: Mapping[str, Kinds]


def _event(kinds: Mapping[str, Kinds], required: str = "") -> Event:
    return Event(frozenset((*ALWAYS, *required.split())), kinds)


EVENTS: Mapping[str, Event] = {
    # an exchange
    "asked": _event(_EXCHANGE, _ASKED),
    "answered": _event(_EXCHANGE, _ASKED + " cached fields digest size status latency_ms"),
    "refused": _event(_EXCHANGE, "status code"),
    "failed": _event(_EXCHANGE, "status code"),
    "downloaded": _event(_EXCHANGE, "document"),
    # rights
    "habilitation_created": _event(_HABILITATION, "habilitation consumer purpose"),
    "habilitation_changed": _event(_HABILITATION, "habilitation"),
    "habilitation_closed": _event(_HABILITATION, "habilitation"),
    "token_issued": _event(_HABILITATION, "token habilitation"),
    "token_revoked": _event(_HABILITATION, "token"),
    "policy_changed": _event(_HOUSE, "policy"),
    # people
    "signed_in": _event(_HOUSE, "actor"),
    "sign_in_refused": _event(_HOUSE, "code"),
    "signed_out": _event(_HOUSE, "actor"),
    "buyer_invited": _event(_HOUSE, "actor recipient habilitation"),
    "role_granted": _event(_HOUSE, "actor role"),
    "role_closed": _event(_HOUSE, "actor role"),
    "representation_granted": _event(_HOUSE, "actor subject"),
    "representation_closed": _event(_HOUSE, "actor subject"),
    # the log itself
    "log_read": _event(_HOUSE, "query"),
    "exported": _event(_HOUSE, "count"),
    "erased": _event(_HOUSE, "month seq size count runs digest"),
    "key_destroyed": _event(_HOUSE, "month"),
    "hold_placed": _event(_HOUSE, "reason"),
    "hold_lifted": _event(_HOUSE, "reason"),
    "day_closed": _event(_HOUSE, "day root size"),
    "checkpoint_stamped": _event(_HOUSE, "size root digest"),
    "log_recovered": _event(_HOUSE, "origin size root reason"),
    # reviews of the log
    "finding_raised": _event(_HOUSE, "finding"),
    "finding_closed": _event(_HOUSE, "finding reason"),
    "campaign_opened": _event(_HOUSE, "campaign"),
    "campaign_answered": _event(_HOUSE, "campaign"),
    "campaign_decided": _event(_HOUSE, "campaign seq reason"),
    "campaign_closed": _event(_HOUSE, "campaign"),
    "contested": _event(_HOUSE, "subject"),
    "contest_answered": _event(_HOUSE, "subject"),
    "access_opened": _event(_HOUSE, "actor subject"),
    "access_closed": _event(_HOUSE, "actor subject"),
    # application files
    "dossier_opened": _event(_HOUSE, "dossier"),
    "dossier_declared": _event(_HOUSE, "dossier"),
    "dossier_sealed": _event(_HOUSE, "dossier digest"),
    "dossier_withdrawn": _event(_HOUSE, "dossier"),
    "dossier_read": _event(_HOUSE, "actor recipient query"),
    "dossier_advanced": _event(_HOUSE, "actor dossier"),
    "market_opened": _event(_HOUSE, "market habilitation recipient digest until"),
    "market_changed": _event(_HOUSE, "market habilitation until"),
    "market_closed": _event(_HOUSE, "market habilitation"),
}
"""The closed list."""
