# SPDX-License-Identifier: EUPL-1.2
"""What each table of a policy file must say: pools, a purpose, what it grants, its examples.

Everything here raises PolicyError, which names the file, the place and what to do.
"""

import re
from collections.abc import Mapping

from connectors.kit import Siren, Siret
from connectors.kit.contract import Product
from gateway.purpose.examples import REFUSALS
from gateway.purpose.model import GRANTED, HABILITATION, Example, LegalText, PolicyError, Pool, Purpose, Rule
from gateway.purpose.project import compile_release
from gateway.purpose.reading import Section

TRACE_MONTHS = 36
"""How long our records of an exchange are kept when its purpose says nothing else (CRPA, article R114-9-7)."""
MOST_TRACE_MONTHS = 120
MOST_EMBARGO_DAYS = 730
"""How long a consultation may be kept from the company at most: it is to see it while the trace still exists."""
NEEDS = ("requis", "optionnel")
_ID = re.compile(r"[a-z][a-z0-9_]*")
_VERSION = re.compile(r"v[1-9][0-9]?")
# Invented, and Luhn-valid: whom an example is for, and whom it asks about, when it does not say.
_RECIPIENT = "99900000300015"
_CALLED = "999100118"
_BASIS = ("Texte cité par l'habilitation",)


def pools_of(sheet: Section, products: Mapping[str, Product]) -> dict[str, Pool]:
    """The rate pools, by name; every product must have its own among them."""
    pools = {}
    for name in sheet.names():
        row = sheet.section(name)
        row.only("limit", "period_s", "counted")
        each = row.one_of("counted", ("ensemble", "séparément")) == "séparément"
        pools[name] = Pool(name, row.number("limit"), row.number("period_s"), each)
    for product in products.values():
        if product.pool not in pools:
            sheet.wrong(f"il manque la réserve « {product.pool} », dont dépend {product.id}")
    return pools


def purpose_of(sheet: Section, products: Mapping[str, Product]) -> Purpose:
    """A purpose without its rules."""
    sheet.only(
        "id", "title", "summary", "legal_basis", "retention_months", "trace_months", "contexts", "self_lookup",
        "natural_persons", "open_data_only", "forbidden", "dossier_pool", "embargo_days", "embargo_reason", "grants",
        "examples",
    )  # fmt: skip
    name = sheet.text("id")
    if not _ID.fullmatch(name):
        sheet.wrong("un identifiant s'écrit en minuscules, sans accent ni espace", "id")
    forbidden = frozenset(sheet.texts("forbidden", (), empty=True))
    for product in sorted(forbidden):
        _known(sheet, "forbidden", product, products)
    basis = _basis(sheet)
    contexts = sheet.texts("contexts", ())
    return Purpose(
        id=name,
        file=sheet.file,
        title=sheet.text("title"),
        summary=sheet.text("summary"),
        basis=basis,
        retention_months=sheet.number("retention_months"),
        trace_months=_trace_months(sheet),
        contexts=contexts,
        self_lookup=sheet.flag("self_lookup", True),
        natural_persons=sheet.flag("natural_persons", True),
        open_data_only=sheet.flag("open_data_only", False),
        forbidden=forbidden,
        examples=tuple(_example(row, basis, contexts, products) for row in sheet.sections("examples")),
        dossier_pool=sheet.text("dossier_pool", ""),
        embargo_days=_embargo_days(sheet),
        embargo_reason=sheet.text("embargo_reason", ""),
    )


def _embargo_days(sheet: Section) -> int:
    """An embargo is bounded, and never without the text that allows it."""
    if not sheet.has("embargo_days"):
        if sheet.has("embargo_reason"):
            sheet.wrong("un motif sans durée : écrivez aussi embargo_days", "embargo_reason")
        return 0
    days = sheet.number("embargo_days")
    if days > MOST_EMBARGO_DAYS:
        sheet.wrong(f"un embargo dure {MOST_EMBARGO_DAYS} jours au plus", "embargo_days")
    if not sheet.has("embargo_reason"):
        sheet.wrong("un embargo a un motif : citez le texte qui le permet dans embargo_reason", "embargo_days")
    return days


def _trace_months(sheet: Section) -> int:
    months = sheet.number("trace_months", TRACE_MONTHS)
    if months > MOST_TRACE_MONTHS:
        sheet.wrong(f"une trace se garde {MOST_TRACE_MONTHS} mois au plus", "trace_months")
    return months


def _basis(sheet: Section) -> tuple[LegalText, ...] | None:
    if sheet.is_text("legal_basis"):
        sheet.one_of("legal_basis", (HABILITATION,))
        return None
    texts = []
    for row in sheet.sections("legal_basis"):
        row.only("text", "article", "url")
        texts.append(LegalText(row.text("text"), row.text("article"), row.text("url", "")))
    return tuple(texts)


def _known(sheet: Section, key: str, product: str, products: Mapping[str, Product]) -> Product:
    if product not in products:
        sheet.wrong(f"aucun registre n'offre « {product} » ; produits connus : {', '.join(sorted(products))}", key)
    return products[product]


def _number(sheet: Section, key: str, text: str) -> int:
    if not _VERSION.fullmatch(text):
        sheet.wrong(f"« {text} » n'est pas une version : elles s'écrivent v3, v4…", key)
    return int(text[1:])


def rule_of(row: Section, purpose: Purpose, products: Mapping[str, Product]) -> Rule:
    """What a purpose grants of a product, compiled."""
    row.only("product", "need", "versions", "groups")
    product = _known(row, "product", row.text("product"), products)
    if product.id in purpose.forbidden:
        row.wrong(f"{product.id} est à la fois accordé et interdit (« forbidden ») : choisissez", "product")
    if purpose.open_data_only and not product.open_data:
        row.wrong(f"{product.id} est protégé, or cette finalité se limite aux données ouvertes : retirez-le", "product")
    groups = row.texts("groups")
    persons = [group for group in groups if group in product.natural_persons]
    if persons and not purpose.natural_persons:
        row.wrong(
            f"le groupe « {persons[0]} » porte sur des personnes physiques, que cette finalité exclut : retirez-le",
            "groups",
        )
    numbers = [_number(row, "versions", text) for text in row.texts("versions", ())] or list(product.versions)
    for number in numbers:
        if number not in product.versions:
            known = ", ".join(f"v{known}" for known in product.versions)
            row.wrong(f"{product.id} n'a pas de v{number} ; il a : {known}", "versions")
    need = row.one_of("need", NEEDS)
    try:
        releases = {number: compile_release(product, product.versions[number], groups) for number in numbers}
    except PolicyError as error:
        raise error.at(row.file, row.place) from None
    return Rule(purpose, product, need, groups, releases)


def _example(
    row: Section, basis: tuple[LegalText, ...] | None, contexts: tuple[str, ...], products: Mapping[str, Product]
) -> Example:
    row.only(
        "says", "product", "version", "scopes", "context", "object", "recipient", "recipients", "basis", "siren",
        "siret", "expect", "visible", "masked",
    )  # fmt: skip
    product = _known(row, "product", row.text("product"), products)
    scopes = frozenset(row.texts("scopes", empty=True))
    known = frozenset().union(*(other.scopes for other in products.values()))
    if unknown := sorted(scopes - known):
        row.wrong(
            f"« {unknown[0]} » n'ouvre aucun produit ; les droits connus sont : {', '.join(sorted(known))}", "scopes"
        )
    recipients = frozenset(row.texts("recipients", empty=True)) if row.has("recipients") else None
    expect = row.one_of("expect", (GRANTED, *REFUSALS))
    visible, masked = row.texts("visible", ()), row.texts("masked", ())
    if expect != GRANTED and (visible or masked):
        row.wrong("un exemple refusé ne montre ni ne masque rien : retirez « visible » et « masked »", "expect")
    return Example(
        place=row.place,
        says=row.text("says"),
        product=product.id,
        version=_number(row, "version", row.text("version")),
        scopes=scopes,
        expect=expect,
        context=row.raw("context", contexts[0] if contexts else "Contexte d'exemple"),
        object=row.raw("object", "Dossier d'exemple"),
        recipient=row.raw("recipient", _RECIPIENT),
        called=_called(row),
        recipients=recipients,
        basis=row.texts("basis", () if basis else _BASIS, empty=True),
        visible=visible,
        masked=masked,
    )


def _called(row: Section) -> str:
    if row.has("siret"):
        if row.has("siren"):
            row.wrong("n'écrivez que l'un des deux : siren ou siret", "siren")
        return Siret.parse(row.text("siret")) or row.wrong("ce n'est pas un numéro de SIRET valide", "siret")
    return Siren.parse(row.text("siren", _CALLED)) or row.wrong("ce n'est pas un numéro de SIREN valide", "siren")
