# SPDX-License-Identifier: EUPL-1.2
"""Un portail d'exemple, en un fichier : un marché, un bouton, un retour, une notification signée, un paquet vérifié.

    python docs/portal/portail.py --service http://127.0.0.1:8000 --jeton .sandbox/candidature.token --recu recu

Il n'utilise que la bibliothèque standard et httpx. Ce qu'un vrai portail doit garder est dit là où c'est fait : le
jeton reste sur le serveur, la signature est vérifiée avant de lire, un message ancien ou déjà vu est refusé, un retour
n'est cru qu'une fois vérifié auprès du service, et le paquet l'est avant d'être remis à l'acheteur.
"""

import argparse
import hashlib
import hmac
import json
import secrets
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from html import escape
from http.cookies import CookieError, SimpleCookie
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx

NOTIFICATION_OCTETS = 256 * 1024
FRAICHEUR_S = 300
"""Au-delà, un message est trop ancien : quelqu'un le renvoie."""
DU_MARCHE = ("marche.ouvert", "marche.reporte", "marche.ferme", "candidature.commencee")
"""Les événements numérotés par marché ; les autres le sont par candidature."""
ACHETEUR = {"siret": "13002526500013", "nom": "Direction interministérielle du numérique"}


class Service:
    """Le service, vu du portail : les six appels qu'il faut. Lève httpx.HTTPError quand l'un d'eux est refusé."""

    def __init__(self, adresse: str, jeton: str) -> None:
        self._client = httpx.Client(base_url=adresse, headers={"Authorization": f"Bearer {jeton}"}, timeout=70)

    def marche(self, reference: str, notification: Mapping[str, str]) -> str:
        """Crée le marché ; son identifiant. La clé d'idempotence permet de recommencer sans en créer un second."""
        limite = datetime.now(UTC) + timedelta(days=30)
        corps = {
            "acheteur": ACHETEUR,
            "consultation": {
                "source": "profil",
                "reference": reference,
                "objet": "Réfection du préau de l'école du Bourg",
                "date_limite": limite.strftime("%Y-%m-%dT12:00:00Z"),
                "procedure": "procédure ouverte",
            },
            "type_marche": "travaux",
            "utilisateur": "acheteuse-7",
            "notification": dict(notification),
        }
        reponse = self._client.post("/v1/marches", json=corps, headers={"Idempotency-Key": f"marche-{reference}"})
        return str(reponse.raise_for_status().json()["data"]["id"])

    def candidature(self, marche: str, reference: str, retour: str) -> tuple[str, str]:
        """Une candidature sans SIRET : son identifiant, et où conduire l'entreprise."""
        corps = {"reference_portail": reference, "retour": retour}
        reponse = self._client.post(f"/v1/marches/{marche}/candidatures", json=corps)
        trouve = reponse.raise_for_status().json()
        return str(trouve["data"]["id"]), str(trouve["links"]["entreprise"])

    def retour_vrai(self, candidature: str, jeton: str) -> str | None:
        """L'état de la candidature si ce retour vient bien du service, et pour la première fois ; sinon None."""
        reponse = self._client.post(f"/v1/candidatures/{candidature}/retours", json={"jeton": jeton})
        return str(reponse.json()["data"]["etat"]) if reponse.status_code == 200 else None

    def fichier(self, marche: str, candidature: str, nom: str) -> bytes:
        """« attestation » ou « paquet »."""
        return self._client.get(f"/v1/marches/{marche}/candidatures/{candidature}/{nom}").raise_for_status().content

    def cle(self) -> str:
        """La clé publique du journal."""
        return self._client.get("/log/key").raise_for_status().text.strip()


@dataclass
class Portail:
    """Ce que le portail sait. `adresse` : la sienne ; `recu` : où il range ce qu'il reçoit ; `dlnuf` : sa commande.

    `cle` : la clé publique du journal ; un vrai portail la reçoit une fois, par un autre chemin, et la garde.
    """

    service: Service
    adresse: str
    recu: Path
    dlnuf: str
    cle: str
    secret: str = field(default_factory=lambda: secrets.token_hex(32))
    marche: str = ""
    sessions: dict[str, str] = field(default_factory=dict)
    vus: dict[str, float] = field(default_factory=dict)
    etats: dict[str, str] = field(default_factory=dict)
    verrou: threading.Lock = field(default_factory=threading.Lock)

    def ouvrir(self) -> None:
        """Crée le marché, et dit où prévenir."""
        reference = f"2026-ECOLE-{secrets.token_hex(3)}"
        self.marche = self.service.marche(reference, {"url": f"{self.adresse}/notifications", "secret": self.secret})

    def candidater(self) -> tuple[str, str]:
        """Une session, et l'adresse où le navigateur va : la page du service, où l'entreprise donne son SIRET."""
        session = secrets.token_urlsafe(24)
        identifiant, page = self.service.candidature(self.marche, session, f"{self.adresse}/retour?session={session}")
        with self.verrou:
            self.sessions[session] = identifiant
            self.etats[identifiant] = "attendue"
        return session, page

    def revenu(self, demande: Mapping[str, str], session: str) -> str | None:
        """L'état de la candidature d'un navigateur qui revient. Tout ce qu'il porte s'invente, sauf le jeton."""
        candidature = self.sessions.get(session)
        if candidature is None or demande.get("session") != session or demande.get("candidature") != candidature:
            return None
        etat = self.service.retour_vrai(candidature, demande.get("jeton", ""))
        if etat is not None:
            self.etats[candidature] = etat
        return etat

    def notifie(self, corps: bytes, signature: str, maintenant: float) -> int:
        """Le statut qu'on répond à une notification : 2xx une fois qu'elle est traitée, et pas avant.

        Le service recommence tant qu'il n'a pas cette réponse, pendant deux jours.
        """
        attendue = "sha256=" + hmac.new(self.secret.encode(), corps, hashlib.sha256).hexdigest()
        if not hmac.compare_digest(attendue.encode(), signature.encode("latin-1", "replace")):
            return 403
        dit = json.loads(corps)  # signé : c'est le service qui l'a écrit
        if abs(maintenant - datetime.fromisoformat(dit["envoye_le"]).timestamp()) > FRAICHEUR_S:
            return 403
        # Le nom du message, d'après ce qui est signé (les en-têtes ne le sont pas) : de quoi il parle, et son rang.
        sujet = dit["candidature"] if dit["evenement"] not in DU_MARCHE else dit["marche"]
        nom = f"{sujet}.{dit['rang']}"
        with self.verrou:
            if nom in self.vus:
                return 204  # déjà traité : notre réponse s'était perdue
        try:
            self.traiter(dit)
        except (httpx.HTTPError, OSError, subprocess.TimeoutExpired):
            return 503
        with self.verrou:
            self.vus[nom] = maintenant
            for ancien in [one for one, vu in self.vus.items() if vu < maintenant - 7 * 86_400]:
                del self.vus[ancien]
        return 204

    def traiter(self, dit: Mapping[str, Any]) -> None:
        """Ce qu'une notification change. Le dépôt fait chercher l'attestation et le paquet, qui est vérifié."""
        if dit["evenement"] == "candidature.commencee":
            self.etats[dit["candidature"]] = f"commencée par {dit['siret']}"
        if dit["evenement"] != "dossier.depose":
            return
        candidature = dit["candidature"]
        dossier = self.recu / candidature
        dossier.mkdir(parents=True, exist_ok=True)
        (dossier / "attestation.pdf").write_bytes(self.service.fichier(self.marche, candidature, "attestation"))
        (dossier / "paquet.zip").write_bytes(self.service.fichier(self.marche, candidature, "paquet"))
        (dossier / "journal.pub").write_text(self.cle + "\n", "utf-8")
        demande = [self.dlnuf, "verify", str(dossier / "paquet.zip"), "--cle", str(dossier / "journal.pub")]
        dite = subprocess.run(demande, capture_output=True, text=True, timeout=60, check=False)  # noqa: S603 -- notre commande
        (dossier / "verification.txt").write_text(dite.stdout + dite.stderr, "utf-8")
        self.etats[candidature] = "déposée, paquet vérifié" if dite.returncode == 0 else "déposée, PAQUET REFUSÉ"

    def page(self) -> str:
        """L'accueil : le marché, le bouton, et où en sont les candidatures."""
        with self.verrou:
            lignes = "".join(f"<li>{escape(one)} : {escape(etat)}</li>" for one, etat in self.etats.items())
        return (
            "<h1>Réfection du préau de l'école du Bourg</h1>"
            '<form method="post" action="/candidater"><button>Candidater avec mon SIRET</button></form>'
            f"<h2>Candidatures</h2><ul>{lignes or '<li>Aucune.</li>'}</ul>"
        )


def serveur(portail: Portail, ecoute: tuple[str, int]) -> ThreadingHTTPServer:
    """Le portail sur HTTP."""

    class Requete(BaseHTTPRequestHandler):
        timeout = 30

        def do_GET(self) -> None:
            parties = urlsplit(self.path)
            if parties.path == "/":
                self.dire(200, portail.page())
            elif parties.path == "/retour":
                etat = portail.revenu(dict(parse_qsl(parties.query)), self.session())
                dit = f"Votre candidature est dans l'état « {etat} »." if etat else "Ce retour n'est pas reconnu."
                self.dire(200 if etat else 403, f"<h1>Retour sur le portail</h1><p>{escape(dit)}</p>")
            else:
                self.dire(404, "<h1>Rien à cette adresse</h1>")

        def do_POST(self) -> None:
            if self.path == "/candidater":
                try:
                    session, page = portail.candidater()
                except httpx.HTTPError:
                    self.dire(503, "<p>La candidature par SIRET n'est pas disponible : réessayez, ou déposez ici.</p>")
                    return
                self.send_response(303)
                self.send_header("location", page)
                # Lax : le retour est une navigation depuis un autre site. En production, ajoutez « Secure ».
                self.send_header("set-cookie", f"session={session}; HttpOnly; SameSite=Lax; Path=/")
                self.end_headers()
            elif self.path == "/notifications":
                taille = self.headers.get("content-length", "")
                if not (taille.isascii() and taille.isdigit()) or int(taille) > NOTIFICATION_OCTETS:
                    self.dire(413, "")
                    return
                signature = self.headers.get("x-webhook-signature-sha256", "")
                self.send_response(portail.notifie(self.rfile.read(int(taille)), signature, time.time()))
                self.end_headers()
            else:
                self.dire(404, "")

        def session(self) -> str:
            try:
                temoin = SimpleCookie(self.headers.get("cookie", "")).get("session")
            except CookieError:
                return ""
            return temoin.value if temoin else ""

        def dire(self, statut: int, contenu: str) -> None:
            corps = f'<!doctype html><html lang="fr"><meta charset="utf-8"><title>Portail</title>{contenu}'.encode()
            self.send_response(statut)
            self.send_header("content-type", "text/html; charset=utf-8")
            self.send_header("content-length", str(len(corps)))
            self.end_headers()
            self.wfile.write(corps)

        def log_message(self, *_: object) -> None:
            """Rien : une adresse de retour porte un jeton, qui n'a pas sa place dans un journal."""

    return ThreadingHTTPServer(ecoute, Requete)


def main() -> int:
    """Démarre, et reste jusqu'à Ctrl-C, ou jusqu'à ce qu'on l'arrête, même lancé en arrière-plan."""
    for signe in (signal.SIGINT, signal.SIGTERM):
        signal.signal(signe, signal.default_int_handler)
    lire = argparse.ArgumentParser(description="Un portail d'exemple.")
    lire.add_argument("--service", required=True, help="adresse du service")
    lire.add_argument("--jeton", type=Path, required=True, help="fichier du jeton de l'habilitation du portail")
    lire.add_argument("--recu", type=Path, default=Path("recu"), help="où ranger attestations et paquets (recu)")
    lire.add_argument("--port", type=int, default=8080, help="port d'écoute (8080 ; 0 : un port libre)")
    lire.add_argument("--dlnuf", default=str(Path(sys.executable).with_name("dlnuf")), help="la commande qui vérifie")
    choisi = lire.parse_args()
    service = Service(choisi.service, choisi.jeton.read_text("utf-8").strip())
    portail = Portail(service, "", choisi.recu, choisi.dlnuf, service.cle())
    ecoute = serveur(portail, ("127.0.0.1", choisi.port))
    portail.adresse = f"http://127.0.0.1:{ecoute.server_port}"
    # À l'écoute avant de créer le marché, dont la première notification arrive aussitôt.
    threading.Thread(target=ecoute.serve_forever, daemon=True).start()
    portail.ouvrir()
    print(f"Portail prêt sur {portail.adresse} (marché {portail.marche})", flush=True)  # noqa: T201 -- sa seule sortie
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        ecoute.shutdown()
    return 0


if __name__ == "__main__":
    sys.exit(main())
