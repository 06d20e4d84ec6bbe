# SPDX-License-Identifier: EUPL-1.2
"""What we are at an identity provider: our name and secret there, what we ask for, how its claims are called.

The defaults are ProConnect's profile. The secret shows in no `repr`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from gateway.people.person import Assurance

SECRET_BYTES = 4096
PROFILE_AGENT, PROFILE_OFFICER, PROFILE_OTHER = "agent", "dirigeant", "autre"
"""Who wants to sign in: a public agent, an officer of a company, or anybody else."""


class BadClient(ValueError):
    """A setting of the identity provider cannot be used. The message names it, in French."""


@dataclass(frozen=True, slots=True)
class Client:
    """Ourselves, at one provider.

    issuer: its name, exactly as its tokens write it. id, secret: ours there. name: how pages call it. scopes: what we
    ask for. siret, given_name, family_name: its claims. acr_request: how a level is asked for: `claims` (as essential,
    ProConnect's way), `acr_values`, or `none`. signed_userinfo: its answers about people are signed, and must be.
    """

    issuer: str
    id: str
    secret: str = field(repr=False)
    name: str = "ProConnect"
    scopes: str = "openid given_name usual_name siret"
    siret: str = "siret"
    given_name: str = "given_name"
    family_name: str = "usual_name"
    acr_request: str = "claims"
    signed_userinfo: bool = True
    assurance: Assurance = field(default_factory=Assurance)

    def levels(self, profile: str) -> tuple[str, ...]:
        """The levels to ask for, for who wants to sign in."""
        if profile == PROFILE_AGENT:
            return tuple(sorted(self.assurance.staff))
        return tuple(sorted(self.assurance.officer)) if profile == PROFILE_OFFICER else ()


def client_from(
    environment: Mapping[str, str], read: Callable[[Path], str] = lambda path: path.read_text("utf-8")
) -> Client | None:
    """The client that the environment describes, or None when no issuer is named. Raises BadClient."""
    issuer = environment.get("DLNUF_OIDC_ISSUER", "")
    if not issuer:
        return None
    if not fit(issuer):
        raise BadClient(
            "DLNUF_OIDC_ISSUER doit être une adresse https, sans paramètre (http : sur cette machine seule)."
        )
    ident, secret = environment.get("DLNUF_OIDC_CLIENT_ID", ""), _secret(environment, read)
    if not ident or not secret:
        raise BadClient(
            "DLNUF_OIDC_CLIENT_ID et DLNUF_OIDC_CLIENT_SECRET (ou …_SECRET_FILE) vont avec DLNUF_OIDC_ISSUER."
        )
    request = environment.get("DLNUF_OIDC_ACR_REQUEST", "claims")
    if request not in ("claims", "acr_values", "none"):
        raise BadClient("DLNUF_OIDC_ACR_REQUEST vaut claims, acr_values ou none.")
    userinfo = environment.get("DLNUF_OIDC_USERINFO", "signed")
    if userinfo not in ("signed", "json"):
        raise BadClient("DLNUF_OIDC_USERINFO vaut signed ou json.")
    scopes = environment.get("DLNUF_OIDC_SCOPES", "openid given_name usual_name siret")
    if "openid" not in scopes.split():
        raise BadClient("DLNUF_OIDC_SCOPES doit contenir openid.")
    return Client(
        issuer=issuer,
        id=ident,
        secret=secret,
        name=environment.get("DLNUF_OIDC_NAME", "ProConnect"),
        scopes=" ".join(scopes.split()),
        siret=environment.get("DLNUF_OIDC_CLAIM_SIRET", "siret"),
        given_name=environment.get("DLNUF_OIDC_CLAIM_GIVEN_NAME", "given_name"),
        family_name=environment.get("DLNUF_OIDC_CLAIM_FAMILY_NAME", "usual_name"),
        acr_request=request,
        signed_userinfo=userinfo == "signed",
        assurance=assurance_from(environment),
    )


def assurance_from(environment: Mapping[str, str]) -> Assurance:
    """The levels that are sure enough, by role. Raises BadClient for a level list that is empty."""
    usual = Assurance()
    return Assurance(
        auditor=_levels(environment, "DLNUF_OIDC_ACR_AUDITEUR", usual.auditor),
        instructor=_levels(environment, "DLNUF_OIDC_ACR_INSTRUCTEUR", usual.instructor),
        operator=_levels(environment, "DLNUF_OIDC_ACR_OPERATEUR", usual.operator),
        officer=_levels(environment, "DLNUF_OIDC_ACR_DIRIGEANT", usual.officer),
        buyer=_levels(environment, "DLNUF_OIDC_ACR_ACHETEUR", usual.buyer),
    )


def fit(url: str) -> bool:
    """Whether an address of the provider may be spoken to: https, or this very machine."""
    parts = urlsplit(url)
    if parts.query or parts.fragment or parts.username or not parts.hostname:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in ("127.0.0.1", "::1", "localhost"))


def _levels(environment: Mapping[str, str], name: str, usual: frozenset[str]) -> frozenset[str]:
    if name not in environment:
        return usual
    found = frozenset(environment[name].replace(",", " ").split())
    if not found:
        raise BadClient(f"{name} ne nomme aucun niveau : retirez la variable, ou donnez au moins un niveau.")
    return found


def _secret(environment: Mapping[str, str], read: Callable[[Path], str]) -> str:
    given, file = environment.get("DLNUF_OIDC_CLIENT_SECRET", ""), environment.get("DLNUF_OIDC_CLIENT_SECRET_FILE", "")
    if given and file:
        raise BadClient("DLNUF_OIDC_CLIENT_SECRET et DLNUF_OIDC_CLIENT_SECRET_FILE s'excluent.")
    if not file:
        return given
    try:
        found = read(Path(file)).strip()
    except (OSError, UnicodeDecodeError):
        raise BadClient("Le fichier que nomme DLNUF_OIDC_CLIENT_SECRET_FILE ne peut pas être lu.") from None
    if not found or len(found) > SECRET_BYTES:
        raise BadClient("Le fichier que nomme DLNUF_OIDC_CLIENT_SECRET_FILE est vide ou trop long.")
    return found
