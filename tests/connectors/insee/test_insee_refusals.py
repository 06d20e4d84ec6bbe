# SPDX-License-Identifier: EUPL-1.2
"""What happens when Sirene does not simply answer: duplicates, refusals, errors, answers about somebody else."""

import pytest

from connectors.insee.ping import ping
from connectors.kit import RegistryError, RegistryInternal, RegistryRefusal, Siren, Siret, UnknownAnswer
from connectors.kit.simulation import Asked, Said, json_said
from tests.connectors.insee.insee_door import (
    CEDEX,
    DUPLICATE,
    EVERY_VERSION,
    FORBIDDEN,
    HEALTHY,
    ROOT,
    ask,
    at,
    at_simulator,
    door_to,
    number_of,
    outcome,
    raw_for,
    saying,
)

FOLLOWS = [one for one in EVERY_VERSION if not one[0].startswith(("siege", "successions"))]
SEARCHES = [one for one in EVERY_VERSION if one[0].startswith(("siege", "successions"))]
ABSENT = "000000000"
ABSENT_SIRET = "00000000000000"


def moved(location: str, status: int = 301) -> Said:
    return Said(status, b'{"header":{"statut":0}}', headers={"Location": location})


@pytest.mark.parametrize(("product", "version"), FOLLOWS)
async def test_a_duplicate_answers_for_the_company_that_is_kept_and_says_what_was_asked(
    product: str, version: int
) -> None:
    asked = number_of(product, DUPLICATE)
    kept = await ask(product, version, number_of(product, HEALTHY), at_simulator())
    answer = await ask(product, version, asked, at_simulator())
    assert (answer.data, answer.links) == (kept.data, kept.links)
    if not product.startswith("adresse"):  # the published address has no place for it
        assert asked in answer.meta.values()


async def test_only_the_last_part_of_the_address_is_used_when_following() -> None:
    door = at_simulator()
    await ask("unite_legale", 4, Siren(DUPLICATE), door)
    assert [asked.path for asked in door.asked] == [f"{ROOT}/siren/{DUPLICATE}", f"{ROOT}/siren/{HEALTHY}"]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_every_kind_of_redirect_is_followed(status: int) -> None:
    door = at(moved(f"https://ailleurs.invalid/x/{HEALTHY}", status), json_said(raw_for("unite_legale", HEALTHY)))
    assert (await ask("unite_legale", 3, Siren(DUPLICATE), door)).meta["redirect_from_siren"] == DUPLICATE


async def test_three_redirects_are_followed_and_not_one_more() -> None:
    body = json_said(raw_for("unite_legale", HEALTHY))
    hop = moved(f"/siren/{HEALTHY}")
    assert (await ask("unite_legale", 4, Siren(DUPLICATE), at(hop, hop, hop, body))).data["siren"] == HEALTHY
    endless = at(hop)
    assert await outcome("unite_legale", 4, Siren(DUPLICATE), endless) == "000"
    assert len(endless.asked) == 4


@pytest.mark.parametrize(
    "location",
    [
        "", "/", "https://insee.invalid/siren/", "/siren/123456789", "/siren/99910011800010", "/siren/99910011８",
        "/siren/999100118/", "/siren/..%2fautre", "http://[",
    ],
)  # fmt: skip
async def test_a_redirect_to_something_that_is_no_siren_is_an_error_of_the_registry(location: str) -> None:
    door = at(moved(location))
    assert await outcome("unite_legale", 4, Siren(DUPLICATE), door) == "000"
    assert len(door.asked) == 1


async def test_a_redirect_without_an_address_is_an_error_of_the_registry() -> None:
    assert await outcome("etablissement", 4, Siret(f"{DUPLICATE}00016"), at(Said(302))) == "000"


@pytest.mark.parametrize(("product", "version"), SEARCHES)
async def test_a_search_never_follows_a_redirect(product: str, version: int) -> None:
    door = at(moved(f"/siret/{CEDEX}00012"))
    assert await outcome(product, version, number_of(product, CEDEX), door) == "000"
    assert len(door.asked) == 1


async def test_the_head_office_of_a_duplicate_is_not_found() -> None:
    assert await outcome("siege_social", 4, Siren(DUPLICATE), at_simulator()) == "003"


@pytest.mark.parametrize(("product", "version"), EVERY_VERSION)
async def test_what_sirene_does_not_know_is_not_found(product: str, version: int) -> None:
    number = Siren(ABSENT) if isinstance(number_of(product, HEALTHY), Siren) else Siret(ABSENT_SIRET)
    assert await outcome(product, version, number, at_simulator()) == "003"


@pytest.mark.parametrize(("product", "version"), FOLLOWS)
async def test_an_entity_nobody_may_read_is_forbidden(product: str, version: int) -> None:
    assert await outcome(product, version, number_of(product, FORBIDDEN), at_simulator()) == "005"


@pytest.mark.parametrize(("product", "version"), SEARCHES)
async def test_a_403_on_a_search_means_nothing_known(product: str, version: int) -> None:
    door = at(json_said({"header": {"statut": 403}}, 403))
    assert await outcome(product, version, number_of(product, CEDEX), door) == "999"


@pytest.mark.parametrize(
    ("status", "suffix"),
    [
        (200, "999"), (201, "999"), (204, "999"), (304, "999"), (400, "999"), (401, "999"), (404, "003"), (406, "999"),
        (429, "999"), (500, "000"), (501, "999"), (502, "001"), (503, "001"), (504, "002"),
    ],
)  # fmt: skip
@pytest.mark.parametrize(("product", "version"), EVERY_VERSION)
async def test_a_status_alone_means_what_the_sheet_says(product: str, version: int, status: int, suffix: str) -> None:
    door = at(Said(status, b"<html>Une page</html>", "text/html"))
    assert await outcome(product, version, number_of(product, CEDEX), door) == suffix


@pytest.mark.parametrize("body", [b"", b"null", b"[]", b'"texte"', b"{}", b'{"uniteLegale":null}', b"{", b"\xff\xfe"])
@pytest.mark.parametrize(("product", "version"), EVERY_VERSION)
async def test_a_200_that_says_nothing_is_an_unknown_answer(product: str, version: int, body: bytes) -> None:
    assert await outcome(product, version, number_of(product, CEDEX), at(Said(200, body))) == "999"


@pytest.mark.parametrize("product", [name for name, number in EVERY_VERSION if number == 3 and name != "successions"])
async def test_an_answer_about_somebody_else_never_leaves(product: str) -> None:
    other = saying(raw_for(product, HEALTHY))
    assert await outcome(product, 3, number_of(product, CEDEX), other) == "999"


@pytest.mark.parametrize("version", [3, 4])
@pytest.mark.parametrize("product", ["siege_social", "siege_social_diffusible"])
async def test_several_head_offices_are_a_refusal_of_their_own(product: str, version: int) -> None:
    body = raw_for(product, HEALTHY)
    body["etablissements"] *= 2
    with pytest.raises(RegistryRefusal) as caught:
        await ask(product, version, Siren(HEALTHY), saying(body))
    assert (caught.value.suffix, caught.value.status) == ("501", 502)


async def test_a_search_that_found_no_head_office_or_another_place_is_an_unknown_answer() -> None:
    body = raw_for("siege_social", HEALTHY)
    body["etablissements"][0]["etablissementSiege"] = False
    assert await outcome("siege_social", 3, Siren(HEALTHY), saying(body)) == "999"
    assert await outcome("siege_social", 3, Siren(HEALTHY), saying(body | {"etablissements": []})) == "999"


async def test_no_link_of_succession_is_not_found_and_links_of_others_are_an_unknown_answer() -> None:
    body = raw_for("successions", CEDEX)
    assert await outcome("successions", 3, Siret(f"{CEDEX}00012"), saying(body | {"liensSuccession": []})) == "003"
    assert await outcome("successions", 3, Siret(f"{HEALTHY}00010"), saying(body)) == "999"


@pytest.mark.parametrize("ends", [("2020-01-01", "2019-01-01"), (None, None)])
async def test_a_company_with_no_period_under_way_or_with_two_is_an_unknown_answer(
    ends: tuple[str | None, str | None],
) -> None:
    body = raw_for("unite_legale", HEALTHY)
    first, second = body["uniteLegale"]["periodesUniteLegale"]
    first["dateFin"], second["dateFin"] = ends
    assert await outcome("unite_legale", 4, Siren(HEALTHY), saying(body)) == "999"


async def test_the_ping_is_content_with_the_company_or_with_sirenes_own_not_found() -> None:
    door = at_simulator()
    await ping(door)
    assert [asked.path for asked in door.asked] == [f"{ROOT}/siren/130025265"]
    await ping(saying({"header": {"statut": 200}, "uniteLegale": {"siren": "130025265"}}))


@pytest.mark.parametrize(
    ("said", "error"),
    [
        (Said(404, b"<html>Introuvable</html>", "text/html"), UnknownAnswer),
        (json_said({"message": "no route"}, 404), UnknownAnswer),
        (json_said({"header": []}, 404), UnknownAnswer),
        (json_said([], 200), UnknownAnswer),
        (json_said({"header": {"statut": 404}}, 200), UnknownAnswer),
        (json_said({"header": {"statut": 401}}, 401), UnknownAnswer),
        (Said(500), RegistryInternal),
        (Said(503), RegistryError),
    ],
)
async def test_the_ping_is_not_content_with_anything_else(said: Said, error: type[RegistryError]) -> None:
    with pytest.raises(error):
        await ping(at(said))


async def test_a_registry_that_changes_its_mind_while_redirecting_is_read_by_its_last_word() -> None:
    def handler(asked: Asked) -> Said:
        if asked.path.endswith(DUPLICATE):
            return moved(f"/siren/{FORBIDDEN}")
        return json_said({"header": {"statut": 403}}, 403)

    assert await outcome("unite_legale", 3, Siren(DUPLICATE), door_to(handler)) == "005"
