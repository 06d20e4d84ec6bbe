# SPDX-License-Identifier: EUPL-1.2
"""Writes a new registry's folder: contract, texts, a product, a ping, a simulator, a test. It loads as it stands."""

import re
from pathlib import Path
from string import Template

_NAME = re.compile(r"[a-z][a-z0-9_]{1,40}")
_PROVIDER = re.compile(r"[\w .&'’()-]{1,60}")

CONTRACT = Template("""\
# Ce que disent de ce registre les juristes, les exploitants et la passerelle, sans exécuter de code.
registry = "$registry"
title = "$provider"
provider = "$provider"
error_prefix = "$prefix"
base_url = "${variable}_URL"
protocol = "JSON"
connect_timeout_s = 10
timeout_s = 10
max_body_bytes = 2000000
concurrency = 16
access = { kind = "none" }
ping = "$registry/$product"

[products.$product]
title = "$title"
paths = { v1 = "/$registry/$place/{$parameter}/$product" } # v1 : nos chemins ; v3 et v4 sont ceux d'API Entreprise
operations = { v1 = "dlnuf_v1_${registry}_$product" }
open_data = false
scopes = ["${product}_$registry"]
pool = "json_resources_entreprise"
fresh_for = "none"
cache_key = ["$parameter"]
groups = { identite = ["$parameter"] }
""")

DESCRIBED = {
    "siren": "Les neuf chiffres de l'unité légale sur laquelle le registre répond.",
    "siret": "Les quatorze chiffres de l'établissement sur lequel le registre répond.",
}

FIELDS = Template("""\
# SPDX-License-Identifier: EUPL-1.2
# Ce que les lecteurs du contrat publié lisent de chaque champ : [titre, description] (voir kit/texts.py).

[common]
"$parameter" = ["Numéro $upper", "$described"]
""")

PRODUCT = Template('''\
# SPDX-License-Identifier: EUPL-1.2
"""What $provider says under the name $product."""

from typing import TypedDict

from connectors.kit import Answer, NotFound, Registry, $kind, UnknownAnswer
from connectors.kit.wire import an_object, needed


class Published(TypedDict):
    """The published shape."""

    $parameter: str


async def v1($parameter: $kind, registry: Registry) -> Answer[Published]:
    """Ask the registry, and put its answer in the published shape. Raises the kit's errors."""
    reply = await registry.get(f"/$product/{$parameter}")
    if reply.status == 404:
        raise NotFound
    if reply.status != 200:
        raise UnknownAnswer
    found = an_object(reply.json())
    return Answer(Published($parameter=needed(found, "$parameter")))
''')

PING = Template('''\
# SPDX-License-Identifier: EUPL-1.2
"""Is $provider answering?"""

from connectors.kit import Registry, RegistryUnavailable


async def ping(registry: Registry) -> None:
    """One cheap call with a fixed identifier. Raises the kit's errors."""
    reply = await registry.get("/$product/$example")
    if reply.status not in (200, 404):
        raise RegistryUnavailable
''')

SIMULATOR = Template('''\
# SPDX-License-Identifier: EUPL-1.2
"""Pretends $provider on the wire, for tests, the sandbox and the benchmark."""

from collections.abc import Callable
from datetime import datetime

from connectors.kit.simulation import Asked, Handler, Said, World, json_said


def simulator(world: World, clock: Callable[[], datetime]) -> Handler:
    """The registry's answers about the personas."""

    def handle(asked: Asked) -> Said:
        identifier = asked.path.rpartition("/")[2]
        known = identifier in world.by_siren or identifier in world.by_siret
        return json_said({"$parameter": identifier}) if known else json_said({}, 404)

    return handle
''')

TEST = Template('''\
# SPDX-License-Identifier: EUPL-1.2
"""What is particular to $provider."""

from datetime import UTC, datetime

import pytest

from connectors.$registry import $product
from connectors.$registry.simulator import simulator
from connectors.kit import NotFound, $kind
from connectors.kit.contract import load
from connectors.kit.simulation import load_world
from connectors.kit.simulation.door import SimulatedDoor

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


async def test_a_persona_is_answered_and_a_stranger_is_not() -> None:
    world = load_world()
    door = SimulatedDoor(load("$registry"), simulator(world, lambda: NOW), NOW)
    persona = world.personas[0]
    answer = await $product.v1($kind(persona.$parameter), door)
    assert answer.data == {"$parameter": persona.$parameter}
    with pytest.raises(NotFound):
        await $product.v1($kind("$example"), door)
''')


def write_folder(
    connectors: Path, tests: Path, registry: str, prefix: str, provider: str, product: str, parameter: str
) -> list[Path]:
    """Write the files; the paths written. Raises ValueError (in French) for a name that cannot be, or is taken."""
    for name in (registry, product):
        if not _NAME.fullmatch(name):
            raise ValueError(f"« {name} » : un nom s'écrit en minuscules, chiffres et soulignés.")
    if not re.fullmatch(r"[0-9]{2}", prefix):
        raise ValueError("le préfixe est formé de deux chiffres.")
    if not _PROVIDER.fullmatch(provider):
        raise ValueError("le nom du fournisseur comporte des caractères inattendus.")
    folder = connectors / registry
    if folder.exists():
        raise ValueError(f"le registre « {registry} » existe déjà.")
    if prefix in taken(connectors):
        raise ValueError(f"le préfixe {prefix} est déjà celui d'un autre registre.")
    words = {
        "title": product.replace("_", " ").capitalize(),
        "registry": registry,
        "prefix": prefix,
        "provider": provider,
        "product": product,
        "parameter": parameter,
        "kind": parameter.capitalize(),
        "variable": registry.upper(),
        "upper": parameter.upper(),
        "described": DESCRIBED[parameter],
        "place": "unites_legales" if parameter == "siren" else "etablissements",
        "example": "130025265" if parameter == "siren" else "13002526500013",
    }
    files = {
        folder / "__init__.py": Template('# SPDX-License-Identifier: EUPL-1.2\n"""$provider."""\n'),
        folder / "contract.toml": CONTRACT,
        folder / "fields.toml": FIELDS,
        folder / f"{product}.py": PRODUCT,
        folder / "ping.py": PING,
        folder / "simulator.py": SIMULATOR,
        tests / registry / f"test_{registry}.py": TEST,
    }
    for path, template in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(template.substitute(words), "utf-8")
    return list(files)


def taken(connectors: Path) -> set[str]:
    """The error prefixes of the registries that are there."""
    written = (path.read_text("utf-8") for path in connectors.glob("*/contract.toml"))
    return {found for text in written for found in re.findall(r'^\s*error_prefix = "([0-9]{2})"', text, re.MULTILINE)}
