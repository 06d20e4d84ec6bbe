# SPDX-License-Identifier: EUPL-1.2
"""Our contract is a superset of API Entreprise's: whoever reads theirs, or was generated from it, reads ours.

Compared with the facts of their document, committed as `official_shapes.json`; where the document itself is at hand,
the facts are first shown to be its own. What differs on purpose stands in `known_differences.toml`, with the reason.
"""

import json
import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from connectors.kit.contract import load_all
from tests.contract.official import SHAPES, read, shapes, written
from tests.contract.reading import published

ROOT = Path(__file__).resolve().parents[2]
THEIRS: dict[str, Any] = json.loads(SHAPES.read_text("utf-8"))
KNOWN: dict[str, list[dict[str, Any]]] = tomllib.loads(
    Path(__file__).with_name("known_differences.toml").read_text("utf-8")
)
TYPES = {row["from"]: row["to"] for row in KNOWN["type"]}
EACH_PATH = pytest.mark.parametrize("path", THEIRS)


@cache
def ours() -> dict[str, Any]:
    found: dict[str, Any] = shapes(published().whole)
    return found


def test_the_committed_facts_are_those_of_their_document() -> None:
    """Real material: the document itself, where it lies beside the checkout."""
    document = ROOT.parent / "shared" / "contract" / "openapi-entreprise.yaml"
    if not document.is_file():
        pytest.skip("API Entreprise's own document is not here; its committed facts are compared all the same")
    assert SHAPES.read_text("utf-8") == written(read(document))


@EACH_PATH
def test_every_parameter_is_there_with_a_type_that_takes_what_theirs_takes(path: str) -> None:
    for name, told in THEIRS[path]["parameters"].items():
        mine = ours()[path]["parameters"][name]
        assert mine.endswith("!") == told.endswith("!"), name
        assert agrees(told.rstrip("!"), mine.rstrip("!")), (name, told, mine)


@EACH_PATH
def test_every_field_is_there_of_the_same_type_and_required_where_theirs_is(path: str) -> None:
    for name, told in THEIRS[path]["fields"].items():
        mine = ours()[path]["fields"].get(name)
        assert mine is not None, name
        assert agrees(told.strip("?!"), mine.strip("?!")), (name, told, mine)
        assert mine.endswith("!") or not told.endswith("!"), name


@EACH_PATH
def test_no_field_is_null_where_theirs_is_not_unless_the_schema_or_a_known_difference_says_why(path: str) -> None:
    listed = {name for row in KNOWN["nullable"] if row["path"] == path for name in row["fields"]}
    loose = {
        name for name, told in THEIRS[path]["fields"].items() if "?" not in told and "?" in ours()[path]["fields"][name]
    }
    assert loose - lacking().get(path, set()) == listed


@EACH_PATH
def test_every_status_and_code_is_announced_unless_known(path: str) -> None:
    missing = {row for row in missing_codes(path) if not known_code(path, *row)}
    assert missing == set()
    statuses = set(THEIRS[path]["statuses"]) - set(ours()[path]["statuses"])
    assert statuses == {status for row in KNOWN["status"] if row["path"] == path for status in row["statuses"]}


@EACH_PATH
def test_the_deprecated_versions_are_theirs_and_the_media_type_is_the_one_that_is_sent(path: str) -> None:
    assert ours()[path]["deprecated"] == THEIRS[path]["deprecated"]
    (row,) = KNOWN["media"]
    if THEIRS[path]["fields"]:
        assert (THEIRS[path]["media"], ours()[path]["media"]) == ([row["announced"]], [row["sent"]])


def test_every_known_difference_still_is_one_and_says_why() -> None:
    for row in KNOWN["code"]:
        paths = THEIRS if row["path"] == "*" else [row["path"]]
        for code in row["codes"]:
            found = [path for path in paths if told(path, row["status"], code)]
            assert found, (row["path"], code)
            assert any(not announced(path, row["status"], code) for path in found), (row["path"], code)
    for row in KNOWN["extra"]:
        for name in row["fields"]:
            assert name in ours()[row["path"]]["fields"]
            assert name not in THEIRS[row["path"]]["fields"]
    for row in (row for rows in KNOWN.values() for row in rows):
        assert row["why"].endswith(".")


def agrees(told: str, mine: str) -> bool:
    """Whether what we send is what their reader expects."""
    return mine == told or TYPES.get(told) == mine


def missing_codes(path: str) -> Iterator[tuple[str, str]]:
    """The codes they announce under a status, and we do not."""
    for status, codes in THEIRS[path]["codes"].items():
        for code in codes:
            if code not in ours()[path]["codes"].get(status, ()):
                yield status, code


def known_code(path: str, status: str, code: str) -> bool:
    return any(
        row["path"] in ("*", path) and row["status"] == status and any(matches(one, code) for one in row["codes"])
        for row in KNOWN["code"]
    )


def matches(pattern: str, code: str) -> bool:
    return re.fullmatch(pattern, code) is not None


def told(path: str, status: str, pattern: str) -> bool:
    return any(matches(pattern, code) for code in THEIRS[path]["codes"].get(status, ()))


def announced(path: str, status: str, pattern: str) -> bool:
    return any(matches(pattern, code) for code in ours()[path]["codes"].get(status, ()))


@cache
def lacking() -> dict[str, set[str]]:
    """By path, the fields that a registry may lack although the contract does not announce it, as their schema says."""
    found: dict[str, set[str]] = {}
    for contract in load_all().values():
        for product in contract.products.values():
            for version in product.versions.values():
                names = {name for name, leaf in version.fields.items() if leaf.nullable and not leaf.withholdable}
                places = names | {f"data.{name}" for name in names}
                if version.collection:
                    places |= {f"data[].data.{name}" for name in names} | {f"data[].{name}" for name in names}
                found[f"/v{version.number}{version.path}"] = places
    return found
