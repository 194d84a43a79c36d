"""A log that has lost what was acknowledged, and a data directory that is none: the hall says so and does not go on."""

import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from tests.delivery.hall.test_traps import launched, running
from tests.delivery.running import PATIENCE
from zhiheng.cli.processes import free_port
from zhiheng.delivery.core.attempt import Entry
from zhiheng.delivery.hall.reach import REACH_FILE, Reach
from zhiheng.delivery.hall.reader import read_log
from zhiheng.delivery.hall.service import EXIT_WRITER_DIED
from zhiheng.delivery.hall.sqlite_store import LOG_FILE, SqliteStore, sqlite3
from zhiheng.foundation.errors import Refused

READY = "考场服务已就绪"


def spoken(data: Path) -> tuple[bool, int, str]:
    """A hall is started, and stopped once it is ready: whether it was, its exit code, and all it said."""
    with launched(data, free_port()) as process:
        assert process.stdout is not None
        lines = []
        try:
            for line in process.stdout:
                lines.append(line)
                if READY in line:
                    process.terminate()
            code = process.wait(timeout=PATIENCE)
        finally:
            process.kill()
        said = "".join(lines)
        return READY in said, code, said


def refused(data: Path) -> str:
    """What a hall says that does not start."""
    ready, code, said = spoken(data)
    assert (ready, code, "Traceback" in said) == (False, 2, False), said
    return said


def starts(data: Path) -> bool:
    return spoken(data)[:2] == (True, 0)


def killed_with_answers(data: Path, count: int) -> None:
    """A hall that noted its answers and was killed: they stand in the write-ahead log."""
    with running(data) as hall:
        token = hall.sign_in().json()["token"]
        hall.process.terminate()  # in order: what there is by now is copied into the file
        hall.process.wait()
    with (
        running(data) as hall,
        closing(sqlite3.connect(f"file:{data / LOG_FILE}?mode=ro", uri=True)) as reader,
    ):
        reader.execute("BEGIN")
        reader.execute("SELECT 1 FROM entry").fetchone()  # nothing later is copied back
        for seq in range(1, count + 1):
            assert hall.save(token, "s1", "a", seq).status_code == 200
        last = max(row.id for row in read_log(data))
        ends = time.monotonic() + PATIENCE
        while not (data / REACH_FILE).read_bytes().endswith(f"{last:020d}\n".encode()):
            assert time.monotonic() < ends, "not noted"
            time.sleep(0.05)
        hall.process.kill()
        hall.process.wait()


def test_without_its_write_ahead_log_it_is_not_gone_on_with(tmp_path: Path) -> None:
    killed_with_answers(tmp_path, 3)
    ahead = tmp_path / f"{LOG_FILE}-wal"
    kept = ahead.read_bytes()
    ahead.unlink()

    said = refused(tmp_path)
    assert ("缺少的行里可能有已确认的答案" in said, f"{LOG_FILE}-wal" in said, REACH_FILE in said) == (
        True,
        True,
        True,
    )

    ahead.write_bytes(kept)
    assert starts(tmp_path)
    assert [row.seq for row in read_log(tmp_path) if row.kind == "answer"] == [1, 2, 3]


def test_what_is_lost_for_good_is_gone_on_without_when_somebody_says_so(tmp_path: Path) -> None:
    killed_with_answers(tmp_path, 1)
    (tmp_path / f"{LOG_FILE}-wal").unlink()
    refused(tmp_path)
    (tmp_path / REACH_FILE).unlink()

    assert starts(tmp_path)


def test_a_write_ahead_log_alone_is_not_thrown_away(tmp_path: Path) -> None:
    killed_with_answers(tmp_path, 1)
    log, aside = tmp_path / LOG_FILE, tmp_path / "aside"
    log.rename(aside)

    assert f"只剩下还没有并入它的 {LOG_FILE}-wal" in refused(tmp_path)
    aside.rename(log)
    assert starts(tmp_path)
    assert [row.seq for row in read_log(tmp_path) if row.kind == "answer"] == [1]


def test_a_log_put_away_whole_is_followed_by_a_new_one(tmp_path: Path) -> None:
    killed_with_answers(tmp_path, 1)
    for part in tmp_path.glob(f"{LOG_FILE}*"):
        part.unlink()

    assert starts(tmp_path)
    assert [row for row in read_log(tmp_path) if row.kind == "answer"] == []


@pytest.mark.parametrize("part", ["", "-wal"])
def test_a_hall_that_writes_to_files_nobody_will_find_ends(tmp_path: Path, part: str) -> None:
    with running(tmp_path) as hall:
        token = hall.sign_in().json()["token"]
        assert hall.save(token, "s1", "a", 1).status_code == 200
        taken = tmp_path / f"{LOG_FILE}{part}"
        aside = taken.rename(tmp_path / "aside")
        taken.write_bytes(aside.read_bytes())  # a copy in its place is not the file that is written to
        assert hall.process.wait(timeout=PATIENCE) == EXIT_WRITER_DIED

        assert hall.process.stdout is not None
        assert "考场服务停止：读不到答题记录" in str(hall.process.stdout.read())


def with_rows(path: Path, count: int) -> None:
    store = SqliteStore(path)
    rows = [
        Entry(attempt="a", epoch=1, item="s1", seq=seq, kind="answer", body='"a"', server_time=1)
        for seq in range(count)
    ]
    store.append(rows)
    store.close()


@pytest.mark.parametrize("said", [b"", b"\x00" * 42, b"1 ", b"1 2 3", "１２ ３".encode()])
def test_a_note_that_says_nothing_holds_nobody_up(tmp_path: Path, said: bytes) -> None:
    log = tmp_path / LOG_FILE
    with_rows(log, 1)
    (tmp_path / REACH_FILE).write_bytes(said)
    reach = Reach(log)
    reach.require_whole()
    reach.note()
    reach.close()

    assert (tmp_path / REACH_FILE).read_bytes()[:42].split() == [b"%020d" % log.stat().st_ino, b"%020d" % 1]


def test_another_file_in_its_place_begins_anew(tmp_path: Path) -> None:
    log = tmp_path / LOG_FILE
    with_rows(log, 5)
    reach = Reach(log)
    reach.note()
    reach.require_whole()
    reach.close()
    with_rows(tmp_path / "backup", 2)

    whole = log.read_bytes()
    log.write_bytes((tmp_path / "backup").read_bytes())
    with pytest.raises(Refused) as lost:
        Reach(log).require_whole()
    assert lost.value.code == "hall-log-lost"
    log.write_bytes(whole)
    (tmp_path / "backup").replace(log)
    Reach(log).require_whole()


def _nothing(path: Path) -> None:
    path.write_bytes(b"")


def _rubbish(path: Path) -> None:
    path.write_bytes(b"no database at all " * 300)


@pytest.mark.parametrize(
    ("name", "spoil", "words"),
    [
        (".", lambda path: (path.rmdir(), path.write_bytes(b"")), "考场服务用不了 {folder}："),
        ("hall.lock", Path.mkdir, "考场服务用不了 {folder}/hall.lock：Is a directory"),
        ("packs", _nothing, "考场服务用不了 {folder}/packs：File exists"),
        (LOG_FILE, _rubbish, "答题记录文件 {folder}/hall.sqlite3 打不开：file is not a database"),
        (LOG_FILE, Path.mkdir, "答题记录文件 {folder}/hall.sqlite3 打不开："),
    ],
)
def test_a_directory_that_cannot_be_used_is_told_in_words(
    tmp_path: Path, name: str, spoil: Callable[[Path], object], words: str
) -> None:
    folder = tmp_path / "hall"
    folder.mkdir(mode=0o700)
    spoil(folder / name)

    assert refused(folder).startswith(words.format(folder=folder))
