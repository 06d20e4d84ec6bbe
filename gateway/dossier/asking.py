# SPDX-License-Identifier: EUPL-1.2
"""One question of a file: how it is put through `exchange`, and what its answer, or its silence, means. Pure.

the registry answered        retrieved; against the company, proof, or information, as the sheet says
404                          missing, or out of scope where the sheet says so: never a conclusion
404 « known, and not given » missing, and a fact against the company where the sheet names its code
« it is being looked into »  pending, asked again when the registry says
502 503 504                  unavailable, asked again later and later
« too often »                pending: the line is slowed down for all files, and no turn is lost
401 of the portal            unavailable: its token has ended; another token of the habilitation takes over
403 422 451                  missing, with the code: asking again would change nothing
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from connectors.kit.paris import PARIS, add_months, last_day_of_month
from gateway.dossier.rules import Piece, Traits, Validity, at
from gateway.dossier.values import Candidature, Item, Member, Provenance, Tender, TenderCheck
from gateway.dossier.words import Kind, Outcome, Source, State
from gateway.problems import Problem
from gateway.values import Ask, Stated

CONTEXT = "Candidature à un marché public"
RETRY_S = (2, 10, 60, 300, 900, 3_600)
"""How long a silent registry is left alone, time after time; the last one repeats until the deadline."""
TOKEN_ENDED_S = 900
IN_FLIGHT_S = 1
_OVER = ("ATTRIBUTION", "ANNULATION", "INTENTION_CONCLURE")


@dataclass(frozen=True, slots=True)
class Failure:
    """What became of a question without an answer. `wait_s`: None when asking again would change nothing.

    `counted`: whether it was an attempt at the registry. `hold`: the pool is used up for all of the portal's files.
    `against`: the registry knows the company, and says that it is not given what was asked.
    """

    state: State
    outcome: Outcome
    code: str
    said: str
    wait_s: int | None
    counted: bool = True
    hold: bool = False
    against: bool = False


def question(dossier: Candidature, item: Item, piece: Piece, identifier: str, now: float, *, fresh: bool) -> Ask:
    """The ask of one item, as any portal would put it, under the file's name."""
    today = datetime.fromtimestamp(now, PARIS).date()
    known = {"siren": item.siret[:9], "siret": item.siret, "siret_or_rna": item.siret, "siren_or_rna": item.siret[:9]}
    given = {name: _year(value, today) for name, value in piece.parameters.items()}
    if dossier.tender.source is Source.BOAMP:
        known["idweb"] = dossier.tender.reference
    parameters = {name: given.get(name) or known.get(name) for name in piece.product.kinds}
    return Ask(
        id=identifier,
        product=piece.product,
        version=piece.version,
        parameters={name: value for name, value in parameters.items() if value},
        stated=Stated((CONTEXT,), (f"Consultation {dossier.tender.reference}",), (dossier.tender.buyer_siret,)),
        wants_fresh=fresh,
        dossier=dossier.id,
    )


def _year(value: str, today: date) -> str:
    return str(today.year - int(value.removeprefix("année-"))) if value.startswith("année-") else value


def failure(trouble: Problem, piece: Piece, attempts: int) -> Failure:
    """What a refusal or a failure means for the item."""
    fault = trouble.faults[0]
    meta: Mapping[str, Any] = fault.meta or {}

    def told(state: State, outcome: Outcome, wait: int | None, *, counted: bool = True, hold: bool = False) -> Failure:
        return Failure(state, outcome, fault.code, fault.detail, wait, counted, hold)

    if not trouble.from_registry:
        if fault.code == "00429":
            return told(State.PENDING, Outcome.UNKNOWN, _retry_after(trouble), counted=False, hold=True)
        if fault.code == "00015":
            return told(State.PENDING, Outcome.UNKNOWN, IN_FLIGHT_S, counted=False)
        if trouble.status == 401:
            return told(State.UNAVAILABLE, Outcome.UNAVAILABLE, TOKEN_ENDED_S)
    if fault.code in piece.pending:
        return told(State.PENDING, Outcome.UNKNOWN, _whole(meta.get("retry_in")) or RETRY_S[-1])
    if fault.code in piece.denied:
        return Failure(State.MISSING, Outcome.NOT_COMPLIANT, fault.code, fault.detail, None, against=True)
    if trouble.status == 404:
        beyond = piece.absent is State.OUT_OF_SCOPE or _codes(meta) & piece.out_of_scope
        if beyond:
            return told(State.OUT_OF_SCOPE, Outcome.OUT_OF_SCOPE, None)
        return told(State.MISSING, Outcome.UNKNOWN, None)
    if trouble.status in (403, 422, 451):
        return told(State.MISSING, Outcome.UNKNOWN, None)
    if trouble.throttles:
        # Asked too often by all of us: the line is slowed down, and nobody's own turn is put off for it.
        return told(State.PENDING, Outcome.UNAVAILABLE, max(1, _whole(meta.get("retry_in"))), counted=False)
    wait = max(RETRY_S[min(attempts, len(RETRY_S) - 1)], _whole(meta.get("retry_in")))
    return told(State.UNAVAILABLE, Outcome.UNAVAILABLE, wait)


def _retry_after(trouble: Problem) -> int:
    return next((int(value) for name, value in trouble.headers if name == b"retry-after"), 1)


def _whole(value: object) -> int:
    return value if isinstance(value, int) else 0


def _codes(meta: Mapping[str, Any]) -> set[object]:
    errors = meta.get("provider_errors") or ()
    return {error.get("code") for error in errors if isinstance(error, Mapping)}


def answered(item: Item, piece: Piece, body: Mapping[str, Any], provenance: Provenance) -> Item:
    """The item with its answer, before its document is looked at: a certificate proves nothing without its file."""
    value = body["data"]
    if isinstance(value, list):
        value = [one["data"] if isinstance(one, dict) and "data" in one else one for one in value]
    against = piece.against is not None and piece.against.found(value)
    outcome: Outcome | None = None
    if against:
        outcome = Outcome.NOT_COMPLIANT
    elif piece.proves is not None:
        outcome = Outcome.COMPLIANT if piece.proves.found(value) else Outcome.UNKNOWN
    elif piece.certificate:
        outcome = Outcome.UNKNOWN
    return replace(
        item,
        state=State.RETRIEVED,
        outcome=outcome,
        value=value,
        provenance=replace(provenance, as_of=_day(at(value, piece.as_of)) if piece.as_of else ""),
        against=against,
        documents=(),
        next_at=None,
    )


def _day(value: object) -> str:
    """A day an answer names, `YYYY-MM-DD`, or ""."""
    text = value[:10] if isinstance(value, str) else ""
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        return ""


def last_day(validity: Validity, value: Any, obtained_at: int) -> date:
    """The last day an answer may be used again; the day it was obtained when it names no later one."""
    start = datetime.fromtimestamp(obtained_at, PARIS).date()
    if validity.field:
        items = value if isinstance(value, list) else [value]
        named = _day(at(items[0], validity.field)) if items else ""
        if not named:
            return start
        start = date.fromisoformat(named)
    end = add_months(start, validity.months) if validity.months else start
    if validity.end_of_month:
        end = last_day_of_month(end)
    return end + timedelta(days=validity.days)


def end_of(day: date) -> int:
    """The first second after a day, in Paris."""
    return int(datetime.combine(day + timedelta(days=1), time.min, PARIS).timestamp())


def traits(member: Member, kind: Kind, identity: Item | None) -> tuple[Traits, bool]:
    """What the sheets' conditions look at, and whether the company is known yet."""
    value = identity.value if identity is not None and identity.state is State.RETRIEVED else None
    if value is None:
        return Traits(kind, member.role), False
    company = value["unite_legale"]
    naf = at(company, "activite_principale_naf_rev2.code") or at(company, "activite_principale.code")
    return (
        Traits(
            kind=kind,
            role=member.role,
            naf=naf or "",
            legal_form=at(company, "forme_juridique.code") or "",
            headcount=at(company, "tranche_effectif_salarie.de"),
            natural_person=company.get("type") == "personne_physique",
            restricted=value.get("status_diffusion") != "diffusible",
        ),
        True,
    )


def verdict(dossier: Candidature, item: Item) -> tuple[str, str] | None:
    """Why no application can come of a file, once this item is known: (code, sentence)."""
    if item.key == "identite":
        if item.state is State.MISSING and item.provenance is not None and item.provenance.code.endswith("003"):
            return (
                "00718",
                f"Le SIRET {item.siret} n'est pas connu de la base Sirene : aucune candidature n'est possible.",
            )
        if item.state is State.RETRIEVED:
            closed = (
                item.value.get("etat_administratif") == "F" or at(item.value, "unite_legale.etat_administratif") == "C"
            )
            if closed:
                return "00719", f"L'établissement {item.siret} est fermé d'après la base Sirene."
    if item.key == "avis_boamp" and item.state is State.RETRIEVED and dossier.seal is None and item.provenance:
        nature = str(item.value.get("nature") or "").upper()
        deadline = instant(item.value.get("date_limite_reponse"))
        if nature in _OVER:
            return (
                "00704",
                "L'avis publié est un avis d'attribution ou d'annulation : la consultation n'est plus ouverte.",
            )
        if deadline is not None and deadline <= item.provenance.retrieved_at:
            return "00704", "D'après l'avis publié, la date limite de remise est passée."
    return None


def instant(text: object) -> int | None:
    """Epoch seconds of a date-time as published; without a zone it is Paris's."""
    if not isinstance(text, str):
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return int((found if found.tzinfo else found.replace(tzinfo=PARIS)).timestamp())


def compared(tender: Tender, item: Item) -> Tender:
    """The tender beside its published notice: what agrees, what does not; what was not stated is taken from it."""
    notice, provenance = item.value, item.provenance
    if not isinstance(notice, Mapping) or provenance is None:
        return tender
    deadline = instant(notice.get("date_limite_reponse"))
    checks = [
        _check("objet", tender.title, notice.get("objet")),
        _check("acheteur", tender.buyer_name, notice.get("acheteur")),
    ]
    stated = "" if tender.deadline is None else _written(tender.deadline)
    published = "" if deadline is None else _written(deadline)
    checks.append(TenderCheck("date limite", stated, published, stated == published if stated and published else None))
    return replace(
        tender,
        title=tender.title or str(notice.get("objet") or ""),
        buyer_name=tender.buyer_name or str(notice.get("acheteur") or ""),
        deadline=deadline if tender.deadline is None else tender.deadline,
        url=tender.url or str(notice.get("url") or ""),
        checks=tuple(checks),
        published=dict(notice),
        checked_at=provenance.retrieved_at,
        exchange=provenance.exchange,
    )


def _written(instant_s: int) -> str:
    return datetime.fromtimestamp(instant_s, UTC).isoformat(timespec="minutes")


def _check(what: str, stated: str, published: object) -> TenderCheck:
    text = published if isinstance(published, str) else ""
    agrees = _bare(stated) == _bare(text) if stated and text else None
    return TenderCheck(what, stated, text, agrees)


def _bare(text: str) -> str:
    return " ".join("".join(sign if sign.isalnum() else " " for sign in text.casefold()).split())
