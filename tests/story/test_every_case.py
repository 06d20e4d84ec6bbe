# SPDX-License-Identifier: EUPL-1.2
"""A case of our own for each operation of the contract, in the official format: served, counted and recorded.

Each case is written out of the published example of its operation, about a company no simulator knows. Beside it, a
case of an error for the same operation and another company.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from connectors.kit.contract import Product, Version, load_all
from connectors.kit.simulation import Persona, load_world
from connectors.kit.simulation.asking import parameters_of
from gateway.edge.published import contract_file
from gateway.identity.keys import load
from gateway.identity.register import Register
from gateway.purpose.load import default_folder
from gateway.purpose.load import load as load_policies
from gateway.purpose.model import Policies
from gateway.source.payloads import completed
from tests.conftest import PARAMETERS, Bearer, Sandbox, start, stop
from tests.promises.accounts import Record, records

OPERATIONS = {
    version.operation: (product, version)
    for contract in load_all().values()
    for product in contract.products.values()
    for version in product.versions.values()
}
EACH = pytest.mark.parametrize("operation", OPERATIONS)
STRANGER = replace(
    load_world().personas[0], siren="000000777", nic="00777", nom="RIEN QU UN CAS D ESSAI", rna="W777777777",
    adresse=replace(load_world().personas[0].adresse, numero="777", voie="DES CAS D ESSAI"),
)  # fmt: skip
BROKEN = replace(STRANGER, siren="000000888", nic="00888", nom="CAS EN PANNE", rna="W888888888",
                 adresse=replace(STRANGER.adresse, numero="888"))  # fmt: skip
NOTICES = {STRANGER.siren: "77-7777", BROKEN.siren: "88-8888"}


def examples() -> dict[str, dict[str, Any]]:
    """The published example of each operation, without what the gateway adds to every answer."""
    found: dict[str, dict[str, Any]] = {}
    for path in json.loads(contract_file().read_bytes())["paths"].values():
        operation = path.get("get", {})
        if operation.get("operationId") in OPERATIONS:
            (content,) = operation["responses"]["200"]["content"].values()
            body = content["examples"]["entreprise_inventee"]["value"]
            meta = {key: value for key, value in body["meta"].items() if key not in ("passerelle", "receipt")}
            found[operation["operationId"]] = {**body, "meta": meta}
    return found


EXAMPLES = examples()


def asking(operation: str, persona: Persona) -> dict[str, str]:
    product, _ = OPERATIONS[operation]
    found = parameters_of(product, persona)
    return found | ({"idweb": NOTICES[persona.siren]} if "idweb" in found else {})


def path_of(operation: str, persona: Persona) -> str:
    _, version = OPERATIONS[operation]
    return f"/v{version.number}{version.path.format(**asking(operation, persona))}"


def failure(product: Product) -> dict[str, Any]:
    return {"errors": [{"code": f"{product.error_prefix}002", "title": "Inventée", "detail": "Erreur inventée."}]}


def write(folder: Path) -> None:
    """Two case files for each operation: an answer, and an error."""
    for operation, (product, _) in OPERATIONS.items():
        for name, persona, status, payload in (
            ("reponse", STRANGER, 200, EXAMPLES[operation]),
            ("erreur", BROKEN, 504, failure(product)),
        ):
            path = folder / operation / f"{name}.yaml"
            path.parent.mkdir(parents=True, exist_ok=True)
            params = asking(operation, persona)
            case = {"description": "cas d'essai", "params": params, "status": status, "payload": json.dumps(payload)}
            path.write_text(yaml.safe_dump(case, allow_unicode=True), "utf-8")


@cache
def policies() -> Policies:
    return load_policies(default_folder(), load_all())


@dataclass(frozen=True)
class Served:
    """A sandbox with the cases, and a token of each kind."""

    client: httpx.Client
    state: Path
    tokens: tuple[Bearer, ...]
    others: tuple[Bearer, ...]
    nothing: Bearer

    def get(self, operation: str, persona: Persona) -> httpx.Response:
        """To public procurement, or to the fight against fraud where procurement may not ask."""
        token = self.opening(operation)
        return self.client.get(path_of(operation, persona), params=PARAMETERS, headers=token.header)

    def opening(self, operation: str, *, again: bool = False) -> Bearer:
        """A token of the first purpose that opens this operation's product; `again`: one with calls left."""
        product, _ = OPERATIONS[operation]
        procurement = policies().rules.get(("marches_publics", product.id)) is not None
        return (self.others if again else self.tokens)[0 if procurement else 1]

    def outcomes(self, answer: httpx.Response) -> list[Record]:
        """The records of an exchange, in order."""
        mine = answer.headers["dlnuf-receipt"] if "dlnuf-receipt" in answer.headers else answer.headers["x-request-id"]
        return [record for record in records(self.state) if record["id"] == mine]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("cas")
    write(folder)
    state = tmp_path_factory.mktemp("every-case") / "state"
    process, address = start(state, "--payloads", str(folder))
    register = Register(state / "register.db")
    sandbox = Sandbox(address, state, process, load(state / "keys"), register)
    purposes = ("marches_publics", "detection_fraude")
    tokens, others = (tuple(map(sandbox.token, purposes)) for _ in range(2))
    nothing = sandbox.token(scopes=frozenset({"un_droit_sans_objet"}))
    try:
        with httpx.Client(base_url=address, timeout=30) as client:
            yield Served(client, state, tokens, others, nothing)
    finally:
        register.close()
        assert stop(process) == 0


def test_there_is_a_published_example_for_every_operation() -> None:
    assert EXAMPLES.keys() == OPERATIONS.keys()
    assert len(OPERATIONS) >= 51


@EACH
def test_its_case_is_answered_counted_and_recorded_twice(served: Served, operation: str) -> None:
    product, version = OPERATIONS[operation]
    answer = served.get(operation, STRANGER)
    assert answer.status_code == 200, answer.text
    assert int(answer.headers["ratelimit-remaining"]) < int(answer.headers["ratelimit-limit"])
    wanted, withheld = EXAMPLES[operation], answer.json()["meta"]["passerelle"]["champs_non_communiques"]
    assert agree(told(answer.json(), version), told(wanted, version), withheld), operation
    asked, answered = served.outcomes(answer)
    assert (asked["event"], answered["event"]) == ("asked", "answered")
    assert (answered["product"], answered["size"]) == (product.id, len(answer.content))


@EACH
def test_its_case_of_an_error_keeps_its_status_and_code_and_is_recorded(served: Served, operation: str) -> None:
    product, _ = OPERATIONS[operation]
    answer = served.get(operation, BROKEN)
    code = f"{product.error_prefix}002"
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (504, code), answer.text
    assert [(record["event"], record.get("code")) for record in served.outcomes(answer)] == [
        ("asked", None),
        ("failed", code),
    ]


@EACH
def test_its_case_wants_a_token_a_right_and_a_reason(served: Served, operation: str) -> None:
    product, _ = OPERATIONS[operation]
    path = path_of(operation, STRANGER)
    assert served.client.get(path, params=PARAMETERS).status_code == 401
    if product.scopes:
        stranger = served.client.get(path, params=PARAMETERS, headers=served.nothing.header)
        assert (stranger.status_code, stranger.json()["errors"][0]["code"]) == (403, "00100")
    token = served.opening(operation, again=True)
    silent = served.client.get(path, headers=token.header)
    assert silent.status_code == 422
    assert {"00201", "00202", "00203"} == {error["code"] for error in silent.json()["errors"]}


def told(body: dict[str, Any], version: Version) -> Any:
    """What a body says in the published shape: without documents' addresses and lives, which are ours."""
    if version.collection:
        return [item["data"] for item in body["data"]]
    ours = {version.document.url, version.document.expires_in} if version.document else set()
    return {key: value for key, value in completed(version.data, body["data"]).items() if key not in ours}


def agree(ours: Any, wanted: Any, withheld: list[str]) -> bool:
    """Whether every value is the case's, or withheld as the answer says, or an address."""
    match ours, wanted:
        case dict(), dict():
            return ours.keys() == wanted.keys() and all(agree(ours[key], wanted[key], withheld) for key in ours)
        case list(), list():
            return len(ours) == len(wanted) and all(
                agree(one, other, withheld) for one, other in zip(ours, wanted, strict=True)
            )
        case str(), str() if wanted.startswith("http"):
            return ours.startswith("http")
    return bool(ours == wanted) or (ours in (None, {}, []) and bool(withheld))
