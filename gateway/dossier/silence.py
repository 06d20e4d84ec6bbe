# SPDX-License-Identifier: EUPL-1.2
"""What nobody has said of a company or of a tender, and somebody may therefore declare. Pure.

A registry that was not asked yet is not silent: nothing is asked of a person that may still come by itself.
"""

from gateway.dossier.espd.from_dossier import procedure_code
from gateway.dossier.facts import IDENTITIES, company
from gateway.dossier.values import Candidature, Member
from gateway.dossier.words import Silence


def silent(dossier: Candidature, member: Member, what: Silence) -> bool:
    """Whether nobody has said this of a member, or of the tender."""
    if what is Silence.PROCEDURE:
        return procedure_code(dossier.tender.procedure) is None
    asked = [item for key in IDENTITIES if (item := dossier.item(f"{member.siret}:{key}")) is not None]
    if not asked or not all(item.state.settled or item.attempts for item in asked):
        return False
    identity = company(dossier, member).identity
    if identity is None:
        return True
    said = {
        Silence.NAME: identity.name,
        Silence.SIZE: identity.size,
        Silence.COUNTRY: identity.address.country if identity.address else "",
    }
    return not said[what]
