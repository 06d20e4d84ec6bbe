# SPDX-License-Identifier: EUPL-1.2
"""The closed lists of a dossier: states, outcomes, kinds of market, roles. Values are what the API says, in French."""

from enum import StrEnum


class State(StrEnum):
    """Where an item stands. RETRIEVED and CONTESTED hold what a registry said; DECLARED, what a person said."""

    PENDING = "en_attente"
    RETRIEVED = "recuperee"
    DECLARED = "declaree"
    MISSING = "manquante"
    OUT_OF_SCOPE = "hors_perimetre"
    UNAVAILABLE = "indisponible"
    CONTESTED = "contestee"

    @property
    def settled(self) -> bool:
        """Whether nothing more is expected of the registry."""
        return self not in (State.PENDING, State.UNAVAILABLE)


class Outcome(StrEnum):
    """What may be concluded from an item: four different things that are not « yes ». An absence is never a « no »."""

    COMPLIANT = "conforme"
    NOT_COMPLIANT = "non_conforme"
    OUT_OF_SCOPE = "hors_perimetre"
    UNKNOWN = "inconnu"
    UNAVAILABLE = "indisponible"


class Phase(StrEnum):
    """When in the life of a contract something is needed (DC1/DC2 at candidature, certificates at attribution)."""

    CANDIDATURE = "candidature"
    INSTRUCTION = "instruction"
    ATTRIBUTION = "attribution"
    FOLLOW_UP = "suivi"

    @property
    def rank(self) -> int:
        """Their order in time."""
        return list(Phase).index(self)


class Access(StrEnum):
    """PUBLIC: open data, may prefill the candidate's screen. PROTECTED: for the buyer's back office and the company."""

    PUBLIC = "public"
    PROTECTED = "protege"


class Kind(StrEnum):
    """What is bought. `family` is the code de la commande publique's own division (L1111-1 to -5)."""

    WORKS = "travaux"
    SUPPLIES = "fournitures"
    SERVICES = "services"
    ENGINEERING = "ingenierie"
    TRAINING = "formation"
    FOOD = "denrees"
    DEFENSE = "defense"

    @property
    def family(self) -> "Kind":
        """WORKS, SUPPLIES or SERVICES."""
        if self in (Kind.WORKS, Kind.SUPPLIES):
            return self
        return Kind.SUPPLIES if self is Kind.FOOD else Kind.SERVICES


class Role(StrEnum):
    """What a company is in the application. `espd` is the code of the list eo-role-type."""

    SOLE = "seul"
    LEAD = "mandataire"
    MEMBER = "cotraitant"
    RELIED_UPON = "capacites"
    SUBCONTRACTOR = "sous_traitant"

    @property
    def espd(self) -> str:
        """Its code in the ESPD."""
        return {
            Role.SOLE: "sole-tenderer",
            Role.LEAD: "group-lead",
            Role.MEMBER: "group-mem",
            Role.RELIED_UPON: "oeron",
            Role.SUBCONTRACTOR: "subcont",
        }[self]


class GroupForm(StrEnum):
    """How a group is bound (article R2142-20 of the code de la commande publique)."""

    ALONE = "seul"
    JOINT = "conjoint"
    SOLIDARY = "solidaire"


class Source(StrEnum):
    """Where a tender's reference comes from."""

    BOAMP = "boamp"
    TED = "ted"
    PROFILE = "profil"
    MANUAL = "manuel"


class Standing(StrEnum):
    """The life of a dossier. REFUSED: it can lead to no application (unknown or closed company, closed tender)."""

    OPEN = "ouvert"
    SEALED = "depose"
    REFUSED = "irrecevable"
    WITHDRAWN = "retire"


class Audience(StrEnum):
    """Who reads: an open page, the portal's software, a representative who has signed in, the buyer's back office."""

    PUBLIC = "public"
    PORTAL = "portail"
    REPRESENTATIVE = "entreprise"
    BUYER = "acheteur"


class Answer(StrEnum):
    """The kinds of value a declaration may hold; `typed` in `declaring.py` says what each accepts."""

    YES_NO = "oui_non"
    TEXT = "texte"
    NUMBER = "nombre"
    AMOUNT = "montant"
    PERCENTAGE = "pourcentage"
    DATE = "date"
    YEARS = "par_annee"
    REFERENCES = "references"
    DOCUMENT = "document"
    CHOICE = "choix"
    COUNTRY = "pays"


class Silence(StrEnum):
    """What a question may make up for, where nobody has said it: of a company, Sirene; of the tender, anybody."""

    NAME = "nom"
    SIZE = "taille"
    COUNTRY = "pays"
    PROCEDURE = "procedure"
