# SPDX-License-Identifier: EUPL-1.2
"""The demonstration's tender: two invented companies apply, so that a buyer has something to open soon after."""

import time
import uuid
from pathlib import Path
from typing import Any

import httpx

from gateway.cli.dossier_example import PATH, PERSON, complete, declarations, request, signatory

CANDIDATES = ("99910011800010", "99910022500013")
"""A company in order, and one that the Urssaf refuses a certificate."""
OPEN_S = 40
"""How long the tender stays open: long enough to apply, short enough to wait for."""
TITLE = "Réfection du préau de l'école du Bourg"
CONTEST = "La somme a été réglée ; le fichier de l'Urssaf n'est pas encore à jour."


def play(address: str, state: Path) -> str:
    """Apply, twice; when the buyer may open, in Paris. Raises httpx.HTTPError when the sandbox stops meanwhile."""
    due = int(time.time()) + OPEN_S
    token = (state / "candidature.token").read_text("ascii").strip()
    headers = {"Authorization": f"Bearer {token}"}
    with httpx.Client(base_url=address, headers=headers, timeout=20, trust_env=False) as client:
        for siret in CANDIDATES:
            _applied(client, siret, due)
    from gateway.dossier.export.sources import moment

    return moment(due)


def _applied(client: httpx.Client, siret: str, due: int) -> None:
    body = request(siret, "travaux")
    deadline = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(due))
    body["consultation"] |= {"reference": "2026-PREAU", "objet": TITLE, "date_limite": deadline}
    opened = _sent(client, PATH, body, {"Idempotency-Key": str(uuid.uuid4())})
    here = f"{PATH}/{opened['id']}"
    complete(client, here, OPEN_S / 3)
    declared = {"par": PERSON, "declarations": declarations("travaux"), "signataire": signatory()}
    _sent(client, f"{here}/declarations", declared)
    if siret == CANDIDATES[1]:
        contest = {"par": PERSON, "piece": f"{siret}:attestation_vigilance", "texte": CONTEST}
        _sent(client, f"{here}/contestations", contest)
    _sent(client, f"{here}/depot", {"par": PERSON})


def _sent(client: httpx.Client, path: str, body: dict[str, Any], headers: dict[str, str] | None = None) -> Any:
    answer = client.post(path, json=body, headers=headers)
    answer.raise_for_status()
    return answer.json()["data"]
