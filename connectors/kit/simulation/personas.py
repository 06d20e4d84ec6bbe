# SPDX-License-Identifier: EUPL-1.2
"""The invented companies that every simulated registry knows, each in its own way."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PERSONAS = Path(__file__).with_name("personas.toml")


@dataclass(frozen=True, slots=True)
class Address:
    """A French address, in the spelling of Sirene: capitals, no accents."""

    numero: str
    type_voie: str
    voie: str
    code_postal: str
    code_commune: str
    commune: str
    repetition: str | None = None
    complement: str | None = None
    distribution: str | None = None
    cedex: str | None = None
    libelle_cedex: str | None = None


@dataclass(frozen=True, slots=True)
class Establishment:
    """A place of business other than the head office. `fermeture`: the day it closed, though the company goes on."""

    nic: str
    enseigne: str
    creation: str
    adresse: Address
    fermeture: str | None = None


@dataclass(frozen=True, slots=True)
class Succession:
    """One establishment taking over from another of the same company; `de` and `vers` are NICs."""

    de: str
    vers: str
    date: str
    transfert_siege: bool
    continuite: bool


@dataclass(frozen=True, slots=True)
class Officer:
    """Who runs or audits a company: a natural person (`nom`, `prenom`, `naissance`…) or a company (`siren`, `nom`).

    `qualite`: the office, in the capitals of the commercial register. `naissance`: `YYYY-MM-DD`.
    """

    qualite: str
    nom: str
    prenom: str | None = None
    sexe: str | None = None
    naissance: str | None = None
    commune_naissance: str | None = None
    siren: str | None = None


@dataclass(frozen=True, slots=True)
class Persona:
    """One invented company.

    `nic`: five digits of the head office. `diffusion`: O, P or N. `etat`: A or C. `urssaf`: a_jour, refus, analyse or
    inconnu. `dgfip`: a_jour, refus, hors_perimetre or inconnu. `ca`: (year, euros), newest first. `redirige_vers`:
    SIREN of the company that this duplicate stands for. `liquidation`: the day a court opened its winding-up, while it
    is still registered. `interdite`: nobody may be told about it. `naissance`, `commune_naissance`: of a sole trader.
    `dirigeants`: of a company or an association.
    """

    siren: str
    nic: str
    traits: tuple[str, ...]
    categorie_juridique: str
    naf: str
    naf2025: str
    creation: str
    adresse: Address
    nom: str | None = None
    sigle: str | None = None
    rna: str | None = None
    enseigne: str | None = None
    nom_naissance: str | None = None
    prenoms: tuple[str, ...] = ()
    sexe: str | None = None
    categorie_entreprise: str | None = None
    diffusion: str = "O"
    etat: str = "A"
    fermeture: str | None = None
    liquidation: str | None = None
    ess: str | None = None
    effectif: str | None = None
    annee_effectif: str | None = None
    urssaf: str = "a_jour"
    dgfip: str = "a_jour"
    ca: tuple[tuple[int, int], ...] = ()
    etablissements: tuple[Establishment, ...] = ()
    successions: tuple[Succession, ...] = ()
    redirige_vers: str | None = None
    interdite: bool = False
    naissance: str | None = None
    commune_naissance: str | None = None
    dirigeants: tuple[Officer, ...] = ()

    @property
    def siret(self) -> str:
        """The SIRET of the head office."""
        return self.siren + self.nic

    @property
    def name(self) -> str:
        """What people call it: the company's name, or the trader's first name and name."""
        return self.nom or f"{self.prenoms[0]} {self.nom_naissance}"

    @property
    def natural_person(self) -> bool:
        """Whether it is a sole trader."""
        return self.nom is None


@dataclass(frozen=True, slots=True)
class World:
    """All personas, findable by SIREN and by the SIRET of any of their establishments."""

    personas: tuple[Persona, ...]
    by_siren: Mapping[str, Persona]
    by_siret: Mapping[str, Persona]


def load_world(path: Path = PERSONAS) -> World:
    """The personas of a TOML file, in its order."""
    rows = tomllib.loads(path.read_text("utf-8"))["persona"]
    return world_of(tuple(_persona(row) for row in rows))


def world_of(personas: tuple[Persona, ...]) -> World:
    """A world made of these personas."""
    sirets = {persona.siret: persona for persona in personas}
    for persona in personas:
        sirets |= {persona.siren + other.nic: persona for other in persona.etablissements}
    return World(personas, {persona.siren: persona for persona in personas}, sirets)


def _persona(row: dict[str, Any]) -> Persona:
    person = row.pop("personne", {})
    row["nom_naissance"] = person.get("nom")
    row["prenoms"] = tuple(person.get("prenoms", ()))
    row["sexe"] = person.get("sexe")
    row["naissance"] = person.get("naissance")
    row["commune_naissance"] = person.get("commune_naissance")
    row["dirigeants"] = tuple(Officer(**officer) for officer in row.get("dirigeants", ()))
    row["adresse"] = Address(**row["adresse"])
    row["traits"] = tuple(row["traits"])
    row["ca"] = tuple((year, amount) for year, amount in row["ca"])
    row["etablissements"] = tuple(
        Establishment(**{**other, "adresse": Address(**other["adresse"])}) for other in row.get("etablissements", ())
    )
    row["successions"] = tuple(Succession(**link) for link in row.get("successions", ()))
    return Persona(**row)
