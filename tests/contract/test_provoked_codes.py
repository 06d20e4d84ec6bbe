# SPDX-License-Identifier: EUPL-1.2
"""Every code a registry can cause, caused: on every version of every product, through HTTP, with its two records."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import pytest_asyncio

from gateway.problems import JSON_API
from tests.contract.causes import Case, FileCase, cases, file_cases
from tests.contract.puppets import STRANGER, Stage, staged
from tests.contract.reading import nonconformity

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    with pytest.MonkeyPatch.context() as monkeypatch:
        async with staged(tmp_path_factory.mktemp("codes"), monkeypatch) as found:
            yield found


@pytest.mark.parametrize("case", [pytest.param(case, id=f"{rank} {case.name}") for rank, case in enumerate(cases())])
async def test_a_registry_s_trouble_comes_out_in_its_code_and_leaves_its_two_records(stage: Stage, case: Case) -> None:
    answer, records = await stage.provoke(case)
    row = case.cause.row
    said_as_announced(answer, row["status"], case.code, row.get("retry_in"))
    error = answer.json()["errors"][0]
    assert error["title"] == case.wording.title
    assert error["detail"].startswith(case.wording.detail)
    assert error["meta"]["provider"] == case.product.provider
    # A registry that is closed is not asked; any other is, and the log says so first.
    assert [record["event"] for record in records] == (["failed"] if "at" in row else ["asked", "failed"])
    assert (records[-1]["status"], records[-1]["code"]) == (row["status"], case.code)
    for record in records:
        assert (record["product"], record["version"]) == (case.product.id, case.version.number)
        assert record["registry"] == case.contract.registry
        assert STRANGER not in str(record)


@pytest.mark.parametrize(
    "case", [pytest.param(case, id=f"{case.code} {case.contract.registry}") for case in file_cases()]
)
async def test_a_file_that_cannot_be_had_is_said_in_its_code_and_no_download_is_recorded(
    stage: Stage, case: FileCase
) -> None:
    answer, downloads = await stage.open_file(case)
    row = case.cause.row
    said_as_announced(answer, row["status"], case.code, row.get("retry_in"))
    assert answer.json()["errors"][0]["title"] == case.wording.title
    assert downloads == []


def said_as_announced(answer: httpx.Response, status: int, code: str, retry_in: int | None) -> None:
    """One error of the contract's shape, that the published contract announces for this address."""
    body: Any = answer.json()
    assert [error["code"] for error in body["errors"]] == [code], answer.text
    assert answer.status_code == status, answer.text
    (error,) = body["errors"]
    assert set(error) == {"code", "title", "detail", "meta"}
    assert error["meta"].get("retry_in") == retry_in
    assert nonconformity("GET", answer.request.url.path, answer) is None
    if not code.startswith("00"):
        assert answer.headers["content-type"] == JSON_API
