# SPDX-License-Identifier: EUPL-1.2
"""Mandataires sociaux: who runs and audits a company, persons and companies, as the commercial register names them."""

from connectors.infogreffe.asking import ask
from connectors.infogreffe.officers import in_full, officers
from connectors.infogreffe.schemas import Mandataire, MandatairesMeta
from connectors.kit import Answer, NotFound, Registry, Siren

Meta = MandatairesMeta


async def v3(siren: Siren, infogreffe: Registry) -> Answer[list[Mandataire]]:
    """The officers, in the register's order. Raises NotFound when the file names nobody."""
    found = [in_full(officer) for officer in officers(await ask(siren, infogreffe))]
    if not found:
        raise NotFound(meta={"provider_error": {}})
    persons = sum(one["type"] == "personne_physique" for one in found)
    meta = Meta(personnes_physiques_count=persons, personnes_morales_count=len(found) - persons, count=len(found))
    return Answer(found, meta={**meta})
