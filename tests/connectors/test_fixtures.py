# SPDX-License-Identifier: EUPL-1.2
"""Recorded answers of the registries, where they are at hand: every one of them, answered as its sheet says.

Each connector's own tests look closer, and hold the same cases in our own form, which run everywhere; this one makes
sure that no recorded answer is left out.
"""

import json
import re
from pathlib import Path
from typing import Any

import orjson
import pytest

from connectors.kit import RegistryError, Siren, Siret
from connectors.kit.contract import Contract, Product, Version, load_all
from connectors.kit.parameters import KINDS
from connectors.kit.simulation import Asked, Said, load_world
from connectors.kit.simulation.door import SimulatedDoor
from tests.connectors.kit.doors import NOW, SHARED
from tests.connectors.test_conformance import CALLER, parameters_of

CONTRACTS = load_all()
PERSONA = load_world().personas[0]
OF_NO_COMPANY = {"authentication", "dictionnaire", "proxy/inpi/download"}
"""What some are about that is no question about a company: logins, dictionaries, files."""


def said(path: Path, response: dict[str, Any]) -> Said:
    """A recorded answer, as the wire gives it."""
    if "body_file" in response:
        body = (path.parent / response["body_file"]).read_bytes()
    else:
        body = response["body_text"].encode() if "body_text" in response else orjson.dumps(response.get("body"))
    headers = {name.lower(): value for name, value in response.get("headers", {}).items()}
    return Said(response["status"], body, headers.pop("content-type", "application/json"), headers)


def identifier(asked: str) -> str:
    """The company of a recorded question: a SIRET, or a SIREN with the number of a head office behind it."""
    found = re.findall(r"(?<!\d)(\d{14})(?!\d)|(?<!\d)(\d{9})(?!\d)", asked)
    for siret, siren in found:
        return siret or f"{siren}00010"
    return PERSONA.siret


async def held(contract: Contract, product: Product, version: Version, answers: list[Said], asked: str) -> str:
    """`200`, or the code of the error, of one conversation before recorded answers. `asked`: what had been asked."""

    def handle(_: Asked) -> Said:
        return answers.pop(0) if len(answers) > 1 else answers[0]

    given: dict[str, Any] = dict.fromkeys(product.query)
    about = identifier(asked)
    for name, raw in parameters_of(product, PERSONA).items():
        own = about if len(raw) == 14 else about[:9] if len(raw) == 9 else raw
        given[name] = (
            (Siret if len(own) == 14 else Siren)(own)
            if own != raw
            else KINDS[product.kinds[name]].value(raw, NOW.date())
        )
    given |= {"registry": SimulatedDoor(contract, handle, NOW), "caller": CALLER}
    try:
        await version.conversation(**{name: given[what] for name, what in version.arguments.items()})
    except RegistryError as error:
        return product.error_prefix + error.suffix
    return "200"


async def test_every_recorded_answer_at_hand_is_answered_as_its_sheet_says() -> None:
    paths = sorted(path for path in SHARED.glob("*/fixtures/*.json") if path.parent.parent.name in CONTRACTS)
    if not paths:
        pytest.skip("recorded answers are not at hand: the cases in our own form, in each connector's tests, stand")
    tried, strange = 0, []
    for path in paths:
        row = json.loads(path.read_text("utf-8"))
        if row["product"] in OF_NO_COMPANY or path.stem == "expired_token_401":  # the door's own, and its tests'
            continue
        tried += 1
        contract = CONTRACTS[row["registry"]]
        wanted = set(re.findall(r"\b\d{5}\b", row["expected"]))
        wanted |= {"200"} if re.search(r"\b200\b|document_url", row["expected"]) else set()
        found = {
            await held(
                contract,
                product,
                version,
                [said(path, one["response"]) for one in row["exchanges"]],
                json.dumps(row["exchanges"][0]["request"]),
            )
            for product in contract.products.values()
            for version in product.versions.values()
        }
        if not (found & wanted if wanted else {code for code in found if code.endswith("003")}):
            strange.append(f"{row['registry']}/{path.stem} : {sorted(found)} au lieu de {row['expected']}")
    assert tried > 90
    assert not strange, "\n".join(strange)
