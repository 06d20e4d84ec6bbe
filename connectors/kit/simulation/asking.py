# SPDX-License-Identifier: EUPL-1.2
"""How to ask about an invented company: its own values for a product's parameters."""

from connectors.kit.contract import Product
from connectors.kit.simulation.personas import Persona

NOTICE = "26-99127"
"""The notice of BOAMP that its simulator knows."""


def parameters_of(product: Product, persona: Persona) -> dict[str, str]:
    """A persona's values for the parameters of a product's path: by their name, or else by their kind."""
    street = persona.adresse
    values = {
        "siren": persona.siren,
        "siret": persona.siret,
        "siret_or_rna": persona.rna or persona.siret,
        "siren_or_rna": persona.rna or persona.siren,
        "siren_or_siret_or_rna": persona.rna or persona.siren,
        "siret_or_eori": persona.siret,
        "month": "06",
        "year": "2024",
        "fiscal_year": "2024",
        "text": persona.name,
        "adresse": f"{street.numero} {street.type_voie} {street.voie}",
        "idweb": NOTICE,
    }
    return {name: values.get(name) or values[product.kinds[name]] for name in product.parameters}
