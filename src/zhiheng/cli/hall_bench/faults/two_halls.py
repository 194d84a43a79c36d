"""Two halls on one PostgreSQL: one is killed under load, its candidates move to the other."""

import random
from dataclasses import replace

from zhiheng.cli.hall_bench.exam import Exam
from zhiheng.cli.hall_bench.faults.cases import outcome
from zhiheng.cli.hall_bench.faults.stage import Stage, random_pause, stage, until
from zhiheng.cli.hall_bench.goals import Row, Say
from zhiheng.cli.hall_bench.servers import HallKind, Server, start_hall, start_postgres
from zhiheng.cli.processes import free_port
from zhiheng.cli.spawning import Company

SHARE = 2  # one kill of one of two halls for so many of the only one
PATIENCE_SECONDS = 30


def two_halls(company: Company, *, rounds: int, say: Say) -> list[Row]:
    """While one is down every candidate goes on at the other."""
    times = max(1, rounds // SHARE)
    what = f"两个考场服务共用 PostgreSQL，轮流 kill -9 {times} 次，考生转到另一个"
    cluster = start_postgres(company)
    if cluster is None:
        return [Row(id="F10", what=what, why="没有安装 PostgreSQL 的服务程序")]
    rng = random.Random(10)
    kind = HallKind(store="postgres", address=cluster.address)
    others: list[Server] = []
    ports = (free_port(), free_port())

    def second(server: Server) -> None:
        exam = Exam(data=server.data, tickets=server.tickets, attempts=())
        others.append(start_hall(company, exam, replace(kind, port=ports[1])))

    stranded = 0
    with stage(
        company, say, kind=replace(kind, port=ports[0]), cluster=cluster, first=second, also=ports[1:]
    ) as own:
        try:
            for number in range(times):
                random_pause(rng)
                own.kill_hall()
                stranded += _stranded(own)
                own.check()
                own.restart()
                own.server, others[0] = others[0], own.server  # next time the other one
                say(
                    f"kill -9 其中一个 {number + 1}/{times}：已确认 {own.crowd.acknowledged}，"
                    f"未能转过去 {stranded}，{own.ledger.verdict}"
                )
            found = own.final()
        finally:
            for child in others[0].children:
                company.end(child)
    company.end(cluster.child)
    return [outcome("F10", what, own, found, stranded=stranded, all_moved=stranded == 0)]


def _stranded(own: Stage) -> int:
    """How many candidates have had no acknowledgement from the hall that is left."""
    before = [len(page.acks) for page in own.crowd.pages]

    def waiting() -> int:
        return sum(len(page.acks) <= count for page, count in zip(own.crowd.pages, before, strict=True))

    until(lambda: waiting() == 0, seconds=PATIENCE_SECONDS)
    return waiting()
