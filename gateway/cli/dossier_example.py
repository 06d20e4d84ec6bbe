# SPDX-License-Identifier: EUPL-1.2
"""An application played from one SIRET to the buyer's files, over HTTP, as a portal's software would.

The persons and the tender are invented; the declarations are those that a person in good standing would make.
"""

import time
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx

from gateway.cli.dossier_answers import MOST_ROUNDS, answers, demanded, lacking

PATH = "/v1/candidatures"
PERSON = {"prenom": "Camille", "nom": "Delamontagne", "qualite": "personne habilitée à engager l'entreprise"}
BUYER = {"siret": "13002526500013", "nom": "Direction interministérielle du numérique"}
EXPORTS = ("espd.xml", "dossier.json", "dossier.pdf", "attestation.pdf", "dossier.zip")
REFERENCES = {
    "travaux": "references_travaux", "fournitures": "references_fournitures", "denrees": "references_fournitures",
}  # fmt: skip
SILENT = {
    "entreprise.nom": ("denomination_declaree", "Entreprise de Camille Delamontagne"),
    "entreprise.taille": ("taille_declaree", "micro"),
    "entreprise.pays": ("pays_declare", "FRA"),
    "marche.procedure": ("procedure_declaree", "open"),
}
"""What a person answers where no registry does, by what the ESPD says it lacks."""
RECEIPTS_S = 15.0
"""How long to wait for the log's next published head, so that the package holds its receipts."""


class Refused(Exception):
    """The service refused something. The message says what, in French."""


def play(client: httpx.Client, siret: str, market: str, out: Path, patience_s: float, asked: bytes = b"") -> bool:
    """From SIRET to exports, saying each step; whether all were written. Raises Refused, httpx.HTTPError, OSError.

    `asked`: the buyer's ESPD request, of the played tender; each thing it demands is then answered.
    An ESPD that lacks something nobody declared is not written: what it lacks is said, and the rest goes on.
    """
    opened = _sent(client.post(PATH, json=request(siret, market), headers={"Idempotency-Key": str(uuid.uuid4())}))
    address = f"{PATH}/{opened['id']}"
    print(f"Dossier {opened['numero']} ouvert pour le SIRET {siret}.")
    if asked:
        kept = _sent(client.put(f"{address}/dume-acheteur", content=asked, headers={"content-type": "application/xml"}))
        print(f"DUME de l'acheteur reçu : {len(kept['criteres'])} critères demandés.")
    found = complete(client, address, patience_s)
    told = found["progression"]
    print(f"Registres : {told['interrogees']} pièces interrogées sur {told['attendues']}.")
    body = {"par": PERSON, "declarations": declarations(market), "signataire": signatory()}
    _sent(client.post(f"{address}/declarations", json=body))
    print("Déclarations faites et signataire désigné, comme une personne le ferait.")
    if still := _silent(lacking(client.get(f"{address}/exports/espd.xml"))):
        _sent(client.post(f"{address}/declarations", json={"par": PERSON, "declarations": still}))
        print("Déclaré aussi, car aucun registre ne le dit : " + ", ".join(one["cle"] for one in still) + ".")
    if asked:
        print(f"Réponses aux questions de l'acheteur : {answered(client, address)}.")
    sealed = _sent(client.post(f"{address}/depot", json={"par": PERSON}))
    print(f"Déposé ; empreinte du scellé : {sealed['depot']['empreinte']}")
    _receipts(client, _sent(client.get(address, params={"vue": "acheteur"})))
    _published(client, sealed["depot"]["enregistrement"])
    whole = True
    for name in EXPORTS:
        answer = client.get(f"{address}/exports/{name}")
        if answer.status_code == 409:
            print(f"{name} : " + " ".join(_faults(answer)))
            whole = False
            continue
        _content(answer)
        (out / name).write_bytes(answer.content)
        print(f"{out / name} : {len(answer.content)} octets")
    return whole


def request(siret: str, market: str) -> dict[str, Any]:
    """What a portal sends to open a file: everything but the SIRET, it knows already."""
    deadline = time.strftime("%Y-%m-%dT12:00:00Z", time.gmtime(time.time() + 30 * 86_400))
    return {
        "siret": siret,
        "acheteur": BUYER,
        "consultation": {
            "source": "profil",
            "reference": "2026-DEMO-0042",
            "objet": "Consultation de démonstration",
            "date_limite": deadline,
            "procedure": "procédure ouverte",
        },
        "type_marche": market,
        "certificats_anticipes": True,
        "consentement": {"par": PERSON, "certificats_anticipes": True},
        "contact": {"courriel": "candidature@entreprise.example", "telephone": "01 99 00 12 34"},
    }


def declarations(market: str) -> list[dict[str, Any]]:
    """What a person in good standing declares, for this kind of market."""
    year = time.gmtime().tm_year
    made: list[dict[str, Any]] = [
        {"cle": "honneur_exclusions", "valeur": True},
        {"cle": "obligation_emploi", "valeur": True},
        {"cle": "assurance_risques", "valeur": 1_500_000},
        {"cle": "effectif_encadrement", "valeur": [{"annee": year - 1, "valeur": 3}, {"annee": year - 2, "valeur": 2}]},
        {"cle": "moyens_techniques", "valeur": "Un atelier équipé et deux véhicules utilitaires."},
    ]
    row = {"intitule": "Prestation comparable", "client": "Commune de Valclair", "annee": year - 1, "montant": 180_000}
    made.append({"cle": REFERENCES.get(market, "references_services"), "valeur": [row]})
    return made


def _silent(fields: list[str]) -> list[dict[str, Any]]:
    """What a person can say of what the ESPD still lacks."""
    return [{"cle": key, "valeur": value} for field, (key, value) in SILENT.items() if field in fields]


def answered(client: httpx.Client, address: str) -> int:
    """Answer what the buyer demands and nobody did, until nothing of it lacks; how many answers."""
    forms, count = demanded(client, address), 0
    for _ in range(MOST_ROUNDS):
        rows = answers(lacking(client.get(f"{address}/exports/espd.xml")), forms)
        if not rows:
            break
        _sent(client.post(f"{address}/declarations", json={"par": PERSON, "declarations": rows}))
        count += len(rows)
    return count


def signatory() -> dict[str, Any]:
    """Who engages the company."""
    return {"prenom": PERSON["prenom"], "nom": PERSON["nom"], "qualite": PERSON["qualite"], "pays": "FRA"}


def complete(client: httpx.Client, address: str, patience_s: float) -> dict[str, Any]:
    """The file once no registry is awaited, or as it is when patience ends: a silent registry blocks nothing."""
    end = time.monotonic() + patience_s
    while True:
        found = _sent(client.get(address))
        if found["complet"] or time.monotonic() >= end:
            return found
        time.sleep(0.3)


def _receipts(client: httpx.Client, found: Mapping[str, Any]) -> None:
    """Wait for the last receipt, for a while: those that are not there yet are listed as such in the package."""
    last = max(
        (one["provenance"] for one in found["pieces"] if one["provenance"] and one["provenance"]["recu"]),
        key=lambda told: str(told["recupere_le"]),
        default=None,
    )
    end = time.monotonic() + RECEIPTS_S
    while last is not None and time.monotonic() < end:
        if client.get(f"/receipts/{last['echange']}").status_code == 200:
            return
        time.sleep(0.5)


def _published(client: httpx.Client, record: int) -> None:
    """Wait for a published head that covers the deposit's record, for a while: else the package says it lacks it."""
    end = time.monotonic() + RECEIPTS_S
    while time.monotonic() < end:
        size = client.get("/log/checkpoint").text.split("\n")[1:2]
        if size and size[0].isdigit() and int(size[0]) > record:
            return
        time.sleep(0.5)


def _sent(answer: httpx.Response) -> dict[str, Any]:
    _content(answer)
    return dict(answer.json()["data"])


def _content(answer: httpx.Response) -> None:
    if not answer.is_success:
        raise Refused(f"{answer.request.url.path} : " + " ".join(_faults(answer)))


def _faults(answer: httpx.Response) -> list[str]:
    try:
        return [f"{one['code']} {one['detail']}" for one in answer.json()["errors"]]
    except (ValueError, KeyError, TypeError):
        return [f"réponse {answer.status_code}"]
