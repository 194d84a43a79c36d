"""A hall under a crowd that is broken on purpose, and the checks after each time."""

import os
import random
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from zhiheng.cli.hall_bench.exam import Exam, make_exam
from zhiheng.cli.hall_bench.faults.crowd import Crowd
from zhiheng.cli.hall_bench.figures import tree
from zhiheng.cli.hall_bench.goals import Say
from zhiheng.cli.hall_bench.servers import Cluster, HallKind, Server, run_postgres, start_hall
from zhiheng.cli.hall_bench.wire import PATIENCE
from zhiheng.cli.hall_ledger import Ledger, Verdict, compare
from zhiheng.cli.processes import free_port
from zhiheng.cli.spawning import Company
from zhiheng.delivery.hall.reader import read_log
from zhiheng.delivery.hall.sqlite_store import LOG_FILE, sqlite3
from zhiheng.foundation.errors import Refused

PAGES = 60
PATIENCE_SECONDS = 30


@dataclass(slots=True, kw_only=True)
class Stage:
    """One hall on one port and data directory, killed and started again as often as wished."""

    company: Company
    exam: Exam
    kind: HallKind
    crowd: Crowd
    say: Say
    server: Server
    cluster: Cluster | None = None
    ledger: Ledger = field(default_factory=Ledger)
    unsound: int = 0
    restarts: int = 0

    @property
    def source(self) -> Path | str:
        return self.kind.address or self.exam.data

    def kill_hall(self) -> None:
        for child in self.server.children:
            kill_tree(child)

    def kill_postgres(self) -> None:
        assert self.cluster is not None
        kill_tree(self.cluster.child)

    def restart(self, kind: HallKind | None = None) -> None:
        """The hall again on the same port and data, whatever became of the last one."""
        self.kill_hall()
        self.kind = replace(kind or self.kind, port=self.server.port)
        self.server = start_hall(self.company, self.exam, self.kind)
        self.restarts += 1

    def restart_postgres(self) -> None:
        assert self.cluster is not None
        run_postgres(self.cluster)

    @property
    def lives(self) -> bool:
        return self.server.children[0].poll() is None

    def wait_for_acks(self, count: int) -> bool:
        """Until so many more were acknowledged; False when that takes too long."""
        wanted, ends = self.crowd.acknowledged + count, time.monotonic() + PATIENCE_SECONDS
        while self.crowd.acknowledged < wanted:
            if time.monotonic() > ends:
                return False
            time.sleep(0.02)
        return True

    def check(self) -> None:
        """Every acknowledgement so far against the log, and the store's own idea of its soundness."""
        acks = self.crowd.new_acks()  # before the log is read: what was acknowledged must be there by now
        self.ledger.take(read_log(self.source, after=self.ledger.last_id))
        self.ledger.settle(acks)
        if not self.kind.address:
            self.unsound += not sound(self.exam.data / LOG_FILE)

    def final(self) -> Verdict:
        """The whole log once more against everything, after the last answers were delivered."""
        self.crowd.stop()
        self.check()
        again = compare(self.crowd.all_acks(), read_log(self.source))
        worst = self.ledger.verdict
        return Verdict(
            acknowledged=again.acknowledged,
            rows=again.rows,
            missing=max(again.missing, worst.missing),
            altered=max(again.altered, worst.altered),
            twice=max(again.twice, worst.twice),
            disordered=max(again.disordered, worst.disordered),
        )


@contextmanager
def stage(
    company: Company, say: Say, *, kind: HallKind | None = None, cluster: Cluster | None = None, seed: int = 1,
    mark: bool = False, pages: int = PAGES, first: Callable[[Server], object] = lambda server: None,
    also: Sequence[int] = (), patience: float = PATIENCE,
) -> Iterator[Stage]:  # fmt: skip
    """first: called with the server before anybody comes. also: ports of further halls on the same log."""
    kind = kind or HallKind()
    exam = make_exam(company.folder / f"faults-{len(list(company.folder.iterdir()))}", candidates=pages)
    server = start_hall(company, exam, replace(kind, port=kind.port or free_port()))
    crowd = Crowd([server.port, *also], exam.tickets, exam.attempts, seed=seed, mark=mark, patience=patience)
    own = Stage(company=company, exam=exam, kind=kind, crowd=crowd, say=say, server=server, cluster=cluster)
    try:
        first(server)
        crowd.start()
        if not own.wait_for_acks(pages):
            raise Refused(
                what=f"开始后没有答案得到确认：{crowd.refused}",
                remedy="请查看考场服务的输出",
                code="bench-start",
            )
        yield own
    finally:
        crowd.stop()
        for child in own.server.children:
            company.end(child)


def sound(path: Path) -> bool:
    base = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        return bool(base.execute("PRAGMA integrity_check").fetchone() == ("ok",))
    finally:
        base.close()


def random_pause(rng: random.Random) -> None:
    time.sleep(rng.uniform(0.15, 0.9))


def until(true: Callable[[], bool], *, seconds: float) -> bool:
    ends = time.monotonic() + seconds
    while not true():
        if time.monotonic() > ends:
            return False
        time.sleep(0.02)
    return True


def kill_tree(child: "subprocess.Popen[bytes]") -> None:
    """kill -9 of a process and all it started, and wait until none is left."""
    if child.poll() is not None:
        return
    pids = tree(child.pid)
    for pid in pids:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue
    child.wait()
    until(lambda: not any(_runs(pid) for pid in pids), seconds=10)


def _runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False
