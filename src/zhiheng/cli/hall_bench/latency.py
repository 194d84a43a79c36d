"""How long a save takes at a given load, from the moment it was due, and what open connections cost in memory."""

from collections.abc import Sequence
from dataclasses import asdict

from zhiheng.cli.hall_bench.cost import DJANGO_CONNECTIONS, cell
from zhiheng.cli.hall_bench.django_view import SAVE
from zhiheng.cli.hall_bench.exam import answer_request
from zhiheng.cli.hall_bench.figures import median, pss_mb
from zhiheng.cli.hall_bench.generator import Generator, Opening
from zhiheng.cli.hall_bench.goals import Row, Sample, Say, at_most, middle, ratio
from zhiheng.cli.hall_bench.servers import (
    HallKind,
    Server,
    hall_with_candidates,
    start_django,
    start_postgres,
)
from zhiheng.cli.spawning import Company, open_files

MANY = 10_000
FEW = 1_000
CONNECTIONS = (200, FEW, MANY)
NATIONAL_RATE = 5_000  # 100,000 candidates, an answer every twenty seconds
P99_GOAL_MS = 10.0
GROWTH_GOAL = 2.0
SPARE_FILES = 300
_GOAL_ID = {"sqlite": "H7"}
Levels = dict[tuple[int, str], list[Sample]]


def latency_rows(
    company: Company, generator: Generator, *, rounds: int, seconds: float, say: Say
) -> list[Row]:
    rows: list[Row] = []
    found: dict[str, Levels] = {}
    counts = [count for count in CONNECTIONS if count + SPARE_FILES <= open_files()]
    for store in ("sqlite", "postgres"):
        server = _hall(company, store, candidates=max(counts))
        if server is None:
            rows.append(Row(id="", what=f"{store} 的时延", why="没有安装 PostgreSQL 的服务程序"))
            continue
        saves = [answer_request(token) for token in server.tokens]
        found[store] = _levels(generator, server, saves, counts, rounds=rounds, seconds=seconds, say=say)
        if store == "sqlite":
            found["django-orm"] = _django(company, generator, server, rounds=rounds, seconds=seconds, say=say)
        for child in server.children:
            company.end(child)
    rows += [
        _goal_row(store, found[store].get((MANY, "5000"), []))
        for store in ("sqlite", "postgres")
        if store in found
    ]
    rows += _ratios(found)
    for name, levels in found.items():
        rows += [_row(name, count, level, samples) for (count, level), samples in levels.items()]
    return rows


def _ratios(found: dict[str, Levels]) -> list[Row]:
    """Of latencies at half of each one's own highest rate."""
    sqlite, django = found["sqlite"], found["django-orm"]
    rows = []
    for count in CONNECTIONS:
        ours = [one.p99 for one in sqlite.get((count, "50%"), [])]
        theirs = [one.p50 for one in django.get((DJANGO_CONNECTIONS, "50%"), [])]
        if ours and theirs:
            what = f"各自最高速率的一半时：考场服务（{count} 个连接）的 p99 ÷ Django 的 p50"
            rows.append(Row(id="", what=what, value=ratio(ours, theirs)))
        other = [one.p99 for one in found.get("postgres", {}).get((count, "50%"), [])]
        if ours and other:
            what = f"各自最高速率的一半时（{count} 个连接）：PostgreSQL 的 p99 ÷ SQLite 的 p99"
            rows.append(Row(id="", what=what, value=ratio(other, ours)))
    return rows


def _hall(company: Company, store: str, *, candidates: int) -> Server | None:
    if store == "sqlite":
        return hall_with_candidates(company, HallKind(), candidates=candidates)
    cluster = start_postgres(company)
    if cluster is None:
        return None
    kind = HallKind(store="postgres", address=cluster.address, also=[cluster.child.pid])
    server = hall_with_candidates(company, kind, candidates=candidates)
    server.children.append(cluster.child)
    return server


def _levels(
    generator: Generator,
    server: Server,
    saves: list[bytes],
    counts: Sequence[int],
    *,
    rounds: int,
    seconds: float,
    say: Say,
    fixed: bool = True,
) -> Levels:
    """By connections and level: the most there is, half and four fifths of it, and the national rate."""
    found: Levels = {}
    for number in range(rounds):
        turn = number % len(counts)
        for count in (*counts[turn:], *counts[:turn]):
            opened = generator.open(
                Opening(port=server.port, requests=saves, connections=count, check_seq=True)
            )
            most = cell(generator, server, seconds=seconds, errors=opened.errors)
            found.setdefault((count, "max"), []).append(most)
            rates = {"50%": most.rate * 0.5, "80%": most.rate * 0.8}
            rates |= {"5000": float(NATIONAL_RATE)} if fixed else {}
            for level, rate in rates.items():
                sample = cell(generator, server, seconds=seconds, rate=rate, seed=number + 1)
                found.setdefault((count, level), []).append(sample)
                say(f"第 {number + 1}/{rounds} 轮　{server.name} {count} 个连接 {level}：{sample.words}")
    generator.close()
    return found


def _row(store: str, count: int, level: str, samples: Sequence[Sample]) -> Row:
    facts = {name: round(value, 2) for name, value in asdict(middle(samples)).items()}
    return Row(id="", what=f"{store}，{count} 个连接，{level}", figures=facts)


def _goal_row(store: str, samples: Sequence[Sample]) -> Row:
    what = f"{store}：每秒 {NATIONAL_RATE} 次保存、{MANY} 个连接时的 p99（毫秒），且没有错误"
    if not samples:
        return Row(id=_GOAL_ID.get(store, ""), what=what, why="允许打开的文件数不够")
    found = middle(samples)
    if store not in _GOAL_ID:
        return Row(id="", what=what, value=found.p99, figures={"errors": found.errors})
    row = at_most(_GOAL_ID[store], what, found.p99, P99_GOAL_MS)
    facts = {"errors": found.errors, "p50": found.p50, "p999": found.p999, "lag99": found.lag99}
    return Row(**asdict(row) | {"reached": bool(row.reached) and found.errors == 0, "figures": facts})


def _django(
    company: Company, generator: Generator, hall: Server, *, rounds: int, seconds: float, say: Say
) -> Levels:
    django = start_django(company, hall.data)
    saves = [answer_request(token, path=SAVE) for token in hall.tokens[:DJANGO_CONNECTIONS]]
    found = _levels(
        generator, django, saves, [DJANGO_CONNECTIONS], rounds=rounds, seconds=seconds, say=say, fixed=False
    )
    company.end(django.children[0])
    return found


def memory_rows(
    company: Company, generator: Generator, *, rounds: int, seconds: float, say: Say
) -> list[Row]:
    """A new hall each round: idle with everybody's pack and session, then with used connections."""
    what = "从 1,000 到 10,000 个连接增加的内存 ÷ 空闲时的内存"
    if open_files() < MANY + SPARE_FILES:
        return [at_most("H8", what, None, GROWTH_GOAL, why="允许打开的文件数不够")]
    idle: list[float] = []
    few: list[float] = []
    many: list[float] = []
    for number in range(min(rounds, 3)):
        server = hall_with_candidates(company, HallKind(), candidates=MANY)
        saves = [answer_request(token) for token in server.tokens]
        idle.append(pss_mb(server.roots))
        for count, found in ((FEW, few), (MANY, many)):
            generator.open(Opening(port=server.port, requests=saves, connections=count, check_seq=True))
            generator.run(seconds, rate=NATIONAL_RATE)
            found.append(pss_mb(server.roots))
        generator.close()
        company.end(server.children[0])
        say(f"第 {number + 1} 轮　内存 MB：空闲 {idle[-1]}，{FEW} 个连接 {few[-1]}，{MANY} 个连接 {many[-1]}")
    growth = [(most - some) / least for least, some, most in zip(idle, few, many, strict=True)]
    row = at_most("H8", what, round(median(growth), 2), GROWTH_GOAL)
    facts = {"idle_mb": median(idle), "mb_1000": median(few), "mb_10000": median(many)}
    return [Row(**asdict(row) | {"figures": facts})]
