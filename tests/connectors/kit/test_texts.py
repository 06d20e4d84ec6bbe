# SPDX-License-Identifier: EUPL-1.2
"""What people read about fields: every field has a text, every text a field, and a text says something."""

from pathlib import Path

import pytest

from connectors.kit.contract import ContractError, load
from connectors.kit.texts import Text, Texts, described, load_texts

PAGE = """
[common]
document_url = ["Adresse de l'attestation", "Où télécharger l'attestation ; `null` s'il n'y en a pas."]
expires_in = ["Durée de l'adresse", "Secondes pendant lesquelles elle peut être téléchargée, ou `null`."]
"""


def texts_of(page: str, folder: Path) -> Texts:
    """The texts of CNETP, whose schema has two fields, when its file holds `page`."""
    (folder / "cnetp").mkdir(exist_ok=True)
    (folder / "cnetp" / "fields.toml").write_text(page, "utf-8")
    return load_texts(load("cnetp"), folder)


def test_a_complete_page_loads_and_says_what_it_says(tmp_path: Path) -> None:
    texts = texts_of(PAGE, tmp_path)
    assert texts.of("attestation_conges_payes", "expires_in").title == "Durée de l'adresse"


@pytest.mark.parametrize(
    ("page", "complaint"),
    [
        ("", "no text for `document_url`"),
        (PAGE.replace("expires_in", "expires"), "no text for `expires_in`"),
        (PAGE + 'autre = ["Autre chose", "Un champ qui n\'est dans aucun schéma."]', "`autre` tells about no field"),
        (PAGE + '[parameters]\nautre = ["Autre", "Un paramètre que personne ne prend."]', "`autre` tells about no"),
        (PAGE + '[attestation]\nexpires_in = ["Durée", "Secondes pendant lesquelles elle vaut."]', "is no product"),
        (PAGE.replace("Durée de l'adresse", "expires_in"), "the title names the field to people"),
        (PAGE.replace("Durée de l'adresse", "Durée."), "the title names the field to people"),
        (PAGE.replace("Durée de l'adresse", ""), "the title names the field to people"),
        (PAGE.replace("ou `null`.", "ou `null`"), "in sentences"),
        (PAGE.replace(", ou `null`", ""), "`expires_in` of attestation_conges_payes: say what `null`"),
        (PAGE + 'expires_in = "Durée"', "fields.toml"),
        ('[common]\ndocument_url = "Adresse"', "write"),
        ('[common]\ndocument_url = ["Adresse"]', "write"),
    ],
)
def test_a_page_with_a_text_missing_too_many_or_empty_does_not_load(tmp_path: Path, page: str, complaint: str) -> None:
    with pytest.raises(ContractError, match=complaint):
        texts_of(page, tmp_path)


def test_a_registry_without_a_page_does_not_load(tmp_path: Path) -> None:
    with pytest.raises(ContractError, match=r"cnetp/fields\.toml"):
        load_texts(load("cnetp"), tmp_path)


def test_the_product_s_own_text_comes_before_what_is_shared_and_the_longest_end_before_the_others() -> None:
    said = {name: Text(name, name) for name in ("court", "long", "propre")}
    texts = Texts({"common": {"code": said["court"], "siege.code": said["long"]}, "a": {"code": said["propre"]}})
    assert texts.of("b", "x.code") == said["court"]
    assert texts.of("b", "x.siege.code") == said["long"]
    assert texts.of("a", "x.siege.code") == said["propre"]
    with pytest.raises(KeyError):
        texts.of("b", "x.codex")


def test_objects_and_lists_need_a_text_as_fields_do_and_the_envelope_does_not() -> None:
    version = load("insee").products["insee/successions"].versions[3]
    assert list(described(version))[:2] == ["predecesseurs", "predecesseurs[].siret"]
    version = load("ademe").products["ademe/certification_rge"].versions[3]
    assert "data" not in set(described(version))
