# SPDX-License-Identifier: EUPL-1.2
"""Association, v3: what the répertoire national says of an association, under its RNA number or one of its SIRETs."""

from connectors.djepva_rna.asking import association
from connectors.djepva_rna.reading import address, at, day, flag, written
from connectors.djepva_rna.schemas import Association
from connectors.kit import Answer, Registry, Siret


async def v3(siret_or_rna: str, djepva: Registry) -> Answer[Association]:
    """The association. Raises NotFound when there is none, or when the structure is no association."""
    root = await association(siret_or_rna, djepva)
    identity = root.find("identite")
    changed = day(identity, "date_modif_rna")
    return Answer(
        Association(
            rna_id=written(identity, "id_rna"),
            titre=written(identity, "nom"),
            objet=written(root, "activites/objet"),
            siret=str(siret_or_rna) if Siret.parse(siret_or_rna) else None,
            siret_siege_social=written(identity, "id_siret_siege"),
            date_creation=day(identity, "date_creat"),
            date_declaration=changed,
            date_publication=day(identity, "date_pub_jo"),
            date_dissolution=day(identity, "date_dissolution"),
            adresse_siege=address(at(root, "coordonnees/adresse_siege")),
            etat=flag(identity, "active"),
            groupement=written(identity, "groupement"),
            mise_a_jour=changed,
        )
    )
