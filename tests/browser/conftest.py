# SPDX-License-Identifier: EUPL-1.2
"""Pages in a real browser: Debian's Chromium, at phone and desktop size, with and without JavaScript, judged by axe.

    def test_a_page(desk: Desk) -> None:
        desk.sign_in("audrey-lestang")
        desk.go("/console")
        desk.accessible()

`desk` runs a test four times (two sizes, with and without JavaScript); `reader` once, at desktop size. Everything is
spoken to the sandbox that `tests/conftest.py` starts, as anybody starts one.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.conftest import Sandbox

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


@dataclass
class Desk:
    """Somebody before a browser. `size` and `javascript`: how it is set."""

    page: Page
    address: str
    size: str
    javascript: bool
    pictures: Path | None

    def go(self, path: str) -> int:
        """Open a page; its status."""
        answer = self.page.goto(self.address + path)
        assert answer is not None
        return answer.status

    def sign_in(self, sub: str, profile: str = "agent", onward: str = "/compte") -> None:
        """Sign in as one of the sandbox's people, by the buttons that they would press."""
        self.go(f"/connexion?suite={onward}")
        self.page.locator(f'a[href*="profil={profile}"]').click()
        self.page.locator(f'button[value="{sub}"]').click()
        self.page.wait_for_url(f"{self.address}{onward}")

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


@pytest.fixture
def at_desk(chromium: Browser, sandbox: Sandbox) -> Iterator[Callable[..., Desk]]:
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
        return Desk(context.new_page(), sandbox.address, size, javascript, Path(folder) if folder else None)

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
