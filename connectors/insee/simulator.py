# SPDX-License-Identifier: EUPL-1.2
"""Pretends Sirene on the wire: the login, companies, establishments, the head-office search, successions.

Same addresses, statuses, header and keys as API Sirene 3.11 on its private plan. The present period is not always the
first one, a duplicate redirects to another host, an entity nobody may be told about answers 403.
"""

import re
import secrets
from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import lru_cache

from connectors.kit.paris import add_months
from connectors.kit.simulation import (
    Address,
    Asked,
    Establishment,
    Handler,
    Persona,
    Said,
    Succession,
    World,
    json_said,
)

ROOT = "/api-sirene/prive/3.11"
OTHER_HOST = "https://sirene.insee.invalid/entreprises/sirene/V3.11"
TOKEN_LIFE_S = 598077
REMEMBERED = 4096
TREATED = "2025-03-10T08:41:27"
_LOGIN_FIELDS = {"grant_type", "client_id", "client_secret", "username", "password"}
_HEAD_OFFICE = re.compile(r"etablissementSiege:true AND siren:(\d{9})")
_LINKS = re.compile(r"siretEtablissementSuccesseur:(\d{14}) OR siretEtablissementPredecesseur:(\d{14})")
_ADDRESS = {
    "complementAdresse": "complement", "numeroVoie": "numero", "indiceRepetition": "repetition",
    "typeVoie": "type_voie", "libelleVoie": "voie", "codePostal": "code_postal", "libelleCommune": "commune",
    "libelleCommuneEtranger": None, "distributionSpeciale": "distribution", "codeCommune": "code_commune",
    "codeCedex": "cedex", "libelleCedex": "libelle_cedex", "codePaysEtranger": None, "libellePaysEtranger": None,
}  # fmt: skip
_COMPANY_CHANGES = (
    "EtatAdministratif", "Nom", "NomUsage", "Denomination", "DenominationUsuelle", "CategorieJuridique",
    "ActivitePrincipale", "NicSiege", "EconomieSocialeSolidaire", "SocieteMission", "CaractereEmployeur",
)  # fmt: skip
_PLACE_CHANGES = ("EtatAdministratif", "Enseigne", "DenominationUsuelle", "ActivitePrincipale", "CaractereEmployeur")

Row = dict[str, object]


def simulator(world: World, clock: Callable[[], datetime]) -> Handler:
    """The registry as a function from request to answer. Tokens live as long as the real ones, by `clock`."""
    tokens: dict[str, datetime] = {}
    places = _places(world)

    @lru_cache(maxsize=4096)
    def company(siren: str) -> Said:
        if (persona := world.by_siren.get(siren)) is None:
            return _no(404, f"Aucun élément trouvé pour le siren {siren}")
        if persona.interdite:
            return _no(403, f"Unité légale non diffusable ({siren})")
        if persona.redirige_vers:
            return _moved("siren", persona.redirige_vers)
        return json_said({"header": {"statut": 200, "message": "OK"}, "uniteLegale": _unite_legale(persona)})

    @lru_cache(maxsize=4096)
    def establishment(siret: str) -> Said:
        if siret not in places:
            return _no(404, f"Aucun élément trouvé pour le siret {siret}")
        persona, place, closed = places[siret]
        if persona.interdite:
            return _no(403, f"Établissement non diffusable ({siret})")
        if persona.redirige_vers:
            return _moved("siret", world.by_siren[persona.redirige_vers].siret)
        body = _etablissement(persona, place, closed)
        return json_said({"header": {"statut": 200, "message": "OK"}, "etablissement": body})

    @lru_cache(maxsize=4096)
    def head_office(siren: str) -> Said:
        persona = world.by_siren.get(siren)
        if persona is None or persona.interdite or persona.redirige_vers:
            return _no(404, f"Aucun élément trouvé pour q=etablissementSiege:true AND siren:{siren}")
        body = _etablissement(*places[persona.siret])
        return json_said({"header": _page(1), "etablissements": [body]})

    @lru_cache(maxsize=4096)
    def links(siret: str) -> Said:
        persona = places[siret][0] if siret in places else None
        found = [_link(persona, one) for one in persona.successions] if persona else []
        found = [row for row in found if siret in row.values()]
        if not found:
            return _no(404, f"Aucun lien de succession n'a été trouvé pour le paramètre q={siret}")
        return json_said({"header": _page(len(found)), "liensSuccession": found})

    def login(asked: Asked) -> Said:
        try:
            form = asked.form()
        except UnicodeDecodeError:
            form = {}
        if form.get("grant_type") != "password":
            return json_said({"error": "unsupported_grant_type"}, 400)
        if missing := sorted(_LOGIN_FIELDS - form.keys()):
            return json_said({"error": "invalid_request", "error_description": f"Missing: {', '.join(missing)}"}, 400)
        token = secrets.token_urlsafe(24)
        if len(tokens) >= REMEMBERED:
            del tokens[next(iter(tokens))]
        tokens[token] = clock() + timedelta(seconds=TOKEN_LIFE_S)
        scope = "am_application_scope default"
        return json_said({"access_token": token, "scope": scope, "token_type": "Bearer", "expires_in": TOKEN_LIFE_S})

    def handler(asked: Asked) -> Said:
        if asked.method == "POST" and asked.path == "/token":
            return login(asked)
        expiry = tokens.get(asked.headers.get("authorization", "").removeprefix("Bearer "))
        if expiry is None or expiry <= clock():
            return _no(401, "Jeton invalide ou jeton expiré")
        path, query = asked.path.removeprefix(ROOT), asked.query.get("q", "")
        if asked.method != "GET" or path == asked.path:
            return _no(404, "Ressource inconnue")
        if match := re.fullmatch(r"/siren/(\d{9})", path):
            return company(match[1])
        if match := re.fullmatch(r"/siret/(\d{14})", path):
            return establishment(match[1])
        if path == "/siret" and (match := _HEAD_OFFICE.fullmatch(query)):
            return head_office(match[1])
        if path == "/siret/liensSuccession" and (match := _LINKS.fullmatch(query)) and match[1] == match[2]:
            return links(match[1])
        return _no(400, "Erreur de syntaxe dans la requête")

    return handler


def _no(status: int, message: str) -> Said:
    return json_said({"header": {"statut": status, "message": message}}, status)


def _moved(resource: str, number: str) -> Said:
    said = json_said({"header": {"statut": 0, "message": f"Doublon, redirection vers : {number}"}}, 301)
    return Said(said.status, said.body, said.content_type, {"location": f"{OTHER_HOST}/{resource}/{number}"})


def _page(count: int) -> Row:
    return {"statut": 200, "message": "OK", "total": count, "debut": 0, "nombre": count}


def _places(world: World) -> dict[str, tuple[Persona, Establishment, str | None]]:
    """Every establishment by SIRET, with its closing day: head offices, the others, and those that were taken over."""
    places: dict[str, tuple[Persona, Establishment, str | None]] = {}
    for persona in world.personas:
        office = Establishment(persona.nic, persona.enseigne or "", persona.creation, persona.adresse)
        for link in persona.successions:
            former = Establishment(link.de, "", persona.creation, persona.adresse)
            places[persona.siren + link.de] = (persona, former, link.date)
            if link.vers == persona.nic:
                office = Establishment(persona.nic, persona.enseigne or "", link.date, persona.adresse)
        for other in (*persona.etablissements, office):
            places[persona.siren + other.nic] = (persona, other, persona.fermeture or other.fermeture)
    return places


def _link(persona: Persona, link: Succession) -> Row:
    return {
        "siretEtablissementPredecesseur": persona.siren + link.de,
        "siretEtablissementSuccesseur": persona.siren + link.vers,
        "dateLienSuccession": link.date,
        "transfertSiege": link.transfert_siege,
        "continuiteEconomique": link.continuite,
        "dateDernierTraitementLienSuccession": TREATED + ".000",
    }


def _always(persona: Persona) -> Row:
    """What Sirene says of a company outside its periods."""
    given = (*persona.prenoms, None, None, None, None)[:4]
    return {
        "statutDiffusionUniteLegale": persona.diffusion,
        "dateCreationUniteLegale": persona.creation,
        "sigleUniteLegale": persona.sigle,
        "sexeUniteLegale": persona.sexe,
        **{f"prenom{rank}UniteLegale": name for rank, name in enumerate(given, 1)},
        "prenomUsuelUniteLegale": given[0],
        "pseudonymeUniteLegale": None,
        "identifiantAssociationUniteLegale": persona.rna,
        "trancheEffectifsUniteLegale": persona.effectif,
        "anneeEffectifsUniteLegale": persona.annee_effectif,
        "dateDernierTraitementUniteLegale": TREATED,
        "categorieEntreprise": persona.categorie_entreprise,
        "anneeCategorieEntreprise": "2023" if persona.categorie_entreprise else None,
        "activitePrincipaleNAF25UniteLegale": persona.naf2025,
    }


def _sometimes(persona: Persona) -> Row:
    """What Sirene says of a company inside its periods."""
    return {
        "nomUniteLegale": persona.nom_naissance,
        "nomUsageUniteLegale": None,
        "denominationUniteLegale": persona.nom,
        **{f"denominationUsuelle{rank}UniteLegale": None for rank in (1, 2, 3)},
        "categorieJuridiqueUniteLegale": persona.categorie_juridique,
        "activitePrincipaleUniteLegale": persona.naf,
        "nomenclatureActivitePrincipaleUniteLegale": "NAFRev2",
        "nicSiegeUniteLegale": persona.nic,
        "economieSocialeSolidaireUniteLegale": persona.ess,
        "societeMissionUniteLegale": "N",
        "caractereEmployeurUniteLegale": "O" if persona.effectif else "N",
    }


def _unite_legale(persona: Persona) -> Row:
    periods = [
        {
            **span,
            "etatAdministratifUniteLegale": "C" if rank == "closing" else "A",
            **_sometimes(persona),
            "caractereEmployeurUniteLegale": "N" if rank == "first" or not persona.effectif else "O",
            **{f"changement{key}UniteLegale": _changed(rank, key) for key in _COMPANY_CHANGES},
        }
        for rank, span in _spans(persona.creation, persona.fermeture)
    ]
    return {
        "siren": persona.siren,
        **_always(persona),
        "nombrePeriodesUniteLegale": len(periods),
        "periodesUniteLegale": _ordered(persona, periods),
    }


def _etablissement(persona: Persona, place: Establishment, closed: str | None) -> Row:
    periods = [
        {
            **span,
            "etatAdministratifEtablissement": "F" if rank == "closing" else "A",
            "enseigne1Etablissement": place.enseigne or None,
            "enseigne2Etablissement": None,
            "enseigne3Etablissement": None,
            "denominationUsuelleEtablissement": None,
            "activitePrincipaleEtablissement": persona.naf,
            "nomenclatureActivitePrincipaleEtablissement": "NAFRev2",
            "caractereEmployeurEtablissement": "N" if rank == "first" or not persona.effectif else "O",
            **{f"changement{key}Etablissement": _changed(rank, key) for key in _PLACE_CHANGES},
        }
        for rank, span in _spans(place.creation, closed)
    ]
    office = place.nic == persona.nic
    state: Row = {"etatAdministratifUniteLegale": persona.etat}
    return {
        "siren": persona.siren,
        "nic": place.nic,
        "siret": persona.siren + place.nic,
        "statutDiffusionEtablissement": persona.diffusion,
        "dateCreationEtablissement": place.creation,
        "trancheEffectifsEtablissement": persona.effectif if office else None,
        "anneeEffectifsEtablissement": persona.annee_effectif if office else None,
        "activitePrincipaleRegistreMetiersEtablissement": None,
        "dateDernierTraitementEtablissement": TREATED,
        "etablissementSiege": office,
        "nombrePeriodesEtablissement": len(periods),
        "activitePrincipaleNAF25Etablissement": persona.naf2025,
        "uniteLegale": state | _always(persona) | _sometimes(persona),
        "adresseEtablissement": _adresse(place.adresse),
        "adresse2Etablissement": {f"{key}2Etablissement": None for key in _ADDRESS},
        "periodesEtablissement": _ordered(persona, periods),
    }


def _adresse(address: Address) -> Row:
    return {f"{key}Etablissement": getattr(address, name) if name else None for key, name in _ADDRESS.items()}


def _spans(creation: str, closing: str | None) -> list[tuple[str, Row]]:
    """The periods of a life, the latest first: a first year, the years since, and what follows closing if it closed."""
    turn = add_months(date.fromisoformat(creation), 12)
    eve = (turn - timedelta(days=1)).isoformat()
    last = None if closing is None else (date.fromisoformat(closing) - timedelta(days=1)).isoformat()
    spans: list[tuple[str, Row]] = [
        ("since", {"dateFin": last, "dateDebut": turn.isoformat()}),
        ("first", {"dateFin": eve, "dateDebut": creation}),
    ]
    return spans if closing is None else [("closing", {"dateFin": None, "dateDebut": closing}), *spans]


def _changed(rank: str, key: str) -> bool:
    return rank == "first" or (rank, key) in {("since", "CaractereEmployeur"), ("closing", "EtatAdministratif")}


def _ordered(persona: Persona, periods: list[Row]) -> list[Row]:
    # One company in three has its periods from the oldest to the latest: nobody may count on the first one.
    return periods[::-1] if int(persona.siren) % 3 == 0 else periods
