# SPDX-License-Identifier: EUPL-1.2
"""The identity provider of the sandbox: ProConnect's profile of OpenID Connect, before invented people.

Whoever signs in chooses whom to be on a page. It is as strict as the real one where a client's mistakes would show:
state and nonce of 32 characters, codes that live 30 seconds and serve once, PKCE, its own answers about people signed.
"""

import json
import secrets
import time
import tomllib
from base64 import urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from html import escape
from pathlib import Path
from urllib.parse import urlencode

import jwt
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from jwt.algorithms import ECAlgorithm

from connectors.kit.simulation.web import Asked, Said, json_said

PATH = "/bac-a-sable/identite"
CLIENT_ID, CLIENT_SECRET = "dlnuf-bac-a-sable", "secret-du-bac-a-sable"
CODE_S, ACCESS_S = 30, 60
WAITING = 1000
KID = "bac-a-sable-1"
SHORTEST = 32
ENDPOINTS = ("authorize", "token", "userinfo", "jwks", "session/end")


@dataclass(frozen=True, slots=True)
class Pretended:
    """Somebody of the sandbox."""

    sub: str
    given_name: str
    usual_name: str
    says: str
    siret: str
    acr: str
    roles: tuple[str, ...]

    @property
    def name(self) -> str:
        """First name and name."""
        return f"{self.given_name} {self.usual_name}"


@dataclass(frozen=True, slots=True)
class _Given:
    """A code or an access token that was given: to whom it belongs, what was asked, and until when."""

    person: Pretended
    asked: dict[str, str]
    until: float


def load_people() -> tuple[Pretended, ...]:
    """The people of the sandbox."""
    rows = tomllib.loads((Path(__file__).parent / "people.toml").read_text("utf-8"))["person"]
    return tuple(Pretended(**{**row, "roles": tuple(row["roles"])}) for row in rows)


class IdentityProvider:
    """One simulated provider. `issuer`: its address, under which it answers; `back`: where its client may be led."""

    def __init__(self, issuer: str, back: tuple[str, ...], now: Callable[[], float] = time.time) -> None:
        self.people = load_people()
        self._issuer = issuer
        self._back = back
        self._now = now
        self._key = generate_private_key(SECP256R1())
        self._codes: dict[str, _Given] = {}
        self._access: dict[str, _Given] = {}

    def handle(self, asked: Asked) -> Said:
        """Answer one request."""
        match asked.method, asked.path:
            case "GET", "/.well-known/openid-configuration":
                return json_said(self._description())
            case "GET", "/jwks":
                public = ECAlgorithm.to_jwk(self._key.public_key(), as_dict=True)
                return json_said({"keys": [{**public, "kid": KID, "use": "sig", "alg": "ES256"}]})
            case "GET", "/authorize":
                return self._choose(dict(asked.query))
            case "POST", "/authorize":
                return self._chosen(asked.form())
            case "POST", "/token":
                return self._token(asked.form())
            case "GET", "/userinfo":
                return self._userinfo(asked.headers.get("authorization", ""))
            case "GET", "/session/end":
                return self._end(dict(asked.query))
            case "GET", "/style.css":
                return Said(200, STYLE.encode(), "text/css; charset=utf-8")
            case _:
                return Said(404, b"", "text/plain")

    def _description(self) -> dict[str, object]:
        addresses = {
            name: f"{self._issuer}/{path}"
            for name, path in zip(
                ("authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri", "end_session_endpoint"),
                ENDPOINTS,
                strict=True,
            )
        }
        return {
            "issuer": self._issuer,
            **addresses,
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "scopes_supported": ["openid", "given_name", "usual_name", "siret"],
            "id_token_signing_alg_values_supported": ["ES256"],
            "userinfo_signing_alg_values_supported": ["ES256"],
            "token_endpoint_auth_methods_supported": ["client_secret_post"],
            "code_challenge_methods_supported": ["S256"],
            "acr_values_supported": sorted({person.acr for person in self.people}),
            "claims_parameter_supported": True,
            "authorization_response_iss_parameter_supported": True,
        }

    def _choose(self, query: dict[str, str]) -> Said:
        """The page that lists the people."""
        if fault := self._fault(query):
            return _page(f"<h1>Demande refusée</h1><p>{escape(fault)}</p>", 400)
        hidden = "".join(
            f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">' for name, value in query.items()
        )
        levels = _levels(query)
        rows = "".join(
            f'<li><button name="sub" value="{escape(person.sub)}" type="submit"><strong>{escape(person.name)}</strong>'
            f"<span>{escape(person.says)}</span>"
            f"{'' if not levels or person.acr in levels else '<em>sera refusée : niveau insuffisant</em>'}"
            f"</button></li>"
            for person in self.people
        )
        return _page(
            "<h1>Qui êtes-vous&nbsp;?</h1><p>Fournisseur d'identité simulé du bac à sable : ces personnes sont "
            f'inventées, et personne ne vous demande de mot de passe.</p><form method="post" action="{PATH}/authorize">'
            f'{hidden}<ul>{rows}</ul><p><button class="plat" name="sub" value="" type="submit">Abandonner</button></p>'
            "</form>"
        )

    def _chosen(self, form: dict[str, str]) -> Said:
        """Back to the client with a code, or with the error that the standard names."""
        if fault := self._fault(form):
            return _page(f"<h1>Demande refusée</h1><p>{escape(fault)}</p>", 400)
        person = next((person for person in self.people if person.sub == form.get("sub")), None)
        answer = {"state": form["state"], "iss": self._issuer}
        if person is None:
            answer["error"] = "access_denied"
        elif (levels := _levels(form)) and person.acr not in levels:
            answer["error"] = "unmet_authentication_requirements"
        else:
            answer["code"] = self._remember(self._codes, _Given(person, form, self._now() + CODE_S))
        return Said(303, b"", "text/plain", {"location": f"{form['redirect_uri']}?{urlencode(answer)}"})

    def _fault(self, query: dict[str, str]) -> str:
        """What is wrong with a request for a sign-in; empty when nothing is."""
        if query.get("client_id") != CLIENT_ID or query.get("redirect_uri") not in self._back:
            return "Ce service n'est pas connu ici, ou son adresse de retour n'est pas la sienne."
        if query.get("response_type") != "code" or "openid" not in query.get("scope", "").split():
            return "La demande doit être celle d'un code, avec le scope openid."
        if len(query.get("state", "")) < SHORTEST or len(query.get("nonce", "")) < SHORTEST:
            return f"state et nonce doivent avoir {SHORTEST} caractères au moins."
        if query.get("code_challenge_method") != "S256" or not query.get("code_challenge"):
            return "La demande doit porter un défi PKCE (S256)."
        return ""

    def _token(self, form: dict[str, str]) -> Said:
        if form.get("client_id") != CLIENT_ID or form.get("client_secret") != CLIENT_SECRET:
            return json_said({"error": "invalid_client"}, 401)
        given = self._codes.pop(form.get("code", ""), None)
        verifier = urlsafe_b64encode(sha256(form.get("code_verifier", "").encode()).digest()).rstrip(b"=").decode()
        if (
            given is None
            or form.get("grant_type") != "authorization_code"
            or given.until <= self._now()
            or given.asked["redirect_uri"] != form.get("redirect_uri")
            or given.asked["code_challenge"] != verifier
        ):
            return json_said({"error": "invalid_grant"}, 400)
        access = self._remember(self._access, _Given(given.person, {}, self._now() + ACCESS_S))
        claims = {
            "nonce": given.asked["nonce"],
            "acr": given.person.acr,
            "auth_time": int(self._now()),
            "at_hash": urlsafe_b64encode(sha256(access.encode()).digest()[:16]).rstrip(b"=").decode(),
        }
        answer = {"access_token": access, "token_type": "Bearer", "expires_in": ACCESS_S}
        return json_said(answer | {"id_token": self._signed(given.person, claims)})

    def _userinfo(self, authorization: str) -> Said:
        given = self._access.get(authorization.removeprefix("Bearer "))
        if given is None or given.until <= self._now():
            return json_said({"error": "invalid_token"}, 401)
        person = given.person
        told = {"given_name": person.given_name, "usual_name": person.usual_name, "siret": person.siret}
        return Said(200, self._signed(person, told).encode(), "application/jwt")

    def _end(self, query: dict[str, str]) -> Said:
        onward = query.get("post_logout_redirect_uri", "")
        allowed = {back.replace("/connexion/retour", "/deconnexion") for back in self._back}
        if onward not in allowed or not query.get("id_token_hint"):
            return _page("<h1>Demande refusée</h1><p>Adresse de retour inconnue.</p>", 400)
        return Said(303, b"", "text/plain", {"location": f"{onward}?{urlencode({'state': query.get('state', '')})}"})

    def _signed(self, person: Pretended, claims: dict[str, object] | dict[str, str]) -> str:
        now = int(self._now())
        whole = {"iss": self._issuer, "aud": CLIENT_ID, "sub": person.sub, "iat": now, "exp": now + ACCESS_S, **claims}
        return jwt.encode(whole, self._key, "ES256", headers={"kid": KID})

    @staticmethod
    def _remember(where: dict[str, _Given], given: _Given) -> str:
        while len(where) >= WAITING:
            del where[next(iter(where))]
        name = secrets.token_urlsafe(32)
        where[name] = given
        return name


def _levels(query: dict[str, str]) -> frozenset[str]:
    """The levels a client insists on: by the parameter `claims`, or by `acr_values`."""
    try:
        wanted = json.loads(query.get("claims", "{}"))["id_token"]["acr"]
        return frozenset(wanted["values"]) if wanted and wanted.get("essential") else frozenset()
    except (ValueError, KeyError, TypeError):
        return frozenset(query.get("acr_values", "").split())


def _page(body: str, status: int = 200) -> Said:
    text = (
        '<!doctype html><html lang="fr"><head><meta charset="utf-8"><title>Identité simulée · Bac à sable</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<link rel="stylesheet" href="{PATH}/style.css"></head><body><main>{body}</main></body></html>'
    )
    headers = {
        "content-security-policy": "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'",
        "cache-control": "no-store",
    }
    return Said(status, text.encode(), "text/html; charset=utf-8", headers)


STYLE = """body { margin: 0; background: #3a3347; color: #fff; font: 1.05rem/1.5 system-ui, sans-serif; }
main { max-width: 34rem; margin: 0 auto; padding: 2rem 1.25rem 4rem; }
ul { list-style: none; padding: 0; }
li { margin: .6rem 0; }
button { font: inherit; cursor: pointer; }
li button { width: 100%; text-align: left; padding: .8rem 1.1rem; border: 2px solid #fff; border-radius: 10px;
  background: #fff; color: #241f2e; }
li button:hover { background: #efeaf7; }
button span, button em { display: block; font-size: .95rem; }
button em { color: #8a1f11; }
.plat { background: none; color: #fff; border: 0; text-decoration: underline; padding: .5rem 0; }
:focus-visible { outline: 3px solid #ffd166; outline-offset: 3px; }
"""
