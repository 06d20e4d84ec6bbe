# SPDX-License-Identifier: EUPL-1.2
"""Association, v4 in open data: an association and its establishments, without anybody's name."""

from connectors.djepva_rna.asking import association
from connectors.djepva_rna.establishments import in_open_data
from connectors.djepva_rna.schemas_v4 import AssociationOpenData, LinksV4, MetaV4
from connectors.djepva_rna.structure import links, meta, socle
from connectors.kit import Answer, Registry

Links = LinksV4
Meta = MetaV4


async def v4(siren_or_rna: str, djepva: Registry) -> Answer[AssociationOpenData]:
    """The association. Raises NotFound when there is none, or when the structure is no association."""
    root = await association(siren_or_rna, djepva)
    data: AssociationOpenData = {**socle(root, djepva), "etablissements": in_open_data(root)}
    return Answer(data, links={**links(root)}, meta={**meta(root)})
