# SPDX-License-Identifier: EUPL-1.2
"""Bilans: the last balance sheets of a company, as the Banque de France read them in its tax returns.

The bank counts in thousands of euros; what leaves is in euros.
"""

from connectors.banque_de_france.labels import labels
from connectors.banque_de_france.reading import amount, bilans_of, change, closed_in
from connectors.banque_de_france.schemas import Bilan, Declaration, Donnee, Montant, Ratio, ValeursCalculees
from connectors.banque_de_france.schemas import Meta as Meta
from connectors.kit import Answer, Registry, Siren

# form → figure → the bank's key for the amount. Its change stands under `evolution` and the key with a capital,
# but where CHANGES says otherwise: the bank's spelling is not the same on both sides.
FORMS = {
    "2051": {
        "300476": "totalPassif",
        "300438": "capitauxPropresEtAssimiles",
        "300414": "dontCapitalSocial",
        "302359": "totalProvisionsPourRisquesEtCharges",
        "300451": "dettes1EmpruntsObligatairesEtConvertibles",
        "300453": "dettes2AutresEmpruntsObligataires",
        "300455": "dettes3EmruntsEtDettesAupresDesEtablissementsdeCredit",  # sic
        "300458": "empruntsEtDettesFinancieresDivers",
    },
    "2052": {"300506": "caHT"},
    "2053": {"300606": "resultatExercice"},
    "2057": {"301195": "groupesEtAssocies"},
}
CHANGES = {
    "dettes3EmruntsEtDettesAupresDesEtablissementsdeCredit": (
        "evolutionDettes3EmpruntsEtDettesAupresDesEtablissementsdeCredit"
    ),
    "totalDettesStables": "evolutionTotaltotalDettesStables",  # sic
}
RATIO = "frng/bfr"


async def v3(siren: Siren, bdf: Registry) -> Answer[list[Bilan]]:
    """The balance sheets, in the bank's order. Raises NotFound when it has none.

    One whose duration is unknown is given like the others.
    """
    sheets = [_bilan(raw) for raw in bilans_of(await bdf.get(f"/{siren}"))]
    return Answer(sheets, meta={"count": len(sheets)})


def _bilan(raw: dict[str, object]) -> Bilan:
    year, month = closed_in(raw.get("dateArrete"))
    return Bilan(
        annee=year,
        date_arrete_exercice=f"{year}-{month}",
        valeurs_calculees=[_worked_out(raw)],
        declarations=[
            Declaration(
                numero_imprime=form,
                donnees=[_donnee(raw, code, key, int(year)) for code, key in figures.items()],
            )
            for form, figures in FORMS.items()
        ],
    )


def _donnee(raw: dict[str, object], code: str, key: str, year: int) -> Donnee:
    figure = _montant(raw, key)
    known = labels(code, year)
    return Donnee(
        code_nref=code,
        valeurs=[figure["valeur"]],
        evolution=figure["evolution"],
        code=known["code"],
        code_EDI=known["code_EDI"],
        code_absolu=known["code_absolu"],
        intitule=known["intitule"],
        code_type_donnee=known["code_type_donnee"],
    )


def _worked_out(raw: dict[str, object]) -> ValeursCalculees:
    return ValeursCalculees(
        disponibilites=_montant(raw, "disponibilites"),
        total_dettes_stables=_montant(raw, "totalDettesStables"),
        valeur_ajoutee_bdf=_montant(raw, "valeurAjouteeBdf"),
        besoin_en_fonds_de_roulement=_montant(raw, "besoinEnFondsDeRoulement"),
        excedent_brut_exploitation=_montant(raw, "ebe"),
        capacite_autofinancement=_montant(raw, "caf"),
        fonds_roulement_net_global=_montant(raw, "frng"),
        ratio_fonds_roulement_net_global_sur_besoin_en_fonds_de_roulement=Ratio(
            valeur=change(raw.get(RATIO)), evolution=change(raw.get("evolutionFrng/Bfr"))
        ),
        dettes4_maturite_a_un_an_au_plus=_montant(raw, "dettes4DontAUnAnAuPlus"),
    )


def _montant(raw: dict[str, object], key: str) -> Montant:
    changed = CHANGES.get(key, f"evolution{key[0].upper()}{key[1:]}")
    return Montant(valeur=amount(raw, key), evolution=change(raw.get(changed)))
