# SPDX-License-Identifier: EUPL-1.2
"""One criterion as a buyer's request asks it, held against the model's: same groups, same questions, its own words.

What the buyer requires stands on the lines of kind REQUIREMENT: an amount, a number of years, a register, a lot.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import cache
from xml.etree import ElementTree as ET

from gateway.dossier.espd.criteria import Criterion, Expected, Group, Law, Property, criteria
from gateway.dossier.espd.xml import CAC, CBC, held, said

LONGEST = 10_000
MOST_LAWS = 20
NO_LOT = "LOT-0000"
"""The one lot of a tender that is not divided into lots, as eForms call it."""
_NUMBER = re.compile(r"-?[0-9]{1,18}(\.[0-9]{1,8})?")
_NUMERIC = (
    "ExpectedAmount", "ExpectedValueNumeric", "MaximumAmount", "MinimumAmount", "MaximumValueNumeric",
    "MinimumValueNumeric", "MaximumQuantity", "MinimumQuantity",
)  # fmt: skip
_EXPECTED = (
    "ExpectedAmount", "ExpectedID", "ExpectedIndicator", "ExpectedCode", "ExpectedValueNumeric",
    "ExpectedDescription", "ExpectedURI", "MaximumAmount", "MinimumAmount", "MaximumValueNumeric",
    "MinimumValueNumeric", "MaximumQuantity", "MinimumQuantity", "CertificationLevelDescription",
)  # fmt: skip
"""What a line may require, in UBL's order."""
_ATTRIBUTES = (
    "currencyID", "unitCode", "schemeID", "schemeAgencyID", "schemeVersionID", "listID", "listAgencyID",
    "listVersionID",
)  # fmt: skip


class Unfit(Exception):
    """A criterion that no response could answer by the model's rules. The message says why, in French."""


@cache
def _by_uuid() -> Mapping[str, Criterion]:
    return {one.uuid: one for one in criteria().values()}


def read_criterion(element: ET.Element) -> Criterion:
    """The criterion. Raises Unfit."""
    uuid = said(element, "ID")
    model = _by_uuid().get(uuid)
    if model is None:
        raise Unfit(f"le critère {uuid[:60] or 'sans identifiant'} n'est pas du modèle 4.1.0")
    if (code := said(element, "CriterionTypeCode")) != model.code:
        raise Unfit(f"le critère {uuid} a le code « {code[:40]} » au lieu de « {model.code} »")
    groups = _groups(held(element, "TenderingCriterionPropertyGroup"), model.groups, model.code)
    named = tuple(said(one, "ID") for one in held(element, "ProcurementProjectLotReference"))
    lots = dict.fromkeys(lot for lot in (*named, *_named(groups)) if lot)
    return Criterion(
        model.code,
        model.uuid,
        model.family,
        _words(said(element, "Name"), model.code) or model.name,
        _words(said(element, "Description"), model.code) or model.description,
        groups,
        tuple(_laws(element, model.code)),
        tuple(lots),
    )


def for_lot(criterion: Criterion, lot: str) -> Criterion | None:
    """The criterion as it concerns a lot: groups and lines of other lots left out. None when it does not."""
    if criterion.lots and lot not in criterion.lots and NO_LOT not in criterion.lots:
        return None
    groups = tuple(kept for group in criterion.groups if (kept := _of_lot(group, lot)) is not None)
    model = criteria()[criterion.code]
    if {group.id for group in model.groups} - {group.id for group in groups}:
        return None
    lots = (lot,) if criterion.lots else ()
    return replace(criterion, groups=groups, lots=lots)


def _of_lot(group: Group, lot: str) -> Group | None:
    named = _own(group)
    if not named or set(named) == {lot}:
        return group
    if lot not in named and NO_LOT not in named:
        return None
    kept = lot if lot in named else NO_LOT
    lines = tuple(
        line
        for line in group.properties
        if line.value != "LOT_IDENTIFIER" or any(one.text == kept for one in line.expected)
    )
    return replace(group, properties=lines)


def _own(group: Group) -> list[str]:
    return [one.text for line in group.properties if line.value == "LOT_IDENTIFIER" for one in line.expected]


def _named(groups: Sequence[Group]) -> Iterator[str]:
    for group in groups:
        for below in group.walk():
            yield from _own(below)


def _groups(found: list[ET.Element], model: Sequence[Group], code: str) -> tuple[Group, ...]:
    """The groups, each of the model's at least once, and no other."""
    known = {group.id: group for group in model}
    read = []
    for element in found:
        identifier = said(element, "ID")
        group = known.get(identifier)
        if group is None:
            raise Unfit(f"le critère {code} a un groupe inconnu à cette place, {identifier[:80] or 'sans identifiant'}")
        if (on := said(element, "PropertyGroupTypeCode")) != group.on:
            raise Unfit(f"le groupe {identifier} est « {on[:40]} » au lieu de « {group.on} »")
        below = _groups(held(element, "SubsidiaryTenderingCriterionPropertyGroup"), group.groups, code)
        read.append(Group(group.id, group.on, _lines(element, group), below))
    if missing := known.keys() - {group.id for group in read}:
        raise Unfit(f"il manque le groupe {min(missing)} au critère {code}")
    return tuple(read)


def _lines(element: ET.Element, model: Group) -> tuple[Property, ...]:
    """The lines, the model's questions among them; requirements may be repeated."""
    kinds = {line.kind for line in model.properties}
    types = {line.value for line in model.properties}
    asked = {line.id: line for line in model.properties if line.is_question}
    answers = {line.value for line in asked.values()}
    labels = {line.id: line.label for line in model.properties}
    read = [_line(one, model.id, labels) for one in held(element, "TenderingCriterionProperty")]
    for line in read:
        if line.kind not in kinds or line.value not in (answers if line.is_question else types):
            raise Unfit(f"la ligne {line.id} est « {line.kind} / {line.value} », ce que {model.id} n'admet pas")
        if line.id in asked and (line.kind, line.value) != ("QUESTION", asked[line.id].value):
            raise Unfit(f"la question {line.id} attend « {asked[line.id].value} » et non « {line.value} »")
    if missing := asked.keys() - {line.id for line in read}:
        raise Unfit(f"il manque la question {min(missing)}")
    if len(read) < len(model.properties):
        raise Unfit(f"il manque des lignes au groupe {model.id}")
    return tuple(read)


def _line(element: ET.Element, group: str, labels: Mapping[str, str]) -> Property:
    identifier = said(element, "ID")
    if not 0 < len(identifier) <= 200:
        raise Unfit(f"une ligne du groupe {group} n'a pas d'identifiant qui convienne")
    label = _words(said(element, "Description"), identifier) or labels.get(identifier, "")
    if not label and said(element, "TypeCode") == "QUESTION":
        raise Unfit(f"la question {identifier} n'a pas de libellé")
    return Property(
        identifier,
        said(element, "TypeCode")[:40],
        said(element, "ValueDataTypeCode")[:40],
        label,
        tuple(_expectations(element, identifier)),
    )


def _expectations(element: ET.Element, line: str) -> Iterator[Expected]:
    for tag in _EXPECTED:
        for found in element.findall(f"{{{CBC}}}{tag}")[:1]:
            words = _words(" ".join((found.text or "").split()), line)
            if not words:
                continue
            if tag in _NUMERIC and not _NUMBER.fullmatch(words):
                raise Unfit(f"{tag} de la ligne {line} n'est pas un nombre")
            if tag == "ExpectedIndicator" and words not in ("true", "false"):
                raise Unfit(f"{tag} de la ligne {line} n'est ni true ni false")
            kept = tuple((name, found.attrib[name][:200]) for name in _ATTRIBUTES if name in found.attrib)
            yield Expected(tag, words, kept)
    for period in element.findall(f"{{{CAC}}}ApplicablePeriod")[:1]:
        days = [said(period, "StartDate"), said(period, "EndDate")]
        try:
            written = "/".join(date.fromisoformat(day[:10]).isoformat() if day else "" for day in days)
        except ValueError:
            raise Unfit(f"la période de la ligne {line} n'est pas faite de jours") from None
        if written != "/":
            yield Expected("ApplicablePeriod", written)


def _laws(element: ET.Element, code: str) -> Iterator[Law]:
    for found in held(element, "Legislation")[:MOST_LAWS]:
        identifier, title = said(found, "ID"), _words(said(found, "Title"), code)
        if identifier and title:
            rest = (_words(said(found, tag), code) for tag in ("Description", "Article", "JurisdictionLevel", "URI"))
            yield Law(identifier[:200], title, *rest)


def _words(found: str, where: str) -> str:
    if len(found) > LONGEST:
        raise Unfit(f"un texte de {where} dépasse {LONGEST} caractères")
    return found
