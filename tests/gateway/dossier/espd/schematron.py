# SPDX-License-Identifier: EUPL-1.2
"""ISO Schematron with XPath 2, as far as the official ESPD rules use it: compiled to XSLT and run by SaxonC.

Covered: `ns`, `pattern`, `rule` with `let`, `assert`, `report`, `value-of`, and XSLT's own `key`. Within a pattern the
first rule whose context matches a node decides, as the standard says. Anything else in a rule file is refused, so that
no rule is ever skipped in silence.
"""

from dataclasses import dataclass
from pathlib import Path

import saxonche
from lxml import etree

SCH = "http://purl.oclc.org/dsdl/schematron"
XSL = "http://www.w3.org/1999/XSL/Transform"
_PASSED_OVER = {f"{{{SCH}}}title", f"{{{SCH}}}ns", f"{{{SCH}}}p"}


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule that does not hold: its id ("" when it has none), its flag, the sentence, and where."""

    rule: str
    flag: str
    message: str
    at: str


class Rules:
    """The rules of one file, compiled once. `lookups`: the folder of the documents that rules look things up in."""

    def __init__(self, path: Path, lookups: Path | None = None) -> None:
        self.path = path
        self._processor = saxonche.PySaxonProcessor(license=False)
        text = etree.tostring(stylesheet(path, lookups or path.parent), encoding="unicode")
        self._run = self._processor.new_xslt30_processor().compile_stylesheet(stylesheet_text=text)
        if self._run is None:
            raise ValueError(f"{path.name} does not compile")

    def findings(self, document: bytes) -> list[Finding]:
        """What the document breaks, in its order."""
        node = self._processor.parse_xml(xml_text=document.decode("utf-8"))
        told = etree.fromstring(self._run.transform_to_string(xdm_node=node).encode())
        return [
            Finding(
                one.get("rule", ""), one.get("flag") or "fatal", " ".join((one.text or "").split()), one.get("at", "")
            )
            for one in told
        ]


def stylesheet(path: Path, lookups: Path) -> etree._Element:
    """The rules as a stylesheet that writes one element for each assertion that fails. Raises ValueError."""
    schema = etree.parse(path, etree.XMLParser(remove_comments=True)).getroot()
    spaces = {prefix: uri for prefix, uri in schema.nsmap.items() if prefix} | {"xsl": XSL}
    spaces |= {ns.get("prefix"): ns.get("uri") for ns in schema.iter(f"{{{SCH}}}ns")}
    sheet = etree.Element(f"{{{XSL}}}stylesheet", nsmap=spaces)
    sheet.set("version", "2.0")
    sheet.set("{http://www.w3.org/XML/1998/namespace}base", lookups.resolve().as_uri() + "/")
    start = etree.SubElement(sheet, f"{{{XSL}}}template", match="/")
    findings = etree.SubElement(start, "findings")
    number = 0
    for child in schema:
        if child.tag == f"{{{SCH}}}pattern":
            mode = f"p{number}"
            number += 1
            etree.SubElement(findings, f"{{{XSL}}}apply-templates", select=".", mode=mode)
            _pattern(sheet, child, mode)
        elif child.tag == f"{{{XSL}}}key":
            sheet.insert(0, _copied(child))
        elif child.tag not in _PASSED_OVER:
            raise ValueError(f"{path.name}: {child.tag} is not covered")
    return sheet


def _pattern(sheet: etree._Element, pattern: etree._Element, mode: str) -> None:
    rules = list(pattern)
    for rank, rule in enumerate(rules):
        if rule.tag != f"{{{SCH}}}rule":
            raise ValueError(f"{rule.tag} is not covered in a pattern")
        template = etree.SubElement(sheet, f"{{{XSL}}}template", match=rule.get("context"), mode=mode)
        template.set("priority", str(1000 + len(rules) - rank))
        for step in rule:
            _step(template, step)
        etree.SubElement(template, f"{{{XSL}}}apply-templates", select="node()", mode=mode)
    other = etree.SubElement(sheet, f"{{{XSL}}}template", match="node()|/", mode=mode, priority="-10")
    etree.SubElement(other, f"{{{XSL}}}apply-templates", select="node()", mode=mode)


def _step(template: etree._Element, step: etree._Element) -> None:
    if step.tag == f"{{{SCH}}}let":
        etree.SubElement(template, f"{{{XSL}}}variable", name=step.get("name"), select=step.get("value"))
        return
    if step.tag not in (f"{{{SCH}}}assert", f"{{{SCH}}}report"):
        raise ValueError(f"{step.tag} is not covered in a rule")
    test = step.get("test")
    broken = f"not({test})" if step.tag.endswith("assert") else test
    when = etree.SubElement(template, f"{{{XSL}}}if", test=broken)
    finding = etree.SubElement(
        when, "finding", rule=step.get("id", ""), flag=step.get("flag", "") or step.get("role", "")
    )
    place = etree.SubElement(finding, f"{{{XSL}}}attribute", name="at")
    etree.SubElement(place, f"{{{XSL}}}value-of", select="string-join(ancestor-or-self::*/name(), '/')")
    etree.SubElement(finding, f"{{{XSL}}}text").text = step.text
    for part in step:
        if part.tag == f"{{{SCH}}}value-of":
            etree.SubElement(finding, f"{{{XSL}}}value-of", select=part.get("select"))
        elif part.tag != f"{{{SCH}}}name":
            raise ValueError(f"{part.tag} is not covered in a sentence")
        etree.SubElement(finding, f"{{{XSL}}}text").text = part.tail


def _copied(element: etree._Element) -> etree._Element:
    copy = etree.Element(element.tag, dict(element.attrib))
    copy.tail = None
    return copy
