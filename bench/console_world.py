# SPDX-License-Identifier: EUPL-1.2
"""Invented records in any number, shaped like a year of a State platform's traffic: the console's benchmark reads them.

Few administrations ask most of the questions, few companies are asked about most of the time, a tenth of the answers
come from the cache, a twentieth are refused. The same seed gives the same records.
"""

import hashlib
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from connectors.kit.contract import load_all
from gateway.audit.merkle import leaf_hash
from gateway.audit.subject import PREFIX

CONSUMERS, HABILITATIONS, RECIPIENTS = 400, 900, 5_000
COMPANIES, AGENTS, OBJECTS = 1_500_000, 20_000, 250_000
PURPOSES = (
    "marches_publics",
    "aides_publiques",
    "subventions_associations",
    "detection_fraude",
    "verification_reguliere",
)
REFUSALS = (("00100", 403), ("00429", 429), ("00301", 422), ("00210", 422), ("00103", 401))
START = datetime(2025, 11, 1, tzinfo=UTC)
YEAR_S = 365 * 86_400
_HEX = "5a" * 32


@dataclass(frozen=True, slots=True)
class Made:
    """One record, as a log hands it to the index."""

    seq: int
    entry: bytes
    leaf: bytes


def records(count: int, seed: int) -> Iterator[Made]:
    """So many records of the invented year, in order."""
    world = random.Random(seed)  # noqa: S311 — invented data, the same at each run
    products = [product.id for contract in load_all().values() for product in contract.products.values()]
    world.shuffle(products)
    sirets = [f"{world.randrange(10**9):09d}{world.randrange(10**5):05d}" for _ in range(RECIPIENTS)]
    number = 0
    while number < count:
        for entry in _exchange(world, products, sirets, number / count):
            if number < count:
                yield Made(number, entry, leaf_hash(entry))
            number += 1


def company(rank: int, month: int) -> str:
    """The commitment to the company of this rank, the most asked about first, in a month of the invented year."""
    return PREFIX + hashlib.sha256(b"%d/%d" % (rank, month)).hexdigest()


def agent(rank: int, month: int) -> str:
    """The same for an agent."""
    return PREFIX + hashlib.sha256(b"agent %d/%d" % (rank, month)).hexdigest()


def _rank(world: random.Random, of: int) -> int:
    """A rank below `of`, the first ones much more often."""
    return int(of ** world.random()) - 1


def _exchange(world: random.Random, products: list[str], sirets: list[str], past: float) -> list[bytes]:
    moment = START + timedelta(seconds=past * YEAR_S)
    month = moment.year * 12 + moment.month
    habilitation = _rank(world, HABILITATIONS)
    consumer = habilitation % CONSUMERS
    product = products[(habilitation + _rank(world, len(products))) % len(products)]
    registry = product.partition("/")[0]
    identity = f"{world.getrandbits(128):032x}"
    identity = f"{identity[:8]}-{identity[8:12]}-4{identity[13:16]}-a{identity[17:20]}-{identity[20:]}"
    at = f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"
    head = f'{{"address":"192.0.2.7","agent":"{agent(_rank(world, AGENTS), month)}","at":"{at}",'
    who = (
        f'"consumer":"{sirets[consumer]}","context":"Essai","habilitation":"hab-{habilitation}","id":"{identity}",'
        f'"object":"procedure {_rank(world, OBJECTS)}","product":"{product}",'
        f'"purpose":"{PURPOSES[habilitation % len(PURPOSES)]}","recipient":"{sirets[_rank(world, RECIPIENTS)]}",'
        f'"registry":"{registry}","subject":"{company(_rank(world, COMPANIES), month)}","v":1,"version":4'
    )
    drawn = world.random()
    latency = int(world.lognormvariate(4.5, 0.8))
    if drawn < 0.05:
        code, status = REFUSALS[_rank(world, len(REFUSALS))]
        return [f'{head}"code":"{code}","event":"refused","latency_ms":1,"status":{status},{who}}}'.encode()]
    asked = f'{head}"event":"asked",{who}}}'.encode()
    if drawn < 0.06:
        return [asked, f'{head}"code":"01002","event":"failed","latency_ms":{latency},"status":502,{who}}}'.encode()]
    answered = (
        f'{head}"cached":{"true" if drawn < 0.16 else "false"},"digest":"{_HEX}","event":"answered","fields":"{_HEX}",'
        f'"latency_ms":{latency},"size":812,"status":200,{who}}}'
    ).encode()
    return [answered] if drawn < 0.16 else [asked, answered]
