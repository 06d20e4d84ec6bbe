# SPDX-License-Identifier: EUPL-1.2
"""Published schemas read off types: every field by its path, what may be null, and what a purpose may withhold."""

from typing import Annotated, Any, Literal, NotRequired, TypedDict

import pytest

from connectors.kit import MayLack
from connectors.kit.schema import Array, Leaf, Object, leaves, node_of


class Place(TypedDict):
    """An object inside another."""

    commune: str
    code: MayLack[str]


class Shape(TypedDict):
    """One field of every sort that a schema may have."""

    nom: str
    sigle: str | None
    effectif: int
    taux: float
    ouvert: bool
    statut: Literal["ok", "non"]
    lieu: Place
    ancien: Place | None
    suites: list[Place]
    notes: list[str] | None


class Loose(TypedDict):
    """A key that may be absent."""

    nom: NotRequired[str]


def fields() -> dict[str, Leaf]:
    return dict(leaves(node_of(Shape)))


def test_every_field_is_named_by_its_path_in_order() -> None:
    assert list(fields()) == [
        "nom",
        "sigle",
        "effectif",
        "taux",
        "ouvert",
        "statut",
        "lieu.commune",
        "lieu.code",
        "ancien.commune",
        "ancien.code",
        "suites[].commune",
        "suites[].code",
        "notes[]",
    ]


def test_a_field_says_which_types_it_takes() -> None:
    kinds = {path: leaf.kinds for path, leaf in fields().items()}
    assert kinds["nom"] == (str,)
    assert kinds["sigle"] == (str, type(None))
    assert kinds["effectif"] == (int,)
    assert kinds["taux"] == (float, int)
    assert kinds["ouvert"] == (bool,)
    assert kinds["statut"] == (str,)
    assert kinds["lieu.code"] == (str, type(None))


def test_only_what_the_contract_announces_as_nullable_may_be_withheld() -> None:
    known = fields()
    assert known["sigle"] == Leaf((str, type(None)), nullable=True, withholdable=True)
    assert known["lieu.code"] == Leaf((str, type(None)), nullable=True, withholdable=False)
    assert [path for path, leaf in known.items() if leaf.withholdable] == ["sigle"]
    assert [path for path, leaf in known.items() if leaf.nullable and not leaf.withholdable] == [
        "lieu.code",
        "ancien.code",
        "suites[].code",
    ]


def test_objects_and_lists_may_be_null_too() -> None:
    node = node_of(Shape)
    assert isinstance(node, Object)
    assert not node.nullable
    lieu, ancien, suites, notes = (node.keys[key] for key in ("lieu", "ancien", "suites", "notes"))
    assert isinstance(lieu, Object)
    assert not lieu.nullable
    assert isinstance(ancien, Object)
    assert ancien.nullable
    assert isinstance(suites, Array)
    assert not suites.nullable
    assert isinstance(notes, Array)
    assert notes.nullable


def test_other_annotations_change_nothing() -> None:
    assert node_of(Annotated[str, "SIREN"]) == node_of(str)
    assert node_of(str | None) == Leaf((str, type(None)), nullable=True, withholdable=True)


@pytest.mark.parametrize(
    "kind",
    [Any, object, dict, dict[str, str], tuple[str, ...], bytes, None, str | int, str | int | None, NotRequired[str]],
    ids=str,
)
def test_a_type_no_schema_may_use_is_refused(kind: Any) -> None:
    with pytest.raises(TypeError):
        node_of(kind)


def test_a_key_that_may_be_absent_is_refused() -> None:
    with pytest.raises(TypeError, match="every key of a published schema is required"):
        node_of(Loose)
