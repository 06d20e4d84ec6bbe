# SPDX-License-Identifier: EUPL-1.2
"""A small registry made by hand, and a folder of policies for it, that the purpose room's tests bend as they need."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypedDict

from connectors.kit import Answer, MayLack
from connectors.kit.contract import Access, Contract, Product, Version
from connectors.kit.freshness import Freshness
from connectors.kit.schema import Array, Node, Object, leaves, node_of
from gateway.purpose.load import Policies, load
from gateway.values import Consumer, Stated

RECIPIENT = "99900000300015"
CALLED = "999100118"


class Owner(TypedDict):
    """A natural person."""

    nom: str | None
    age: int | None


class Shop(TypedDict):
    """Where it is sold."""

    ville: str | None
    rang: int


class Fact(TypedDict):
    """What the registry knows."""

    numero: str
    actif: bool
    taux: float | None
    lien: MayLack[str]
    proprietaire: Owner
    boutiques: list[Shop] | None


class Links(TypedDict):
    """Where to go from there."""

    suite: str | None


class Meta(TypedDict):
    """About the answer."""

    maj: int | None


class Year(TypedDict):
    """An item of a list."""

    annee: int
    montant: int | None


GROUPS = {
    "base": ("numero", "actif", "lien", "boutiques[].rang"),
    "taux": ("taux",),
    "personne": ("proprietaire.nom", "proprietaire.age"),
    "lieux": ("boutiques[].ville",),
    "suite": ("links.suite", "meta.maj"),
}


def answer() -> Answer[dict[str, Any]]:
    """A full answer of the product `fact`."""
    return Answer(
        {
            "numero": "n1",
            "actif": True,
            "taux": 1.5,
            "lien": None,
            "proprietaire": {"nom": "Dupin", "age": 40},
            "boutiques": [{"ville": "Rennes", "rang": 1}, {"ville": None, "rang": 2}],
        },
        {"suite": "/v3/suite"},
        {"maj": 7},
    )


async def _never(*_: object, **__: object) -> None:
    raise AssertionError("no test of this room asks a registry")


def version_of(data: Node, *, number: int = 3, links: Node | None = None, meta: Node | None = None) -> Version:
    """A version with this schema."""
    links, meta = links or Object({}), meta or Object({})
    inner = data.item if isinstance(data, Array) else data
    fields = dict(leaves(inner))
    fields |= {f"links.{key}": leaf for key, leaf in leaves(links)}
    fields |= {f"meta.{key}": leaf for key, leaf in leaves(meta)}
    return Version(
        number=number,
        path="/r/{siren}",
        operation=f"op_v{number}",
        deprecated=False,
        conversation=_never,
        arguments={},
        data=data,
        links=links,
        meta=meta,
        collection=isinstance(data, Array),
        document=None,
        fields=fields,
    )


def product_of(
    name: str,
    versions: Mapping[int, Version],
    groups: Mapping[str, tuple[str, ...]],
    *,
    open_data: bool = False,
    scopes: frozenset[str] = frozenset({"droit"}),
    pool: str = "commune",
    natural_persons: frozenset[str] = frozenset(),
) -> Product:
    """A product of the registry `r`."""
    return Product(
        error_prefix="90",
        provider="R",
        id=f"r/{name}",
        registry="r",
        name=name,
        title=f"Produit {name}",
        open_data=open_data,
        scopes=scopes,
        pool=pool,
        freshness=Freshness(),
        cache_key=("siren",),
        parameters=("siren",),
        versions=versions,
        groups=groups,
        natural_persons=natural_persons,
    )


def contract_of(*products: Product) -> dict[str, Contract]:
    """The contracts of a house with the one registry `r`."""
    contract = Contract(
        registry="r",
        title="Registre",
        provider="R",
        error_prefix="90",
        base_url="R_URL",
        protocol="JSON",
        connect_timeout_s=1,
        timeout_s=1,
        max_body_bytes=1,
        concurrency=1,
        access=Access("none"),
        maintenance=(),
        pings=("r/r",),
        probe=_never,
        refusals={},
        products={product.id: product for product in products},
    )
    return {"r": contract}


FACT = product_of(
    "fact",
    {
        3: version_of(node_of(Fact), links=node_of(Links), meta=node_of(Meta)),
        4: version_of(node_of(Fact), number=4, links=node_of(Links), meta=node_of(Meta)),
    },
    GROUPS,
    natural_persons=frozenset({"personne"}),
)
YEARS = product_of(
    "years",
    {3: version_of(node_of(list[Year]))},
    {"annees": ("annee",), "montants": ("montant",)},
    open_data=True,
    scopes=frozenset({"droit", "ouvert"}),
    pool="chacun",
)
FREE = product_of("free", {3: version_of(node_of(Links))}, {"tout": ("suite",)}, open_data=True, scopes=frozenset())
CONTRACTS = contract_of(FACT, YEARS, FREE)

POOLS = """
[commune]
limit = 3
period_s = 60
counted = "ensemble"

[chacun]
limit = 2
period_s = 10
counted = "séparément"
"""

PURPOSE = """
id = "essai"
title = "Essai"
summary = "Essayer."
legal_basis = [{ text = "code des essais", article = "L1" }]
retention_months = 36

[[grants]]
product = "r/fact"
need = "requis"
groups = ["base", "taux"]

[[examples]]
says = "On obtient le taux sans le propriétaire"
product = "r/fact"
version = "v3"
scopes = ["droit"]
expect = "accordé"
visible = ["numero", "taux"]
masked = ["proprietaire", "links"]
"""


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder of policies that a test writes."""

    path: Path

    def write(self, purpose: str = PURPOSE, *, name: str = "essai", pools: str = POOLS) -> "Folder":
        """Write one purpose, and the pools."""
        (self.path / "purposes").mkdir(parents=True, exist_ok=True)
        (self.path / "purposes" / f"{name}.toml").write_text(purpose, "utf-8")
        (self.path / "pools.toml").write_text(pools, "utf-8")
        return self

    def load(self) -> Policies:
        """Its policies, for the registry `r`."""
        return load(self.path, CONTRACTS)


def edited(text: str, old: str, new: str) -> str:
    """`text` with `old` replaced, which must be there."""
    assert old in text
    return text.replace(old, new, 1)


CONSUMER = Consumer(
    token_id="jeton",
    habilitation_id="habilitation",
    siret=RECIPIENT,
    name="Commune d'essai",
    purpose="essai",
    scopes=frozenset({"droit"}),
    recipients=frozenset({RECIPIENT}),
    expires_at=0,
)
STATED = Stated(("Essai",), ("Dossier 1",), (RECIPIENT,))


def consumer(**changes: Any) -> Consumer:
    """The usual consumer, changed."""
    return replace(CONSUMER, **changes)


def stated(**changes: tuple[str, ...]) -> Stated:
    """The usual statements, changed."""
    return replace(STATED, **changes)
