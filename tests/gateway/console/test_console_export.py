# SPDX-License-Identifier: EUPL-1.2
"""Exports: whole, proved, harmless in a spreadsheet, and refused by the offline verifier once anything was changed."""

import csv
import io
import random
import zipfile
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from gateway.audit.merkle import leaf_hash
from gateway.audit.merkle import root_of as whole_root
from gateway.audit.reader import NotThere
from gateway.cli.main import main
from gateway.console.export import cell
from gateway.console.together import BadExport, lines_of, root_of
from gateway.console.verify_export import verify_export
from tests.gateway.pages_world import SIGNER, Somebody

from .conftest import SIREN, World


async def exported(world: World, auditor: Somebody, kind: str, query: str = "quoi=echanges") -> httpx.Response:
    """The answer to an export."""
    token = await auditor.token()
    return await auditor.browser.post(
        f"/console/export?{query}",
        data={"jeton": token, "format": kind, "suivi": "suivi-1234"},
        headers={"origin": "https://passerelle.example"},
    )


@pytest.mark.parametrize("kind", ["csv", "parquet"])
async def test_an_export_is_proved_and_recorded_before_it_leaves(
    world: World, auditor: Somebody, tmp_path: Path, kind: str, capsys: pytest.CaptureFixture[str]
) -> None:
    for number in range(9):
        await world.wrote(siren=SIREN if number % 3 else "999200009")
    search = await auditor.send("/console/recherche", entreprise=SIREN)
    found = await exported(world, auditor, kind, search.url.query.decode())
    assert found.status_code == 200
    assert found.headers["x-dlnuf-enregistrements"] == "6"
    path = tmp_path / "export.zip"
    path.write_bytes(found.content)
    assert verify_export(path, SIGNER.verifier)[0] == 6
    assert main(["audit", "verify-export", str(path), "--key", SIGNER.verifier.text()]) == 0
    assert "les 6 enregistrements" in capsys.readouterr().out
    (record,) = world.records("exported")
    assert record["count"] == 6
    assert SIREN not in str(record)
    assert record["subject"] == world.subjects.commitment(SIREN, world.hour[0])
    told = (await auditor.get("/console/export/suivi-1234")).json()
    assert told == {"faits": 6, "total": 6}


async def test_an_export_that_cannot_be_recorded_does_not_leave(world: World, auditor: Somebody) -> None:
    await world.wrote()
    token = await auditor.token()
    world.recorder.closed = True
    found = await auditor.browser.post(
        "/console/export?quoi=echanges", data={"jeton": token, "format": "csv"},
        headers={"origin": "https://passerelle.example"},
    )  # fmt: skip
    assert found.status_code == 503
    assert not found.content.startswith(b"PK")


@pytest.mark.parametrize("change", ["cell", "row", "removed", "proof", "checkpoint", "cut", "not a zip"])
async def test_a_changed_export_is_refused(world: World, auditor: Somebody, tmp_path: Path, change: str) -> None:
    for _ in range(5):
        await world.wrote()
    path = tmp_path / "export.zip"
    content = (await exported(world, auditor, "csv")).content
    path.write_bytes(content)
    assert verify_export(path, SIGNER.verifier) == (5, world.reader.size() - 1)
    if change == "cut":
        path.write_bytes(content[: len(content) // 2])
    elif change == "not a zip":
        path.write_bytes(b"PK nothing")
    else:
        rewritten(path, changing(change))
    with pytest.raises(BadExport):
        verify_export(path, SIGNER.verifier)


def changing(change: str) -> Callable[[str, str], str]:
    """What a forger does to one of the files."""

    def changed(name: str, text: str) -> str:
        if name.endswith(".csv") and change == "cell":
            return text.replace("marche-127", "marche-128")
        if name.endswith(".csv") and change in ("row", "removed"):
            lines = text.splitlines(keepends=True)
            return "".join(lines[:-1] if change == "removed" else [*lines, lines[-1]])
        if name == "preuve.txt" and change == "proof":
            head, *lines = text.splitlines(keepends=True)
            return "".join([head, lines[0], *lines[2:]])
        if name == "point-de-controle.txt" and change == "checkpoint":
            return text.replace("\n1", "\n2", 1)
        return text

    return changed


def rewritten(path: Path, changed: Callable[[str, str], str]) -> None:
    """The same archive with its texts changed."""
    with zipfile.ZipFile(path) as archive:
        texts = {name: archive.read(name).decode("utf-8") for name in archive.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in texts.items():
            archive.writestr(name, changed(name, text))


async def test_no_cell_is_a_formula_whatever_was_stated(world: World, auditor: Somebody) -> None:
    stated = ("=1+1", "+cmd|' /C calc'!A0", "-2", "@SUM(A1)", "\t=1", "\r\n=1", " =1", "\uff1d1", "%00", "|x", "plain")
    for text in stated:
        await world.wrote(context=text, object=text)
    with zipfile.ZipFile(io.BytesIO((await exported(world, auditor, "csv")).content)) as archive:
        rows = list(csv.DictReader(io.StringIO(archive.read("enregistrements.csv").decode("utf-8-sig")), delimiter=";"))
    assert len(rows) == len(stated)
    for row in rows:
        for value in row.values():
            assert not value.lstrip(" ").startswith(("=", "+", "-", "@", "\uff1d", "|", "%")), value
            assert value.isprintable()


@pytest.mark.parametrize("text", ["plain", "2026-11-24", "a=b", "", "été"])
def test_harmless_texts_stay_as_they_are(text: str) -> None:
    assert cell(text) == text


def test_one_proof_stands_for_any_set_of_records_and_no_other() -> None:
    seed = random.SystemRandom().randrange(1 << 32)
    choices = random.Random(seed)  # noqa: S311 — which sets to try; the seed is told when one fails
    for size in (1, 2, 3, 7, 8, 255, 256, 257, 700):
        leaves = [leaf_hash(b"%d" % number) for number in range(size)]
        for wanted in (range(size), [], [0], [size - 1], sorted(choices.sample(range(size), (size + 1) // 3))):
            lines = list(lines_of(wanted, size, tiles(leaves)))
            rows = [(number, leaves[number]) for number in wanted]
            assert root_of(rows, lines) == (size, whole_root(leaves)), (seed, size)
            if rows:
                changed = [(rows[0][0], leaf_hash(b"other")), *rows[1:]]
                assert root_of(changed, lines)[1] != whole_root(leaves), (seed, size)
                with pytest.raises(BadExport):
                    root_of(rows[:-1], lines)


@pytest.mark.parametrize(
    "lines",
    [
        [],
        ["dlnuf-export-proof@v1"],
        ["dlnuf-export-proof@v1", "size -1"],
        ["dlnuf-export-proof@v1", "size 2", "0 63 " + "A" * 43 + "="],
        ["dlnuf-export-proof@v1", "size 2", "x"],
        ["dlnuf-export-proof@v1", "size 4", "0 0 " + "A" * 43 + "=", "1 1 " + "A" * 43 + "="],
        ["dlnuf-export-proof@v1", "size 0"],
    ],
)
def test_a_proof_that_is_none_is_refused(lines: list[str]) -> None:
    with pytest.raises(BadExport):
        root_of([], lines)


def tiles(leaves: list[bytes]) -> Callable[[int, int, int], bytes]:
    """The tiles of a tree in memory."""

    def read(level: int, index: int, width: int) -> bytes:
        span = 256**level
        hashes = [whole_root(leaves[at * span : (at + 1) * span]) for at in range(index * 256, index * 256 + width)]
        if len(leaves) < (index * 256 + width) * span:
            raise NotThere(f"{level}/{index}")
        return b"".join(hashes)

    return read
