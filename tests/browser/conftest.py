# SPDX-License-Identifier: EUPL-1.2
"""Pages in a real browser: Debian's Chromium, at phone and desktop size, with and without JavaScript, judged by axe.

    def test_a_page(desk: Desk) -> None:
        desk.sign_in("audrey-lestang")
        desk.go("/console")
        desk.accessible()

`desk` runs a test four times (two sizes, with and without JavaScript); `reader` once, at desktop size. Each module has
a sandbox of its own, started as anybody starts one: what its tests count, nobody else adds to.
"""

import os
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, StorageState, sync_playwright

from tests.conftest import Sandbox, running

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
SIZES = {"phone": (390, 844), "desktop": (1280, 900)}
SERIOUS = ("serious", "critical")
WAIT_MS = 15_000
SEARCHED_S = 60
"""Records are searched once a checkpoint counts them, every ten seconds, and the index has read them."""


@dataclass
class Desk:
    """Somebody before a browser. `size` and `javascript`: how it is set. `sessions`: of those who signed in before."""

    page: Page
    address: str
    size: str
    javascript: bool
    pictures: Path | None
    sessions: dict[str, StorageState]

    def go(self, path: str) -> int:
        """Open a page; its status."""
        answer = self.page.goto(self.address + path)
        assert answer is not None
        return answer.status

    def sign_in(self, sub: str, profile: str = "agent", onward: str = "/compte", *, anew: bool = False) -> None:
        """Sign in as one of the sandbox's people, by the buttons that they would press.

        A minute has only so many sign-ins for one address: who signed in at another desk of the module takes that
        session up, unless `anew`.
        """
        if not anew and (known := self.sessions.get(sub)):
            self.page.context.add_cookies(known["cookies"])  # type: ignore[arg-type] # the same cookies, read and given
            self.go(onward)
            assert self.page.url == f"{self.address}{onward}", "the session ended: this test signs in anew"
            return
        self.go(f"/connexion?suite={onward}")
        self.page.locator(f'a[href*="profil={profile}"]').click()
        self.page.locator(f'button[value="{sub}"]').click()
        self.page.wait_for_url(f"{self.address}{onward}")
        if not anew:
            self.sessions[sub] = self.page.context.storage_state()

    def accessible(self) -> None:
        """Assert that a page fits its screen, speaks French, has one main heading, and that axe finds nothing serious.

        axe is a script: it judges where JavaScript runs, and the rest is asserted everywhere.
        """
        page = self.page
        assert page.locator("html").get_attribute("lang") == "fr"
        assert page.locator("h1").count() == 1
        assert page.title()
        if not self.javascript:
            return
        width = SIZES[self.size][0]
        assert page.evaluate("document.documentElement.scrollWidth") <= width, "the page is wider than its screen"
        found = self.faults()
        assert not found, found

    def faults(self) -> list[str]:
        """What axe finds serious, in its words."""
        from axe_playwright_python.sync_playwright import Axe

        answer: dict[str, Any] = Axe().run(self.page).response
        return [
            f"{one['id']}: {one['help']} — {[node['html'][:160] for node in one['nodes'][:3]]}"
            for one in answer["violations"]
            if one["impact"] in SERIOUS
        ]

    def picture(self, name: str) -> None:
        """Keep a picture of the whole page, in the folder DLNUF_PICTURES when it is given."""
        if self.pictures is not None:
            path = self.pictures / f"{name}-{self.size}{'' if self.javascript else '-plain'}.png"
            self.page.screenshot(path=path, full_page=True)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One Chromium for the run."""
    path = shutil.which("chromium")
    assert path, "chromium is missing: `make test-browser` says how to install it"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """A sandbox for the tests of one module."""
    with running(tmp_path_factory.mktemp("sandbox") / "state") as found:
        yield found


@pytest.fixture(scope="module")
def sessions() -> dict[str, StorageState]:
    """The sessions of a module's people."""
    return {}


def searched(client: httpx.Client) -> None:
    """Wait until every record that is written is under a published head, and in the index."""
    until = time.monotonic() + SEARCHED_S
    while True:
        health = client.get("/health/log").json()
        if health["published"] == health["records"] and health["index"]["behind"] == 0:
            return
        assert time.monotonic() < until, "what was answered is not in the index"
        time.sleep(0.2)


@pytest.fixture
def at_desk(chromium: Browser, sandbox: Sandbox, sessions: dict[str, StorageState]) -> Iterator[Callable[..., Desk]]:
    """Opens a desk, with cookies of its own."""
    opened: list[BrowserContext] = []
    folder = os.environ.get("DLNUF_PICTURES")

    def open_one(size: str = "desktop", javascript: bool = True) -> Desk:
        width, height = SIZES[size]
        context = chromium.new_context(
            viewport={"width": width, "height": height}, java_script_enabled=javascript, locale="fr-FR"
        )
        context.set_default_timeout(WAIT_MS)
        opened.append(context)
        pictures = Path(folder) if folder else None
        return Desk(context.new_page(), sandbox.address, size, javascript, pictures, sessions)

    yield open_one
    for context in opened:
        context.close()


@pytest.fixture(
    params=[(size, javascript) for size in SIZES for javascript in (True, False)],
    ids=[f"{size}-{kind}" for size in SIZES for kind in ("scripts", "plain")],
)
def desk(request: pytest.FixtureRequest, at_desk: Callable[..., Desk]) -> Desk:
    """Each size, with and without JavaScript."""
    return at_desk(*request.param)


@pytest.fixture
def reader(at_desk: Callable[..., Desk]) -> Desk:
    """One desk, for what does not depend on the screen."""
    return at_desk()
