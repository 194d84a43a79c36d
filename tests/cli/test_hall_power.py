"""What a disk may hold after the power was cut, and the hall on it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhiheng.cli.hall_bench import shim
from zhiheng.cli.hall_bench.faults import power_cut, recorder
from zhiheng.cli.hall_bench.faults.power import (
    SECTOR,
    YOUNG,
    Disk,
    Moment,
    acknowledged,
    disk_after,
    entry,
    moments,
    read_record,
)
from zhiheng.cli.hall_bench.faults.stage import until
from zhiheng.cli.hall_ledger import Verdict, worst
from zhiheng.cli.spawning import company
from zhiheng.delivery.hall.sqlite_store import LOG_FILE, sqlite3


def none() -> bool:
    return False


def everything() -> bool:
    return True


def left(*entries: bytes, before: Disk | None = None, lucky: bool = False) -> Disk:
    base = {"": b"old!"} if before is None else before
    return disk_after(base, read_record(b"".join(entries), before=base), chance=everything if lucky else none)


def write(offset: int, data: bytes, name: str = "") -> bytes:
    return entry("W", name, offset, data)


def synced(number: int, name: str = "") -> bytes:
    return entry("B", name, number) + entry("E", name, number)


@pytest.mark.parametrize(
    ("entries", "sure", "lucky"),
    [
        ([], b"old!", b"old!"),
        ([write(0, b"new")], b"old!", b"new!"),
        ([write(0, b"new"), synced(1)], b"new!", b"new!"),
        ([synced(1), write(0, b"new")], b"old!", b"new!"),
        ([write(0, b"new"), entry("B", "", 1)], b"old!", b"new!"),  # it had not returned
        ([entry("B", "", 1), write(0, b"new"), entry("E", "", 1)], b"old!", b"new!"),  # it began before
        ([write(0, b"one"), synced(1), write(0, b"two")], b"one!", b"two!"),
        ([write(6, b"far"), synced(1)], b"old!\0\0far", b"old!\0\0far"),
        ([entry("T", "", 2)], b"old!", b"ol"),
        ([entry("T", "", 2), synced(1), write(2, b"d")], b"ol", b"old"),
        ([entry("T", "", 6), synced(1)], b"old!\0\0", b"old!\0\0"),
        ([write(0, b"new"), entry("B", "", 1), entry("B", "", 2), entry("E", "", 2)], b"new!", b"new!"),
    ],
)
def test_only_what_an_fsync_covered_is_sure(entries: list[bytes], sure: bytes, lucky: bytes) -> None:
    assert left(*entries) == {"": sure}
    assert left(*entries, lucky=True) == {"": lucky}


def test_an_fsync_of_another_file_covers_nothing() -> None:
    before = {"": b"a", "-wal": b"b"}
    assert left(write(0, b"A"), synced(1, "-wal"), before=before) == before


def test_a_name_is_sure_when_its_folder_was_synced() -> None:
    made = [entry("C", "-wal", 0), write(0, b"x", "-wal"), synced(1, "-wal")]
    folder = [entry("D", "", 2), entry("F", "", 2)]
    assert left(*made) == {"": b"old!"}
    assert left(*made, *folder) == left(*made, lucky=True) == {"": b"old!", "-wal": b"x"}


def test_a_name_taken_away_may_come_back_and_a_second_file_is_not_the_first() -> None:
    before = {"": b"", "-journal": b"first"}
    gone = entry("U", "-journal", 0)
    again = [gone, entry("C", "-journal", 0), write(0, b"2", "-journal"), synced(1, "-journal")]
    assert left(gone, before=before) == before
    assert left(gone, before=before, lucky=True) == {"": b""}
    assert left(*again, before=before) == before
    assert left(*again, before=before, lucky=True) == {"": b"", "-journal": b"2"}


def test_sectors_are_lost_one_by_one() -> None:
    acts = read_record(write(SECTOR - 2, b"ab" + b"c" * SECTOR + b"de"), before={"": b"."})
    asked = iter([False, True, False])
    assert disk_after({"": b"."}, acts, chance=lambda: next(asked)) == {
        "": b"." + b"\0" * (SECTOR - 1) + b"c" * SECTOR
    }
    asked = iter([True, False, True])
    assert disk_after({"": b""}, acts, chance=lambda: next(asked))[""] == (
        b"\0" * (SECTOR - 2) + b"ab" + b"\0" * SECTOR + b"de"
    )


def test_an_entry_cut_short_is_left_out_and_an_unknown_file_is_an_error() -> None:
    raw = write(0, b"one") + write(3, b"two")
    assert [act.data for act in read_record(raw[:-1], before={"": b""})] == [b"one"]
    assert [act.data for act in read_record(raw[: len(raw) // 2 + 5], before={"": b""})] == [b"one"]
    with pytest.raises(KeyError):
        read_record(write(0, b"x", "-wal"), before={"": b""})


def test_acknowledgements_and_moments_of_a_part() -> None:
    raw = (
        write(0, b"a")
        + entry("A", "", 7)
        + write(3, b"b")
        + synced(1)
        + entry("T", "", 2)
        + entry("A", "", 9)
    )
    sizes = [moment.size for moment in moments(raw)]
    assert [acknowledged(raw[:size]) for size in sizes] == [set(), {7}, {7}, {7}, {7}, {7}, {7, 9}]
    assert [moment.rare for moment in moments(raw)] == [True, False, False, False, False, True, False]
    lives = entry("L", "", 0) + b"".join(entry("A", "", number) for number in range(YOUNG + 1))
    assert [moment.rare for moment in moments(lives * 2)] == [False, *[True] * YOUNG, False] * 2
    assert moments(raw[:-1])[-1] == Moment(size=sizes[-2], rare=True)
    assert [act.kind for act in read_record(raw, before={"": b""})] == ["W", "W", "T"]


WRITES = st.tuples(st.integers(0, 1500), st.binary(max_size=1200))


@given(st.lists(st.one_of(WRITES, st.none()), max_size=12), st.integers(0, 2**32))
def test_a_disk_lies_between_what_is_sure_and_everything(
    steps: list[tuple[int, bytes] | None], seed: int
) -> None:
    """None is an fsync. With luck for all, the disk is the plain sequence of writes; with none, that up to the last fsync."""
    plain, sure = bytearray(), b""
    entries = []
    for number, step in enumerate(steps):
        if step is None:
            entries.append(synced(number))
            sure = bytes(plain)
        else:
            offset, data = step
            entries.append(write(offset, data))
            if data:
                plain.extend(bytes(max(0, offset - len(plain))))
                plain[offset : offset + len(data)] = data
    written = [one for one in entries if not (one[:1] == b"W" and len(one) == len(write(0, b"")))]
    assert left(*written, before={"": b""}, lucky=True) == {"": bytes(plain)}
    assert left(*written, before={"": b""}) == {"": sure}


def test_of_several_looks_the_worst_counts() -> None:
    assert worst(Verdict(acknowledged=5, missing=1), Verdict(acknowledged=7, twice=2)) == Verdict(
        acknowledged=7, missing=1, twice=2
    )


# --- the library, and the hall --------------------------------------------------------------------------

PROGRAM = f"""
import os, socket, sys
folder = sys.argv[1]
path = os.path.join(folder, "{LOG_FILE}")
log = os.open(path, os.O_RDWR | os.O_CREAT)
wal = os.open(path + "-wal", os.O_RDWR | os.O_CREAT)
shm = os.open(path + "-shm", os.O_RDWR | os.O_CREAT)
other = os.open(os.path.join(folder, "other"), os.O_RDWR | os.O_CREAT)
os.write(shm, b"index"); os.write(other, b"other"); os.fsync(other)
os.write(log, b"plain"); os.pwrite(wal, b"frames", 4); os.fdatasync(wal)
os.ftruncate(log, 3); os.fsync(log); os.pwrite(log, b"L", 0)
place = os.open(folder, os.O_RDONLY); os.fsync(place)
os.unlink(path + "-wal")
here, there = socket.socketpair()
os.write(here.fileno(), b'{{"seq":1000000001,"x":1}}{{"seq": 12}}')
here.send(b'"seq":3'); here.sendmsg([b'"seq":', b'"seq":4']); os.writev(here.fileno(), [b'"seq":5', b"6"])
os.write(other, b'"seq":8')
"""


def test_the_library_records_the_logs_files_and_nothing_else(tmp_path: Path) -> None:
    library = recorder.build(tmp_path)
    if library is None:
        pytest.skip("no C compiler")
    record, folder = tmp_path / "record", tmp_path / "data"
    folder.mkdir()
    environment = os.environ | {"LD_PRELOAD": str(library), recorder.RECORD: str(record)}
    subprocess.run([sys.executable, "-c", PROGRAM, str(folder)], env=environment, check=True)
    assert record.read_bytes() == b"".join(
        [
            entry("L", "", 0),
            entry("C", "", 0),
            entry("C", "-wal", 0),
            write(0, b"plain"),
            write(4, b"frames", "-wal"),
            synced(1, "-wal"),
            entry("T", "", 3),
            synced(2),
            write(0, b"L"),
            entry("D", "", 3) + entry("F", "", 3),
            entry("U", "-wal", 0),
            *(entry("A", "", number) for number in (1_000_000_001, 12, 3, 0, 4, 5)),
        ]
    )
    acts = read_record(record.read_bytes(), before={})
    assert disk_after({}, acts, chance=none) == {"": b"pla", "-wal": b"\0\0\0\0frames"}
    assert disk_after({}, acts, chance=everything) == {"": b"Lla"}


KEEP = """
import os, pathlib, sys
from zhiheng.delivery.core.attempt import Entry
from zhiheng.delivery.hall.service import HallSettings, open_store
store = open_store(HallSettings(data_dir=pathlib.Path(sys.argv[1])))
entry = Entry(attempt="one", epoch=1, item="q1", seq=int(sys.argv[2]), kind="answer", body="1", server_time=1)
print("open", flush=True)
os.write(1, store.append([entry])[0].fate.value.encode())
os._exit(0)
"""


def test_what_a_killed_hall_had_not_synced_is_made_sure_of_before_it_is_told(tmp_path: Path) -> None:
    """The second life finds the row of the first, says that it has it, and then the power goes."""
    recording, slow = recorder.build(tmp_path), shim.build(tmp_path)
    if recording is None or slow is None:
        pytest.skip("no C compiler")
    record, data = tmp_path / "record", tmp_path / "data"
    environment = os.environ | {"LD_PRELOAD": f"{recording}:{slow}", recorder.RECORD: str(record)}
    late = environment | {shim.SLOW: "500000"}

    def keeping(seq: int, env: dict[str, str]) -> "subprocess.Popen[str]":
        words = [sys.executable, "-c", KEEP, str(data), str(seq)]
        return subprocess.Popen(words, env=env, stdout=subprocess.PIPE, text=True)

    assert keeping(1, environment).communicate()[0] == "open\nappended"
    killed = keeping(2, late)
    assert killed.stdout is not None
    assert killed.stdout.readline() == "open\n"

    def in_fsync() -> bool:
        acts = read_record(record.read_bytes(), before={})
        return any(act.kind == "W" and act.name == "-wal" and not act.sure for act in acts)

    assert until(in_fsync, seconds=10)
    killed.kill()
    assert killed.communicate()[0] == ""
    assert in_fsync()
    assert keeping(2, environment).communicate()[0] == "open\nrepeated"
    (tmp_path / "left").mkdir()
    for name, content in disk_after({}, read_record(record.read_bytes(), before={}), chance=none).items():
        (tmp_path / "left" / f"{LOG_FILE}{name}").write_bytes(content)
    base = sqlite3.connect(tmp_path / "left" / LOG_FILE)
    assert base.execute("SELECT seq FROM entry ORDER BY id").fetchall() == [(1,), (2,)]
    base.close()


def test_the_power_goes_and_nothing_acknowledged_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(power_cut, "CONTROL_CUTS", 1)
    with company() as own:
        (found,) = power_cut.power_cut(own, rounds=2, say=lambda line: None)
    if found.why:
        pytest.skip(found.why)
    facts = (
        "missing",
        "altered",
        "twice",
        "disordered",
        "unsound",
        "disks",
        "record_whole",
        "earlier_missing",
    )
    assert [found.figures[fact] for fact in facts] == [0, 0, 0, 0, 0, 7, True, 0]
    assert found.figures["earlier_moments"] >= 8
    assert found.figures["control_missing"] > 0
    assert found.reached is True
