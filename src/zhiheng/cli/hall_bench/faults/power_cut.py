"""The power goes: the hall is started again on what fsync had covered, and on luckier and worse disks than that."""

import os
import random
import signal
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from zhiheng.cli.hall_bench import shim
from zhiheng.cli.hall_bench.faults import recorder
from zhiheng.cli.hall_bench.faults.power import Chance, Disk, acknowledged, disk_after, moments, read_record
from zhiheng.cli.hall_bench.faults.stage import PATIENCE_SECONDS, Stage, random_pause, stage, until
from zhiheng.cli.hall_bench.goals import Row, Say
from zhiheng.cli.hall_bench.servers import HallKind
from zhiheng.cli.hall_ledger import Ack, Verdict, compare, worst
from zhiheng.cli.spawning import Company
from zhiheng.delivery.hall.reader import read_log
from zhiheng.delivery.hall.sqlite_store import LOG_FILE, sqlite3

CONTROL_CUTS = 3
MOMENTS, RARE_MOMENTS = 4, 4
"""Of each life, beside its end."""
SLOW_MS = (0, 2, 10)
"""Added to every fsync, in turn: a quick disk, one the loop itself waits for, one the writer's thread waits for."""


@dataclass(slots=True, kw_only=True)
class Findings:
    """unsure: acts no fsync had covered, over all cuts. unsound: disks whose log was damaged. whole: see `_is_whole`.

    moments: earlier ones of each life at which the power might have gone as well; earlier_acks, earlier_missing: see
    `_earlier`.
    """

    cuts: int = 0
    disks: int = 0
    unsure: int = 0
    unsound: int = 0
    verdict: Verdict = field(default_factory=Verdict)
    whole: bool = False
    moments: int = 0
    earlier_acks: int = 0
    earlier_missing: int = 0


def power_cut(company: Company, *, rounds: int, say: Say) -> list[Row]:
    what = f"断电 {rounds} 次：只留下 fsync 过的写入（及任意一部分未 fsync 的扇区）"
    library, slow = recorder.build(company.folder), shim.build(company.folder)
    if library is None or slow is None:
        return [Row(id="F8", what=what, why="没有 C 编译器")]
    preload = f"{library}:{slow}"
    real = _cuts(company, say, preload, HallKind(), cuts=rounds)
    lax = _cuts(company, say, preload, HallKind(store="lax"), cuts=CONTROL_CUTS)
    verdict = real.verdict
    wrong = verdict.missing + verdict.altered + verdict.twice + verdict.disordered + real.earlier_missing
    fine = wrong == real.unsound == 0 and real.verdict.acknowledged > 0 and real.unsure > 0 and real.whole
    fine = fine and real.earlier_acks > 0
    return [
        Row(
            id="F8",
            what=what,
            value=float(wrong),
            goal="= 0，反证被发现",
            reached=fine and lax.verdict.missing > 0,
            figures={
                "acknowledged": real.verdict.acknowledged,
                "rows": real.verdict.rows,
                "disks": real.disks,
                "unsynced_acts": real.unsure,
                "unsound": real.unsound,
                "missing": real.verdict.missing,
                "altered": real.verdict.altered,
                "twice": real.verdict.twice,
                "disordered": real.verdict.disordered,
                "record_whole": real.whole,
                "earlier_moments": real.moments,
                "earlier_missing": real.earlier_missing,
                "control_acknowledged": lax.verdict.acknowledged,
                "control_missing": lax.verdict.missing,
                "control_earlier_missing": lax.earlier_missing,
            },
        )
    ]


def _cuts(company: Company, say: Say, preload: str, kind: HallKind, *, cuts: int) -> Findings:
    rng = random.Random(8)
    record = company.folder / f"record-{kind.store}"
    environment = {"LD_PRELOAD": preload, recorder.RECORD: str(record), shim.SLOW: "0"}
    found = Findings()
    with stage(company, say, kind=replace(kind, environment=environment)) as own:
        disk: Disk = {}
        for number in range(cuts):
            random_pause(rng)
            if number % 2:  # the power goes when another life has hardly begun on what the kernel still held
                own.kill_hall()
                own.restart()
                own.wait_for_acks(5)
            if number == cuts - 1 and not (found.verdict.missing if kind.store == "lax" else found.unsure):
                _wait_for_something_to_lose(own, record, disk, rng)
            own.kill_hall()
            disk = _cut(own, record, disk, rng, found)
            _lay(own.exam.data, disk, rng)
            record.unlink()
            more = {shim.SLOW: str(SLOW_MS[number % len(SLOW_MS)] * 1000)}
            own.restart(replace(own.kind, environment=environment | more))
            own.wait_for_acks(len(own.crowd.pages) // 2)
            say(f"{_name(kind)} 断电 {number + 1}/{cuts}：{found.disks} 种盘面，{found.verdict}")
        own.crowd.stop()
        for child in own.server.children:
            company.end(child)
        found.whole = _is_whole(own.exam.data, disk, record)
        _judge(found, own.crowd.all_acks(), own.exam.data)
    return found


def _name(kind: HallKind) -> str:
    return "反证（不等落盘的同一服务）" if kind.store == "lax" else "考场服务"


def _wait_for_something_to_lose(own: Stage, record: Path, before: Disk, rng: random.Random) -> None:
    """Where every cut so far came at a quiet moment, the last one does not: without a loss nothing is shown.

    The hall stands still on return: between two acts of which the first is not sure; the control, after it has
    acknowledged what is not sure.
    """
    pid, folder = own.server.children[0].pid, own.company.folder / "left"
    folder.mkdir(exist_ok=True)

    def loses() -> bool:
        os.kill(pid, signal.SIGSTOP)
        until(lambda: Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "T", seconds=1)
        raw = record.read_bytes()
        acts = read_record(raw, before=before)
        if own.kind.store == "lax":
            _lay(folder, disk_after(before, acts, chance=lambda: False), rng)
            lost = bool(acknowledged(raw) - _numbers(folder))
        else:
            lost = any(not act.sure for act in acts)
        if not lost:
            os.kill(pid, signal.SIGCONT)
            time.sleep(rng.uniform(0.0, 0.02))
        return lost

    until(loses, seconds=PATIENCE_SECONDS)


def _cut(own: Stage, record: Path, before: Disk, rng: random.Random, found: Findings) -> Disk:
    """Judges the possible disks after this cut; one of them, for the hall to go on with."""
    acks = own.crowd.all_acks()
    acts = read_record(record.read_bytes(), before=before)
    found.cuts += 1
    found.unsure += sum(not act.sure for act in acts)
    disks = [disk_after(before, acts, chance=chance) for chance in _chances(rng)]
    folder = own.company.folder / "left"
    folder.mkdir(exist_ok=True)
    for disk in disks:
        _lay(folder, disk, rng)
        _judge(found, acks, folder)
    _earlier(record.read_bytes(), before, folder, rng, found)
    return disks[found.cuts % len(disks)]


def _earlier(raw: bytes, before: Disk, folder: Path, rng: random.Random, found: Findings) -> None:
    """The power might have gone at any moment of this life: what had been acknowledged by then must be there.

    Acknowledgements are those in the record; their numbers, which no two answers share, are looked for in the log.
    """
    all_moments = moments(raw)
    rare = [moment for moment in all_moments if moment.rare]
    chosen = rng.sample(all_moments, min(len(all_moments), MOMENTS))
    for moment in [*chosen, *rng.sample(rare, min(len(rare), RARE_MOMENTS))]:
        part = raw[: moment.size]
        luck = rng.choice(_chances(rng))
        _lay(folder, disk_after(before, read_record(part, before=before), chance=luck), rng)
        told = acknowledged(part)
        found.moments += 1
        found.unsound += not _recovers(folder)
        found.earlier_acks += len(told)
        found.earlier_missing += len(told - _numbers(folder))


def _recovers(folder: Path) -> bool:
    """Opens the log as the hall does, which brings it in order; whether it is whole then."""
    base = sqlite3.connect(folder / LOG_FILE)
    try:
        return bool(base.execute("PRAGMA integrity_check").fetchone() == ("ok",))
    except sqlite3.DatabaseError:
        return False
    finally:
        base.close()


def _numbers(folder: Path) -> set[int]:
    base = sqlite3.connect(f"file:{folder / LOG_FILE}?mode=ro", uri=True)
    try:
        return {number for (number,) in base.execute("SELECT seq FROM entry")}
    except sqlite3.OperationalError:  # the power went before there was a table
        return set()
    finally:
        base.close()


def _chances(rng: random.Random) -> Sequence[Chance]:
    """Nothing but what was sure; every second sector; nearly everything."""
    return (
        lambda: False,
        partial(_happens, rng, 0.5),
        partial(_happens, rng, 0.95),
    )


def _happens(rng: random.Random, share: float) -> bool:
    return rng.random() < share


def _judge(found: Findings, acks: Sequence[Ack], folder: Path) -> None:
    """The log as the hall finds it, read as the back office reads it."""
    found.disks += 1
    found.unsound += not _recovers(folder)
    found.verdict = worst(found.verdict, compare(acks, read_log(folder)))


def _lay(folder: Path, disk: Disk, rng: random.Random) -> None:
    """The log's files are these and no others; the shared index, which nobody syncs, is rubbish."""
    for path in folder.glob(f"{LOG_FILE}*"):
        path.unlink()
    for name, content in disk.items():
        (folder / f"{LOG_FILE}{name}").write_bytes(content)
    (folder / f"{LOG_FILE}-shm").write_bytes(rng.randbytes(32_768))


def _is_whole(folder: Path, before: Disk, record: Path) -> bool:
    """Whether the record of an undisturbed life, all of it done, gives the very files that are there."""
    told = disk_after(before, read_record(record.read_bytes(), before=before), chance=lambda: True)
    names = {path.name.removeprefix(LOG_FILE) for path in folder.glob(f"{LOG_FILE}*")} - {"-shm"}
    return names == set(told) and all(
        (folder / f"{LOG_FILE}{name}").read_bytes() == content for name, content in told.items()
    )
