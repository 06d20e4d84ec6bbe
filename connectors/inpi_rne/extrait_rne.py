# SPDX-License-Identifier: EUPL-1.2
"""Extrait RNE: what the national register of companies says of a company, and a link to the same in PDF."""

from connectors.inpi_rne.asking import company, content_of, extract_link
from connectors.inpi_rne.dirigeants import officers
from connectors.inpi_rne.entreprise import identity
from connectors.inpi_rne.etablissements import all_places, is_closed, places
from connectors.inpi_rne.observations import remarks
from connectors.inpi_rne.reading import child
from connectors.inpi_rne.schemas import Extrait
from connectors.kit import Answer, Registry, Siren
from connectors.kit.wire import Wire, an_object, flag, needed, text


async def v3(siren: Siren, rne: Registry) -> Answer[Extrait]:
    """The extract. Raises NotFound for a company that is not registered, RegistryUnavailable behind a firewall."""
    found = await company(siren, rne)
    formality, content = an_object(found.get("formality")), content_of(found)
    person = _person(content)
    number = text(formality, "siren") or needed(found, "siren")
    data = Extrait(
        document_url=extract_link(siren, rne),
        identite_entreprise=identity(number, content, person),
        dirigeants_et_associes=officers(person),
        etablissements=places(person),
        diffusion_commerciale=flag(formality, "diffusionCommerciale") or False,
        diffusion_insee=text(formality, "diffusionINSEE") == "O",
        etablissements_fermes_total=sum(is_closed(place) for place in all_places(person)),
        observations=remarks(content),
    )
    return Answer(data)


def _person(content: Wire) -> Wire:
    """The legal person, else the natural one; neither for a farm, whose extract says little."""
    return child(content, "personneMorale") or child(content, "personnePhysique")
