"""One of two halls stops in the middle of everything and goes on seconds later, as a machine without breath does.

What it had in hand is old by then: its candidates have moved, some of them with new sessions.
"""

import os
import random
import signal
import time
from dataclasses import replace

from zhiheng.cli.hall_bench.faults.cases import outcome
from zhiheng.cli.hall_bench.faults.relay import Relay
from zhiheng.cli.hall_bench.faults.stage import Stage, random_pause, stage, until
from zhiheng.cli.hall_bench.faults.two_halls import Pair, stranded
from zhiheng.cli.hall_bench.goals import Row, Say
from zhiheng.cli.hall_bench.servers import HallKind, start_postgres
from zhiheng.cli.hall_ledger import outdated
from zhiheng.cli.spawning import Company
from zhiheng.delivery.hall.reader import read_log

SHARE = 5  # one freeze for so many kills
LINE_SECONDS = 0.002
"""To the database: the longer the line, the likelier the hall stops with a transaction open."""
PAGE_PATIENCE = 2.0
STILL_LIMIT = 15.0
"""For so long the other hall may have to wait for the turn that the frozen one holds."""


def frozen_hall(company: Company, *, rounds: int, say: Say) -> list[Row]:
    times = max(1, rounds // SHARE)
    what = f"两个考场服务之一冻结数秒再醒来 {times} 次"
    cluster = start_postgres(company)
    if cluster is None:
        return [Row(id="F11", what=what, why="没有安装 PostgreSQL 的服务程序")]
    line = Relay(cluster.port, delay=LINE_SECONDS)
    far = f"postgresql://zhiheng@127.0.0.1:{line.port}/postgres"
    pair = Pair(company=company, kind=HallKind(store="postgres", address=far))
    rng = random.Random(11)
    left = 0
    still = 0.0
    with (
        pair,
        stage(
            company,
            say,
            kind=pair.first_kind,
            cluster=cluster,
            first=pair.start_second,
            also=pair.ports[1:],
            patience=PAGE_PATIENCE,
        ) as own,
    ):
        for number in range(times):
            random_pause(rng)
            waited, missed = _freeze(own)
            still, left = max(still, waited), left + missed
            own.check()
            pair.swap(own)
            say(
                f"冻结 {number + 1}/{times}：另一个停顿 {waited:.1f} 秒，未能转过去 {missed}，{own.ledger.verdict}"
            )
        found = own.final()
        old = outdated(own.crowd.all_acks(), read_log(cluster.address))
    line.cut()
    company.end(cluster.child)
    facts = {
        "stranded": left,
        "longest_still_seconds": round(still, 1),
        "older_rows_behind_newer": found.disordered,
        "outdated": old,
        "fine": left == 0 and old == 0 and still < STILL_LIMIT,
    }
    return [outcome("F11", what, own, replace(found, disordered=0), **facts)]


def _freeze(own: Stage) -> tuple[float, int]:
    """How long nothing was acknowledged by the other hall, and how many could not go on there."""
    pid = own.server.children[0].pid
    os.kill(pid, signal.SIGSTOP)
    time.sleep(0.1)  # what the frozen one had sent already is read
    before, began = own.crowd.acknowledged, time.monotonic()
    until(lambda: own.crowd.acknowledged > before + len(own.crowd.pages) // 2, seconds=STILL_LIMIT)
    waited = time.monotonic() - began
    missed = stranded(own)
    os.kill(pid, signal.SIGCONT)
    time.sleep(0.5)  # it does what it still had in hand, or finds that it has lost its turn and ends
    if not own.lives:
        own.restart()
    return waited, missed
