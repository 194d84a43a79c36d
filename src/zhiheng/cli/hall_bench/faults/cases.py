"""The faults, one by one. Each gives a row: nothing acknowledged may be missing, twice or out of order."""

import json
import random
import time
from collections.abc import Sequence
from dataclasses import replace

from zhiheng.cli.hall_bench import shim
from zhiheng.cli.hall_bench.faults.stage import PATIENCE_SECONDS, Stage, random_pause, stage, until
from zhiheng.cli.hall_bench.goals import Row, Say
from zhiheng.cli.hall_bench.servers import HallKind, start_postgres
from zhiheng.cli.hall_ledger import Verdict
from zhiheng.cli.spawning import Company
from zhiheng.delivery.hall.clock import CLOCK_FILE

POSTGRES_SHARE = 5  # one kill of PostgreSQL for so many of the hall
SLOW_MS = 20
FULL_TIMES = 3
_NO_COMPILER = "没有 C 编译器"


def outcome(row_id: str, what: str, own: Stage, found: Verdict, **more: object) -> Row:
    """more: further facts, of which none may be False."""
    figures: dict[str, object] = {
        "acknowledged": found.acknowledged,
        "rows": found.rows,
        "missing": found.missing,
        "altered": found.altered,
        "twice": found.twice,
        "disordered": found.disordered,
        "unsound": own.unsound,
        "breaks": own.crowd.breaks,
        "restarts": own.restarts,
    }
    fine = found.clean and own.unsound == 0 and found.acknowledged > 0
    return Row(
        id=row_id,
        what=what,
        value=float(found.missing + found.altered + found.twice + found.disordered),
        goal="= 0",
        reached=fine and all(fact is not False for fact in more.values()),
        figures=figures | more,
    )


def kill_hall(company: Company, *, rounds: int, say: Say) -> list[Row]:
    """kill -9 of the hall under load, at random moments."""
    rng = random.Random(1)
    with stage(company, say) as own:
        _kill_rounds(own, rng, rounds=rounds, say=say)
        found = own.final()
    return [outcome("F1", f"kill -9 考场服务 {rounds} 次", own, found)]


def _kill_rounds(own: Stage, rng: random.Random, *, rounds: int, say: Say) -> None:
    for number in range(rounds):
        random_pause(rng)
        own.kill_hall()
        own.restart()
        own.check()
        own.wait_for_acks(len(own.crowd.pages) // 2)
        say(f"kill -9 考场服务 {number + 1}/{rounds}：已确认 {own.crowd.acknowledged}，{own.ledger.verdict}")


def kill_postgres(company: Company, *, rounds: int, say: Say) -> list[Row]:
    """kill -9 of PostgreSQL and all its processes under load; the hall too, every other time."""
    cluster = start_postgres(company)
    times = max(1, rounds // POSTGRES_SHARE)
    what = f"kill -9 PostgreSQL {times} 次"
    if cluster is None:
        return [Row(id="F2", what=what, why="没有安装 PostgreSQL 的服务程序")]
    rng = random.Random(2)
    with stage(
        company, say, kind=HallKind(store="postgres", address=cluster.address), cluster=cluster
    ) as own:
        for number in range(times):
            random_pause(rng)
            own.kill_postgres()
            if number % 2:
                own.kill_hall()
            time.sleep(rng.uniform(0.0, 1.0))
            own.restart_postgres()
            _revive(own)
            own.check()
            say(
                f"kill -9 PostgreSQL {number + 1}/{times}：已确认 {own.crowd.acknowledged}，{own.ledger.verdict}"
            )
        found = own.final()
    company.end(cluster.child)
    return [outcome("F2", what, own, found)]


def _revive(own: Stage) -> None:
    """Acknowledgements flow again: by the hall itself if it goes on, else after a restart."""
    if not own.lives or not own.wait_for_acks(len(own.crowd.pages)):
        own.restart()
        own.wait_for_acks(len(own.crowd.pages))


def full_disk(company: Company, *, rounds: int, say: Say) -> list[Row]:
    """Writes fail for want of room: nothing may be acknowledged, and all goes on once there is room."""
    what = f"磁盘写满 {FULL_TIMES} 次，再腾出空间"
    library = shim.build(company.folder)
    if library is None:
        return [Row(id="F3", what=what, why=_NO_COMPILER)]
    flag = company.folder / "full"
    kind = HallKind(environment={"LD_PRELOAD": str(library), shim.FULL: str(flag)})
    late = ended = 0
    with stage(company, say, kind=kind) as own:
        for number in range(FULL_TIMES):
            time.sleep(0.3)
            breaks = [page.breaks for page in own.crowd.pages]
            flag.touch()
            stopped = until(lambda: not own.lives, seconds=PATIENCE_SECONDS)
            ended += stopped
            _wait_until_all_noticed(own, breaks)
            before = own.crowd.acknowledged
            time.sleep(0.5)
            late += own.crowd.acknowledged - before
            own.check()
            flag.unlink()
            _revive(own)
            own.check()
            say(
                f"磁盘写满 {number + 1}/{FULL_TIMES}：服务{'已自行结束' if stopped else '仍在'}，{own.ledger.verdict}"
            )
        found = own.final()
    facts = {
        "acknowledged_while_full": late,
        "none_while_full": late == 0,
        "ended_by_itself": ended == FULL_TIMES,
    }
    return [outcome("F3", what, own, found, **facts)]


def _wait_until_all_noticed(own: Stage, breaks: Sequence[int]) -> None:
    """What the hall had sent while it lived is read by then."""
    pages = own.crowd.pages
    until(
        lambda: all(page.breaks > count for page, count in zip(pages, breaks, strict=True)),
        seconds=PATIENCE_SECONDS,
    )


def wrong_clock(company: Company, *, rounds: int, say: Say) -> list[Row]:
    """The clock jumps, by the demonstration's offset and (with a C compiler) the machine's own; kills between."""
    library = shim.build(company.folder)
    machine = company.folder / "clock"
    environment = {"LD_PRELOAD": str(library), shim.CLOCK: str(machine)} if library else {}
    with stage(company, say, kind=HallKind(environment=environment)) as own:
        for seconds in (3600, -300, 1800, -3600, 0):
            if library and seconds:
                machine.write_text(f"{seconds}")
                time.sleep(1.5)
            machine.unlink(missing_ok=True)
            (own.exam.data / CLOCK_FILE).write_text(json.dumps({"offset_seconds": seconds}))
            time.sleep(1.5)
            own.restart()
            own.check()
            say(f"时钟跳动 {seconds} 秒：{own.ledger.verdict}")
        flows = own.wait_for_acks(len(own.crowd.pages))
        found = own.final()
    return [
        outcome(
            "F4",
            "时钟前后跳动（含 kill -9）",
            own,
            found,
            goes_on_afterwards=flows,
            machine_clock=library is not None,
        )
    ]


def slow_disk(company: Company, *, rounds: int, say: Say) -> list[Row]:
    """kill -9 while every fsync takes long, so that most kills meet one."""
    times = max(1, rounds // POSTGRES_SHARE)
    what = f"每次 fsync 加 {SLOW_MS} 毫秒时 kill -9 {times} 次"
    slow = shim.slow_disk(company.folder, milliseconds=SLOW_MS)
    if slow is None:
        return [Row(id="F5", what=what, why="没有 C 编译器，也没有 strace")]
    environment, wrapper = slow
    rng = random.Random(5)
    with stage(company, say, kind=replace(HallKind(), environment=environment, wrapper=wrapper)) as own:
        _kill_rounds(own, rng, rounds=times, say=say)
        found = own.final()
    return [outcome("F5", what, own, found)]
