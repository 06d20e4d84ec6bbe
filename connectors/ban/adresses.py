# SPDX-License-Identifier: EUPL-1.2
"""Adresses: the addresses of the national base that words may mean, the likeliest first, with their place.

Source: article L321-4 of the Code des relations entre le public et l'administration; open data. No address is a
not-found.
"""

from typing import TypedDict

from connectors.kit import Answer, NotFound, Registry, UnknownAnswer
from connectors.kit.wire import Wire, an_object, needed, number, objects, text

MOST = 5


class Adresse(TypedDict):
    """One address. `score` is from 0 to 1; `type`: housenumber, street, locality or municipality.

    Degrees of longitude and latitude (WGS 84); `x` and `y` in metres (the legal projection of the place).
    """

    libelle: str
    score: float | None
    type: str | None
    identifiant: str | None
    identifiant_ban: str | None
    numero: str | None
    voie: str | None
    code_postal: str | None
    code_commune: str | None
    commune: str | None
    contexte: str | None
    longitude: float | None
    latitude: float | None
    x: float | None
    y: float | None


class Meta(TypedDict):
    """Of the list: addresses given, at most five."""

    count: int


async def v1(adresse: str, code_postal: str | None, code_commune: str | None, ban: Registry) -> Answer[list[Adresse]]:
    """The addresses. Raises NotFound when there are none, refusal `recherche_refusee` for words the base refuses."""
    narrowed = {"postcode": code_postal, "citycode": code_commune}
    question = {"q": adresse, "limit": str(MOST), **{key: value for key, value in narrowed.items() if value}}
    reply = await ban.get("/search", query=question)
    if reply.status == 400:
        raise ban.refusal("recherche_refusee")
    if reply.status != 200:
        raise UnknownAnswer
    features = objects(an_object(reply.json()).get("features"), MOST)
    if not features:
        raise NotFound
    return Answer([_address(feature) for feature in features], meta={"count": len(features)})


def _address(feature: Wire) -> Adresse:
    row = an_object(feature.get("properties"))
    longitude, latitude = _degrees(feature.get("geometry"))
    kind = text(row, "type")
    return Adresse(
        libelle=needed(row, "label"),
        score=number(row, "score"),
        type=kind,
        identifiant=text(row, "id"),
        identifiant_ban=text(row, "banId"),
        numero=text(row, "housenumber"),
        voie=text(row, "street") or (text(row, "name") if kind == "street" else None),
        code_postal=text(row, "postcode"),
        code_commune=text(row, "citycode"),
        commune=text(row, "city"),
        contexte=text(row, "context"),
        longitude=longitude,
        latitude=latitude,
        x=number(row, "x"),
        y=number(row, "y"),
    )


def _degrees(geometry: object) -> tuple[float | None, float | None]:
    """Longitude and latitude of a GeoJSON point (RFC 7946, section 3.1.1); nothing when there is none."""
    if geometry is None:
        return None, None
    pair = an_object(geometry).get("coordinates")
    if not isinstance(pair, list) or len(pair) < 2:
        raise UnknownAnswer
    point = {"longitude": pair[0], "latitude": pair[1]}
    longitude, latitude = number(point, "longitude"), number(point, "latitude")
    if abs(longitude or 0) > 180 or abs(latitude or 0) > 90:
        raise UnknownAnswer
    return longitude, latitude
