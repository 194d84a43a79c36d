"""What a long sitting costs: the figures are exact, and a short one goes through."""

import struct
from pathlib import Path

import pytest

from zhiheng.cli.hall_bench import endurance
from zhiheng.cli.hall_bench.endurance import Course, Look, drawn, look_at, row_of, slope
from zhiheng.cli.hall_bench.generator import Generator
from zhiheng.cli.hall_bench.report import LONG, SECTIONS
from zhiheng.cli.spawning import company
from zhiheng.delivery.hall.sqlite_store import LOG_FILE, sqlite3


def look(second: float, memory: float, *, wal: float = 5.0, log: float = 0.0, turns: int = 0) -> Look:
    return Look(second=second, memory_mb=memory, wal_mb=wal, log_mb=log, turns=turns)


def test_a_slope_is_that_of_the_nearest_line() -> None:
    assert slope([0, 1, 2, 3], [5, 7, 9, 11]) == 2.0
    assert slope([0, 1, 2], [1, 4, 1]) == 0.0
    assert slope([3], [9]) == 0.0


def test_growth_per_answer_is_that_of_the_last_two_thirds() -> None:
    looks = [look(second, 100 + (50 if second > 2 else 0) + second * 0.2) for second in range(1, 10)]
    looks += [look(10, 152, wal=12.34, log=1.0, turns=4)]
    found = row_of(Course(looks=looks, answers=20_000, errors=0, p99=[3.0, 9.0, 5.0]))
    assert (found.value, found.reached) == (12.3, True)
    assert found.figures == {
        "answers": 20_000,
        "errors": 0,
        "memory_first_mb": 100.2,
        "memory_last_mb": 152,
        "memory_bytes_per_answer": 100.0,
        "disk_bytes_per_answer": 50.0,
        "wal_turns": 4,
        "p99_median": 5.0,
        "p99_worst": 9.0,
    }


@pytest.mark.parametrize(("errors", "wal", "reached"), [(0, 128.0, True), (1, 5.0, False), (0, 128.1, False)])
def test_errors_and_a_log_that_grows_without_end_are_not_good(errors: int, wal: float, reached: bool) -> None:
    course = Course(looks=[look(1, 1), look(2, 1, wal=wal)], answers=1, errors=errors, p99=[1.0])
    assert row_of(course).reached is reached


def test_bars_go_from_nothing_to_the_highest() -> None:
    looks = [look(n, n, wal=0.0, log=8.0) for n in range(1, 9)]
    assert drawn(looks, width=8).splitlines() == [
        "▂▃▄▅▆▇██ 内存 0–8.0 MB",
        "▁▁▁▁▁▁▁▁ WAL 0–0.0 MB",
        "████████ 日志文件 0–8.0 MB",
    ]
    assert drawn(looks, width=4).splitlines()[0] == "▃▅▇█ 内存 0–8.0 MB"
    assert drawn(looks[:1], width=4).splitlines()[0] == "█ 内存 0–1.0 MB"


def test_the_write_ahead_log_tells_how_often_it_began_anew(tmp_path: Path) -> None:
    base = sqlite3.connect(tmp_path / LOG_FILE, isolation_level=None)
    base.execute("PRAGMA journal_mode=WAL")
    base.execute("CREATE TABLE one (x)")
    first = look_at(tmp_path, memory_mb=1.5, second=2.5)
    base.execute("PRAGMA wal_checkpoint(FULL)")
    base.execute("INSERT INTO one VALUES (1)")
    again = look_at(tmp_path, memory_mb=1.5, second=2.5)
    base.close()
    assert (again.second, again.memory_mb, again.turns - first.turns) == (2.5, 1.5, 1)
    assert again.log_mb == 2 * 4096 / 1_000_000
    assert struct.calcsize(">IIIIIIII") < first.wal_mb * 1_000_000 <= 2 * (4096 + 24) + 32


def test_it_is_long_and_so_runs_only_when_named() -> None:
    assert LONG == ("endurance",)
    assert set(LONG) < set(SECTIONS)


def test_a_short_one_goes_through(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(endurance, "SLICES", 10)
    monkeypatch.setattr(endurance, "CONNECTIONS", 20)
    monkeypatch.setattr(endurance, "RATE", 200)
    said: list[str] = []
    with company() as own, Generator.start(own) as generator:
        (found,) = endurance.endurance_rows(own, generator, rounds=1, seconds=0.2, say=said.append)
    assert found.figures["errors"] == 0
    assert 300 < found.figures["answers"] < 500
    assert len(said) == 2
    assert [line.split()[1] for line in said[1].splitlines()] == ["内存", "WAL", "日志文件"]
