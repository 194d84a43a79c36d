"""The machine with PostgreSQL is lost for good, its disk too: the standby takes over, and the hall goes on there."""

import os
import random
import shutil
from dataclasses import dataclass, replace

import psycopg

from zhiheng.cli.hall_bench.faults.cases import outcome
from zhiheng.cli.hall_bench.faults.relay import Relay
from zhiheng.cli.hall_bench.faults.stage import Stage, kill_tree, random_pause, stage, until
from zhiheng.cli.hall_bench.goals import Row, Say
from zhiheng.cli.hall_bench.servers import Cluster, HallKind, run_postgres, start_postgres
from zhiheng.cli.hall_ledger import Verdict
from zhiheng.cli.processes import free_port
from zhiheng.cli.spawning import Company
from zhiheng.foundation.errors import Refused

SHARE = 10  # one lost machine for so many kills of the hall
ACKS_BETWEEN = 1_000
LINE_SECONDS = 0.01
"""What a byte takes from the one machine to the other."""
_NAME = "standby"
_STREAMS = "SELECT count(*) FROM pg_stat_replication WHERE application_name = %s AND sync_state = ANY(%s)"


@dataclass(slots=True, kw_only=True)
class Two:
    """A primary, its standby, and the line between them."""

    company: Company
    primary: Cluster
    standby: Cluster
    line: Relay

    @property
    def address(self) -> str:
        """Of whichever of the two takes writes."""
        ports = f"127.0.0.1:{self.primary.port},127.0.0.1:{self.standby.port}"
        return f"postgresql://zhiheng@{ports}/postgres?target_session_attrs=read-write"

    def wait_for_each_other(self) -> None:
        """Commits return when the standby has them; it will ask for the same once it has taken over."""
        for cluster in (self.standby, self.primary):
            with psycopg.connect(cluster.address, autocommit=True) as session:
                session.execute(f"ALTER SYSTEM SET synchronous_standby_names = 'ANY 1 ({_NAME})'".encode())
                session.execute("SELECT pg_reload_conf()")
        _wait_for(self.primary, ["quorum"])

    def lose_primary(self) -> None:
        """The standby is the primary from now on, and has a new standby."""
        shutil.rmtree(self.primary.data)
        with psycopg.connect(self.standby.address, autocommit=True) as session:
            session.execute("SELECT pg_promote(true, 60)")
        self.primary = self.standby
        self.standby, self.line = attach(self.company, self.primary)

    def end(self) -> None:
        self.line.cut()
        for cluster in (self.standby, self.primary):
            kill_tree(cluster.child)
            shutil.rmtree(cluster.data)


def lost_primary(company: Company, *, rounds: int, say: Say) -> list[Row]:
    """First with a standby nobody waits for, where something must be missing; then nothing may be."""
    times = max(1, rounds // SHARE)
    what = f"PostgreSQL 主库连同磁盘丢失 {times} 次，由同步备库接替"
    primary = start_postgres(company)
    if primary is None:
        return [Row(id="F9", what=what, why="没有安装 PostgreSQL 的服务程序")]
    standby, line = attach(company, primary)
    two = Two(company=company, primary=primary, standby=standby, line=line)
    try:
        _, control = _takeovers(two, say, "反证（异步备库）", times=1, control=True)
        with psycopg.connect(two.primary.address, autocommit=True) as session:
            session.execute("DROP SCHEMA hall CASCADE")
        two.wait_for_each_other()
        own, found = _takeovers(two, say, "同步备库", times=times)
    finally:
        two.end()
    row = outcome("F9", what, own, found, control_caught=control.missing > 0)
    figures = {"control_acknowledged": control.acknowledged, "control_missing": control.missing}
    return [replace(row, goal="= 0，反证被发现", figures=row.figures | figures)]


def _takeovers(two: Two, say: Say, name: str, *, times: int, control: bool = False) -> tuple[Stage, Verdict]:
    rng = random.Random(9)
    kind = HallKind(store="postgres", address=two.address)
    with stage(two.company, say, kind=kind, cluster=two.primary) as own:
        for number in range(times):
            random_pause(rng)
            two.line.cut()
            if control:  # the primary goes on alone, and what it says now is lost with it
                own.wait_for_acks(1)
            own.kill_postgres()
            two.lose_primary()
            own.cluster = two.primary
            until(lambda: not own.lives, seconds=20)  # it ends by itself when the store is gone
            own.restart(replace(own.kind, address=two.address))
            own.check()
            own.wait_for_acks(ACKS_BETWEEN)
            say(
                f"{name}：主库丢失 {number + 1}/{times}，已确认 {own.crowd.acknowledged}，{own.ledger.verdict}"
            )
        found = own.final()
    return own, found


def attach(company: Company, primary: Cluster) -> tuple[Cluster, Relay]:
    """A new standby that follows over a line of its own. Raises: Refused when it does not come to that."""
    line = Relay(primary.port, delay=LINE_SECONDS)
    data = company.folder / f"standby-{line.port}"
    data.mkdir(mode=0o700)
    if primary.owner:
        os.chown(data, primary.owner.pw_uid, primary.owner.pw_gid)
    log = company.folder / "postgres.log"
    words = [
        str(primary.programs / "pg_basebackup"),
        "-D",
        str(data),
        "-R",
        "-X",
        "stream",
        "-c",
        "fast",
        "-N",
    ]
    words += ["-h", "127.0.0.1", "-p", str(line.port), "-U", "zhiheng"]
    copied = company.start(words, log=log, owner=primary.owner)
    if copied.wait():
        raise Refused(
            what="没有复制出备库", remedy=f"请看 {log} 中 pg_basebackup 的输出后重试", code="bench-start"
        )
    company.end(copied)
    with (data / "postgresql.auto.conf").open("a") as settings:
        settings.write(f"cluster_name = '{_NAME}'\n")  # the name by which the primary knows it
    standby = Cluster(company, primary.programs, data, free_port(), primary.owner, copied)
    run_postgres(standby)
    _wait_for(primary, ["async", "quorum"])
    return standby, line


def _wait_for(primary: Cluster, states: list[str]) -> None:
    with psycopg.connect(primary.address, autocommit=True) as session:

        def follows() -> bool:
            return session.execute(_STREAMS, (_NAME, states)).fetchone() == (1,)

        if not until(follows, seconds=30):
            raise Refused(
                what="备库没有跟上主库", remedy="请查看 PostgreSQL 的输出后重试", code="bench-start"
            )
