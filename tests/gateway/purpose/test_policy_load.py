# SPDX-License-Identifier: EUPL-1.2
"""What keeps policies from loading, each with its file, its place and what to do; and what the digest vouches for."""

import re

import pytest

from connectors.kit.schema import Leaf, Object
from gateway.purpose.load import default_folder, load
from gateway.purpose.model import PolicyError
from tests.gateway.purpose.purpose_world import (
    FACT,
    POOLS,
    PURPOSE,
    YEARS,
    Folder,
    contract_of,
    edited,
    product_of,
    version_of,
)

GRANT = '[[grants]]\nproduct = "r/fact"\nneed = "requis"\ngroups = ["base", "taux"]\n'
EXAMPLE = PURPOSE[PURPOSE.index("[[examples]]") :]
YEARS_GRANT = '[[grants]]\nproduct = "r/years"\nneed = "requis"\ngroups = ["annees"]\n'

# name → (what is written, what stands there instead, what the message must say)
WRONG: dict[str, tuple[str, str, str]] = {
    "unknown key of a purpose": ('title = "Essai"', 'title = "Essai"\nscope = "x"', "clé « scope » : clé inconnue"),
    "unknown key of a grant": ('need = "requis"', 'need = "requis"\nfields = []', "grants, n° 1, clé « fields »"),
    "unknown key of an example": ('expect = "accordé"', 'expect = "accordé"\nx = 1', "examples, n° 1, clé « x »"),
    "unknown key of a legal basis": ('article = "L1"', 'article = "L1", alinea = 1', "legal_basis, n° 1"),
    "no id": ('id = "essai"', "", "clé « id » : cette clé est obligatoire"),
    "an id that is none": ('id = "essai"', 'id = "Essai public"', "clé « id » : un identifiant"),
    "no title": ('title = "Essai"', "", "clé « title »"),
    "an empty title": ('title = "Essai"', 'title = " "', "clé « title » : un texte non vide"),
    "no summary": ('summary = "Essayer."', "", "clé « summary »"),
    "no legal basis": ('legal_basis = [{ text = "code des essais", article = "L1" }]', "", "clé « legal_basis »"),
    "an empty legal basis": ('[{ text = "code des essais", article = "L1" }]', "[]", "clé « legal_basis » : au moins"),
    "a legal basis that is a bare text": ('[{ text = "code des essais", article = "L1" }]', '"la loi"', "habilitation"),
    "a legal basis without an article": (', article = "L1"', "", "clé « article »"),
    "no retention": ("retention_months = 36", "", "clé « retention_months »"),
    "a retention of nothing": ("= 36", "= 0", "supérieur à zéro"),
    "a retention that is true": ("= 36", "= true", "supérieur à zéro"),
    "empty contexts": ("= 36", "= 36\ncontexts = []", "clé « contexts » : la liste est vide"),
    "a flag that is a text": ("= 36", '= 36\nself_lookup = "non"', "true ou false"),
    "a forbidden product nobody has": ("= 36", '= 36\nforbidden = ["r/rien"]', "aucun registre n'offre « r/rien »"),
    "granted and forbidden": ("= 36", '= 36\nforbidden = ["r/fact"]', "à la fois accordé et interdit"),
    "a protected product in an open purpose": ("= 36", "= 36\nopen_data_only = true", "données ouvertes : retirez-le"),
    "no rule": (GRANT, "", "clé « grants » : cette clé est obligatoire"),
    "an empty list of rules": (GRANT, "", "clé « grants »"),
    "an unknown product": ('product = "r/fact"\nneed', 'product = "r/rien"\nneed', "aucun registre n'offre « r/rien »"),
    "an unknown need": ('"requis"', '"utile"', "requis, optionnel"),
    "a product granted twice": (GRANT, GRANT + GRANT, "grants, n° 2, clé « product » : ce produit est déjà accordé"),
    "no groups": ('groups = ["base", "taux"]', "groups = []", "clé « groups » : la liste est vide"),
    "an unknown group": ('["base", "taux"]', '["base", "rien"]', "le groupe « rien » n'existe pas dans r/fact"),
    "a group twice": ('["base", "taux"]', '["base", "base"]', "deux fois"),
    "a wildcard": ('["base", "taux"]', '["*"]', "le groupe « * » n'existe pas"),
    "groups that are a text": ('["base", "taux"]', '"base"', "une liste de textes"),
    "a field that cannot be withheld": (
        '["base", "taux"]',
        '["taux"]',
        "cette finalité ne peut pas offrir r/fact v3 sans le champ « numero »",
    ),
    "no version": ('need = "requis"', 'need = "requis"\nversions = []', "clé « versions » : la liste est vide"),
    "an unknown version": (
        'need = "requis"',
        'need = "requis"\nversions = ["v5"]',
        "r/fact n'a pas de v5 ; il a : v3, v4",
    ),
    "a version that is none": ('need = "requis"', 'need = "requis"\nversions = ["3"]', "« 3 » n'est pas une version"),
    "no example": (EXAMPLE, "", "clé « examples » : cette clé est obligatoire"),
    "an example about an unknown product": (
        'product = "r/fact"\nversion',
        'product = "r/rien"\nversion',
        "examples, n° 1, clé « product » : aucun registre",
    ),
    "an unknown scope": ('scopes = ["droit"]', 'scopes = ["droits"]', "« droits » n'ouvre aucun produit"),
    "an unknown outcome": ('expect = "accordé"', 'expect = "oui"', "clé « expect »"),
    "a SIREN that is none": ('expect = "accordé"', 'expect = "accordé"\nsiren = "123456789"', "SIREN valide"),
    "a SIRET that is none": ('expect = "accordé"', 'expect = "accordé"\nsiret = "1"', "SIRET valide"),
    "both a SIREN and a SIRET": (
        'expect = "accordé"',
        'expect = "accordé"\nsiren = "999000003"\nsiret = "99900000300015"',
        "que l'un des deux",
    ),
    "a refused example that shows": ('expect = "accordé"', 'expect = "00100"', "ne montre ni ne masque rien"),
    "an example that is refused": ('scopes = ["droit"]', "scopes = []", "attendu accordé, obtenu le refus 00100"),
    "an example that is refused otherwise": (
        'expect = "accordé"\nvisible = ["numero", "taux"]\nmasked = ["proprietaire", "links"]',
        'expect = "00213"\nrecipient = "1"',
        "attendu le refus 00213 « Destinataire non autorisé », obtenu le refus 00210",
    ),
    "an example that is granted": (
        'expect = "accordé"\nvisible = ["numero", "taux"]\nmasked = ["proprietaire", "links"]',
        'expect = "00100"',
        "or l'accès est accordé",
    ),
    "an example that promises a withheld field": ('"numero", "taux"]\nm', '"proprietaire.nom"]\nm', "sort masqué"),
    "an example that promises to hide a granted field": ('["proprietaire", "links"]', '["taux"]', "sort visible"),
    "an example about a field nobody has": ('["numero", "taux"]\nm', '["nom"]\nm', "« nom » n'est pas un champ"),
    "not TOML": ('id = "essai"', "id = essai", "n'est pas du TOML correct"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_purpose_does_not_load_and_says_where_and_why(folder: Folder, name: str) -> None:
    old, new, says = WRONG[name]
    with pytest.raises(PolicyError, match=re.escape(says)) as caught:
        folder.write(edited(PURPOSE, old, new)).load()
    assert str(caught.value).startswith("purposes/essai.toml : ")


def test_natural_persons_are_granted_by_no_purpose_that_excludes_them(folder: Folder) -> None:
    text = edited(PURPOSE, '["base", "taux"]', '["base", "taux", "personne"]').replace(
        '"proprietaire", "links"', '"links"'
    )
    assert "proprietaire.nom" in folder.write(text).load().rules["essai", "r/fact"].releases[3].fields
    with pytest.raises(PolicyError, match="« personne » porte sur des personnes physiques"):
        folder.write(edited(text, "= 36", "= 36\nnatural_persons = false")).load()


def test_one_id_in_two_files_does_not_load(folder: Folder) -> None:
    folder.write()
    with pytest.raises(PolicyError, match=r"« essai » est déjà écrite dans purposes/autre\.toml"):
        folder.write(name="autre").load()


def test_no_file_at_all_does_not_load(folder: Folder) -> None:
    with pytest.raises(PolicyError, match=r"pools\.toml : ce fichier manque"):
        folder.load()
    folder.write()
    (folder.path / "purposes" / "essai.toml").unlink()
    with pytest.raises(PolicyError, match="aucune finalité"):
        folder.load()


def test_bytes_that_are_no_text_do_not_load(folder: Folder) -> None:
    folder.write()
    (folder.path / "purposes" / "essai.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(PolicyError, match=r"purposes/essai\.toml : ce fichier ne peut pas être lu"):
        folder.load()


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("limit = 3", "limit = 0", "[commune], clé « limit »"),
        ("period_s = 60", "", "[commune], clé « period_s »"),
        ('counted = "ensemble"', 'counted = "parfois"', "ensemble, séparément"),
        ("limit = 3", "limit = 3\nburst = 9", "clé « burst » : clé inconnue"),
        ("[chacun]", "[autre]", "il manque la réserve « chacun », dont dépend r/years"),
        ("[commune]", "commune = 1\n[seule]", "clé « commune » : une table est attendue"),
    ],
)
def test_a_wrong_pool_does_not_load_and_says_where_and_why(folder: Folder, old: str, new: str, says: str) -> None:
    with pytest.raises(PolicyError, match=re.escape(says)) as caught:
        folder.write(pools=edited(POOLS, old, new)).load()
    assert str(caught.value).startswith("pools.toml : ")


def test_groups_without_a_field_in_a_version_do_not_load_until_the_version_is_left_out(folder: Folder) -> None:
    other = Object({"suite": Leaf((str, type(None)), True, True)})
    versions = {**YEARS.versions, 4: version_of(other, number=4)}
    groups = {**YEARS.groups, "suite": ("suite",)}
    contracts = contract_of(FACT, product_of("years", versions, groups, pool="chacun"))
    text = edited(PURPOSE, EXAMPLE, YEARS_GRANT + "\n" + EXAMPLE)
    folder.write(text)
    with pytest.raises(PolicyError, match="n'ont aucun champ dans la v4 de r/years"):
        load(folder.path, contracts)
    folder.write(edited(text, 'groups = ["annees"]', 'groups = ["annees"]\nversions = ["v3"]'))
    assert list(load(folder.path, contracts).rules["essai", "r/years"].releases) == [3]


def test_grantable_scopes_are_those_of_granted_products_and_no_other(folder: Folder) -> None:
    policies = folder.write().load()
    assert policies.grantable_scopes("essai") == {"droit"}
    assert policies.grantable_scopes("inconnue") == frozenset()
    policies = folder.write(edited(PURPOSE, EXAMPLE, YEARS_GRANT + EXAMPLE)).load()
    assert policies.grantable_scopes("essai") == {"droit", "ouvert"}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('["base", "taux"]', '["base", "taux", "lieux"]'),
        ('article = "L1"', 'article = "L2"'),
        ("= 36", "= 12"),
        ("= 36", "= 36\nself_lookup = false"),
        ("= 36", '= 36\ncontexts = ["Contexte d\'exemple"]'),
        ("= 36", '= 36\nforbidden = ["r/years"]'),
        ('"requis"', '"optionnel"'),
        ('need = "requis"', 'need = "requis"\nversions = ["v3"]'),
    ],
)
def test_the_digest_changes_with_what_is_granted(folder: Folder, old: str, new: str) -> None:
    before = folder.write().load().digest
    assert folder.write(edited(PURPOSE, old, new)).load().digest != before


def test_the_digest_changes_with_a_pool(folder: Folder) -> None:
    before = folder.write().load().digest
    assert folder.write(pools=edited(POOLS, "limit = 3", "limit = 4")).load().digest != before


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('id = "essai"', '# un commentaire\n\nid = "essai"'),
        ('summary = "Essayer."', 'summary = "Essayer, encore."'),
        ("says = ", 'object = "un autre objet"\nsays = '),
        ('["base", "taux"]', '["taux", "base"]'),
        ("= 36", "= 36\nself_lookup = true"),
        ("= 36", "= 36\ntrace_months = 36"),
    ],
)
def test_the_digest_stays_when_nothing_granted_changes(folder: Folder, old: str, new: str) -> None:
    before = folder.write().load().digest
    assert re.fullmatch(r"[0-9a-f]{64}", before)
    assert folder.write(edited(PURPOSE, old, new)).load().digest == before


def test_the_default_folder_is_the_checkouts() -> None:
    assert (default_folder() / "pools.toml").is_file()
    assert default_folder().name == "policies"
