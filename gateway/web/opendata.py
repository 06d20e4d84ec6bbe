# SPDX-License-Identifier: EUPL-1.2
"""`/opendata`: the usage for everybody, with the page that says how it was counted. No sign-in, cacheable."""

from collections.abc import Callable

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from gateway.opendata.catalog import catalogue, data, table
from gateway.opendata.usage import Usage
from gateway.purpose.load import Policies
from gateway.web.look import page

HEADERS = {
    "cache-control": "public, max-age=300",
    "access-control-allow-origin": "*",
    "x-content-type-options": "nosniff",
}


def router(usage: Callable[[], Usage], policies: Policies, public_url: str) -> APIRouter:
    """The routes. `usage`: what is published, once the application runs."""
    routes = APIRouter(include_in_schema=False)
    titles = {one.id: one.title for one in policies.purposes.values()}

    @routes.get("/opendata")
    async def about(request: Request) -> Response:
        months = usage().months()
        return page(
            request,
            "opendata.html",
            title="Données ouvertes",
            headers={"cache-control": "public, max-age=300"},
            mois=list(reversed(months)),
            titres=titles,
            adresse=public_url,
        )

    @routes.get("/opendata/usage.csv")
    async def as_csv() -> Response:
        headers = HEADERS | {"content-disposition": 'attachment; filename="usage.csv"'}
        return Response(table(usage().months(), titles), 200, headers, "text/csv; charset=utf-8")

    @routes.get("/opendata/usage.json")
    async def as_json() -> Response:
        return JSONResponse(data(usage().months(), titles), headers=HEADERS)

    @routes.get("/opendata/catalog.jsonld")
    async def as_catalogue() -> Response:
        return JSONResponse(catalogue(usage().months(), public_url), headers=HEADERS, media_type="application/ld+json")

    return routes
