# SPDX-License-Identifier: EUPL-1.2
"""Infogreffe as it speaks on the wire, for tests, the sandbox and the benchmark: SOAP, always with status 200.

Companies and sole traders in business are entered; associations, public bodies and the professions are not (081), a
duplicate is not known (006), an entity nobody may be told about has no extract (008).
"""

from collections.abc import Callable
from datetime import date, datetime
from xml.etree.ElementTree import Element, SubElement, tostring

from connectors.kit import UnknownAnswer
from connectors.kit.paris import PARIS
from connectors.kit.simulation import Address, Asked, Handler, Officer, Persona, Said, World
from connectors.kit.xml import parsed, text

OPERATION = "getProduitsWebServicesXML"
SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
QUESTION = "{urn:WebServicesProduits}" + OPERATION
ORDERED = {
    "type_profil": "A", "origine_emetteur": "IC", "nature_requete": "C", "type_document": "KB", "type_requete": "S",
    "mode_diffusion": "", "media": "WS",
}  # fmt: skip
FORMS = {
    "5499": ("SOCIETE A RESPONSABILITE LIMITEE", "SARLh"),
    "5599": ("SOCIETE ANONYME", "SAh"),
    "5710": ("SOCIETE PAR ACTIONS SIMPLIFIEE", "SASh"),
    "6540": ("SOCIETE CIVILE", "SCh"),
    "6598": ("EXPLOITATION AGRICOLE A RESPONSABILITE LIMITEE", "EARLh"),
}
PROFESSIONS = ("69", "71", "75", "86", "87", "88")  # divisions of activities that are not a trade
MONTHS = (
    "JANVIER", "FEVRIER", "MARS", "AVRIL", "MAI", "JUIN", "JUILLET", "AOUT", "SEPTEMBRE", "OCTOBRE", "NOVEMBRE",
    "DECEMBRE",
)  # fmt: skip


def simulator(world: World, clock: Callable[[], datetime]) -> Handler:
    """Infogreffe for these personas, at the clock's time."""

    def handle(asked: Asked) -> Said:
        if asked.method != "POST" or asked.path.strip("/"):
            return Said(404, b"Not Found", "text/plain")
        demand = _demand(asked)
        if demand is None:
            return Said(500, _enveloped(None, "Fault"), "text/xml; charset=UTF-8")
        if not text(demand, "emetteur/code_abonne") or not text(demand, "emetteur/mot_passe"):
            return _said("003 -CODE ABONNE OU MOT DE PASSE INVALIDE-")
        persona = world.by_siren.get(text(demand, "commande/num_siren"))
        if persona is None or persona.redirige_vers:
            return _said("006 -DOSSIER INCONNU DES GREFFES-")
        if persona.interdite:
            return _said("008 -EXTRAIT INDISPONIBLE POUR CE SIREN-")
        if not _entered(persona):
            return _said("081 -ENTITE NON INSCRITE AU RCS-")
        return _said(_extract(persona, clock().astimezone(PARIS).date()))

    return handle


def _demand(asked: Asked) -> Element | None:
    """The demand in a well-formed order of an extract; None for anything else."""
    if asked.headers.get("soapaction") != OPERATION or not asked.headers.get("content-type", "").startswith("text/xml"):
        return None
    try:
        demand = parsed(asked.body).find(f"{{{SOAP}}}Body/{QUESTION}/arg0/demande")
    except UnknownAnswer:
        return None
    order = None if demand is None else demand.find("emetteur/code_requete")
    if order is None or [(one.tag, one.text or "") for one in order] != [*ORDERED.items()]:
        return None
    return demand


def _entered(persona: Persona) -> bool:
    if persona.natural_person:
        return not persona.naf.startswith(PROFESSIONS)
    return persona.categorie_juridique in FORMS


def _said(content: Element | str) -> Said:
    return Said(200, _enveloped(content, f"{OPERATION}Response"), "text/xml; charset=UTF-8")


def _enveloped(content: Element | str | None, name: str) -> bytes:
    envelope = Element(f"{{{SOAP}}}Envelope")
    body = SubElement(SubElement(envelope, f"{{{SOAP}}}Body"), f"{{urn:local}}{name}")
    if content is not None:
        place = SubElement(body, "return")
        if isinstance(content, str):
            place.text = content
        else:
            place.append(content)
    return bytes(tostring(envelope, encoding="UTF-8", xml_declaration=True))


def _extract(persona: Persona, today: date) -> Element:
    extract = Element("Extrait", type="1" if persona.natural_person else "2")
    file = SubElement(
        extract,
        "dossier",
        id_adr_greffe="AD1",
        date_immat=_long(date.fromisoformat(persona.creation)),
        dateISO_immat=persona.creation,
        date_extrait=_long(today),
    )
    company = SubElement(file, "entreprise")
    clerk = SubElement(company, "greffe", code=f"{persona.adresse.code_commune[:2]}01")
    clerk.text = persona.adresse.commune
    SubElement(company, "num_ident", siren=persona.siren)
    if persona.natural_person:
        trader = Officer("", str(persona.nom_naissance), " ".join(persona.prenoms), persona.sexe, persona.naissance,
                         persona.commune_naissance)  # fmt: skip
        _person(company, trader, "AD2")
    else:
        company.set("id_adr_siege", "AD2")
        _society(company, persona)
        if persona.dirigeants:
            listed = SubElement(file, "liste_dirigeant")
            for officer in persona.dirigeants:
                _officer(listed, officer)
    if persona.fermeture:
        SubElement(SubElement(file, "radiation"), "date_radiation", dateISO=persona.fermeture)
    _observations(file, persona)
    _establishment(file, persona)
    _address(extract, "AD2", persona.adresse)
    return extract


def _society(company: Element, persona: Persona) -> None:
    form, code = FORMS[persona.categorie_juridique]
    society = SubElement(company, "pm", forme_juridique=form, codeFormeJuridique=code)
    _text(society, "denomination", str(persona.nom))
    euros = _capital(persona)
    amount = _text(SubElement(society, "capital"), "montant", f"{euros:,}".replace(",", " ") + ",00")
    amount.attrib.update(devise="EUROS", codeDevise="EUR", valeur=str(euros))
    year, rest = int(persona.creation[:4]) + 99, persona.creation[4:]
    SubElement(SubElement(society, "duree_ste"), "valeur_duree", dateISO=f"{year}{rest}")
    SubElement(society, "date_cloture", dateISO="12-31")


def _capital(persona: Persona) -> int:
    return 12_000_000 if persona.categorie_entreprise == "GE" else 1_000 * (1 + int(persona.siren[5:8]) % 90)


def _officer(listed: Element, officer: Officer) -> None:
    place = SubElement(listed, "dirigeant", type="PM" if officer.siren else "PP")
    _text(place, "qualite", officer.qualite)
    if officer.siren is None:
        _person(place, officer, "")
        return
    society = SubElement(place, "pm")
    _text(society, "denomination", officer.nom)
    _text(society, "greffe", "PARIS").set("code", "7501")
    _text(society, "num_ident", officer.siren)


def _person(place: Element, officer: Officer, address: str) -> None:
    civility = "MADAME" if officer.sexe == "F" else "MONSIEUR"
    person = SubElement(place, "pp", nationalite="FRANCAISE", codeNationalite="FR", adresse=address, civilite=civility)
    _text(person, "nom", officer.nom)
    _text(person, "prenom", officer.prenom or "")
    birth = SubElement(person, "naissance", pays="FRANCE", codePays="FR")
    day = SubElement(birth, "date")
    if officer.naissance:
        day.set("dateISO", officer.naissance)
        day.text = _long(date.fromisoformat(officer.naissance))
    _text(birth, "lieu", officer.commune_naissance or "")


def _observations(file: Element, persona: Persona) -> None:
    remarks = [(link.date, " TRANSFERT DU SIEGE SOCIAL ") for link in persona.successions if link.transfert_siege]
    if persona.liquidation:
        remarks.append((persona.liquidation, " OUVERTURE D UNE PROCEDURE DE LIQUIDATION JUDICIAIRE "))
    if persona.fermeture:
        remarks.append((persona.fermeture, " CLOTURE DES OPERATIONS DE LIQUIDATION "))
    if remarks:
        listed = SubElement(file, "liste_observations")
        for number, (day, words) in enumerate(remarks, 1):
            _text(SubElement(listed, "observation", dateISO=day, numero=str(number)), "libelle", words)


def _establishment(file: Element, persona: Persona) -> None:
    place = SubElement(file, "etablissement", type="1", mode="0", adresse="AD2")
    if trade_name := persona.enseigne or persona.sigle:
        _text(place, "nom_commercial", trade_name)
    _text(place, "activite", f"ACTIVITE RELEVANT DU CODE {persona.naf}")
    _text(place, "origine_fonds", "CREATION")
    _text(place, "mode_exploit", "EXPLOITATION DIRECTE")
    _text(place, "codeAPE", persona.naf.replace(".", ""))


def _address(extract: Element, name: str, address: Address) -> None:
    place = SubElement(extract, "adresse", id=name)
    line = f"{address.numero} {address.type_voie} {address.voie}"
    rows = {
        "nompostal": line, "numero": address.numero, "type": address.type_voie, "voie": address.voie,
        "ligne1": address.complement or "", "ligne2": f"{address.code_postal} {address.commune}", "localite": "",
        "code_postal": address.code_postal, "bureau_distributeur": address.commune, "pays": "FRANCE",
    }  # fmt: skip
    for tag, words in rows.items():
        _text(place, tag, words)


def _text(parent: Element, tag: str, words: str) -> Element:
    child = SubElement(parent, tag)
    child.text = words
    return child


def _long(day: date) -> str:
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"
