# SPDX-License-Identifier: EUPL-1.2
"""Files on a real store, without registries: what tests of stores, webhooks, alerts and returns share."""

import os
from dataclasses import dataclass
from pathlib import Path

from connectors.kit.contract import load_all
from gateway.dossier.files import Files
from gateway.dossier.sheets import load_sheets
from gateway.dossier.store import Store
from gateway.dossier.values import (
    Candidature,
    Consent,
    Item,
    Member,
    Person,
    Provenance,
    Seal,
    Tender,
    Webhook,
)
from gateway.dossier.words import Kind, Outcome, Phase, Role, Source, Standing, State
from gateway.purpose.load import default_folder, load

CONTRACTS = load_all()
SHEETS = load_sheets(default_folder(), CONTRACTS, load(default_folder(), CONTRACTS))
PERSON = Person("Eloïse", "Vercheny", "présidente")
SIRET = "99910011800010"
NOW = 1_795_000_000.0
KEY = b"k" * 32
SECRET = "un secret de portail"


@dataclass
class Time:
    """Seconds that only the test moves."""

    at: float = NOW


def item(key: str, valid_until: str = "", value: object = None, state: State = State.RETRIEVED) -> Item:
    """An item of the sheets with an answer."""
    piece = SHEETS.pieces[key]
    source = Provenance(
        piece.product.registry, piece.product.provider, piece.product.id, piece.version, int(NOW), "e" * 36, "p",
        ("a",), answer="ab" * 32, valid_until=valid_until,
    )  # fmt: skip
    outcome = Outcome.COMPLIANT if piece.certificate else None
    return Item(
        key, SIRET, piece.buyer, piece.phase, piece.access, state, outcome, value, (), source, piece.criterion,
        attempts=1,
    )  # fmt: skip


def dossier(*items: Item, sealed: bool = False, webhook: str = "", identifier: str = "0" * 36) -> Candidature:
    """A file of the healthy company."""
    tender = Tender(Source.PROFILE, "M-1", "Essai", "99910077900019", Kind.WORKS, deadline=int(NOW) + 86_400)
    return Candidature(
        id=identifier, number=f"CA-{identifier[:8]}", created_at=int(NOW), habilitation_id="h", token_id="t",
        tender=tender, members=(Member(SIRET, Role.SOLE, Consent(PERSON, 1)),), phase=Phase.ATTRIBUTION,
        until=int(NOW) + 10 * 86_400, items=items, standing=Standing.SEALED if sealed else Standing.OPEN,
        seal=Seal(int(NOW), "cd" * 32, PERSON) if sealed else None,
        webhook=Webhook(webhook, SECRET) if webhook else None, return_url="https://portail.example/retour?x=1",
    )  # fmt: skip


def opened(folder: Path, time: Time, key: bytes = KEY) -> Files:
    """Files in a folder."""
    return Files(Store(folder / "dossiers.db", key, os.urandom), lambda: time.at)


def damage(files: Files, identifier: str) -> None:
    """Change a byte of what is on disk of a file, which leaves memory."""
    with files.store.writing():
        files.store.lend(lambda db, *_: db.execute("UPDATE dossier SET body = x'00' WHERE id = ?", (identifier,)))
    files._open.pop(identifier, None)
