# SPDX-License-Identifier: EUPL-1.2
"""May they? Two steps, pure: the purpose's rule for a product (`grant`), then this very request (`permit`).

Each gives what the next stage needs, or raises a Problem; neither ever answers yes or no. No rule, no scope, no
purpose, no legal basis, no recipient: each of them alone refuses.

    grant    00100  the purpose is unknown · has no rule · no legal basis · no scope in common
    permit   00201 00203 00202  not stated, stated twice, empty or unreadable, all told together
             00402  no such version of the product        00100  a version the purpose does not grant
             00210  the recipient is not a SIRET          00213  not one of the habilitation's recipients
             00211  the recipient is the company called   00100  a context the purpose does not accept
"""

import unicodedata

from connectors.kit import Siret, siren_of
from connectors.kit.contract import Product
from gateway.problems import JSON, JSON_API, PLATFORM, Fault, Problem, problem
from gateway.purpose.model import Policies
from gateway.values import Consumer, Grant, Permit, Stated

LONGEST_STATED = 1000
# Control characters, halves of surrogate pairs, line and paragraph separators: they would forge lines in a log, or
# could not be written at all. Non-breaking spaces are left alone: French sentences are full of them.
_UNREADABLE = {"Cc", "Cs", "Zl", "Zp"}
# In the order in which the running service tells them.
_STATED = (("00201", "context"), ("00203", "recipient"), ("00202", "object"))


def grant(policies: Policies, consumer: Consumer, product: Product) -> Grant:
    """The rule under which this consumer may have this product. Raises Problem 00100."""
    purpose = policies.purposes.get(consumer.purpose)
    if purpose is None:
        raise _no_right("La finalité de votre habilitation n'est plus connue de ce service : faites-la mettre à jour.")
    rule = policies.rules.get((purpose.id, product.id))
    if rule is None:
        raise _no_right(f"La finalité « {purpose.title} » de votre habilitation n'ouvre pas cette ressource.")
    basis = consumer.basis if purpose.basis is None else tuple(str(text) for text in purpose.basis)
    if not any(text.strip() for text in basis):
        raise _no_right(
            f"La finalité « {purpose.title} » exige que votre habilitation cite son propre fondement juridique, "
            "et la vôtre n'en cite aucun."
        )
    if product.scopes and product.scopes.isdisjoint(consumer.scopes):
        raise _no_right(
            "Votre jeton est valable, mais votre habilitation n'a aucun des droits qui ouvrent cette ressource "
            f"({', '.join(sorted(product.scopes))}). La liste de vos droits est donnée par /privileges."
        )
    return Grant(
        purpose=purpose.id,
        title=purpose.title,
        product=product,
        basis=basis,
        policy=policies.digest,
        releases=rule.releases,
        recipients=consumer.recipients,
        contexts=purpose.contexts,
        self_lookup=purpose.self_lookup,
    )


def permit(grant: Grant, version_number: int, stated: Stated, called: str | None) -> Permit:
    """The decision on one request. `called`: SIREN or SIRET asked about, None when the product has neither.

    Raises Problem, in the order told at the top of this file.
    """
    context, recipient, object_ = _stated(stated)
    version = grant.product.versions.get(version_number)
    if version is None:
        raise problem("00402", media_type=JSON_API)
    release = grant.releases.get(version_number)
    if release is None:
        opened = ", ".join(f"v{number}" for number in sorted(grant.releases))
        raise _no_right(
            f"La finalité « {grant.title} » n'ouvre pas la v{version_number} de cette ressource, mais : {opened}."
        )
    siret = Siret.parse(recipient)
    if siret is None:
        raise problem("00210", source={"parameter": "recipient"}, media_type=JSON_API)
    if grant.recipients is not None and siret not in grant.recipients:
        raise problem("00213", source={"parameter": "recipient"})
    if not grant.self_lookup and called is not None and siren_of(siret) == siren_of(called):
        raise problem("00211", source={"parameter": "recipient"}, media_type=JSON_API)
    if grant.contexts and context not in grant.contexts:
        accepted = ", ".join(f"« {text} »" for text in grant.contexts)
        raise problem(
            "00100",
            source={"parameter": "context"},
            detail=f"La finalité « {grant.title} » n'accepte que ces valeurs du paramètre context : {accepted}.",
        )
    return Permit(
        purpose=grant.purpose,
        title=grant.title,
        basis=grant.basis,
        policy=grant.policy,
        recipient=siret,
        context=context,
        object=object_,
        version=version,
        release=release,
    )


def _no_right(detail: str) -> Problem:
    return problem("00100", source={"parameter": "token"}, detail=detail)


def _stated(stated: Stated) -> tuple[str, str, str]:
    """What was stated as context, recipient and object. Raises one Problem for all that is wrong with them."""
    given = (stated.context, stated.recipient, stated.object)
    faults = []
    for (code, name), values in zip(_STATED, given, strict=True):
        if len(values) != 1 or not values[0].strip():
            faults.append(Fault(code, PLATFORM[code].title, PLATFORM[code].detail, {"parameter": name}))
        elif name != "recipient" and (complaint := _complaint(values[0])):
            detail = f"Le paramètre {name} {complaint}."
            faults.append(Fault(code, PLATFORM[code].title, detail, {"parameter": name}))
    if faults:
        raise Problem(PLATFORM[faults[0].code].status, faults, JSON)
    return stated.context[0], stated.recipient[0], stated.object[0]


def _complaint(text: str) -> str | None:
    if len(text) > LONGEST_STATED:
        return f"ne peut pas dépasser {LONGEST_STATED} caractères"
    if not text.isprintable() and any(unicodedata.category(sign) in _UNREADABLE for sign in text):
        return "contient des caractères de contrôle ou des sauts de ligne, qui n'y ont pas leur place"
    return None
