# SPDX-License-Identifier: EUPL-1.2
"""The first page: each of its links leads somewhere."""

import re

import httpx

from tests.conftest import Sandbox

PLACES = {
    "/openapi.json", "/health/registries", "/candidature", "/entreprise", "/acheteur", "/opendata",
    "/log/checkpoint", "/log/key",
}  # fmt: skip


def test_every_link_of_the_first_page_leads_somewhere(sandbox: Sandbox) -> None:
    with httpx.Client(base_url=sandbox.address, timeout=30) as client:
        found = set(re.findall(r'href="(/[^"#]*)"', client.get("/").text))
        assert found >= PLACES
        for path in sorted(found):
            answer = client.get(path, follow_redirects=False)
            if answer.status_code == 303:
                assert answer.headers["location"].startswith("/connexion"), path
            else:
                assert answer.status_code == 200, path
