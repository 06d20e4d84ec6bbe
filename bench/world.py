# SPDX-License-Identifier: EUPL-1.2
"""The companies that the benchmark asks about: many, invented, alike, each with its own valid SIREN and SIRET."""

from connectors.kit.identifiers import luhn
from connectors.kit.simulation import Address, Persona, World
from connectors.kit.simulation.personas import world_of

FIRST = 99_920_000
"""Eight digits before the check digit of the first SIREN, away from the sandbox's companies."""


def invented(count: int) -> World:
    """A world of `count` companies, at most 10,000."""
    return world_of(tuple(_company(rank) for rank in range(count)))


def sirets(count: int) -> list[str]:
    """The SIRETs of their head offices."""
    return [persona.siret for persona in invented(count).personas]


def _company(rank: int) -> Persona:
    siren = _checked(str(FIRST + rank))
    return Persona(
        siren=siren,
        nic=_checked(siren + "0001")[9:],
        traits=("mesure",),
        categorie_juridique="5710",
        naf="43.32A",
        naf2025="43.32Y",
        creation=f"20{rank % 20:02}-03-02",
        adresse=Address(str(1 + rank % 90), "RUE", "DES ETALONS", "35000", "35238", "RENNES"),
        nom=f"MESURES ET METHODES {rank:04}",
        categorie_entreprise="PME",
        ess="N",
        effectif="12",
        annee_effectif="2024",
    )


def _checked(digits: str) -> str:
    """The digits followed by the one that satisfies the Luhn check."""
    return next(digits + last for last in "0123456789" if luhn(digits + last))
