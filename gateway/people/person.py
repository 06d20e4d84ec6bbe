# SPDX-License-Identifier: EUPL-1.2
"""The people who open pages: what they may be, and what is known of one who is signed in."""

from dataclasses import dataclass, field
from enum import StrEnum


class Role(StrEnum):
    """What a person may be here. Two roles are granted by nobody: a representative is one of some company, by a
    representation; a buyer acts for some organisation, by the word of the provider or of a portal, for one session.
    """

    AUDITOR = "auditeur"
    INSTRUCTOR = "instructeur"
    OPERATOR = "operateur"
    REPRESENTATIVE = "representant"
    BUYER = "acheteur"


GRANTABLE = (Role.AUDITOR, Role.INSTRUCTOR, Role.OPERATOR)
"""The roles that somebody grants; the others come with a company, or with an organisation."""

TITLES = {
    Role.AUDITOR: "auditeur",
    Role.INSTRUCTOR: "instructeur",
    Role.OPERATOR: "exploitant",
    Role.REPRESENTATIVE: "représentant d'une entreprise",
    Role.BUYER: "agent d'un acheteur public",
}
"""How a role is said on a page."""

LOCAL = "local"
"""The issuer of accounts that no identity provider vouches for: those made by an operator's command."""

LINK_ACR = "urn:dlnuf:assurance:lien"
"""The assurance of a sign-in by link: whoever made the link already holds the state folder."""

PORTAL_ACR = "urn:dlnuf:assurance:portail"
"""The assurance of a buyer that a portal sent: the portal signed them in, and says for whom they buy."""


@dataclass(frozen=True, slots=True)
class Account:
    """A person as this service knows them. `sub`: their name at `issuer`; together they are unique."""

    id: str
    issuer: str
    sub: str
    name: str
    created_at: int


@dataclass(frozen=True, slots=True)
class Granted:
    """A role that an account has. `by`: who granted it (an account's id, or an operator's name); epoch seconds."""

    account_id: str
    role: Role
    by: str
    granted_at: int
    until: int | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody signed in, as a page meets them. `id`: their account's.

    roles: what they may be in this session. dormant: roles they have, for which this sign-in is too weak.
    sirens: the companies they may speak for. acr: how surely the provider knows them. csrf: what their forms carry.
    buyer: the SIRET whose tenders they may open, "" for none. tender: the only one of them, when a portal sent them.
    """

    id: str
    name: str
    roles: frozenset[Role]
    sirens: frozenset[str]
    acr: str
    dormant: frozenset[Role] = frozenset()
    buyer: str = ""
    tender: str = ""
    csrf: str = field(default="", repr=False)


SECOND_FACTOR = frozenset(("eidas2", "eidas3", "https://proconnect.gouv.fr/assurance/consistency-checked-2fa"))
OFFICER = frozenset(("https://proconnect.gouv.fr/assurance/certification-dirigeant",))
"""ProConnect's levels: an agent with a second factor; an officer of the company whose SIRET the provider names."""


@dataclass(frozen=True, slots=True)
class Assurance:
    """Which `acr` values are sure enough for a granted role to be used, for an officer to be believed, and for an agent
    to open what was sent to the organisation that the provider names.
    """

    auditor: frozenset[str] = SECOND_FACTOR
    instructor: frozenset[str] = SECOND_FACTOR
    operator: frozenset[str] = SECOND_FACTOR
    officer: frozenset[str] = OFFICER
    buyer: frozenset[str] = SECOND_FACTOR

    @property
    def staff(self) -> frozenset[str]:
        """The levels that at least one role of public agents accepts."""
        return self.auditor | self.instructor | self.operator | self.buyer

    def enough(self, acr: str, role: Role) -> bool:
        """Whether a sign-in with this `acr` lets a granted role be used."""
        levels = {Role.AUDITOR: self.auditor, Role.INSTRUCTOR: self.instructor, Role.OPERATOR: self.operator}
        return acr == LINK_ACR or acr in levels.get(role, frozenset())
