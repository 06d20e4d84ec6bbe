# SPDX-License-Identifier: EUPL-1.2
"""Telling the portal: signed, once, again when it did not hear, and nothing it may not see."""

import hashlib
import hmac
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import pytest

from gateway.dossier.addresses import NotPublic
from gateway.dossier.files import Files
from gateway.dossier.webhooks import ATTEMPTS, BREAK_AFTER, BREAK_S, SIGNATURE, Webhooks
from tests.gateway.dossier.files_world import NOW, SECRET, SHEETS, SIRET, Time, dossier, item, opened

URL = "https://portail.example/dlnuf"
FILE = dossier(item("attestation_vigilance", "2027-04-30", {"a": "secret"}), webhook=URL)


@dataclass
class Portal:
    """Hears what is posted; answers with the next of its statuses, or raises it; 200 when it has no more."""

    answers: list[int | Exception] = field(default_factory=list)
    heard: list[tuple[bytes, Mapping[str, str]]] = field(default_factory=list)

    async def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> int:
        """A delivery."""
        self.heard.append((body, headers))
        found = self.answers.pop(0) if self.answers else 200
        if isinstance(found, Exception):
            raise found
        return found


@dataclass
class World:
    """A file, its portal, and who tells it."""

    files: Files
    time: Time
    portal: Portal
    webhooks: Webhooks

    def happens(self, name: str = "dossier.depose", **facts: str) -> None:
        """Something happens to the file."""
        self.files.change(FILE.id, lambda one: (one, [(name, facts)]))


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """One file with a webhook."""
    time, portal = Time(), Portal()
    files = opened(tmp_path, time)
    files.create(FILE, "", "")
    yield World(
        files, time, portal, Webhooks(files, SHEETS, portal.post, "https://passerelle.example", lambda: time.at)
    )
    files.store.close()


async def test_a_delivery_is_signed_with_the_portal_s_secret(world: World) -> None:
    """Whoever holds the secret can tell it from any other."""
    world.happens()
    assert await world.webhooks.deliver_due() is None
    ((body, headers),) = world.portal.heard
    assert headers[SIGNATURE] == "sha256=" + hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    assert json.loads(body)["evenement"] == "dossier.depose"


async def test_what_was_heard_is_not_told_again(world: World) -> None:
    """One event, one delivery."""
    world.happens()
    await world.webhooks.deliver_due()
    await world.webhooks.deliver_due()
    assert len(world.portal.heard) == 1


async def test_a_failure_is_tried_again_after_1_4_and_9_seconds(world: World) -> None:
    """With the same id, so that the portal can tell a repetition from news; only when it was sent differs."""
    world.portal.answers = [500, OSError(), TimeoutError()]
    world.happens()
    moments = []
    for second in range(20):
        world.time.at = NOW + second
        before = len(world.portal.heard)
        await world.webhooks.deliver_due()
        moments += [second] * (len(world.portal.heard) - before)
    assert moments == [0, 1, 5, 14]
    assert len({headers["X-Webhook-Id"] for _, headers in world.portal.heard}) == 1
    told = [json.loads(body) for body, _ in world.portal.heard]
    sent = [datetime.fromisoformat(one.pop("envoye_le")).timestamp() - NOW for one in told]
    assert sent == moments
    assert all(one == told[0] for one in told)


async def test_a_redirect_or_an_inner_address_is_not_followed(world: World) -> None:
    """3xx is a failure, and a name that now leads inside is one too."""
    world.portal.answers = [302, NotPublic()]
    world.happens()
    await world.webhooks.deliver_due()
    world.time.at += 1
    assert await world.webhooks.deliver_due() is not None


async def test_a_portal_that_does_not_answer_is_left_alone_for_a_while(world: World) -> None:
    """Other events wait too, none is lost, and it is tried again."""
    world.portal.answers = [500] * BREAK_AFTER
    for _ in range(BREAK_AFTER):
        world.happens()
    await world.webhooks.deliver_due()
    heard = len(world.portal.heard)
    world.time.at += 2
    await world.webhooks.deliver_due()
    assert len(world.portal.heard) == heard
    world.time.at += BREAK_S + 1
    await world.webhooks.deliver_due()
    assert len(world.portal.heard) == heard + BREAK_AFTER
    assert world.files.store.outbox.lanes() == {}


async def test_it_ends_some_day(world: World) -> None:
    """A portal that never answers is not asked for ever."""
    world.happens()
    for _ in range(ATTEMPTS * 3):
        world.portal.answers = [500]
        await world.webhooks.deliver_due()
        world.time.at += 3_700
    assert world.files.store.outbox.lanes() == {}
    assert len(world.portal.heard) == ATTEMPTS


async def test_a_restart_loses_nothing(world: World, tmp_path: Path) -> None:
    """What was to be told is on disk."""
    world.happens()
    world.files.store.close()
    world.files = opened(tmp_path, world.time)
    again = Webhooks(world.files, SHEETS, world.portal.post, "", lambda: world.time.at)
    await again.deliver_due()
    assert len(world.portal.heard) == 1


async def test_nothing_protected_is_told(world: World) -> None:
    """Neither values nor outcomes, nor that something protected was contested."""
    world.happens("piece.completee", piece=f"{SIRET}:attestation_vigilance")
    world.happens("contestation.recue", piece=f"{SIRET}:attestation_vigilance")
    await world.webhooks.deliver_due()
    (told,) = [json.loads(body) for body, _ in world.portal.heard]
    assert told["evenement"] == "piece.completee"
    assert told["piece"]["etat"] == "protegee"
    assert "valeur" not in told["piece"]
    assert "secret" not in json.dumps(told)
