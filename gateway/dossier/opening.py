# SPDX-License-Identifier: EUPL-1.2
"""Opening a file: what a portal states, read and checked before anything is asked of anybody. Raises Problem.

What all files of one consultation have in common is read on its own (`terms`): a market states it once, for all of its
applications.
"""

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from gateway.dossier.given import Given
from gateway.dossier.planning import planned
from gateway.dossier.refusals import refused
from gateway.dossier.rules import Sheets
from gateway.dossier.values import Candidature, Consent, Contact, Lot, Member, Person, Tender, Webhook
from gateway.dossier.words import GroupForm, Kind, Phase, Role, Source
from gateway.problems import problem
from gateway.values import Consumer

MOST_MEMBERS = 20
MOST_LOTS = 200
MONTH_S = 2_629_800
WITHOUT_DEADLINE_S = 365 * 86_400
FURTHEST_S = 10 * 366 * 86_400
"""How far ahead a deadline may be, and a file be kept: the longest qualification systems."""
TOO_FAR = "Cette date limite est trop lointaine."
FUTURE_S = 300
"""How far ahead of ours the clock of a portal may be."""
RETURNING = ("retour", "reference_portail")
OF_TERMS = (
    "acheteur", "consultation", "type_marche", "pieces", "certificats_anticipes", "notification", *RETURNING,
)  # fmt: skip
OF_FILE = ("siret", "lots", "consentement", "groupement", "contact")


@dataclass(frozen=True, slots=True)
class Opening:
    """What opening needs beside the request. `retention_months`: of a purpose, by its id. `url`: checks a webhook's."""

    sheets: Sheets
    retention_months: Callable[[str], int]
    webhook: Callable[[str], str | None]
    identifier: Callable[[], str]
    number: Callable[[int], str]
    now: Callable[[], float]


@dataclass(frozen=True, slots=True)
class Terms:
    """What the files of one consultation have in common. `wanted`, `early`: as in a file."""

    tender: Tender
    wanted: tuple[str, ...] = ()
    early: bool = False
    webhook: Webhook | None = None
    return_url: str = ""
    portal_reference: str = ""


def opened(
    sent: object, consumer: Consumer, means: Opening, market: str = "", given_terms: Terms | None = None
) -> Candidature:
    """The file, with the items its sheets ask. `market`, `given_terms`: of the market it is for, where there is one.

    Raises Problem, with every fault and its place.
    """
    may_open(consumer, means)
    now = int(means.now())
    given = Given(sent)
    given.only(*OF_FILE, *((*RETURNING, "phase") if given_terms else (*OF_TERMS, "phase")))
    shared = given_terms or terms(given, means, now)
    asked = application(given, shared, now)
    back, reference = returning(given) if given_terms else ("", "")
    if asked.members[0].consent is None:
        given.wrong("consentement", None, "00709")
    phase = given.word("phase", Phase, Phase.CANDIDATURE)
    given.refuse()
    within(consumer, shared.tender)
    dossier = Candidature(
        id=means.identifier(), number="", created_at=now, habilitation_id=consumer.habilitation_id,
        token_id=consumer.token_id, tender=shared.tender, members=asked.members, phase=phase,
        until=kept_until(shared.tender, consumer, means, now), form=asked.form, lots=asked.lots, wanted=shared.wanted,
        early=shared.early, webhook=shared.webhook, return_url=back or shared.return_url,
        portal_reference=reference or shared.portal_reference, market=market,
    )  # fmt: skip
    return planned(dossier, means.sheets)[0]


def may_open(consumer: Consumer, means: Opening) -> None:
    """Raises 403 00720 for a purpose that draws up no files."""
    if consumer.purpose not in means.sheets.purposes or not means.sheets.pieces:
        raise refused("00720")


def within(consumer: Consumer, tender: Tender) -> None:
    """Raises 403 00213 for a buyer the habilitation is not for."""
    if consumer.recipients is not None and tender.buyer_siret not in consumer.recipients:
        raise problem("00213", source={"pointer": "/acheteur/siret"})


def kept_until(tender: Tender, consumer: Consumer, means: Opening, now: int) -> int:
    """When what concerns a consultation is erased."""
    start = tender.deadline or now + WITHOUT_DEADLINE_S
    return start + means.retention_months(consumer.purpose) * MONTH_S


def terms(given: Given, means: Opening, now: int) -> Terms:
    """What a consultation's files have in common, as the portal states it."""
    tender = _tender(given, now)
    wanted = given.texts("pieces", 100)
    for key in wanted:
        if key not in means.sheets.pieces and key not in means.sheets.questions:
            given.wrong("pieces", f"« {key} » n'existe pas dans les dossiers.", "00708")
    webhook = _webhook(given, means)
    back, reference = returning(given)
    return Terms(tender, wanted, given.flag("certificats_anticipes"), webhook, back, reference)


@dataclass(frozen=True, slots=True)
class Asked:
    """What one application states beside its consultation's terms. The first member's SIRET is "" when not given."""

    members: tuple[Member, ...]
    form: GroupForm
    lots: tuple[str, ...]


def application(given: Given, shared: Terms, now: int, *, awaited: bool = False) -> Asked:
    """Who applies, to what. `awaited`: the company will say its SIRET, and agree, itself."""
    lots = given.texts("lots", MOST_LOTS)
    known = {lot.id for lot in shared.tender.lots}
    if known and (foreign := [lot for lot in lots if lot not in known]):
        given.wrong("lots", f"Le lot « {foreign[0]} » n'est pas l'un de ceux de la consultation.", "00705")
    members, form = _members(given, shared.tender, known, now, awaited=awaited)
    return Asked(members, form, lots)


def person(given: Given) -> Person:
    """Who acts, as the portal names them."""
    given.only("prenom", "nom", "qualite", "courriel")
    return Person(
        given.text("prenom", needed=True, longest=100),
        given.text("nom", needed=True, longest=100),
        given.text("qualite", needed=True, longest=150),
        given.text("courriel", longest=250),
    )


def consent(given: Given, now: int) -> Consent:
    """A company's agreement: who gave it, when."""
    given.only("par", "le", "certificats_anticipes", "texte")
    at = given.moment("le") or now
    if at > now + FUTURE_S:
        given.wrong("le", "Un consentement ne se donne pas dans l'avenir.")
    return Consent(person(given.below("par")), at, given.flag("certificats_anticipes"), given.text("texte"))


def contact(given: Given) -> Contact:
    """How to reach a company."""
    given.only("courriel", "telephone", "site")
    return Contact(
        given.text("courriel", longest=250), given.text("telephone", longest=30), given.text("site", longest=300)
    )


def _tender(given: Given, now: int) -> Tender:
    buyer, told = given.below("acheteur"), given.below("consultation")
    buyer.only("siret", "nom")
    told.only("source", "reference", "objet", "date_limite", "lots", "procedure", "url")
    source = told.word("source", Source, Source.MANUAL)
    deadline = told.moment("date_limite")
    if deadline is not None and deadline <= now:
        told.wrong("date_limite", None, "00703")
    if deadline is not None and deadline > now + FURTHEST_S:
        told.wrong("date_limite", TOO_FAR)
    if not told.has("date_limite") and source is not Source.BOAMP:
        told.wrong("date_limite", "Sans avis publié au BOAMP où la lire, la date limite est obligatoire.")
    rows = told.each("lots", MOST_LOTS)
    lots = []
    for row in rows:
        row.only("numero", "intitule")
        lots.append(Lot(row.text("numero", needed=True, longest=20), row.text("intitule", longest=500)))
    if len({lot.id for lot in lots}) != len(lots):
        told.wrong("lots", "Deux lots portent le même numéro.")
    url = told.text("url", longest=1_000)
    if url and not url.startswith(("https://", "http://")):
        told.wrong("url", "L'adresse de l'avis commence par https:// ou http://.")
    return Tender(
        source=source,
        reference=told.text("reference", needed=True, longest=100),
        title=told.text("objet", needed=source is not Source.BOAMP, longest=1_000),
        buyer_siret=buyer.siret("siret"),
        kind=given.word("type_marche", Kind),
        buyer_name=buyer.text("nom", longest=300),
        deadline=deadline,
        lots=tuple(lots),
        procedure=told.text("procedure", longest=100),
        url=url,
    )


def returning(given: Given) -> tuple[str, str]:
    """Where the browser goes back to, and the portal's own reference."""
    back = given.text("retour", longest=1_000)
    if back and not _returnable(back):
        given.wrong("retour", "L'adresse de retour doit commencer par https:// et se lire comme une adresse.")
    return back, given.text("reference_portail", longest=200)


def _returnable(url: str) -> bool:
    """Whether a browser may be sent there: https, or this very machine for who tries things out."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    plain = url.isascii() and not any(sign.isspace() or sign in '\\<>"' for sign in url) and "@" not in parts.netloc
    here = parts.scheme == "http" and parts.hostname in ("127.0.0.1", "localhost", "::1")
    return plain and bool(parts.hostname) and (parts.scheme == "https" or here)


def _members(
    given: Given, tender: Tender, lots: set[str], now: int, *, awaited: bool
) -> tuple[tuple[Member, ...], GroupForm]:
    siret = given.siret("siret", needed=not awaited)
    agreed = consent(given.below("consentement"), now) if given.has("consentement") else None
    group = given.below("groupement")
    group.only("forme", "membres")
    form = GroupForm.ALONE
    written = group.text("forme", longest=20)
    if written:
        if written not in (GroupForm.JOINT.value, GroupForm.SOLIDARY.value):
            group.wrong("forme", "Écrivez l'une de ces valeurs : conjoint, solidaire.")
        else:
            form = GroupForm(written)
    others = [_member(row, lots, now) for row in group.each("membres", MOST_MEMBERS)]
    grouped = any(one.role is Role.MEMBER for one in others)
    if grouped and form is GroupForm.ALONE:
        group.wrong("forme", "Un groupement est conjoint ou solidaire : dites-le.")
    if form is not GroupForm.ALONE and not grouped:
        group.wrong("membres", "Un groupement compte au moins un cotraitant.")
    lead = Member(siret, Role.LEAD if grouped else Role.SOLE, agreed, contact=contact(given.below("contact")))
    members = (lead, *others)
    if any(one.role in (Role.SOLE, Role.LEAD) for one in others):
        group.wrong("membres", None, "00707")
    sirets = [one.siret for one in members if one.siret]
    if len(set(sirets)) != len(sirets):
        group.wrong("membres", None, "00706")
    if tender.buyer_siret and any(one[:9] == tender.buyer_siret[:9] for one in sirets):
        given.wrong("siret", None, "00702")
    return members, form


def _member(given: Given, lots: set[str], now: int) -> Member:
    given.only("siret", "role", "consentement", "lots", "part", "contact")
    chosen = given.texts("lots", MOST_LOTS)
    if lots and not lots.issuperset(chosen):
        given.wrong("lots", None, "00705")
    return Member(
        given.siret("siret"),
        given.word("role", Role),
        consent(given.below("consentement"), now) if given.has("consentement") else None,
        chosen,
        given.text("part", longest=1_000),
        contact(given.below("contact")),
    )


def _webhook(given: Given, means: Opening) -> Webhook | None:
    if not given.has("notification"):
        return None
    told = given.below("notification")
    told.only("url", "secret")
    url = told.text("url", needed=True, longest=1_000)
    secret = told.text("secret", needed=True, longest=200)
    if secret and len(secret) < 16:
        told.wrong("secret", "Le secret compte au moins seize caractères.")
    if url and (complaint := means.webhook(url)) is not None:
        told.wrong("url", complaint, "00715")
    return Webhook(url, secret)
