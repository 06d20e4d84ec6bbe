# SPDX-License-Identifier: EUPL-1.2
"""Buyers' ESPD requests as buyers' software writes them: UBL 2.3, profile 4.1.0. Buyers and tenders are invented.

Written here as text, with nothing of the gateway but the model's identifiers: what it reads is not what it wrote.
"""

from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape, quoteattr

from gateway.dossier.espd.criteria import Criterion, Group, Property, criteria

SPACES = (
    'xmlns="urn:oasis:names:specification:ubl:schema:xsd:QualificationApplicationRequest-2" '
    'xmlns:cac="urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2" '
    'xmlns:cbc="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2"'
)
OP = 'schemeID="Criterion" schemeAgencyID="OP" schemeVersionID="4.1.0"'
AUTHORITY = "http://publications.europa.eu/resource/authority/"
BUYER = "13002526500013"
REFERENCE = "2026-ECOLE-0042"
EXCLUSIONS = ("crime-org", "corruption", "fraud", "tax-pay", "socsec-pay", "bankruptcy", "liq-admin", "nati-ground")
SELECTION = ("trade-regist", "gen-year-to", "year-manpower", "qu-certif-indep", "work-perform", "finan-requ")
OTHERS = ("sme", "eo-group", "relied", "subco-ent")
DEMANDS = {
    "MINIMUM_AMOUNT": '<cbc:MinimumAmount currencyID="EUR">250000.50</cbc:MinimumAmount>',
    "QUANTITY_YEAR": "<cbc:ExpectedValueNumeric>3</cbc:ExpectedValueNumeric>",
    "MINIMUM_QUANTITY_YEAR": "<cbc:ExpectedValueNumeric>2</cbc:ExpectedValueNumeric>",
    "MINIMUM_QUANTITY_INTEGER": "<cbc:ExpectedValueNumeric>2</cbc:ExpectedValueNumeric>",
    "MINIMUM_QUANTITY": "<cbc:ExpectedValueNumeric>0.5</cbc:ExpectedValueNumeric>",
    "DESCRIPTION": "<cbc:ExpectedDescription>Charpente traditionnelle &amp; couverture</cbc:ExpectedDescription>",
    "URL": '<cbc:ExpectedURI schemeAgencyID="OP">https://registre.example/</cbc:ExpectedURI>',
    "CODE_BOOLEAN": (
        '<cbc:ExpectedCode listID="boolean-gui-control-type" listAgencyID="OP" listVersionID="4.1.0">'
        "RADIO_BUTTON_TRUE</cbc:ExpectedCode>"
    ),
    "PERIOD": (
        "<cac:ApplicablePeriod><cbc:StartDate>2023-01-01</cbc:StartDate><cbc:EndDate>2025-12-31</cbc:EndDate>"
        "</cac:ApplicablePeriod>"
    ),
}


def request(
    codes: Sequence[str] = (*EXCLUSIONS, *SELECTION, *OTHERS),
    *,
    lots: Sequence[str] = ("LOT-0000",),
    lots_of: Mapping[str, Sequence[str]] | None = None,
    reference: str = REFERENCE,
    buyer: str = BUYER,
    profile: str = "ESPD-EDMv4.1.0",
    procedure: str = "open",
    more: str = "",
    title: str = "Réfection de la charpente de l'école du Bourg",
) -> bytes:
    """A request. `lots_of`: the lots each selection criterion is demanded for, all of them by default."""
    rows = [criterion(criteria()[code], (lots_of or {}).get(code, lots)) for code in codes]
    text = f"""<?xml version="1.0" encoding="UTF-8"?>
<QualificationApplicationRequest {SPACES}>
  <cbc:UBLVersionID schemeAgencyID="OASIS-UBL-TC">2.3</cbc:UBLVersionID>
  <cbc:ProfileExecutionID schemeAgencyID="OP" schemeVersionID="4.1.0">{profile}</cbc:ProfileExecutionID>
  <cbc:ID schemeAgencyID="PROFIL-BOURG">DUME-A-0042</cbc:ID>
  <cbc:CopyIndicator>false</cbc:CopyIndicator>
  <cbc:UUID schemeID="ISO/IEC 9834-8:2008 - 4UUID" schemeAgencyID="PROFIL-BOURG">{UUID}</cbc:UUID>
  <cbc:ContractFolderID schemeAgencyID="PROFIL-BOURG">{reference}</cbc:ContractFolderID>
  <cbc:IssueDate>2026-11-02</cbc:IssueDate>
  <cbc:IssueTime>09:00:00+01:00</cbc:IssueTime>
  <cbc:VersionID schemeAgencyID="OP" schemeVersionID="4.1.0">4.1.0</cbc:VersionID>
  {code("ProcedureCode", procedure, "procurement-procedure-type", "20250924-0")}
  <cac:ContractingParty><cac:Party>
    <cac:PartyIdentification><cbc:ID schemeAgencyID="SIRET">{buyer}</cbc:ID></cac:PartyIdentification>
    <cac:PartyName><cbc:Name>Commune du Bourg</cbc:Name></cac:PartyName>
    <cac:PostalAddress><cac:Country>{code("IdentificationCode", "FRA", "country", "20250924-0")}</cac:Country>
    </cac:PostalAddress>
  </cac:Party></cac:ContractingParty>
  <cac:ProcurementProject><cbc:Name>{escape(title)}</cbc:Name></cac:ProcurementProject>
  {"".join(map(lot, lots))}
  {"".join(rows)}
  {more}
</QualificationApplicationRequest>
"""
    return text.encode()


UUID = "5b9b1f0e-51a7-4a59-9d3b-1c6f7a8e2d10"


def code(tag: str, value: str, name: str, version: str) -> str:
    """A code of an EU authority list."""
    listed = f'listID="{AUTHORITY}{name}" listAgencyID="OP" listVersionID="{version}"'
    return f"<cbc:{tag} {listed}>{value}</cbc:{tag}>"


def lot(name: str) -> str:
    """A lot, with a title."""
    title = f"<cac:ProcurementProject><cbc:Name>Lot {name[-1]}</cbc:Name></cac:ProcurementProject>"
    return f"<cac:ProcurementProjectLot><cbc:ID {OP}>{name}</cbc:ID>{title}</cac:ProcurementProjectLot>"


def criterion(found: Criterion, lots: Sequence[str]) -> str:
    """A criterion as a buyer asks it, in the buyer's words."""
    named = lots if found.family == "selection" else ()
    references = "".join(
        f"<cac:ProcurementProjectLotReference><cbc:ID {OP}>{one}</cbc:ID></cac:ProcurementProjectLotReference>"
        for one in named
    )
    return f"""<cac:TenderingCriterion><cbc:ID {OP}>{found.uuid}</cbc:ID>
  {code("CriterionTypeCode", found.code, "criterion", "20240612-0")}
  <cbc:Name>La mairie demande : {found.code}</cbc:Name><cbc:Description>Précisez {found.code}.</cbc:Description>
  {references}
  {"".join(group(one, "TenderingCriterionPropertyGroup", named) for one in found.groups)}</cac:TenderingCriterion>"""


def group(found: Group, tag: str, lots: Sequence[str]) -> str:
    """A group of its lines, and the groups below."""
    lines = "".join(line(one, lots) for one in found.properties)
    below = "".join(group(one, "SubsidiaryTenderingCriterionPropertyGroup", lots) for one in found.groups)
    listed = 'listID="property-group-type" listAgencyID="OP" listVersionID="4.1.0"'
    on = f"<cbc:PropertyGroupTypeCode {listed}>{found.on}</cbc:PropertyGroupTypeCode>"
    return f"<cac:{tag}><cbc:ID {OP}>{found.id}</cbc:ID>{on}{lines}{below}</cac:{tag}>\n"


def line(found: Property, lots: Sequence[str]) -> str:
    """A line; one for each lot when it names lots."""
    if found.value == "LOT_IDENTIFIER":
        return "".join(
            _line(found, f'<cbc:ExpectedID schemeAgencyID="OP">{one}</cbc:ExpectedID>', f"-{rank}" if rank else "")
            for rank, one in enumerate(lots or ("LOT-0000",))
        )
    return _line(found, DEMANDS.get(found.value, "") if found.kind == "REQUIREMENT" else "")


def _line(found: Property, demanded: str, suffix: str = "") -> str:
    technical = 'listAgencyID="OP" listVersionID="4.1.0"'
    return f"""<cac:TenderingCriterionProperty><cbc:ID {OP}>{found.id}{suffix}</cbc:ID>
  <cbc:Description>{escape("Mairie : " + found.label)}</cbc:Description>
  <cbc:TypeCode listID={quoteattr("criterion-element-type")} {technical}>{found.kind}</cbc:TypeCode>
  <cbc:ValueDataTypeCode listID="response-data-type" {technical}>{found.value}</cbc:ValueDataTypeCode>
  {demanded}</cac:TenderingCriterionProperty>"""
