# SPDX-License-Identifier: EUPL-1.2
"""From the items of a file to what is known of each company. Pure; a fact names the item it was read in.

Only what a registry answered is read. A certificate counts as COMPLIANT when its item says so, which it says only once
the file itself was opened and checked.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from gateway.dossier.company import (
    Attestation,
    Certification,
    Company,
    Headcount,
    Insurance,
    Notice,
    Ratios,
    Registration,
    Representative,
    Turnover,
)
from gateway.dossier.identity import identity
from gateway.dossier.rules import at
from gateway.dossier.values import Candidature, Item, Member
from gateway.dossier.words import Outcome, State

ATTESTATIONS = (
    "attestation_fiscale", "attestation_vigilance", "cotisations_msa", "cotisations_retraite_probtp",
    "attestation_retraite_probtp", "conges_intemperies_cibtp", "conges_intemperies_cnetp",
)  # fmt: skip
IDENTITIES = ("identite", "identite_publique")
ANSWERED = (State.RETRIEVED, State.CONTESTED)
_RATIOS = {
    "marge_ebe": "Marge d'EBE (%)",
    "autonomie_financiere": "Autonomie financière (%)",
    "taux_d_endettement": "Taux d'endettement (%)",
    "ratio_de_liquidite": "Ratio de liquidité (%)",
    "caf_sur_ca": "Capacité d'autofinancement sur chiffre d'affaires (%)",
    "capacite_de_remboursement": "Capacité de remboursement",
    "resultat_courant_avant_impots_sur_ca": "Résultat courant avant impôts sur chiffre d'affaires (%)",
}


def companies(dossier: Candidature) -> dict[str, Company]:
    """What is known of each member, by SIRET."""
    return {member.siret: company(dossier, member) for member in dossier.members}


def company(dossier: Candidature, member: Member) -> Company:
    """What is known of one member."""
    answered = {
        item.key: item
        for item in dossier.items
        if item.siret == member.siret and item.state in ANSWERED and item.value is not None
    }
    denied = [one for one in dossier.items if one.siret == member.siret and one.against and one.value is None]
    turnovers = tuple(_turnovers(answered.get("chiffres_affaires")))
    rows = answered.values()
    return Company(
        siret=member.siret,
        identity=identity([answered[key] for key in IDENTITIES if key in answered], turnovers),
        representatives=tuple(_representatives(answered.get("mandataires_sociaux"), answered.get("extrait_rne"))),
        registrations=tuple(_registrations(answered)),
        turnovers=turnovers,
        headcounts=tuple(found for item in rows for found in _headcounts(item)),
        attestations=tuple(_attestation(item) for item in (*rows, *denied) if item.key in ATTESTATIONS),
        certifications=tuple(found for item in rows for found in _CERTIFICATIONS.get(item.key, _none)(item)),
        insurances=tuple(found for item in rows for found in _insurances(item)),
        notices=tuple(_notices(answered.get("annonces_bodacc"))),
        notices_known="annonces_bodacc" in answered,
        ratios=tuple(_ratios(answered.get("ratios_financiers"))),
    )


def _rows(item: Item | None) -> list[Mapping[str, Any]]:
    if item is None or not isinstance(item.value, Sequence) or isinstance(item.value, str):
        return []
    return [row for row in item.value if isinstance(row, Mapping)]


def _text(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""


def _none(_: Item) -> Iterator[Certification]:
    return iter(())


def _turnovers(item: Item | None) -> Iterator[Turnover]:
    for row in _rows(item):
        amount, end = row.get("chiffre_affaires"), _text(row.get("date_fin_exercice"))
        if isinstance(amount, int | float) and end and item is not None:
            yield Turnover(end, round(amount), item.id)


def _headcounts(item: Item) -> Iterator[Headcount]:
    """All schemes together; a year of which no scheme says anything has no figure."""
    kinds = {"effectif_moyen_annuel": "moyen", "effectif_boeth_annuel": "boeth"}
    rows = at(item.value, "effectifs_annuel")
    if not isinstance(rows, list):
        return
    for nature, kind in kinds.items():
        said = [row["value"] for row in rows if row.get("nature") == nature and row.get("value") is not None]
        if said:
            yield Headcount(_text(at(item.value, "annee")), round(sum(said), 2), kind, item.id)


def _representatives(officers: Item | None, rne: Item | None) -> Iterator[Representative]:
    """Who the trade register names at its head; the national one where there is no such entry."""
    for item, quality in ((officers, "fonction"), (None if officers else rne, "qualite")):
        rows = _rows(item) if item is officers else (at(item.value, "dirigeants_et_associes") or [] if item else [])
        for row in rows:
            if item is not None:
                yield Representative(
                    _text(row.get(quality)), _text(row.get("nom")), _text(row.get("prenom")),
                    _text(row.get("raison_sociale")), item.id,
                )  # fmt: skip


def _registrations(answered: Mapping[str, Item]) -> Iterator[Registration]:
    if (rcs := answered.get("immatriculation_rcs")) is not None and not at(rcs.value, "date_radiation"):
        court = _text(at(rcs.value, "greffe.valeur"))
        yield Registration("RCS", rcs.siret[:9], court, _text(at(rcs.value, "date_immatriculation")), rcs.id)
    if (rne := answered.get("extrait_rne")) is not None:
        on = _text(at(rne.value, "identite_entreprise.date_immatriculation_rne"))
        yield Registration("RNE", rne.siret[:9], "", on, rne.id)
    if (craft := answered.get("entreprise_artisanale")) is not None:
        yield Registration("RNM", craft.siret[:9], "", "", craft.id)
    if (association := answered.get("association")) is not None and _text(at(association.value, "rna")):
        on = _text(at(association.value, "date_publication_journal_officiel"))
        yield Registration("RNA", _text(at(association.value, "rna")), "", on, association.id)


def _attestation(item: Item) -> Attestation:
    document = item.documents[0] if item.documents else None
    checks = document.checks if document else None
    told = item.provenance
    return Attestation(
        key=item.key,
        label=item.label,
        issuer=told.provider if told else "",
        outcome=item.outcome or Outcome.UNKNOWN,
        access=item.access,
        item=item.id,
        criterion=item.criterion,
        document=document.sha256 if document else "",
        issued_on=_text(at(item.value, "date_delivrance_attestation")),
        as_of=told.as_of if told else "",
        valid_until=(checks.valid_until if checks else "") or (told.valid_until if told else ""),
        code=checks.security_code if checks else "",
    )


def _mark(item: Item, **more: Any) -> Certification:
    told = item.provenance
    document = item.documents[0].sha256 if item.documents else ""
    issuer = told.provider if told else ""
    return Certification(item.key, item.label, issuer, item.id, document=document, criterion=item.criterion, **more)


def _qualibat(item: Item) -> Iterator[Certification]:
    rows = at(item.value, "entity.certifications") or []
    yield _mark(
        item,
        since=_text(at(item.value, "date_emission")),
        valid_until=_text(at(item.value, "date_fin_validite")),
        details=tuple(_line(row.get("code"), row.get("libelle")) for row in rows),
    )


def _qualifelec(item: Item) -> Iterator[Certification]:
    for row in _rows(item):
        yield _mark(
            item,
            number=_line(row.get("numero")),
            since=_text(row.get("date_debut")),
            valid_until=_text(row.get("date_fin")),
            details=(_text(at(row, "qualification.label")),),
        )


def _rge(item: Item) -> Iterator[Certification]:
    for row in _rows(item):
        yield _mark(
            item,
            since=_text(row.get("date_attribution")),
            valid_until=_text(row.get("date_expiration")),
            details=(_line(row.get("domaine"), at(row, "qualification.nom")),),
        )


def _opqibi(item: Item) -> Iterator[Certification]:
    rows = at(item.value, "qualifications") or []
    yield _mark(
        item,
        number=_text(at(item.value, "numero_certificat")),
        since=_text(at(item.value, "date_delivrance_certificat")),
        valid_until=_text(at(item.value, "date_validite_qualifications")),
        details=tuple(_line(row.get("code_qualification"), row.get("nom")) for row in rows),
    )


def _qualiopi(item: Item) -> Iterator[Certification]:
    """A training body is certified for kinds of actions; one that is certified for none holds no certificate."""
    names = {
        "action_formation": "Actions de formation",
        "bilan_competences": "Bilans de compétences",
        "validation_acquis_experience": "Validation des acquis de l'expérience",
        "apprentissage": "Apprentissage",
    }
    for row in at(item.value, "declarations_activites_etablissement") or []:
        held = tuple(words for key, words in names.items() if at(row, f"certification_qualiopi.{key}") is True)
        if held:
            yield _mark(item, number=_text(row.get("numero_de_declaration")), details=held)


def _organic(item: Item) -> Iterator[Certification]:
    for row in _rows(item):
        for paper in row.get("certificats") or []:
            if paper.get("etat") == "ENGAGEE":
                details = tuple(_text(one.get("libelle")) for one in row.get("productions") or [])
                number, since = _text(paper.get("numero_controle")), _text(paper.get("date_engagement"))
                yield _mark(item, number=number, since=since, details=details)


def _card(item: Item) -> Iterator[Certification]:
    yield _mark(item, valid_until=item.provenance.valid_until if item.provenance else "")


_CERTIFICATIONS: Mapping[str, Callable[[Item], Iterator[Certification]]] = {
    "qualibat": _qualibat,
    "qualifelec": _qualifelec,
    "rge": _rge,
    "opqibi": _opqibi,
    "qualiopi": _qualiopi,
    "agriculture_biologique": _organic,
    "carte_travaux_publics": _card,
}


def _insurances(item: Item) -> Iterator[Insurance]:
    """The insurers that a certificate names, each once."""
    places = {
        "qualibat": ("entity.assurance_responsabilite_travaux", "entity.assurance_responsabilite_civile"),
        "qualifelec": ("assurance_decennale", "assurance_civile"),
    }.get(item.key, ())
    kinds = ("Responsabilité décennale", "Responsabilité civile")
    rows = _rows(item) if isinstance(item.value, list) else [item.value]
    found = (
        Insurance(kind, _text(at(row, f"{place}.nom")), item.id, _text(at(row, f"{place}.identifiant")))
        for row in rows
        for kind, place in zip(kinds, places, strict=False)
    )
    yield from dict.fromkeys(one for one in found if one.insurer)


def _notices(item: Item | None) -> Iterator[Notice]:
    for row in _rows(item):
        if item is not None:
            judgment = row.get("jugement") or {}
            yield Notice(
                id=_text(row.get("identifiant")),
                published_on=_text(row.get("date_parution")),
                family=_text(at(row, "famille.libelle")),
                court=_text(row.get("tribunal")),
                nature=_text(judgment.get("nature")) or _text(judgment.get("famille")),
                on=_text(judgment.get("date")),
                complement=_text(judgment.get("complement")),
                url=_text(row.get("url")),
                insolvency=row.get("defaillance_signalee") is True,
                contested=item.state is State.CONTESTED,
                item=item.id,
            )


def _ratios(item: Item | None) -> Iterator[Ratios]:
    for row in _rows(item):
        values = tuple((words, row[key]) for key, words in _RATIOS.items() if isinstance(row.get(key), int | float))
        end = _text(row.get("date_cloture_exercice"))
        if values and end and item is not None:
            yield Ratios(end, values, item.id)


def _line(*parts: object) -> str:
    return " ".join(str(part).strip() for part in parts if part not in (None, ""))
