# SPDX-License-Identifier: EUPL-1.2
"""The natural persons who own or control a company, as both products about them publish them."""

import re
from collections.abc import Mapping
from typing import Literal, TypedDict, get_args

from connectors.inpi_rne.asking import company, content_of
from connectors.inpi_rne.modalites import Modalites, means
from connectors.inpi_rne.reading import child, children, texts
from connectors.kit import Answer, MayLack, NotFound, Registry, Siren
from connectors.kit.wire import Wire, an_object, text

Month = Literal["01", "02", "03", "04", "05", "06", "07", "08", "09", "10", "11", "12"]
_MONTHS: Mapping[str, Month] = {month: month for month in get_args(Month)}
_YEAR = re.compile(r"[0-9]{4}", re.ASCII)


class DateNaissance(TypedDict):
    """A year and a month of birth, as text; the day is never told."""

    annee: str | None
    mois: Month | None


class Beneficiaire(TypedDict):
    """One beneficial owner: who they are, in capitals, and how they own or control the company."""

    beneficiaire_uuid: MayLack[str]
    nom: MayLack[str]
    nom_usage: str | None
    prenoms: list[str]
    date_naissance: DateNaissance
    nationalite: str | None
    pays_residence: MayLack[str]
    modalites: Modalites


class Meta(TypedDict):
    """Of the list: how many it has, and the identifiers of those left out because nothing says how they control."""

    count: int
    beneficiaires_sans_modalites_uuids: list[str]


async def owners(siren: Siren, rne: Registry) -> Answer[list[Beneficiaire]]:
    """The beneficial owners. Raises NotFound when none is declared, and for sole traders and farms."""
    content = content_of(await company(siren, rne))
    declared = children(child(content, "personneMorale"), "beneficiairesEffectifs")
    if not declared or content.get("personnePhysique") is not None or content.get("exploitation") is not None:
        raise NotFound
    kept = [_owner(row) for row in declared if row.get("modalite") is not None]
    silent = [text(row, "beneficiaireId") for row in declared if row.get("modalite") is None]
    meta = Meta(count=len(kept), beneficiaires_sans_modalites_uuids=[uuid for uuid in silent if uuid])
    return Answer(kept, meta=dict(meta))


def _owner(row: Wire) -> Beneficiaire:
    who = child(row, "beneficiaire")
    described = child(who, "descriptionPersonne")
    return {
        "beneficiaire_uuid": text(row, "beneficiaireId"),
        "nom": _capitals(text(described, "nom")),
        "nom_usage": _capitals(text(described, "nomUsage")),
        "prenoms": [name.upper() for name in texts(described, "prenoms")],
        "date_naissance": _born(text(described, "dateDeNaissance")),
        "nationalite": text(described, "nationalite"),
        "pays_residence": text(child(who, "adresseDomicile"), "pays"),
        "modalites": means(an_object(row["modalite"])),
    }


def _capitals(name: str | None) -> str | None:
    return name and name.upper()


def _born(written: str | None) -> DateNaissance:
    year, month, *_ = [*(written or "").split("-"), "", ""]
    return {"annee": year if _YEAR.fullmatch(year) else None, "mois": _MONTHS.get(month)}
