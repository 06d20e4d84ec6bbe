# SPDX-License-Identifier: EUPL-1.2
"""The CNETP as it speaks on the wire, for tests, the sandbox and the benchmark: it knows those who build roads."""

from collections.abc import Callable
from datetime import date, datetime

from connectors.kit.paris import PARIS
from connectors.kit.simulation import Asked, Handler, Persona, Said, World
from connectors.kit.simulation.pdf import pdf

PATH = "/webservice/doc/attestations/entreprises"
CLIENT = "id"
TOKEN = "jeton"  # noqa: S105  # the name of a field
TRAITS = {"grand_constructeur", "travaux_publics"}


def simulator(world: World, clock: Callable[[], datetime]) -> Handler:
    """The CNETP of these personas, at the clock's time."""

    def handle(asked: Asked) -> Said:
        if (asked.method, asked.path) != ("GET", PATH):
            return _text("Page introuvable", 404)
        if not asked.query.get(CLIENT) or not asked.query.get(TOKEN):
            return _text("Client inconnu", 403)
        persona = world.by_siren.get(asked.query.get("siren", ""))
        if persona is None or not TRAITS & {*persona.traits} or persona.etat != "A":
            return _text("Numéro non référencé à la caisse", 404)
        disposition = {"content-disposition": 'form-data; name="attestation.pdf"; filename="attestation.pdf"'}
        return Said(200, _certificate(persona, clock().astimezone(PARIS).date()), "application/pdf", disposition)

    return handle


def _text(words: str, status: int) -> Said:
    # Whatever it says in words, it labels as a PDF.
    return Said(status, words.encode("iso-8859-1"), "application/pdf;charset=ISO-8859-1")


def _certificate(persona: Persona, today: date) -> bytes:
    return pdf(f"""SIMULATEUR - document sans valeur
Attestation congés payés et chômage intempéries - travaux publics
Entreprise : {persona.name}
SIREN : {persona.siren}
Les cotisations dues sont payées.
Document établi le {today:%d/%m/%Y}""")
