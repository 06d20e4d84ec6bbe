# SPDX-License-Identifier: EUPL-1.2
"""What the register keeps: a habilitation, which is a right given to an organisation, and the tokens issued for it.

An empty right is refused here, so that it cannot be stored, and so that a damaged row cannot be read as « everything ».
"""

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network
from uuid import UUID

from connectors.kit import Siret

Network = IPv4Network | IPv6Network


class Refused(ValueError):
    """What is asked cannot be registered. The message is in French, for whoever asks."""


class InvalidHabilitation(Refused):
    """A habilitation that grants nothing, or says something impossible."""


@dataclass(frozen=True, slots=True)
class Habilitation:
    """The right of one organisation to ask for data, for one purpose.

    `id`: UUID. `siret`, `name`: the organisation's. `recipients`: SIRETs the data may be for, or None for any public
    body it serves. `basis`: legal basis of its own, when its purpose asks for one. `allowed_ips`: networks the calls
    may come from, or () for any address. `rate_limit`: calls a minute, on top of the pools, or None.
    `valid_until`, `created_at`, `closed_at`: epoch seconds. Raises InvalidHabilitation.
    """

    id: str
    siret: str
    name: str
    purpose: str
    scopes: frozenset[str]
    recipients: frozenset[str] | None
    created_at: int
    basis: tuple[str, ...] = ()
    allowed_ips: tuple[Network, ...] = ()
    rate_limit: int | None = None
    valid_until: int | None = None
    closed_at: int | None = None

    def __post_init__(self) -> None:
        _check_id(self.id)
        if Siret.parse(self.siret) is None:
            raise InvalidHabilitation(f"« {self.siret} » n'est pas un numéro de SIRET valide.")
        if not self.name.strip() or not self.purpose.strip():
            raise InvalidHabilitation("Une habilitation porte le nom de son titulaire et une finalité.")
        if not self.scopes or not all(scope.strip() for scope in self.scopes):
            raise InvalidHabilitation("Une habilitation sans aucun droit n'ouvre rien : donnez au moins un scope.")
        if self.recipients is not None:
            self._check_recipients(self.recipients)
        if self.rate_limit is not None and self.rate_limit < 1:
            raise InvalidHabilitation("La limite d'appels par minute est un nombre entier supérieur à zéro.")
        if self.valid_until is not None and self.valid_until <= self.created_at:
            raise InvalidHabilitation("L'habilitation finirait avant d'avoir commencé.")

    @staticmethod
    def _check_recipients(recipients: frozenset[str]) -> None:
        if not recipients:
            raise InvalidHabilitation(
                "Une habilitation sans destinataire n'ouvre rien : nommez-les, ou écrivez « any » pour tous."
            )
        if wrong := sorted(siret for siret in recipients if Siret.parse(siret) is None):
            raise InvalidHabilitation(f"« {wrong[0]} » n'est pas un numéro de SIRET valide.")


@dataclass(frozen=True, slots=True)
class Token:
    """What the register knows of a token: never the token itself, which only its holder has.

    `id`: UUID, the token's `jti`. `issued_at`, `expires_at`: epoch seconds. `revoked_at`: epoch seconds, perhaps still
    to come, so that a replacement may be put in place. `safe_listed`: its calls are not throttled. `mcp`: programs of
    language models may ask with it, at `/mcp`. `adopted`: the service before this one issued it, and its secret may
    have signed its string. Raises Refused.
    """

    id: str
    habilitation_id: str
    title: str
    issued_at: int
    expires_at: int
    revoked_at: int | None = None
    safe_listed: bool = False
    mcp: bool = False
    adopted: bool = False

    def __post_init__(self) -> None:
        _check_id(self.id)
        if not self.title.strip():
            raise Refused("Un jeton porte un intitulé.")
        if self.expires_at <= self.issued_at:
            raise Refused("Le jeton serait échu dès son émission.")


def networks(texts: Iterable[str]) -> tuple[Network, ...]:
    """Networks written as CIDR or as single addresses, v4 or v6. Raises InvalidHabilitation, naming the unreadable."""
    found = []
    for text in texts:
        try:
            found.append(ip_network(text))
        except ValueError:
            raise InvalidHabilitation(
                f"« {text} » n'est ni une adresse IP ni un réseau en notation CIDR (par exemple 192.0.2.0/24)."
            ) from None
    return tuple(found)


def is_uuid(text: object) -> bool:
    """Whether this is a UUID in its canonical spelling: 36 characters, lower case."""
    if not isinstance(text, str):
        return False
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False


def _check_id(text: str) -> None:
    if not is_uuid(text):
        raise Refused("L'identifiant n'est pas un UUID.")
