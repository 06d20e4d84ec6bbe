# SPDX-License-Identifier: EUPL-1.2
"""Adélie as it speaks on the wire, for tests, the sandbox and the benchmark; its tokens do not tell their life."""

from collections.abc import Callable
from datetime import date, datetime
from uuid import UUID

from connectors.dgfip.dictionnaire import tables
from connectors.kit.paris import PARIS
from connectors.kit.simulation import Asked, Handler, Persona, Said, World, json_said
from connectors.kit.simulation.accounts import Accounts, accounts
from connectors.kit.simulation.pdf import pdf
from connectors.kit.simulation.tokens import Tokens

TOKEN = "/token"  # noqa: S105 an address
BASE = "/adelie/v1/"
NORMAL_REGIME = 840_000
"""Euros of turnover from which a company files the forms of the normal regime."""
HOLDING = ("999102007", "HAUTERIVE PARTICIPATIONS", "SAS")
HELD = (("999102015", "HAUTERIVE TERRASSEMENT", "SAS", 10000), ("999102023", "HAUTERIVE ROUTES", "SARL", 6525))
STREET = ("0150", "BOULEVARD DES BATISSEURS", "69003", "LYON", "FR")
MEMBERS = ("0004", "RUE DE L EXEMPLE", "99999", "VILLE-EXEMPLE", "FR")

Figure = dict[str, object]


def simulator(world: World, clock: Callable[[], datetime]) -> Handler:
    """Adélie for these personas, at the clock's time."""
    tokens = Tokens(clock)

    def handle(asked: Asked) -> Said:
        if (asked.method, asked.path) == ("POST", TOKEN):
            return tokens.client_credentials(asked, tells_life=False)
        if asked.method != "GET" or not asked.path.startswith(BASE):
            return _error(404, "Adresse inconnue")
        if not tokens.known(asked):
            return json_said({"error": "invalid_token"}, 401)
        operation = asked.path.removeprefix(BASE)
        if operation == "etatSante":
            return json_said({"etat": "disponible"})
        if not _identified(asked):
            return _error(400, "userId, X-Correlation-ID et X-Request-ID sont des UUID")
        match operation:
            case "attestationFiscale":
                return _certificate(world, asked, clock().astimezone(PARIS).date())
            case "chiffreAffaires":
                return _turnovers(world, asked)
            case "getLiasseFiscale":
                return _return(world, asked)
            case "dictionnaire":
                return _dictionary(asked.query.get("annee", ""))
            case _:
                return _error(404, "Adresse inconnue")

    return handle


def _identified(asked: Asked) -> bool:
    """Whether the question says who asks, and under which number, as Adélie wants it."""
    headers = {name.lower(): value for name, value in asked.headers.items()}
    try:
        UUID(asked.query["userId"])
        return UUID(headers["x-correlation-id"]) == UUID(headers["x-request-id"])
    except (KeyError, ValueError):
        return False


def _known(persona: Persona | None) -> Persona | None:
    """The persona, unless it is a duplicate: Adélie knows companies under one number only."""
    return persona if persona and not persona.redirige_vers else None


def _certificate(world: World, asked: Asked, today: date) -> Said:
    if asked.query.get("groupeIS") != "NON" or asked.query.get("groupeTVA") != "NON":
        return _error(400, "groupeIS et groupeTVA valent NON")
    persona = _known(world.by_siren.get(asked.query.get("siren", "")))
    if persona is None or persona.dgfip in ("hors_perimetre", "inconnu"):
        return Said(404)
    wording = _refusal if persona.dgfip == "refus" else _delivery
    return Said(200, pdf(wording(persona, today)), "application/pdf")


def _delivery(persona: Persona, today: date) -> str:
    return f"""SIMULATEUR - document sans valeur
Attestation de régularité fiscale
Entreprise : {persona.name}
SIREN : {persona.siren}
Ses déclarations de résultats et de TVA sont déposées, ses impôts sont payés.
Document établi le {today:%d/%m/%Y}"""


def _refusal(persona: Persona, today: date) -> str:
    # The first two lines are one sentence, by which a refusal is recognised.
    return f"""Impossible de délivrer votre attestation
de régularité fiscale
SIMULATEUR - document sans valeur
SIREN : {persona.siren}
Des obligations fiscales ne sont pas remplies.
Document établi le {today:%d/%m/%Y}"""


def _turnovers(world: World, asked: Asked) -> Said:
    persona = _known(world.by_siret.get(asked.query.get("siret", "")))
    if persona is None:
        return Said(404)
    years = [{"ca": str(euros), "dateFinExercice": f"{year}-12-31T00:00:00+01:00"} for year, euros in persona.ca]
    if not years:
        return Said(404) if persona.dgfip == "inconnu" else json_said(None)
    # A single turnover comes as an object, several as an array.
    return json_said({"liste_ca": years if len(years) > 1 else years[0]})


def _return(world: World, asked: Asked) -> Said:
    persona, year = _known(world.by_siren.get(asked.query.get("siren", ""))), asked.query.get("annee", "")
    if persona is None or len(year) != 4 or not year.isdecimal():
        return Said(404)
    filed = accounts(persona).get(int(year))
    normal = filed is not None and filed.turnover >= NORMAL_REGIME
    tax = "BIC" if persona.natural_person else "IS"
    body: dict[str, object] = {
        "entreprise": {
            "siren": persona.siren,
            "denomination": persona.name,
            "itip": f"100{persona.siren}",
            "setOcfis": {
                "numOcfi": f"200{persona.siren}",
                "dateDebut": f"{persona.creation}T00:00:00+02:00",
                "regime": "RN" if normal else "RSI",
                "codeNace": persona.naf.replace(".", ""),
                "codeObf": tax,
                "nbRof": "0",
                "ROF": f"{tax}1",
            },
        }
    }
    if filed is not None:  # without a return, the key itself is missing
        forms = _normal_forms(persona, filed) if normal else _simplified_forms(filed)
        body["declarations"] = [_form(number, figures, filed.year, normal) for number, figures in forms.items()]
    return json_said(body)


def _form(number: str, figures: list[Figure], year: int, normal: bool) -> dict[str, object]:
    return {
        "millesime": f"{year}01",
        "numero_imprime": number,
        "code_regime": "RN" if normal else "RS",
        "date_declaration": f"{year + 1}-05-02",
        "fin_exercice": f"{year}-12-31",
        "duree_exercice": "365 jours",
        "imprime": {"donnees": figures if len(figures) > 1 else figures[0]},  # a single figure comes as an object
    }


def _alone(**figures: object) -> list[Figure]:
    return [{"code_nref": name.removeprefix("n"), "valeur": str(value)} for name, value in figures.items()]


def _ranked(rank: int, codes: tuple[str, ...], values: tuple[object, ...]) -> list[Figure]:
    return [
        {"code_nref": code, "valeurs": {"indiceRepetition": str(rank), "valeur": str(value)}}
        for code, value in zip(codes, values, strict=True)
    ]


def _simplified_forms(year: Accounts) -> dict[str, list[Figure]]:
    return {
        "2033A": _alone(n304399=year.equity, n304400=year.provisions, n304407=year.total),
        "2033B": _alone(n304451=year.turnover, n304475=year.result),
        "2033G": _alone(n305683="X"),
    }


def _normal_forms(persona: Persona, year: Accounts) -> dict[str, list[Figure]]:
    return {
        "2050": _alone(n300405=year.total),
        "2051": _alone(
            n300476=year.total,
            n300438=year.equity,
            n300414=year.capital,
            n302359=year.provisions,
            n300455=year.bank_debt,
            n300458=year.other_debt,
        ),
        "2052": _alone(n300506=year.turnover, n300546=year.gross_surplus),
        "2053": _alone(n300606=year.result),
        "2057": _alone(n301195=year.partners),
        "2059F": _owners(persona, year.capital // 100),
        "2059G": _owned(persona),
    }


def _owners(persona: Persona, shares: int) -> list[Figure]:
    """Who owns a persona of so many shares: its officers in equal parts; a large one half belongs to its holding."""
    people = [officer for officer in persona.dirigeants if officer.naissance]
    if not people:
        return _alone(n305767="X")
    held = shares // 2 if persona.categorie_entreprise == "GE" else 0
    each = (shares - held) // len(people)
    company = ("304859", "304857", "306875", "304860", "304861", "304862", "304863", "304865", "304866", "304867")
    person = (
        "304868", "306874", "304869", "304878", "304870", "304871", "304872", "304873", "304875", "304876", "304877",
        "905900",
    )  # fmt: skip
    figures = _alone(n309326=each * len(people) * 100, n309325=len(people) * 100)
    if held:
        figures += _alone(n309324=held * 100, n309323=100)
        figures += _ranked(1, company, (*HOLDING, held * 100, held * 10_000 // shares, *STREET))
    for rank, officer in enumerate(people, 1):
        who = (f"{officer.nom} {officer.prenom}", "MME" if officer.sexe == "F" else "M", "NS")
        born = (officer.naissance or "").replace("-", "")
        share = (born, each * 100, each * 10_000 // shares)
        figures += _ranked(rank, person, (*who, *share, *MEMBERS, officer.commune_naissance))
    return figures


def _owned(persona: Persona) -> list[Figure]:
    if persona.categorie_entreprise != "GE":
        return _alone(n305768="X")
    codes = ("304960", "304958", "306876", "304967", "304961", "304962", "304964", "304965", "304966")
    figures = _alone(n309327=len(HELD) * 100)
    for rank, held in enumerate(HELD, 1):
        figures += _ranked(rank, codes, (*held, *STREET))
    return figures


def _dictionary(year: str) -> Said:
    names = ("code", "code_EDI", "code_absolu", "intitule", "code_type_donnee")
    edition = tables().annees.get(year, 0)
    forms = [
        {
            "numero_imprime": form,
            "millesimes": {
                "millesime": f"{edition}01",
                "statut_version": "V",
                "declaration": [
                    {"code_nref": code, **dict(zip(names, written, strict=True))}
                    for code, spans in figures.items()
                    for first, last, *written in spans
                    if first <= edition <= last
                ],
            },
        }
        for form, figures in tables().imprimes.items()
    ]
    return json_said({"dictionnaire": forms if edition else []})


def _error(status: int, message: str) -> Said:
    return json_said({"erreur": {"code": status, "message": message}}, status)
