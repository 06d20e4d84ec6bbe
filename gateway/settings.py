# SPDX-License-Identifier: EUPL-1.2
"""Every knob of the gateway: typed, with its default, its reason, and what happens when it is wrong.

Read once, in the composition root, from the environment. A wrong value refuses to start and names the variable.
"""

import ipaddress
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from cryptography.x509 import load_pem_x509_certificates

from connectors.kit.contract import Contract
from connectors.kit.freshness import Window
from gateway.audit.cosignature import ML_DSA_44, Cosigner, CosigningKey
from gateway.audit.note import BadNote
from gateway.people.client import BadClient, Client, client_from, fit

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
LIFTED = "aucune"
"""What DLNUF_MAINTENANCE says of a registry that gave up its usual maintenance."""


STATE = ".dlnuf"
"""The folder of the stores when nothing says which, for the gateway and for every command that works on it."""


class SettingsError(Exception):
    """A setting is missing or cannot be used. The message names it, in French."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What an operator decides.

    state: DLNUF_STATE, folder of the stores (audit.db, register.db, documents.db); default `.dlnuf`; must be writable.
    keys: DLNUF_KEYS, folder of the key files; default `<state>/keys`. Missing keys refuse to start.
    policies: DLNUF_POLICIES, folder of the purposes; default those shipped. A wrong policy refuses to start.
    public_url: DLNUF_PUBLIC_URL, address that consumers use; links and documents carry it. Never taken from a request.
    host, port: DLNUF_HOST, DLNUF_PORT, where to listen; default 127.0.0.1:8000.
    registries: DLNUF_REGISTRIES, names separated by commas; default all. Each needs its own variables.
    trusted_proxies: DLNUF_TRUSTED_PROXIES, networks whose X-Forwarded-For is believed; default none (the peer counts).
    cache_bytes: DLNUF_CACHE_BYTES, memory for fresh answers; default 32 MiB. 0 asks the registry each time.
    origin: DLNUF_LOG_ORIGIN, name of the audit log in its signed heads; default `dlnuf`. Keep it for the log's life.
    log_url: DLNUF_LOG_URL, address of the PostgreSQL that keeps the log, `postgresql://…` with libpq's options (TLS:
        `sslmode=verify-full&sslrootcert=…`); default none: the log is `<state>/audit.db`. A secret: never shown.
    log_anchor: DLNUF_LOG_ANCHOR, file that remembers the last published head; default `<state>/log.anchor`. Another
        disk than the log's own says more: whoever restores both from one backup restores a memory of the past.
    witnesses: DLNUF_WITNESSES, who sees each published head, `name=address+key` separated by commas; default none.
    second_key: DLNUF_LOG_SECOND_KEY, file of an ML-DSA-44 key that signs published heads too, under the log's own
        name (`dlnuf witness key --ml-dsa`); default none. A secret: never shown.
    tsa_url: DLNUF_TSA_URL, authority that stamps a head's time (RFC 3161); default none. tsa_certificates:
        DLNUF_TSA_CERTIFICATES, PEM file of its certificates, which it needs. tsa_every_s: DLNUF_TSA_EVERY_S, at most
        one stamp in so many seconds; default an hour.
    opendata_k: DLNUF_OPENDATA_K, how many companies each published count is about at least; default 5. It counts for
        the months still to come: what was published stays.
    maintenance: whether the contracts' maintenance windows count; the sandbox switches them off.
    windows: DLNUF_MAINTENANCE, maintenance a registry announced beside its usual one, `registry=window` separated by
        commas, in Paris time: `gip_mds=2026-12-03 13:00-17:00,msa=sunday 02:00-04:00`; default none. `dgfip=aucune`
        (None here) lifts the windows of its contract, for a registry that gave them up.
    oidc: the identity provider people sign in with; its variables are those of people/client.py. Without one, only
        links let people in. A wrong value refuses to start.
    registry: the registries' own variables, as their contracts name them. Secrets: never shown.
    webhooks_to_loopback: whether a portal's webhook may lead to this machine; the sandbox says so, nothing else can.
    """

    state: Path
    keys: Path
    policies: Path
    public_url: str
    host: str = "127.0.0.1"
    port: int = 8000
    registries: tuple[str, ...] = ()
    trusted_proxies: tuple[Network, ...] = ()
    cache_bytes: int = 32 * 1024 * 1024
    origin: str = "dlnuf"
    log_url: str = field(default="", repr=False)
    log_anchor: Path | None = None
    witnesses: tuple[tuple[str, str, Cosigner], ...] = ()
    second_key: CosigningKey | None = field(default=None, repr=False)
    tsa_url: str = ""
    tsa_certificates: bytes = b""
    tsa_every_s: int = 3600
    opendata_k: int = 5
    maintenance: bool = True
    windows: tuple[tuple[str, Window | None], ...] = ()
    registry: Mapping[str, str] = field(default_factory=dict, repr=False)
    webhooks_to_loopback: bool = False
    oidc: Client | None = None

    @property
    def log(self) -> Path | str:
        """Where the log is kept: a file, or the address of a database."""
        return self.log_url or self.state / "audit.db"

    @property
    def anchor(self) -> Path:
        """The file that remembers what was published of it."""
        return self.log_anchor or self.state / "log.anchor"


def from_environment(environment: Mapping[str, str], default_policies: Path) -> Settings:
    """The settings that the environment gives. Raises SettingsError."""
    state = Path(environment.get("DLNUF_STATE", STATE))
    host = environment.get("DLNUF_HOST", "127.0.0.1")
    port = _whole(environment, "DLNUF_PORT", 8000, 0, 65_535)
    place = f"[{host}]" if ":" in host else host
    public = environment.get("DLNUF_PUBLIC_URL", f"http://{place}:{port}").rstrip("/")
    if not public.startswith(("http://", "https://")):
        raise SettingsError("DLNUF_PUBLIC_URL doit commencer par http:// ou https://.")
    return Settings(
        state=state,
        keys=Path(environment.get("DLNUF_KEYS", state / "keys")),
        policies=Path(environment.get("DLNUF_POLICIES", default_policies)),
        public_url=public,
        host=host,
        port=port,
        registries=_names(environment.get("DLNUF_REGISTRIES", "")),
        trusted_proxies=tuple(_network(text) for text in _names(environment.get("DLNUF_TRUSTED_PROXIES", ""))),
        cache_bytes=_whole(environment, "DLNUF_CACHE_BYTES", 32 * 1024 * 1024, 0, 1 << 40),
        origin=environment.get("DLNUF_LOG_ORIGIN", "dlnuf"),
        log_url=_address(environment.get("DLNUF_LOG_URL", "")),
        log_anchor=Path(environment["DLNUF_LOG_ANCHOR"]) if environment.get("DLNUF_LOG_ANCHOR") else None,
        witnesses=_witnesses(environment.get("DLNUF_WITNESSES", "")),
        second_key=_second(environment),
        tsa_url=_web(environment, "DLNUF_TSA_URL"),
        tsa_certificates=_certificates(environment),
        tsa_every_s=_whole(environment, "DLNUF_TSA_EVERY_S", 3600, 60, 86_400),
        opendata_k=_whole(environment, "DLNUF_OPENDATA_K", 5, 2, 10_000),
        windows=tuple(_window(text) for text in _names(environment.get("DLNUF_MAINTENANCE", ""))),
        registry=dict(environment),
        oidc=_oidc(environment, public),
    )


def _oidc(environment: Mapping[str, str], public_url: str) -> Client | None:
    try:
        found = client_from(environment)
    except BadClient as error:
        raise SettingsError(str(error)) from None
    if found is not None and not fit(public_url):
        raise SettingsError("Un fournisseur d'identité demande que DLNUF_PUBLIC_URL soit une adresse https.")
    return found


def chosen(settings: Settings, contracts: Mapping[str, Contract]) -> dict[str, Contract]:
    """The contracts of the registries in use. Raises SettingsError for an unknown one or one without its variables."""
    names = settings.registries or tuple(contracts)
    if unknown := sorted(set(names) - contracts.keys()):
        raise SettingsError(f"DLNUF_REGISTRIES nomme des registres inconnus : {', '.join(unknown)}.")
    missing = sorted(
        variable for name in names for variable in variables(contracts[name]) if not settings.registry.get(variable)
    )
    if missing:
        raise SettingsError(
            f"Il manque les variables {', '.join(missing)}. "
            "Donnez-les, ou limitez DLNUF_REGISTRIES aux registres dont vous avez les accès."
        )
    if unknown := sorted({name for name, _ in settings.windows} - contracts.keys()):
        raise SettingsError(f"DLNUF_MAINTENANCE nomme des registres inconnus : {', '.join(unknown)}.")
    return {name: _with_windows(contracts[name], settings.windows) for name in names}


def _with_windows(contract: Contract, announced: Iterable[tuple[str, Window | None]]) -> Contract:
    """The contract with the maintenance that was announced since it was written, or without that it gave up."""
    said = [window for name, window in announced if name == contract.registry]
    if not said:
        return contract
    usual = () if None in said else contract.maintenance
    return replace(contract, maintenance=(*usual, *(window for window in said if window is not None)))


def variables(contract: Contract) -> tuple[str, ...]:
    """The variables a registry needs."""
    access = contract.access
    url = (access.token_url,) if access.token_url and not access.token_url.startswith("/") else ()
    accounts = [variable for account in access.accounts for variable in account.values()]
    tls = (contract.tls.certificate, contract.tls.key) if contract.tls else ()
    found = (contract.base_url, *contract.other_urls.values(), *url, *access.secrets.values(), *accounts, *tls)
    return tuple(dict.fromkeys(found))


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())


def _window(text: str) -> tuple[str, Window | None]:
    name, _, when = text.partition("=")
    try:
        return name.strip(), None if when.strip() == LIFTED else Window.parse(when.strip())
    except ValueError:
        raise SettingsError(
            f"DLNUF_MAINTENANCE : « {text} » ne se lit pas ; écrivez par exemple gip_mds=2026-12-03 13:00-17:00."
        ) from None


def _witnesses(text: str) -> tuple[tuple[str, str, Cosigner], ...]:
    """Witnesses written `name=address+key`; a key may contain other plus signs, an address none."""
    found = []
    for entry in _names(text):
        name, _, rest = entry.partition("=")
        address, _, key = rest.partition("+")
        try:
            if not name or not address.startswith(("http://", "https://")):
                raise BadNote("il faut un nom et une adresse http")
            found.append((name.strip(), address, Cosigner.parse(key)))
        except BadNote as error:
            raise SettingsError(f"DLNUF_WITNESSES : « {entry[:60]} » n'est pas nom=adresse+clé ({error}).") from None
    if len({name for name, _, _ in found}) < len(found):
        raise SettingsError("DLNUF_WITNESSES nomme deux fois le même témoin.")
    return tuple(found)


def _second(environment: Mapping[str, str]) -> CosigningKey | None:
    """The log's second key, which goes by the log's name."""
    path = environment.get("DLNUF_LOG_SECOND_KEY", "")
    if not path:
        return None
    try:
        key = CosigningKey.parse(Path(path).read_text("utf-8"))
    except (OSError, UnicodeDecodeError, BadNote):
        raise SettingsError("DLNUF_LOG_SECOND_KEY ne désigne pas le fichier d'une clé secrète.") from None
    if key.kind != ML_DSA_44 or key.name != environment.get("DLNUF_LOG_ORIGIN", "dlnuf"):
        raise SettingsError("DLNUF_LOG_SECOND_KEY doit être une clé ML-DSA-44 au nom du journal (DLNUF_LOG_ORIGIN).")
    return key


def _web(environment: Mapping[str, str], name: str) -> str:
    text = environment.get(name, "")
    if text and not text.startswith(("http://", "https://")):
        raise SettingsError(f"{name} doit commencer par http:// ou https://.")
    return text


def _certificates(environment: Mapping[str, str]) -> bytes:
    """The authority's certificates, which a stamp is checked with: one without the other is of no use."""
    path = environment.get("DLNUF_TSA_CERTIFICATES", "")
    if bool(path) != bool(environment.get("DLNUF_TSA_URL")):
        raise SettingsError("DLNUF_TSA_URL et DLNUF_TSA_CERTIFICATES vont ensemble.")
    if not path:
        return b""
    try:
        content = Path(path).read_bytes()
        load_pem_x509_certificates(content)
    except (OSError, ValueError):
        raise SettingsError("DLNUF_TSA_CERTIFICATES ne désigne pas un fichier de certificats PEM.") from None
    return content


def _address(text: str) -> str:
    if text and not text.startswith(("postgresql://", "postgres://")):
        raise SettingsError("DLNUF_LOG_URL doit commencer par postgresql:// (le journal est un fichier sans elle).")
    return text


def _network(text: str) -> Network:
    try:
        return ipaddress.ip_network(text)
    except ValueError:
        raise SettingsError(f"DLNUF_TRUSTED_PROXIES : « {text} » n'est pas un réseau.") from None


def _whole(environment: Mapping[str, str], name: str, default: int, least: int, most: int) -> int:
    text = environment.get(name, str(default))
    if not text.isascii() or not text.isdigit() or len(text) > 20 or not least <= int(text) <= most:
        raise SettingsError(f"{name} doit être un nombre entier entre {least} et {most}.")
    return int(text)
