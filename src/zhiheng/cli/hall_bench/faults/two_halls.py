"""Two halls on one PostgreSQL: one is killed under load, its candidates move to the other."""

import random
from dataclasses import dataclass, field, replace
from types import TracebackType

from zhiheng.cli.hall_bench.exam import Exam
from zhiheng.cli.hall_bench.faults.cases import outcome
from zhiheng.cli.hall_bench.faults.stage import Stage, random_pause, stage, until
from zhiheng.cli.hall_bench.goals import Row, Say
from zhiheng.cli.hall_bench.servers import HallKind, Server, start_hall, start_postgres
from zhiheng.cli.processes import free_port
from zhiheng.cli.spawning import Company

SHARE = 2  # one kill of one of two halls for so many of the only one
PATIENCE_SECONDS = 30


@dataclass(slots=True, kw_only=True)
class Pair:
    """A second hall beside that of a stage; ended on the way out."""

    company: Company
    kind: HallKind
    ports: tuple[int, int] = field(default_factory=lambda: (free_port(), free_port()))
    second: Server | None = None

    @property
    def first_kind(self) -> HallKind:
        return replace(self.kind, port=self.ports[0])

    def start_second(self, first: Server) -> None:
        exam = Exam(data=first.data, tickets=first.tickets, attempts=())
        self.second = start_hall(self.company, exam, replace(self.kind, port=self.ports[1]))

    def swap(self, own: Stage) -> None:
        """From now on the stage breaks the other one."""
        assert self.second is not None
        own.server, self.second = self.second, own.server

    def __enter__(self) -> "Pair":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for child in self.second.children if self.second else ():
            self.company.end(child)


def two_halls(company: Company, *, rounds: int, say: Say) -> list[Row]:
    """While one is down every candidate goes on at the other."""
    times = max(1, rounds // SHARE)
    what = f"两个考场服务共用 PostgreSQL，轮流 kill -9 {times} 次，考生转到另一个"
    cluster = start_postgres(company)
    if cluster is None:
        return [Row(id="F10", what=what, why="没有安装 PostgreSQL 的服务程序")]
    pair = Pair(company=company, kind=HallKind(store="postgres", address=cluster.address))
    rng = random.Random(10)
    left = 0
    with (
        pair,
        stage(
            company,
            say,
            kind=pair.first_kind,
            cluster=cluster,
            first=pair.start_second,
            also=pair.ports[1:],
        ) as own,
    ):
        for number in range(times):
            random_pause(rng)
            own.kill_hall()
            left += stranded(own)
            own.check()
            own.restart()
            pair.swap(own)
            say(
                f"kill -9 其中一个 {number + 1}/{times}：已确认 {own.crowd.acknowledged}，"
                f"未能转过去 {left}，{own.ledger.verdict}"
            )
        found = own.final()
    company.end(cluster.child)
    return [outcome("F10", what, own, found, stranded=left, all_moved=left == 0)]


def stranded(own: Stage) -> int:
    """How many candidates have no acknowledgement from now on, by the hall that is left."""
    before = [len(page.acks) for page in own.crowd.pages]

    def waiting() -> int:
        return sum(len(page.acks) <= count for page, count in zip(own.crowd.pages, before, strict=True))

    until(lambda: waiting() == 0, seconds=PATIENCE_SECONDS)
    return waiting()
