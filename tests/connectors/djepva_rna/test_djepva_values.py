# SPDX-License-Identifier: EUPL-1.2
"""The value rules that every answer of API Association is read with, and the addresses of its files."""

import pytest

from connectors.djepva_rna import reading
from connectors.djepva_rna.files import elsewhere, filename, handed_out, place, published
from connectors.kit.xml import Element, parsed
from tests.connectors.djepva_rna.djepva_answers import at_simulator


def holding(value: str) -> Element:
    return parsed(f"<a><v>{value}</v></a>".encode())


@pytest.mark.parametrize(
    ("written", "day"),
    [("", None), (" ", None), ("0001-01-01", None), ("0001-01-01T00:00:00", None), ("2011-06-21", "2011-06-21"),
     ("1955-03-18T00:00:00.000Z", "1955-03-18"), ("2018-02-26 15:39:56", "2018-02-26"), ("21/06/2011", "21/06/2011"),
     ("2011-06-211", "2011-06-211")],
)  # fmt: skip
def test_a_date_is_a_day_and_null_only_when_there_is_none(written: str, day: str | None) -> None:
    assert reading.day(holding(written), "v") == day
    assert reading.day(None, "v") is None


@pytest.mark.parametrize(("written", "flag"), [("true", True), (" true ", True), ("false", False), ("1", False)])
def test_a_boolean_is_the_text_true(written: str, flag: bool) -> None:
    assert reading.flag(holding(written), "v") is flag


@pytest.mark.parametrize(
    ("written", "phone"), [("01 99 00 54 01", "0199005401"), ("00 00 00 00 00", None), ("", None), ("0", None)]
)
def test_a_phone_number_has_no_space_and_is_not_zeros_only(written: str, phone: str | None) -> None:
    assert reading.phone(holding(written), "v") == phone


@pytest.mark.parametrize(("written", "year"), [("2008", "2008"), ("0", None), ("0   ", None), ("", None)])
def test_a_year_is_a_text_and_zero_is_none(written: str, year: str | None) -> None:
    assert reading.year(written) == year


@pytest.mark.parametrize(
    ("written", "whole", "decimal", "euros"),
    [("", None, None, 0.0), ("12", 12, 12.0, 12.0), ("-3", -3, -3.0, -3.0), ("0.47", None, 0.47, 0.47),
     ("NN", None, None, None), ("1e9", None, None, None), ("9" * 40, None, None, None), ("\u0661", None, None, None),
     ("-14345.00", None, -14345.0, -14345.0)],
)  # fmt: skip
def test_a_number_that_cannot_be_read_is_never_zero(
    written: str, whole: int | None, decimal: float | None, euros: float | None
) -> None:
    root = holding(written)
    assert (reading.whole(root, "v"), reading.decimal(root, "v"), reading.euros(root, "v")) == (whole, decimal, euros)


@pytest.mark.parametrize(
    ("written", "instant"),
    [("1604185200", "2020-11-01T00:00:00.000+01:00"), ("1376988054", "2013-08-20T10:40:54.000+02:00"), ("", None),
     ("hier", None), ("99999999999", "5138-11-16T10:46:39.000+01:00"), ("999999999999", None)],
)  # fmt: skip
def test_an_instant_is_a_date_time_of_paris(written: str, instant: str | None) -> None:
    assert reading.instant(holding(written), "v") == instant


def test_an_address_has_its_three_complements_joined() -> None:
    root = parsed(
        "<a><cplt_1>BAT C</cplt_1><cplt_3> CS 12 </cplt_3><num_voie>3</num_voie><type_voie>PL</type_voie>"
        "<voie>du Marché</voie><bp>BP 7</bp><code_insee>54395</code_insee><cp>54000</cp><commune>Nancy</commune>"
        "</a>".encode()
    )
    assert reading.address(root) == {
        "complement": "BAT C CS 12", "numero_voie": "3", "type_voie": "PL", "libelle_voie": "du Marché",
        "distribution": "BP 7", "code_insee": "54395", "code_postal": "54000", "commune": "Nancy",
    }  # fmt: skip
    assert set(reading.address(None).values()) == {None}
    assert reading.address(parsed(b"<a/>"))["complement"] is None


@pytest.mark.parametrize(
    ("link", "path"),
    [
        ("http://localhost:8181/services/api/documents/7", "/apim/api-asso/api/documents/7"),
        ("https://associations.example.org/apim/api-asso/api/documents/PJ/7a", "/apim/api-asso/api/documents/PJ/7a"),
    ],
)
def test_a_file_of_the_service_gets_an_address_of_ours_whatever_its_host(link: str, path: str) -> None:
    assert place(link) == path
    assert handed_out(link, "a.pdf", at_simulator()) == f"https://passerelle.test/proxy/files/{path}#86400/a.pdf"


@pytest.mark.parametrize(
    "link",
    ["http://localhost:8181/services/../secret", "http://localhost:8181/services", "http://localhost/x",
     "http://[::1", "file:///etc/hostname", "javascript:alert(1)", "//x/y", "texte", "", None, "https://",
     "https://exemple.fr/a b", 'https://exemple.fr/"'],
)  # fmt: skip
def test_what_is_no_link_a_caller_can_open_is_not_handed_over(link: str | None) -> None:
    assert place(link) is None
    assert handed_out(link, "a.pdf", at_simulator()) is None
    assert published(link, "a.pdf", at_simulator()) is None


@pytest.mark.parametrize(
    "link",
    ["https://associations.gouv.fr/api/documents/7", "https://exemple.fr", "https://exemple.fr/apim/api-asso/../x",
     "https://exemple.fr/apim/api-asso/%2e%2e/x", "https://exemple.fr/apim/api-asso/x?y=1",
     "https://exemple.fr/apim/api-asso/" + "x" * 600],
)  # fmt: skip
def test_a_link_to_elsewhere_is_handed_over_as_it_is_and_never_opened_by_us(link: str) -> None:
    assert place(link) is None
    assert handed_out(link, "a.pdf", at_simulator()) == elsewhere(link) == link


def test_a_public_file_keeps_its_link_unless_the_service_wrote_it_to_itself() -> None:
    public = "https://associations.example.org/apim/api-asso/api/documents/7"
    assert published(public, "a.pdf", at_simulator()) == public
    relayed = published("http://localhost:8181/services/api/documents/7", "a.pdf", at_simulator())
    assert relayed == "https://passerelle.test/proxy/files//apim/api-asso/api/documents/7#86400/a.pdf"


@pytest.mark.parametrize(
    ("written", "name"),
    [("Comptes clôturés 2023.pdf", "Comptes_clotures_2023.pdf"), ("../../a", "a"), (None, "document"),
     ("???", "document"), ("x" * 300, "x" * 100)],
)  # fmt: skip
def test_a_file_name_is_plain(written: str | None, name: str) -> None:
    assert filename(written, "document") == name
