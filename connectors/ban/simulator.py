# SPDX-License-Identifier: EUPL-1.2
"""The address base as it speaks on the wire, for tests, the sandbox and the benchmark.

It knows the personas' addresses; their places are invented, near the middle of the country, the same for the same town.
"""

from collections.abc import Callable, Iterator
from datetime import datetime

from connectors.kit.simulation import Address, Asked, Handler, Said, World, json_said

SHORTEST = 3


def simulator(world: World, clock: Callable[[], datetime]) -> Handler:
    """The base for these personas' addresses; the clock does not matter to it."""
    known = list(dict.fromkeys(_addresses(world)))

    def handle(asked: Asked) -> Said:
        if asked.method != "GET" or asked.path != "/search":
            return json_said({"code": 404, "message": "adresse inconnue"}, 404)
        wanted = asked.query.get("q", "")
        if len(wanted) < SHORTEST or not wanted[0].isalnum():
            return json_said({"code": 400, "message": "q must contain between 3 and 200 chars"}, 400)
        scored = [(_score(place, wanted), place) for place in known if _within(place, asked)]
        best = sorted((pair for pair in scored if pair[0] > 0.5), key=lambda pair: -pair[0])
        limit = int(asked.query.get("limit", "5"))
        features = [_feature(place, score) for score, place in best[:limit]]
        return json_said({"type": "FeatureCollection", "version": "draft", "features": features, "query": wanted})

    return handle


def _addresses(world: World) -> Iterator[Address]:
    for persona in world.personas:
        yield persona.adresse
        yield from (other.adresse for other in persona.etablissements)


def _street(place: Address) -> str:
    return f"{place.type_voie} {place.voie}".lower()


def _label(place: Address) -> str:
    return f"{place.numero} {_street(place)} {place.code_postal} {place.commune.title()}"


def _score(place: Address, wanted: str) -> float:
    """How much of what was asked for the address holds, from 0 to 1."""
    words = set(wanted.lower().replace("-", " ").replace(",", " ").split())
    return len(words & set(_label(place).lower().split())) / len(words) if words else 0.0


def _within(place: Address, asked: Asked) -> bool:
    postal, city = asked.query.get("postcode"), asked.query.get("citycode")
    return postal in (None, place.code_postal) and city in (None, place.code_commune)


def _feature(place: Address, score: float) -> dict[str, object]:
    shift = sum(map(ord, place.code_commune)) % 97 / 100
    identifier = f"{place.code_commune}_9991_{place.numero:>05}"
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [round(2.0 + shift, 6), round(46.5 + shift, 6)]},
        "properties": {
            "label": _label(place),
            "score": round(score, 6),
            "housenumber": place.numero,
            "id": identifier,
            "banId": None,
            "name": f"{place.numero} {_street(place)}",
            "postcode": place.code_postal,
            "citycode": place.code_commune,
            "x": 650_000.5,
            "y": 6_600_000.5,
            "city": place.commune.title(),
            "context": place.code_commune[:2],
            "type": "housenumber",
            "importance": 0.5,
            "street": _street(place),
        },
    }
