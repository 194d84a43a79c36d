"""Minutes of even load: what a long sitting costs in memory, and whether the write-ahead log stays small."""

import struct
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from zhiheng.cli.hall_bench.exam import answer_request
from zhiheng.cli.hall_bench.figures import pss_mb
from zhiheng.cli.hall_bench.generator import Generator, Opening
from zhiheng.cli.hall_bench.goals import Row, Say
from zhiheng.cli.hall_bench.servers import HallKind, hall_with_candidates
from zhiheng.cli.spawning import Company
from zhiheng.delivery.hall.sqlite_store import LOG_FILE

CONNECTIONS = 1_000
RATE = 2_000
SLICES = 60  # of the seconds of one cell: three minutes, with --quick one
LOOK_SECONDS = 0.25
WAL_GOAL_MB = 128.0  # twice what the writer lets it grow to before it copies back itself
_BARS = "▁▂▃▄▅▆▇█"
_WAL_SEQUENCE_AT = 12
_MB = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One moment. second: since the start. turns: how often the write-ahead log had begun anew."""

    second: float
    memory_mb: float
    wal_mb: float
    log_mb: float
    turns: int


@dataclass(slots=True, kw_only=True)
class Course:
    """What happened over the whole time. p99: of each slice, ms."""

    looks: list[Look] = field(default_factory=list)
    answers: int = 0
    errors: int = 0
    p99: list[float] = field(default_factory=list)


def endurance_rows(
    company: Company, generator: Generator, *, rounds: int, seconds: float, say: Say
) -> list[Row]:
    server = hall_with_candidates(company, HallKind(), candidates=CONNECTIONS)
    saves = [answer_request(token) for token in server.tokens]
    opened = generator.open(
        Opening(port=server.port, requests=saves, connections=CONNECTIONS, check_seq=True)
    )
    course = Course(errors=opened.errors)
    with _looking(lambda: pss_mb(server.roots), server.data, course.looks):
        for number in range(SLICES):
            load = generator.run(seconds, rate=RATE, seed=number + 1)
            course.answers += load.answered
            course.errors += load.errors
            course.p99.append(load.p99)
            if (number + 1) % 10 == 0:
                last = course.looks[-1]
                say(
                    f"{last.second:.0f} 秒：{course.answers} 个答案，内存 {last.memory_mb} MB，"
                    f"WAL {last.wal_mb:.1f} MB，p99 {load.p99} ms"
                )
    generator.close()
    company.end(server.children[0])
    say(drawn(course.looks))
    return [row_of(course)]


def row_of(course: Course) -> Row:
    """Memory per answer is taken from the last two thirds, when caches have filled."""
    looks = course.looks
    late = looks[len(looks) // 3 :]
    rate = course.answers / looks[-1].second
    growth = slope([look.second for look in late], [look.memory_mb for look in late]) * _MB / rate
    widest = max(look.wal_mb for look in looks)
    return Row(
        id="H10",
        what=f"每秒 {RATE} 次保存、{CONNECTIONS} 个连接持续 {looks[-1].second:.0f} 秒：WAL 最大（MB），且没有错误",
        value=round(widest, 1),
        goal=f"<= {WAL_GOAL_MB:g}",
        reached=widest <= WAL_GOAL_MB and course.errors == 0,
        figures={
            "answers": course.answers,
            "errors": course.errors,
            "memory_first_mb": looks[0].memory_mb,
            "memory_last_mb": looks[-1].memory_mb,
            "memory_bytes_per_answer": round(growth, 1),
            "disk_bytes_per_answer": round((looks[-1].log_mb - looks[0].log_mb) * _MB / course.answers, 1),
            "wal_turns": looks[-1].turns - looks[0].turns,
            "p99_median": sorted(course.p99)[len(course.p99) // 2],
            "p99_worst": max(course.p99),
        },
    )


def slope(places: Sequence[float], values: Sequence[float]) -> float:
    """Of the straight line nearest to the points (least squares); 0 for a single place."""
    middle, mean = sum(places) / len(places), sum(values) / len(values)
    spread = sum((place - middle) ** 2 for place in places)
    together = sum((place - middle) * (value - mean) for place, value in zip(places, values, strict=True))
    return together / spread if spread else 0.0


def drawn(looks: Sequence[Look], *, width: int = 60) -> str:
    """Three lines of bars from nothing to the highest value; each bar the highest look of its span of time."""
    lines = []
    for name, values in (
        ("内存", [look.memory_mb for look in looks]),
        ("WAL", [look.wal_mb for look in looks]),
        ("日志文件", [look.log_mb for look in looks]),
    ):
        top = max(values)
        spans = [values[len(values) * at // width : len(values) * (at + 1) // width] for at in range(width)]
        bars = "".join(_bar(max(span), top) for span in spans if span)
        lines.append(f"{bars} {name} 0–{top:.1f} MB")
    return "\n".join(lines)


def _bar(value: float, top: float) -> str:
    return _BARS[min(len(_BARS) - 1, int(value / top * len(_BARS)))] if top else _BARS[0]


@contextmanager
def _looking(memory: Callable[[], float], data: Path, looks: list[Look]) -> Iterator[None]:
    """A look at every quarter of a second, and one at the end."""
    over, began = threading.Event(), time.monotonic()

    def work() -> None:
        while not over.wait(LOOK_SECONDS):
            looks.append(look_at(data, memory_mb=memory(), second=round(time.monotonic() - began, 2)))

    watcher = threading.Thread(target=work, name="endurance", daemon=True)
    watcher.start()
    try:
        yield
    finally:
        over.set()
        watcher.join()
    looks.append(look_at(data, memory_mb=memory(), second=round(time.monotonic() - began, 2)))


def look_at(data: Path, *, memory_mb: float, second: float) -> Look:
    """The log's files as they are now; the write-ahead log counts in its head how often it began anew."""
    log, wal = data / LOG_FILE, data / f"{LOG_FILE}-wal"
    with wal.open("rb") as opened:
        head = opened.read(_WAL_SEQUENCE_AT + 4)
    return Look(
        second=second,
        memory_mb=memory_mb,
        wal_mb=wal.stat().st_size / _MB,
        log_mb=log.stat().st_size / _MB,
        turns=struct.unpack_from(">I", head, _WAL_SEQUENCE_AT)[0],
    )
