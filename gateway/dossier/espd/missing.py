# SPDX-License-Identifier: EUPL-1.2
"""What an ESPD Response still lacks before it can be written: what the official rules require and nobody has given.

Nothing is ever filled in for somebody. A criterion without any answer is simply left out of the document; one that is
answered in part must be answered as its own tree demands: what follows from « oui » when the answer is yes, what
follows from « non » when it is no (BR-TCR-06, BR-TCR-07), and its first question (BR-RESP-30).
"""

from collections.abc import Iterator, Mapping

from gateway.dossier.espd.criteria import Criterion, Group
from gateway.dossier.espd.demanded import unanswered
from gateway.dossier.espd.lacking import Missing
from gateway.dossier.espd.model import Answers, EspdResponse, EvidenceRef, Operator, Value

__all__ = ["Missing", "contradictions", "missing"]

PROCEDURE = (
    "Le type de procédure n'est pas donné, ou n'est pas de la liste européenne. Les avis du BOAMP ne le disent pas : "
    "donnez-le à l'ouverture (consultation.procedure), ou déclarez-le jusqu'au dépôt (procedure_declaree)."
)
NAME = "Sirene ne dit pas le nom de l'entreprise : elle le déclare jusqu'au dépôt (denomination_declaree)."
SIZE = "Sirene ne dit pas la taille de l'entreprise : elle la déclare jusqu'au dépôt (taille_declaree)."
COUNTRY = "Sirene ne dit pas le pays de l'entreprise : elle le déclare jusqu'au dépôt (pays_declare)."


def missing(response: EspdResponse) -> list[Missing]:
    """All that lacks, in the order of the document; empty when the response can be written."""
    asked = unanswered(response.asked, response.answers, response.operator.role) if response.asked else ()
    return [*_head(response), *_operator(response.operator), *_criteria(response), *asked]


def _head(response: EspdResponse) -> Iterator[Missing]:
    if not response.reference:
        yield Missing("marche.reference", "La référence du marché n'est pas donnée.", "ContractFolderID")
    if not response.procedure:
        yield Missing("marche.procedure", PROCEDURE, "ProcedureCode")
    if not response.buyer.name:
        yield Missing("acheteur.nom", "Le nom de l'acheteur n'est pas connu.", "ContractingParty")
    if len(response.lots) != 1:
        yield Missing("lot", "Un DUME porte sur un lot et un seul : dites lequel.", "BR-LOT-10")
    if not any(answers.values for answers in response.answers):
        yield Missing("reponses", "Aucun critère n'a de réponse.", "BR-OTH-04-06")


def _operator(operator: Operator) -> Iterator[Missing]:
    if not operator.name:
        yield Missing("entreprise.nom", NAME, "BR-RESP-10-05")
    if not operator.size:
        yield Missing("entreprise.taille", SIZE, "BR-RESP-10-06")
    if not operator.address.country:
        yield Missing("entreprise.pays", COUNTRY, "BR-RESP-10-07")
    if operator.role in ("group-lead", "group-mem") and not operator.group_name:
        yield Missing("groupement.nom", "Le nom du groupement n'est pas donné.", "BR-LEAD-10-S10")
    signatory = operator.signatory
    if not signatory or not signatory.first_name:
        yield Missing("signataire.prenom", "Le prénom du signataire n'est pas donné.", "BR-RESP-20-01")
    if not signatory or not signatory.family_name:
        yield Missing("signataire.nom", "Le nom du signataire n'est pas donné.", "BR-RESP-20-02")
    if not signatory or not signatory.country:
        yield Missing("signataire.pays", "Le pays de résidence du signataire n'est pas donné.", "BR-RESP-20-03")


def _criteria(response: EspdResponse) -> Iterator[Missing]:
    known = response.known()
    pieces = {piece.id for piece in response.evidence}
    for answers in response.answers:
        criterion = known[answers.code]
        yield from _answered(criterion, answers)
        for question, values in answers.values.items():
            if any(isinstance(value, EvidenceRef) and value.id not in pieces for value in values):
                yield Missing(question, f"{criterion.name} : la preuve citée n'est pas jointe.", "BR-TCR-09")


def _answered(criterion: Criterion, answers: Answers) -> Iterator[Missing]:
    """The first question of each criterion that is answered at all, then what follows from each yes and no."""
    first = next(criterion.questions())
    if criterion.family == "exclusion" and first.id not in answers.values:
        yield Missing(first.id, f"{criterion.name} : la question principale n'a pas de réponse.", "BR-RESP-30")
    for group in criterion.groups:
        yield from _followed(criterion, group, answers)


def _followed(criterion: Criterion, group: Group, answers: Answers) -> Iterator[Missing]:
    said = {value for line in group.properties for value in answers.values.get(line.id, ()) if isinstance(value, bool)}
    for below in group.groups:
        wanted = {"ONTRUE": True, "ONFALSE": False}.get(below.on)
        if wanted is not None and wanted in said:
            for line in below.properties:
                if line.is_question and not answers.values.get(line.id):
                    rule = "BR-TCR-06-01" if wanted else "BR-TCR-07-01"
                    yield Missing(line.id, f"{criterion.name} : « {line.label} » n'a pas de réponse.", rule)
        yield from _followed(criterion, below, answers)


def contradictions(answers: Answers, criterion: Criterion) -> list[str]:
    """Identifiers of questions answered although the yes or no above them closes them (BR-TCR-06-02, BR-TCR-07-02)."""
    return [line for group in criterion.groups for line in _closed(group, answers.values)]


def _closed(group: Group, values: Mapping[str, tuple[Value, ...]]) -> Iterator[str]:
    said = {value for line in group.properties for value in values.get(line.id, ()) if isinstance(value, bool)}
    for below in group.groups:
        closing = {"ONTRUE": False, "ONFALSE": True}.get(below.on)
        if closing is not None and closing in said:
            yield from (line.id for line in below.properties if values.get(line.id))
        yield from _closed(below, values)
