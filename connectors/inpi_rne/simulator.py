# SPDX-License-Identifier: EUPL-1.2
"""The RNE as it speaks on the wire, for tests, the sandbox and the benchmark; its public site is under `/data_inpi`.

It knows companies and sole traders: no association, no public body, no duplicate, nobody who may not be told about. A
closed company declares no owner any more; sole traders have filed nothing.
"""

import base64
import hashlib
import re
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

import orjson

from connectors.kit.simulation import Address, Asked, Handler, Officer, Persona, Said, World, json_said
from connectors.kit.simulation.pdf import pdf
from connectors.kit.simulation.tokens import Tokens

TOKEN = "/token"  # noqa: S105 an address
EXPORT = "/data_inpi/export/companies"
TOKEN_LIFE_S = 86_400
FORMS = frozenset({"1000", "5499", "5599", "5710", "6540", "6598"})
OFFICES = {
    "PRESIDENT": "73",
    "GERANT": "30",
    "PRESIDENT DU CONSEIL D ADMINISTRATION": "51",
    "DIRECTEUR GENERAL": "53",
    "ADMINISTRATEUR": "65",
    "COMMISSAIRE AUX COMPTES TITULAIRE": "71",
    "COMMISSAIRE AUX COMPTES SUPPLEANT": "72",
}
CRAFTS = {"43.21A": "4321AA", "43.32A": "4332AA", "43.34Z": "4334ZC", "43.99C": "4399CA"}
LIBERAL = ("69", "70", "71", "86")
FARMING = ("01",)
# Every percentage and every yes or no that the registry writes about an owner.
NUMBERS = (
    "detentionPartTotale", "partsDirectesPleinePropriete", "partsDirectesNuePropriete", "partsIndirectesIndivision",
    "partsIndirectesIndivisionPleinePropriete", "partsIndirectesIndivisionNuePropriete",
    "partsIndirectesPersonnesMorales", "partsIndirectesPmoralesPleinePropriete",
    "partsIndirectesPmoralesNuePropriete", "vocationTitulaireDirectePleinePropriete",
    "vocationTitulaireDirecteNuePropriete", "vocationTitulaireIndirecteIndivision",
    "vocationTitulaireIndirectePleinePropriete", "vocationTitulaireIndirecteNuePropriete",
    "vocationTitulaireIndirectePersonnesMorales", "vocationTitulaireIndirectePmoralesPleinePropriete",
    "vocationTitulaireIndirectePmoralesNuePropriete", "detentionVoteTotal", "voteDirectePleinePropriete",
    "voteDirecteNuePropriete", "voteDirecteUsufruit", "voteIndirecteIndivision",
    "voteIndirecteIndivisionPleinePropriete", "voteIndirecteIndivisionNuePropriete", "voteIndirecteIndivisionUsufruit",
    "voteIndirectePersonnesMorales", "voteIndirectePmoralesPleinePropriete", "voteIndirectePmoralesNuePropriete",
    "voteIndirectePmoralesUsufruit",
)  # fmt: skip
MARKS = (
    "detentionPartDirecte", "detentionPartIndirecte", "detentionVoteDirecte", "detentionVoteIndirecte",
    "detentionPouvoirDecisionAG", "detentionPouvoirNommageMembresConseilAdmin", "detentionAutresMoyensControle",
    "beneficiaireRepresentantLegal", "representantLegalPlacementSansGestionDelegue",
)  # fmt: skip

_COMPANY = re.compile(r"/api/companies/([^/]+)(/attachments)?")
_FILE = re.compile(r"/api/(actes|bilans)/([0-9a-f]{24})/download")

Row = dict[str, object]


def simulator(world: World, clock: Callable[[], datetime]) -> Handler:
    """The RNE of these personas, at the clock's time. A login without name or password is refused."""
    tokens = Tokens(clock, TOKEN_LIFE_S)
    entered = {persona.siren: persona for persona in world.personas if _entered(persona)}
    files = {str(row["id"]): row for persona in entered.values() for rows in _filed(persona).values() for row in rows}

    def handle(asked: Asked) -> Said:
        if (asked.method, asked.path) == ("POST", TOKEN):
            return _login(asked, tokens, clock())
        if not tokens.known(asked):
            return json_said({"code": 401, "message": "Jeton invalide"}, 401)
        if asked.method != "GET":
            return _unknown()
        if asked.path == EXPORT:
            return _extract(entered.get(asked.query.get("ids", "").strip('[]"')), asked)
        if found := _FILE.fullmatch(asked.path):
            return _file(found[1], files.get(found[2]))
        if found := _COMPANY.fullmatch(asked.path):
            persona = entered.get(found[1])
            if persona:
                return json_said(_filed(persona) if found[2] else _company(persona))
        return _unknown()

    return handle


def _entered(persona: Persona) -> bool:
    return persona.categorie_juridique in FORMS and not persona.redirige_vers and not persona.interdite


def _login(asked: Asked, tokens: Tokens, now: datetime) -> Said:
    try:
        said = orjson.loads(asked.body)
    except orjson.JSONDecodeError:
        said = None
    if not isinstance(said, dict) or not said.get("username") or not said.get("password"):
        return json_said({}, 401)
    end = int((now + timedelta(seconds=TOKEN_LIFE_S)).timestamp())
    parts = [_url(orjson.dumps({"alg": "RS256", "typ": "JWT"})), _url(orjson.dumps({"exp": end}))]
    token = tokens.issue(".".join([*parts, secrets.token_urlsafe(32)]))
    return json_said({"token": token, "user": {"email": "compte@inpi.test", "active": True}})


def _url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _unknown() -> Said:
    return json_said({"code": "404", "errorCode": "404", "message": "Ressource inconnue", "type": "notFound"}, 404)


def _extract(persona: Persona | None, asked: Asked) -> Said:
    if persona is None or asked.query.get("format") != "pdf":
        return _unknown()
    text = f"SIMULATEUR - document sans valeur\nExtrait du RNE\n{persona.name}\nSIREN : {persona.siren}"
    return Said(200, pdf(text), "application/pdf")


def _file(folder: str, row: Row | None) -> Said:
    if row is None or row["deleted"] or (folder == "bilans") != ("typeBilan" in row):
        return _unknown()
    text = f"SIMULATEUR - document sans valeur\n{row['denomination']}\n{row['nomDocument']}"
    return Said(200, pdf(text), "application/pdf")


def _company(persona: Persona) -> Row:
    content: Row = {
        "formeExerciceActivitePrincipale": _nature(persona),
        "natureCreation": {"dateCreation": persona.creation, "formeJuridique": persona.categorie_juridique},
    }
    if persona.natural_person:
        content["personnePhysique"] = _person(persona)
    else:
        content["personneMorale"] = _person(persona) | _society(persona)
    formality: Row = {
        "siren": persona.siren,
        "content": content,
        "typePersonne": "P" if persona.natural_person else "M",
        "diffusionINSEE": "O" if persona.diffusion == "O" else "N",
        "diffusionCommerciale": persona.diffusion == "O",
        "formeJuridique": persona.categorie_juridique,
    }
    return {"updatedAt": "2025-09-01T03:10:39+02:00", "formality": formality, "siren": persona.siren}


def _nature(persona: Persona) -> str:
    if persona.naf in CRAFTS and persona.categorie_entreprise == "PME":
        return "ARTISANALE"
    if persona.naf.startswith(FARMING):
        return "AGRICOLE"
    return "LIBERALE" if persona.naf.startswith(LIBERAL) else "COMMERCIALE"


def _person(persona: Persona) -> Row:
    """What legal and natural persons have in common."""
    places = [_place(persona, o.nic, o.creation, o.adresse, o.fermeture) for o in persona.etablissements]
    moved = {link.de: link.date for link in persona.successions}
    places += [_place(persona, nic, persona.creation, persona.adresse, day) for nic, day in moved.items()]
    return {
        "adresseEntreprise": {"adresse": _address(persona.adresse)},
        "etablissementPrincipal": _place(persona, persona.nic, persona.creation, persona.adresse, persona.fermeture),
        "autresEtablissements": places,
        "identite": _identity(persona),
    }


def _identity(persona: Persona) -> Row:
    """Names, form and dates; capital and end are those that the commercial register tells."""
    company: Row = {
        "siren": persona.siren,
        "formeJuridique": persona.categorie_juridique,
        "codeApe": persona.naf.replace(".", ""),
        "dateImmat": f"{persona.creation}T00:00:00+01:00",
        "dateDebutActiv": persona.creation,
        "nicSiege": persona.nic,
    }
    if persona.natural_person:
        born: Row = {"dateDeNaissance": _month(persona.naissance)}
        trader = {"nom": persona.nom_naissance, "prenoms": list(persona.prenoms), **born}
        return {"entreprise": company, "entrepreneur": {"descriptionPersonne": trader}}
    company |= {"denomination": persona.nom, "indicateurAssocieUnique": len(_people(persona)) == 1}
    large = persona.categorie_entreprise == "GE"
    described: Row = {
        "objet": f"Toute activité relevant du code {persona.naf}",
        "dateFinExistence": f"{int(persona.creation[:4]) + 99}{persona.creation[4:]}",
        "dateClotureExerciceSocial": "3112",
        "datePremiereCloture": f"{persona.creation[:4]}-12-31",
        "dateDissolutionDisparition": persona.fermeture,
        "montantCapital": 12_000_000.0 if large else 1_000.0 * (1 + int(persona.siren[5:8]) % 90),
        "deviseCapital": "EUR",
    }
    return {"entreprise": company, "description": described}


def _society(persona: Persona) -> Row:
    """What legal persons alone declare; the remarks are those that the commercial register tells."""
    remarks = [(link.date, "Transfert du siège social") for link in persona.successions if link.transfert_siege]
    if persona.liquidation:
        remarks.append((persona.liquidation, "Ouverture d'une procédure de liquidation judiciaire"))
    if persona.fermeture:
        remarks.append((persona.fermeture, "Clôture des opérations de liquidation"))
    rcs = [{"numObservation": rank, "dateAjout": day, "texte": said} for rank, (day, said) in enumerate(remarks, 1)]
    powers = [_power(officer, persona) for officer in persona.dirigeants]
    society: Row = {"composition": {"pouvoirs": powers}, "observations": {"rcs": rcs}}
    if not persona.fermeture:
        society["beneficiairesEffectifs"] = [_owner(persona, rank) for rank in range(len(_people(persona)))]
    return society


def _people(persona: Persona) -> list[Officer]:
    return [officer for officer in persona.dirigeants if officer.siren is None]


def _place(persona: Persona, nic: str, opened: str, address: Address, closed: str | None) -> Row:
    activity: Row = {
        "indicateurPrincipal": True,
        "dateDebut": opened,
        "formeExercice": _nature(persona),
        "codeAprm": CRAFTS.get(persona.naf),
        "descriptionDetaillee": f"Activité relevant du code {persona.naf}",
        "origine": {"typeOrigine": "1"},
    }
    described: Row = {
        "siret": persona.siren + nic,
        "codeApe": persona.naf.replace(".", ""),
        "statutPourFormalite": "6" if closed else "5",
        "dateEffetFermeture": closed,
    }
    return {"descriptionEtablissement": described, "adresse": _address(address), "activites": [activity]}


def _address(address: Address) -> Row:
    return {
        "numVoie": address.numero,
        "typeVoie": address.type_voie,
        "voie": address.voie,
        "codePostal": address.code_postal,
        "commune": address.commune,
        "complementLocalisation": address.complement,
        "pays": "FRANCE",
        "codePays": "FRA",
    }


def _month(day: str | None) -> str | None:
    return day and day[:7]


def _power(officer: Officer, persona: Persona) -> Row:
    role = OFFICES.get(officer.qualite, "99")
    if officer.siren:
        company = {"siren": officer.siren, "denomination": officer.nom}
        return {"typeDePersonne": "ENTREPRISE", "roleEntreprise": role, "actif": True, "entreprise": company}
    who = {"descriptionPersonne": _described(officer), "adresseDomicile": {"commune": persona.adresse.commune}}
    return {"typeDePersonne": "INDIVIDU", "roleEntreprise": role, "actif": True, "individu": who}


def _described(officer: Officer) -> Row:
    names = (officer.prenom or "").split()
    return {"nom": officer.nom, "prenoms": names, "dateDeNaissance": _month(officer.naissance)}


def _owner(persona: Persona, rank: int) -> Row:
    """The first two people share the company 60 to 40, one alone has it all; a third one's means are not told."""
    people = _people(persona)
    share = 100.0 if len(people) == 1 else (60.0, 40.0)[min(rank, 1)]
    held = {"detentionPartTotale", "partsDirectesPleinePropriete", "detentionVoteTotal", "voteDirectePleinePropriete"}
    true = {"detentionPartDirecte", "detentionVoteDirecte"} | ({"beneficiaireRepresentantLegal"} if not rank else set())
    means: Row = {name: share if name in held else 0.0 for name in NUMBERS}
    means |= {name: name in true for name in MARKS}
    described = _described(people[rank]) | {"nationalite": "Française"}
    return {
        "beneficiaireId": str(UUID(bytes=_digest(persona, f"owner {rank}")[:16])),
        "beneficiaire": {"descriptionPersonne": described, "adresseDomicile": {"pays": "FRANCE"}},
        "modalite": means if rank < 2 else None,
    }


def _digest(persona: Persona, what: str) -> bytes:
    return hashlib.sha256(f"{persona.siren} {what}".encode()).digest()


def _filed(persona: Persona) -> dict[str, list[Row]]:
    """Deeds and accounts: articles of association, one of them withdrawn, and for each closed year what approves it."""
    if persona.natural_person:
        return {}
    deeds = [_deed(persona, "Statuts constitutifs", persona.creation, None)]
    deeds.append(_deed(persona, "Statuts mis à jour", persona.creation, None) | {"deleted": True})
    accounts = []
    for year, turnover in persona.ca:
        filed = f"{year + 1}-06-30"
        deeds.append(_deed(persona, f"Procès-verbal {year}", filed, "Approbation des comptes"))
        kinds = ("C", "K") if persona.categorie_entreprise == "GE" else ("S",) if turnover < 700_000 else ("C",)
        for kind in kinds:
            row = _row(persona, f"bilan_{year}_{kind}", filed)
            accounts.append(row | {"dateCloture": f"{year}-12-31", "typeBilan": kind})
    return {"actes": deeds, "bilans": accounts}


def _deed(persona: Persona, kind: str, filed: str, decision: str | None) -> Row:
    said = {"typeActe": kind} | ({"decision": decision} if decision else {})
    return _row(persona, kind, filed) | {"typeRdd": [said]}


def _row(persona: Persona, name: str, filed: str) -> Row:
    return {
        "id": _digest(persona, name).hex()[:24],
        "siren": persona.siren,
        "denomination": persona.name,
        "nomDocument": f"{name}_{persona.siren}".replace(" ", "_"),
        "dateDepot": filed,
        "updatedAt": f"{filed}T04:09:25+02:00",
        "confidentiality": "Public",
        "deleted": False,
    }
