# SPDX-License-Identifier: EUPL-1.2
"""The Publications Office's own schema and rules for ESPD 4.1.0, where they are at hand beside the project."""

from functools import cache
from pathlib import Path

from lxml import etree

from tests.gateway.dossier.espd.schematron import Finding, Rules

FOLDER = Path(__file__).resolve().parents[5] / "shared" / "espd"
AT_HAND = FOLDER.is_dir()


@cache
def schema() -> etree.XMLSchema:
    """The XSD of a response."""
    return etree.XMLSchema(etree.parse(FOLDER / "ubl-2.3/xsdrt/maindoc/UBL-QualificationApplicationResponse-2.3.xsd"))


@cache
def rules() -> tuple[Rules, ...]:
    """Every official rule file, compiled."""
    lookups = FOLDER / "validation" / "ESPDResponse" / "sch"
    found = sorted((FOLDER / "validation").glob("**/*.sch"))
    assert len(found) == 12
    return tuple(Rules(path, lookups) for path in found)


def findings(document: bytes) -> list[Finding]:
    """What the document breaks of the schema and of every rule, warnings included."""
    tree = etree.fromstring(document)
    broken = [] if schema().validate(tree) else [Finding("XSD", "fatal", str(schema().error_log), "/")]
    return broken + [finding for one in rules() for finding in one.findings(document)]
