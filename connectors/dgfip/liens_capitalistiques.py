# SPDX-License-Identifier: EUPL-1.2
"""Liens capitalistiques: who owns a company (form 2059F), and what it owns (form 2059G), as declared for a year.

A person is what stands at one rank of several figures. The day and the place of a birth are never given.
"""

from connectors.dgfip.capital import (
    Actionnaire,
    Adresse,
    AdresseFiliale,
    Capital,
    Filiale,
    Liens,
    Naissance,
    Participations,
    PersonneMorale,
    PersonnePhysique,
    Repartition,
    Titres,
)
from connectors.dgfip.cells import Cells
from connectors.dgfip.liasse import Return, tax_return
from connectors.kit import Answer, Caller, KnownAbsent, Registry, Siren

OWNERS, OWNED = "2059F", "2059G"

# The figure that makes a row of each kind of person, and the other figures of the row.
COMPANY, COMPANY_ROW = "304859", ("304857", "304858", "306875", "304861", "304860")
PERSON, PERSON_ROW = "304868", ("306874", "304869", "304878", "304871", "304870")
HELD, HELD_ROW = "304960", ("304958", "304959", "306876", "304967")
# Number, street, place, post code, town, country.
COMPANY_AT = ("304862", "304863", "304864", "304865", "304866", "304867")
PERSON_AT = ("304872", "304873", "304874", "304875", "304876", "304877")
HELD_AT = ("304961", "304962", "304963", "304964", "304965", "304966")

BLANK = Cells(None)
"""The sheet of a form that was not filed, and of the kind of person that an owner is not."""


async def v3(siren: Siren, year: str, caller: Caller, dgfip: Registry) -> Answer[Liens]:
    """The links declared for `year`. Raises KnownAbsent when the return has neither form, NotFound without one."""
    found = await tax_return(siren, year, caller, dgfip)
    owners, owned = _cells(found, OWNERS), _cells(found, OWNED)
    if owners is None and owned is None:
        raise KnownAbsent
    return Answer(Liens(capital=_capital(owners), participations=_participations(owned)))


def _cells(found: Return, number: str) -> Cells | None:
    """The first form of that number, as a sheet."""
    return next((Cells(form) for form in found.forms if form.number == number), None)


def _capital(form: Cells | None) -> Capital:
    cells = form or BLANK
    return Capital(
        actionnaires=[
            *(_company(cells, rank) for rank in cells.ranks(COMPANY, COMPANY_ROW + COMPANY_AT)),
            *(_person(cells, rank) for rank in cells.ranks(PERSON, PERSON_ROW + PERSON_AT)),
        ],
        repartition=Repartition(
            personnes_physiques=Titres(total_actions=cells.count("309326"), nombre=cells.count("309325")),
            personnes_morales=Titres(total_actions=cells.count("309324"), nombre=cells.count("309323")),
        ),
        depose_neant=cells.at("305767") is not None if form else None,
    )


def _company(cells: Cells, rank: int) -> Actionnaire:
    return Actionnaire(
        type="personne_morale",
        pourcentage=cells.hundredth("304861", rank),
        nombre_parts=cells.count("304860", rank),
        personne_physique_attributes=_somebody(BLANK, rank),
        personne_morale_attributes=_some_company(cells, rank),
        adresse=_address(cells, COMPANY_AT, rank),
    )


def _person(cells: Cells, rank: int) -> Actionnaire:
    return Actionnaire(
        type="personne_physique",
        pourcentage=cells.hundredth("304871", rank),
        nombre_parts=cells.count("304870", rank),
        personne_physique_attributes=_somebody(cells, rank),
        personne_morale_attributes=_some_company(BLANK, rank),
        adresse=_address(cells, PERSON_AT, rank),
    )


def _some_company(cells: Cells, rank: int) -> PersonneMorale:
    return PersonneMorale(
        siren=cells.at(COMPANY, rank),
        denomination=cells.at("304857", rank),
        complement_denomination=cells.at("304858", rank),
        forme_juridique=cells.at("306875", rank),
    )


def _somebody(cells: Cells, rank: int) -> PersonnePhysique:
    year, month = cells.birth("304878", rank)
    return PersonnePhysique(
        civilite=cells.at("306874", rank),
        nom_patronymique_et_prenoms=cells.at(PERSON, rank),
        nom_marital=cells.at("304869", rank),
        date_naissance=Naissance(annee=year, mois=month),
    )


def _participations(form: Cells | None) -> Participations:
    cells = form or BLANK
    return Participations(
        filiales=[_held(cells, rank) for rank in cells.ranks(HELD, HELD_ROW + HELD_AT)],
        nombre_filiales=cells.count("309327"),
        depose_neant=cells.at("305768") is not None if form else None,
    )


def _held(cells: Cells, rank: int) -> Filiale:
    at = _address(cells, HELD_AT, rank)
    return Filiale(
        siren=cells.at(HELD, rank),
        denomination=cells.at("304958", rank),
        complement_denomination=cells.at("304959", rank),
        forme_juridique=cells.at("306876", rank),
        pourcentage_detention=cells.hundredth("304967", rank),
        adresse=AdresseFiliale(
            numero=at["numero"],
            voie=at["voie"],
            lieu_dit_hameau=at["lieu_dit_hameau"],
            code_postal=at["code_postal"],
            ville=at["ville"],
            pays=at["pays"],
        ),
    )


def _address(cells: Cells, codes: tuple[str, str, str, str, str, str], rank: int) -> Adresse:
    numero, voie, lieu, code_postal, ville, pays = (cells.at(code, rank) for code in codes)
    return Adresse(numero=numero, voie=voie, lieu_dit_hameau=lieu, code_postal=code_postal, ville=ville, pays=pays)
