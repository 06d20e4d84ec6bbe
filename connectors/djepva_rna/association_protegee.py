# SPDX-License-Identifier: EUPL-1.2
"""Association, v4 for entitled administrations: with its representatives, its networks and its documents."""

from connectors.djepva_rna.asking import association
from connectors.djepva_rna.establishments import documents_rna, in_full
from connectors.djepva_rna.schemas_v4 import AssociationProtegee, LinksV4, MetaV4
from connectors.djepva_rna.structure import affiliations, links, meta, socle
from connectors.kit import Answer, Registry

Links = LinksV4
Meta = MetaV4


async def v4(siren_or_rna: str, djepva: Registry) -> Answer[AssociationProtegee]:
    """The association. Raises NotFound when there is none, or when the structure is no association."""
    root = await association(siren_or_rna, djepva)
    data: AssociationProtegee = {
        **socle(root, djepva),
        "etablissements": in_full(root, djepva),
        "reseaux_affiliation": affiliations(root, djepva),
        "documents_rna": documents_rna(root, djepva),
    }
    return Answer(data, links={**links(root)}, meta={**meta(root)})
