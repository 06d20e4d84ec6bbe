# SPDX-License-Identifier: EUPL-1.2
"""The people's door: nobody passes without a session, a role, and a form of our own."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from gateway.people.person import Role
from gateway.people.sessions import IDLE_S, LINK_S, LONGEST_S
from gateway.web.headers import is_page
from tests.gateway.web.conftest import House, opened

OPEN_TO_ALL = {
    *("/", "/a-propos", "/deconnexion"),
    *("/connexion", "/connexion/depart", "/connexion/retour", "/connexion/lien/{secret}"),
}


def addresses(routes: Iterable[Any], method: str) -> Iterator[str]:
    """Every address that an application answers to with a method, those of included routers too."""
    for route in routes:
        if inside := getattr(route, "original_router", None):
            yield from addresses(inside.routes, method)
        elif method in (getattr(route, "methods", None) or ()):
            yield route.path


async def test_no_page_opens_without_a_session(house: House) -> None:
    private = {path for path in addresses(house.app.routes, "GET") if is_page(path)} - OPEN_TO_ALL
    assert len(private) >= 10
    async with house.browser() as browser:
        for path in private:
            answer = await browser.get(path.replace("{", "").replace("}", ""))
            if path == "/console/panne":
                continue
            assert answer.status_code == 303, path
            assert answer.headers["location"].startswith("/connexion?suite=%2F"), path


@pytest.mark.parametrize("role", Role)
async def test_a_role_opens_its_pages_and_no_other(house: House, role: Role) -> None:
    if role is Role.REPRESENTATIVE:
        officer = "https://proconnect.gouv.fr/assurance/certification-dirigeant"
        reader = await house.known("Élodie", acr=officer, siret="99910011800010")
    elif role is Role.BUYER:
        reader = await house.known("Élodie", siret="13002526500013")
    else:
        reader = await house.known("Élodie", role)
    for other in Role:
        answer = await reader.browser.get(f"/console/{other.value}")
        assert answer.status_code == (200 if other is role else 403), other


async def test_a_role_sleeps_until_the_sign_in_is_strong_enough(house: House) -> None:
    weak = await house.known("Élodie", Role.AUDITOR, acr="eidas1")
    answer = await weak.browser.get("/console/auditeur")
    assert answer.status_code == 403
    assert "second facteur" in answer.text
    strong = await house.known("Élodie", acr="eidas2")
    assert (await strong.browser.get("/console/auditeur")).status_code == 200


async def test_a_session_ends_when_idle_when_old_and_when_a_right_changes(house: House) -> None:
    reader = await house.known("Élodie", Role.AUDITOR)
    house.clock.at += IDLE_S - 1
    assert (await reader.browser.get("/compte")).status_code == 200
    house.clock.at += IDLE_S
    assert (await reader.browser.get("/compte")).status_code == 303
    old = await house.known("Élodie")
    for _ in range(LONGEST_S // 1200 - 1):
        house.clock.at += 1200
        assert (await old.browser.get("/compte")).status_code == 200
    house.clock.at += 1200
    assert (await old.browser.get("/compte")).status_code == 303
    changed = await house.known("Élodie")
    house.people.accounts.close(changed.account_id, Role.AUDITOR, "essai", int(house.clock.at))
    assert (await changed.browser.get("/compte")).status_code == 303


async def test_a_form_needs_the_session_s_own_token_and_our_own_page(house: House) -> None:
    reader = await house.known("Élodie")
    stranger = await house.known("Basile")
    token = await reader.token()
    send = reader.browser.post
    assert (await send("/console/changer", data={"jeton": token})).status_code == 200
    for wrong in ({}, {"jeton": ""}, {"jeton": "é" * 43}, {"jeton": await stranger.token()}):
        assert (await send("/console/changer", data=wrong)).status_code == 403
    for elsewhere in (
        {"origin": "https://ailleurs.example"},
        {"origin": "null"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ):
        answer = await send("/console/changer", data={"jeton": token}, headers=elsewhere)
        assert answer.status_code == 403, elsewhere
    ours = {"origin": "https://passerelle.example", "sec-fetch-site": "same-origin"}
    assert (await send("/console/changer", data={"jeton": token}, headers=ours)).status_code == 200


async def test_a_form_has_a_size_a_shape_and_an_encoding(house: House) -> None:
    reader = await house.known("Élodie")
    token = await reader.token()
    form = {"content-type": "application/x-www-form-urlencoded"}
    for body, headers, status in (
        (b"jeton=" + token.encode() + b"&x=" + b"a" * 70_000, form, 413),
        (b"&".join(b"a=b" for _ in range(300)), form, 400),
        (b"jeton=\xff\xfe", form, 400),
        (b"jeton=%ff%fe", form, 400),
        (b"{}", {"content-type": "application/json"}, 415),
    ):
        answer = await reader.browser.post("/console/changer", content=body, headers=headers)
        assert answer.status_code == status
        assert "<h1>Formulaire refusé</h1>" in answer.text


async def test_a_link_lets_in_once_within_a_quarter_of_an_hour(house: House) -> None:
    account = house.people.accounts.remember("local", "Audrey", "Audrey", house.people.new_id(), int(house.clock.at))
    secret = house.people.sessions.make_link(account.id, int(house.clock.at))
    async with house.browser() as browser:
        shown = await browser.get(f"/connexion/lien/{secret}")
        assert "Audrey" in shown.text
        assert "set-cookie" not in shown.headers
        assert house.journal.names == []
        used = await browser.post(f"/connexion/lien/{secret}", data={"x": "1"})
        assert (used.status_code, used.headers["location"]) == (303, "/compte")
        assert (await browser.get("/compte")).status_code == 200
    async with house.browser() as other:
        assert (await other.post(f"/connexion/lien/{secret}", data={"x": "1"})).status_code == 404
    assert house.journal.names == ["signed_in", "sign_in_refused"]
    late = house.people.sessions.make_link(account.id, int(house.clock.at))
    house.clock.at += LINK_S
    async with house.browser() as browser:
        assert (await browser.get(f"/connexion/lien/{late}")).status_code == 404
        assert (await browser.post(f"/connexion/lien/{late}", data={"x": "1"})).status_code == 404


async def test_an_address_that_tries_too_often_waits_for_the_next_minute(house: House) -> None:
    async with house.browser() as browser:
        found = [(await browser.post("/connexion/lien/inconnu", data={"x": "1"})).status_code for _ in range(61)]
        assert found == [404] * 60 + [429]
        house.clock.at += 60
        assert (await browser.post("/connexion/lien/inconnu", data={"x": "1"})).status_code == 404
    assert house.journal.names == []


async def test_no_record_no_session(house: House) -> None:
    account = house.people.accounts.remember("local", "Audrey", "Audrey", house.people.new_id(), int(house.clock.at))
    secret = house.people.sessions.make_link(account.id, int(house.clock.at))
    house.journal.closed = True
    async with house.browser() as browser:
        answer = await browser.post(f"/connexion/lien/{secret}", data={"x": "1"})
        assert answer.status_code == 503
        assert "set-cookie" not in answer.headers
        assert (await browser.get("/compte")).status_code == 303


async def test_a_sign_in_gives_a_new_session_and_ends_the_one_before(house: House) -> None:
    before = await house.known("Basile")
    account = house.people.accounts.remember("local", "Audrey", "Audrey", house.people.new_id(), int(house.clock.at))
    secret = house.people.sessions.make_link(account.id, int(house.clock.at))
    answer = await before.browser.post(f"/connexion/lien/{secret}", data={"x": "1"})
    assert before.secret not in answer.headers["set-cookie"]
    assert await house.people.person(before.secret) is None


async def test_signing_out_ends_the_session_itself_not_only_the_cookie(house: House) -> None:
    reader = await house.known("Élodie")
    answer = await reader.send("/deconnexion")
    assert answer.status_code == 200
    assert "Vous êtes déconnecté" in answer.text
    assert 'session=""' in answer.headers["set-cookie"]
    assert await house.people.person(reader.secret) is None
    assert house.journal.names[-1] == "signed_out"


async def test_cookies_are_for_this_host_over_https_and_for_no_script(house: House, tmp_path: Path) -> None:
    for address, name, secure in (
        ("https://passerelle.example", "__Host-", True),
        ("http://127.0.0.1:8000", "", False),
    ):
        (folder := tmp_path / name.strip("_")).mkdir(exist_ok=True)
        found = opened(folder, address)
        account = found.people.accounts.remember("local", "Audrey", "Audrey", found.people.new_id(), 0)
        secret = found.people.sessions.make_link(account.id, int(found.clock.at))
        async with found.browser() as browser:
            answer = await browser.post(f"/connexion/lien/{secret}", data={"x": "1"})
        cookie = answer.headers["set-cookie"]
        assert cookie.startswith(f"{name}dlnuf-session=")
        assert "HttpOnly" in cookie
        assert "SameSite=lax" in cookie
        assert "Path=/" in cookie
        assert "Domain" not in cookie
        assert ("Secure" in cookie) is secure
        found.people.close()


async def test_nobody_signs_in_over_plain_http_from_elsewhere(tmp_path: Path) -> None:
    found = opened(tmp_path, "http://passerelle.example")
    account = found.people.accounts.remember("local", "Audrey", "Audrey", found.people.new_id(), 0)
    secret = found.people.sessions.make_link(account.id, int(found.clock.at))
    async with found.browser() as browser:
        assert (await browser.post(f"/connexion/lien/{secret}", data={"x": "1"})).status_code == 403
    found.people.close()


async def test_a_cookie_given_twice_is_nobody_s(house: House) -> None:
    reader = await house.known("Élodie")
    twice = f"__Host-dlnuf-session={reader.secret}; __Host-dlnuf-session={'A' * 43}"
    async with house.browser() as browser:
        assert (await browser.get("/compte", headers={"cookie": twice})).status_code == 303


@pytest.mark.parametrize(
    "suite",
    ["https://ailleurs.example", "//ailleurs.example", "/\\ailleurs.example", "\\/x", "/ x", "javascript:x", "/é", ""],
)
async def test_the_way_back_never_leaves_the_site(house: House, suite: str) -> None:
    reader = await house.known("Élodie")
    answer = await reader.browser.get("/connexion", params={"suite": suite})
    assert answer.headers["location"] == "/compte"
    onward = await reader.browser.get("/connexion", params={"suite": "/console/auditeur?page=2"})
    assert onward.headers["location"] == "/console/auditeur?page=2"


async def test_every_page_says_what_browsers_must_not_do(house: House) -> None:
    reader = await house.known("Élodie")
    for path in ("/", "/connexion", "/compte", "/console/auditeur", "/console/nulle-part", "/console/panne"):
        headers = (await reader.browser.get(path)).headers
        policy = headers["content-security-policy"]
        assert policy.startswith("default-src 'none'"), path
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert headers["x-frame-options"] == "DENY"
        assert headers["referrer-policy"] == "same-origin"
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cache-control"] == "no-store"
        assert headers["strict-transport-security"].startswith("max-age=")


async def test_a_failure_is_a_page_that_tells_nothing_of_itself(house: House) -> None:
    reader = await house.known("Élodie")
    answer = await reader.browser.get("/console/panne")
    assert answer.status_code == 500
    assert "azerty" not in answer.text
    assert '<html lang="fr">' in answer.text


async def test_only_a_sandbox_says_that_its_companies_are_invented(house: House) -> None:
    async with house.browser() as browser:
        assert "Bac à sable" not in (await browser.get("/")).text
        house.app.state.web.sandbox = True
        for path in ("/", "/connexion", "/a-propos", "/console/nulle-part"):
            assert "Bac à sable" in (await browser.get(path)).text, path


async def test_static_files_are_kept_for_ever_under_a_name_that_changes(house: House) -> None:
    async with house.browser() as browser:
        text = (await browser.get("/")).text
        sheet = text.partition('rel="stylesheet" href="')[2].partition('"')[0]
        answer = await browser.get(sheet)
        assert answer.status_code == 200
        assert "immutable" in answer.headers["cache-control"]
        assert (await browser.get("/statique/style.css")).status_code == 404
        assert (await browser.get("/statique/..%2Fdoor.py")).status_code == 404
