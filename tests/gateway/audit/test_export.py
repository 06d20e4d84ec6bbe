# SPDX-License-Identifier: EUPL-1.2
"""An export proves every record in it by itself, and says so of nothing else."""

import json
import shutil
import zipfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.audit.bundle import BadExport, needed, opened_export
from gateway.audit.export import NothingToExport, export
from gateway.audit.ledger import Ledger
from gateway.audit.log import AuditLog
from gateway.audit.merkle import leaf_hash
from gateway.audit.note import Signer
from gateway.audit.reader import SqliteReader
from gateway.audit.stores.writers import store_at
from gateway.audit.tiles import WIDTH
from tests.gateway.audit.aged_world import OLD, OLDER, Aged, aged
from tests.gateway.audit.audit_world import SIGNER, entry

STRANGER = Signer.from_seed("dlnuf.test/journal", bytes(32))


def at(month: str) -> str:
    return f"{month}-10T10:00:00.000Z"


def log_of(folder: Path, months: list[str]) -> SqliteReader:
    """A published log whose records are of these months, in this order."""
    log = AuditLog.open(folder / "audit.db", SIGNER)
    for start in range(0, len(months), 400):
        part = months[start : start + 400]
        log.append_now([entry(start + number, at=at(month)) for number, month in enumerate(part)])
    log.close()
    ledger = Ledger(store_at(folder / "audit.db"), SIGNER)
    ledger.publish()
    ledger.close()
    return SqliteReader(folder / "audit.db")


def leaves_of(path: Path, signer: Signer = SIGNER) -> dict[int, bytes]:
    with opened_export(path) as found:
        return found.verify(signer.verifier)


@pytest.mark.parametrize("size", [1, 2, 255, 256, 257, 511, 512, 513, 700])
@pytest.mark.parametrize("place", ["first", "last", "all", "scattered"])
def test_every_record_of_the_month_and_no_other_is_proved(tmp_path: Path, size: int, place: str) -> None:
    chosen = {"first": {0}, "last": {size - 1}, "all": set(range(size)), "scattered": set(range(0, size, 97))}[place]
    reader = log_of(tmp_path, ["2026-10" if number in chosen else "2026-11" for number in range(size)])
    done = export(reader, "2026-10", SIGNER.verifier, tmp_path / "out.zip")
    assert done.manifest.count == len(chosen)
    assert leaves_of(tmp_path / "out.zip") == {number: leaf_hash(entry(number, at=at("2026-10"))) for number in chosen}


@pytest.mark.slow
def test_a_log_with_three_levels_of_tiles_is_exported_and_proved(tmp_path: Path) -> None:
    size = 2 * WIDTH**2 + 300
    reader = log_of(tmp_path, ["2026-10" if number % 9973 == 5 else "2026-11" for number in range(size)])
    export(reader, "2026-10", SIGNER.verifier, tmp_path / "out.zip")
    assert leaves_of(tmp_path / "out.zip").keys() == set(range(5, size, 9973))


@given(st.integers(1, 2**40), st.data())
def test_the_tiles_that_are_taken_lead_from_any_record_to_the_root(size: int, data: st.DataObject) -> None:
    indices = sorted(data.draw(st.sets(st.integers(0, (size - 1) // WIDTH), min_size=1, max_size=4)))
    tiles = {(tile.level, tile.index): tile for tile in needed(indices, size)}
    assert all(tile.within(size) for tile in tiles.values())
    for (level, index), tile in tiles.items():
        if tile.full:
            assert (level + 1, index // WIDTH) in tiles
    assert {index for level, index in tiles if level == 0} >= set(indices)


def test_the_same_records_make_the_same_file_and_none_is_replaced(tmp_path: Path) -> None:
    reader = log_of(tmp_path, ["2026-10"] * 300)
    first, second = (export(reader, "2026-10", SIGNER.verifier, tmp_path / name) for name in ("a.zip", "b.zip"))
    assert first.digest == second.digest
    assert (tmp_path / "a.zip").stat().st_mode & 0o077 == 0
    with pytest.raises(FileExistsError):
        export(reader, "2026-10", SIGNER.verifier, tmp_path / "a.zip")
    with pytest.raises(NothingToExport):
        export(reader, "2026-09", SIGNER.verifier, tmp_path / "c.zip")
    assert {path.name for path in tmp_path.glob("*zip*")} == {"a.zip", "b.zip"}


def test_the_file_is_laid_out_as_a_published_log(tmp_path: Path) -> None:
    export(log_of(tmp_path, ["2026-10"] * 300), "2026-10", SIGNER.verifier, tmp_path / "out.zip")
    with zipfile.ZipFile(tmp_path / "out.zip") as archive:
        assert set(archive.namelist()) == {
            "manifest.json", "checkpoint", "tile/0/000", "tile/0/001.p/44", "tile/1/000.p/1", "tile/entries/000",
            "tile/entries/001.p/44",
        }  # fmt: skip
        first = entry(0, at=at("2026-10"))
        assert archive.read("tile/entries/000")[: len(first) + 2] == len(first).to_bytes(2) + first
        manifest = json.loads(archive.read("manifest.json"))
    assert (manifest["month"], manifest["count"], manifest["first"], manifest["last"]) == ("2026-10", 300, 0, 299)


def rewritten(path: Path, change: Callable[[str, bytes], bytes | None]) -> Path:
    """A copy whose members went through `change`; None leaves one out."""
    changed = path.with_name("changed.zip")
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(changed, "w") as target:
        for name in source.namelist():
            if (content := change(name, source.read(name))) is not None:
                target.writestr(name, content)
    return changed


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("export")
    export(log_of(folder, ["2026-10"] * 600), "2026-10", SIGNER.verifier, folder / "out.zip")
    return folder / "out.zip"


NAMES = [
    "checkpoint", "tile/0/000", "tile/0/001", "tile/0/002.p/88", "tile/1/000.p/2", "tile/entries/000",
    "tile/entries/001", "tile/entries/002.p/88",
]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_any_changed_or_missing_part_is_found(exported: Path, name: str) -> None:
    assert len(leaves_of(exported)) == 600
    for spoil in (
        lambda content: bytes([content[0] ^ 1]) + content[1:],
        lambda content: content[:-1] + bytes([content[-1] ^ 1]),
        lambda content: content[:-1],
        lambda content: content + b"\0",
        lambda content: b"",
    ):
        changed = rewritten(exported, lambda one, content, spoil=spoil: spoil(content) if one == name else content)
        with pytest.raises(BadExport):
            leaves_of(changed)
    if not name.startswith("tile/entries/"):  # fewer records are simply not proved
        with pytest.raises(BadExport):
            leaves_of(rewritten(exported, lambda one, content: None if one == name else content))


def test_records_that_changed_places_or_logs_are_found(exported: Path) -> None:
    def exchange(name: str, content: bytes) -> bytes:
        return content[: len(content) // 2] * 2 if name == "tile/entries/001" else content

    with pytest.raises(BadExport):
        leaves_of(rewritten(exported, exchange))
    with pytest.raises(BadExport, match="n'est pas signé"):
        leaves_of(exported, STRANGER)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(data=st.data())
def test_a_file_with_any_byte_changed_is_refused_or_proves_the_same(
    exported: Path, tmp_path: Path, data: st.DataObject
) -> None:
    content = bytearray(exported.read_bytes())
    place = data.draw(st.integers(0, len(content) - 1))
    content[place] ^= data.draw(st.integers(1, 255))
    (tmp_path / "one.zip").write_bytes(content)
    known = leaves_of(exported)
    with suppress(BadExport):
        assert leaves_of(tmp_path / "one.zip").items() <= known.items()


@pytest.mark.parametrize("content", [b"", b"PK", b"PK\x05\x06" + bytes(18), b"\xff" * 5000])
def test_garbage_is_said_to_be_garbage(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.zip").write_bytes(content)
    with pytest.raises(BadExport):
        leaves_of(tmp_path / "x.zip")


def test_what_was_erased_is_in_no_later_export(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    world: Aged = aged(tmp_path)
    first, second = world.exported(OLDER), world.exported(OLD)
    assert world.run("erase", "--due", "--export", first, "--export", second) == 0
    capsys.readouterr()
    assert world.run("check-export", first) == 0
    assert capsys.readouterr().out.startswith("VÉRIFIÉ : 6 enregistrements de 2020-02, sous une tête de ")
    assert world.run("export", "--month", OLD, "--out", tmp_path / "again.zip") == 1
    assert "aucun enregistrement de 2020-03" in capsys.readouterr().err
    shutil.copy(first, tmp_path / "spoilt.zip")
    (tmp_path / "spoilt.zip").write_bytes(first.read_bytes()[:-30])
    assert world.run("check-export", tmp_path / "spoilt.zip") == 1
    assert "ZIP" in capsys.readouterr().err
