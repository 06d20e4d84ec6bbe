# SPDX-License-Identifier: EUPL-1.2
"""Every refusal and failure a caller can meet: code, status, French wording. Codes and statuses are the contract's.

    Problem
    ├── correct the request      00201 00202 00203 00210 00211 00301… 00402 00401
    ├── show other credentials   00101 00103 00105 00106
    ├── ask for rights           00100 00107 00213
    ├── wait                     00015 00429 XX020, and what carries `retry_in`
    ├── accept the answer        XX003 (nothing known) XX005 (nobody may be told)
    ├── retry later              XX000 XX001 XX002 XX008 XX011 00501
    └── call us                  00500 00510 XX004 XX009 XX051… XX999

`00404` (a document's address that names nothing), `00405` and `00406` (receipts), and `00510` (the evidence of the
request cannot be kept, so nothing is answered) are ours.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from gateway.values import Consumer, Quota

JSON = "application/json"
JSON_API = "application/vnd.api+json"


class Wording(NamedTuple):
    """Status, title and detail of a code."""

    status: int
    title: str
    detail: str


_UNPROCESSABLE = "Entité non traitable"
_FILE = "Fichier indisponible"
_KEY = "chiffres, sans espace, dont le dernier est une clé de contrôle"
_RNA = "numéro RNA (W et neuf signes, en majuscules)"


def _wrong(detail: str) -> Wording:
    return Wording(422, _UNPROCESSABLE, detail)


PLATFORM: Mapping[str, Wording] = {
    "00015": Wording(
        409,
        "Conflit",
        "La même requête est déjà en cours de traitement pour ce jeton. Attendez sa réponse avant de la renouveler.",
    ),
    "00100": Wording(
        403,
        "Privilèges insuffisants",
        "Votre jeton est valable, mais l'habilitation à laquelle il appartient n'ouvre pas cette ressource. "
        "La liste de vos droits est donnée par /privileges.",
    ),
    "00101": Wording(
        401,
        "Interdit",
        "Le jeton est absent, illisible ou n'a pas été signé par ce service. Transmettez-le tel qu'il vous a été "
        "remis, dans l'en-tête « Authorization: Bearer ».",
    ),
    "00103": Wording(
        401, "Jeton expiré", "Le jeton est arrivé à échéance : demandez-en un nouveau pour votre habilitation."
    ),
    "00105": Wording(
        401,
        "Jeton sur liste noire",
        "Ce jeton a été révoqué, sans doute parce qu'il a été divulgué. Utilisez celui qui le remplace.",
    ),
    "00106": Wording(
        401,
        "Jeton inconnu",
        "Ce jeton est bien signé mais n'est rattaché à aucune habilitation : demandez-en un nouveau pour la vôtre.",
    ),
    "00107": Wording(
        403,
        "Adresse IP non autorisée",
        "Votre adresse IP ne figure pas parmi celles que l'habilitation autorise. Appelez depuis l'une d'elles, ou "
        "faites-y ajouter celle-ci.",
    ),
    "00201": _wrong("Le paramètre context est obligatoire et ne peut être donné qu'une fois."),
    "00202": _wrong("Le paramètre object est obligatoire et ne peut être donné qu'une fois."),
    "00203": _wrong("Le paramètre recipient est obligatoire et ne peut être donné qu'une fois."),
    "00210": _wrong(f"Le paramètre recipient doit être un numéro de SIRET : quatorze {_KEY}."),
    "00211": _wrong("Pour cette finalité, le destinataire ne peut pas être l'entreprise consultée."),
    "00213": Wording(
        403,
        "Destinataire non autorisé",
        "Le destinataire indiqué ne fait pas partie de ceux que votre habilitation autorise. Corrigez-le, ou "
        "faites-l'y ajouter.",
    ),
    "00301": _wrong(f"Le numéro de SIREN n'est pas correctement formé : il compte neuf {_KEY}."),
    "00302": _wrong(f"Le numéro de SIRET n'est pas correctement formé : il compte quatorze {_KEY}."),
    "00303": _wrong(f"L'identifiant n'est ni un SIRET (quatorze chiffres) ni un {_RNA}."),
    "00304": _wrong(
        "L'identifiant n'est ni un SIRET (quatorze chiffres) ni un numéro EORI (en France : FR et le SIRET)."
    ),
    "00305": _wrong("Le mois doit être écrit sur deux chiffres, de 01 à 12."),
    "00307": _wrong("L'année doit être écrite sur quatre chiffres et ne pas être à venir."),
    "00313": _wrong("Le paramètre limit doit être un nombre entier de 1 à 1000."),
    "00314": _wrong("L'identifiant du lien de téléchargement n'est pas correctement formé."),
    "00315": _wrong("L'année demandée doit être comprise entre 2006 et l'année dernière."),
    "00330": _wrong(f"L'identifiant n'est ni un SIREN (neuf chiffres), ni un SIRET (quatorze), ni un {_RNA}."),
    "00333": _wrong(f"L'identifiant n'est ni un SIREN (neuf chiffres) ni un {_RNA}."),
    "00390": _wrong("Le paramètre profondeur doit être un nombre entier de 0 à 13."),
    "00401": Wording(400, "Mauvaise requête", "La requête ne peut pas être lue."),
    "00402": Wording(
        404,
        "Version inconnue",
        "Cette version de l'API n'existe pas pour cette ressource ; /openapi.json donne celles qui existent.",
    ),
    "00403": Wording(410, "Lien expiré", "Ce lien de téléchargement a expiré : demandez de nouveau le document."),
    "00404": Wording(404, "Lien inconnu", "Ce lien ne désigne aucun document : demandez de nouveau le document."),
    "00405": Wording(
        404,
        "Reçu inconnu",
        "Aucune réponse faite à votre habilitation ne porte cet identifiant, ou son reçu n'est pas encore publié : "
        "il l'est au plus tard quelques dizaines de secondes après la réponse.",
    ),
    "00406": Wording(
        410,
        "Reçu effacé",
        "La durée de conservation de cet échange est écoulée et son enregistrement a été effacé. Un reçu gardé "
        "auparavant se vérifie toujours.",
    ),
    "00429": Wording(
        429,
        "Trop de requêtes",
        "Vous avez dépassé le nombre d'appels permis. L'en-tête Retry-After dit quand recommencer.",
    ),
    "00500": Wording(
        500,
        "Erreur interne",
        "Une erreur interne s'est produite ; nos équipes en sont averties. Réessayez ; si elle persiste, donnez-nous "
        "l'identifiant que porte l'en-tête X-Request-Id.",
    ),
    "00501": Wording(
        502, "Erreur réseau", "Le réseau entre ce service et le fournisseur de données est momentanément coupé."
    ),
    "00502": Wording(
        502, "Document momentanément indisponible", "Le document ne peut pas être mis à disposition ; réessayez."
    ),
    "00601": Wording(502, _FILE, "Le fournisseur de données refuse de donner ce fichier (403)."),
    "00602": Wording(502, _FILE, "Le fournisseur de données limite les téléchargements (429) ; réessayez plus tard."),
    "00603": Wording(502, _FILE, "Le fournisseur de données a rencontré une erreur en donnant ce fichier."),
    "00604": Wording(502, _FILE, "Le fournisseur de données est indisponible ; réessayez plus tard."),
    "00605": Wording(502, _FILE, "Le fournisseur de données est en maintenance ; réessayez plus tard."),
    "00606": Wording(502, _FILE, "Le fournisseur de données n'a pas donné ce fichier dans le temps imparti."),
    "00510": Wording(
        503,
        "Journal indisponible",
        "La trace de cette requête ne peut pas être conservée : par précaution, aucune donnée n'est communiquée. "
        "Réessayez dans quelques instants.",
    ),
}

_PROVIDER_ERROR = "Erreur du fournisseur de données"
_UNUSABLE = "Document inexploitable"

PROVIDER: Mapping[str, Wording] = {
    "000": Wording(502, _PROVIDER_ERROR, "Le fournisseur de données signale une erreur interne."),
    "001": Wording(
        502, "Service indisponible", "Le service du fournisseur de données est indisponible ; réessayez plus tard."
    ),
    "002": Wording(504, "Délai dépassé", "Le fournisseur de données n'a pas répondu dans le temps imparti."),
    "003": Wording(
        404,
        "Entité non trouvée",
        "L'identifiant demandé est inconnu du fournisseur de données, hors de son périmètre, ou ne comporte aucune "
        "information pour cet appel.",
    ),
    "004": Wording(502, "Erreur de résolution de nom", "L'adresse du fournisseur de données ne peut être résolue."),
    "005": Wording(
        451,
        "Indisponible pour raisons légales",
        "La loi interdit de communiquer les informations de cette entité à quiconque.",
    ),
    "008": Wording(
        502,
        "Quota du fournisseur atteint",
        "Le fournisseur de données limite momentanément nos appels ; réessayez plus tard.",
    ),
    "009": Wording(502, "Certificat invalide", "Le certificat du fournisseur de données est invalide ou expiré."),
    "011": Wording(502, "Erreur passagère", "Le fournisseur de données a rencontré une erreur passagère ; réessayez."),
    "020": Wording(
        503, "Maintenance", "Le fournisseur de données est en maintenance programmée ; réessayez après celle-ci."
    ),
    "051": Wording(502, _UNUSABLE, "Le document transmis par le fournisseur de données n'est pas correctement encodé."),
    "055": Wording(502, _UNUSABLE, "Le document transmis par le fournisseur de données n'est pas un PDF."),
    "056": Wording(502, _UNUSABLE, "Le document transmis par le fournisseur de données est vide."),
    "999": Wording(
        502,
        "Réponse inconnue du fournisseur de données",
        "Le fournisseur de données a donné une réponse que ce service ne sait pas interpréter ; nos équipes en sont "
        "averties.",
    ),
}


@dataclass(frozen=True, slots=True)
class ToldAgain:
    """A registry's « there is nothing » that was kept: when it was obtained, until when it holds, seconds left."""

    obtained_at: int
    fresh_until: int
    left_s: int


@dataclass(frozen=True, slots=True)
class Fault:
    """One item of an error body."""

    code: str
    title: str
    detail: str
    source: Mapping[str, str] | None = None
    meta: Mapping[str, Any] | None = None

    def as_json(self) -> dict[str, Any]:
        """The item in the contract's shape: `source` is left out when there is none, `meta` may be empty."""
        item: dict[str, Any] = {"code": self.code, "title": self.title, "detail": self.detail}
        if self.source:
            item["source"] = dict(self.source)
        item["meta"] = dict(self.meta or {})
        return item


class Problem(Exception):
    """A refusal or a failure, on its way to the caller. `quota` is filled by the exchange, for the answer's headers.

    `from_registry`: the registry could not answer, rather than us refusing to ask. `throttles`: because it is asked too
    often, by all of us. `consumer`: who was recognised and
    refused all the same, for the record. `lasts_s`: for how many seconds it may be told again without asking, when its
    contract says so. `again`: when it was obtained, when it is told again.
    """

    def __init__(
        self,
        status: int,
        faults: Sequence[Fault],
        media_type: str = JSON,
        *,
        from_registry: bool = False,
        throttles: bool = False,
    ) -> None:
        super().__init__(faults[0].code)
        self.status = status
        self.faults = tuple(faults)
        self.media_type = media_type
        self.from_registry = from_registry
        self.throttles = throttles
        self.quota: Quota | None = None
        self.consumer: Consumer | None = None
        self.lasts_s = 0
        self.again: ToldAgain | None = None
        self.headers: tuple[tuple[bytes, bytes], ...] = ()

    @property
    def code(self) -> str:
        """The first fault's code."""
        return self.faults[0].code


def problem(
    code: str,
    *,
    source: Mapping[str, str] | None = None,
    detail: str | None = None,
    meta: Mapping[str, Any] | None = None,
    media_type: str = JSON,
) -> Problem:
    """A platform problem by its code. `detail` replaces the usual sentence when a better one is known."""
    wording = PLATFORM[code]
    return Problem(wording.status, [Fault(code, wording.title, detail or wording.detail, source, meta)], media_type)


def several(faults: Sequence[tuple[str, str]], media_type: str = JSON) -> Problem:
    """One problem for several parameters at once: (code, parameter's name) pairs of the same status."""
    items = [Fault(code, PLATFORM[code].title, PLATFORM[code].detail, {"parameter": name}) for code, name in faults]
    return Problem(PLATFORM[faults[0][0]].status, items, media_type)


def provider_problem(
    prefix: str,
    provider: str,
    suffix: str,
    *,
    wording: Wording | None = None,
    retry_in: int | None = None,
    provider_errors: Sequence[object] | None = None,
    more: Mapping[str, Any] | None = None,
    throttles: bool = False,
) -> Problem:
    """A registry's problem: its prefix and a suffix of the catalogue, or the registry's own `wording`.

    `more`: what else stands in its meta. `throttles`: it means « too often », as suffix 008 always does.
    """
    said = wording or PROVIDER[suffix]
    meta: dict[str, Any] = {"provider": provider, **(more or {})}
    if retry_in is not None:
        meta["retry_in"] = retry_in
    if provider_errors is not None:
        meta["provider_errors"] = list(provider_errors)
    fault = Fault(prefix + suffix, said.title, said.detail, None, meta)
    return Problem(said.status, [fault], JSON_API, from_registry=True, throttles=throttles or suffix == "008")
