"""Acknowledgements before fsync: the hall's system calls, and PostgreSQL's, recorded under load and read."""

import shutil
import signal
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

from zhiheng.cli.hall_bench.faults.stage import stage, until
from zhiheng.cli.hall_bench.faults.trace import Watched, watch_trace
from zhiheng.cli.hall_bench.figures import tree
from zhiheng.cli.hall_bench.goals import Row, Say
from zhiheng.cli.hall_bench.servers import Cluster, HallKind, Server, start_postgres
from zhiheng.cli.spawning import Company

PAGES = 24
SAVES = 1_500
_CALLS = "write,writev,pwrite64,pwritev,pwritev2,sendto,sendmsg,fsync,fdatasync"
_WHOLE = "1000000"


def watch_sqlite(company: Company, *, rounds: int, say: Say) -> list[Row]:
    return _rows(company, say, "F6", "SQLite", None)


def watch_postgres(company: Company, *, rounds: int, say: Say) -> list[Row]:
    cluster = start_postgres(company)
    if cluster is None:
        return [Row(id="F7", what="PostgreSQL：落盘之前的确认", why="没有安装 PostgreSQL 的服务程序")]
    rows = _rows(company, say, "F7", "PostgreSQL", cluster)
    company.end(cluster.child)
    return rows


def _rows(company: Company, say: Say, row_id: str, name: str, cluster: Cluster | None) -> list[Row]:
    what = f"{name}：落盘之前的确认"
    why = unable()
    if why:
        return [Row(id=row_id, what=what, why=why)]
    store, address = ("postgres", cluster.address) if cluster else ("sqlite", "")
    real = _watched(company, say, HallKind(store=store, address=address), cluster)
    lax = _watched(company, say, HallKind(store="lax", address=address), cluster)
    say(f"{what}：{real}；反证（不等落盘的同一服务）：{lax}")
    caught = lax.early > 0
    return [
        Row(
            id=row_id,
            what=what,
            value=float(real.early),
            goal="= 0，反证被发现",
            reached=real.early == 0 and real.acknowledged > 0 and caught,
            figures={
                "acknowledged": real.acknowledged,
                "early": real.early,
                "syncs": real.syncs,
                "control_acknowledged": lax.acknowledged,
                "control_early": lax.early,
            },
        )
    ]


def unable() -> str:
    """Why system calls cannot be watched here; empty when they can."""
    strace = shutil.which("strace")
    if strace is None:
        return "没有安装 strace"
    tried = subprocess.run([strace, "-f", "-o", "/dev/null", "true"], capture_output=True, check=False)
    return "" if tried.returncode == 0 else "这台机器不允许跟踪系统调用"


def _watched(company: Company, say: Say, kind: HallKind, cluster: Cluster | None) -> Watched:
    record = company.folder / f"trace-{kind.store}-{time.monotonic_ns()}"
    watchers = []

    def attach(server: Server) -> None:
        roots = [server.children[0].pid] + ([cluster.child.pid] if cluster else [])
        watchers.append(_attach(company, roots, record))

    with stage(company, say, kind=kind, mark=True, pages=PAGES, first=attach) as own:
        own.wait_for_acks(SAVES)
        company.end(watchers[0], number=signal.SIGINT)
        own.crowd.stop()
    with record.open(encoding="utf-8", errors="replace") as lines:
        found = watch_trace(lines)
    record.unlink()
    return found


def _attach(company: Company, roots: Sequence[int], record: Path) -> "subprocess.Popen[bytes]":
    """Onto every process and thread of the hall and of PostgreSQL, in one record and so in one order."""
    pids = [pid for root in roots for pid in tree(root)]
    words = ["strace", "-f", "-y", "-s", _WHOLE, "-o", str(record), "-e", f"trace={_CALLS}"]
    words += [word for pid in pids for word in ("-p", str(pid))]
    watcher = company.start(words, log=company.folder / "strace.log")
    until(lambda: all(_traced(pid) for pid in pids), seconds=10)
    return watcher


def _traced(pid: int) -> bool:
    try:
        facts = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return True  # it has ended
    return "TracerPid:\t0\n" not in facts
