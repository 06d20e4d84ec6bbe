# SPDX-License-Identifier: EUPL-1.2
"""Recherche: the companies that a name, an address or an officer's name may mean, the likeliest first."""

from connectors.kit import Answer, NotFound, Registry
from connectors.recherche_entreprises.found import company, search
from connectors.recherche_entreprises.schemas import Entreprise, Meta

__all__ = ["Meta", "v1"]


async def v1(texte: str, code_postal: str | None, code_naf: str | None, engine: Registry) -> Answer[list[Entreprise]]:
    """The companies. Raises NotFound when there are none, refusal `question_refusee` when the engine wants another."""
    narrowed = {"code_postal": code_postal, "code_naf": code_naf}
    total, rows = await search({"q": texte, **{key: value for key, value in narrowed.items() if value}}, engine)
    if not rows:
        raise NotFound
    return Answer([company(row) for row in rows], meta={"count": len(rows), "total": total})
