# SPDX-License-Identifier: EUPL-1.2
"""The register of crafts as it speaks on the wire, for tests, the sandbox and the benchmark.

Building trades, printers and cleaners are crafts; the register kept those that existed when it closed.
"""

import re
from collections.abc import Callable
from datetime import datetime

from connectors.kit.simulation import Asked, Handler, Persona, Said, World, json_said

_PATH = re.compile(r"/v2/entreprises/([0-9]{9})", re.ASCII)
CRAFTS = frozenset({"18", "41", "43", "81"})

NOT_FOUND = """<!DOCTYPE html>
<html><head><meta http-equiv="Content-Type" content="text/html; charset=iso-8859-1"/>
<title>404</title></head><body>Entreprise non trouvée au répertoire</body></html>""".encode("latin-1")


def simulator(world: World, clock: Callable[[], datetime]) -> Handler:
    """The register for these personas; it is closed, and the clock does not matter to it."""

    def handle(asked: Asked) -> Said:
        found = _PATH.fullmatch(asked.path)
        if asked.method != "GET" or not found:
            return Said(404, NOT_FOUND, "text/html")
        persona = world.by_siren.get(found[1])
        if persona is None or persona.naf[:2] not in CRAFTS or persona.redirige_vers:
            return Said(404, NOT_FOUND, "text/html")  # a page, also when JSON was asked for
        return json_said(_row(persona))

    return handle


def _row(persona: Persona) -> dict[str, object]:
    place = persona.adresse
    return {
        "id": int(persona.siren[4:]),
        "ent_id_siren": persona.siren,
        "ent_adr_numero_voie": place.numero,
        "ent_adr_indice_repetition": place.repetition or "",
        "ent_adr_type_voie": place.type_voie,
        "ent_adr_adresse": place.voie,
        "ent_adr_code_postal": place.code_postal,
        "ent_adr_commune": place.commune,
        "ent_adr_commune_cog": place.code_commune,
        "ent_act_date_immat_rm": f"{persona.creation}T12:00:00Z",
        "ent_act_date_radiation": f"{persona.fermeture}T12:00:00Z" if persona.fermeture else None,
        "ent_act_modalite_exercice": "P",
        "ent_act_non_sedentaire": "1" if persona.natural_person else "0",
        "ent_act_denomination_sociale": persona.nom or "",
        "ent_act_sigle": persona.sigle or "",
        "ent_act_forme_juridique": persona.categorie_juridique,
        "dir_id_nom_naissance": persona.nom_naissance,
        "dir_id_prenom_1": persona.prenoms[0] if persona.prenoms else None,
        "gest_categorie": "PP" if persona.natural_person else "PM",
    }
