# SPDX-License-Identifier: EUPL-1.2
"""`dlnuf policy`: what each verb prints, and the status it ends with."""

import json
import shutil
from pathlib import Path

import pytest

from gateway.cli.main import main
from gateway.purpose.load import default_folder


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the shipped policies, to spoil."""
    return Path(shutil.copytree(default_folder(), tmp_path / "politiques"))


def spoil(copy: Path, name: str, old: str, new: str) -> list[str]:
    """Change a file of the copy; the arguments that choose it."""
    path = copy / "purposes" / f"{name}.toml"
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")
    return ["--policies", str(copy)]


def test_check_tells_counts_and_the_digest(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["policy", "check"]) == 0
    said = capsys.readouterr().out
    assert "7 finalités" in said
    assert "pièces demandées aux registres" in said
    assert main(["policy", "check", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["purposes"] == 7
    assert found["examples"] >= 20
    assert f"Empreinte : {found['digest']}" in said


def test_check_refuses_wrong_policies_and_says_where(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = spoil(copy, "verification_reguliere", '"statut", "validite"', '"validite"')
    assert main(["policy", "check", *arguments]) == 1
    said = capsys.readouterr().err
    assert said.startswith("Politiques refusées : purposes/verification_reguliere.toml : grants, n° 1")
    assert "sans le champ « entity_status.code »" in said


@pytest.mark.parametrize("verb", [["check"], ["test"], ["explain", "marches_publics"]])
def test_a_folder_without_policies_is_refused(
    verb: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["policy", *verb, "--policies", str(tmp_path)]) == 1
    assert "pools.toml : ce fichier manque" in capsys.readouterr().err


def test_test_plays_every_example_one_line_each(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["policy", "test"]) == 0
    *lines, last = capsys.readouterr().out.splitlines()
    assert all(line.startswith("ok") for line in lines)
    assert last == f"{len(lines)} exemples, 0 en échec."


def test_test_names_the_example_that_fails_and_plays_the_others(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = spoil(copy, "verification_reguliere", 'expect = "00402"', 'expect = "accordé"')
    assert main(["policy", "test", *arguments]) == 1
    *lines, last = capsys.readouterr().out.splitlines()
    (failed,) = [line for line in lines if line.startswith("échec")]
    assert "attendu accordé, obtenu le refus 00402" in failed
    assert last.endswith(" 1 en échec.")
    assert main(["policy", "test", "--json", *arguments]) == 1
    played = json.loads(capsys.readouterr().out)
    assert [example["purpose"] for example in played if not example["ok"]] == ["verification_reguliere"]


def test_explain_tells_texts_products_fields_released_and_withheld(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["policy", "explain", "marches_publics"]) == 0
    said = capsys.readouterr().out
    assert "code de la commande publique, article R2143-13" in said
    assert "Attestation de vigilance (urssaf/attestation_vigilance) : requis, données protégées" in said
    assert main(["policy", "explain", "verification_reguliere", "urssaf/attestation_vigilance"]) == 0
    said = capsys.readouterr().out
    assert "celui que cite chaque habilitation" in said
    assert "v4, champs masqués : date_debut_validite, code_securite, document_url, document_url_expires_in" in said


def test_explain_tells_a_purposes_limits(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    limits = 'retention_months = 36\nself_lookup = false\ncontexts = ["Préremplissage"]\n'
    arguments = spoil(copy, "preremplissage_public", "retention_months = 36\n", limits)
    assert main(["policy", "explain", "preremplissage_public", *arguments]) == 0
    said = capsys.readouterr().out
    for sentence in (
        "Contextes acceptés : « Préremplissage ».",
        "Le destinataire ne peut pas être l'entreprise consultée.",
        "Aucun groupe de champs portant sur des personnes physiques.",
        "Données ouvertes seulement.",
    ):
        assert sentence in said
    assert main(["policy", "explain", "subventions_associations"]) == 0
    (forbidden,) = [line for line in capsys.readouterr().out.splitlines() if line.startswith("Produits interdits : ")]
    assert "dgfip/chiffres_affaires" in forbidden


def test_explain_in_json_lists_explicit_fields(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["policy", "explain", "preremplissage_public", "insee/adresse_diffusible", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    (product,) = found["products"]
    assert product["versions"]["v3"]["withheld"] == ["acheminement_postal.l2"]
    assert "code_postal" in product["versions"]["v3"]["fields"]


def test_explain_of_an_unknown_purpose_is_a_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["policy", "explain", "inconnue"]) == 2
    assert "Finalités connues" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("purpose", "product", "why"),
    [
        ("subventions_associations", "dgfip/chiffres_affaires", "interdit"),
        ("detection_fraude", "dgfip/chiffres_affaires", "non accordé"),
        ("detection_fraude", "insee/rien", "non accordé"),
    ],
)
def test_explain_of_a_product_that_is_not_granted_says_why(
    purpose: str, product: str, why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["policy", "explain", purpose, product]) == 1
    assert f"« {product} » {why} par la finalité" in capsys.readouterr().err


@pytest.mark.parametrize("verb", ["check", "explain", "test"])
def test_help_has_an_example(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["policy", verb, "--help"])
    assert ended.value.code == 0
    assert f"Exemple :\n  dlnuf policy {verb}" in capsys.readouterr().out


def test_no_verb_is_a_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["policy"])
    assert ended.value.code == 2
    assert "usage" in capsys.readouterr().err
