# SPDX-License-Identifier: EUPL-1.2
"""Who may know whom. The floors of the house stand in pyproject.toml; registries are found by looking."""

import subprocess
import sys
import tomllib
from pathlib import Path

import grimp
import pytest

ROOT = Path(__file__).resolve().parents[2]
GRAPH = grimp.build_graph("connectors", "gateway", include_external_packages=True, cache_dir=None)
REGISTRIES = sorted(path.parent.name for path in ROOT.glob("connectors/*/contract.toml"))


def test_the_import_rules_hold() -> None:
    found = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.returncode == 0, found.stdout


def test_every_room_stands_on_a_floor() -> None:
    rules = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    floors = next(rule["layers"] for rule in rules if rule["type"] == "layers")
    named = {room.strip() for floor in floors for room in floor.split("|")}
    rooms = {name for name in GRAPH.find_children("gateway") if name != "gateway.default_policies"}
    assert rooms == named


@pytest.mark.parametrize("registry", REGISTRIES)
def test_a_registry_knows_itself_the_kit_and_no_door(registry: str) -> None:
    allowed = {"connectors.kit", f"connectors.{registry}"}
    inside = {name for name in GRAPH.modules if name.split(".")[:2] == ["connectors", registry]}
    assert inside
    for module in inside:
        for imported in GRAPH.find_modules_directly_imported_by(module):
            if imported.startswith(("connectors", "gateway")):
                assert ".".join(imported.split(".")[:2]) in allowed, f"{module} imports {imported}"


def test_the_story_is_blind_to_http_and_storage() -> None:
    for module in ("gateway.exchange", "gateway.values", "gateway.problems", "gateway.purpose.decide"):
        known = GRAPH.find_upstream_modules(module)
        assert not known & {"fastapi", "starlette", "uvicorn"}, module
    pure = GRAPH.find_upstream_modules("gateway.purpose.decide")
    assert not pure & {"sqlite3", "aiohttp", "httpx", "asyncio"}
