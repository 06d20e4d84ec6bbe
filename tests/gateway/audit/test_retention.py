# SPDX-License-Identifier: EUPL-1.2
"""What is kept long enough is erased, once, with its proof and its reason; the rest and the tree stay."""

import sqlite3
import threading
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

from gateway.audit.ledger import Ledger
from gateway.audit.log import AuditLog
from gateway.audit.note import Signer
from gateway.audit.recording import written_at
from gateway.audit.retention import Rule
from gateway.audit.subject import KeysUnavailable
from gateway.audit.vocabulary import check
from gateway.cli import audit_erase
from gateway.identity.keys import load
from tests.gateway.audit.aged_world import HELD_RIGHT, OLD, OLDER, ONE, OTHER, RECENT, Aged, aged
from tests.gateway.audit.audit_world import HEX, REFUSED, entry
from tests.gateway.audit.forger import change

NOVEMBER, MARCH_5 = "2026-11", {7, 8}


@pytest.fixture
def world(tmp_path: Path) -> Aged:
    return aged(tmp_path)


@pytest.fixture
def exports(world: Aged) -> list[str]:
    """Options that give the export of both old months."""
    return [word for month in (OLDER, OLD) for word in ("--export", str(world.exported(month)))]


def events(world: Aged, name: str) -> list[Mapping[str, object]]:
    return [record for record in world.records().values() if record is not None and record["event"] == name]


@pytest.mark.parametrize(
    ("month", "kept", "now", "due"),
    [
        ("2023-10", 36, "2026-10", False),
        ("2023-10", 36, "2026-11", True),
        ("2023-12", 36, "2026-12", False),
        ("2023-12", 36, "2027-01", True),
        ("2026-10", 1, "2026-11", False),
        ("2026-10", 1, "2026-12", True),
        ("2026-11", 36, "2026-11", False),
    ],
)
def test_a_month_is_due_once_all_of_it_was_kept_long_enough(month: str, kept: int, now: str, due: bool) -> None:
    assert Rule(now).due_month(month, kept) is due


def test_a_purpose_may_keep_its_records_longer_or_less_long() -> None:
    rule = Rule("2026-11", {"court": 6, "long": 120})
    record = {"at": "2026-04-10T00:00:00.000Z"}
    assert rule.due({**record, "purpose": "court"})
    assert not rule.due({**record, "purpose": "inconnue"})
    assert not rule.due({"at": "2020-01-10T00:00:00.000Z", "purpose": "long"})
    assert rule.due({"at": "2020-01-10T00:00:00.000Z"})
    assert not Rule("2026-11", before="2020-01").due({"at": "2020-01-10T00:00:00.000Z"})


def test_due_records_are_erased_and_everything_else_verifies(
    world: Aged, exports: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    kept = world.checkpoint()
    before = world.records()
    assert world.run("erase", "--due", *exports) == 0
    after = world.records()
    due = {
        number
        for number, record in before.items()
        if record is not None and str(record["at"]) < "2021" and record["event"] != "habilitation_created"
    }
    assert world.gone() == due
    assert len(due) == 10
    assert {number: after[number] for number in before if number not in due} == {
        number: before[number] for number in before if number not in due
    }
    report = world.verified(kept)
    assert (report.problem, report.erased, report.checkpoints) == (None, 10, 1)
    assert world.run("verify") == 0
    assert "Effacés au terme de leur conservation, comme le journal le dit : 10." in capsys.readouterr().out
    assert [(record["month"], record["count"]) for record in events(world, "erased")] == [(OLDER, 5), (OLD, 5)]


def test_where_a_recovered_log_came_from_is_never_erased(world: Aged) -> None:
    """It is the only word of the log that names its predecessor's head: without it, two histories are unrelated."""
    recovered = {
        "v": 1, "event": "log_recovered", "at": "2020-02-01T00:00:00.000Z", "origin": "avant", "size": 3,
        "root": HEX, "reason": "essai",
    }  # fmt: skip
    check({**recovered, "id": HELD_RIGHT})
    world.write([[recovered]])
    exported = [word for month in (OLDER, OLD) for word in ("--export", str(world.exported(month)))]
    assert world.run("erase", "--due", *exported) == 0
    assert len(world.gone()) == 10
    assert [record["origin"] for record in events(world, "log_recovered")] == ["avant"]


def test_what_was_erased_is_nowhere_in_the_file(world: Aged, exports: list[str]) -> None:
    secret = world.subjects().commitment(OTHER, datetime(2020, 2, 12, tzinfo=UTC)).encode()
    path = world.state / "audit.db"
    assert secret in path.read_bytes()
    assert world.run("erase", "--due", *exports) == 0
    for found in world.state.glob("audit.db*"):
        assert secret not in found.read_bytes(), found.name


def test_the_months_keys_are_destroyed_with_their_last_record_and_the_log_says_so(
    world: Aged, exports: list[str]
) -> None:
    assert world.run("erase", "--due", *exports) == 0
    kept = {month: wrapped is not None for month, wrapped in world.keys.all().items()}
    assert kept == {OLDER: False, OLD: False, RECENT: True}
    assert [record["month"] for record in events(world, "key_destroyed")] == [OLDER, OLD]
    with pytest.raises(KeysUnavailable, match="détruite"):
        world.subjects().commitment(ONE, datetime(2020, 2, 12, tzinfo=UTC))


def test_nothing_is_erased_without_its_export(world: Aged, capsys: pytest.CaptureFixture[str]) -> None:
    size = world.size()
    assert world.run("erase", "--due") == 2
    assert "2020-02 n'est pas exporté" in capsys.readouterr().err
    only = world.exported(OLDER)
    assert world.run("erase", "--due", "--export", only) == 2
    assert "2020-03 n'est pas exporté" in capsys.readouterr().err
    assert world.gone() == set()
    assert world.size() == size + 1  # the export, and nothing else


def test_an_export_that_lacks_a_record_does_not_do(world: Aged, capsys: pytest.CaptureFixture[str]) -> None:
    early = world.exported(OLDER)
    world.write([world.exchange("2020-02-20")])
    assert world.run("erase", "--before", OLD, "--export", early) == 2
    assert "exportez ce mois à nouveau" in capsys.readouterr().err
    assert world.gone() == set()


def test_a_dry_run_says_all_and_does_nothing(world: Aged, capsys: pytest.CaptureFixture[str]) -> None:
    size = world.size()
    assert world.run("erase", "--due", "--dry-run") == 0
    said = capsys.readouterr().out
    assert "2020-02 : 5 enregistrements échus." in said
    assert "2020-03 : 5 enregistrements échus." in said
    assert "2020-02 : plus rien n'aurait besoin de la clé des sujets" in said
    assert (world.gone(), world.size()) == (set(), size)
    assert all(wrapped is not None for wrapped in world.keys.all().values())


def test_an_exchange_across_two_months_is_erased_whole_or_not_at_all(world: Aged) -> None:
    assert world.run("erase", "--before", OLD, "--export", world.exported(OLDER)) == 0
    across = {number for number, one in world.records().items() if one and str(one["at"]).startswith("2020-02-29")}
    assert len(across) == 1
    assert world.verified().problem is None
    assert world.keys.all()[OLDER] is not None  # its question is still about somebody
    assert world.run("erase", "--due", "--export", world.exported(OLD), "--export", world.exported(OLDER)) == 0
    assert across <= world.gone()
    assert world.keys.all()[OLDER] is None
    assert world.verified().problem is None


def test_the_second_time_nothing_is_due(world: Aged, exports: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert world.run("erase", "--due", *exports) == 0
    size = world.size()
    capsys.readouterr()
    assert world.run("erase", "--due") == 0
    assert "Rien n'est échu." in capsys.readouterr().out
    assert world.size() == size


@pytest.mark.parametrize(
    ("held", "spared"),
    [
        (("--company", ONE), {0, 1, 5, 6, 7, 8}),
        (("--habilitation", HELD_RIGHT), {7, 8}),
        (("--since", "2020-03-06", "--until", "2020-03-06"), {9, 10}),
        (("--company", ONE, "--until", "2020-02-28"), {0, 1}),
        (("--since", "2020-03-01", "--until", "2020-03-01"), {5, 6}),
    ],
)
def test_a_hold_spares_what_it_is_about_until_it_is_lifted(
    world: Aged, exports: list[str], held: tuple[str, ...], spared: set[int], capsys: pytest.CaptureFixture[str]
) -> None:
    due = {0, 1, 3, 4, 5, 6, 7, 8, 9, 10}
    capsys.readouterr()
    assert world.run("hold", "place", *held, "--reason", "réquisition fictive") == 0
    identifier = capsys.readouterr().out.strip()
    assert world.run("erase", "--due", *exports) == 0
    assert world.gone() == due - spared
    assert world.verified().problem is None
    for month in (OLDER, OLD):
        needed = any(
            str(one["at"]).startswith(month) for number, one in world.records().items() if number in spared and one
        )
        assert (world.keys.all()[month] is not None) is needed
    assert world.run("hold", "lift", identifier, "--reason", "affaire classée") == 0
    assert world.run("erase", "--due", *exports) == 0
    assert world.gone() == due
    assert world.verified().problem is None
    assert [record["id"] for name in ("hold_placed", "hold_lifted") for record in events(world, name)] == [
        identifier
    ] * 2


def test_holds_are_listed_and_their_company_is_in_clear_in_no_file(
    world: Aged, capsys: pytest.CaptureFixture[str]
) -> None:
    assert world.run("hold", "place", "--company", ONE, "--reason", "essai") == 0
    capsys.readouterr()
    assert world.run("hold", "list") == 0
    listed = capsys.readouterr().out
    assert f"entreprise {ONE}" in listed
    assert "en cours" in listed
    for path in world.state.iterdir():
        if path.is_file():
            assert ONE.encode() not in path.read_bytes(), path.name


@pytest.mark.parametrize(
    "given", [(), ("--company", "123"), ("--since", "2020-02-30"), ("--since", "2020-03-02", "--until", "2020-03-01")]
)
def test_a_hold_on_nothing_or_on_nonsense_is_refused(world: Aged, given: tuple[str, ...]) -> None:
    size = world.size()
    try:
        status = world.run("hold", "place", *given, "--reason", "essai")
    except SystemExit as stopped:
        status = int(str(stopped.code))
    assert status == 2
    assert world.size() == size


def test_a_hold_that_the_log_knows_and_its_file_lost_stops_every_erasure(
    world: Aged, exports: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert world.run("hold", "place", "--company", ONE, "--reason", "essai") == 0
    (world.state / "holds.db").unlink()
    assert world.run("erase", "--due", *exports) == 1
    assert "holds.db ne connaît pas" in capsys.readouterr().err
    assert world.gone() == set()


@pytest.mark.parametrize("after", [0, 1])
def test_an_erasing_cut_short_verifies_and_is_finished_the_next_time(
    world: Aged, exports: list[str], after: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stopped after it was said in the log, before or in the midst of removing bytes."""
    real, left = Ledger.prune, [after]

    def dying(ledger: Ledger, numbers: list[int]) -> int:
        if not left[0]:
            raise KeyboardInterrupt
        left[0] -= 1
        return real(ledger, numbers)

    with monkeypatch.context() as patched:
        patched.setattr(audit_erase, "CHUNK", 3)
        patched.setattr(Ledger, "prune", dying)
        assert world.run("erase", "--due", *exports) == 1
    assert len(world.gone()) == 3 * after
    assert world.verified().problem is None
    assert world.keys.all()[OLDER] is not None
    assert world.run("erase", "--due", *exports) == 0
    assert len(world.gone()) == 10
    assert world.keys.all()[OLDER] is None
    assert world.verified().problem is None


@pytest.mark.parametrize(("number", "kind"), [(12, "erased"), (11, "story")])  # an answer; a question, so its answer
def test_whoever_removes_one_more_record_is_found(world: Aged, exports: list[str], number: int, kind: str) -> None:
    assert world.run("erase", "--due", *exports) == 0
    change(
        world.state / "audit.db",
        lambda connection: connection.execute("UPDATE record SET entry = NULL WHERE seq = ?", (number,)),
    )
    problem = world.verified().problem
    assert problem is not None
    assert (problem.kind, problem.record) == (kind, 12)


def test_whoever_erases_without_saying_so_is_found(world: Aged) -> None:
    change(world.state / "audit.db", "UPDATE record SET entry = NULL WHERE seq = 4")
    problem = world.verified().problem
    assert problem is not None
    assert (problem.kind, problem.record) == ("erased", 4)


def test_whoever_puts_other_bytes_where_some_were_erased_is_found(world: Aged, exports: list[str]) -> None:
    assert world.run("erase", "--due", *exports) == 0
    with sqlite3.connect(world.state / "audit.db") as connection:
        connection.execute("UPDATE record SET entry = ? WHERE seq = 4", (entry(4, REFUSED),))
    connection.close()
    problem = world.verified().problem
    assert problem is not None
    assert (problem.kind, problem.record) == ("chain", 4)


def test_a_gateway_that_writes_meanwhile_goes_on(world: Aged, exports: list[str]) -> None:
    log = AuditLog.open(world.state / "audit.db", Signer("dlnuf", load(world.state / "keys").audit))
    done, written = threading.Event(), [0]

    def write() -> None:
        while not done.is_set():
            log.append_now([entry(10_000 + written[0], at=written_at(datetime.now(UTC)))])
            written[0] += 1

    writer = threading.Thread(target=write)
    writer.start()
    try:
        assert world.run("erase", "--due", *exports) == 0
        enough = written[0] + 3
        while written[0] < enough:
            assert log.reason == ""
    finally:
        done.set()
        writer.join()
        log.close()
    assert len(world.gone()) == 10
    assert world.verified().problem is None


def test_a_log_in_postgresql_is_kept_and_erased_alike(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    address: str = request.getfixturevalue("postgres").database()
    monkeypatch.setenv("DLNUF_LOG_URL", address)
    monkeypatch.setenv("DLNUF_STATE", str(tmp_path / "state"))
    world = aged(tmp_path, address)
    assert world.run("hold", "place", "--habilitation", HELD_RIGHT, "--reason", "essai") == 0
    exports = [word for month in (OLDER, OLD) for word in ("--export", str(world.exported(month)))]
    assert world.run("erase", "--due", *exports) == 0
    assert world.gone() == {0, 1, 3, 4, 5, 6, 9, 10}
    assert world.verified().problem is None
    assert {month: wrapped is not None for month, wrapped in world.keys.all().items()} == {
        OLDER: False, OLD: True, RECENT: True,
    }  # fmt: skip
