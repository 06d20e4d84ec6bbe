# SPDX-License-Identifier: EUPL-1.2
"""The Carif-Oref's registry as it speaks on the wire, for tests, the sandbox and the benchmark.

Four personas train people: the training centre and the large builder, whose school has its own declaration of activity;
the consultants, whose label comes from the company's; the association, which has a declaration and no label.
"""

from collections.abc import Callable
from datetime import date, datetime, timedelta

from connectors.kit.paris import PARIS
from connectors.kit.simulation import Asked, Handler, Persona, Said, World, json_said

ROOT = "/organisme/"
BUILDER, CONSULTANTS, ASSOCIATION, TRAINERS = "999100886", "999100332", "999100449", "999101983"
DIRECT = "Qualiopi direct sur le NDA"
LABELS = {BUILDER: DIRECT, CONSULTANTS: "Qualiopi par propagation via le SIREN", TRAINERS: DIRECT}
SPECIALITIES = {
    BUILDER: (
        ("230", "Spécialités pluritechnologiques, génie civil, construction"),
        ("232", "Bâtiment"),
        ("255", None),
    ),
    CONSULTANTS: (("315", "Ressources humaines"), ("326", "Informatique")),
    TRAINERS: (("100", "Formations générales"), ("310", "Échanges et gestion")),
    ASSOCIATION: (("213", "Forêts, espaces verts"),),
}
ESTABLISHMENT = (
    "siren", "denomination", "enseigne", "code_ape", "adresse_insee", "uai", "siret_siege", "siret_successeur",
    "date_creation", "date_fermeture", "etat_diffusible",
)  # fmt: skip
COMPANY = (
    "raison_sociale", "cat_juridique", "libelle_cat_juridique", "ape", "pseudonyme", "sigle", "nom_commercial",
    "multinda",
)  # fmt: skip
DECLARATION = (
    "nda", "cfa", "actif", "date_derniere_declaration", "debut_exercice", "fin_exercice", "code_specialite_1",
    "libelle_specialite_1", "code_specialite_2", "libelle_specialite_2", "code_specialite_3", "libelle_specialite_3",
    "qualiopi_action_formation", "qualiopi_bilan_competence", "qualiopi_vae", "qualiopi_apprentissage",
    "obtention_qualiopi",
)  # fmt: skip
RIGHT = (
    "code_fc", "actif", "etat_habilitation", "date_habilitation", "date_fin_enregistrement", "date_decision",
    "a_former", "a_organiser",
)  # fmt: skip


def simulator(world: World, clock: Callable[[], datetime]) -> Handler:
    """The registry for these personas, at the clock's time."""

    def handle(asked: Asked) -> Said:
        if asked.method != "GET" or not asked.path.startswith(ROOT):
            return json_said({"message": "adresse inconnue"}, 404)
        if not asked.headers.get("token-connexion"):
            return json_said({"message": "jeton absent"}, 401)
        siret = asked.path.removeprefix(ROOT)
        persona = world.by_siret.get(siret)
        if persona is None or persona.siren not in SPECIALITIES:
            return json_said(_nothing())
        return json_said(_known(siret, persona, clock().astimezone(PARIS).date()))

    return handle


def _blank(keys: tuple[str, ...]) -> dict[str, object]:
    return dict.fromkeys(keys)


def _nothing() -> dict[str, object]:
    """What the registry says of an establishment it does not know: every key, all null."""
    return {
        "siret_actif": None,
        "etablissement": _blank(ESTABLISHMENT),
        "unite_legale": _blank(COMPANY),
        "adresse_ban": [_blank(("adresse_editorialisee", "adresse_codepostal", "adresse_commune"))],
        "nda": [_blank(DECLARATION)],
        "habilitations": [_blank(RIGHT) | {"certificateur": [{"siret": None}]}],
    }


def _known(siret: str, persona: Persona, today: date) -> dict[str, object]:
    rights = [_right("RNCP99886", "Actif", siret, today), _right("RS9988", "Supprimé", siret, today)]
    none = _blank(RIGHT) | {"certificateur": [{"siret": None}]}
    return _nothing() | {
        "siret_actif": siret,
        "etablissement": _blank(ESTABLISHMENT)
        | {
            "siren": persona.siren,
            "denomination": persona.name,
            "code_ape": persona.naf,
            "uai": "0699886H" if persona.siren == BUILDER else None,
            "date_creation": persona.creation,
            "etat_diffusible": persona.diffusion == "O",
        },
        "unite_legale": _blank(COMPANY)
        | {
            "raison_sociale": persona.name,
            "cat_juridique": persona.categorie_juridique,
            "ape": persona.naf,
            "sigle": persona.sigle,
            "multinda": persona.siren == BUILDER,
        },
        "nda": [_declaration(persona, today)],
        "habilitations": rights if persona.siren == BUILDER else [none],
    }


def _declaration(persona: Persona, today: date) -> dict[str, object]:
    year = today.year - 1
    label = LABELS.get(persona.siren)
    row = _blank(DECLARATION) | {
        "nda": f"{persona.adresse.code_postal[:2]}{persona.siren}",
        "cfa": persona.siren == BUILDER,
        "actif": True,
        "date_derniere_declaration": f"{year}-05-31",
        "debut_exercice": f"{year}-01-01",
        "fin_exercice": f"{year}-12-31",
        "qualiopi_action_formation": label is not None,
        "qualiopi_bilan_competence": persona.siren == CONSULTANTS,
        "qualiopi_vae": False,
        "qualiopi_apprentissage": persona.siren == BUILDER,
        "obtention_qualiopi": label,
    }
    for rank, (code, words) in enumerate(SPECIALITIES[persona.siren], start=1):
        row |= {f"code_specialite_{rank}": code, f"libelle_specialite_{rank}": words}
    return row


def _right(code: str, state: str, siret: str, today: date) -> dict[str, object]:
    return {
        "code_fc": code,
        "actif": state == "Actif",
        "etat_habilitation": state,
        "date_habilitation": (today - timedelta(days=400)).isoformat(),
        "date_fin_enregistrement": f"{today + timedelta(days=800):%d/%m/%Y}",  # the registry writes days in both ways
        "date_decision": None,
        "a_former": True,
        "a_organiser": True,
        "certificateur": [{"siret": siret}],
    }
