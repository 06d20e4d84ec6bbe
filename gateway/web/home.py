# SPDX-License-Identifier: EUPL-1.2
"""What this service is, for whoever opens its address: `/`, its promises, purposes with their legal basis, products;
`/a-propos`, what every public service must say of itself.
"""

from collections.abc import Mapping

from fastapi import APIRouter, Request, Response

from connectors.kit.contract import Contract
from gateway.purpose.load import Policies
from gateway.web.door import Visitor
from gateway.web.look import page


def router(contracts: Mapping[str, Contract], policies: Policies) -> APIRouter:
    """The home page, written once from the contracts and the policies in force."""
    home = APIRouter(include_in_schema=False)
    purposes = _purposes(policies)
    registries = _registries(contracts)

    @home.get("/")
    async def welcome(request: Request, person: Visitor) -> Response:
        """The first page."""
        return page(
            request,
            "accueil.html",
            title="Dites-le-nous une fois",
            finalites=purposes,
            registres=registries,
            produits=sum(len(one.products) for one in registries),
        )

    @home.get("/a-propos")
    async def about(request: Request, person: Visitor) -> Response:
        """How accessible it is, and what it does with personal data."""
        return page(request, "apropos.html", title="À propos de ce service")

    return home


def _purposes(policies: Policies) -> tuple[tuple[object, tuple[str, ...], tuple[str, ...]], ...]:
    """Each purpose with what it always grants and what a habilitation may add, by title."""
    return tuple(
        (
            purpose,
            tuple(sorted({rule.product.title for rule in policies.rules_of(purpose.id) if rule.need == "requis"})),
            tuple(sorted({rule.product.title for rule in policies.rules_of(purpose.id) if rule.need != "requis"})),
        )
        for purpose in policies.purposes.values()
    )


def _registries(contracts: Mapping[str, Contract]) -> tuple[Contract, ...]:
    return tuple(sorted(contracts.values(), key=lambda contract: contract.title.casefold()))
